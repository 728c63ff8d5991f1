package record

import (
	"slices"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// manyFollowers is how many records follow one into the bin within its own write; more are a task.
const manyFollowers = 1000

// delete puts a record into the bin and does what each link to it says.
func (p *plan) delete(s *step) error {
	at := place{s.o.Number, s.old.ID}
	if s.old.Deleted != 0 || p.told[at] {
		return nil
	}
	p.told[at] = true
	s.new.Deleted = p.now.UnixMicro()
	p.stage(s)
	for _, o := range p.cat.Objects {
		for _, f := range o.Fields {
			rule := f.OnDelete
			if o.Lines == f.Name && o.Lines != "" {
				rule = object.Follow
			}
			if rule == object.Keep || !leadsTo(f, s.o) {
				continue
			}
			if err := p.leave(s, o, f, rule); err != nil {
				return err
			}
		}
	}
	return p.run(s, AtBefore)
}

// leadsTo says whether a field can name records of an object.
func leadsTo(f *object.Field, o *object.Object) bool {
	switch f.Kind {
	case object.KindRef:
		return slices.Contains(f.Targets, o.Name)
	case object.KindLink, object.KindLinks, object.KindOwner:
		return f.Target == o.Name
	}
	return false
}

// leave does what a link says of the records that lean on one which goes.
func (p *plan) leave(s *step, o *object.Object, f *object.Field, rule object.OnDelete) error {
	list, err := p.read.Referring(o.Name, f.Name, s.old)
	if err != nil || len(list) == 0 {
		return err
	}
	if rule == object.Refuse {
		list = slices.DeleteFunc(list, func(r *object.Record) bool { return p.told[place{o.Number, r.ID}] })
		if len(list) == 0 {
			return nil
		}
		return fault.New(fault.Conflict, "record.leaned_on", "object", o.Name, "field", f.Name, "count", len(list))
	}
	for _, r := range list {
		if len(p.steps) > manyFollowers && p.e.later != nil && rule == object.Follow {
			p.tasks = append(p.tasks, Task{Kind: "follow", Actor: p.actor.User, Object: s.o.Name, Record: s.old.ID, Reason: p.w.Reason})
			return nil
		}
		op := Op{Do: Delete, Object: o.Name, ID: r.ID, Program: true}
		if rule == object.Clear || rule == object.Follow && f.Kind == object.KindLinks && p.hasOther(r, f, s.old.ID) {
			if rule == object.Follow {
				continue // it follows its last target only
			}
			op.Do, op.Any, op.Set = Update, true, map[string]any{f.Name: dropped(r.At(f), s.old.ID)}
		}
		parent := s
		if o.Lines != f.Name {
			parent = nil
		}
		if _, err := p.do(&op, parent); err != nil {
			return err
		}
	}
	return nil
}

// hasOther says whether a links field names another living record.
func (p *plan) hasOther(r *object.Record, f *object.Field, than int64) bool {
	items, _ := r.At(f).([]object.Item)
	for _, it := range items {
		if it.Link == than {
			continue
		}
		if t, err := p.read.Get(f.Target, it.Link); err == nil && t != nil && t.Deleted == 0 {
			return true
		}
	}
	return false
}

// dropped is a link's value without one target.
func dropped(v any, id int64) any {
	items, ok := v.([]object.Item)
	if !ok {
		return nil
	}
	items = slices.DeleteFunc(slices.Clone(items), func(it object.Item) bool { return it.Link == id })
	if len(items) == 0 {
		return nil
	}
	return items
}

// purge removes a record for good, its lines with it; its sealed past cannot be opened any more.
func (p *plan) purge(s *step) error {
	s.new = nil
	p.stage(s)
	for _, d := range p.cat.Objects {
		if d.Lines == "" || !leadsTo(d.Field(d.Lines), s.o) {
			continue
		}
		ids, err := p.read.referring(d, d.Field(d.Lines), s.o, s.old.ID)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := p.do(&Op{Do: Purge, Object: d.Name, ID: id, Program: true}, nil); err != nil {
				return err
			}
		}
	}
	return p.run(s, AtBefore)
}
