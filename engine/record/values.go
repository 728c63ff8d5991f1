package record

import (
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/fault"
)

// context is what reading values needs: links are found among this write's new records, then among those that the
// actor may see.
func (p *plan) context(program bool) *field.Context {
	c := p.e.context(p.actor, p.cat)
	c.Now = p.now
	c.Resolve = func(name string, id uuid.UUID) (int64, bool) {
		if s := p.made(id); s != nil && s.o.Name == name {
			return s.new.ID, true
		}
		o := p.cat.Object(name)
		if o == nil {
			return 0, false
		}
		private, err := p.read.id(o, id)
		if err != nil || private == 0 {
			return 0, false
		}
		if program {
			return private, true
		}
		sees, err := p.e.columns.Sees(p.ctx, p.actor, o, private)
		return private, err == nil && sees
	}
	return c
}

func (e *Engine) context(a *access.Actor, cat *object.Catalog) *field.Context {
	return &field.Context{Now: e.clock.Now(), Zone: a.Zone, Locale: a.Locale, Currency: cat.Currency, Rate: e.rate, Catalog: cat,
		Owners: func(word string) ([]int64, bool) {
			switch word {
			case "me":
				return []int64{a.User}, true
			case "my_subordinates":
				return without(a.Reach[access.OwnBelow], a.User), true
			case "my_department":
				return a.Reach[access.Department], true
			}
			return nil, false
		}}
}

func without(list []int64, x int64) []int64 {
	return slices.DeleteFunc(slices.Clone(list), func(v int64) bool { return v == x })
}

// values reads what the caller gave into a new record and answers which fields that were.
func (p *plan) values(s *step, op *Op) map[string]bool {
	given := map[string]bool{}
	c := p.context(s.program)
	for _, name := range slices.Sorted(maps.Keys(op.Values)) {
		f := p.writable(s, name)
		if f == nil {
			continue
		}
		v, err := field.Of(f).Read(f, op.Values[name], s.new.At(f), c)
		if err != nil {
			s.fault(err)
			continue
		}
		given[name] = true
		s.new.Values[f.Index] = v
	}
	for name, v := range op.Set {
		s.new.Set(name, v)
		given[name] = true
	}
	return given
}

func (s *step) fault(err error) {
	if f := fault.As(err); len(f.Fields) > 0 {
		s.faults = append(s.faults, f.Fields...)
		return
	}
	s.faults = append(s.faults, fault.Field{Path: "", Code: fault.As(err).Code})
}

// writable finds a field that the actor may write; anything else is a fault. Details and the properties that every
// answer carries are passed over.
func (p *plan) writable(s *step, name string) *object.Field {
	f := s.o.Field(name)
	if f == nil || f.Retired {
		if name == "id" || name == "version" || p.detail(s.o, name) != nil {
			return nil
		}
		s.faults = append(s.faults, fault.Field{Path: name, Code: "field.unknown"})
		return nil
	}
	if s.program {
		return f
	}
	switch p.actor.Field(s.o, f) {
	case access.Write:
		return f
	case access.Hidden:
		s.faults = append(s.faults, fault.Field{Path: name, Code: "field.unknown"})
	default:
		s.faults = append(s.faults, fault.Field{Path: name, Code: "field.read_only"})
	}
	return nil
}

// merge lays the caller's values over the record as it is now, field by field.
func (p *plan) merge(s *step, op *Op) error {
	for name, v := range op.Set {
		s.new.Set(name, v)
	}
	var base map[string]any
	if op.Version != 0 && op.Version != s.old.Version {
		if op.Version > s.old.Version {
			return stale(s.old)
		}
		var err error
		if base, err = p.e.movedSince(p.read.r, s.old, op.Version); err != nil {
			return err
		}
	}
	clash := map[string][3]any{}
	c := p.context(s.program)
	for _, name := range slices.Sorted(maps.Keys(op.Values)) {
		f := p.writable(s, name)
		if f == nil {
			continue
		}
		theirs := s.old.At(f)
		was, moved := base[name]
		_, patch := op.Values[name].(map[string]any)
		patch = patch && f.Kind.Multi()
		if !moved || patch {
			was = theirs
		}
		yours, err := field.Of(f).Read(f, op.Values[name], was, c)
		if err != nil {
			s.fault(err)
			continue
		}
		if moved && !patch {
			merged, ok := reconcile(f, was, theirs, yours)
			if !ok {
				clash[name] = [3]any{yours, theirs, was}
				continue
			}
			yours = merged
		}
		if alike(f, theirs, yours) {
			continue
		}
		s.new.Values[f.Index] = yours
	}
	if len(clash) > 0 {
		return p.clash(s, clash)
	}
	return nil
}

func alike(f *object.Field, a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return field.Of(f).Equal(a, b) && table.Same(a, b)
}

// reconcile merges two edits of one field that began from the same value.
func reconcile(f *object.Field, base, theirs, yours any) (any, bool) {
	switch {
	case table.Same(yours, theirs), table.Same(yours, base):
		return theirs, true
	case table.Same(theirs, base):
		return yours, true
	case f.Kind.Multi():
		b, _ := base.([]object.Item)
		t, _ := theirs.([]object.Item)
		y, _ := yours.([]object.Item)
		return reconcileItems(b, t, y)
	}
	return nil, false
}

// reconcileItems merges lists item by item.
func reconcileItems(base, theirs, yours []object.Item) (any, bool) {
	find := func(list []object.Item, it object.Item) *object.Item {
		for i := range list {
			if it.ID != 0 && list[i].ID == it.ID || it.ID == 0 && list[i].Norm == it.Norm && list[i].Link == it.Link {
				return &list[i]
			}
		}
		return nil
	}
	var out []object.Item
	for _, t := range theirs {
		b, y := find(base, t), find(yours, t)
		switch {
		case b == nil, y != nil && (*y == *b || *y == t): // they added it, or you left it alone
			out = append(out, t)
		case y == nil && *b == t: // you removed it
		case y != nil && *b == t:
			out = append(out, *y)
		default:
			return nil, false
		}
	}
	for _, y := range yours {
		if b := find(base, y); b == nil {
			if find(out, object.Item{Norm: y.Norm, Link: y.Link}) == nil {
				out = append(out, y)
			}
		} else if find(theirs, y) == nil && *b != y {
			return nil, false // they removed what you changed
		}
	}
	if len(out) == 0 {
		return nil, true
	}
	return out, true
}

// clash answers both sides of the fields that two people changed.
func (p *plan) clash(s *step, fields map[string][3]any) error {
	sides := [3]map[string]any{{}, {}, {}}
	l, err := p.e.linksOf(p.ctx, p.read.r, p.actor, p.cat)
	if err != nil {
		return err
	}
	for name, v := range fields {
		f := s.o.Field(name)
		for i := range sides {
			l.want(f, v[i])
		}
	}
	if err := l.fetch(); err != nil {
		return err
	}
	for name, v := range fields {
		f := s.o.Field(name)
		for i := range sides {
			sides[i][name] = l.shown(s.o, f, v[i])
		}
	}
	return fault.New(fault.Stale, "record.clash", "object", s.o.Name).With("yours", sides[0]).With("theirs", sides[1]).With("base", sides[2]).With("version", s.old.Version)
}

// detail finds the detail object that a name of the body stands for: its own name, or "lines" where there is one.
func (p *plan) detail(o *object.Object, name string) *object.Object {
	if name == "lines" && len(o.Details) == 1 {
		return p.cat.Object(o.Details[0])
	}
	if slices.Contains(o.Details, name) {
		return p.cat.Object(name)
	}
	return nil
}

// lines writes the detail lines inside a record: the whole list, or what to remove, set and add.
func (p *plan) lines(s *step, op *Op) error {
	for _, name := range slices.Sorted(maps.Keys(op.Values)) {
		d := p.detail(s.o, name)
		if d == nil {
			continue
		}
		old, err := p.linesOf(s, d.Name)
		if err != nil {
			return err
		}
		entries, err := lineOps(d, name, op.Values[name], old)
		if err != nil {
			s.fault(err)
			continue
		}
		for _, e := range entries {
			line, err := p.do(&e.op, s)
			if err != nil {
				return fault.Under(e.path, err)
			}
			line.path = s.path + e.path + "."
			if f := d.Field("position"); f != nil && e.op.Do != Delete && e.place >= 0 {
				line.new.Values[f.Index] = int64(e.place)
			}
		}
		if len(entries) > 0 && s.old != nil {
			s.touch = true
		}
	}
	return nil
}

type lineOp struct {
	op    Op
	path  string
	place int // in a whole list; -1 elsewhere
}

// lineOps turns what a caller wrote for the lines into operations.
func lineOps(d *object.Object, name string, in any, old []*object.Record) ([]lineOp, error) {
	const most = 500
	var out []lineOp
	add := func(path string, x any, place int) error {
		form, ok := x.(map[string]any)
		if !ok {
			return fault.Invalid(path, "lines.form")
		}
		op := Op{Do: Create, Object: d.Name, Values: form}
		if text, ok := form["id"].(string); ok {
			id, err := uuid.Parse(text)
			if err != nil {
				return fault.Invalid(path+".id", "link.id")
			}
			op.UUID = id
			if slices.ContainsFunc(old, func(r *object.Record) bool { return r.UUID == id }) {
				op.Do, op.Any = Update, true
			}
		}
		out = append(out, lineOp{op, path, place})
		return nil
	}
	list, whole := in.([]any)
	if whole {
		if len(list) > most {
			return nil, fault.Invalid(name, "list.too_long", "max", most)
		}
		kept := map[uuid.UUID]bool{}
		for i, x := range list {
			if err := add(fmt.Sprintf("%s[%d]", name, i), x, i+1); err != nil {
				return nil, err
			}
			kept[out[len(out)-1].op.UUID] = true
		}
		for _, r := range old {
			if !kept[r.UUID] {
				out = append(out, lineOp{Op{Do: Delete, Object: d.Name, UUID: r.UUID}, name, -1})
			}
		}
		return out, nil
	}
	form, ok := in.(map[string]any)
	if !ok {
		return nil, fault.Invalid(name, "lines.form")
	}
	for _, verb := range []string{"remove", "set", "add"} {
		part, _ := form[verb].([]any)
		if len(part) > most {
			return nil, fault.Invalid(name, "list.too_long", "max", most)
		}
		for i, x := range part {
			path, place := fmt.Sprintf("%s.%s[%d]", name, verb, i), -1
			if verb == "add" {
				place = len(old) + i + 1
			}
			if text, ok := x.(string); ok && verb == "remove" {
				id, err := uuid.Parse(text)
				if err != nil || !slices.ContainsFunc(old, func(r *object.Record) bool { return r.UUID == id }) {
					return nil, fault.Invalid(path, "item.unknown")
				}
				out = append(out, lineOp{Op{Do: Delete, Object: d.Name, UUID: id}, path, -1})
				continue
			}
			if err := add(path, x, place); err != nil {
				return nil, err
			}
			if verb == "set" && out[len(out)-1].op.Do != Update {
				return nil, fault.Invalid(path+".id", "item.unknown")
			}
		}
	}
	return out, nil
}

// linesOf answers a record's lines as they will be, by position, then by age.
func (p *plan) linesOf(s *step, name string) ([]*object.Record, error) {
	d := p.cat.Object(name)
	if d == nil || d.Lines == "" || s.new == nil {
		return nil, nil
	}
	list, err := p.read.Referring(name, d.Lines, s.new)
	slices.SortFunc(list, byPosition)
	return list, err
}

// byPosition orders lines; those without a position, and new ones, as they came.
func byPosition(a, b *object.Record) int {
	x, _ := placeOf(a)
	y, _ := placeOf(b)
	if x != y {
		return int(x - y)
	}
	if (a.ID < 0) != (b.ID < 0) || a.ID < 0 {
		return int(b.ID - a.ID)
	}
	return int(a.ID - b.ID)
}

func placeOf(r *object.Record) (int64, bool) {
	f := r.Object.Field("position")
	if f == nil {
		return 0, false
	}
	n, ok := r.At(f).(int64)
	return n, ok
}
