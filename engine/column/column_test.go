package column

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/clock"
	"youpeng/platform/hanzi"
)

// world is a source in memory and, with plain loops over records, the judge of the columns' answers.
type world struct {
	mu      sync.Mutex
	catalog *object.Catalog
	rows    map[int]map[int64]*object.Record
	now     time.Time
}

func (w *world) Load(_ context.Context, o *object.Object, _ []*object.Field, each func([]*object.Record) error) error {
	w.mu.Lock()
	var list []*object.Record
	for _, id := range w.ids(o) {
		list = append(list, w.rows[o.Number][id])
	}
	w.mu.Unlock()
	for c := range slices.Chunk(list, 100) {
		if err := each(c); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) Rows(_ context.Context, o *object.Object, ids []int64, _ []*object.Field) ([]*object.Record, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]*object.Record, len(ids))
	for i, id := range ids {
		out[i] = w.rows[o.Number][id]
	}
	return out, nil
}

func (w *world) ids(o *object.Object) []int64 {
	var ids []int64
	for id := range w.rows[o.Number] {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func newWorld(t testing.TB) *world {
	t.Helper()
	text := object.Text{}
	user := object.New("user", text, text)
	object.Add[string](user, "name", object.KindText, text)
	customer := object.New("customer", text, text, object.Owned)
	object.Add[string](customer, "name", object.KindText, text, object.Searched)
	object.Add[int64](customer, "owner", object.KindOwner, text)
	object.Add[string](customer, "level", object.KindChoice, text, object.Options(object.Option{Name: "B"}, object.Option{Name: "A"}, object.Option{Name: "C"}))
	object.Add[object.Money](customer, "amount", object.KindMoney, text)
	object.Add[bool](customer, "vip", object.KindBoolean, text)
	object.Add[int64](customer, "since", object.KindDate, text)
	object.Add[[]object.Item](customer, "tags", object.KindTags, text)
	object.Add[string](customer, "notes", object.KindLongText, text)
	contact := object.New("contact", text, text, object.Within("customers"))
	object.Add[string](contact, "name", object.KindText, text)
	object.Add[[]object.Item](contact, "customers", object.KindLinks, text, object.To("customer", object.Follow))
	object.Add[int64](contact, "owner", object.KindOwner, text)
	activity := object.New("activity", text, text, object.With("visible_with", "created_by"), object.Titled("subject"))
	object.Add[string](activity, "subject", object.KindText, text)
	object.Add[int64](activity, "customer", object.KindLink, text, object.To("customer", object.Clear))
	object.Add[object.Ref](activity, "visible_with", object.KindRef, text, object.ToAny("customer"))
	share := object.New(collaborator, text, text)
	object.Add[object.Ref](share, "record", object.KindRef, text, object.ToAny("customer"))
	object.Add[int64](share, "user", object.KindOwner, text)
	object.Add[string](share, "right", object.KindChoice, text, object.Options(object.Option{Name: "read"}, object.Option{Name: "write"}))
	object.Add[int64](share, "until", object.KindDateTime, text)
	objects := []*object.Object{user, customer, contact, activity, share}
	w := &world{rows: map[int]map[int64]*object.Record{}, now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	for i, o := range objects {
		o.Number = i + 1
		w.rows[o.Number] = map[int64]*object.Record{}
	}
	w.catalog = object.NewCatalog(1, "CNY", objects)
	return w
}

var names = []string{"华信科技", "重庆单氏", "Alpha", "alpha", "北京华信", "张伟", "张薇", "阿里", "Zeta 9", "Zeta 10", "银行", "行走"}

// random makes a record as it might be after a write.
func (w *world) random(r *rand.Rand, o *object.Object, id int64) *object.Record {
	rec := object.NewRecord(o)
	rec.ID = id
	if r.IntN(8) == 0 {
		rec.Deleted = 1
	}
	for _, f := range o.Fields {
		if r.IntN(6) == 0 {
			continue
		}
		rec.Values[f.Index] = w.value(r, f)
	}
	return rec
}

func (w *world) value(r *rand.Rand, f *object.Field) any {
	switch f.Kind {
	case object.KindText, object.KindLongText:
		s := names[r.IntN(len(names))]
		if r.IntN(3) == 0 {
			s += fmt.Sprint(r.IntN(40))
		}
		return s
	case object.KindChoice:
		return f.Options[r.IntN(len(f.Options))].Name
	case object.KindMoney:
		return object.Money{Minor: 1, Currency: "CNY", Base: int64(r.IntN(50)) - 10}
	case object.KindBoolean:
		return r.IntN(2) == 0
	case object.KindDate:
		return int64(r.IntN(400)) - 100
	case object.KindDateTime:
		return w.now.UnixMicro() + int64(r.IntN(1000)-500)*1e6
	case object.KindOwner:
		return int64(1 + r.IntN(6))
	case object.KindLink:
		return int64(1 + r.IntN(300))
	case object.KindRef:
		return object.Ref{Object: w.catalog.Object("customer").Number, ID: int64(1 + r.IntN(300))}
	case object.KindLinks:
		return []object.Item{{Link: int64(1 + r.IntN(150))}, {Link: int64(151 + r.IntN(150))}}[:1+r.IntN(2)]
	case object.KindTags:
		all := []object.Item{{Value: "VIP", Norm: "vip"}, {Value: "老客户", Norm: "老客户"}, {Value: "x", Norm: "x"}}
		return all[r.IntN(2) : 2+r.IntN(2)]
	}
	return nil
}

func (w *world) fill(r *rand.Rand, n int) {
	for _, o := range w.catalog.Objects {
		many := n
		if o.Name == "user" {
			many = 6
		}
		for id := int64(1); id <= int64(many); id++ {
			rec := w.random(r, o, id)
			rec.Rev = 1
			if o.Name == "user" {
				rec.Deleted = 0
			}
			w.rows[o.Number][id] = rec
		}
	}
}

func actors() []*access.Actor {
	of := func(user int64, scope access.Scope, digest string, reach ...int64) *access.Actor {
		rights := access.Object{Read: scope, Update: scope, Delete: scope}
		objects := map[string]access.Object{"user": {Read: access.All}, collaborator: {Read: access.All}}
		for _, name := range []string{"customer", "contact", "activity"} {
			objects[name] = rights
		}
		return &access.Actor{User: user, Digest: digest, Objects: objects, Reach: map[access.Scope][]int64{access.Own: {user}, access.Department: reach}}
	}
	return []*access.Actor{{System: true}, of(1, access.Own, "own1"), of(2, access.Department, "dep2", 2, 3, 4), of(5, access.All, "all"), of(6, access.None, "none")}
}

func (w *world) get(name string, id int64) *object.Record {
	return w.rows[w.catalog.Object(name).Number][id]
}

func (w *world) sees(a *access.Actor, rec *object.Record) bool {
	o := rec.Object
	if a.System {
		return true
	}
	scope := a.Reading(o)
	if scope == access.None {
		return false
	}
	users, all := a.Owners(scope)
	owned := func() bool {
		id, ok := rec.Get("owner").(int64)
		return all || ok && slices.Contains(users, id)
	}
	switch {
	case o.Scope.Owner:
		if owned() {
			return true
		}
		for _, c := range w.rows[w.catalog.Object(collaborator).Number] {
			until, ends := c.Get("until").(int64)
			if c.Deleted == 0 && c.Get("record") == (object.Ref{Object: o.Number, ID: rec.ID}) && c.Get("user") == a.User && (!ends || until > w.now.UnixMicro()) {
				return true
			}
		}
		return false
	case len(o.Scope.Parents) > 0:
		lives := false
		items, _ := rec.Get("customers").([]object.Item)
		for _, it := range items {
			if p := w.get("customer", it.Link); p != nil && p.Deleted == 0 {
				lives = true
				if w.sees(a, p) {
					return true
				}
			}
		}
		return !lives && owned()
	case o.Scope.With != "":
		if rec.Get("created_by") == a.User {
			return true
		}
		ref, _ := rec.Get("visible_with").(object.Ref)
		p := w.rows[ref.Object][ref.ID]
		return p != nil && w.sees(a, p)
	}
	return true
}

// target is the linked record as an asker sees it; nil for none.
func (w *world) target(a *access.Actor, f *object.Field, id int64) *object.Record {
	if rec := w.get(f.Target, id); rec != nil && w.sees(a, rec) {
		return rec
	}
	return nil
}

// values are what a path comes to: of several for lists, none for empty.
func (w *world) values(a *access.Actor, rec *object.Record, p query.Path) (out []any) {
	f := p[0]
	v := rec.At(f)
	var next []*object.Record
	switch x := v.(type) {
	case nil:
		return nil
	case []object.Item:
		for _, it := range x {
			if f.Kind != object.KindLinks {
				out = append(out, it.Norm)
			} else if t := w.target(a, f, it.Link); t != nil {
				out, next = append(out, it.Link), append(next, t)
			}
		}
	case object.Ref:
		if t := w.rows[x.Object][x.ID]; t != nil && w.sees(a, t) {
			out = append(out, x)
		}
	case int64:
		if f.Kind.Links() {
			if t := w.target(a, f, x); t != nil {
				out, next = append(out, x), append(next, t)
			}
			break
		}
		out = append(out, x)
	case object.Money:
		out = append(out, x.Base)
	case bool:
		out = append(out, map[bool]int64{true: 1}[x])
	case string:
		if f.Kind == object.KindChoice {
			return []any{x}
		}
		out = append(out, hanzi.Fold(x))
	}
	if len(p) > 1 {
		out = nil
		for _, t := range next {
			out = append(out, w.values(a, t, p[1:])...)
		}
	}
	return out
}

func (w *world) holds(a *access.Actor, rec *object.Record, e query.Expr) bool {
	switch x := e.(type) {
	case nil:
		return true
	case query.And:
		return !slices.ContainsFunc(x, func(y query.Expr) bool { return !w.holds(a, rec, y) })
	case query.Or:
		return slices.ContainsFunc(x, func(y query.Expr) bool { return w.holds(a, rec, y) })
	case query.Not:
		return !w.holds(a, rec, x.X)
	case *query.Leaf:
		got := w.values(a, rec, x.Path)
		some := func(f func(v any) bool) bool { return slices.ContainsFunc(got, f) }
		listed := func(v any) bool { return slices.Contains(x.Args, v) }
		num := func(v any) int64 { n, _ := v.(int64); return n }
		str := func(v any) string { s, _ := v.(string); return s }
		arg := func(i int) any { return x.Args[i] }
		switch x.Op {
		case field.IsFilled:
			return len(got) > 0
		case field.Empty:
			return len(got) == 0
		case field.Eq, field.In, field.Any:
			return some(listed)
		case field.Ne, field.Nin, field.None:
			return !some(listed)
		case field.All:
			return !slices.ContainsFunc(x.Args, func(v any) bool { return !slices.Contains(got, v) })
		case field.Lt, field.Before:
			return some(func(v any) bool { return num(v) < num(arg(0)) })
		case field.Lte:
			return some(func(v any) bool { return num(v) <= num(arg(0)) })
		case field.Gt:
			return some(func(v any) bool { return num(v) > num(arg(0)) })
		case field.Gte, field.After:
			return some(func(v any) bool { return num(v) >= num(arg(0)) })
		case field.Between:
			return some(func(v any) bool { return num(v) >= num(arg(0)) && num(v) <= num(arg(1)) })
		case field.Within:
			return some(func(v any) bool { return num(v) >= num(arg(0)) && num(v) < num(arg(1)) })
		case field.Contains:
			return some(func(v any) bool { return strings.Contains(str(v), str(arg(0))) })
		case field.Starts:
			return some(func(v any) bool { return strings.HasPrefix(str(v), str(arg(0))) })
		}
	}
	panic("an expression that the judge does not know")
}

// key is a comparable sort key; nil is empty.
func (w *world) key(a *access.Actor, rec *object.Record, p query.Path) any {
	if f := p.Field(); f.Kind.Links() {
		p = append(slices.Clone(p), w.catalog.Object(f.Target).TitleField())
	}
	got := w.values(a, rec, p)
	if len(got) == 0 {
		return nil
	}
	if f := p.Field(); f.Kind == object.KindChoice {
		return int64(slices.IndexFunc(f.Options, func(o object.Option) bool { return o.Name == got[0] }))
	}
	return got[0]
}

func compareKeys(a, b any) int {
	if s, ok := a.(string); ok {
		return bytes.Compare(hanzi.Key(s), hanzi.Key(b.(string)))
	}
	return int(a.(int64) - b.(int64))
}

func (w *world) answer(a *access.Actor, q *query.Question) []int64 {
	var found []*object.Record
	for _, id := range w.ids(q.Object) {
		rec := w.rows[q.Object.Number][id]
		if (rec.Deleted != 0) == q.Deleted && w.sees(a, rec) && w.holds(a, rec, q.Filter) {
			found = append(found, rec)
		}
	}
	slices.SortFunc(found, func(x, y *object.Record) int {
		desc := true
		for _, k := range q.Sort {
			desc = k.Desc
			u, v := w.key(a, x, k.Path), w.key(a, y, k.Path)
			switch {
			case u == nil && v == nil:
				continue
			case u == nil:
				return 1
			case v == nil:
				return -1
			}
			if c := compareKeys(u, v); c != 0 && k.Desc {
				return -c
			} else if c != 0 {
				return c
			}
		}
		if desc {
			return int(y.ID - x.ID)
		}
		return int(x.ID - y.ID)
	})
	ids := make([]int64, len(found))
	for i, rec := range found {
		ids[i] = rec.ID
	}
	return ids
}

// path draws a field of an object, sometimes one link away.
func (w *world) path(r *rand.Rand, o *object.Object) query.Path {
	f := o.Fields[r.IntN(len(o.Fields))]
	if f.Kind.Links() && f.Kind != object.KindRef && r.IntN(2) == 0 {
		return append(query.Path{f}, w.path(r, w.catalog.Object(f.Target))[0])
	}
	return query.Path{f}
}

func (w *world) leaf(r *rand.Rand, o *object.Object) *query.Leaf {
	p := w.path(r, o)
	f := p.Field()
	ops := field.Of(f).Ops()
	l := &query.Leaf{Path: p, Op: ops[r.IntN(len(ops))]}
	if l.Op == field.Empty || l.Op == field.IsFilled {
		return l
	}
	for range 3 {
		switch v := w.value(r, f).(type) {
		case nil:
			l.Args = append(l.Args, int64(r.IntN(50)))
		case object.Money:
			l.Args = append(l.Args, v.Base)
		case bool:
			l.Args = append(l.Args, map[bool]int64{true: 1}[v])
		case []object.Item:
			if f.Kind == object.KindLinks {
				l.Args = append(l.Args, v[0].Link)
			} else {
				l.Args = append(l.Args, v[0].Norm)
			}
		case string:
			if f.Kind != object.KindChoice {
				v = hanzi.Fold(v)
			}
			if l.Op == field.Contains || l.Op == field.Starts {
				v = string([]rune(v)[:1])
			}
			l.Args = append(l.Args, v)
		default:
			l.Args = append(l.Args, v)
		}
	}
	switch l.Op {
	case field.In, field.Nin, field.Any, field.None:
	case field.All, field.Between, field.Within:
		l.Args = l.Args[:2]
	default:
		l.Args = l.Args[:1]
	}
	return l
}

func (w *world) question(r *rand.Rand) *query.Question {
	o := w.catalog.Objects[r.IntN(4)]
	q := &query.Question{Object: o, Deleted: r.IntN(8) == 0, Limit: 1 + r.IntN(20)}
	switch r.IntN(5) {
	case 0:
	case 1:
		q.Filter = query.And{w.leaf(r, o), w.leaf(r, o)}
	case 2:
		q.Filter = query.Or{w.leaf(r, o), query.Not{X: w.leaf(r, o)}}
	default:
		q.Filter = w.leaf(r, o)
	}
	for range r.IntN(3) {
		if p := w.path(r, o); !slices.ContainsFunc(p, func(f *object.Field) bool {
			return f.Kind.Multi() || f.Kind == object.KindRef || f.Kind == object.KindLongText
		}) {
			q.Sort = append(q.Sort, query.Key{Path: p, Desc: r.IntN(2) == 0})
		}
	}
	return q
}

// check asks a store random questions and compares pages at every kind of place.
func (w *world) check(t *testing.T, s *Store, r *rand.Rand, n int) {
	t.Helper()
	ctx := t.Context()
	for i := range n {
		q := w.question(r)
		all := actors()
		a := all[r.IntN(len(all))]
		want := w.answer(a, q)
		q.At = r.IntN(len(want) + 1)
		got, err := s.Ask(ctx, q, a)
		if err != nil {
			t.Fatal(err)
		}
		page := want[q.At:min(len(want), q.At+q.Limit)]
		if got.Total != len(want) || !slices.Equal(got.IDs, page) {
			t.Fatalf("question %d of %s as %s: %d rows %v, want %d %v\n%s", i, q.Object.Name, a.Digest, got.Total, got.IDs, len(want), page, describe(q))
		}
		if got.Last == nil {
			continue
		}
		end := q.At + len(page)
		next := *q
		next.Beside = got.Last
		after, err := s.Ask(ctx, &next, a)
		if err != nil {
			t.Fatal(err)
		}
		if rest := want[end:min(len(want), end+q.Limit)]; !slices.Equal(after.IDs, rest) || after.Position != end {
			t.Fatalf("after %v: %v at %d, want %v at %d\n%s", got.Last, after.IDs, after.Position, rest, end, describe(q))
		}
		next.Beside = got.First
		ahead, err := s.Ask(ctx, &next, a)
		if err != nil {
			t.Fatal(err)
		}
		if rest := want[max(0, q.At-q.Limit):q.At]; !slices.Equal(ahead.IDs, rest) {
			t.Fatalf("before %v: %v, want %v\n%s", got.First, ahead.IDs, rest, describe(q))
		}
	}
}

func describe(q *query.Question) string {
	var b strings.Builder
	var walk func(e query.Expr)
	walk = func(e query.Expr) {
		switch x := e.(type) {
		case *query.Leaf:
			fmt.Fprintf(&b, "%s %s %v; ", x.Path, x.Op, x.Args)
		case query.And:
			b.WriteString("and ")
			for _, y := range x {
				walk(y)
			}
		case query.Or:
			b.WriteString("or ")
			for _, y := range x {
				walk(y)
			}
		case query.Not:
			b.WriteString("not ")
			walk(x.X)
		}
	}
	walk(q.Filter)
	for _, k := range q.Sort {
		fmt.Fprintf(&b, "by %s desc=%v ", k.Path, k.Desc)
	}
	return b.String()
}

func (w *world) store() *Store {
	s := New(Options{Source: w, Clock: clock.NewManual(w.now)})
	s.SetCatalog(w.catalog)
	return s
}

func TestQuestionsAgreeWithTheJudge(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	w := newWorld(t)
	w.fill(r, 300)
	w.check(t, w.store(), r, 1500)
}

func TestWritesAreFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(rand.New(rand.NewPCG(3, 4)), 300)
	s := w.store()
	w.check(t, s, rand.New(rand.NewPCG(5, 6)), 200) // columns and visible sets are there before the writes
	var wg sync.WaitGroup
	for n := range 16 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(7, uint64(n)))
			for range 300 {
				w.write(r, s)
			}
		})
	}
	wg.Wait()
	w.check(t, s, rand.New(rand.NewPCG(8, 9)), 800)
	w.check(t, w.store(), rand.New(rand.NewPCG(8, 9)), 200)
}

// write changes a random row and applies it, twice and sometimes late.
func (w *world) write(r *rand.Rand, s *Store) {
	w.mu.Lock()
	o := w.catalog.Objects[1+r.IntN(4)]
	id := int64(1 + r.IntN(330))
	rec := w.random(r, o, id)
	rec.Rev = 1
	if old := w.rows[o.Number][id]; old != nil {
		rec.Rev = old.Rev + 1
	}
	w.rows[o.Number][id] = rec
	w.mu.Unlock()
	s.Apply([]Change{{Object: o, Record: rec}})
	s.Apply([]Change{{Object: o, Record: rec}})
}
