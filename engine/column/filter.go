package column

import (
	"context"
	"fmt"
	"math"
	"sync"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
)

// asking is one question while the read lock is held.
type asking struct {
	s     *Store
	ctx   context.Context
	actor *access.Actor
	rent  []bitmap
}

// scratch keeps bitmaps between questions: fresh memory costs more than the questions themselves.
var scratch sync.Pool

// borrow answers a bitmap for a table's rows; what stands in it is not said.
func (q *asking) borrow(rows int) bitmap {
	need := blocksOf(rows) * blockWords
	var b bitmap
	if p, ok := scratch.Get().(*bitmap); ok && cap(*p) >= need {
		b = (*p)[:need]
	} else {
		b = make(bitmap, need, need+need/4)
	}
	q.rent = append(q.rent, b)
	return b
}

func (q *asking) done() {
	for i := range q.rent {
		scratch.Put(&q.rent[i])
	}
	q.rent = nil
}

// wishExpr adds what a condition reads.
func (s *Store) wishExpr(w wish, a *access.Actor, o *object.Object, e query.Expr) {
	switch x := e.(type) {
	case query.And:
		for _, y := range x {
			s.wishExpr(w, a, o, y)
		}
	case query.Or:
		for _, y := range x {
			s.wishExpr(w, a, o, y)
		}
	case query.Not:
		s.wishExpr(w, a, o, x.X)
	case *query.Leaf:
		s.wishPath(w, a, o, x.Path, false)
	}
}

// wishPath adds the fields of a path and the rights on what it links to; titled adds the titles by which a link sorts.
func (s *Store) wishPath(w wish, a *access.Actor, o *object.Object, p query.Path, titled bool) {
	f := p[0]
	w.add(o, f)
	if f.Kind == object.KindRef {
		for _, name := range f.Targets {
			if t := s.catalog.Object(name); t != nil {
				s.wishSight(w, a, t, 0)
			}
		}
		return
	}
	if !f.Kind.Links() {
		return
	}
	t := s.catalog.Object(f.Target)
	if t == nil {
		return
	}
	s.wishSight(w, a, t, 0)
	if len(p) > 1 {
		s.wishPath(w, a, t, p[1:], titled)
	} else if titled && t.TitleField() != nil {
		s.wishPath(w, a, t, query.Path{t.TitleField()}, titled)
	}
}

// target is the table of what a link leads to, with the rows of it that the asker may see.
func (q *asking) target(f *object.Field) (*table, bitmap) {
	o := q.s.catalog.Object(f.Target)
	if o == nil {
		return nil, nil
	}
	t := q.s.tables[o.Number]
	return t, q.s.sight(q.actor, t).rows()
}

// parallelFrom is the number of blocks from which a second core pays.
const parallelFrom = 128

// run keeps in out the rows of base that hold, and counts them. Two cores share the work where it is large.
func (q *asking) run(rows int, base func(b int, m *mask), t test, out bitmap) (int, error) {
	n := blocksOf(rows)
	if n < parallelFrom {
		return q.runBlocks(base, t, out, 0, n)
	}
	var first int
	var err1 error
	var wg sync.WaitGroup
	wg.Go(func() { first, err1 = q.runBlocks(base, t, out, 0, n/2) })
	second, err2 := q.runBlocks(base, t, out, n/2, n)
	wg.Wait()
	if err1 == nil {
		err1 = err2
	}
	return first + second, err1
}

func (q *asking) runBlocks(base func(b int, m *mask), t test, out bitmap, from, to int) (int, error) {
	total := 0
	for b := from; b < to; b++ {
		if err := q.ctx.Err(); err != nil {
			return 0, err
		}
		m := out.block(b)
		base(b, m)
		if !some(m) {
			continue
		}
		t(b, m)
		total += bitmap(m[:]).count()
	}
	return total, nil
}

// compile makes the test of a condition.
func (q *asking) compile(t *table, e query.Expr) (test, error) {
	switch x := e.(type) {
	case nil:
		return always, nil
	case query.Const:
		if x {
			return always, nil
		}
		return never, nil
	case query.And:
		ts, err := q.compileAll(t, x)
		return all(ts), err
	case query.Or:
		ts, err := q.compileAll(t, x)
		return either(ts), err
	case query.Not:
		in, err := q.compile(t, x.X)
		return not(in), err
	case *query.Leaf:
		return q.leaf(t, x.Path, x.Op, x.Args)
	}
	return nil, fmt.Errorf("column: a condition of type %T", e)
}

func (q *asking) compileAll(t *table, es []query.Expr) ([]test, error) {
	ts := make([]test, 0, len(es))
	for _, e := range es {
		x, err := q.compile(t, e)
		if err != nil {
			return nil, err
		}
		ts = append(ts, x)
	}
	return ts, nil
}

// opposite names, for the operators that hold for empty values, the one that holds exactly where they do not.
var opposite = map[field.Op]field.Op{field.Ne: field.Eq, field.Nin: field.In, field.None: field.Any, field.Empty: field.IsFilled}

func (q *asking) leaf(t *table, p query.Path, op field.Op, args []any) (test, error) {
	if positive, ok := opposite[op]; ok {
		in, err := q.leaf(t, p, positive, args)
		return not(in), err
	}
	if len(p) > 1 {
		return q.linked(t, p, op, args)
	}
	f := p[0]
	switch c := t.cells[f.Index].(type) {
	case numeric:
		return numberTest(c, op, ints(args))
	case *choices:
		if op == field.IsFilled {
			return between(&c.num, 1, ^uint16(0)), nil
		}
		return member(&c.num, c.among(strs(args))), nil
	case *texts:
		return textTest(c, op, strs(args)), nil
	case *links:
		_, seen := q.target(f)
		if op != field.IsFilled {
			seen = both(idSet(ints(args)), seen)
		}
		return member(&c.num, seen), nil
	case *refs:
		return q.refTest(c, op, args), nil
	case *lists:
		return q.listTest(t, c, f, op, args), nil
	case *filled:
		return func(b int, m *mask) {
			for w, x := range c.is.block(b) {
				m[w] &= x
			}
		}, nil
	}
	return nil, fmt.Errorf("column: %s.%s cannot be asked", t.o.Name, f.Name)
}

// linked turns a condition on what is linked to into the set of targets for which it holds and which the asker sees.
func (q *asking) linked(t *table, p query.Path, op field.Op, args []any) (test, error) {
	u, seen := q.target(p[0])
	if u == nil {
		return never, nil
	}
	in, err := q.leaf(u, p[1:], op, args)
	if err != nil {
		return nil, err
	}
	set := q.borrow(u.rows)
	base := func(b int, m *mask) { *m = *seen.block(b) }
	if _, err := q.run(u.rows, base, in, set); err != nil {
		return nil, err
	}
	switch c := t.cells[p[0].Index].(type) {
	case *links:
		return member(&c.num, set), nil
	case *lists:
		return c.anyOf(set), nil
	}
	return nil, fmt.Errorf("column: %s.%s is no link", t.o.Name, p[0].Name)
}

func numberTest(c numeric, op field.Op, a []int64) (test, error) {
	const lowest, highest = math.MinInt64, math.MaxInt64
	switch op {
	case field.IsFilled:
		return c.between(lowest, highest), nil
	case field.In, field.Any:
		return c.oneOf(a), nil
	}
	if len(a) == 0 || (op == field.Between || op == field.Within) && len(a) < 2 {
		return nil, fmt.Errorf("column: %s without its operands", op)
	}
	x := a[0]
	switch op {
	case field.Eq:
		return c.oneOf(a[:1]), nil
	case field.Lt, field.Before:
		if x == lowest {
			return never, nil
		}
		return c.between(lowest, x-1), nil
	case field.Lte:
		return c.between(lowest, x), nil
	case field.Gt:
		if x == highest {
			return never, nil
		}
		return c.between(x+1, highest), nil
	case field.Gte, field.After:
		return c.between(x, highest), nil
	case field.Between:
		return c.between(x, a[1]), nil
	case field.Within:
		if a[1] == lowest {
			return never, nil
		}
		return c.between(x, a[1]-1), nil
	}
	return nil, fmt.Errorf("column: numbers have no %s", op)
}

func textTest(c *texts, op field.Op, a []string) test {
	switch op {
	case field.IsFilled:
		return between(&c.num, 1, ^uint32(0))
	case field.Contains, field.Starts:
		return member(&c.num, c.dict.containing(first(a), op == field.Starts))
	}
	return member(&c.num, c.dict.equal(a))
}

func (q *asking) refTest(c *refs, op field.Op, args []any) test {
	want := map[uint64]bool{}
	for _, x := range args {
		if r, ok := x.(object.Ref); ok {
			want[refWord(r)] = true
		}
	}
	seen := q.seenRefs()
	return byRow(func(o uint32) bool {
		w := c.v[o]
		return w != 0 && (op == field.IsFilled || want[w]) && seen(w)
	})
}

// seenRefs says of a word of a ref column whether the asker sees what it names.
func (q *asking) seenRefs() func(w uint64) bool {
	var mu sync.Mutex
	rows := map[uint64]bitmap{}
	for _, o := range q.s.catalog.Objects {
		if t := q.s.tables[o.Number]; t.loaded {
			rows[uint64(o.Number)] = nil
		}
	}
	return func(w uint64) bool {
		mu.Lock()
		defer mu.Unlock()
		number := w >> refShift
		set, known := rows[number]
		if !known {
			return false
		}
		if set == nil {
			set = q.s.sight(q.actor, q.s.tables[int(number)]).rows()
			rows[number] = set
		}
		return set.has(uint32(w))
	}
}

func (q *asking) listTest(t *table, c *lists, f *object.Field, op field.Op, args []any) test {
	var each []bitmap
	switch {
	case c.dict == nil:
		_, seen := q.target(f)
		if op == field.IsFilled {
			return c.anyOf(seen)
		}
		for _, id := range ints(args) {
			each = append(each, both(idSet([]int64{id}), seen))
		}
	case op == field.IsFilled:
		return between(&c.num, 1, ^uint32(0))
	case op == field.Contains || op == field.Starts:
		return q.anyOf(t, c, c.dict.containing(first(strs(args)), op == field.Starts))
	default:
		for _, s := range strs(args) {
			each = append(each, c.dict.equal([]string{s}))
		}
	}
	if op == field.All {
		ts := make([]test, len(each))
		for i, set := range each {
			ts[i] = q.anyOf(t, c, set)
		}
		return all(ts)
	}
	var any bitmap
	for _, set := range each {
		any = any.grown(len(set) * 64)
		for w, x := range set {
			any[w] |= x
		}
	}
	return q.anyOf(t, c, any)
}

// postingsShare is the part of the rows, one in so many, up to which the rows of each item are gathered rather than all
// rows looked at.
const postingsShare = 16

// anyOf keeps the rows of which some item is in a set, from the lists of rows of each item where they are short.
func (q *asking) anyOf(t *table, c *lists, set bitmap) test {
	back, n := q.s.back(c, 0), 0
	set.each(func(item uint32) { n += back.size(item) })
	if n > t.rows/postingsShare {
		return c.anyOf(set)
	}
	rows := q.borrow(t.rows)
	clear(rows)
	set.each(func(item uint32) {
		back.each(item, func(o uint32) {
			if c.names(o, 0, item) {
				rows.put(o, true)
			}
		})
	})
	return func(b int, m *mask) {
		for w, x := range rows.block(b) {
			m[w] &= x
		}
	}
}

// both is what is in a small set and in a large one.
func both(small, large bitmap) bitmap {
	out := make(bitmap, len(small))
	for w := range min(len(small), len(large)) {
		out[w] = small[w] & large[w]
	}
	return out
}

func ints(args []any) []int64 {
	out := make([]int64, 0, len(args))
	for _, a := range args {
		if n, ok := a.(int64); ok {
			out = append(out, n)
		}
	}
	return out
}

func strs(args []any) []string {
	out := make([]string, 0, len(args))
	for _, a := range args {
		if s, ok := a.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}
