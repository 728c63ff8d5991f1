package column

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"youpeng/engine/query"
	"youpeng/platform/clock"
)

func TestStoresShareABudget(t *testing.T) {
	t.Parallel()
	const limit = 1_500_000
	budget := NewBudget(limit)
	var worlds []*world
	var stores []*Store
	for n := range 2 {
		w := newWorld(t)
		w.fill(rand.New(rand.NewPCG(51, uint64(n))), 200)
		s := New(Options{Source: w, Clock: clock.NewManual(w.now), Budget: budget})
		s.SetCatalog(w.catalog)
		worlds, stores = append(worlds, w), append(stores, s)
	}
	r := rand.New(rand.NewPCG(52, 52))
	for range 20 {
		for n, w := range worlds {
			w.check(t, stores[n], r, 5)
			if total := stores[0].Bytes() + stores[1].Bytes(); total > limit {
				t.Fatalf("%d bytes are held", total)
			}
		}
	}
	stores[1].Close()
	if len(budget.stores) != 1 {
		t.Fatal("a closed store is still counted")
	}
}

func TestAFieldThatDoesNotFitIsGoneAfterItsQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(rand.New(rand.NewPCG(53, 53)), 200)
	s := New(Options{Source: w, Clock: clock.NewManual(w.now), Budget: NewBudget(1)})
	s.SetCatalog(w.catalog)
	w.check(t, s, rand.New(rand.NewPCG(54, 54)), 50)
	for _, x := range s.Stats() {
		if x.Field != "" && x.Field != "*" {
			t.Errorf("%s.%s stayed", x.Object, x.Field)
		}
	}
}

func TestQuestionsWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(rand.New(rand.NewPCG(55, 55)), 50)
	s := w.store()
	for range cap(s.turns) {
		s.turns <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := &query.Question{Object: w.catalog.Object("customer")}
	if _, err := s.Ask(ctx, q, actors()[0]); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		_, err := s.Ask(t.Context(), q, actors()[0])
		done <- err
	}()
	<-s.turns
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if held, hits, misses := s.Sights(); held != 1 || misses != 1 || hits != 0 {
		t.Fatal(held, hits, misses)
	}
}
