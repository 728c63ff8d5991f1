package catalog_test

import (
	"fmt"
	"slices"
	"testing"

	"youpeng/engine/catalog"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/fault"
)

// release opens the database as a program whose code says more of its fields, and waits for nothing.
func (w *world) release(change func(customer *object.Object)) {
	w.t.Helper()
	list := standard()
	change(list[1])
	cat, err := catalog.Open(ctx, w.d, w.clock, list, "CNY")
	must(w.t, err)
	w.cat = cat
	tables := table.New(w.d.Dialect())
	w.columns.SetCatalog(cat.Current())
	cat.Watch(func(c *object.Catalog) {
		w.columns.SetCatalog(c)
		tables.Keep(c)
	})
	w.e, err = record.Open(ctx, record.Options{DB: w.d, Catalog: cat, Tables: tables, Columns: w.columns, Clock: w.clock})
	must(w.t, err)
}

func TestWhatANewReleaseHoldsUniqueIsBuiltForTheRowsThereAre(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := func(n int) []any { return []any{map[string]any{"value": fmt.Sprint(13800138000 + n)}} }
		one := w.create("customer", map[string]any{"name": "a", "code": "K-1", "phones": phone(1)})
		w.create("customer", map[string]any{"name": "b", "code": "K-2", "phones": phone(2)})
		w.release(func(o *object.Object) {
			o.Field("code").Unique, o.Field("code").Match, o.Field("phones").Unique, o.Field("level").Unique = true, true, true, true
		})
		if f := w.field("customer", "code"); catalog.State(f) != "building" || catalog.MatchState(f) != "building" || catalog.State(w.field("customer", "phones")) != "building" {
			t.Fatalf("%+v", f)
		}
		w.create("customer", map[string]any{"name": "c", "code": "K-3", "phones": phone(3)}) // nobody waits for it
		must(t, w.cat.Build(ctx))
		w.sound()
		if got := w.alike("code", "k1"); !slices.Equal(got, []int64{one.ID}) {
			t.Errorf("the matcher finds %v", got)
		}
		for _, values := range []map[string]any{{"code": "k-1"}, {"code": "K-3"}, {"phones": phone(1)}, {"phones": phone(3)}} {
			values["name"] = "x"
			if _, err := w.try(system, record.Op{Do: record.Create, Object: "customer", Values: values}); !fault.Is(err, fault.Unprocessable) {
				t.Errorf("taken twice: %v %v", values, err)
			}
		}
		version := w.cat.Current().Version
		w.release(func(o *object.Object) {
			o.Field("code").Unique, o.Field("code").Match, o.Field("phones").Unique, o.Field("level").Unique = true, true, true, true
		})
		if f := w.field("customer", "code"); !f.Unique || !f.Match || w.cat.Current().Version != version {
			t.Errorf("it is built again at the next start: %+v", f)
		}
	})
}

func TestWhatANewReleaseHoldsUniqueAndStandsTwiceIsToldAndTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("customer", map[string]any{"name": "a", "code": "K"})
		two := w.create("customer", map[string]any{"name": "b", "code": "k"})
		more := func(o *object.Object) { o.Field("code").Unique = true }
		w.release(more)
		must(t, w.cat.Build(ctx))
		for range 2 {
			state, n, groups, err := w.cat.Uniqueness(ctx, w.cat.Current().Object("customer"), w.field("customer", "code"))
			if err != nil || state != "failed" || n != 1 || len(groups) != 1 {
				t.Errorf("%s %d %v %v", state, n, groups, err)
			}
			w.sound()
			w.release(more) // the next start
		}
		w.change(edit("customer", "code", func(f *object.Field) { f.Label = word("number") })) // what failed is not in the way of other changes
		w.write(record.Op{Do: record.Update, Object: "customer", UUID: two.UUID, Any: true, Values: map[string]any{"code": "K2"}})
		w.change(edit("customer", "code", unique(true)))
		must(t, w.cat.Build(ctx))
		if f := w.field("customer", "code"); catalog.State(f) != "live" || f.Label != word("number") {
			t.Errorf("%+v", f)
		}
		w.sound()
		if _, err := w.cat.Change(ctx, 0, catalog.By{}, edit("customer", "code", unique(false))); err == nil {
			t.Error("what the program needs unique is switched off")
		}
	})
}
