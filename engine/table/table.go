// Package table keeps records in the database: rows by id, the child rows of multi-valued fields, the keys that hold
// values unique and find duplicates, and the tables themselves. It knows statements and no business.
package table

import (
	"strings"
	"sync"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/platform/db"
)

// Tables makes each statement once for an object as it stands in one version of a catalog, and keeps it.
type Tables struct {
	d     db.Dialect
	mu    sync.RWMutex
	plans map[*object.Object]*plan
}

// New makes the statements of one database.
func New(d db.Dialect) *Tables { return &Tables{d: d, plans: map[*object.Object]*plan{}} }

// Keep forgets the statements of all objects but those of a catalog.
func (t *Tables) Keep(cat *object.Catalog) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := make(map[*object.Object]*plan, len(cat.Objects))
	for _, o := range cat.Objects {
		if p := t.plans[o]; p != nil {
			kept[o] = p
		}
	}
	t.plans = kept
}

func (t *Tables) of(o *object.Object) *plan {
	t.mu.RLock()
	p := t.plans[o]
	t.mu.RUnlock()
	if p != nil {
		return p
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if p = t.plans[o]; p == nil {
		p = newPlan(t.d, o)
		t.plans[o] = p
	}
	return p
}

// plan is what the statements of one object are made of.
type plan struct {
	d      db.Dialect
	o      *object.Object
	name   string // quoted
	fields []part
	width  int    // stored columns of all fields
	insert string // what adds rows, without their values

	mu    sync.RWMutex
	made  map[string]string // statements by their shape
	reads map[string]*shape
}

// part is how one field is stored.
type part struct {
	f       *object.Field
	kind    field.Kind
	columns []string // quoted: those of the kind, then those of the keys
	loaded  int      // how many of them hold the value
	child   string   // quoted; empty for a single value
}

// system are the columns that every row begins with, after its id.
var system = []string{"uuid", "version", "rev", "deleted_at"}

func newPlan(d db.Dialect, o *object.Object) *plan {
	p := &plan{d: d, o: o, name: d.Quote(o.Name), made: map[string]string{}, reads: map[string]*shape{}}
	names := make([]string, 0, len(system)+len(o.Fields))
	for _, s := range system {
		names = append(names, d.Quote(s))
	}
	for _, f := range o.Fields {
		x := part{f: f, kind: field.Of(f)}
		for _, c := range x.kind.Columns(f) {
			x.columns = append(x.columns, d.Quote(c.Name))
		}
		x.loaded = len(x.columns)
		switch {
		case f.Kind.Multi():
			x.child = d.Quote(childTable(o, f))
		default:
			for _, c := range keyColumns(f) {
				x.columns = append(x.columns, d.Quote(c))
			}
		}
		p.width += len(x.columns)
		p.fields = append(p.fields, x)
		names = append(names, x.columns...)
	}
	p.insert = "INSERT INTO " + p.name + " (" + d.Quote("id") + ", " + strings.Join(names, ", ") + ")"
	return p
}

// statement answers the text of a shape, made on first use. There are about as many shapes as there are screens; when
// random work makes more, they are made anew.
func (p *plan) statement(key string, make func() string) string {
	p.mu.RLock()
	s, ok := p.made[key]
	p.mu.RUnlock()
	if ok {
		return s
	}
	s = make()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.made) >= 512 {
		clear(p.made)
	}
	p.made[key] = s
	return s
}

// store appends the column values of a field: the kind's, then the keys.
func (x *part) store(o *object.Object, v any, deleted bool, dst []any) []any {
	dst = x.kind.Store(x.f, v, dst)
	if x.child != "" {
		return dst
	}
	if x.f.Keyed() {
		dst = append(dst, orNull(UniqueKey(x.f, v), deleted))
	}
	if x.f.Compared() {
		dst = append(dst, orNull(MatchKey(o, x.f, v), false))
	}
	return dst
}

func orNull(key string, deleted bool) any {
	if key == "" || deleted {
		return nil
	}
	return key
}

// marks are n placeholders.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// padded repeats the last value until there are a power of two, so that few statements serve all lists.
func padded(list []any) []any {
	for len(list)&(len(list)-1) != 0 {
		list = append(list, list[len(list)-1])
	}
	return list
}

// chunk is the longest list of one statement.
const chunk = 1024

// inChunks runs fn over pieces of a list as arguments padded to a power of two.
func inChunks[T any](list []T, arg func(T) any, fn func(args []any) error) error {
	for len(list) > 0 {
		n := min(len(list), chunk)
		args := make([]any, n, 2*n)
		for i, x := range list[:n] {
			args[i] = arg(x)
		}
		if err := fn(padded(args)); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// shapeKey names a set of fields.
func shapeKey(fields []*object.Field) string {
	b := make([]byte, 0, 2*len(fields))
	for _, f := range fields {
		b = append(b, byte(f.Index), byte(f.Index>>8))
	}
	return string(b)
}
