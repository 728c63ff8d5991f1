package record

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// links gathers the linked records that an answer shows, reads their titles with one question for each object, and
// shows values to one asker.
type links struct {
	e      *Engine
	ctx    context.Context
	r      db.Reader
	a      *access.Actor
	cat    *object.Catalog
	wanted map[*object.Object]map[int64]bool
	titles map[*object.Object]map[int64]table.Titled
	fc     *field.Context
}

func (e *Engine) linksOf(ctx context.Context, r db.Reader, a *access.Actor, cat *object.Catalog) (*links, error) {
	l := &links{e: e, ctx: ctx, r: r, a: a, cat: cat, wanted: map[*object.Object]map[int64]bool{}, titles: map[*object.Object]map[int64]table.Titled{}}
	l.fc = e.context(a, cat)
	l.fc.Linked = func(name string, id int64) (uuid.UUID, string, bool) {
		t, ok := l.titles[cat.Object(name)][id]
		return t.UUID, t.Title, ok
	}
	return l, nil
}

// want notes what a value links to.
func (l *links) want(f *object.Field, v any) {
	switch x := v.(type) {
	case int64:
		if f.Kind.Links() {
			l.ask(l.cat.Object(f.Target), x)
		}
	case object.Ref:
		l.ask(l.cat.Numbered(x.Object), x.ID)
	case []object.Item:
		if f.Kind == object.KindLinks {
			for _, it := range x {
				l.ask(l.cat.Object(f.Target), it.Link)
			}
		}
	}
}

func (l *links) ask(o *object.Object, id int64) {
	if o == nil || id <= 0 {
		return
	}
	if l.wanted[o] == nil {
		l.wanted[o] = map[int64]bool{}
	}
	l.wanted[o][id] = true
}

// fetch reads the titles of those that the asker may see.
func (l *links) fetch() error {
	for o, set := range l.wanted {
		var ids []int64
		for id := range set {
			if _, known := l.titles[o][id]; known {
				continue
			}
			sees, err := l.e.columns.Sees(l.ctx, l.a, o, id)
			if err != nil {
				return err
			}
			switch {
			case !sees:
			case id == l.a.User && o.Name == "user": // who asks is known, and mostly all that a new record links to
				l.know(o, map[int64]table.Titled{id: {UUID: l.a.UUID, Title: l.a.Name}})
			default:
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			continue
		}
		slices.Sort(ids)
		titles, err := l.e.tables.Titles(l.r, o, ids)
		if err != nil {
			return err
		}
		l.know(o, titles)
	}
	clear(l.wanted)
	return nil
}

func (l *links) know(o *object.Object, titles map[int64]table.Titled) {
	if l.titles[o] == nil {
		l.titles[o] = map[int64]table.Titled{}
	}
	maps.Copy(l.titles[o], titles)
}

// shown is a value as the asker may see it.
func (l *links) shown(o *object.Object, f *object.Field, v any) any {
	if v == nil {
		return nil
	}
	switch l.a.Field(o, f) {
	case access.Hidden:
		return nil
	case access.Masked:
		return field.Masked(f, v)
	}
	return field.Of(f).Write(f, v, l.fc)
}

func (l *links) named(o *object.Object, id int64) any {
	if t, ok := l.titles[o][id]; ok {
		return map[string]any{"id": t.UUID.String(), "title": t.Title}
	}
	return map[string]any{"id": nil, "no_right": true}
}

// render shows records of one object; fields nil is all that the asker may see.
func (e *Engine) render(ctx context.Context, r db.Reader, a *access.Actor, o *object.Object, rows []*object.Record, fields []*object.Field) ([]*View, error) {
	l, err := e.linksOf(ctx, r, a, e.Catalog())
	if err != nil {
		return nil, err
	}
	if fields == nil {
		fields = o.Fields
	}
	fields = slices.DeleteFunc(slices.Clone(fields), func(f *object.Field) bool { return f.Retired || a.Field(o, f) == access.Hidden })
	for _, rec := range rows {
		for _, f := range fields {
			l.want(f, rec.At(f))
		}
	}
	if err := l.fetch(); err != nil {
		return nil, err
	}
	views := make([]*View, len(rows))
	for i, rec := range rows {
		v := &View{Record: rec, names: make([]string, 0, len(fields)+3), values: make([]any, 0, len(fields)+3)}
		v.names = append(v.names, "id", "version")
		v.values = append(v.values, rec.UUID.String(), rec.Version)
		if rec.Deleted != 0 {
			v.names, v.values = append(v.names, "deleted_at"), append(v.values, stamp(rec.Deleted))
		}
		for _, f := range fields {
			v.names, v.values = append(v.names, f.Name), append(v.values, l.shown(o, f, rec.At(f)))
		}
		views[i] = v
	}
	return views, nil
}

// views fills the outcomes of a write in the API's form.
func (e *Engine) views(ctx context.Context, w *Write, res *Result) error {
	return e.db.Read(ctx, func(r db.Reader) error { return e.viewsIn(ctx, r, w, res) })
}

func (e *Engine) viewsIn(ctx context.Context, r db.Reader, w *Write, res *Result) error {
	for i := range res.Outcomes {
		out := &res.Outcomes[i]
		if out.Record == nil || out.View != nil || out.Op == Purge {
			continue
		}
		views, err := e.render(ctx, r, w.Actor, out.Record.Object, []*object.Record{out.Record}, nil)
		if err != nil {
			return err
		}
		out.View = views[0]
	}
	return nil
}

// Record reads a whole record that the actor may see, in the bin or not.
func (e *Engine) Record(ctx context.Context, a *access.Actor, name string, id uuid.UUID) (rec *object.Record, err error) {
	o := e.Catalog().Object(name)
	if o == nil {
		return nil, fault.New(fault.Missing, "object.unknown", "object", name)
	}
	if err := e.warm(ctx, a, o); err != nil {
		return nil, err
	}
	err = e.db.Read(ctx, func(r db.Reader) error {
		rows, err := e.tables.ByUUIDs(r, o, []uuid.UUID{id}, nil)
		if err != nil {
			return err
		}
		rec = rows[0]
		return nil
	})
	if err != nil {
		return nil, err
	}
	if rec == nil {
		return nil, missing(o)
	}
	sees, err := e.columns.Sees(ctx, a, o, rec.ID)
	if err != nil {
		return nil, err
	}
	if !sees {
		return nil, missing(o)
	}
	return rec, nil
}

// Get answers a record in the API's form, with all its fields or those named.
func (e *Engine) Get(ctx context.Context, a *access.Actor, name string, id uuid.UUID, fields, expand []string) (*View, error) {
	rec, err := e.Record(ctx, a, name, id)
	if err != nil {
		return nil, err
	}
	var views []*View
	err = e.db.Read(ctx, func(r db.Reader) error {
		views, err = e.show(ctx, r, a, rec.Object, []*object.Record{rec}, fields, expand)
		return err
	})
	if err != nil {
		return nil, err
	}
	return views[0], nil
}

// show renders the named fields, those one link away among them, and embeds what is to be expanded.
func (e *Engine) show(ctx context.Context, r db.Reader, a *access.Actor, o *object.Object, rows []*object.Record, names, expand []string) ([]*View, error) {
	own, far, err := e.choose(a, o, names)
	if err != nil {
		return nil, err
	}
	views, err := e.render(ctx, r, a, o, rows, own)
	if err != nil {
		return nil, err
	}
	for _, p := range far {
		if err := e.embed(ctx, r, a, views, p[0], []*object.Field{p[1]}, func(v, linked *View) {
			v.Set(p[0].Name+"."+p[1].Name, linked.Get(p[1].Name))
		}); err != nil {
			return nil, err
		}
	}
	for _, name := range expand {
		if err := e.expand(ctx, r, a, o, views, name); err != nil {
			return nil, err
		}
	}
	return views, nil
}

// embed reads the records that a link names, within rights, and hands each to the view that it belongs to.
func (e *Engine) embed(ctx context.Context, r db.Reader, a *access.Actor, views []*View, f *object.Field, fields []*object.Field, put func(v, linked *View)) error {
	t := e.Catalog().Object(f.Target)
	var ids []int64
	for _, v := range views {
		for _, id := range targets(v.Record.At(f)) {
			sees, err := e.columns.Sees(ctx, a, t, id)
			if err != nil {
				return err
			}
			if sees {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	rows, err := e.tables.ByIDs(r, t, ids, nil)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r *object.Record) bool { return r == nil })
	shown, err := e.render(ctx, r, a, t, rows, fields)
	if err != nil {
		return err
	}
	byID := map[int64]*View{}
	for _, s := range shown {
		byID[s.Record.ID] = s
	}
	for _, v := range views {
		for _, id := range targets(v.Record.At(f)) {
			if s := byID[id]; s != nil {
				put(v, s)
			}
		}
	}
	return nil
}

func targets(v any) []int64 {
	switch x := v.(type) {
	case int64:
		return []int64{x}
	case []object.Item:
		var ids []int64
		for _, it := range x {
			ids = append(ids, it.Link)
		}
		return ids
	}
	return nil
}

func (e *Engine) expand(ctx context.Context, r db.Reader, a *access.Actor, o *object.Object, views []*View, name string) error {
	const most = 100
	if f := o.Field(name); f != nil && f.Target != "" && a.Field(o, f) >= access.Read {
		if f.Kind == object.KindLinks {
			for _, v := range views {
				v.Set(name, []any{})
			}
			return e.embed(ctx, r, a, views, f, nil, func(v, linked *View) {
				if list := v.Get(name).([]any); len(list) < most {
					v.Set(name, append(list, linked))
				}
			})
		}
		return e.embed(ctx, r, a, views, f, nil, func(v, linked *View) { v.Set(name, linked) })
	}
	p := plan{cat: e.Catalog()}
	d := p.detail(o, name)
	if d == nil {
		return fault.New(fault.BadRequest, "expand.unknown", "name", name)
	}
	for _, v := range views {
		read := newReader(ctx, r, e.tables, e.Catalog())
		lines, err := read.Referring(d.Name, d.Lines, v.Record)
		if err != nil {
			return err
		}
		slices.SortFunc(lines, byPosition)
		shown, err := e.render(ctx, r, a, d, lines[:min(len(lines), 500)], nil)
		if err != nil {
			return err
		}
		v.Set(name, shown)
	}
	return nil
}

// choose finds the fields that a caller names, own ones and those one link away; without names the default list's.
func (e *Engine) choose(a *access.Actor, o *object.Object, names []string) (own []*object.Field, far [][2]*object.Field, err error) {
	if names == nil {
		return nil, nil, nil
	}
	own = []*object.Field{}
	for _, name := range names {
		first, rest, linked := cutPath(name)
		f := o.Field(first)
		if name == "id" || name == "version" {
			continue
		}
		if f == nil || f.Retired || a.Field(o, f) == access.Hidden {
			return nil, nil, fault.New(fault.BadRequest, "field.unknown", "field", name)
		}
		if !linked {
			own = append(own, f)
			continue
		}
		t := e.Catalog().Object(f.Target)
		if t == nil || t.Field(rest) == nil || a.Field(t, t.Field(rest)) == access.Hidden {
			return nil, nil, fault.New(fault.BadRequest, "field.unknown", "field", name)
		}
		far = append(far, [2]*object.Field{f, t.Field(rest)})
	}
	return own, far, nil
}
