package column

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
)

// large is a source of many customers and activities, made as they are loaded.
type large struct {
	*world
	customers, activities int
	gap                   int64 // between the ids of records
}

func (l *large) Load(_ context.Context, o *object.Object, _ []*object.Field, each func([]*object.Record) error) error {
	r := rand.New(rand.NewPCG(21, uint64(o.Number)))
	n := map[string]int{"user": 6, "customer": l.customers, "activity": l.activities}[o.Name]
	batch := make([]*object.Record, 0, 1000)
	for i := int64(1); i <= int64(n); i++ {
		rec := l.random(r, o, i+(i-1)*l.gap)
		rec.Rev = 1
		rec.Deleted = 0
		if o.Name == "customer" {
			rec.Set("name", fmt.Sprintf("%s%s%d", names[r.IntN(len(names))], names[r.IntN(len(names))], r.IntN(1_000_000)))
			rec.Set("updated_at", r.Int64N(1e15))
		}
		if o.Name == "activity" {
			rec.Set("customer", int64(1+r.IntN(l.customers)))
			rec.Set("visible_with", object.Ref{Object: l.catalog.Object("customer").Number, ID: int64(1 + r.IntN(l.customers))})
		}
		if batch = append(batch, rec); len(batch) == cap(batch) || i == int64(n) {
			if err := each(batch); err != nil {
				return err
			}
			batch = make([]*object.Record, 0, 1000)
		}
	}
	return nil
}

func (l *large) store() *Store {
	s := New(Options{Source: l})
	s.SetCatalog(l.catalog)
	return s
}

func TestTheMiddleIsWhereSortingPutsIt(t *testing.T) {
	t.Parallel()
	l := &large{newWorld(t), 60_000, 0, 9} // so many blocks that both cores have some
	s := l.store()
	o := l.catalog.Object("customer")
	r := rand.New(rand.NewPCG(23, 24))
	for _, fields := range [][]string{{"level"}, {"level", "name"}, {"name"}, {"vip", "level"}, {"amount"}, {"updated_at"}, {"owner", "since"}} {
		for _, desc := range []bool{false, true} {
			var keys []query.Key
			for _, f := range fields {
				keys = append(keys, query.Key{Path: query.Path{o.Field(f)}, Desc: desc})
			}
			q, table, err := s.begin(t.Context(), &access.Actor{System: true}, o, func(w wish) {
				for _, k := range keys {
					s.wishPath(w, &access.Actor{System: true}, o, k.Path, true)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			set, total, err := q.find(table, nil, false)
			if err != nil {
				t.Fatal(err)
			}
			rank := q.ranking(table, keys)
			var want []uint32
			set.each(func(o uint32) { want = append(want, o) })
			slices.SortFunc(want, func(a, b uint32) int { return rank.compare(0, a, b) })
			for i := range 20 {
				at := []int{0, 50, total - 50, total - 1, r.IntN(total)}[min(i, 4)]
				n := min(50, total-at)
				if got := rank.page(set, total, at, n); !slices.Equal(got, want[at:at+n]) {
					t.Errorf("%v desc=%v at %d: %v, want %v", fields, desc, at, got, want[at:at+n])
				}
				if got := rank.count(set, rank.marks(rank.values(want[at])), int64(want[at]), true); got != at+1 {
					t.Errorf("%v desc=%v: %d come up to place %d", fields, desc, got, at)
				}
			}
			q.end()
		}
	}
}

// processor is the time that the process has computed, which busy neighbours hardly lengthen.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano())
}

// BenchmarkPages asks typical lists; SCALE is in millions of customers, with three activities each.
func BenchmarkPages(b *testing.B) {
	scale, err := strconv.ParseFloat(os.Getenv("SCALE"), 64)
	if err != nil {
		scale = 0.1
	}
	l := &large{newWorld(b), int(1e6 * scale), int(3e6 * scale), 0}
	s := l.store()
	customer, activity := l.catalog.Object("customer"), l.catalog.Object("activity")
	path := func(o *object.Object, names ...string) query.Path {
		p := query.Path{o.Field(names[0])}
		for _, n := range names[1:] {
			p = append(p, l.catalog.Object(p[len(p)-1].Target).Field(n))
		}
		return p
	}
	one := func(p query.Path, desc bool) []query.Key { return []query.Key{{Path: p, Desc: desc}} }
	middle := int(4e5 * scale)
	cases := []struct {
		name string
		q    query.Question
	}{
		{"newest", query.Question{Object: customer}},
		{"updated", query.Question{Object: customer, Sort: one(path(customer, "updated_at"), true)}},
		{"updated middle", query.Question{Object: customer, Sort: one(path(customer, "updated_at"), true), At: middle}},
		{"name", query.Question{Object: customer, Sort: one(path(customer, "name"), false)}},
		{"name middle", query.Question{Object: customer, Sort: one(path(customer, "name"), false), At: middle}},
		{"level, name middle", query.Question{Object: customer, At: middle, Sort: append(one(path(customer, "level"), false), one(path(customer, "name"), true)...)}},
		{"owner's name middle", query.Question{Object: customer, Sort: one(path(customer, "owner"), false), At: middle}},
		{"tags, amount", query.Question{Object: customer, Sort: one(path(customer, "amount"), true),
			Filter: &query.Leaf{Path: path(customer, "tags"), Op: field.Any, Args: []any{"vip"}}}},
		{"name contains", query.Question{Object: customer, Filter: &query.Leaf{Path: path(customer, "name"), Op: field.Contains, Args: []any{"信科"}}}},
		{"facets", query.Question{Object: customer, Facets: []query.Path{path(customer, "level"), path(customer, "owner"), path(customer, "vip"), path(customer, "tags"), path(customer, "since")}}},
		{"activities of level A", query.Question{Object: activity, Filter: &query.Leaf{Path: path(activity, "customer", "level"), Op: field.Eq, Args: []any{"A"}}}},
		{"activities by customer", query.Question{Object: activity, Sort: one(path(activity, "customer"), false)}},
		{"activities by customer middle", query.Question{Object: activity, Sort: one(path(activity, "customer"), false), At: 3 * middle}},
	}
	for _, a := range actors()[:3] {
		for _, c := range cases {
			c.q.Limit = 50
			b.Run(c.name+"/"+fmt.Sprint(a.System, a.User), func(b *testing.B) {
				start := time.Now()
				if _, err := s.Ask(b.Context(), &c.q, a); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(time.Since(start).Milliseconds()), "first-ms")
				b.ResetTimer()
				before := processor()
				for b.Loop() {
					if _, err := s.Ask(b.Context(), &c.q, a); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric((processor()-before).Seconds()*1000/float64(b.N), "cpu-ms/op")
			})
		}
		b.Run("sum by level and owner/"+fmt.Sprint(a.System, a.User), func(b *testing.B) {
			before := processor()
			defer func() { b.ReportMetric((processor()-before).Seconds()*1000/float64(b.N), "cpu-ms/op") }()
			for b.Loop() {
				if _, err := s.Aggregate(b.Context(), &query.Aggregate{Object: customer,
					Groups:   []query.Group{{Path: path(customer, "level")}, {Path: path(customer, "owner")}},
					Measures: []query.Measure{{Fn: query.Sum, Path: path(customer, "amount")}}}, a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Sorted by what a link leads to, pages are parts of the sorted whole, while the targets change between questions too.
func TestSortingByALinkFollowsItsTargets(t *testing.T) {
	t.Parallel()
	l := &large{newWorld(t), 4000, 60_000, 0}
	s := l.store()
	customer, activity := l.catalog.Object("customer"), l.catalog.Object("activity")
	r := rand.New(rand.NewPCG(25, 26))
	link := activity.Field("customer")
	for round := range 11 {
		keys := []query.Key{{Path: query.Path{link, customer.Field([]string{"name", "level", "updated_at", "owner"}[round%4])}, Desc: round%3 == 0},
			{Path: query.Path{activity.Field("subject")}, Desc: round%3 == 0}}
		for _, a := range actors()[:3] {
			q, table, err := s.begin(t.Context(), a, activity, func(w wish) {
				for _, k := range keys {
					s.wishPath(w, a, activity, k.Path, true)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			set, total, err := q.find(table, nil, false)
			if err != nil {
				t.Fatal(err)
			}
			rank := q.ranking(table, keys)
			var want []uint32
			set.each(func(o uint32) { want = append(want, o) })
			slices.SortFunc(want, func(a, b uint32) int { return rank.compare(0, a, b) })
			for i := range 8 {
				at := []int{0, total - 60, r.IntN(total)}[min(i, 2)]
				n := min(50+r.IntN(100), total-at)
				if got := rank.page(set, total, at, n); !slices.Equal(got, want[at:at+n]) {
					t.Fatalf("round %d, %v as %s at %d of %d: %v, want %v", round, keys[0].Path, a.Digest, at, total, got, want[at:at+n])
				}
			}
			q.end()
		}
		for range 1 << round {
			rec := l.random(r, customer, int64(1+r.IntN(4100)))
			rec.Rev = int64(round + 2)
			s.Apply([]Change{{Object: customer, Record: rec, Purged: r.IntN(20) == 0}})
			move := l.random(r, activity, int64(1+r.IntN(60_000)))
			move.Rev = int64(round + 2)
			s.Apply([]Change{{Object: activity, Record: move}})
		}
	}
}

// Two that find the same column missing load it once: the visible sets rest on the column that they were made with.
func TestAColumnIsNotLoadedTwice(t *testing.T) {
	t.Parallel()
	l := &large{newWorld(t), 10, 0, 0}
	s := l.store()
	o := l.catalog.Object("customer")
	for _, a := range actors()[1:3] {
		seen := func() int {
			answer, err := s.Ask(t.Context(), &query.Question{Object: o, Limit: 1000}, a)
			if err != nil {
				t.Fatal(err)
			}
			return answer.Total
		}
		before := seen()
		if err := s.load(t.Context(), o.Number, []int{ownerField(o).Index}, wish{}); err != nil { // as one who had looked earlier
			t.Fatal(err)
		}
		for id := range int64(5) {
			rec := l.random(rand.New(rand.NewPCG(1, 1)), o, 100+10*a.User+id)
			rec.Rev, rec.Deleted = 1, 0
			rec.Set("owner", a.User)
			s.Apply([]Change{{Object: o, Record: rec}})
		}
		if got := seen(); got != before+5 {
			t.Errorf("%s sees %d of five new ones", a.Digest, got-before)
		}
	}
}
