package record_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
)

// alike compares a record's own fields.
func alike(t *testing.T, what string, got, want *object.Record) {
	t.Helper()
	if (got.Deleted == 0) != (want.Deleted == 0) {
		t.Errorf("%s: deleted %v, was %v", what, got.Deleted, want.Deleted)
	}
	for _, f := range want.Object.Fields {
		if !f.Derived && !table.Same(got.At(f), want.At(f)) {
			t.Errorf("%s: %s is %v, was %v", what, f.Name, got.At(f), want.At(f))
		}
	}
}

// stir does something at random to a customer.
func stir(w *world, r *object.Record, rnd *rand.Rand) *record.Result {
	op := record.Op{Do: record.Update, Object: "customer", UUID: r.UUID, Version: r.Version, Values: map[string]any{}}
	switch rnd.IntN(6) {
	case 0:
		op.Values["name"] = fmt.Sprint("name ", rnd.IntN(9))
	case 1:
		op.Values["size"] = rnd.IntN(9)
	case 2:
		op.Values["size"] = nil
	case 3:
		op.Values["phones"] = []any{map[string]any{"value": fmt.Sprint("1380013800", rnd.IntN(9))}}
	case 4:
		op.Values["phones"] = map[string]any{"add": []any{map[string]any{"value": fmt.Sprint("1390013900", rnd.IntN(9))}}}
	case 5:
		op.Do = record.Delete
		if r.Deleted != 0 {
			op.Do = record.Restore
		}
	}
	if r.Deleted != 0 {
		op.Do = record.Restore
	}
	return w.write(w.amy, op)
}

func TestAsOfEqualsCopies(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rnd := rand.New(rand.NewPCG(1, 2))
		c := w.create(w.amy, "customer", map[string]any{"name": "a", "phones": []any{map[string]any{"value": "13800138000"}}})
		type saved struct {
			at   time.Time
			copy *object.Record
		}
		var copies []saved
		for range 100 {
			copies = append(copies, saved{w.clock.Now().Add(500 * time.Millisecond), w.get(c)})
			stir(w, w.get(c), rnd)
		}
		for i, s := range copies {
			then, err := w.e.Past(context.Background(), w.amy, "customer", c.UUID, s.at)
			must(t, err)
			alike(t, fmt.Sprint("instant ", i), then, s.copy)
		}
		w.sound(c)
	})
}

func TestUndoBringsBackAndUndoingItToo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		rnd := rand.New(rand.NewPCG(3, 4))
		c := w.create(w.amy, "customer", map[string]any{"name": "a", "size": 5})
		for i := range 40 {
			before := w.get(c)
			res := stir(w, before, rnd)
			after := w.get(c)
			w.clock.Advance(time.Second)
			undone, err := w.e.Undo(ctx, w.amy, res.ChangeSet, "", record.Write{})
			must(t, err)
			now := w.get(c)
			now.Values[object.UpdatedAt], now.Values[object.UpdatedBy] = before.Values[object.UpdatedAt], before.Values[object.UpdatedBy]
			alike(t, fmt.Sprint("undone ", i), now, before)
			w.clock.Advance(time.Second)
			_, err = w.e.Undo(ctx, w.amy, undone.ChangeSet, "", record.Write{})
			must(t, err)
			now = w.get(c)
			now.Values[object.UpdatedAt], now.Values[object.UpdatedBy] = after.Values[object.UpdatedAt], after.Values[object.UpdatedBy]
			alike(t, fmt.Sprint("done again ", i), now, after)
		}
		w.sound(c)
	})
}

func TestUndoLeavesWhatWasEditedSince(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c := w.create(w.amy, "customer", map[string]any{"name": "a", "size": 1})
		res, err := w.set(w.amy, c, map[string]any{"name": "b", "size": 2})
		must(t, err)
		_, err = w.set(w.amy, w.get(c), map[string]any{"size": 3})
		must(t, err)
		plan, err := w.e.PlanUndo(ctx, w.amy, res.ChangeSet)
		must(t, err)
		if len(plan.Conflicts) != 1 || plan.Conflicts[0].Field != "size" || fmt.Sprintf("%v %v", plan.Conflicts[0].Undone, plan.Conflicts[0].Now) != "1 3" || plan.Counts[record.Update] != 1 {
			t.Errorf("%+v", plan)
		}
		if _, err := w.e.Undo(ctx, w.amy, res.ChangeSet, "moved", record.Write{}); err == nil {
			t.Error("another plan was undone")
		}
		_, err = w.e.Undo(ctx, w.amy, res.ChangeSet, plan.Digest, record.Write{})
		must(t, err)
		if now := w.get(c); now.Get("name") != "a" || now.Get("size") != int64(3) {
			t.Errorf("%v %v", now.Get("name"), now.Get("size"))
		}
		h, err := w.e.History(ctx, w.amy, "customer", c.UUID, "", 2)
		must(t, err)
		if len(h.Data) != 2 || h.Next == nil || len(h.Data[0].Fields) != 1 || h.Data[0].Fields[0].Before != "b" {
			t.Errorf("%+v", h)
		}
		rest, err := w.e.History(ctx, w.amy, "customer", c.UUID, *h.Next, 50)
		must(t, err)
		if len(rest.Data) != 2 || rest.Data[1].Op != record.Create || rest.Next != nil {
			t.Errorf("%+v", rest)
		}
	})
}

func TestDuplicatesTellOnlyWhatOneMayKnow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c := w.create(w.amy, "customer", map[string]any{"name": "北京华信科技有限公司", "phones": []any{map[string]any{"value": "13800138000"}}})
		ask := map[string]any{"name": "华信科技", "phones": []any{map[string]any{"value": "138 0013 8000"}}}
		twins, err := w.e.Duplicates(ctx, w.amy, "customer", ask, [16]byte{})
		must(t, err)
		if len(twins) != 1 || len(twins[0].Fields) != 2 || twins[0].Record.ID() != c.UUID {
			t.Errorf("%+v", twins)
		}
		twins, err = w.e.Duplicates(ctx, w.bob, "customer", ask, [16]byte{})
		must(t, err)
		if len(twins) != 1 || twins[0].Record != nil || twins[0].Hidden["owner"] != "Amy" || twins[0].Hidden["title"] != nil {
			t.Errorf("%+v", twins)
		}
		d, err := w.e.Access(ctx, w.admin, "customer", c.UUID, w.bob)
		must(t, err)
		if d.Read.Allowed || d.Read.Why != "unseen" {
			t.Errorf("%+v", d)
		}
	})
}
