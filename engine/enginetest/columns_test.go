package enginetest_test

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/enginetest"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/clock"
)

// source loads the columns from a world.
type source struct{ w *enginetest.World }

func (s source) Load(_ context.Context, o *object.Object, _ []*object.Field, each func([]*object.Record) error) error {
	return each(s.w.Records[o.Name])
}

func (s source) Rows(_ context.Context, o *object.Object, ids []int64, _ []*object.Field) ([]*object.Record, error) {
	out := make([]*object.Record, len(ids))
	for i, id := range ids {
		out[i] = s.w.Record(o.Name, id)
	}
	return out, nil
}

func columns(w *enginetest.World) *column.Store {
	s := column.New(column.Options{Source: source{w}, Clock: clock.NewManual(w.Now)})
	s.SetCatalog(w.Catalog)
	return s
}

// The columns answer every question as the oracle does: records, order, place, total and facets, after every change too.
func TestColumnsAgreeWithTheOracle(t *testing.T) {
	t.Parallel()
	w := enginetest.Random(11, 150)
	s := columns(w)
	r := rand.New(rand.NewPCG(11, 11))
	for i := range 1500 {
		if i%2 == 1 {
			changed := w.Mutate(r)
			s.Apply([]column.Change{{Object: changed.Object, Record: changed}})
		}
		q, a := w.Question(r)
		compare(t, w, s, q, a)
		if t.Failed() {
			t.Fatalf("question %d", i)
		}
	}
}

func compare(t *testing.T, w *enginetest.World, s *column.Store, q *query.Question, a *access.Actor) {
	t.Helper()
	want := w.Ask(q, a)
	got, err := s.Ask(context.Background(), q, a)
	if err != nil {
		t.Fatalf("%s: %v", q.Object.Name, err)
	}
	same := got.Total == want.Total && len(got.IDs) == len(want.IDs) && len(got.Facets) == len(want.Facets) && (q.Limit == 0 || got.Position == want.Position)
	for i := 0; same && i < len(got.IDs); i++ {
		same = got.IDs[i] == want.IDs[i]
	}
	for i := 0; same && i < len(got.Facets); i++ {
		same = len(got.Facets[i]) == len(want.Facets[i]) && (len(want.Facets[i]) == 0 || reflect.DeepEqual(got.Facets[i], want.Facets[i]))
	}
	if !same {
		t.Errorf("%s of %d (scope %v): %s sort %s limit %d at %d facets %v\n got %d at %d: %v %v\nwant %d at %d: %v %v", q.Object.Name, a.User,
			a.Reading(q.Object), enginetest.Describe(q.Filter), enginetest.DescribeKeys(q.Sort), q.Limit, q.At, q.Facets, got.Total, got.Position, got.IDs, got.Facets,
			want.Total, want.Position, want.IDs, want.Facets)
	}
}

// Every kind with every operator, at least twenty times.
func TestEveryOperatorInColumns(t *testing.T) {
	t.Parallel()
	w := enginetest.Random(12, 120)
	s := columns(w)
	r := rand.New(rand.NewPCG(12, 12))
	o := w.Catalog.Object("customer")
	for _, f := range o.Fields {
		for _, op := range field.Of(f).Ops() {
			for i := range 20 {
				path := query.Path{f}
				if i%4 == 3 && f.Index >= object.SystemFields {
					path = query.Path{o.Field("parent"), f}
				} else if i%4 == 2 {
					path = query.Path{o.Field("friends"), f}
				}
				q := &query.Question{Object: o, Filter: w.Leaf(r, path, op), Limit: 200}
				compare(t, w, s, q, w.Actors[r.IntN(len(w.Actors))])
			}
		}
	}
}

func TestFiguresAgreeWithTheOracle(t *testing.T) {
	t.Parallel()
	w := enginetest.Random(13, 150)
	s := columns(w)
	r := rand.New(rand.NewPCG(13, 13))
	for range 300 {
		q, a := w.Question(r)
		g := w.Figures(r, q, a)
		got, err := s.Aggregate(context.Background(), g, a)
		if err != nil {
			t.Fatal(err)
		}
		want := w.Aggregate(g, a)
		same := len(got) == len(want)
		for i := 0; same && i < len(got); i++ {
			same = slices.Equal(got[i].Keys, want[i].Keys) && reflect.DeepEqual(got[i].Figures, want[i].Figures)
		}
		if !same {
			var names []string
			for _, group := range g.Groups {
				names = append(names, group.Path.String()+" "+group.By)
			}
			t.Fatalf("%s by %v, figure %s, order %v\n got %v\nwant %v", g.Object.Name, names, g.Measures[len(g.Measures)-1].Fn, g.Order, got, want)
		}
	}
}

func TestSightAgreesWithTheOracle(t *testing.T) {
	t.Parallel()
	w := enginetest.Random(14, 60)
	s := columns(w)
	for _, a := range w.Actors {
		for _, o := range w.Catalog.Objects {
			for _, rec := range w.Records[o.Name] {
				got, err := s.Sees(context.Background(), a, o, rec.ID)
				if want := w.Sees(a, rec); err != nil || got != want {
					t.Fatalf("%d sees %s %d: %v, %v, want %v", a.User, o.Name, rec.ID, got, err, want)
				}
			}
		}
	}
}

// Two thousand questions, each at every keystroke from the first character, while records are written and renamed: the
// first twenty and the totals are those of a look at every value, for askers who see little and for those who see all.
func TestSearchAgreesWithTheOracle(t *testing.T) {
	t.Parallel()
	w := enginetest.Random(15, 160)
	s := columns(w)
	r := rand.New(rand.NewPCG(15, 15))
	everybody := w.Actors[len(w.Actors)-1]
	for i := range 2000 {
		if i%3 == 0 {
			changed := w.Mutate(r)
			s.Apply([]column.Change{{Object: changed.Object, Record: changed}})
		}
		a := w.Actors[r.IntN(len(w.Actors))]
		if i%2 == 0 {
			a = everybody
		}
		typed := []rune(w.Typed(r))
		for end := range typed {
			found(t, w, s, string(typed[:end+1]), a)
			if t.Failed() {
				return
			}
		}
	}
}

func found(t *testing.T, w *enginetest.World, s *column.Store, text string, a *access.Actor) {
	t.Helper()
	want := w.Search(text, a)
	got, totals, err := s.Search(context.Background(), text, w.Catalog.Objects, 20, a)
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, n := range totals {
		all += n
	}
	if len(got) != min(20, len(want)) || all != len(want) {
		t.Fatalf("%q finds %d of %d, want %d: %v", text, len(got), all, len(want), want)
	}
	for i, h := range got {
		if h.Object != want[i].Object || h.ID != want[i].ID {
			t.Fatalf("%q, place %d: got %s %d (rank %d), want %s %d (rank %d)", text, i, h.Object.Name, h.ID, h.Rank, want[i].Object.Name, want[i].ID, want[i].Rank)
		}
	}
}
