package record

import (
	"context"
	"slices"
	"strings"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/db"
)

func cutPath(name string) (first, rest string, linked bool) { return strings.Cut(name, ".") }

// Listed are the fields of an object's default list, in their places.
func Listed(o *object.Object) []*object.Field {
	var out []*object.Field
	for _, f := range o.Fields {
		if (f.List > 0 || f.Name == o.Title) && !f.Retired {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b *object.Field) int { return place1(o, a) - place1(o, b) })
	return out
}

func place1(o *object.Object, f *object.Field) int {
	if f.Name == o.Title {
		return 0
	}
	return f.List
}

// Ask answers a checked question in the API's form. Rows are read by id and must be as the columns knew them: where one
// was written since, the columns are told and the question is asked again, so page and total agree.
func (e *Engine) Ask(ctx context.Context, a *access.Actor, q *query.Question, fields, expand []string) (*Page, *query.Answer, error) {
	if fields == nil {
		for _, f := range Listed(q.Object) {
			if a.Field(q.Object, f) != access.Hidden {
				fields = append(fields, f.Name)
			}
		}
	}
	if err := e.warm(ctx, a, q.Object); err != nil {
		return nil, nil, err
	}
	for try := 0; ; try++ {
		answer, err := e.columns.Ask(ctx, q, a)
		if err != nil {
			return nil, nil, err
		}
		page := &Page{Data: []*View{}, Total: answer.Total, Position: answer.Position}
		whole := true
		var newer []column.Change
		err = e.db.Read(ctx, func(r db.Reader) error {
			rows, err := e.tables.ByIDs(r, q.Object, answer.IDs, nil)
			if err != nil {
				return err
			}
			for i, row := range rows {
				if row == nil {
					whole = false
					continue
				}
				if row.Rev > answer.Revs[i] {
					newer = append(newer, column.Change{Object: q.Object, Record: row})
					continue
				}
				sees, err := e.columns.Sees(ctx, a, q.Object, answer.IDs[i])
				if err != nil {
					return err
				}
				whole = whole && sees
			}
			whole = whole && len(newer) == 0
			if !whole && try < 3 {
				e.columns.Apply(newer)
				return nil
			}
			rows = slices.DeleteFunc(rows, func(r *object.Record) bool { return r == nil || (r.Deleted != 0) != q.Deleted })
			page.Data, err = e.show(ctx, r, a, q.Object, rows, fields, expand)
			return err
		})
		if err != nil || whole || try >= 3 {
			if err == nil && len(answer.Facets) > 0 {
				err = e.facets(ctx, a, q, answer, page)
			}
			return page, answer, err
		}
	}
}

// facets shows the counted values as the API writes them.
func (e *Engine) facets(ctx context.Context, a *access.Actor, q *query.Question, answer *query.Answer, page *Page) error {
	page.Facets = map[string][]Facet{}
	return e.db.Read(ctx, func(r db.Reader) error {
		l, err := e.linksOf(ctx, r, a, e.Catalog())
		if err != nil {
			return err
		}
		for i, path := range q.Facets {
			for _, c := range answer.Facets[i] {
				l.wantKey(path.Field(), c.Value)
			}
		}
		if err := l.fetch(); err != nil {
			return err
		}
		for i, path := range q.Facets {
			list := make([]Facet, len(answer.Facets[i]))
			for j, c := range answer.Facets[i] {
				list[j] = Facet{l.key(path.Field(), c.Value), c.N}
			}
			page.Facets[path.String()] = list
		}
		return nil
	})
}

func (l *links) wantKey(f *object.Field, v any) {
	if id, ok := v.(int64); ok && f.Kind.Links() && f.Target != "" {
		l.ask(l.cat.Object(f.Target), id)
	}
}

// key shows the key of a group or facet.
func (l *links) key(f *object.Field, v any) any {
	id, isInt := v.(int64)
	switch {
	case v == nil:
		return nil
	case isInt && f.Kind.Links() && f.Target != "":
		return l.named(l.cat.Object(f.Target), id)
	case isInt && f.Kind == object.KindBoolean:
		return id != 0
	case isInt && f.Kind == object.KindMoney:
		return field.Of(f).Write(f, object.Money{Minor: id, Currency: l.cat.Currency, Base: id}, l.fc)
	case isInt:
		return field.Of(f).Write(f, v, l.fc)
	}
	return v
}
