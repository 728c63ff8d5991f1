package record

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/platform/db"
)

// Reader reads records for rules: of one snapshot, with what this write is about to change. It remembers the versions
// that it read; the writer compares them before anything is kept.
type Reader struct {
	ctx    context.Context
	r      db.Reader
	tables Tables
	cat    *object.Catalog
	seen   map[place]int64 // versions, -1 for a record that was not there
	kept   map[place]*object.Record
	ahead  map[int]map[int64]*object.Record // as this write will leave them, by object; nil when purged
	firm   map[place]bool                   // whose derived fields matter too: their revs are compared
	under  *Reader                          // of what stands before this write in the same transaction
	known  *known
}

// known is what was asked ahead for many writes.
type known struct {
	ids     map[int]map[uuid.UUID]int64       // private ids by object; 0 for one that is not there
	leaning map[*object.Field]*leaning        // who names a record in a field
	emptied map[int64]map[place][]emptiedLink // by a commit, see plan.emptied
	went    map[place]*entry                  // with which a record went into the bin last; nil: it never did
}

// leaning is who names records in a field of an object, binned ones too.
type leaning struct {
	o  *object.Object
	of map[place][]int64
}

// leaningOn answers what is known of a field, to be added to.
func (k *known) leaningOn(o *object.Object, f *object.Field) *leaning {
	if k.leaning[f] == nil {
		k.leaning[f] = &leaning{o, map[place][]int64{}}
	}
	return k.leaning[f]
}

// place names a record within a workspace.
type place struct {
	object int
	id     int64
}

func newReader(ctx context.Context, r db.Reader, tables Tables, cat *object.Catalog) *Reader {
	return &Reader{ctx: ctx, r: r, tables: tables, cat: cat, seen: map[place]int64{}, kept: map[place]*object.Record{}, ahead: map[int]map[int64]*object.Record{}, firm: map[place]bool{},
		known: &known{ids: map[int]map[uuid.UUID]int64{}, leaning: map[*object.Field]*leaning{}, emptied: map[int64]map[place][]emptiedLink{}, went: map[place]*entry{}}}
}

// over answers a reader of the same snapshot that sees what this one has staged, and stages by itself.
func (r *Reader) over() *Reader {
	o := *r
	o.ahead, o.under = map[int]map[int64]*object.Record{}, r
	return &o
}

// take stages what another has staged over this one.
func (r *Reader) take(o *Reader) {
	for number, rows := range o.ahead {
		for id, rec := range rows {
			r.stage(place{number, id}, rec)
		}
	}
}

// stage keeps a record as this write will leave it.
func (r *Reader) stage(at place, rec *object.Record) {
	if r.ahead[at.object] == nil {
		r.ahead[at.object] = map[int64]*object.Record{}
	}
	r.ahead[at.object][at.id] = rec
}

// staged answers a record as this write, or one before it in the same transaction, will leave it.
func (r *Reader) staged(at place) (*object.Record, bool) {
	for ; r != nil; r = r.under {
		if rec, there := r.ahead[at.object][at.id]; there {
			return rec, true
		}
	}
	return nil, false
}

// stagedOf answers all records of an object that are staged, by id.
func (r *Reader) stagedOf(o *object.Object) map[int64]*object.Record {
	if r.under == nil || len(r.under.ahead[o.Number]) == 0 {
		return r.ahead[o.Number]
	}
	if len(r.ahead[o.Number]) == 0 {
		return r.under.stagedOf(o)
	}
	all := maps.Clone(r.under.stagedOf(o))
	maps.Copy(all, r.ahead[o.Number])
	return all
}

// id answers the private id of a public one; 0 when there is none.
func (r *Reader) id(o *object.Object, public uuid.UUID) (int64, error) {
	if id, asked := r.known.ids[o.Number][public]; asked {
		return id, nil
	}
	ids, err := r.tables.IDs(r.r, o, []uuid.UUID{public})
	return ids[public], err
}

// Look hands a reader of one snapshot to a verb, for what it must know before it writes.
func (e *Engine) Look(ctx context.Context, fn func(r *Reader) error) error {
	return e.db.Read(ctx, func(r db.Reader) error { return fn(newReader(ctx, r, e.tables, e.Catalog())) })
}

// Get reads a record; nil when there is none. Binned ones are answered too: look at Deleted.
func (r *Reader) Get(name string, id int64) (*object.Record, error) {
	list, err := r.Many(name, []int64{id})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// Linked reads the record that a link or owner field names; nil when the field is empty.
func (r *Reader) Linked(rec *object.Record, name string) (*object.Record, error) {
	f := rec.Object.Field(name)
	switch v := rec.At(f).(type) {
	case int64:
		return r.Get(f.Target, v)
	case object.Ref:
		if o := r.cat.Numbered(v.Object); o != nil {
			return r.Get(o.Name, v.ID)
		}
	}
	return nil, nil
}

// Many reads records in the order asked; missing ones are nil.
func (r *Reader) Many(name string, ids []int64) ([]*object.Record, error) {
	o := r.cat.Object(name)
	out := make([]*object.Record, len(ids))
	if o == nil {
		return out, nil
	}
	var missing []int64
	for _, id := range ids {
		at := place{o.Number, id}
		if _, known := r.staged(at); !known && r.kept[at] == nil && id > 0 {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		rows, err := r.tables.ByIDs(r.r, o, missing, nil)
		if err != nil {
			return nil, err
		}
		for i, row := range rows {
			at := place{o.Number, missing[i]}
			if row == nil {
				r.seen[at] = -1
				continue
			}
			r.kept[at], r.seen[at] = row, row.Version
		}
	}
	for i, id := range ids {
		at := place{o.Number, id}
		if rec, known := r.staged(at); known {
			out[i] = rec
		} else {
			out[i] = r.kept[at]
		}
	}
	return out, nil
}

// All reads every living record of a small object, such as the roles, as this write will leave them.
func (r *Reader) All(name string) ([]*object.Record, error) {
	o := r.cat.Object(name)
	if o == nil {
		return nil, nil
	}
	var ids []int64
	known := map[int64]bool{}
	err := r.tables.Scan(r.ctx, r.r, o, nil, 0, 256, func(list []*object.Record) error {
		for _, rec := range list {
			ids, known[rec.ID] = append(ids, rec.ID), true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows, err := r.Many(name, ids)
	if err != nil {
		return nil, err
	}
	for id, row := range r.stagedOf(o) {
		if !known[id] {
			rows = append(rows, row)
		}
	}
	return slices.DeleteFunc(rows, func(row *object.Record) bool { return row == nil || row.Deleted != 0 }), nil
}

// Referring reads the living records of an object whose link, links or ref field names a record.
func (r *Reader) Referring(name, fieldName string, target *object.Record) ([]*object.Record, error) {
	o := r.cat.Object(name)
	if o == nil || o.Field(fieldName) == nil {
		return nil, nil
	}
	f := o.Field(fieldName)
	var ids []int64
	var err error
	if target.ID > 0 {
		ids, err = r.referring(o, f, target.Object, target.ID)
	}
	if err != nil {
		return nil, err
	}
	rows, err := r.Many(name, ids)
	if err != nil {
		return nil, err
	}
	var out []*object.Record
	for _, row := range rows {
		if row != nil && row.Deleted == 0 && names(f, row, target) {
			out = append(out, row)
		}
	}
	known := map[int64]bool{}
	for _, id := range ids {
		known[id] = true
	}
	for id, row := range r.stagedOf(o) {
		if !known[id] && row != nil && row.Deleted == 0 && names(f, row, target) {
			out = append(out, row)
		}
	}
	return out, nil
}

func (r *Reader) referring(o *object.Object, f *object.Field, target *object.Object, id int64) ([]int64, error) {
	known, at := r.known.leaningOn(o, f), place{target.Number, id}
	if ids, there := known.of[at]; there {
		return ids, nil
	}
	list, err := r.tables.Leaning(r.r, o, f, target.Number, []int64{id})
	if err == nil {
		known.of[at] = list[id]
	}
	return list[id], err
}

// names says whether a link field of a record names a target.
func names(f *object.Field, rec, target *object.Record) bool {
	switch v := rec.At(f).(type) {
	case int64:
		return v == target.ID
	case object.Ref:
		return v == object.Ref{Object: target.Object.Number, ID: target.ID}
	case []object.Item:
		for _, it := range v {
			if it.Link == target.ID {
				return true
			}
		}
	}
	return false
}
