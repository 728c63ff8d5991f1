package table

import (
	"fmt"
	"slices"
	"strings"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// Taken says that a unique value of a record stands in another living one.
type Taken struct {
	Object *object.Object
	Field  *object.Field // nil when it is the record's public id
	cause  error
}

func (e *Taken) Error() string {
	name := "uuid"
	if e.Field != nil {
		name = e.Field.Name
	}
	return fmt.Sprintf("table: %s.%s is taken: %v", e.Object.Name, name, e.cause)
}

func (e *Taken) Unwrap() error { return e.cause }

// taken finds out which field a broken uniqueness is about.
func (p *plan) taken(err error) error {
	index, ok := p.d.Unique(err)
	if !ok {
		return err
	}
	if index == "u_"+p.o.Name {
		return &Taken{p.o, nil, err}
	}
	for _, x := range p.fields {
		if x.f.Keyed() && index == uniqueIndex(p.o, x.f) {
			return &Taken{p.o, x.f, err}
		}
	}
	return err
}

// Insert adds a record and gives it its id, its items theirs, and version and rev 1. Its UUID is the caller's.
// A value that is taken answers *Taken.
func (t *Tables) Insert(tx db.Tx, r *object.Record) error {
	p := t.of(r.Object)
	r.Version, r.Rev = 1, 1
	args := make([]any, 0, len(system)+p.width)
	args = append(args, r.UUID[:], r.Version, r.Rev, deleted(r))
	for i := range p.fields {
		x := &p.fields[i]
		number(x, r)
		args = x.store(p.o, r.At(x.f), r.Deleted != 0, args)
	}
	id, err := tx.Insert(p.insert, args...)
	if err != nil {
		return p.taken(err)
	}
	r.ID = id
	for i := range p.fields {
		if err := p.putChildren(tx, &p.fields[i], r); err != nil {
			return err
		}
	}
	return nil
}

// number gives ids to the new items of a multi-valued field.
func number(x *part, r *object.Record) {
	if x.child == "" {
		return
	}
	if items, ok := r.At(x.f).([]object.Item); ok && slices.ContainsFunc(items, func(it object.Item) bool { return it.ID == 0 }) {
		r.Values[x.f.Index] = field.Numbered(items, r.Rev)
	}
}

func deleted(r *object.Record) any {
	if r.Deleted == 0 {
		return nil
	}
	return r.Deleted
}

// putChildren adds the child rows of a field.
func (p *plan) putChildren(tx db.Tx, x *part, r *object.Record) error {
	if x.child == "" {
		return nil
	}
	items, _ := r.At(x.f).([]object.Item)
	for from := 0; from < len(items); from += childRows {
		rows := items[from:min(len(items), from+childRows)]
		sql := p.statement(fmt.Sprintf("c%d %s", len(rows), x.f.Name), func() string {
			row := ", (" + marks(9) + ")"
			return "INSERT INTO " + x.child + " (" + p.quoted("record", "item", "position", "value", "norm", "label", "link", "verified", "ukey") +
				") VALUES " + strings.Repeat(row, len(rows))[2:]
		})
		args := make([]any, 0, 9*len(rows))
		for i, it := range rows {
			var link, key any
			if it.Link != 0 {
				link = it.Link
			}
			if x.f.Keyed() && r.Deleted == 0 {
				key = orNull(ItemKey(x.f, it), false)
			}
			args = append(args, r.ID, it.ID, int64(from+i), it.Value, it.Norm, it.Label, link, it.Verified, key)
		}
		if _, err := tx.Exec(sql, args...); err != nil {
			return p.taken(err)
		}
	}
	return nil
}

// childRows are inserted with one statement.
const childRows = 16

func (p *plan) quoted(names ...string) string {
	for i, n := range names {
		names[i] = p.d.Quote(n)
	}
	return strings.Join(names, ", ")
}

// Same says whether two values are stored alike.
func Same(a, b any) bool {
	x, isList := a.([]object.Item)
	y, isOther := b.([]object.Item)
	if isList || isOther {
		return slices.Equal(x, y)
	}
	return a == b
}

// Update writes what differs between a record as it was read and as it shall be, and raises the rev; the version is the
// caller's. Going to the bin and coming back is an update of Deleted. A row that has moved since answers Stale, a value
// that is taken *Taken.
func (t *Tables) Update(tx db.Tx, old, r *object.Record) error {
	p := t.of(r.Object)
	r.Rev = old.Rev + 1
	moved := (old.Deleted == 0) != (r.Deleted == 0)
	var changed []*object.Field
	args := make([]any, 0, 16)
	args = append(args, r.Version, r.Rev, deleted(r))
	for i := range p.fields {
		x := &p.fields[i]
		if Same(old.At(x.f), r.At(x.f)) && (!moved || !x.f.Keyed() || x.child != "") {
			continue
		}
		changed = append(changed, x.f)
		number(x, r)
		args = x.store(p.o, r.At(x.f), r.Deleted != 0, args)
	}
	sql := p.statement("u"+shapeKey(changed), func() string { return p.update(changed) })
	n, err := tx.Exec(sql, append(args, r.ID, old.Rev)...)
	if err != nil {
		return p.taken(err)
	}
	if n == 0 {
		return Moved(p.o)
	}
	for i := range p.fields {
		if err := p.moveChildren(tx, &p.fields[i], old, r, moved); err != nil {
			return err
		}
	}
	return nil
}

// Moved is what a write answers whose row is no longer as it was read.
func Moved(o *object.Object) error { return fault.New(fault.Stale, "record.moved", "object", o.Name) }

func (p *plan) update(changed []*object.Field) string {
	set := []string{"version", "rev", "deleted_at"}
	for i, s := range set {
		set[i] = p.d.Quote(s) + " = ?"
	}
	for _, f := range changed {
		for _, c := range p.fields[f.Index].columns {
			set = append(set, c+" = ?")
		}
	}
	return "UPDATE " + p.name + " SET " + strings.Join(set, ", ") + " WHERE " + p.d.Quote("id") + " = ? AND " + p.d.Quote("rev") + " = ?"
}

func (p *plan) moveChildren(tx db.Tx, x *part, old, r *object.Record, moved bool) error {
	if x.child == "" {
		return nil
	}
	if Same(old.At(x.f), r.At(x.f)) && (!moved || !x.f.Keyed() || r.At(x.f) == nil) {
		return nil
	}
	if old.At(x.f) != nil {
		if err := p.dropChildren(tx, x, r.ID); err != nil {
			return err
		}
	}
	return p.putChildren(tx, x, r)
}

func (p *plan) dropChildren(tx db.Tx, x *part, id int64) error {
	sql := p.statement("d "+x.f.Name, func() string { return "DELETE FROM " + x.child + " WHERE " + p.d.Quote("record") + " = ?" })
	_, err := tx.Exec(sql, id)
	return err
}

// Purge removes a record's row and its child rows for good.
func (t *Tables) Purge(tx db.Tx, r *object.Record) error {
	p := t.of(r.Object)
	for i := range p.fields {
		if x := &p.fields[i]; x.child != "" {
			if err := p.dropChildren(tx, x, r.ID); err != nil {
				return err
			}
		}
	}
	sql := p.statement("p", func() string {
		return "DELETE FROM " + p.name + " WHERE " + p.d.Quote("id") + " = ? AND " + p.d.Quote("rev") + " = ?"
	})
	n, err := tx.Exec(sql, r.ID, r.Rev)
	if err == nil && n == 0 {
		err = Moved(p.o)
	}
	return err
}
