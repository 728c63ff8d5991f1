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

// Writing is the row work of one transaction. What it adds reaches the database with few statements, at the latest with
// Flush, and what it changes is sent without waiting; a value that is taken (*Taken) or a row that has moved (Stale) may
// therefore be told by a later call.
type Writing struct {
	t     *Tables
	tx    db.Tx
	keys  map[string][]int64 // drawn and not yet given, by object
	adds  []*adding
	held  int                               // values that wait
	fresh map[*object.Object]map[int64]bool // added and not yet sent
}

// adding gathers new rows of one table.
type adding struct {
	p     *plan
	head  string
	width int
	args  []any
}

// most is how many values wait before they are sent.
const most = 16 << 10

// Writing begins the row work of a transaction.
func (t *Tables) Writing(tx db.Tx) *Writing {
	return &Writing{t: t, tx: tx, keys: map[string][]int64{}, fresh: map[*object.Object]map[int64]bool{}}
}

// Write does the row work of a transaction, or of a part of it.
func (t *Tables) Write(tx db.Tx, fn func(*Writing) error) error {
	w := t.Writing(tx)
	if err := fn(w); err != nil {
		return err
	}
	return w.Flush()
}

// Give hands over keys that were drawn for the records to come, by object.
func (w *Writing) Give(keys map[string][]int64) {
	for name, list := range keys {
		w.keys[name] = append(w.keys[name], list...)
	}
}

// key answers the id of a new record.
func (w *Writing) key(o *object.Object) (int64, error) {
	if len(w.keys[o.Name]) == 0 {
		drawn, err := w.tx.Reserve(map[string]int{o.Name: 1})
		if err != nil {
			return 0, err
		}
		w.Give(drawn)
	}
	id := w.keys[o.Name][0]
	w.keys[o.Name] = w.keys[o.Name][1:]
	if w.fresh[o] == nil {
		w.fresh[o] = map[int64]bool{}
	}
	w.fresh[o][id] = true
	return id, nil
}

func (w *Writing) adding(p *plan, head string, width int) *adding {
	for _, a := range w.adds {
		if a.head == head {
			return a
		}
	}
	a := &adding{p: p, head: head, width: width}
	w.adds = append(w.adds, a)
	return a
}

// Flush sends the rows that wait.
func (w *Writing) Flush() error {
	for _, a := range w.adds {
		if err := db.Fill(w.tx, a.p.told, a.head, a.width, a.args); err != nil {
			return err
		}
		clear(a.args)
		a.args = a.args[:0]
	}
	for _, ids := range w.fresh {
		clear(ids)
	}
	w.held = 0
	return nil
}

// told words what became of a statement that was sent.
func (p *plan) told(_ int64, err error) error {
	if err != nil {
		return p.taken(err)
	}
	return nil
}

// Insert adds a record and gives it its id, its items theirs, and version and rev 1. Its UUID is the caller's.
func (w *Writing) Insert(r *object.Record) (err error) {
	p := w.t.of(r.Object)
	r.Version, r.Rev = 1, 1
	if r.ID, err = w.key(r.Object); err != nil {
		return err
	}
	width := 1 + len(system) + p.width
	a := w.adding(p, p.insert, width)
	args := append(a.args, r.ID, r.UUID[:], r.Version, r.Rev, deleted(r))
	for i := range p.fields {
		x := &p.fields[i]
		number(x, r)
		args = x.store(p.o, r.At(x.f), r.Deleted != 0, args)
	}
	a.args = args
	w.held += width
	for i := range p.fields {
		w.putChildren(p, &p.fields[i], r)
	}
	if w.held > most {
		return w.Flush()
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
func (w *Writing) putChildren(p *plan, x *part, r *object.Record) {
	items, _ := r.At(x.f).([]object.Item)
	if x.child == "" || len(items) == 0 {
		return
	}
	head := p.statement("c "+x.f.Name, func() string {
		return "INSERT INTO " + x.child + " (" + p.quoted("record", "item", "position", "value", "norm", "label", "link", "verified", "ukey") + ")"
	})
	a := w.adding(p, head, 9)
	for i, it := range items {
		var link, key any
		if it.Link != 0 {
			link = it.Link
		}
		if x.f.Keyed() && r.Deleted == 0 {
			key = orNull(ItemKey(x.f, it), false)
		}
		a.args = append(a.args, r.ID, it.ID, int64(i), it.Value, it.Norm, it.Label, link, it.Verified, key)
	}
	w.held += 9 * len(items)
}

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
// caller's. Going to the bin and coming back is an update of Deleted.
func (w *Writing) Update(old, r *object.Record) error {
	if w.fresh[r.Object][r.ID] {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	p := w.t.of(r.Object)
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
	if err := w.tx.Send(p.one, sql, append(args, r.ID, old.Rev)...); err != nil {
		return err
	}
	for i := range p.fields {
		if err := w.moveChildren(p, &p.fields[i], old, r, moved); err != nil {
			return err
		}
	}
	return nil
}

// one words what became of a statement that must have met its row.
func (p *plan) one(n int64, err error) error {
	if err == nil && n == 0 {
		return Moved(p.o)
	}
	return p.told(n, err)
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

func (w *Writing) moveChildren(p *plan, x *part, old, r *object.Record, moved bool) error {
	if x.child == "" {
		return nil
	}
	if Same(old.At(x.f), r.At(x.f)) && (!moved || !x.f.Keyed() || r.At(x.f) == nil) {
		return nil
	}
	if old.At(x.f) != nil {
		if err := w.dropChildren(p, x, r.ID); err != nil {
			return err
		}
	}
	w.putChildren(p, x, r)
	return nil
}

// dropChildren removes the child rows of a field; those that wait to be added go first.
func (w *Writing) dropChildren(p *plan, x *part, id int64) error {
	if err := w.Flush(); err != nil {
		return err
	}
	sql := p.statement("d "+x.f.Name, func() string { return "DELETE FROM " + x.child + " WHERE " + p.d.Quote("record") + " = ?" })
	return w.tx.Send(p.told, sql, id)
}

// Purge removes a record's row and its child rows for good.
func (w *Writing) Purge(r *object.Record) error {
	p := w.t.of(r.Object)
	if err := w.Flush(); err != nil {
		return err
	}
	for i := range p.fields {
		if x := &p.fields[i]; x.child != "" {
			if err := w.dropChildren(p, x, r.ID); err != nil {
				return err
			}
		}
	}
	sql := p.statement("p", func() string {
		return "DELETE FROM " + p.name + " WHERE " + p.d.Quote("id") + " = ? AND " + p.d.Quote("rev") + " = ?"
	})
	return w.tx.Send(p.one, sql, r.ID, r.Rev)
}
