package record_test

import (
	"context"
	"testing"
	"time"

	"youpeng/engine/object"
	"youpeng/engine/record"
)

// addsUp keeps an order's total, a field of the program, true to its lines.
var addsUp = record.Behaviour{Object: "order", Moment: record.AtBefore, Run: func(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	lines, err := c.Lines("order_line")
	sum := int64(0)
	for _, l := range lines {
		n, _ := l.Get("amount").(int64)
		sum += n
	}
	c.New.Set("total", sum)
	return err
}}

// undo takes a change set back as somebody who may write all of it, and says how that ended.
func (w *world) undo(res *record.Result) *record.Result {
	w.t.Helper()
	w.clock.Advance(time.Second)
	undone, err := w.e.Undo(context.Background(), w.amy, res.ChangeSet, "", record.Write{})
	must(w.t, err)
	set, err := w.e.ChangeSetOf(context.Background(), undone.ChangeSet)
	must(w.t, err)
	if set.State != "complete" {
		w.t.Errorf("the undo ended %s: %+v", set.State, undone.Outcomes)
	}
	return undone
}

func TestUndoOfLinesAddsUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create(w.amy, "customer", map[string]any{"name": "a"})
		line := func(name string, n int) map[string]any { return map[string]any{"name": name, "amount": n} }
		o := w.create(w.amy, "order", map[string]any{"customer": c.UUID.String(), "lines": []any{line("a", 1), line("b", 2)}})
		v, err := w.e.Get(context.Background(), w.amy, "order", o.UUID, nil, []string{"lines"})
		must(t, err)
		first := v.Get("lines").([]*record.View)[0].ID().String()
		res, err := w.set(w.amy, o, map[string]any{"lines": map[string]any{"remove": []any{first}, "add": []any{line("c", 40)}, "set": []any{}}})
		must(t, err)
		totals := func(want int64) {
			t.Helper()
			if got := w.get(o).Get("total"); got != want {
				t.Errorf("total %v, not %d", got, want)
			}
		}
		totals(42)
		for range 2 { // the undo of an undo tells its lines in another order than what a person did
			res = w.undo(res)
			totals(3)
			res = w.undo(res)
			totals(42)
		}
		w.sound(o)
	}, addsUp)
}

func TestUndoBinsWhatLeansOnEachOther(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := object.NewRecord(w.cat.Object("customer"))
		c.ID = -1
		c.Set("name", "a")
		o := object.NewRecord(w.cat.Object("order"))
		o.Set("customer", c.ID)
		res := w.write(w.amy, record.Op{Do: record.Create, Object: "customer", Record: c},
			record.Op{Do: record.Create, Object: "order", Record: o, Values: map[string]any{"lines": []any{map[string]any{"name": "a", "amount": 1}}}})
		made := []*object.Record{res.Outcomes[0].Record, res.Outcomes[1].Record}
		for range 2 {
			res = w.undo(res)
			for _, r := range made {
				if w.get(r).Deleted == 0 {
					t.Errorf("%s is still there", r.Object.Name)
				}
			}
			res = w.undo(res)
			for _, r := range made {
				if w.get(r).Deleted != 0 {
					t.Errorf("%s did not come back", r.Object.Name)
				}
			}
			if w.get(made[1]).Get("total") != int64(1) {
				t.Errorf("the order came back with a total of %v", w.get(made[1]).Get("total"))
			}
		}
		w.sound(made...)
	}, addsUp)
}
