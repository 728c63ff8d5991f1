package catalog

import (
	"context"
	"fmt"
	"slices"

	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/engine/view"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// By is who changes definitions, and through what.
type By struct {
	User int64
	Via  string
}

// Draft is the catalog while it is being changed. What is built later stands there as it is wished: Unique and Match,
// built or not.
type Draft struct {
	s       *Store
	base    *object.Catalog
	changed map[string]*object.Object
	added   []*object.Object
	views   []moveOf // what became of shared views
}

// Object answers an object as it stands in the draft; nil when there is none.
func (d *Draft) Object(name string) *object.Object {
	if o := d.changed[name]; o != nil {
		return o
	}
	return d.base.Object(name)
}

// edit answers an object that may be changed.
func (d *Draft) edit(name string) (*object.Object, error) {
	o := d.Object(name)
	if o == nil {
		return nil, fault.New(fault.Missing, "object.unknown", "object", name)
	}
	if d.changed[name] == nil {
		o = o.Clone()
		for _, f := range o.Fields {
			f.Unique, f.Building = f.Keyed(), false
			f.Match, f.Filling = f.Compared(), false
		}
		d.changed[name] = o
	}
	return o, nil
}

// AddObject adds a custom object. It begins with a name to be called by and, where its records follow an owner, with one.
func (d *Draft) AddObject(o *object.Object) error {
	var bad faults
	if checkName(&bad, o.Name); len(bad) == 0 && d.Object(o.Name) != nil {
		bad.add("name", "catalog.name_taken")
	}
	if len(d.base.Objects)+len(d.added) >= mostObjects {
		bad.add("name", "catalog.objects_many", "max", mostObjects)
	}
	fields := o.Fields
	o.Custom, o.Group, o.Title, o.Time, o.Number = true, "custom", "name", "created_at", 0
	if o.Icon == "" {
		o.Icon = "box"
	}
	if o.Plural == (object.Text{}) {
		o.Plural = o.Label
	}
	bad = append(bad, checkHead(o)...)
	o.Fields = object.System()
	object.Add[string](o, "name", object.KindText, object.Text{ZH: "名称", EN: "Name"}, object.Required, object.Long(200), object.Searched, object.InList(1))
	if o.Scope.Owner {
		object.Add[int64](o, "owner", object.KindOwner, object.Text{ZH: "负责人", EN: "Owner"}, object.Default("me"), object.InList(lastPlace))
	}
	d.changed[o.Name] = o
	d.added = append(d.added, o)
	for i, f := range fields {
		if err := d.AddField(o.Name, f); err != nil {
			bad = append(bad, under(fmt.Sprintf("fields[%d].", i), fault.As(err).Fields)...)
		}
	}
	return fault.Faulty(bad)
}

// AddField adds a field.
func (d *Draft) AddField(name string, f *object.Field) error {
	o, err := d.edit(name)
	if err != nil {
		return err
	}
	f.Custom, f.System, f.ReadOnly, f.Hidden, f.Derived, f.Timeline, f.Building, f.Duplicates, f.Filling = true, false, false, false, false, false, false, 0, false
	if f.Kind == object.KindOwner {
		f.Target = "user"
	}
	var bad faults
	if checkName(&bad, f.Name); len(bad) == 0 && o.Field(f.Name) != nil {
		bad.add("name", "catalog.name_taken")
	}
	bad = append(bad, checkField(o, f, d.s.currency, d.Object)...)
	o.Fields = append(o.Fields, f)
	return fault.Faulty(bad)
}

// EditObject changes an object's words, icon and whether it is in use.
func (d *Draft) EditObject(name string, fn func(o *object.Object) error) error {
	o, err := d.edit(name)
	if err != nil {
		return err
	}
	if err := fn(o); err != nil {
		return err
	}
	return fault.Faulty(checkHead(o))
}

// ArrangeObject gives an object another layout; nil is that of its definitions.
func (d *Draft) ArrangeObject(name string, fn func(*object.Object) []object.FormSection) error {
	o, err := d.edit(name)
	if err != nil {
		return err
	}
	o.Layout = fn(o)
	return fault.Faulty(view.CheckLayout(o, o.Layout))
}

// EditField changes a field. Options that are left out are kept, retired, because records have them.
func (d *Draft) EditField(name, of string, fn func(f *object.Field) error) error {
	o, err := d.edit(name)
	if err != nil {
		return err
	}
	f := o.Field(of)
	if f == nil || f.Hidden {
		return fault.New(fault.Missing, "field.unknown", "field", of)
	}
	old := *f
	if err := fn(f); err != nil {
		return err
	}
	f.Options, f.Labels = joined(f.Options, old.Options, true), joined(f.Labels, old.Labels, true)
	var standard *object.Field
	if code := find(d.s.standard, name); code != nil {
		standard = code.Field(of)
	}
	bad := checkMove(standard, &old, f)
	return fault.Faulty(append(bad, checkField(o, f, d.s.currency, d.Object)...))
}

// Change changes definitions: all of fn or nothing, with its tables, its history and a new version. With an expected
// version (0: none) it is refused when the catalog is another. fn may run several times and has no effect outside.
func (s *Store) Change(ctx context.Context, expect int64, by By, fn func(*Draft) error) (*object.Catalog, error) {
	cat, err := s.change(ctx, expect, &entry{by: by}, func(_ db.Tx, d *Draft) error { return fn(d) })
	if err == nil {
		s.nudge()
	}
	return cat, err
}

func (s *Store) change(ctx context.Context, expect int64, note *entry, fn func(db.Tx, *Draft) error) (*object.Catalog, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := 0; ; n++ {
		if err := s.refresh(ctx); err != nil {
			return nil, err
		}
		base := s.Current()
		if expect != 0 && expect != base.Version {
			return nil, moved(base.Version)
		}
		err := s.db.Schema(ctx, func(tx db.Tx) error { return s.apply(tx, base, note, fn) })
		if expect == 0 && n < 10 && fault.Has(err, "catalog.moved") {
			continue // another node was faster
		}
		if err != nil {
			return nil, err
		}
		return s.Current(), nil
	}
}

// apply does a change in its transaction.
func (s *Store) apply(tx db.Tx, base *object.Catalog, note *entry, fn func(db.Tx, *Draft) error) error {
	if err := s.Verify(tx, base.Version); err != nil {
		return err
	}
	d := &Draft{s: s, base: base, changed: map[string]*object.Object{}}
	if err := fn(tx, d); err != nil {
		return err
	}
	objects, done, err := d.settle(tx, note != nil)
	done = append(done, d.views...)
	if err != nil || len(done) == 0 {
		return err
	}
	was, err := load(tx)
	if err != nil {
		return err
	}
	if _, err := number(tx, was, objects); err != nil {
		return err
	}
	if err := s.step("numbered"); err != nil {
		return err
	}
	for _, o := range objects {
		if base.Object(o.Name) == o {
			continue
		}
		_, broken, err := grow(tx, was, o)
		if err == nil {
			err = refuse(broken)
		}
		if err != nil {
			return err
		}
	}
	if err := s.step("made"); err != nil {
		return err
	}
	if _, err := s.save(tx, was, objects); err != nil {
		return err
	}
	if err := s.step("saved"); err != nil {
		return err
	}
	version, err := bump(tx, true)
	if err != nil {
		return err
	}
	if note != nil {
		if err := note.put(tx, s.clock.Now().UnixMicro(), version, done); err != nil {
			return err
		}
	}
	if err := s.announce(tx, note, version, done); err != nil {
		return err
	}
	cat, err := s.read(tx)
	if err != nil {
		return err
	}
	if err := s.step("done"); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.install(cat) })
	return nil
}

func (s *Store) step(name string) error {
	if s.fail == nil {
		return nil
	}
	return s.fail(name)
}

// settle answers the objects as they will be, and what moved. What is wished of uniqueness and of the matcher is begun: at
// once where there are no values yet, else to be built.
func (d *Draft) settle(tx db.Tx, wished bool) (objects []*object.Object, done []moveOf, err error) {
	objects = slices.Clone(d.base.Objects)
	for i, old := range objects {
		o := d.changed[old.Name]
		if o == nil {
			continue
		}
		if wished {
			if err := begin(tx, old, o); err != nil {
				return nil, nil, err
			}
		}
		if alike(old, o) {
			continue
		}
		objects[i] = o
		moves, err := movesOf(old, o)
		if err != nil {
			return nil, nil, err
		}
		done = append(done, moves...)
	}
	for _, o := range d.added {
		objects = append(objects, o)
		moves, err := movesOf(nil, o)
		if err != nil {
			return nil, nil, err
		}
		done = append(done, moves...)
	}
	var bad faults
	for _, o := range objects {
		if d.changed[o.Name] == o {
			bad = append(bad, sound(o)...)
		}
	}
	return objects, done, fault.Faulty(bad)
}

// begin turns the wishes for uniqueness and for the matcher into their first states.
func begin(tx db.Tx, old, o *object.Object) error {
	for _, f := range o.Fields {
		was := old.Field(f.Name)
		switch {
		case f.Unique && was != nil && was.Keyed():
			f.Unique, f.Building = was.Unique, was.Building
		case f.Unique:
			f.Unique, f.Building, f.Duplicates = false, true, 0
			if err := claimAnew(tx, o, f, table.Uniques); err != nil {
				return err
			}
		case was != nil && was.Keyed():
			if err := table.Unindex(tx, o, f, table.Uniques); err != nil {
				return err
			}
		}
		if was == nil || f.Kind.Multi() { // a new field has no values, and items bring their keys with them
			continue
		}
		switch {
		case f.Match && was.Compared():
			f.Match, f.Filling = was.Match, was.Filling
		case f.Match:
			f.Match, f.Filling = false, true
			if err := claimAnew(tx, o, f, table.Matches); err != nil {
				return err
			}
		case was.Compared():
			if err := table.Unindex(tx, o, f, table.Matches); err != nil {
				return err
			}
		}
	}
	return nil
}
