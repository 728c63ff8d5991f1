package record_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
)

func TestBulkBuildsUponItself(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		old := w.create(w.amy, "customer", map[string]any{"name": "old", "phones": []any{map[string]any{"value": "13800138000"}}})
		made := uuid.Must(uuid.NewV7())
		ops := []record.Op{
			{Do: record.Create, Object: "customer", UUID: made, Values: map[string]any{"name": "new"}},
			{Do: record.Create, Object: "contact", Values: map[string]any{"name": "p", "customers": []any{made.String()}}},
			{Do: record.Update, Object: "customer", UUID: made, Any: true, Values: map[string]any{"size": 7, "phones": []any{map[string]any{"value": "13900139000"}}}},
			{Do: record.Update, Object: "customer", UUID: old.UUID, Any: true, Values: map[string]any{"size": 1}},
			{Do: record.Update, Object: "customer", UUID: old.UUID, Any: true, Values: map[string]any{"phones": map[string]any{"add": []any{map[string]any{"value": "13700137000"}}}}},
			{Do: record.Update, Object: "customer", UUID: old.UUID, Version: old.Version, Strict: true, Values: map[string]any{"size": 2}},
			{Do: record.Delete, Object: "customer", UUID: old.UUID},
		}
		set, err := w.e.OpenChangeSet(ctx, w.amy, record.ChangeSet{Via: "import", Kind: "bulk"})
		must(t, err)
		res, err := w.e.Bulk(ctx, &record.Write{Actor: w.amy, Via: "import", Set: set, Ops: ops}, nil)
		must(t, err)
		must(t, w.e.CloseChangeSet(ctx, set, "complete"))
		for i, out := range res.Outcomes {
			if want := i == 5; want != fault.Is(out.Err, fault.Stale) || !want && out.Err != nil {
				t.Errorf("operation %d: %v", i, out.Err)
			}
		}
		fresh := object.NewRecord(w.cat.Object("customer"))
		fresh.UUID = made
		fresh = w.get(fresh)
		if fresh.Get("size") != int64(7) || fresh.Version != 2 || len(fresh.Get("phones").([]object.Item)) != 1 {
			t.Errorf("made and changed in one go: %v at version %d", fresh.Get("size"), fresh.Version)
		}
		now := w.get(old)
		if now.Deleted == 0 || now.Get("size") != int64(1) || len(now.Get("phones").([]object.Item)) != 2 {
			t.Errorf("three changes of one record: %v", now)
		}
		w.sound(fresh)
		w.sound(now)
		if _, err := w.e.Undo(ctx, w.amy, set.UUID, "", record.Write{Via: "api"}); err != nil {
			t.Fatal(err)
		}
		if back := w.get(old); back.Deleted != 0 {
			t.Error("the deleted one did not come back")
		}
		if gone := w.get(fresh); gone.Deleted == 0 {
			t.Error("what was made did not go")
		}
	})
}

func TestUndoOfManyGoesInOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		set, err := w.e.OpenChangeSet(ctx, w.amy, record.ChangeSet{Via: "import", Kind: "bulk"})
		must(t, err)
		var ops []record.Op
		for i := range 150 {
			id := uuid.Must(uuid.NewV7())
			ops = append(ops, record.Op{Do: record.Create, Object: "customer", UUID: id, Values: map[string]any{"name": fmt.Sprint("c", i)}},
				record.Op{Do: record.Create, Object: "contact", Joined: true, Values: map[string]any{"name": fmt.Sprint("p", i), "customers": []any{id.String()}}})
		}
		made, err := w.e.Bulk(ctx, &record.Write{Actor: w.amy, Via: "import", Set: set, Ops: ops}, nil)
		must(t, err)
		must(t, w.e.CloseChangeSet(ctx, set, "complete"))
		res, err := w.e.Undo(ctx, w.amy, set.UUID, "", record.Write{Via: "api"})
		must(t, err)
		if len(res.Outcomes) != len(ops) {
			t.Errorf("%d of %d taken back", len(res.Outcomes), len(ops))
		}
		for i, out := range made.Outcomes {
			if rec := w.get(out.Record); rec == nil || rec.Deleted == 0 {
				t.Fatalf("operation %d stands: %v", i, rec)
			}
		}
		again, err := w.e.Undo(ctx, w.amy, res.ChangeSet, "", record.Write{Via: "api"})
		must(t, err)
		for i, out := range again.Outcomes {
			if out.Err != nil {
				t.Fatalf("coming back, operation %d: %v", i, out.Err)
			}
		}
		for i, out := range made.Outcomes {
			if rec := w.get(out.Record); rec.Deleted != 0 {
				t.Fatalf("operation %d did not come back", i)
			}
		}
	})
}

// An undo that is cut off leaves its change set unfinished; asked for again, it goes on and takes nothing back twice.
func TestAnUndoThatIsCutOffGoesOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, at func() *db.DB) {
		ctx, cut := context.WithCancel(t.Context())
		var left atomic.Int64 // that go before it is cut off
		left.Store(700)
		w := open(t, at(), record.Behaviour{Object: "customer", Moment: record.AtBefore, Run: func(c *record.Change) error {
			if c.Op == record.Delete && left.Add(-1) == 0 {
				cut()
			}
			return nil
		}})
		set, err := w.e.OpenChangeSet(t.Context(), w.amy, record.ChangeSet{Via: "import", Kind: "bulk"})
		must(t, err)
		var ops []record.Op
		for i := range 1200 {
			ops = append(ops, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"name": fmt.Sprint("c", i)}})
		}
		made, err := w.e.Bulk(t.Context(), &record.Write{Actor: w.amy, Via: "import", Set: set, Ops: ops, Apart: true}, nil)
		must(t, err)
		must(t, w.e.CloseChangeSet(t.Context(), set, "complete"))
		stands := func() (n int) {
			for _, out := range made.Outcomes {
				if w.get(out.Record).Deleted == 0 {
					n++
				}
			}
			return n
		}
		if _, err := w.e.Undo(ctx, w.amy, set.UUID, "", record.Write{}); err == nil {
			t.Error("an undo that was cut off says that it is done")
		}
		if n := stands(); n == 0 || n == len(ops) {
			t.Fatalf("%d of %d stand, which is not midway", n, len(ops))
		}
		res, err := w.e.Undo(t.Context(), w.amy, set.UUID, "", record.Write{})
		must(t, err)
		if n := stands(); n != 0 {
			t.Errorf("%d still stand", n)
		}
		for _, out := range made.Outcomes {
			if rec := w.get(out.Record); rec.Version != 2 {
				t.Fatalf("one was taken back twice: version %d", rec.Version)
			}
		}
		if _, err := w.e.Undo(t.Context(), w.amy, set.UUID, "", record.Write{}); !fault.Has(err, "undo.done") {
			t.Errorf("undone twice: %v", err)
		}
		_, err = w.e.Undo(t.Context(), w.amy, res.ChangeSet, "", record.Write{})
		must(t, err)
		if n := stands(); n != len(ops) {
			t.Errorf("%d of %d came back", n, len(ops))
		}
	})
}

// What is planned ahead rests on the past; where a neighbour has moved it since, nothing is lost and nothing taken twice.
func TestBulkThatIsPlannedAhead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		one := w.create(w.amy, "customer", map[string]any{"name": "one"})
		set, err := w.e.OpenChangeSet(ctx, w.amy, record.ChangeSet{Via: "import", Kind: "bulk"})
		must(t, err)
		var ops []record.Op
		for i := range 300 {
			id := uuid.Must(uuid.NewV7())
			ops = append(ops, record.Op{Do: record.Create, Object: "customer", UUID: id, Values: map[string]any{"name": fmt.Sprint("c", i), "code": fmt.Sprint(i % 250)}},
				record.Op{Do: record.Create, Object: "contact", Joined: true, Values: map[string]any{"name": fmt.Sprint("p", i), "customers": []any{id.String()}}})
			if i%60 == 0 {
				ops = append(ops, record.Op{Do: record.Update, Object: "customer", UUID: one.UUID, Any: true, Values: map[string]any{"phones": map[string]any{"add": []any{fmt.Sprint(13800138000 + i)}}}})
			}
		}
		marked := 0
		res, err := w.e.Bulk(ctx, &record.Write{Actor: w.amy, Via: "import", Set: set, Ops: ops, Apart: true}, func(_ db.Tx, done int) error {
			if done < marked {
				t.Errorf("%d operations were done, then %d", marked, done)
			}
			marked = done
			return nil
		})
		must(t, err)
		must(t, w.e.CloseChangeSet(ctx, set, "complete"))
		failed := 0
		for i, out := range res.Outcomes {
			if out.Err != nil {
				failed++
				continue
			}
			if rec := w.get(out.Record); rec == nil || out.Op == record.Create && ops[i].UUID != uuid.Nil && rec.UUID != ops[i].UUID {
				t.Fatalf("operation %d answers another's record", i)
			}
		}
		if len(res.Outcomes) != len(ops) || marked != len(ops) || failed != 100 {
			t.Errorf("%d outcomes of %d operations, %d failed, %d were marked", len(res.Outcomes), len(ops), failed, marked)
		}
		now := w.get(one)
		if got := len(now.Get("phones").([]object.Item)); got != 5 {
			t.Errorf("%d of 5 phones were added", got)
		}
		w.sound(now)
	})
}
