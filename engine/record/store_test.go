package record_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/platform/db"
)

// sequence numbers the commits so far, as the change log's sequencer does.
func (w *world) sequence() {
	w.t.Helper()
	must(w.t, w.d.Write(context.Background(), func(tx db.Tx) error {
		_, err := tx.Exec("UPDATE sys_commit SET seq = id WHERE seq IS NULL")
		return err
	}))
}

func TestFeedTellsEachChangeOnceWithinRights(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.sequence()
		start, err := w.e.Changes(ctx, w.amy, "now", nil)
		must(t, err)
		c := w.create(w.amy, "customer", map[string]any{"name": "a"})
		w.create(w.bob, "customer", map[string]any{"name": "b"})
		unseen, err := w.e.Changes(ctx, w.amy, start.Cursor, nil)
		must(t, err)
		if len(unseen.Data) != 0 {
			t.Errorf("told before it was numbered: %v", unseen.Data)
		}
		_, err = w.set(w.amy, c, map[string]any{"size": 4})
		must(t, err)
		w.sequence()
		part, err := w.e.Changes(ctx, w.amy, start.Cursor, []string{"customer"})
		must(t, err)
		if len(part.Data) != 2 || part.Data[0].Op != record.Create || !slices.Equal(part.Data[1].Fields, []string{"size"}) || part.Data[1].ID != c.UUID {
			t.Errorf("%+v", part.Data)
		}
		// She hands it to Bob: it leaves her sight.
		now := w.get(c)
		_, err = w.set(w.amy, now, map[string]any{"owner": w.bob.UUID.String()})
		must(t, err)
		w.sequence()
		rest, err := w.e.Changes(ctx, w.amy, part.Cursor, nil)
		must(t, err)
		if len(rest.Data) != 1 || rest.Data[0].Op != "gone" || rest.Data[0].Fields != nil {
			t.Errorf("%+v", rest.Data)
		}
		if again, err := w.e.Changes(ctx, w.amy, rest.Cursor, nil); err != nil || len(again.Data) != 0 {
			t.Errorf("told twice: %v %v", again, err)
		}
	})
}

func TestPagesByCursor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		for i := range 7 {
			w.create(w.amy, "customer", map[string]any{"name": fmt.Sprint("n", i), "size": i / 2})
		}
		w.create(w.bob, "customer", map[string]any{"name": "x"})
		o := w.cat.Object("customer")
		q := &query.Question{Object: o, Limit: 3, Sort: []query.Key{{Path: query.Path{o.Field("size")}, Desc: true}}}
		var names []string
		for cursor := ""; ; {
			page, err := w.e.Page(ctx, w.amy, q, cursor, []string{"name", "owner.name"}, nil)
			must(t, err)
			if page.Total != 7 {
				t.Fatalf("total %d", page.Total)
			}
			for _, v := range page.Data {
				names = append(names, v.Get("name").(string))
				if v.Get("owner.name") != "Amy" {
					t.Errorf("one link away: %v", v.Get("owner.name"))
				}
			}
			if page.Next == nil {
				break
			}
			cursor = *page.Next
		}
		if !slices.Equal(names, []string{"n6", "n5", "n4", "n3", "n2", "n1", "n0"}) {
			t.Errorf("%q", names)
		}
		if _, err := w.e.Page(ctx, w.amy, &query.Question{Object: o, Limit: 3}, "AAAA", nil, nil); err == nil {
			t.Error("a cursor that nobody made was opened")
		}
	})
}

func TestTimelineMergesByTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c := w.create(w.amy, "customer", map[string]any{"name": "a"})
		for i := range 3 {
			w.create(w.amy, "order", map[string]any{"customer": c.UUID.String()})
			_, err := w.set(w.amy, w.get(c), map[string]any{"size": i})
			must(t, err)
		}
		var got []string
		for cursor := ""; ; {
			part, err := w.e.Timeline(ctx, w.amy, "customer", c.UUID, cursor, 2)
			must(t, err)
			for _, x := range part.Data {
				got = append(got, x.Kind)
			}
			if part.Next == nil {
				break
			}
			cursor = *part.Next
		}
		if !slices.Equal(got, []string{"change", "record", "change", "record", "change", "record", "change"}) {
			t.Errorf("%q", got)
		}
	})
}
