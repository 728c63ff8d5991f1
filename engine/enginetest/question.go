package enginetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
)

// Question asks something at random, as a random person, with operands taken from the records. Most conditions are
// drawn again until they hold for some records and not for nearly all.
func (w *World) Question(r *rand.Rand) (*query.Question, *access.Actor) {
	a := w.Actors[r.IntN(len(w.Actors))]
	o := w.Catalog.Objects[1+r.IntN(4)]
	q := &query.Question{Object: o, Deleted: r.IntN(10) == 0, Limit: r.IntN(30)}
	for range 8 {
		q.Filter = w.condition(r, o, a, 2)
		hits := 0
		for _, rec := range w.Records[o.Name] {
			if w.Holds(q.Filter, rec, a) {
				hits++
			}
		}
		if hits > 0 && hits*10 < len(w.Records[o.Name])*9 {
			break
		}
	}
	for range r.IntN(3) {
		if path := w.path(r, o, a, func(f *object.Field) bool { return field.Of(f).Sorts() }); path != nil {
			q.Sort = append(q.Sort, query.Key{Path: path, Desc: r.IntN(2) == 0})
		}
	}
	if path := w.path(r, o, a, func(f *object.Field) bool { return field.Groups(field.Of(f)) }); path != nil && r.IntN(3) == 0 {
		q.Facets = append(q.Facets, path)
	}
	if r.IntN(3) == 0 {
		q.At = r.IntN(len(w.Records[o.Name]) + 1)
	}
	return q, a
}

// path picks a field that an actor sees and that is fit, now and then one link away but not over several.
func (w *World) path(r *rand.Rand, o *object.Object, a *access.Actor, fit func(*object.Field) bool) query.Path {
	for range 20 {
		f := o.Fields[r.IntN(len(o.Fields))]
		if a.Field(o, f) < access.Read {
			continue
		}
		if (f.Kind == object.KindLink || f.Kind == object.KindOwner) && r.IntN(3) == 0 {
			target := w.Catalog.Object(f.Target)
			g := target.Fields[r.IntN(len(target.Fields))]
			if a.Reading(target) != access.None && a.Field(target, g) >= access.Read && fit(g) {
				return query.Path{f, g}
			}
			continue
		}
		if fit(f) {
			return query.Path{f}
		}
	}
	return nil
}

func (w *World) condition(r *rand.Rand, o *object.Object, a *access.Actor, depth int) query.Expr {
	if depth > 0 {
		switch r.IntN(6) {
		case 0:
			return query.And{w.condition(r, o, a, depth-1), w.condition(r, o, a, depth-1)}
		case 1:
			return query.Or{w.condition(r, o, a, depth-1), w.condition(r, o, a, depth-1)}
		case 2:
			return query.Not{X: w.condition(r, o, a, depth-1)}
		}
	}
	path := w.path(r, o, a, func(*object.Field) bool { return true })
	if path == nil {
		return query.Const(r.IntN(2) == 0)
	}
	ops := field.Of(path.Field()).Ops()
	return w.Leaf(r, path, ops[r.IntN(len(ops))])
}

// Leaf makes a condition with an operator of a path's field and operands that records have.
func (w *World) Leaf(r *rand.Rand, path query.Path, op field.Op) *query.Leaf {
	leaf := &query.Leaf{Path: path, Op: op}
	n := 1
	switch op {
	case field.Empty, field.IsFilled:
		return leaf
	case field.Between, field.Within:
		n = 2
	case field.In, field.Nin, field.Any, field.None, field.All:
		n = 1 + r.IntN(3)
	}
	for range n {
		leaf.Args = append(leaf.Args, w.operand(r, path, op))
	}
	if n == 2 && (op == field.Between || op == field.Within) && leaf.Args[0].(int64) > leaf.Args[1].(int64) {
		leaf.Args[0], leaf.Args[1] = leaf.Args[1], leaf.Args[0]
	}
	return leaf
}

// operand is what a random record is compared by; a part of it for contains and starts.
func (w *World) operand(r *rand.Rand, path query.Path, op field.Op) any {
	f := path.Field()
	var v any
	for v == nil {
		v = w.value(r, f)
	}
	key := any(nil)
	if list, ok := v.([]object.Item); ok {
		key = itemKeys(f, list)[0]
	} else {
		key = comparable(f, v)
	}
	if op != field.Contains && op != field.Starts {
		return key
	}
	runes := []rune(key.(string))
	from, n := r.IntN(len(runes)), 1+r.IntN(3)
	if op == field.Starts {
		from = 0
	}
	return strings.TrimSpace(string(runes[from:min(len(runes), from+n)]))
}

// Figures makes an aggregate over what a question asks.
func (w *World) Figures(r *rand.Rand, q *query.Question, a *access.Actor) *query.Aggregate {
	g := &query.Aggregate{Object: q.Object, Filter: q.Filter, Deleted: q.Deleted, Zone: time.FixedZone("Shanghai", 8*3600), Measures: []query.Measure{{Fn: query.CountAll}}}
	for range r.IntN(3) {
		path := w.path(r, q.Object, a, func(f *object.Field) bool { return field.Groups(field.Of(f)) })
		if path == nil {
			continue
		}
		by := ""
		if k := path.Field().Kind; k == object.KindDate || k == object.KindDateTime {
			by = []string{"day", "week", "month", "quarter", "year"}[r.IntN(5)]
		}
		g.Groups = append(g.Groups, query.Group{Path: path, By: by})
	}
	sums := func(f *object.Field) bool {
		return f.Kind == object.KindNumber || f.Kind == object.KindDecimal || f.Kind == object.KindMoney
	}
	if path := w.path(r, q.Object, a, sums); path != nil {
		g.Measures = append(g.Measures, query.Measure{Fn: []query.Fn{query.Sum, query.Avg, query.Min, query.Max}[r.IntN(4)], Path: path})
	}
	if r.IntN(2) == 0 {
		g.Order = []int{-len(g.Groups) - 1}
	}
	return g
}

// Typed is what a person might type to find something: a part of a searched value.
func (w *World) Typed(r *rand.Rand) string {
	for {
		o := w.Catalog.Objects[r.IntN(len(w.Catalog.Objects))]
		f := o.Fields[r.IntN(len(o.Fields))]
		if f.Search {
			if v := w.value(r, f); v != nil {
				text, ok := v.(string)
				if !ok {
					text = v.([]object.Item)[0].Norm
				}
				runes := []rune(text)
				from := r.IntN(len(runes))
				return string(runes[from:min(len(runes), from+1+r.IntN(5))])
			}
		}
	}
}

// Describe writes a condition for the report of a difference.
func Describe(x query.Expr) string {
	switch x := x.(type) {
	case *query.Leaf:
		return fmt.Sprint(x.Path, " ", x.Op, " ", x.Args)
	case query.Not:
		return "not(" + Describe(x.X) + ")"
	case query.And:
		return "and(" + describeAll(x) + ")"
	case query.Or:
		return "or(" + describeAll(x) + ")"
	}
	return fmt.Sprint(x)
}

func describeAll(parts []query.Expr) string {
	var out []string
	for _, p := range parts {
		out = append(out, Describe(p))
	}
	return strings.Join(out, ", ")
}

// DescribeKeys writes an order.
func DescribeKeys(keys []query.Key) string {
	var out []string
	for _, k := range keys {
		out = append(out, fmt.Sprint(map[bool]string{true: "-"}[k.Desc], k.Path))
	}
	return strings.Join(out, ",")
}
