package column

import (
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"

	"youpeng/engine/arena"
	"youpeng/engine/object"
	"youpeng/engine/query"
)

func TestFacetsAndSumsAgreeWithTheJudge(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 12))
	w := newWorld(t)
	w.fill(r, 400)
	s := w.store()
	o := w.catalog.Object("customer")
	level, tags, amount := query.Path{o.Field("level")}, query.Path{o.Field("tags")}, query.Path{o.Field("amount")}
	for _, a := range actors() {
		answer, err := s.Ask(t.Context(), &query.Question{Object: o, Facets: []query.Path{level, tags}}, a)
		if err != nil {
			t.Fatal(err)
		}
		ids := w.answer(a, &query.Question{Object: o})
		levels, byTag, sums, counts := map[any]int{}, map[any]int{}, map[any]int64{}, map[any]int64{}
		for _, id := range ids {
			rec := w.get("customer", id)
			key := rec.Get("level")
			levels[key]++
			items, _ := rec.Get("tags").([]object.Item)
			for _, it := range items {
				byTag[it.Value]++
			}
			if len(items) == 0 {
				byTag[nil]++
			}
			counts[key]++
			if m, ok := rec.Get("amount").(object.Money); ok {
				sums[key] += m.Base
			}
		}
		for i, want := range []map[any]int{levels, byTag} {
			got := map[any]int{}
			for _, c := range answer.Facets[i] {
				got[c.Value] = c.N
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("facet %d as %s: %v, want %v", i, a.Digest, got, want)
			}
		}
		rows, err := s.Aggregate(t.Context(), &query.Aggregate{Object: o, Groups: []query.Group{{Path: level}},
			Measures: []query.Measure{{Fn: query.Sum, Path: amount}, {Fn: query.CountAll}}}, a)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != len(counts) {
			t.Fatalf("%d groups as %s, want %d", len(rows), a.Digest, len(counts))
		}
		for _, row := range rows {
			if row.Figures[0] != sums[row.Keys[0]] || row.Figures[1] != counts[row.Keys[0]] {
				t.Fatalf("group %v as %s: %v, want %d and %d", row.Keys, a.Digest, row.Figures, sums[row.Keys[0]], counts[row.Keys[0]])
			}
		}
	}
}

func TestAveragesRoundHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ sum, n, want int64 }{{5, 2, 3}, {-5, 2, -3}, {4, 3, 1}, {-4, 3, -1}, {0, 9, 0}} {
		if got := rounded(big.NewInt(c.sum), c.n); got.Int64() != c.want {
			t.Errorf("%d / %d = %v, want %d", c.sum, c.n, got, c.want)
		}
	}
}

func TestSearchStaysWithinRights(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(13, 14))
	w := newWorld(t)
	w.fill(r, 300)
	s := w.store()
	o := w.catalog.Object("customer")
	name := o.Field("name")
	for _, text := range []string{"华信", "alpha", "zhang", "z", "银行"} {
		q, err := arena.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range actors() {
			want := map[int64]arena.Rank{}
			for _, id := range w.answer(a, &query.Question{Object: o}) {
				if v, ok := w.get("customer", id).At(name).(string); ok {
					if rank, fits := q.Match(arena.Name, v, false); fits {
						want[id] = rank
					}
				}
			}
			hits, totals, err := s.Search(t.Context(), text, []*object.Object{o}, 1000, a)
			if err != nil {
				t.Fatal(err)
			}
			if totals[0] != len(want) || len(hits) != len(want) {
				t.Fatalf("%s as %s: %d hits of %d, want %d", text, a.Digest, len(hits), totals[0], len(want))
			}
			for _, h := range hits {
				if rank, ok := want[h.ID]; !ok || rank != h.Rank || h.Field != name {
					t.Fatalf("%s as %s: record %d in rank %d", text, a.Digest, h.ID, h.Rank)
				}
			}
		}
	}
}

func TestCompareFindsADamagedColumn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(rand.New(rand.NewPCG(15, 16)), 50)
	s := w.store()
	w.check(t, s, rand.New(rand.NewPCG(17, 18)), 100)
	if found, err := s.Compare(t.Context()); err != nil || len(found) != 0 {
		t.Fatal(found, err)
	}
	o := w.catalog.Object("customer")
	c := s.tables[o.Number].cells[o.Field("since").Index].(*number[uint32])
	c.v[7]++
	if found, err := s.Compare(t.Context()); err != nil || len(found) != 1 || found[0] != (Difference{"customer", "since", 7}) {
		t.Fatal(found, err)
	}
}
