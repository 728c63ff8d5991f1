package catalog_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"youpeng/engine/catalog"
	"youpeng/engine/object"
	"youpeng/engine/record"
)

func match(on bool) func(f *object.Field) { return func(f *object.Field) { f.Match = on } }

// alike are the records, by private id, that agree with a value in a field of the matcher.
func (w *world) alike(field string, value any) (ids []int64) {
	w.t.Helper()
	twins, err := w.e.Duplicates(ctx, w.person(), "customer", map[string]any{field: value}, uuid.Nil)
	must(w.t, err)
	for _, x := range twins {
		ids = append(ids, x.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestTheMatcherTakesAFieldLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one := w.create("customer", map[string]any{"name": "a", "code": "K-1", "phones": []any{map[string]any{"value": "13800138000"}}})
		two := w.create("customer", map[string]any{"name": "b", "code": "k 1"})
		w.write(record.Op{Do: record.Delete, Object: "customer", UUID: two.UUID, Any: true})
		w.change(edit("customer", "code", match(true)))
		if f := w.field("customer", "code"); f.Match || catalog.MatchState(f) != "building" {
			t.Errorf("%+v", f)
		}
		if got := w.alike("code", "K1"); len(got) > 0 {
			t.Errorf("found before all keys are there: %v", got)
		}
		w.sound()
		three := w.create("customer", map[string]any{"name": "c", "code": "K1"})
		must(t, w.cat.Build(ctx))
		if got := w.alike("code", "K_1"); !slices.Equal(got, []int64{one.ID, two.ID, three.ID}) || catalog.MatchState(w.field("customer", "code")) != "live" {
			t.Errorf("found %v of %d %d %d", got, one.ID, two.ID, three.ID)
		}
		w.sound()

		// What changes while it is off does not stay behind when it is on again.
		w.change(edit("customer", "code", match(false)))
		w.write(record.Op{Do: record.Update, Object: "customer", UUID: one.UUID, Any: true, Values: map[string]any{"code": "K-2"}})
		if got := w.alike("code", "K1"); len(got) > 0 {
			t.Errorf("found while it is off: %v", got)
		}
		w.sound()
		w.change(edit("customer", "code", match(true)))
		again, err := catalog.Open(ctx, w.d, w.clock, standard(), "CNY") // the process that began has died
		must(t, err)
		must(t, again.Build(ctx))
		must(t, w.cat.Refresh(ctx))
		if now, before := w.alike("code", "K2"), w.alike("code", "K1"); !slices.Equal(now, []int64{one.ID}) || !slices.Equal(before, []int64{two.ID, three.ID}) {
			t.Errorf("found %v, %v", now, before)
		}
		w.sound()

		// Items have their keys from the first, and an undo takes the choice back.
		w.change(edit("customer", "phones", match(true)))
		if got := w.alike("phones", []any{map[string]any{"value": "13800138000"}}); !slices.Equal(got, []int64{one.ID}) {
			t.Errorf("by phone: %v", got)
		}
		history, err := w.cat.History(ctx, "customer", "phones", 0, 1)
		must(t, err)
		if _, err := w.cat.Undo(ctx, history[0].ID, catalog.By{User: 7}); err != nil || w.field("customer", "phones").Match {
			t.Errorf("undone: %v", err)
		}
		w.sound()
		for of, fn := range map[string]func(*catalog.Draft) error{"level": edit("customer", "level", match(true)), "created_at": edit("customer", "created_at", match(true))} {
			if _, err := w.cat.Change(ctx, 0, catalog.By{}, fn); err == nil {
				t.Errorf("%s finds duplicates", of)
			}
		}
	})
}

func TestTheMatcherTakesAFieldWhileOthersWrite(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 300 {
			w.create("customer", map[string]any{"name": "n", "code": fmt.Sprint("K", i)})
		}
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				for i := range 10 {
					r, err := w.try(system, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"name": "w", "code": fmt.Sprint("V", n, i)}})
					if err == nil {
						_, err = w.try(system, record.Op{Do: record.Update, Object: "customer", UUID: r.UUID, Any: true, Values: map[string]any{"code": fmt.Sprint("W", n, i)}})
					}
					if err != nil {
						t.Errorf("a writer lost its write: %v", err)
					}
				}
			})
		}
		w.change(edit("customer", "code", match(true)))
		must(t, w.cat.Build(ctx))
		all.Wait()
		for _, code := range []string{"k0", "K-299", "w 00", "W-79"} {
			if got := w.alike("code", code); len(got) != 1 {
				t.Errorf("%s: %v", code, got)
			}
		}
		if got := w.alike("code", "V00"); len(got) > 0 {
			t.Errorf("a value that is no more: %v", got)
		}
		w.sound()
	})
}
