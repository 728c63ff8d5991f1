package record

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// pageCursor is a place in one list: it opens no other list and no other order.
type pageCursor struct {
	List   string
	Keys   []any
	ID     int64
	Before bool
}

func listName(q *query.Question) string {
	var b strings.Builder
	b.WriteString(q.Object.Name)
	for _, k := range q.Sort {
		b.WriteString("," + k.Path.String())
		if k.Desc {
			b.WriteByte('-')
		}
	}
	return b.String()
}

// Page answers a checked question from a cursor of an earlier page, or from its own place, with cursors to both sides.
func (e *Engine) Page(ctx context.Context, a *access.Actor, q *query.Question, cursor string, fields, expand []string) (*Page, error) {
	if cursor != "" {
		var at pageCursor
		if !e.seal.open(cursor, &at) || at.List != listName(q) {
			return nil, fault.New(fault.BadRequest, "cursor.invalid")
		}
		for i, k := range at.Keys {
			if n, ok := k.(json.Number); ok {
				v, err := n.Int64()
				if err != nil {
					return nil, fault.New(fault.BadRequest, "cursor.invalid")
				}
				at.Keys[i] = v
			}
		}
		copied := *q
		copied.Beside = &query.Beside{Keys: at.Keys, ID: at.ID, Before: at.Before}
		q = &copied
	}
	page, answer, err := e.Ask(ctx, a, q, fields, expand)
	if err != nil {
		return nil, err
	}
	if n := len(answer.IDs); answer.Last != nil && answer.Position+n < answer.Total {
		if page.Next, err = e.beside(q, answer.Last, false); err != nil {
			return nil, err
		}
	}
	if answer.First != nil && answer.Position > 0 {
		page.Prev, err = e.beside(q, answer.First, true)
	}
	return page, err
}

func (e *Engine) beside(q *query.Question, at *query.Beside, before bool) (*string, error) {
	s, err := e.seal.cursor(pageCursor{listName(q), at.Keys, at.ID, before})
	return &s, err
}

// Search finds records of several objects by a part of their names and numbers, within rights; nil is every object.
func (e *Engine) Search(ctx context.Context, a *access.Actor, text string, names []string, limit int) (*Found, error) {
	const longest = 200
	if utf8.RuneCountInString(text) > longest {
		return nil, fault.New(fault.BadRequest, "search.long", "max", longest)
	}
	cat := e.Catalog()
	var objects []*object.Object
	for _, o := range cat.Objects {
		if a.Reading(o) != access.None && o.Lines == "" && (names == nil || contains(names, o.Name)) {
			objects = append(objects, o)
		}
	}
	hits, totals, err := e.columns.Search(ctx, text, objects, min(max(limit, 1), 200), a)
	if err != nil {
		return nil, err
	}
	out := &Found{Data: []Hit{}, Totals: map[string]int{}}
	for i, o := range objects {
		out.Totals[o.Name] = totals[i]
	}
	byObject := map[*object.Object][]int64{}
	for _, h := range hits {
		byObject[h.Object] = append(byObject[h.Object], h.ID)
	}
	return out, e.db.Read(ctx, func(r db.Reader) error { return e.tellHits(r, hits, byObject, out) })
}

func (e *Engine) tellHits(r db.Reader, hits []column.Hit, byObject map[*object.Object][]int64, out *Found) error {
	rows := map[place]*object.Record{}
	for o, ids := range byObject {
		list, err := e.tables.ByIDs(r, o, ids, nil)
		if err != nil {
			return err
		}
		for _, rec := range list {
			if rec != nil {
				rows[place{o.Number, rec.ID}] = rec
			}
		}
	}
	for _, h := range hits {
		rec := rows[place{h.Object.Number, h.ID}]
		if rec == nil || rec.Deleted != 0 {
			continue
		}
		hit := Hit{Object: h.Object.Name, ID: rec.UUID, Title: rec.Title(), Record: rec}
		if h.Field != nil {
			hit.Field = h.Field.Name
		}
		out.Data = append(out.Data, hit)
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// Figures answers a checked aggregate: its rows, with keys as the API writes them, named as the caller names them.
func (e *Engine) Figures(ctx context.Context, a *access.Actor, g *query.Aggregate, measures []string) (*Figures, error) {
	if err := e.warm(ctx, a, g.Object); err != nil {
		return nil, err
	}
	rows, err := e.columns.Aggregate(ctx, g, a)
	if err != nil {
		return nil, err
	}
	out := &Figures{Data: []map[string]any{}}
	return out, e.db.Read(ctx, func(r db.Reader) error {
		l, err := e.linksOf(ctx, r, a, e.Catalog())
		if err != nil {
			return err
		}
		for _, row := range rows {
			for i, k := range row.Keys {
				l.wantKey(g.Groups[i].Path.Field(), k)
			}
		}
		if err := l.fetch(); err != nil {
			return err
		}
		for _, row := range rows {
			told := map[string]any{}
			for i, k := range row.Keys {
				told[g.Groups[i].Path.String()] = l.key(g.Groups[i].Path.Field(), k)
			}
			for i, v := range row.Figures {
				name := string(g.Measures[i].Fn)
				if i < len(measures) {
					name = measures[i]
				}
				if n, ok := v.(int64); ok && g.Measures[i].Path != nil && g.Measures[i].Fn != query.CountDistinct {
					v = l.key(g.Measures[i].Path.Field(), n)
				}
				told[name] = v
			}
			out.Data = append(out.Data, told)
		}
		return nil
	})
}
