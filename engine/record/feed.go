package record

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// feedCommits is how many commits one answer of the feed covers at most.
const feedCommits = 200

// Changes answers the change log in commit order after a cursor, within the asker's rights of today. The cursor "now"
// starts at the end. Only numbered commits are read, so nothing is ever skipped or told twice.
func (e *Engine) Changes(ctx context.Context, a *access.Actor, cursor string, objects []string) (*Feed, error) {
	var at struct{ Seq int64 }
	if cursor != "" && cursor != "now" && !e.seal.open(cursor, &at) {
		return nil, fault.New(fault.Gone, "cursor.expired")
	}
	if err := e.warm(ctx, a, e.Catalog().Objects...); err != nil {
		return nil, err
	}
	out, err := e.changes(ctx, a, cursor, at.Seq, objects)
	if fault.Has(err, "catalog.moved") { // another node has changed definitions, and here they are not known yet
		if err = e.catalog.Refresh(ctx); err == nil {
			out, err = e.changes(ctx, a, cursor, at.Seq, objects)
		}
	}
	return out, err
}

func (e *Engine) changes(ctx context.Context, a *access.Actor, cursor string, from int64, objects []string) (*Feed, error) {
	out := &Feed{Data: []Moved{}}
	err := e.db.Read(ctx, func(r db.Reader) error {
		to, last, err := seqWindow(r, from, feedCommits)
		if err != nil {
			return err
		}
		if from > last { // of a database that has been replaced by an older one
			return fault.New(fault.Gone, "cursor.expired")
		}
		if cursor == "now" {
			to, from = last, last
		}
		list, err := entriesAfterSeq(r, from, to)
		if err != nil {
			return err
		}
		if out.Defined = definedIn(list); out.Defined > e.Catalog().Version {
			if err := e.catalog.Verify(r, e.Catalog().Version); err != nil {
				return err
			}
		}
		out.Seq, out.More = to, to < last
		if out.Cursor, err = e.seal.cursor(struct{ Seq int64 }{to}); err != nil {
			return err
		}
		return e.tellFeed(ctx, r, a, list, objects, out)
	})
	return out, err
}

func (e *Engine) tellFeed(ctx context.Context, r db.Reader, a *access.Actor, list []*entry, objects []string, out *Feed) error {
	cat := e.Catalog()
	l, err := e.linksOf(ctx, r, a, cat)
	if err != nil {
		return err
	}
	user := cat.Object("user")
	byObject := map[*object.Object][]int64{}
	for _, x := range list {
		if user != nil {
			l.ask(user, x.Actor)
		}
		if o := cat.Numbered(x.Object); o != nil {
			byObject[o] = append(byObject[o], x.Record)
		}
	}
	if err := l.fetch(); err != nil {
		return err
	}
	public := map[place]uuid.UUID{}
	for o, ids := range byObject {
		titles, err := e.tables.Titles(r, o, ids)
		if err != nil {
			return err
		}
		for id, t := range titles {
			public[place{o.Number, id}] = t.UUID
		}
	}
	for _, x := range list {
		if x.Object == definitions {
			if err := e.tellDefined(l, a, x, objects, out); err != nil {
				return err
			}
			continue
		}
		o := cat.Numbered(x.Object)
		if o == nil || a.Reading(o) == access.None || len(objects) > 0 && !slices.Contains(objects, o.Name) {
			continue
		}
		m, told, err := e.moved(ctx, a, o, x, public[place{x.Object, x.Record}])
		if err != nil {
			return err
		}
		if !told {
			continue
		}
		if user != nil && x.Actor != 0 && m.Op != "gone" {
			m.Actor = l.named(user, x.Actor)
		}
		if m.Cursor, err = e.seal.cursor(struct{ Seq int64 }{x.Seq}); err != nil {
			return err
		}
		out.Data = append(out.Data, m)
	}
	return nil
}

// moved words one entry for an asker. What they no longer see is told as gone, if they saw it before this change.
func (e *Engine) moved(ctx context.Context, a *access.Actor, o *object.Object, x *entry, id uuid.UUID) (Moved, bool, error) {
	m := Moved{ChangeSet: x.SetUUID, Object: o.Name, ID: id, Op: x.Op, Version: x.Version, At: stamp(x.At)}
	if x.Op == Purge {
		var before struct{ ID uuid.UUID }
		if err := json.Unmarshal([]byte(x.Before), &before); err != nil {
			return m, false, err
		}
		m.ID, m.Op = before.ID, "gone"
		return m, true, nil
	}
	if id == uuid.Nil {
		return m, false, nil // purged since: its own entry says so
	}
	sees, err := e.columns.Sees(ctx, a, o, x.Record)
	if err != nil {
		return m, false, err
	}
	if !sees {
		m.Op, m.Version = "gone", 0
		return m, e.leftSight(a, o, x), nil
	}
	for _, name := range x.Names {
		if f := o.Field(name); f != nil && a.Field(o, f) > access.Hidden {
			m.Fields = append(m.Fields, name)
		}
	}
	return m, true, nil
}

// leftSight says whether an entry moved a record away from an asker who had it: by its former owner.
func (e *Engine) leftSight(a *access.Actor, o *object.Object, x *entry) bool {
	owner := o.Field("owner")
	if owner == nil || !slices.Contains(x.Names, "owner") || x.Op == Create {
		return false
	}
	was := map[string]any{}
	if readValues(o, []byte(x.Before), was) != nil {
		return false
	}
	users, all := a.Owners(a.Reading(o))
	id, ok := was["owner"].(int64)
	return all || ok && slices.Contains(users, id)
}

// Covering answers the number of the last commit of a change set, and whether all of its commits have one by now.
func (e *Engine) Covering(ctx context.Context, set uuid.UUID) (seq int64, numbered bool, err error) {
	err = e.db.Read(ctx, func(r db.Reader) error {
		seq, numbered, err = covering(r, set[:])
		return err
	})
	return seq, numbered, err
}

// Entry is one change for consumers of the log: the record as it is now, and what moved.
type Entry struct {
	Seq       int64
	ChangeSet uuid.UUID
	Object    *object.Object
	Record    *object.Record // nil when purged since
	Op        string
	Fields    []string
	Actor     int64
	Via       string
	At        int64
}

// Log answers the entries of at most so many numbered commits after one, and the number of the last that it covers.
func (e *Engine) Log(ctx context.Context, after int64, commits int) (out []Entry, to int64, err error) {
	err = e.db.Read(ctx, func(r db.Reader) error {
		var list []*entry
		var err error
		if to, _, err = seqWindow(r, after, commits); err != nil {
			return err
		}
		if list, err = entriesAfterSeq(r, after, to); err != nil {
			return err
		}
		read := newReader(ctx, r, e.tables, e.Catalog())
		for _, x := range list {
			o := read.cat.Numbered(x.Object)
			if o == nil {
				continue
			}
			rec, err := read.Get(o.Name, x.Record)
			if err != nil {
				return err
			}
			out = append(out, Entry{x.Seq, x.SetUUID, o, rec, x.Op, x.Names, x.Actor, x.Via, x.At})
		}
		return nil
	})
	return out, to, err
}

// After runs the last moment of an entry; a consumer of the log calls it for each.
func (e *Engine) After(ctx context.Context, a *access.Actor, x Entry) error {
	for _, name := range [2]string{"", x.Object.Name} {
		set := e.behaviours[name]
		if set == nil || len(set[AtAfter]) == 0 {
			continue
		}
		c := &Change{Op: x.Op, New: x.Record, Actor: a, Via: x.Via, Now: e.clock.Now(), Engine: e, Ctx: ctx, fields: map[int]bool{}}
		if x.Record == nil {
			continue // nothing is left to react to
		}
		for _, n := range x.Fields {
			if f := x.Object.Field(n); f != nil {
				c.fields[f.Index] = true
			}
		}
		for _, fn := range set[AtAfter] {
			if err := fn(c); err != nil {
				return err
			}
		}
	}
	return nil
}
