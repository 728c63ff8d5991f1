package record_test

import (
	"context"
	"sync"
	"testing"

	"youpeng/engine/object"
	"youpeng/engine/record"
)

// counted keeps on each customer how many living contacts it has.
func counted(c *record.Change) error {
	names := func(r *object.Record) (ids []int64) {
		if r != nil && r.Deleted == 0 {
			items, _ := r.Get("customers").([]object.Item)
			for _, it := range items {
				ids = append(ids, it.Link)
			}
		}
		return ids
	}
	add := func(ids []int64, n int64) {
		for _, id := range ids {
			c.Follow("customer", id, func(now *object.Record) (map[string]any, error) {
				had, _ := now.Get("contacts").(int64)
				return map[string]any{"contacts": had + n}, nil
			})
		}
	}
	add(names(c.Old), -1)
	add(names(c.New), 1)
	return nil
}

func TestARollUpFollowsInTheSameWrite(t *testing.T) {
	contact := record.Before(catalogOf().Object("contact"), counted)
	each(t, func(t *testing.T, w *world) {
		c := w.create(w.amy, "customer", map[string]any{"name": "华信"})
		has := func(why string, want int64) {
			t.Helper()
			now := w.get(c)
			if got, _ := now.Get("contacts").(int64); got != want || now.Version != 1 {
				t.Errorf("%s: %d contacts in version %d, not %d", why, got, now.Version, want)
			}
		}
		person := func(name string) record.Op {
			return record.Op{Do: record.Create, Object: "contact", Values: map[string]any{"name": name, "customers": []any{c.UUID.String()}}}
		}
		made := w.write(w.amy, person("a"), person("b"), person("c"))
		has("three at once", 3)
		w.write(w.amy, record.Op{Do: record.Delete, Object: "contact", UUID: made.Outcomes[0].Record.UUID}, record.Op{Do: record.Delete, Object: "contact", UUID: made.Outcomes[1].Record.UUID})
		has("two deleted at once", 1)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 3 {
					if _, err := w.e.Write(context.Background(), &record.Write{Actor: w.amy, Via: "api", Ops: []record.Op{person("x")}}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		has("by four at once", 13)
		history, err := w.e.History(context.Background(), w.amy, "customer", c.UUID, "", 50)
		must(t, err)
		if len(history.Data) != 1 {
			t.Errorf("%d events in the life of a customer that was made and never changed", len(history.Data))
		}
		line, err := w.e.Timeline(context.Background(), w.amy, "customer", c.UUID, "", 50)
		must(t, err)
		if len(line.Data) != 1 {
			t.Errorf("%d events on its timeline", len(line.Data))
		}
		w.sound(c)
	}, contact)
}
