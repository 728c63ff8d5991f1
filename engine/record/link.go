package record

import (
	"fmt"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// highest is how many may stand above a record.
const highest = 100

// climb refuses a record that would stand above itself, through however many others: who walks up a tree that bites its
// tail never arrives, and what hangs in it is under no root. All that is walked over is read by this write, so that two
// who close a circle from both sides do not both succeed.
func (p *plan) climb(s *step, f *object.Field) error {
	up, _ := s.new.At(f).(int64)
	for range highest {
		if up == 0 {
			return nil
		}
		if up == s.new.ID {
			s.faults = append(s.faults, fault.Field{Path: f.Name, Code: "link.circle"})
			return nil
		}
		rec, err := p.read.Get(s.o.Name, up)
		if err != nil || rec == nil {
			return err
		}
		up, _ = rec.At(rec.Object.Field(f.Name)).(int64)
	}
	s.faults = append(s.faults, fault.Field{Path: f.Name, Code: "link.deep", Args: map[string]any{"max": highest}})
	return nil
}

// alive refuses a link that begins to lead to a record in the bin. What the program itself links is not asked: it brings
// back together what hung together. The targets are read by this write, so one that goes to the bin meanwhile is noticed.
func (p *plan) alive(s *step, f *object.Field) error {
	had := map[int64]bool{}
	if s.old != nil {
		for _, id := range targetsOf(s.old.At(f)) {
			had[id] = true
		}
	}
	for i, id := range targetsOf(s.new.At(f)) {
		if had[id] {
			continue
		}
		name, path := f.Target, f.Name
		switch v := s.new.At(f).(type) {
		case object.Ref:
			name = p.cat.Numbered(v.Object).Name
		case []object.Item:
			path = fmt.Sprintf("%s[%d]", f.Name, i)
		}
		rec, err := p.read.Get(name, id)
		if err != nil {
			return err
		}
		if rec == nil || rec.Deleted != 0 {
			s.faults = append(s.faults, fault.Field{Path: path, Code: "link.binned"})
		}
	}
	return nil
}

// targetsOf are the private ids that a link field's value names.
func targetsOf(v any) (ids []int64) {
	switch v := v.(type) {
	case int64:
		ids = append(ids, v)
	case object.Ref:
		ids = append(ids, v.ID)
	case []object.Item:
		for _, it := range v {
			ids = append(ids, it.Link)
		}
	}
	return ids
}
