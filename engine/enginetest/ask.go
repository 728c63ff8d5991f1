package enginetest

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/hanzi"
)

// Ask answers a question.
func (w *World) Ask(q *query.Question, a *access.Actor) query.Answer {
	found := w.found(q.Object, q.Filter, q.Deleted, a)
	slices.SortFunc(found, func(x, y *object.Record) int {
		return order(q, w.keys(q, x, a), x.ID, w.keys(q, y, a), y.ID)
	})
	answer := query.Answer{Total: len(found)}
	answer.Position = w.begin(q, found, a)
	page := found[answer.Position:min(len(found), answer.Position+q.Limit)]
	if q.Beside != nil && q.Beside.Before {
		page = found[answer.Position:w.place(q, found, a)]
	}
	for _, r := range page {
		answer.IDs = append(answer.IDs, r.ID)
	}
	if len(page) > 0 {
		first, last := page[0], page[len(page)-1]
		answer.First = &query.Beside{Keys: w.keys(q, first, a), ID: first.ID, Before: true}
		answer.Last = &query.Beside{Keys: w.keys(q, last, a), ID: last.ID}
	}
	for _, path := range q.Facets {
		answer.Facets = append(answer.Facets, w.facet(path, found, a))
	}
	return answer
}

// found are the records that an actor sees and for which a condition holds, in the order of their ids.
func (w *World) found(o *object.Object, filter query.Expr, deleted bool, a *access.Actor) []*object.Record {
	var found []*object.Record
	for _, r := range w.Records[o.Name] {
		if (r.Deleted != 0) == deleted && w.Sees(a, r) && w.Holds(filter, r, a) {
			found = append(found, r)
		}
	}
	return found
}

// begin answers the position of the page's first record.
func (w *World) begin(q *query.Question, found []*object.Record, a *access.Actor) int {
	switch {
	case q.Beside != nil && q.Beside.Before:
		return max(0, w.place(q, found, a)-q.Limit)
	case q.Beside != nil:
		return w.place(q, found, a)
	case q.Seek != nil:
		for i, r := range found {
			if key := w.keys(q, r, a)[0]; key == nil || directed(q.Sort[0], seekOrder(q.Sort[0].Path.Field(), key, q.Seek)) >= 0 {
				return i
			}
		}
		return len(found)
	}
	return min(q.At, len(found))
}

// place counts the records before a place, or those up to it.
func (w *World) place(q *query.Question, found []*object.Record, a *access.Actor) int {
	n := 0
	for _, r := range found {
		c := order(q, w.keys(q, r, a), r.ID, q.Beside.Keys, q.Beside.ID)
		if c < 0 || c == 0 && !q.Beside.Before {
			n++
		}
	}
	return n
}

// keys are the values by which a record is sorted: int64, the text itself, an option's name, a linked title; nil.
func (w *World) keys(q *query.Question, r *object.Record, a *access.Actor) []any {
	keys := make([]any, len(q.Sort))
	for i, k := range q.Sort {
		keys[i] = w.sortValue(k.Path, r, a)
	}
	return keys
}

func (w *World) sortValue(p query.Path, r *object.Record, a *access.Actor) any {
	v := w.values(p, r, a)[0]
	f := p.Field()
	switch {
	case v == nil:
		return nil
	case f.Kind == object.KindLink || f.Kind == object.KindOwner:
		return w.title(f, v.(int64), a)
	}
	if s, ok := v.(string); ok {
		return s
	}
	return comparable(f, v)
}

// title is a linked record's title, nil where the actor may not see the record or its title.
func (w *World) title(f *object.Field, id int64, a *access.Actor) any {
	target := w.Record(f.Target, id)
	if target == nil || !w.Sees(a, target) || a.Field(target.Object, target.Object.TitleField()) < access.Read {
		return nil
	}
	if title := target.Title(); title != "" {
		return title
	}
	return nil
}

// order compares two places in a list.
func order(q *query.Question, x []any, xID int64, y []any, yID int64) int {
	for i, k := range q.Sort {
		switch {
		case x[i] == nil && y[i] == nil:
			continue
		case x[i] == nil:
			return 1 // empty ones last, whatever the direction
		case y[i] == nil:
			return -1
		}
		if c := compareValues(k.Path.Field(), x[i], y[i]); c != 0 {
			return directed(k, c)
		}
	}
	if len(q.Sort) == 0 || q.Sort[len(q.Sort)-1].Desc {
		return cmp.Compare(yID, xID)
	}
	return cmp.Compare(xID, yID)
}

func directed(k query.Key, c int) int {
	if k.Desc {
		return -c
	}
	return c
}

// compareValues orders filled values of a field.
func compareValues(f *object.Field, x, y any) int {
	if n, ok := x.(int64); ok {
		return cmp.Compare(n, y.(int64))
	}
	s, t := x.(string), y.(string)
	if f.Kind == object.KindChoice {
		return cmp.Compare(optionPlace(f, s), optionPlace(f, t))
	}
	if c := bytes.Compare(hanzi.Key(s), hanzi.Key(t)); c != 0 {
		return c
	}
	return strings.Compare(s, t)
}

// seekOrder compares a key with a sought value: text by its folded form alone.
func seekOrder(f *object.Field, key, seek any) int {
	if s, ok := key.(string); ok && f.Kind != object.KindChoice {
		return bytes.Compare(hanzi.Key(s), hanzi.Key(seek.(string)))
	}
	return compareValues(f, key, seek)
}

func optionPlace(f *object.Field, name string) int {
	return slices.IndexFunc(f.Options, func(o object.Option) bool { return o.Name == name })
}

// facet counts the records that have each value.
func (w *World) facet(p query.Path, found []*object.Record, a *access.Actor) []query.Count {
	n := map[any]int{}
	for _, r := range found {
		for _, v := range w.groupValues(p, r, a) {
			n[v]++
		}
	}
	var counts []query.Count
	for v, k := range n {
		counts = append(counts, query.Count{Value: v, N: k})
	}
	slices.SortFunc(counts, func(x, y query.Count) int {
		if c := cmp.Compare(y.N, x.N); c != 0 || x.Value == nil || y.Value == nil || p.Field().Kind.Multi() || p.Field().Kind.Links() {
			return cmp.Or(c, plainOrder(x.Value, y.Value))
		}
		return compareValues(p.Field(), x.Value, y.Value)
	})
	return counts[:min(len(counts), 1000)]
}

// plainOrder puts numbers by value, text by bytes and empty last.
func plainOrder(x, y any) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	if n, ok := x.(int64); ok {
		return cmp.Compare(n, y.(int64))
	}
	return strings.Compare(x.(string), y.(string))
}

// groupValues are the different values under which a record is counted: its text or an item's as it is, a linked
// record's id where the actor sees that record; one nil where there is none.
func (w *World) groupValues(p query.Path, r *object.Record, a *access.Actor) []any {
	v := w.values(p, r, a)[0]
	f := p.Field()
	var out []any
	add := func(x any) {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	switch v := v.(type) {
	case nil:
	case []object.Item:
		for _, it := range v {
			if f.Kind == object.KindLinks {
				add(it.Link)
			} else {
				add(it.Value)
			}
		}
	case string:
		add(v)
	default:
		add(comparable(f, v))
	}
	if out == nil {
		return []any{nil}
	}
	return out
}
