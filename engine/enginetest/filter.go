package enginetest

import (
	"slices"
	"strings"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/hanzi"
)

// Holds says whether a condition holds for a record, seen by an actor.
func (w *World) Holds(x query.Expr, r *object.Record, a *access.Actor) bool {
	switch x := x.(type) {
	case nil:
		return true
	case query.Const:
		return bool(x)
	case query.Not:
		return !w.Holds(x.X, r, a)
	case query.And:
		for _, part := range x {
			if !w.Holds(part, r, a) {
				return false
			}
		}
		return true
	case query.Or:
		for _, part := range x {
			if w.Holds(part, r, a) {
				return true
			}
		}
		return false
	case *query.Leaf:
		return w.leafHolds(x, r, a)
	}
	panic("a condition of no kind")
}

// leafHolds: any value will do, but for the operators that deny, which hold where what they deny holds for none.
func (w *World) leafHolds(x *query.Leaf, r *object.Record, a *access.Actor) bool {
	op := x.Op
	denied, denies := map[field.Op]field.Op{field.Ne: field.Eq, field.Nin: field.In, field.None: field.Any, field.Empty: field.IsFilled}[op]
	if denies {
		op = denied
	}
	return denies != slices.ContainsFunc(w.values(x.Path, r, a), func(v any) bool {
		return test(x.Path.Field(), op, x.Args, v)
	})
}

// values are what stands at the end of a path: one value, or one for each record of a links field that the actor sees.
// A link to a record that the actor may not see is as good as empty.
func (w *World) values(p query.Path, r *object.Record, a *access.Actor) []any {
	if len(p) == 1 {
		return []any{w.known(p[0], r.At(p[0]), a)}
	}
	var out []any
	for _, id := range linkedIDs(w.known(p[0], r.At(p[0]), a)) {
		target := w.Record(p[0].Target, id)
		out = append(out, w.known(p[1], target.At(p[1]), a))
	}
	if out == nil {
		return []any{nil}
	}
	return out
}

// known leaves out of a link what the actor may not see.
func (w *World) known(f *object.Field, v any, a *access.Actor) any {
	sees := func(name string, id int64) bool {
		target := w.Record(name, id)
		return target != nil && w.Sees(a, target)
	}
	switch v := v.(type) {
	case object.Ref:
		if !sees(w.Catalog.Numbered(v.Object).Name, v.ID) {
			return nil
		}
	case int64:
		if f.Kind.Links() && !sees(f.Target, v) {
			return nil
		}
	case []object.Item:
		if f.Kind != object.KindLinks {
			return v
		}
		var kept []object.Item
		for _, it := range v {
			if sees(f.Target, it.Link) {
				kept = append(kept, it)
			}
		}
		if kept == nil {
			return nil
		}
		return kept
	}
	return v
}

// test compares one value with an operator that does not deny.
func test(f *object.Field, op field.Op, args []any, v any) bool {
	switch {
	case op == field.IsFilled:
		return v != nil
	case v == nil:
		return false
	}
	if list, ok := v.([]object.Item); ok {
		return testList(op, args, itemKeys(f, list))
	}
	key := comparable(f, v)
	switch op {
	case field.Eq:
		return key == args[0]
	case field.In:
		return slices.Contains(args, key)
	case field.Contains:
		return strings.Contains(key.(string), args[0].(string))
	case field.Starts:
		return strings.HasPrefix(key.(string), args[0].(string))
	}
	return testNumber(op, args, key.(int64))
}

func testNumber(op field.Op, args []any, n int64) bool {
	a := args[0].(int64)
	switch op {
	case field.Lt, field.Before:
		return n < a
	case field.Lte:
		return n <= a
	case field.Gt:
		return n > a
	case field.Gte, field.After:
		return n >= a
	case field.Between:
		return a <= n && n <= args[1].(int64)
	case field.Within:
		return a <= n && n < args[1].(int64)
	}
	panic("an operator that numbers lack: " + string(op))
}

func testList(op field.Op, args []any, keys []any) bool {
	in := func(key any) bool { return slices.Contains(args, key) }
	switch op {
	case field.Any, field.Eq, field.In:
		return slices.ContainsFunc(keys, in)
	case field.All:
		return !slices.ContainsFunc(args, func(a any) bool { return !slices.Contains(keys, a) })
	case field.Contains:
		return slices.ContainsFunc(keys, func(k any) bool { return strings.Contains(k.(string), args[0].(string)) })
	case field.Starts:
		return slices.ContainsFunc(keys, func(k any) bool { return strings.HasPrefix(k.(string), args[0].(string)) })
	}
	panic("an operator that lists lack: " + string(op))
}

// itemKeys are what items are compared by.
func itemKeys(f *object.Field, list []object.Item) []any {
	keys := make([]any, len(list))
	for i, it := range list {
		if f.Kind == object.KindLinks {
			keys[i] = it.Link
		} else {
			keys[i] = it.Norm
		}
	}
	return keys
}

// comparable is what a single value is compared by.
func comparable(f *object.Field, v any) any {
	switch v := v.(type) {
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case object.Money:
		return v.Base
	case string:
		if f.Kind != object.KindChoice {
			return hanzi.Fold(v)
		}
	}
	return v
}
