package column

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/clock"
)

// slowSource lets writes happen in the midst of a load.
type slowSource struct {
	*world
	between func()
}

func (s *slowSource) Load(ctx context.Context, o *object.Object, fields []*object.Field, each func([]*object.Record) error) error {
	return s.world.Load(ctx, o, fields, func(records []*object.Record) error {
		s.between()
		return each(records)
	})
}

func TestWritesDuringALoadAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(rand.New(rand.NewPCG(31, 32)), 300)
	var s *Store
	r := rand.New(rand.NewPCG(33, 34))
	source := &slowSource{w, func() { w.write(r, s) }}
	s = New(Options{Source: source, Clock: clock.NewManual(w.now)})
	s.SetCatalog(w.catalog)
	for range 300 { // all columns are loaded while rows change under them
		if _, err := s.Ask(t.Context(), w.question(r), actors()[2]); err != nil {
			t.Fatal(err)
		}
	}
	source.between = func() {}
	w.check(t, s, rand.New(rand.NewPCG(35, 36)), 300)
}

func TestQuestionsRunBesideWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(rand.New(rand.NewPCG(37, 38)), 300)
	s := w.store()
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(39, uint64(n)))
			for range 150 {
				q := w.question(r)
				all := actors()
				if _, err := s.Ask(t.Context(), q, all[r.IntN(len(all))]); err != nil {
					t.Error(err)
				}
				w.write(r, s)
			}
		})
	}
	wg.Wait()
	w.check(t, s, rand.New(rand.NewPCG(40, 41)), 200)
}

func TestSmallMemoryChangesNoAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(rand.New(rand.NewPCG(42, 43)), 300)
	s := New(Options{Source: w, Clock: clock.NewManual(w.now), Budget: NewBudget(200_000)})
	s.SetCatalog(w.catalog)
	w.check(t, s, rand.New(rand.NewPCG(44, 45)), 300)
}

func TestAFieldAddedLaterBeginsEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(rand.New(rand.NewPCG(46, 47)), 50)
	s := w.store()
	system := &access.Actor{System: true}
	old := w.catalog.Object("customer")
	if _, err := s.Ask(t.Context(), &query.Question{Object: old}, system); err != nil {
		t.Fatal(err)
	}
	var objects []*object.Object
	for _, o := range w.catalog.Objects {
		objects = append(objects, o.Clone())
	}
	object.Add[int64](objects[1], "x_size", object.KindNumber, object.Text{})
	w.catalog = object.NewCatalog(2, "CNY", objects)
	s.SetCatalog(w.catalog)
	o := w.catalog.Object("customer")
	size := o.Field("x_size")
	ask := func(op field.Op, args ...any) []int64 {
		answer, err := s.Ask(t.Context(), &query.Question{Object: o, Limit: 200, Filter: &query.Leaf{Path: query.Path{size}, Op: op, Args: args}}, system)
		if err != nil {
			t.Fatal(err)
		}
		return answer.IDs
	}
	if got := ask(field.IsFilled); len(got) != 0 {
		t.Fatal("filled before it was written:", got)
	}
	rec := object.NewRecord(o)
	rec.ID, rec.Rev = 60, 1
	rec.Set("x_size", int64(7))
	s.Apply([]Change{{Object: o, Record: rec}})
	if got := ask(field.Eq, int64(7)); !slices.Equal(got, []int64{60}) {
		t.Fatal("after the write:", got)
	}
	s.Apply([]Change{{Object: o, Record: rec, Purged: true}, {Object: o, Record: rec}})
	if got := ask(field.Eq, int64(7)); len(got) != 0 {
		t.Fatal("a purged row is back:", got)
	}
}

func TestASharedRecordIsSeenUntilItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hands := clock.NewManual(w.now)
	s := New(Options{Source: w, Clock: hands})
	s.SetCatalog(w.catalog)
	o, c := w.catalog.Object("customer"), w.catalog.Object(collaborator)
	mine := actors()[1]
	rec := object.NewRecord(o)
	rec.ID, rec.Rev = 1, 1
	rec.Set("owner", int64(4))
	w.rows[o.Number][1] = rec
	sees := func() bool {
		ok, err := s.Sees(t.Context(), mine, o, 1)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if sees() {
		t.Fatal("another's record is seen")
	}
	share := object.NewRecord(c)
	share.ID, share.Rev = 1, 1
	share.Set("record", object.Ref{Object: o.Number, ID: 1})
	share.Set("user", int64(1))
	share.Set("right", "write")
	share.Set("until", w.now.Add(time.Hour).UnixMicro())
	s.Apply([]Change{{Object: c, Record: share}})
	if !sees() {
		t.Fatal("a shared record is not seen")
	}
	if may, why, err := s.May(t.Context(), mine, o, 1, Updating); err != nil || !may || why != "shared" {
		t.Fatal(may, why, err)
	}
	if may, why, _ := s.May(t.Context(), mine, o, 1, Deleting); may || why != "scope" {
		t.Fatal(may, why)
	}
	hands.Advance(2 * time.Hour)
	if sees() {
		t.Fatal("a share outlives its time")
	}
}

func TestACallerWhoHangsUpEndsTheQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(rand.New(rand.NewPCG(48, 49)), 10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.store().Ask(ctx, &query.Question{Object: w.catalog.Object("customer")}, &access.Actor{System: true})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}
