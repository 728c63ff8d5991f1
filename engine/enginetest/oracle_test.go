package enginetest

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
)

// Pages asked by position, after a place and before one are parts of the whole list, and facets count it.
func TestPagesArePartsOfTheWhole(t *testing.T) {
	t.Parallel()
	w := Random(1, 60)
	r := rand.New(rand.NewPCG(1, 1))
	telling := 0
	for range 400 {
		q, a := w.Question(r)
		all := *q
		all.At, all.Limit = 0, 1000
		whole := w.Ask(&all, a)
		if len(whole.IDs) != whole.Total {
			t.Fatalf("%d of %d", len(whole.IDs), whole.Total)
		}
		page := w.Ask(q, a)
		if end := min(whole.Total, page.Position+q.Limit); page.Total != whole.Total || !slices.Equal(page.IDs, whole.IDs[page.Position:end]) {
			t.Fatalf("page %v of %v", page, whole)
		}
		if page.Last != nil {
			next, back := *q, *q
			next.At, next.Beside = 0, page.Last
			if after := w.Ask(&next, a); after.Position != page.Position+len(page.IDs) {
				t.Fatalf("after %d and %d comes %d", page.Position, len(page.IDs), after.Position)
			}
			back.At, back.Beside = 0, page.First
			before := w.Ask(&back, a)
			if !slices.Equal(before.IDs, whole.IDs[max(0, page.Position-q.Limit):page.Position]) {
				t.Fatalf("before %d stands %v", page.Position, before.IDs)
			}
		}
		for i, counts := range whole.Facets {
			n := 0
			for _, c := range counts {
				n += c.N
			}
			if n < whole.Total || n > whole.Total && !q.Facets[i].Field().Kind.Multi() {
				t.Fatalf("facet %s counts %d of %d", q.Facets[i], n, whole.Total)
			}
		}
		rows := w.Aggregate(&query.Aggregate{Object: q.Object, Filter: q.Filter, Deleted: q.Deleted, Measures: []query.Measure{{Fn: query.CountAll}}}, a)
		if len(rows) != 1 || rows[0].Figures[0] != int64(whole.Total) {
			t.Fatalf("counted %v of %d", rows, whole.Total)
		}
		if n := len(w.Records[q.Object.Name]); whole.Total*100 >= n && whole.Total*10 <= 9*n {
			telling++
		}
	}
	if telling < 200 {
		t.Errorf("only %d of 400 answers hold 1 to 90 %%", telling)
	}
}

// Every operator of every kind can be asked, and its opposite answers the rest.
func TestOppositesAnswerTheRest(t *testing.T) {
	t.Parallel()
	w := Random(2, 40)
	r := rand.New(rand.NewPCG(2, 2))
	system := w.Actors[len(w.Actors)-1]
	opposite := map[field.Op]field.Op{field.Eq: field.Ne, field.In: field.Nin, field.Any: field.None, field.Empty: field.IsFilled}
	o := w.Catalog.Object("customer")
	for _, f := range o.Fields {
		for _, op := range field.Of(f).Ops() {
			for range 20 {
				leaf := w.Leaf(r, query.Path{f}, op)
				other, has := opposite[op]
				against := &query.Leaf{Path: leaf.Path, Op: other, Args: leaf.Args}
				for _, rec := range w.Records[o.Name] {
					holds := w.Holds(leaf, rec, system)
					if has && holds == w.Holds(against, rec, system) {
						t.Fatalf("%s %s and %s agree on %v", f.Name, op, other, rec.At(f))
					}
					if rec.At(f) == nil && holds != slices.Contains([]field.Op{field.Ne, field.Nin, field.None, field.Empty}, op) {
						t.Fatalf("%s %s is %v of an empty field", f.Name, op, holds)
					}
				}
			}
		}
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	w := Random(3, 40)
	r := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		changed := w.Mutate(r)
		if w.Record(changed.Object.Name, changed.ID) != changed {
			t.Fatal("a change is lost")
		}
		a := w.Actors[r.IntN(people)]
		for _, c := range w.Records["customer"] {
			owner, _ := c.Get("owner").(int64)
			users, all := a.Owners(a.Reading(c.Object))
			want := all || slices.Contains(users, owner)
			if got := w.Sees(a, c); got != want && !w.shared(a, c) {
				t.Fatalf("%d sees customer %d of %d: %v", a.User, c.ID, owner, got)
			}
		}
		for _, x := range w.Records["activity"] {
			if a.Reading(x.Object) != access.None && x.Get("author") == a.User && !w.Sees(a, x) {
				t.Fatal("an author does not see the own activity")
			}
		}
		for _, c := range w.Records["contact"] {
			for _, it := range linkedIDs(c.Get("customers")) {
				parent := w.Record("customer", it)
				if a.Reading(c.Object) != access.None && parent.Deleted == 0 && w.Sees(a, parent) && !w.Sees(a, c) {
					t.Fatal("a contact is not seen with its customer")
				}
			}
		}
	}
}

func TestTheSeedIsAll(t *testing.T) {
	t.Parallel()
	a, b := Random(7, 20), Random(7, 20)
	for name := range a.Records {
		for i, r := range a.Records[name] {
			if !reflect.DeepEqual(r.Values, b.Records[name][i].Values) {
				t.Fatalf("%s %d differs", name, i)
			}
		}
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w := Random(5, 20)
	system := w.Actors[len(w.Actors)-1]
	r := w.Records["customer"][0]
	r.Deleted = 0
	r.Set("name", "重庆小面")
	r.Set("phones", []object.Item{{ID: 128, Value: "+8613912345678", Norm: "8613912345678"}})
	for _, q := range []string{"重庆小面", "小面", "chongqingxm", "13912345678", "5678", "139 1234"} {
		if !slices.ContainsFunc(w.Search(q, system), func(h Hit) bool { return h.Object == r.Object && h.ID == r.ID }) {
			t.Errorf("%q does not find it", q)
		}
	}
	if hits := w.Search("13912345678", system); hits[0].Rank != 0 || hits[0].ID != r.ID {
		t.Errorf("the whole number is not first: %v", hits)
	}
}

// A kind that no random record has would pass every suite without being asked.
func TestEveryKindIsAskedAbout(t *testing.T) {
	t.Parallel()
	o := customer()
	for _, k := range field.Kinds() {
		if !slices.ContainsFunc(o.Fields, func(f *object.Field) bool { return f.Kind == k }) {
			t.Errorf("no field of the random customer is a %s", k)
		}
	}
}
