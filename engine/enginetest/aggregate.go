package enginetest

import (
	"math/big"
	"slices"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/calendar"
	"youpeng/platform/money"
)

// bucket is a group on the way: its keys and its records.
type bucket struct {
	keys    []any
	records []*object.Record
}

// Aggregate answers figures by group. Without groups there is one row, over no records too. A sum of nothing is 0;
// an average, a least and a greatest of nothing are nil.
func (w *World) Aggregate(q *query.Aggregate, a *access.Actor) []query.Row {
	var buckets []*bucket
	if len(q.Groups) == 0 {
		buckets = append(buckets, &bucket{})
	}
	for _, r := range w.found(q.Object, q.Filter, q.Deleted, a) {
		for _, keys := range w.groupKeys(q, r, a) {
			i := slices.IndexFunc(buckets, func(b *bucket) bool { return slices.Equal(b.keys, keys) })
			if i < 0 {
				i = len(buckets)
				buckets = append(buckets, &bucket{keys: keys})
			}
			buckets[i].records = append(buckets[i].records, r)
		}
	}
	var rows []query.Row
	for _, b := range buckets {
		row := query.Row{Keys: b.keys}
		for _, m := range q.Measures {
			row.Figures = append(row.Figures, w.figure(m, b.records, a))
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(x, y query.Row) int { return w.rowOrder(q, x, y, a) })
	if q.Limit > 0 && len(rows) > q.Limit {
		rows = rows[:q.Limit]
	}
	return rows
}

// groupKeys are all combinations of a record's group values.
func (w *World) groupKeys(q *query.Aggregate, r *object.Record, a *access.Actor) [][]any {
	all := [][]any{nil}
	for _, g := range q.Groups {
		var next [][]any
		for _, v := range w.groupValues(g.Path, r, a) {
			if n, ok := v.(int64); ok && g.By != "" {
				v = cut(g, n, q.Zone)
			}
			for _, keys := range all {
				next = append(next, append(slices.Clone(keys), v))
			}
		}
		all = next
	}
	return all
}

// cut answers the first day of the span in which a date or an instant lies.
func cut(g query.Group, n int64, zone *time.Location) int64 {
	if g.Path.Field().Kind == object.KindDateTime {
		n = calendar.Day(time.UnixMicro(n), zone)
	}
	return calendar.First(n, calendar.Unit(g.By), 0)
}

func (w *World) figure(m query.Measure, records []*object.Record, a *access.Actor) any {
	if m.Fn == query.CountAll {
		return int64(len(records))
	}
	if m.Fn == query.CountDistinct {
		seen := map[any]bool{}
		for _, r := range records {
			for _, v := range w.groupValues(m.Path, r, a) {
				seen[v] = true
			}
		}
		delete(seen, nil)
		return int64(len(seen))
	}
	var values []int64
	for _, r := range records {
		if v := w.values(m.Path, r, a)[0]; v != nil {
			values = append(values, comparable(m.Path.Field(), v).(int64))
		}
	}
	sum := new(big.Int)
	for _, n := range values {
		sum.Add(sum, big.NewInt(n))
	}
	switch {
	case m.Fn == query.Sum && sum.IsInt64():
		return sum.Int64()
	case m.Fn == query.Sum:
		return sum
	case len(values) == 0:
		return nil
	case m.Fn == query.Min:
		return slices.Min(values)
	case m.Fn == query.Max:
		return slices.Max(values)
	}
	return money.Div(sum, big.NewInt(int64(len(values)))).Int64()
}

// rowOrder orders by the columns asked for, then by the groups, each in the order in which lists sort its field (links
// by id, items by bytes); what is nil comes last.
func (w *World) rowOrder(q *query.Aggregate, x, y query.Row, a *access.Actor) int {
	for _, column := range q.Order {
		i, desc := column-1, column < 0
		if desc {
			i = -column - 1
		}
		if c := cellOrder(q, x, y, i, desc); c != 0 {
			return c
		}
	}
	for i := range q.Groups {
		if c := cellOrder(q, x, y, i, false); c != 0 {
			return c
		}
	}
	return 0
}

func cellOrder(q *query.Aggregate, x, y query.Row, i int, desc bool) int {
	var s, t any
	if i < len(q.Groups) {
		s, t = x.Keys[i], y.Keys[i]
	} else {
		s, t = x.Figures[i-len(q.Groups)], y.Figures[i-len(q.Groups)]
	}
	if s == nil || t == nil {
		return plainOrder(s, t)
	}
	c := 0
	switch {
	case i >= len(q.Groups):
		c = wide(s).Cmp(wide(t))
	case q.Groups[i].Path.Field().Kind.Multi():
		c = plainOrder(s, t)
	default:
		c = compareValues(q.Groups[i].Path.Field(), s, t)
	}
	if desc {
		return -c
	}
	return c
}

func wide(v any) *big.Int {
	if n, ok := v.(int64); ok {
		return big.NewInt(n)
	}
	return v.(*big.Int)
}
