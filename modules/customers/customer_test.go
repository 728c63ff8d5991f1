package customers_test

import (
	"fmt"
	"sync"
	"testing"

	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/modules/customers"
	. "youpeng/modules/modulestest"
	"youpeng/modules/org"
	"youpeng/platform/fault"
)

func TestNobodyStandsAboveThemselves(t *testing.T) {
	Each(t, []modules.Module{org.Module(), customers.Module()}, func(t *testing.T, w *World) {
		for _, x := range []struct{ object, up string }{{"customer", "parent"}, {"department", "parent"}, {"user", "manager"}} {
			made := func(up *object.Record) *object.Record {
				body := map[string]any{"name": "某"}
				if up != nil {
					body[x.up] = up.UUID.String()
				}
				return w.Create(w.Admin, x.object, body)
			}
			put := func(rec, up *object.Record) error {
				_, err := w.Set(w.Admin, rec, map[string]any{x.up: up.UUID.String()})
				return err
			}
			top := made(nil)
			middle := made(top)
			low := made(middle)
			for _, under := range []*object.Record{top, middle, low} {
				if err := put(top, under); !fault.Has(err, "link.circle") {
					t.Errorf("%s under itself or what is below it: %v", x.object, err)
				}
			}
			w.Must(put(low, top)) // two under one are no circle
			a, b := made(nil), made(nil)
			var both sync.WaitGroup
			errs := make([]error, 2)
			both.Go(func() { errs[0] = put(a, b) })
			both.Go(func() { errs[1] = put(b, a) })
			both.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Errorf("two who close a circle of %s from both sides: %v", x.object, errs)
			}
		}
	})
}

// Whoever begins to lean on a record in the moment in which it goes to the bin is refused, or keeps it there, or goes
// with it.
func TestNobodyIsLeftLeaningOnTheBin(t *testing.T) {
	Each(t, []modules.Module{org.Module(), customers.Module()}, func(t *testing.T, w *World) {
		for range 20 {
			for _, x := range []struct{ object, on, by string }{{"department", "department", "parent"}, {"contact", "customer", "customers"}} {
				on := w.Create(w.Admin, x.on, map[string]any{"name": "某"})
				var link any = on.UUID.String()
				if x.by == "customers" {
					link = []any{link}
				}
				var both sync.WaitGroup
				var made *record.Result
				var err, gone error
				both.Go(func() {
					made, err = w.Write(w.Admin, record.Op{Do: record.Create, Object: x.object, Values: map[string]any{"name": "某", x.by: link}})
				})
				both.Go(func() { _, gone = w.Write(w.Admin, record.Op{Do: record.Delete, Object: x.on, UUID: on.UUID}) })
				both.Wait()
				if err != nil && gone != nil {
					t.Errorf("neither was done: %v; %v", err, gone)
				}
				if err == nil && w.Get(made.Outcomes[0].Record).Deleted == 0 && w.Get(on).Deleted != 0 {
					t.Errorf("a %s stands with a %s in the bin", x.object, x.on)
				}
			}
		}
	})
}

func TestNoLinkLeadsIntoTheBin(t *testing.T) {
	Each(t, []modules.Module{org.Module(), customers.Module()}, func(t *testing.T, w *World) {
		on := w.Create(w.Admin, "customer", map[string]any{"name": "某"})
		child := w.Create(w.Admin, "customer", map[string]any{"name": "子"})
		_, err := w.Write(w.Admin, record.Op{Do: record.Delete, Object: "customer", UUID: on.UUID})
		w.Must(err)
		if _, err := w.Set(w.Admin, child, map[string]any{"parent": on.UUID.String()}); !fault.Has(err, "link.binned") {
			t.Errorf("under one in the bin: %v", err)
		}
		if _, err := w.Write(w.Admin, record.Op{Do: record.Create, Object: "contact", Values: map[string]any{"name": "某", "customers": []any{on.UUID.String()}}}); !fault.Has(err, "link.binned") {
			t.Errorf("a contact of one in the bin: %v", err)
		}
	})
}

func TestATreeIsOnlySoHigh(t *testing.T) {
	Each(t, []modules.Module{org.Module(), customers.Module()}, func(t *testing.T, w *World) {
		up, err := (*object.Record)(nil), error(nil)
		for n := 0; err == nil && n < 200; n++ {
			body := map[string]any{"name": fmt.Sprint("层 ", n)}
			if up != nil {
				body["parent"] = up.UUID.String()
			}
			var res *record.Result
			if res, err = w.Write(w.Admin, record.Op{Do: record.Create, Object: "customer", Values: body}); err == nil {
				up = res.Outcomes[0].Record
			} else if n != 100 {
				t.Errorf("the %d. level: %v", n+1, err)
			}
		}
		if !fault.Has(err, "link.deep") {
			t.Error(err)
		}
	})
}
