package record

import (
	"crypto/rand"
	"maps"
	"slices"

	"github.com/google/uuid"

	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
)

// committing is one run of a plan in a transaction; a transaction that runs twice gets another.
type committing struct {
	*outgoing
	p      *plan
	set    *ChangeSet
	commit int64
	ids    map[place]int64                   // private ids of the records made, by the number that stood for them
	done   map[*object.Record]*object.Record // what a planned record became
	keys   map[int]map[int64][]byte          // of personal pasts, by object and record
	asked  map[place]bool                    // whose key was looked for
}

// moves says whether a step changes anything. The stamps of who and when are not a change by themselves.
func (s *step) moves() bool {
	if s.old == nil || s.new == nil || s.touch || s.old.Deleted != s.new.Deleted {
		return true
	}
	for _, f := range s.o.Fields[object.SystemFields:] {
		if !same(f, s.old, s.new) {
			return true
		}
	}
	return false
}

// bumps says whether a step raises the version that people see: what is derived moves by itself.
func (s *step) bumps() bool {
	if s.old == nil || s.new == nil || s.touch || s.old.Deleted != s.new.Deleted {
		return true
	}
	for _, f := range s.o.Fields[object.SystemFields:] {
		if !f.System && !f.Derived && !same(f, s.old, s.new) {
			return true
		}
	}
	return false
}

// commit writes what was planned, if nothing that it rests on has moved.
func (p *plan) commit(tx db.Tx) (*Result, error) {
	if err := commitAll(tx, []*plan{p}); err != nil {
		return nil, err
	}
	return p.res, nil
}

// commitAll writes what several callers planned on snapshots of their own, each as a change set of its own: all or none.
func commitAll(tx db.Tx, plans []*plan) error {
	if err := verify(tx, plans); err != nil {
		return err
	}
	e := plans[0].e
	out := &outgoing{tx: tx, rows: e.tables.Writing(tx)}
	list := make([]*committing, len(plans))
	for i, p := range plans {
		list[i] = out.begin(p)
	}
	if err := out.write(list); err != nil {
		return err
	}
	for _, c := range list {
		if err := c.leant(); err != nil {
			return err
		}
	}
	for i, c := range list {
		// Asked last: by now the tables are held against a change of their definitions.
		if i == 0 || c.p.cat.Version != list[i-1].p.cat.Version {
			if err := e.catalog.Verify(tx, c.p.cat.Version); err != nil {
				return err
			}
		}
		if err := c.end(); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() {
		if e.kept != nil {
			out.tell(list)
		}
		e.columns.Apply(out.changes)
	})
	return nil
}

// makes says whether a plan makes new records and moves no other, so that it gets along with any of its kind.
func (p *plan) makes() bool {
	return p.w.Set == nil && len(p.tasks) == 0 && len(p.steps) <= mostShared && !slices.ContainsFunc(p.steps, func(s *step) bool { return s.old != nil || s.new == nil })
}

// tell hands on what was written, commit by commit: their entries stand one behind the other.
func (o *outgoing) tell(list []*committing) {
	from := 0
	for _, c := range list {
		k := Kept{Commit: c.commit, At: c.p.now.UnixMicro(), Set: *c.set}
		for ; from < len(o.entries) && o.entries[from].Commit == c.commit; from++ {
			e := &o.entries[from]
			k.Changes = append(k.Changes, KeptChange{e.ID, e.Object, e.Record, e.Op, e.Version, e.Rev, e.Names, e.Before, e.Digest})
		}
		c.p.e.kept(k)
	}
}

// mostShared is how many records one caller may make in a transaction that others wait for.
const mostShared = 16

// outgoing is what a transaction sends together.
type outgoing struct {
	tx      db.Tx
	rows    *table.Writing
	entries []entry
	fresh   []any // the keys that are new
	changes []column.Change
}

func (o *outgoing) begin(p *plan) *committing {
	return &committing{outgoing: o, p: p, set: p.w.Set, ids: map[place]int64{}, done: map[*object.Record]*object.Record{},
		keys: map[int]map[int64][]byte{}, asked: map[place]bool{}}
}

// write keeps every step and its entry in the log.
func (o *outgoing) write(list []*committing) error {
	if err := o.open(list); err != nil {
		return err
	}
	for _, c := range list {
		if err := c.prepare(); err != nil {
			return err
		}
		for _, s := range c.p.steps {
			if err := c.save(s); err != nil {
				return err
			}
		}
	}
	if err := o.rows.Flush(); err != nil {
		return err
	}
	if err := insertSubjectKeys(o.tx, o.fresh); err != nil {
		return err
	}
	return insertEntries(o.tx, o.entries)
}

// open draws all keys at once and begins the change sets and their commits.
func (o *outgoing) open(list []*committing) error {
	want := map[string]int{commitTable: len(list)}
	var sets []*ChangeSet
	for _, c := range list {
		if c.set == nil {
			p := c.p
			c.set = &ChangeSet{UUID: uuid.Must(uuid.NewV7()), At: p.now.UnixMicro(), Actor: p.actor.User, Via: p.w.Via, Reason: p.w.Reason,
				Kind: "write", State: "complete", Counts: int64(len(p.steps))}
			sets = append(sets, c.set)
			want[setTable]++
		} else if err := countSet(o.tx, c.set.ID, len(c.p.steps)); err != nil {
			return err
		}
		for _, s := range c.p.steps {
			if s.old == nil && s.new != nil {
				want[s.o.Name]++
			}
		}
	}
	keys, err := o.tx.Reserve(want)
	if err != nil {
		return err
	}
	o.rows.Give(keys)
	for i, s := range sets {
		s.ID = keys[setTable][i]
	}
	if err := insertSets(o.tx, sets); err != nil {
		return err
	}
	args := make([]any, 0, 3*len(list))
	for i, c := range list {
		c.commit = keys[commitTable][i]
		args = append(args, c.commit, c.set.ID, c.p.now.UnixMicro())
	}
	return insertCommits(o.tx, args)
}

// end hands on what the write leads to, tells its result, and stores the answer with it.
func (c *committing) end() error {
	p := c.p
	for _, t := range p.tasks {
		t.ChangeSet = c.set.UUID
		if err := p.e.later(c.tx, t); err != nil {
			return err
		}
	}
	p.res = &Result{ChangeSet: c.set.UUID, Commit: c.commit, At: p.now}
	for _, s := range p.of {
		r := s.new
		if r == nil {
			r = s.old
		}
		if saved := c.done[r]; saved != nil {
			r = saved
		}
		p.res.Outcomes = append(p.res.Outcomes, Outcome{Op: s.do, Record: r, Changed: s.moves()})
	}
	if p.w.Key == nil {
		return nil
	}
	if p.w.Answer != nil {
		if err := p.e.viewsIn(p.ctx, c.tx, p.w, p.res); err != nil {
			return err
		}
		var err error
		if p.res.Answer, err = p.w.Answer(p.res); err != nil {
			return err
		}
	}
	if p.res.Answer == nil {
		p.res.Answer = []byte{}
	}
	return insertAnswer(c.tx, p.actor.User, p.w.Key, p.now.UnixMicro(), p.res.ChangeSet, p.res.Answer)
}

// prepare asks together for the keys that seal the past of the records that are there.
func (c *committing) prepare() error {
	olds := map[*object.Object][]int64{}
	for _, s := range c.p.steps {
		if s.old != nil && s.new != nil && s.old.ID > 0 && s.moves() && s.personal() {
			olds[s.o] = append(olds[s.o], s.old.ID)
		}
	}
	for o, ids := range olds {
		keys, err := subjectKeys(c.tx, o.Number, ids)
		if err != nil {
			return err
		}
		c.keys[o.Number] = keys
		for _, id := range ids {
			c.asked[place{o.Number, id}] = true
		}
	}
	return nil
}

// personal says whether a personal field moves.
func (s *step) personal() bool {
	for _, f := range s.o.Fields {
		if f.Personal && !f.System && !f.Derived && !same(f, s.old, s.new) {
			return true
		}
	}
	return false
}

// verify compares the versions of all that was read.
func verify(tx db.Tx, plans []*plan) error {
	if k := plans[0].w.Key; k != nil && len(plans) == 1 { // of several, one that was answered before ends all when its answer is stored
		was, err := loadAnswer(tx, plans[0].actor.User, k, plans[0].now.UnixMicro()-keyLife)
		if err != nil {
			return err
		}
		if was != nil {
			return errReplayed
		}
	}
	now, err := stampsOf(tx, plans)
	if err != nil {
		return err
	}
	for _, p := range plans {
		for at, saw := range p.read.seen {
			stamp, there := now[at]
			if saw != stamp.Version && (there || saw != -1) {
				return errAgain
			}
			if p.read.firm[at] && p.read.kept[at] != nil && p.read.kept[at].Rev != stamp.Rev {
				return errAgain
			}
		}
	}
	return nil
}

// stampsOf reads how all stands that was read, and holds it: of two writes that each rest on what the other changes, one
// must think again.
func stampsOf(tx db.Tx, plans []*plan) (map[place]table.Stamp, error) {
	writes, ids, objects := map[place]bool{}, map[int][]int64{}, map[int]*object.Object{}
	for _, p := range plans {
		for _, s := range p.steps {
			if s.old != nil && s.old.ID > 0 && s.moves() {
				writes[place{s.o.Number, s.old.ID}] = true
			}
		}
		for at := range p.read.seen {
			objects[at.object] = p.cat.Numbered(at.object)
			ids[at.object] = append(ids[at.object], at.id)
		}
	}
	now := map[place]table.Stamp{}
	for _, number := range slices.Sorted(maps.Keys(ids)) {
		list := ids[number]
		slices.Sort(list)
		stamps, err := plans[0].e.tables.Held(tx, objects[number], slices.Compact(list), func(id int64) bool { return writes[place{number, id}] })
		if err != nil {
			return nil, err
		}
		for id, stamp := range stamps {
			now[place{number, id}] = stamp
		}
	}
	return now, nil
}

// leant asks once more, now that what is written is ours, who leans on the records of which that was asked. Whoever began
// to since the snapshot would be left leaning on what went to the bin, or be missing in what was counted.
func (c *committing) leant() error {
	ours := map[place]bool{}
	for _, s := range c.p.steps {
		if s.old != nil {
			ours[place{s.o.Number, s.old.ID}] = true
		}
	}
	for at, id := range c.ids {
		ours[place{at.object, id}] = true
	}
	for f, asked := range c.p.read.known.leaning {
		targets := map[int][]int64{}
		for at := range asked.of {
			targets[at.object] = append(targets[at.object], at.id)
		}
		for number, ids := range targets {
			now, err := c.p.e.tables.Leaning(c.tx, asked.o, f, number, ids)
			if err != nil {
				return err
			}
			for to, list := range now {
				was := asked.of[place{number, to}]
				for _, id := range list {
					if _, known := slices.BinarySearch(was, id); !known && !ours[place{asked.o.Number, id}] {
						return errAgain
					}
				}
			}
		}
	}
	return nil
}

// save writes one record and its entry in the log.
func (c *committing) save(s *step) error {
	if !s.moves() {
		if s.new != nil {
			c.done[s.new] = s.old
		}
		if c.done[s.old] == nil && s.old.ID > 0 { // what it rests on may have been committed by somebody who has not told the columns yet
			c.changes = append(c.changes, column.Change{Object: s.o, Record: s.old})
		}
		return nil
	}
	old := s.old
	if was := c.done[old]; was != nil {
		old = was
	}
	if s.new == nil {
		return c.purge(s, old)
	}
	r := s.new.Clone()
	c.relink(r)
	var moved, derived []*object.Field
	for _, f := range s.o.Fields {
		switch {
		case f.System || same(f, old, r):
		case f.Derived:
			derived = append(derived, f)
		default:
			moved = append(moved, f)
		}
	}
	var err error
	if old == nil {
		if err = c.number(r, &moved); err == nil {
			err = c.rows.Insert(r)
		}
		c.ids[place{s.o.Number, s.new.ID}] = r.ID
	} else {
		r.ID, r.Version = old.ID, old.Version
		if len(moved) > 0 || s.touch || old.Deleted != r.Deleted {
			r.Version++
			r.Values[object.UpdatedAt], r.Values[object.UpdatedBy] = c.p.now.UnixMicro(), by(c.p.actor)
		}
		err = c.rows.Update(old, r)
	}
	if err != nil {
		return err
	}
	c.done[s.new] = r
	c.changes = append(c.changes, column.Change{Object: s.o, Record: r})
	return c.log(s, old, r, moved, derived)
}

// relink puts the ids of records made before in this transaction where their numbers stood.
func (c *committing) relink(r *object.Record) {
	for _, f := range r.Object.Fields {
		switch v := r.At(f).(type) {
		case int64:
			if v < 0 && f.Kind.Links() {
				r.Values[f.Index] = c.real(f.Target, v)
			}
		case object.Ref:
			if v.ID < 0 {
				r.Values[f.Index] = object.Ref{Object: v.Object, ID: c.ids[place{v.Object, v.ID}]}
			}
		case []object.Item:
			for i, it := range v {
				if it.Link < 0 {
					items := append([]object.Item(nil), r.At(f).([]object.Item)...)
					items[i].Link = c.real(f.Target, it.Link)
					r.Values[f.Index] = items
				}
			}
		}
	}
}

func (c *committing) real(target string, id int64) int64 {
	return c.ids[place{c.p.cat.Object(target).Number, id}]
}

func (c *committing) purge(s *step, old *object.Record) error {
	if err := c.rows.Purge(old); err != nil {
		return err
	}
	if err := destroySubjectKey(c.tx, s.o.Number, old.ID); err != nil {
		return err
	}
	c.changes = append(c.changes, column.Change{Object: s.o, Record: old, Purged: true})
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	before := `{"id":"` + old.UUID.String() + `"}`
	c.entries = append(c.entries, entry{Commit: c.commit, Set: c.set.ID, Object: s.o.Number, Record: old.ID, Op: Purge, Version: old.Version, Rev: old.Rev + 1,
		Before: before, Salt: salt, Digest: commitment(salt, []byte(before), nil)})
	return nil
}

// log writes what changed: the former values open or, of personal fields, sealed, and a commitment to both sides.
func (c *committing) log(s *step, old, r *object.Record, moved, derived []*object.Field) error {
	var open, personal []*object.Field
	e := entry{Commit: c.commit, Set: c.set.ID, Object: s.o.Number, Record: r.ID, Op: s.do, Version: r.Version, Rev: r.Rev}
	for _, f := range moved {
		e.Names = append(e.Names, f.Name)
		if f.Personal {
			personal = append(personal, f)
		} else {
			open = append(open, f)
		}
	}
	for _, f := range derived {
		e.Names = append(e.Names, f.Name)
	}
	e.Salt = make([]byte, 16)
	_, _ = rand.Read(e.Salt)
	before := []byte("{}")
	if old != nil {
		before = appendValues(nil, open, old)
	}
	e.Before = string(before)
	sides := [2][]byte{before, appendValues(nil, open, r)}
	if len(personal) > 0 {
		secret := []byte("{}")
		if old != nil {
			secret = appendValues(nil, personal, old)
		}
		sides[0] = append(sides[0], secret...)
		sides[1] = append(sides[1], appendValues(nil, personal, r)...)
		key, err := c.subject(s.o.Number, r.ID, old == nil)
		if err != nil {
			return err
		}
		if e.Sealed, err = sealBytes(key, append(e.Salt, secret...)); err != nil {
			return err
		}
	}
	e.Digest = commitment(e.Salt, sides[0], sides[1])
	if e.Sealed != nil {
		e.Salt = nil // beside an open salt a short value could be guessed from the digest
	}
	c.entries = append(c.entries, e)
	return nil
}

// subject answers the key of a record's personal past, made when it is first needed. A new record has none yet.
func (c *committing) subject(object int, record int64, made bool) ([]byte, error) {
	keys := c.keys[object]
	if keys == nil {
		keys = map[int64][]byte{}
		c.keys[object] = keys
	}
	key, found := keys[record]
	if !found && !made && !c.asked[place{object, record}] {
		more, err := subjectKeys(c.tx, object, []int64{record})
		if err != nil {
			return nil, err
		}
		key, found = more[record]
	}
	if found && key != nil {
		return key, nil
	}
	key = make([]byte, 32)
	_, _ = rand.Read(key)
	keys[record] = key
	if !found { // of one that was erased, what is sealed from now on can be opened by nobody
		c.fresh = append(c.fresh, object, record, key)
	}
	return key, nil
}
