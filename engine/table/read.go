package table

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/platform/db"
)

// shape is a set of fields that is read together.
type shape struct {
	p      *plan
	fields []*object.Field
	list   string // the columns of the select
	width  int
}

// shape answers the reading of some fields; nil means all of them.
func (p *plan) shape(fields []*object.Field) *shape {
	if fields == nil {
		fields = p.o.Fields
	}
	key := shapeKey(fields)
	p.mu.RLock()
	s := p.reads[key]
	p.mu.RUnlock()
	if s != nil {
		return s
	}
	names := []string{p.d.Quote("id")}
	for _, c := range system {
		names = append(names, p.d.Quote(c))
	}
	for _, f := range fields {
		x := p.fields[f.Index]
		names = append(names, x.columns[:x.loaded]...)
	}
	s = &shape{p: p, fields: fields, list: strings.Join(names, ", "), width: len(names)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.reads) >= 256 {
		clear(p.reads)
	}
	p.reads[key] = s
	return s
}

// row is the place into which rows are scanned, one after the other.
type row struct {
	s       *shape
	id      int64
	public  []byte
	version int64
	rev     int64
	deleted any
	values  []any
	dest    []any
}

func (s *shape) row() *row {
	w := &row{s: s, values: make([]any, s.width-1-len(system))}
	w.dest = make([]any, 0, s.width)
	w.dest = append(w.dest, &w.id, &w.public, &w.version, &w.rev, &w.deleted)
	for i := range w.values {
		w.dest = append(w.dest, &w.values[i])
	}
	return w
}

// into reads the current row into a record, whose values are as many as the object's fields.
func (w *row) into(rows db.Rows, r *object.Record) error {
	if err := rows.Scan(w.dest...); err != nil {
		return err
	}
	p := w.s.p
	r.Object, r.ID, r.Version, r.Rev = p.o, w.id, w.version, w.rev
	r.Deleted, _ = w.deleted.(int64)
	copy(r.UUID[:], w.public)
	at := 0
	for _, f := range w.s.fields {
		x := &p.fields[f.Index]
		src := w.values[at : at+x.loaded]
		at += x.loaded
		if x.loaded == 1 && src[0] == nil {
			r.Values[f.Index] = nil
			continue
		}
		v, err := x.kind.Load(f, src)
		if err != nil {
			return fmt.Errorf("table: %s %d: %w", p.o.Name, w.id, err)
		}
		r.Values[f.Index] = v
	}
	return nil
}

// ByIDs reads records with some of their fields (nil: all) in the order asked for; nil stands for one that is missing.
func (t *Tables) ByIDs(r db.Reader, o *object.Object, ids []int64, fields []*object.Field) ([]*object.Record, error) {
	p := t.of(o)
	found := make(map[int64]*object.Record, len(ids))
	s := p.shape(fields)
	err := inChunks(ids, func(id int64) any { return id }, func(args []any) error {
		return s.collect(r, args, "id", func(rec *object.Record) { found[rec.ID] = rec })
	})
	if err != nil {
		return nil, err
	}
	out := make([]*object.Record, len(ids))
	for i, id := range ids {
		out[i] = found[id]
	}
	return out, nil
}

// ByUUIDs is ByIDs with public ids.
func (t *Tables) ByUUIDs(r db.Reader, o *object.Object, ids []uuid.UUID, fields []*object.Field) ([]*object.Record, error) {
	p := t.of(o)
	found := make(map[uuid.UUID]*object.Record, len(ids))
	s := p.shape(fields)
	err := inChunks(ids, func(id uuid.UUID) any { return id[:] }, func(args []any) error {
		return s.collect(r, args, "uuid", func(rec *object.Record) { found[rec.UUID] = rec })
	})
	if err != nil {
		return nil, err
	}
	out := make([]*object.Record, len(ids))
	for i, id := range ids {
		out[i] = found[id]
	}
	return out, nil
}

func (s *shape) collect(r db.Reader, args []any, by string, each func(*object.Record)) error {
	p := s.p
	sql := p.statement(fmt.Sprintf("r%s %d %s", by, len(args), shapeKey(s.fields)), func() string {
		return "SELECT " + s.list + " FROM " + p.name + " WHERE " + p.d.Quote(by) + " IN (" + marks(len(args)) + ")"
	})
	rows, err := r.Query(sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	w := s.row()
	for rows.Next() {
		rec := object.NewRecord(p.o)
		if err := w.into(rows, rec); err != nil {
			return err
		}
		each(rec)
	}
	return rows.Err()
}

// Scan reads every record after an id, binned ones too, in the order of ids and in batches. A batch is the same memory
// each time: whoever keeps a record beyond the call keeps its Clone.
func (t *Tables) Scan(ctx context.Context, r db.Reader, o *object.Object, fields []*object.Field, after int64, batch int, fn func([]*object.Record) error) error {
	p := t.of(o)
	s := p.shape(fields)
	sql := "SELECT " + s.list + " FROM " + p.name + " WHERE " + p.d.Quote("id") + " > ? ORDER BY " + p.d.Quote("id") + " LIMIT ?"
	records := make([]*object.Record, batch)
	for i := range records {
		records[i] = object.NewRecord(o)
	}
	w := s.row()
	fill := func() (n int, err error) {
		rows, err := r.Query(sql, after, int64(batch))
		if err != nil {
			return 0, err
		}
		defer rows.Close()
		for ; rows.Next(); n++ {
			if err := w.into(rows, records[n]); err != nil {
				return n, err
			}
		}
		return n, rows.Err()
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := fill()
		if err != nil || n == 0 {
			return err
		}
		after = records[n-1].ID
		if err := fn(records[:n]); err != nil || n < batch {
			return err
		}
	}
}

// Stamp is how a row stands.
type Stamp struct {
	Version, Rev int64
	Deleted      bool
}

// Versions answers how rows stand; missing ones are not in the map.
func (t *Tables) Versions(r db.Reader, o *object.Object, ids []int64) (map[int64]Stamp, error) {
	return t.stamps(r, o, ids, "")
}

// mostRuns is how many statements hold the rows of one object; where it would take more, all are held as if to be written.
const mostRuns = 8

// Held answers how rows stand and keeps them so until the transaction ends; writes says which of them are about to be
// written. The ids ascend: whoever takes rows in one order, reading and writing alike, never waits in a circle.
func (t *Tables) Held(tx db.Tx, o *object.Object, ids []int64, writes func(id int64) bool) (map[int64]Stamp, error) {
	if t.d.Held(true) == "" {
		return t.stamps(tx, o, ids, "")
	}
	type run struct {
		ids   []int64
		write bool
	}
	var runs []run
	for from, i := 0, 1; i <= len(ids); i++ {
		if i == len(ids) || writes(ids[i]) != writes(ids[from]) {
			runs, from = append(runs, run{ids[from:i], writes(ids[from])}), i
		}
	}
	if len(runs) > mostRuns {
		runs = []run{{ids, true}}
	}
	out := make(map[int64]Stamp, len(ids))
	for _, r := range runs {
		stamps, err := t.stamps(tx, o, r.ids, t.d.Held(r.write))
		if err != nil {
			return nil, err
		}
		maps.Copy(out, stamps)
	}
	return out, nil
}

func (t *Tables) stamps(r db.Reader, o *object.Object, ids []int64, held string) (map[int64]Stamp, error) {
	p := t.of(o)
	if held != "" {
		held = " ORDER BY " + p.d.Quote("id") + held
	}
	out := make(map[int64]Stamp, len(ids))
	err := inChunks(ids, func(id int64) any { return id }, func(args []any) error {
		sql := p.statement(fmt.Sprintf("v%d%s", len(args), held), func() string {
			return "SELECT " + p.quoted("id", "version", "rev", "deleted_at") + " FROM " + p.name + " WHERE " + p.d.Quote("id") + " IN (" + marks(len(args)) + ")" + held
		})
		var id int64
		var s Stamp
		var gone any
		return each(r, sql, args, []any{&id, &s.Version, &s.Rev, &gone}, func() {
			s.Deleted = gone != nil
			out[id] = s
		})
	})
	return out, err
}

// IDs answers the private ids of public ones; missing ones are not in the map.
func (t *Tables) IDs(r db.Reader, o *object.Object, ids []uuid.UUID) (map[uuid.UUID]int64, error) {
	p := t.of(o)
	out := make(map[uuid.UUID]int64, len(ids))
	err := inChunks(ids, func(id uuid.UUID) any { return id[:] }, func(args []any) error {
		sql := p.statement(fmt.Sprintf("i%d", len(args)), func() string {
			return "SELECT " + p.quoted("id", "uuid") + " FROM " + p.name + " WHERE " + p.d.Quote("uuid") + " IN (" + marks(len(args)) + ")"
		})
		var id int64
		var public []byte
		return each(r, sql, args, []any{&id, &public}, func() { out[uuid.UUID(public)] = id })
	})
	return out, err
}

// Titled is how a record is shown where another links to it.
type Titled struct {
	UUID    uuid.UUID
	Title   string
	Deleted bool
}

// Titles answers how records are shown; missing ones are not in the map.
func (t *Tables) Titles(r db.Reader, o *object.Object, ids []int64) (map[int64]Titled, error) {
	p := t.of(o)
	title := "''"
	if f := o.TitleField(); f != nil {
		title = p.fields[f.Index].columns[0]
	}
	out := make(map[int64]Titled, len(ids))
	err := inChunks(ids, func(id int64) any { return id }, func(args []any) error {
		sql := p.statement(fmt.Sprintf("t%d", len(args)), func() string {
			return "SELECT " + p.quoted("id", "uuid", "deleted_at") + ", " + title + " FROM " + p.name + " WHERE " + p.d.Quote("id") + " IN (" + marks(len(args)) + ")"
		})
		var id int64
		var public []byte
		var gone, text any
		return each(r, sql, args, []any{&id, &public, &gone, &text}, func() {
			s, _ := text.(string)
			out[id] = Titled{uuid.UUID(public), s, gone != nil}
		})
	})
	return out, err
}

// Match finds the records, binned ones too, whose field has one of the keys of MatchKeys.
func (t *Tables) Match(r db.Reader, o *object.Object, f *object.Field, keys []string) (map[string][]int64, error) {
	p := t.of(o)
	from, column, record := p.name, f.Name+"__match", "id"
	if x := p.fields[f.Index]; x.child != "" {
		from, column, record = x.child, "norm", "record"
	}
	out := map[string][]int64{}
	err := inChunks(keys, func(k string) any { return k }, func(args []any) error {
		sql := p.statement(fmt.Sprintf("m%d %s", len(args), f.Name), func() string {
			return "SELECT " + p.quoted(column, record) + " FROM " + from + " WHERE " + p.d.Quote(column) + " IN (" + marks(len(args)) + ") ORDER BY " + p.d.Quote(record)
		})
		var key string
		var id int64
		return each(r, sql, args, []any{&key, &id}, func() {
			if l := out[key]; len(l) == 0 || l[len(l)-1] != id {
				out[key] = append(l, id)
			}
		})
	})
	return out, err
}

// Holder finds the living record that holds a unique key (UniqueKey, ItemKey).
func (t *Tables) Holder(r db.Reader, o *object.Object, f *object.Field, key string) (id int64, found bool, err error) {
	p := t.of(o)
	from, column, record := p.name, f.Name+"__ukey", "id"
	if x := p.fields[f.Index]; x.child != "" {
		from, column, record = x.child, "ukey", "record"
	}
	sql := p.statement("h "+f.Name, func() string {
		return "SELECT " + p.d.Quote(record) + " FROM " + from + " WHERE " + p.d.Quote(column) + " = ?"
	})
	found, err = r.One([]any{&id}, sql, key)
	return id, found, err
}

// Leaning finds, for each of some targets, the records, binned ones too, whose link field names it. A ref field's
// targets are of the object with that number.
func (t *Tables) Leaning(r db.Reader, o *object.Object, f *object.Field, target int, ids []int64) (map[int64][]int64, error) {
	p := t.of(o)
	from, column, record, also := p.name, f.Name, "id", ""
	if x := p.fields[f.Index]; x.child != "" {
		from, column, record = x.child, "link", "record"
	} else if f.Kind == object.KindRef {
		also = fmt.Sprintf(" AND %s = %d", t.d.Quote(f.Name+"__object"), target)
	}
	out := map[int64][]int64{}
	err := inChunks(ids, func(id int64) any { return id }, func(args []any) error {
		sql := p.statement(fmt.Sprintf("n%d %s%s", len(args), f.Name, also), func() string {
			return "SELECT " + p.quoted(column, record) + " FROM " + from + " WHERE " + p.d.Quote(column) + " IN (" + marks(len(args)) + ")" + also + " ORDER BY " + p.d.Quote(record)
		})
		var to, id int64
		return each(r, sql, args, []any{&to, &id}, func() {
			if l := out[to]; len(l) == 0 || l[len(l)-1] != id {
				out[to] = append(l, id)
			}
		})
	})
	return out, err
}

// each scans every row into the same places.
func each(r db.Reader, sql string, args, dest []any, fn func()) error {
	rows, err := r.Query(sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		fn()
	}
	return rows.Err()
}
