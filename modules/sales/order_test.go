package sales_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"youpeng/engine/object"
	"youpeng/engine/record"
	. "youpeng/modules/modulestest"
	"youpeng/modules/sales"
	"youpeng/platform/fault"
)

// shop is a customer and two products.
func shop(w *World) (customer, motor, cable *object.Record) {
	customer = w.Create(w.Amy, "customer", map[string]any{"name": "华信"})
	motor = w.Create(w.Admin, "product", map[string]any{"name": "电机", "code": "M1", "unit": "台", "price": "1999.99"})
	cable = w.Create(w.Admin, "product", map[string]any{"name": "电缆", "code": "C1", "unit": "米", "price": "3.33"})
	return customer, motor, cable
}

func total(w *World, order *object.Record) int64 { return sales.OrderTotal.Get(w.Get(order)).Minor }

func TestOrderOfTwoLines(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		customer, motor, cable := shop(w)
		order := w.Create(w.Amy, "order", map[string]any{"customer": customer.UUID.String(), "discount": "0.50", "lines": []any{
			map[string]any{"product": motor.UUID.String(), "quantity": "2", "discount_percent": "10"},
			map[string]any{"product": cable.UUID.String(), "quantity": "12.5"},
		}})
		// 2 × 1999.99 × 0.9 = 3599.982 → 3599.98; 12.5 × 3.33 = 41.625 → 41.63; less 0.50
		if got := total(w, order); got != 359998+4163-50 || sales.OrderNumber.Get(order) != "SO-20260302-0001" {
			t.Fatalf("%d %s", got, sales.OrderNumber.Get(order))
		}
		lines := w.All("order_line")
		if sales.LineDescription.Get(lines[0]) != "电机" || sales.LineAmount.Get(lines[1]).Minor != 4163 {
			t.Errorf("%v", lines)
		}
		edit := map[string]any{"lines": map[string]any{"set": []any{map[string]any{"id": lines[1].UUID.String(), "quantity": "100"}}}}
		res, err := w.Set(w.Amy, order, edit)
		w.Must(err)
		if got := total(w, order); got != 359998+33300-50 {
			t.Errorf("after an edit of a line: %d", got)
		}
		undone := w.Undo(w.Amy, res.ChangeSet)
		if got := total(w, order); got != 359998+4163-50 {
			t.Errorf("after its undo: %d", got)
		}
		w.Undo(w.Amy, undone.ChangeSet)
		if got := total(w, order); got != 359998+33300-50 {
			t.Errorf("after the undo of the undo: %d", got)
		}
		_, err = w.Set(w.Amy, order, map[string]any{"lines": map[string]any{"remove": []any{lines[0].UUID.String()}}})
		w.Must(err)
		if got := total(w, order); got != 33300-50 {
			t.Errorf("with a line less: %d", got)
		}
		for name, x := range map[string]struct {
			values map[string]any
			path   string
			code   string
		}{
			"total by hand":         {map[string]any{"total": "1"}, "total", "field.read_only"},
			"number by hand":        {map[string]any{"number": "SO-1"}, "number", "field.read_only"},
			"amount by hand":        {map[string]any{"lines": map[string]any{"add": []any{map[string]any{"product": cable.UUID.String(), "amount": "1"}}}}, "lines.add[0].amount", "field.read_only"},
			"nothing of a thing":    {map[string]any{"lines": map[string]any{"add": []any{map[string]any{"product": cable.UUID.String(), "quantity": "0"}}}}, "lines.add[0].quantity", "number.min"},
			"finer than we count":   {map[string]any{"lines": map[string]any{"add": []any{map[string]any{"product": cable.UUID.String(), "quantity": "0.0001"}}}}, "lines.add[0].quantity", "decimal.scale"},
			"too great a price cut": {map[string]any{"lines": map[string]any{"add": []any{map[string]any{"product": cable.UUID.String(), "discount_percent": "101"}}}}, "lines.add[0].discount_percent", "number.range"},
			"more off than all":     {map[string]any{"discount": "333.01"}, "discount", "order.discount"},
			"no product":            {map[string]any{"lines": map[string]any{"add": []any{map[string]any{"price": "1"}}}}, "lines.add[0].product", "required"},
			"confirmed and empty":   {map[string]any{"status": "confirmed", "lines": []any{}}, "lines", "order.lines_needed"},
		} {
			_, err := w.Set(w.Amy, order, x.values)
			if f := fault.As(err).Fields; len(f) != 1 || f[0].Path != x.path || f[0].Code != x.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err = w.Set(w.Amy, order, map[string]any{"status": "confirmed"})
		w.Must(err)
		w.Sound()
	})
}

func TestOrderFromItsDealAndItsProducts(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		customer, motor, _ := shop(w)
		deal := w.Create(w.Amy, "deal", map[string]any{"name": "设备", "customer": customer.UUID.String()})
		order := w.Create(w.Amy, "order", map[string]any{"deal": deal.UUID.String(), "lines": []any{map[string]any{"product": motor.UUID.String()}}})
		if sales.OrderCustomer.Get(order) != customer.ID || total(w, order) != 199999 {
			t.Errorf("%v", order.Values)
		}
		_, err := w.Set(w.Admin, motor, map[string]any{"price": "1", "active": false})
		w.Must(err)
		_, err = w.Set(w.Amy, order, map[string]any{"remark": "x", "lines": map[string]any{"set": []any{map[string]any{"id": w.All("order_line")[0].UUID.String(), "quantity": "2"}}}})
		w.Must(err)
		if got := total(w, order); got != 399998 {
			t.Errorf("a new price reached an old order: %d", got)
		}
		if _, err := w.Write(w.Amy, record.Op{Do: record.Create, Object: "order", Values: map[string]any{"customer": customer.UUID.String(), "lines": []any{map[string]any{"product": motor.UUID.String()}}}}); !fault.Has(err, "product.inactive") {
			t.Errorf("sold what is sold no more: %v", err)
		}
		if _, err := w.Write(w.Amy, record.Op{Do: record.Delete, Object: "customer", UUID: customer.UUID}); !fault.Has(err, "record.leaned_on") {
			t.Errorf("a customer with deals and orders went: %v", err)
		}
	})
}

func TestOrderNumbersHaveNoGaps(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		customer, motor, _ := shop(w)
		const writers, each = 16, 4
		var mu sync.Mutex
		var numbers []string
		var wait sync.WaitGroup
		for i := range writers {
			wait.Go(func() {
				for n := range each {
					lines := []any{map[string]any{"product": motor.UUID.String()}}
					if (i+n)%4 == 0 {
						lines = []any{map[string]any{"product": motor.UUID.String(), "quantity": "-1"}} // refused: it may draw no number
					}
					res, err := w.Engine.Write(context.Background(), &record.Write{Actor: w.Amy, Via: "api", Ops: []record.Op{{Do: record.Create, Object: "order", Values: map[string]any{"customer": customer.UUID.String(), "lines": lines}}}})
					if err != nil {
						if !fault.Has(err, "number.min") {
							t.Error(err)
						}
						continue
					}
					mu.Lock()
					numbers = append(numbers, sales.OrderNumber.Get(res.Outcomes[0].Record))
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		slices.Sort(numbers)
		if len(numbers) != writers*each*3/4 {
			t.Errorf("%d orders", len(numbers))
		}
		for i, n := range numbers {
			if want := fmt.Sprintf("SO-20260302-%04d", i+1); n != want {
				t.Fatalf("%s where %s belongs", n, want)
			}
		}
		w.Clock.Advance(24 * time.Hour)
		if next := w.Create(w.Amy, "order", map[string]any{"customer": customer.UUID.String()}); sales.OrderNumber.Get(next) != "SO-20260303-0001" {
			t.Errorf("the next day begins with %s", sales.OrderNumber.Get(next))
		}
	})
}
