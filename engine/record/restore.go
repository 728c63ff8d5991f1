package record

import (
	"slices"

	"youpeng/engine/object"
)

// restore takes a record out of the bin, with those that went with it and the links that were emptied for it. What it
// asks the store does not grow with the change set that it went in, so that many come back in one.
func (p *plan) restore(s *step) error {
	if s.old.Deleted == 0 {
		return nil
	}
	s.new.Deleted = 0
	p.stage(s)
	last, err := p.read.lastDeletes(s.o, []int64{s.old.ID})
	if err != nil {
		return err
	}
	if e := last[s.old.ID]; e != nil {
		for _, o := range p.cat.Objects {
			for _, f := range o.Fields {
				if !leadsTo(f, s.o) || f.OnDelete != object.Follow && o.Lines != f.Name {
					continue
				}
				if err := p.comeAlong(s, o, f, e); err != nil {
					return err
				}
			}
		}
		links, err := p.emptied(e.Commit)
		if err != nil {
			return err
		}
		for _, l := range links[place{s.o.Number, s.old.ID}] {
			if err := p.refill(l, s.old.ID); err != nil {
				return err
			}
		}
	}
	return p.run(s, AtBefore)
}

// lastDeletes answers the entries with which some records of an object went into the bin last. What was asked once is not
// asked again: many that come back together are asked for together.
func (r *Reader) lastDeletes(o *object.Object, ids []int64) (map[int64]*entry, error) {
	var unasked []int64
	for _, id := range ids {
		if _, asked := r.known.went[place{o.Number, id}]; !asked {
			unasked = append(unasked, id)
		}
	}
	list, err := deletesOf(r.r, o.Number, unasked)
	if err != nil {
		return nil, err
	}
	for _, id := range unasked {
		r.known.went[place{o.Number, id}] = nil
	}
	for _, e := range slices.Backward(list) { // they come from the newest, which is to stay
		r.known.went[place{e.Object, e.Record}] = e
	}
	out := map[int64]*entry{}
	for _, id := range ids {
		if e := r.known.went[place{o.Number, id}]; e != nil {
			out[id] = e
		}
	}
	return out, nil
}

// comeAlong brings back those that followed a record by one field in the change set in which it went.
func (p *plan) comeAlong(s *step, o *object.Object, f *object.Field, last *entry) error {
	ids, err := p.read.referring(o, f, s.o, s.old.ID)
	if err != nil || len(ids) == 0 {
		return err
	}
	rows, err := p.read.Many(o.Name, ids)
	if err != nil {
		return err
	}
	var gone []int64
	for _, r := range rows {
		if r != nil && r.Deleted != 0 && names(f, r, s.old) {
			gone = append(gone, r.ID)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	went, err := p.read.lastDeletes(o, gone)
	if err != nil {
		return err
	}
	var parent *step
	if o.Lines == f.Name {
		parent = s
	}
	for _, id := range gone {
		if e := went[id]; e != nil && e.Set == last.Set {
			if _, err := p.do(&Op{Do: Restore, Object: o.Name, ID: id, Program: true}, parent); err != nil {
				return err
			}
		}
	}
	return nil
}

// emptiedLink is a link that a commit emptied because a record went that it named.
type emptiedLink struct {
	o   *object.Object
	f   *object.Field
	id  int64 // of the record whose link it is
	was any
}

// emptied answers the links that a commit emptied, by the record that they named. A commit is read once for all that come
// back from it together.
func (p *plan) emptied(commit int64) (map[place][]emptiedLink, error) {
	if out, known := p.read.known.emptied[commit]; known {
		return out, nil
	}
	list, err := loadEntries(p.read.r, "c.commit_id = ? AND c.op = ? ORDER BY c.id DESC", commit, Update)
	if err != nil {
		return nil, err
	}
	sealed := map[int][]int64{}
	list = slices.DeleteFunc(list, func(e *entry) bool {
		o := p.cat.Numbered(e.Object)
		return o == nil || !slices.ContainsFunc(e.Names, func(name string) bool { f := o.Field(name); return f != nil && f.OnDelete == object.Clear })
	})
	for _, e := range list {
		if e.Sealed != nil {
			sealed[e.Object] = append(sealed[e.Object], e.Record)
		}
	}
	keys := map[int]map[int64][]byte{}
	for number, ids := range sealed {
		if keys[number], err = subjectKeys(p.read.r, number, ids); err != nil {
			return nil, err
		}
	}
	out := map[place][]emptiedLink{}
	for _, e := range list {
		o := p.cat.Numbered(e.Object)
		if err := e.open(o, keys[e.Object][e.Record]); err != nil {
			return nil, err
		}
		for _, name := range e.Names {
			f := o.Field(name)
			if f == nil || f.OnDelete != object.Clear {
				continue
			}
			was, _ := e.was(name)
			for _, at := range p.targets(f, was) {
				out[at] = append(out[at], emptiedLink{o, f, e.Record, was})
			}
		}
	}
	p.read.known.emptied[commit] = out
	return out, nil
}

// targets lists the records that a link's value names.
func (p *plan) targets(f *object.Field, v any) (out []place) {
	switch v := v.(type) {
	case object.Ref:
		return []place{{v.Object, v.ID}}
	case int64:
		return []place{{p.cat.Object(f.Target).Number, v}}
	case []object.Item:
		for _, it := range v {
			out = append(out, place{p.cat.Object(f.Target).Number, it.Link})
		}
	}
	return out
}

// refill gives a living record the link back that was emptied when a record went, unless it leads elsewhere by now.
func (p *plan) refill(l emptiedLink, to int64) error {
	r, err := p.read.Get(l.o.Name, l.id)
	if err != nil || r == nil || r.Deleted != 0 {
		return err
	}
	v := l.was
	if l.f.Kind == object.KindLinks {
		v = added(r.At(l.f), l.was, to)
	} else if r.At(l.f) != nil {
		return nil
	}
	_, err = p.do(&Op{Do: Update, Object: l.o.Name, ID: l.id, Program: true, Any: true, Set: map[string]any{l.f.Name: v}}, nil)
	return err
}

// added puts the item that named a record back into a list.
func added(now, was any, id int64) any {
	items, _ := now.([]object.Item)
	olds, _ := was.([]object.Item)
	items = slices.Clone(items)
	for _, it := range olds {
		if it.Link == id && !slices.ContainsFunc(items, func(x object.Item) bool { return x.Link == id }) {
			items = append(items, it)
		}
	}
	if len(items) == 0 {
		return nil
	}
	return items
}
