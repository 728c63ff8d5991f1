package record_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"youpeng/engine/record"
)

// draw makes customers by several writers at once and answers how often each card number was given.
func draw(w *world, engines []*record.Engine, writers, each int) map[string]int {
	var wait sync.WaitGroup
	var mu sync.Mutex
	got := map[string]int{}
	for i := range writers {
		e := engines[i%len(engines)]
		wait.Go(func() {
			for range each {
				res, err := e.Write(context.Background(), &record.Write{Actor: w.amy, Ops: []record.Op{{Do: record.Create, Object: "customer", Values: map[string]any{"name": "x"}}}})
				if err != nil {
					w.t.Error(err)
					return
				}
				mu.Lock()
				got[res.Outcomes[0].Record.Get("card").(string)]++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return got
}

func TestGappedSeriesGivesEachNumberOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other := w.again() // a second process on the same database
		got := draw(w, []*record.Engine{w.e, other}, 16, 8)
		if len(got) != 16*8 {
			t.Errorf("%d numbers for %d records: %v", len(got), 16*8, got)
		}
		for n := range got {
			if n > "C-2026-00999" {
				t.Errorf("%s: numbers were drawn that nobody needs", n)
			}
		}
		_, err := w.try(w.amy, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"size": 1}})
		if err == nil {
			t.Fatal("a customer without a name")
		}
		w.clock.Advance(365 * 24 * time.Hour)
		if c := w.create(w.amy, "customer", map[string]any{"name": "x"}); c.Get("card") != "C-2027-00001" {
			t.Errorf("the next year begins with %v", c.Get("card"))
		}
		res, err := w.e.Write(context.Background(), &record.Write{Actor: w.amy, DryRun: true, Ops: []record.Op{{Do: record.Create, Object: "customer", Values: map[string]any{"name": "x"}}}})
		must(t, err)
		if n := res.Outcomes[0].Record.Get("card"); n != nil {
			t.Errorf("a dry run drew %v", n)
		}
	})
}

func TestSeriesBeginAnewByTheWorkspacesDays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		// It is still 2026 in London and 2027 already in Shanghai, wherever the writers are.
		w.clock.Advance(time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC).Sub(w.clock.Now()))
		c := w.create(w.amy, "customer", map[string]any{"name": "x"})
		o := w.create(w.amy, "order", map[string]any{"customer": c.UUID.String()})
		if c.Get("card") != "C-2027-00001" || o.Get("number") != "O-2027-0001" {
			t.Errorf("%v %v", c.Get("card"), o.Get("number"))
		}
	})
}
