package catalog_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"youpeng/engine/catalog"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/fault"
)

func unique(on bool) func(f *object.Field) { return func(f *object.Field) { f.Unique = on } }

func TestUniqueOnValuesThatStandTwiceFails(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one := w.create("customer", map[string]any{"name": "a", "code": "K1"})
		two := w.create("customer", map[string]any{"name": "b", "code": "k1"})
		w.create("customer", map[string]any{"name": "c", "code": "K2"})
		binned := w.create("customer", map[string]any{"name": "d", "code": "K2"})
		w.write(record.Op{Do: record.Delete, Object: "customer", UUID: binned.UUID, Any: true})
		w.change(edit("customer", "code", unique(true)))
		if f := w.field("customer", "code"); f.Unique || catalog.State(f) != "building" {
			t.Errorf("%+v", f)
		}
		must(t, w.cat.Build(ctx))
		o, f := w.cat.Current().Object("customer"), w.field("customer", "code")
		state, n, groups, err := w.cat.Uniqueness(ctx, o, f)
		must(t, err)
		if state != "failed" || n != 1 || len(groups) != 1 || !slices.Equal(groups[0], []int64{one.ID, two.ID}) || f.Unique {
			t.Errorf("%s %d %v", state, n, groups)
		}
		// Mended, it is tried once more.
		w.write(record.Op{Do: record.Update, Object: "customer", UUID: two.UUID, Any: true, Values: map[string]any{"code": "K3"}})
		w.change(edit("customer", "code", unique(true)))
		must(t, w.cat.Build(ctx))
		if f := w.field("customer", "code"); !f.Unique || catalog.State(f) != "live" {
			t.Errorf("%+v", f)
		}
		if list, err := w.cat.History(ctx, "customer", "code", 0, 10); err != nil || len(list) != 1 {
			t.Errorf("trying again stands in the history: %+v %v", list, err)
		}
		if _, err := w.try(system, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"name": "e", "code": "K1"}}); !fault.Is(err, fault.Unprocessable) {
			t.Errorf("taken: %v", err)
		}
		if _, err := w.try(system, record.Op{Do: record.Restore, Object: "customer", UUID: binned.UUID}); err == nil {
			t.Error("restored into a taken value")
		}
		w.sound()
		w.change(func(d *catalog.Draft) error {
			return d.AddField("customer", &object.Field{Name: "x_serial", Kind: object.KindText, Label: word("serial"), Unique: true})
		})
		must(t, w.cat.Build(ctx))
		w.change(edit("customer", "x_serial", unique(false)))
		for range 2 {
			w.create("customer", map[string]any{"name": "f", "x_serial": "same"})
		}
		w.sound()
	})
}

func TestUniqueIsBuiltWhileOthersWriteAndHolds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 300 {
			w.create("customer", map[string]any{"name": "n", "code": fmt.Sprint("K", i), "phones": []any{map[string]any{"value": fmt.Sprint(13800138000 + i)}}})
		}
		var all sync.WaitGroup
		defer all.Wait()
		for n := range 8 {
			all.Go(func() {
				for i := range 10 {
					if _, err := w.try(system, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"name": "w", "code": fmt.Sprint("W", n, "-", i)}}); err != nil {
						t.Errorf("a writer lost its write: %v", err)
					}
				}
			})
		}
		w.change(edit("customer", "code", unique(true)))
		must(t, w.cat.Build(ctx))
		w.change(edit("customer", "phones", unique(true)))
		must(t, w.cat.Build(ctx))
		all.Wait()
		if !w.field("customer", "code").Unique || !w.field("customer", "phones").Unique {
			t.Fatalf("%+v %+v", w.field("customer", "code"), w.field("customer", "phones"))
		}
		made := make([]error, 8)
		for n := range made {
			all.Go(func() {
				_, made[n] = w.try(system, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"name": "x", "code": "one", "phones": []any{map[string]any{"value": "13900139000"}}}})
			})
		}
		all.Wait()
		good := 0
		for _, err := range made {
			if err == nil {
				good++
			}
		}
		if good != 1 {
			t.Errorf("%d of 8 have the same code: %v", good, made)
		}
		for _, values := range []map[string]any{{"code": "W3-7"}, {"code": "k250"}, {"phones": []any{map[string]any{"value": "13800138299"}}}} {
			values["name"] = "y"
			if _, err := w.try(system, record.Op{Do: record.Create, Object: "customer", Values: values}); err == nil {
				t.Errorf("taken twice: %v", values)
			}
		}
		w.sound()
	})
}

func TestABuildThatDiedIsTakenUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("customer", map[string]any{"name": "a", "code": "K1"})
		w.change(edit("customer", "code", unique(true)))
		again, err := catalog.Open(ctx, w.d, w.clock, standard(), "CNY")
		must(t, err)
		must(t, again.Build(ctx))
		must(t, w.cat.Refresh(ctx))
		if !w.field("customer", "code").Unique {
			t.Error("not built by the next process")
		}
	})
}

func TestSeriesOfACustomObject(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := &object.Object{Name: "x_order", Label: word("order")}
		for reset, date := range map[string]string{"": "", "year": "2006", "month": "200601", "day": "20060102"} {
			o.Fields = append(o.Fields, &object.Field{Name: "x_n" + reset, Kind: object.KindSeries, Label: word("n"), Unique: true, Series: &object.Series{Prefix: "O", Date: date, Digits: 4, Reset: reset}})
		}
		o.Fields = append(o.Fields, &object.Field{Name: "x_gapped", Kind: object.KindSeries, Label: word("n"), Unique: true, Series: &object.Series{Digits: 4, Gapped: true}})
		w.change(func(d *catalog.Draft) error { return d.AddObject(o) })
		got := map[string][]string{}
		var mu sync.Mutex
		draw := func() {
			var all sync.WaitGroup
			for range 16 {
				all.Go(func() {
					for range 3 {
						r, err := w.try(system, record.Op{Do: record.Create, Object: "x_order", Values: map[string]any{"name": "n"}})
						if err != nil {
							t.Errorf("a writer lost its write: %v", err)
							return
						}
						mu.Lock()
						for _, f := range o.Fields {
							if f.Series != nil {
								got[f.Name] = append(got[f.Name], r.Get(f.Name).(string))
							}
						}
						mu.Unlock()
					}
				})
			}
			all.Wait()
		}
		draw()
		w.clock.Advance(24 * time.Hour) // the first day of the next year
		draw()
		for name, list := range got {
			slices.Sort(list)
			if len(slices.Compact(slices.Clone(list))) != 96 {
				t.Errorf("%s: a number was given twice: %v", name, list)
			}
			first, last := map[string]string{"x_n": "O-0001", "x_nyear": "O-2026-0001", "x_nmonth": "O-202612-0001", "x_nday": "O-20261231-0001"}[name],
				map[string]string{"x_n": "O-0096", "x_nyear": "O-2027-0048", "x_nmonth": "O-202701-0048", "x_nday": "O-20270101-0048"}[name]
			if name != "x_gapped" && (list[0] != first || list[95] != last) {
				t.Errorf("%s: from %s to %s", name, list[0], list[95])
			}
		}
	})
}
