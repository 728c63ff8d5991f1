package enginetest

import (
	"math/rand/v2"
	"strings"

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
