package record

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/fault"
)

// plan is a write as computed on a snapshot: what each record was and will be.
type plan struct {
	e      *Engine
	ctx    context.Context
	w      *Write
	actor  *access.Actor
	cat    *object.Catalog
	now    time.Time
	read   *Reader
	steps  []*step
	also   []Op
	news   map[uuid.UUID]*step // records made by this write, by public id
	temp   int64
	told   map[place]bool // what is deleted already, so that circles end
	of     []*step        // the step of each operation asked
	tasks  []Task
	under  *plan          // what stands before it in the same transaction
	bumped map[place]bool // whose versions it raises
	res    *Result        // what came of it
}

// step is one record's move.
type step struct {
	do      string
	o       *object.Object
	old     *object.Record
	new     *object.Record
	parent  *step
	program bool
	faults  []fault.Field
	path    string
	touch   bool // its lines move, so it moves too
}

func (e *Engine) plan(ctx context.Context, w *Write, ops []Op, cat *object.Catalog, read *Reader) (*plan, error) {
	p := e.empty(ctx, w, cat, read)
	if err := p.work(ops); err != nil {
		return nil, err
	}
	return p, nil
}

func (e *Engine) empty(ctx context.Context, w *Write, cat *object.Catalog, read *Reader) *plan {
	return &plan{e: e, ctx: ctx, w: w, actor: w.Actor, cat: cat, now: e.clock.Now(), read: read, news: map[uuid.UUID]*step{}, told: map[place]bool{}}
}

// work plans operations.
func (p *plan) work(ops []Op) error {
	for i := range ops {
		s, err := p.do(&ops[i], nil)
		if err != nil {
			return err
		}
		p.of = append(p.of, s)
		if err := p.follow(); err != nil {
			return err
		}
	}
	var faults []fault.Field
	for _, s := range p.steps {
		if err := p.check(s); err != nil {
			return err
		}
		prefix := ""
		if len(ops) > 1 && slices.Contains(p.of, s) {
			prefix = fmt.Sprintf("ops[%d].", slices.Index(p.of, s))
		}
		for _, f := range s.faults {
			f.Path = prefix + s.path + f.Path
			faults = append(faults, f)
		}
	}
	return fault.Faulty(faults)
}

// follow does what rules added, and what that adds.
func (p *plan) follow() error {
	for n := 0; len(p.also) > 0; n++ {
		if n > 10_000 {
			return fmt.Errorf("record: rules of %s add writes without end", p.also[0].Object)
		}
		op := p.also[0]
		p.also = p.also[1:]
		op.Program, op.Any = true, op.Version == 0
		if op.follows != nil {
			if follows, err := p.followed(&op); err != nil || !follows {
				if err != nil {
					return err
				}
				continue
			}
		}
		if _, err := p.do(&op, nil); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) do(op *Op, parent *step) (*step, error) {
	o := p.cat.Object(op.Object)
	if o == nil || o.Retired && !op.Program && !p.actor.System {
		return nil, fault.New(fault.Missing, "object.unknown", "object", op.Object)
	}
	s := &step{do: op.Do, o: o, parent: parent, program: op.Program || p.actor.System}
	if o.Lines != "" && parent == nil && !s.program && op.Do != Purge {
		return nil, fault.New(fault.BadRequest, "record.line_alone", "object", o.Name)
	}
	if o.Setup && !s.program && !p.actor.Admin {
		return nil, fault.New(fault.Forbidden, "right.setup", "object", o.Name)
	}
	if op.Do == Create {
		return s, p.create(s, op)
	}
	if err := p.load(s, op); err != nil {
		return nil, err
	}
	switch op.Do {
	case Update:
		return s, p.update(s, op)
	case Delete:
		return s, p.delete(s)
	case Restore:
		return s, p.restore(s)
	case Purge:
		return s, p.purge(s)
	}
	return nil, fault.New(fault.BadRequest, "op.unknown")
}

// load finds the record and asks whether the actor may.
func (p *plan) load(s *step, op *Op) error {
	id := op.ID
	if made := p.made(op.UUID); id == 0 && made != nil {
		id = made.new.ID
	}
	if id == 0 {
		var err error
		if id, err = p.read.id(s.o, op.UUID); err != nil {
			return err
		}
	}
	var err error
	if s.old, err = p.read.Get(s.o.Name, id); err != nil {
		return err
	}
	if s.old == nil {
		return missing(s.o)
	}
	done := op.Do == Restore && s.old.Deleted == 0 || op.Do == Delete && s.old.Deleted != 0 // perhaps by what it leans on
	if op.Version != 0 && p.under != nil && p.under.bumped[place{s.o.Number, id}] && !done {
		return errNeighbour
	}
	if err := p.may(s); err != nil {
		return err
	}
	switch {
	case done:
	case op.Do == Update && op.Version == 0 && !op.Any && !s.program && s.parent == nil:
		return fault.New(fault.VersionNeeded, "record.version_needed")
	case op.Strict && op.Version != 0 && op.Version != s.old.Version:
		return stale(s.old)
	case s.old.Deleted != 0 && op.Do == Update:
		return fault.New(fault.Conflict, "record.binned")
	case s.old.Deleted == 0 && op.Do == Purge && !s.program:
		return fault.New(fault.Conflict, "record.living")
	}
	s.new = s.old.Clone()
	return nil
}

func missing(o *object.Object) error {
	return fault.New(fault.Missing, "record.missing", "object", o.Name)
}

func stale(r *object.Record) error {
	return fault.New(fault.Stale, "record.stale", "object", r.Object.Name).With("version", r.Version)
}

// may asks for the right to write a record; one that the actor may not see does not exist for them.
func (p *plan) may(s *step) error {
	if s.program || s.parent != nil || s.old.ID < 0 {
		return nil
	}
	doing := column.Updating
	if s.do != Update {
		doing = column.Deleting
	}
	ok, why, err := p.e.columns.May(p.ctx, p.actor, s.o, s.old.ID, doing)
	if err == nil && why == "unseen" { // it may be so new that the columns do not know it yet: the row is here
		p.e.columns.Apply([]column.Change{{Object: s.o, Record: s.old}})
		ok, why, err = p.e.columns.May(p.ctx, p.actor, s.o, s.old.ID, doing)
	}
	switch {
	case err != nil:
		return err
	case why == "unseen":
		return missing(s.o)
	case !ok:
		return fault.New(fault.Forbidden, "right."+string(doing), "object", s.o.Name, "reason", why)
	}
	return nil
}

func (p *plan) create(s *step, op *Op) error {
	if !s.program && s.parent == nil && !p.actor.Objects[s.o.Name].Create {
		return fault.New(fault.Forbidden, "right.create", "object", s.o.Name, "reason", "role")
	}
	if op.Record != nil {
		s.new = op.Record.Clone()
		s.new.Object = s.o
		s.new.Values = append(s.new.Values, make([]any, len(s.o.Fields)-len(s.new.Values))...) // code does not know the fields made since
	} else {
		s.new = object.NewRecord(s.o)
	}
	if s.new.UUID == uuid.Nil {
		s.new.UUID = op.UUID
	}
	if s.new.UUID == uuid.Nil {
		s.new.UUID = uuid.Must(uuid.NewV7())
	}
	if s.new.ID >= 0 {
		p.temp--
		s.new.ID = p.temp - 1_000_000 // beside those that code gives
	}
	s.new.Version = 1
	p.news[s.new.UUID] = s
	us := p.now.UnixMicro()
	for at, v := range map[int]any{object.CreatedAt: us, object.UpdatedAt: us, object.CreatedBy: by(p.actor), object.UpdatedBy: by(p.actor)} {
		if s.new.Values[at] == nil {
			s.new.Values[at] = v
		}
	}
	given := p.values(s, op)
	if s.parent != nil {
		s.new.Set(s.o.Lines, s.parent.new.ID)
	}
	if err := p.run(s, AtDefault); err != nil {
		return err
	}
	p.defaults(s, given)
	p.stage(s)
	return p.finish(s, op)
}

func by(a *access.Actor) any {
	if a.User == 0 {
		return nil
	}
	return a.User
}

// defaults fills what nobody gave.
func (p *plan) defaults(s *step, given map[string]bool) {
	c := p.context(s.program)
	for _, f := range s.o.Fields {
		if f.Default == nil || given[f.Name] || s.new.At(f) != nil {
			continue
		}
		v, err := field.Default(f, c)
		if err != nil {
			s.faults = append(s.faults, fault.As(err).Fields...)
			continue
		}
		s.new.Values[f.Index] = v
	}
}

// stage makes the record visible to the rules of this write as it will be.
func (p *plan) stage(s *step) {
	at := place{s.o.Number, s.idOf()}
	p.read.stage(at, s.new)
	if !slices.Contains(p.steps, s) {
		p.steps = append(p.steps, s)
	}
}

func (s *step) idOf() int64 {
	if s.new != nil {
		return s.new.ID
	}
	return s.old.ID
}

// finish writes the lines, then runs the rules that may change the record.
func (p *plan) finish(s *step, op *Op) error {
	if err := p.lines(s, op); err != nil {
		return err
	}
	return p.run(s, AtBefore)
}

func (p *plan) change(s *step) *Change {
	c := &Change{Op: s.do, Old: s.old, New: s.new, Actor: p.actor, Via: p.w.Via, Now: p.now, Read: p.read, Ctx: p.ctx, plan: p, step: s}
	if s.parent != nil {
		c.Parent = s.parent.new
	}
	return c
}

// run runs the behaviours of one moment. Faults of fields are gathered, anything else ends the write.
func (p *plan) run(s *step, m Moment) error {
	for _, name := range [2]string{"", s.o.Name} {
		set := p.e.behaviours[name]
		if set == nil {
			continue
		}
		for _, fn := range set[m] {
			if err := fn(p.change(s)); err != nil {
				if f := fault.As(err); f.Class == fault.Unprocessable && len(f.Fields) > 0 {
					s.faults = append(s.faults, f.Fields...)
					continue
				}
				return err
			}
		}
	}
	return nil
}

func (p *plan) update(s *step, op *Op) error {
	p.stage(s)
	if err := p.merge(s, op); err != nil {
		return err
	}
	return p.finish(s, op)
}

// blank says whether a field that needs a value has none: spaces alone are no name to find a record by.
func blank(v any) bool {
	s, text := v.(string)
	return v == nil || text && strings.TrimSpace(s) == ""
}

// check is the third moment: the fields' own rules, then the modules'.
func (p *plan) check(s *step) error {
	if s.do == Delete || s.do == Purge {
		return p.run(s, AtCheck)
	}
	bad := map[string]bool{}
	for _, f := range s.faults {
		bad[f.Path] = true
	}
	for _, f := range s.o.Fields {
		moved := s.old == nil || !same(f, s.old, s.new)
		switch {
		case !moved || f.System || f.Retired:
			continue
		case f.Required && blank(s.new.At(f)) && f.Series == nil && !bad[f.Name]:
			s.faults = append(s.faults, fault.Field{Path: f.Name, Code: "required"})
		case f.Immutable && s.old != nil && s.old.At(f) != nil && !s.program:
			s.faults = append(s.faults, fault.Field{Path: f.Name, Code: "immutable"})
		case f.Unique && s.new.At(f) != nil:
			if err := p.free(s, f); err != nil {
				return err
			}
		}
		if f.OnDelete != object.Keep && !s.program && s.new.At(f) != nil {
			if err := p.alive(s, f); err != nil {
				return err
			}
		}
		if f.Tree && s.new.At(f) != nil {
			if err := p.climb(s, f); err != nil {
				return err
			}
		}
	}
	if s.do == Restore {
		for _, f := range s.o.Fields {
			if f.Unique && s.new.At(f) != nil {
				if err := p.free(s, f); err != nil {
					return err
				}
			}
		}
	}
	return p.run(s, AtCheck)
}

// free says who holds a unique value already.
func (p *plan) free(s *step, f *object.Field) error {
	type key struct{ path, key string }
	var keys []key
	if items, ok := s.new.At(f).([]object.Item); ok {
		for i, it := range items {
			keys = append(keys, key{fmt.Sprintf("%s[%d].value", f.Name, i), table.ItemKey(f, it)})
		}
	} else {
		keys = append(keys, key{f.Name, table.UniqueKey(f, s.new.At(f))})
	}
	for _, k := range keys {
		id, found, err := p.e.tables.Holder(p.read.r, s.o, f, k.key)
		if err != nil {
			return err
		}
		if !found || id == s.new.ID {
			continue
		}
		if next, here := p.read.staged(place{s.o.Number, id}); here && (next == nil || next.Deleted != 0) {
			continue
		}
		args, err := p.e.holder(p.ctx, p.read, p.actor, s.o, id)
		if err != nil {
			return err
		}
		s.faults = append(s.faults, fault.Field{Path: k.path, Code: "taken", Args: args})
	}
	return nil
}

// holder tells of a record what the asker may know: itself, or the whitelist's fields of one they may not see.
func (e *Engine) holder(ctx context.Context, r *Reader, a *access.Actor, o *object.Object, id int64) (map[string]any, error) {
	sees, err := e.columns.Sees(ctx, a, o, id)
	if err != nil {
		return nil, err
	}
	rec, err := r.Get(o.Name, id)
	if err != nil || rec == nil {
		return map[string]any{"object": o.Name}, err
	}
	if sees {
		return map[string]any{"object": o.Name, "id": rec.UUID.String(), "title": rec.Title(), "binned": rec.Deleted != 0}, nil
	}
	out := map[string]any{"object": o.Name, "hidden": true}
	for _, name := range e.told(o.Name) {
		f := o.Field(name)
		if f == nil || rec.At(f) == nil {
			continue
		}
		if f.Kind != object.KindOwner {
			out[name] = field.Of(f).Write(f, rec.At(f), &field.Context{Locale: a.Locale, Zone: a.Zone, Currency: r.cat.Currency, Catalog: r.cat})
			continue
		}
		if owner, err := r.Linked(rec, name); err != nil {
			return nil, err
		} else if owner != nil {
			out[name] = owner.Title()
		}
	}
	return out, nil
}
