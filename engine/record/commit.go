package record

import (
	"crypto/rand"

	"github.com/google/uuid"

	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
)

// committing is one run of a plan in a transaction; a transaction that runs twice gets another.
type committing struct {
	p       *plan
	tx      db.Tx
	set     *ChangeSet
	commit  int64
	ids     map[place]int64                   // private ids of the records made, by the number that stood for them
	done    map[*object.Record]*object.Record // what a planned record became
	changes []column.Change
	rows    *table.Writing
	entries []entry
	keys    map[int]map[int64][]byte // of personal pasts, by object and record
	asked   map[place]bool           // whose key was looked for
	fresh   []any                    // the keys that are new
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
	if err := p.verify(tx); err != nil {
		return nil, err
	}
	c := begin(p, tx)
	if err := c.write(); err != nil {
		return nil, err
	}
	// Asked last: by now the tables are held against a change of their definitions.
	if err := p.e.catalog.Verify(tx, p.cat.Version); err != nil {
		return nil, err
	}
	for _, t := range p.tasks {
		t.ChangeSet = c.set.UUID
		if err := p.e.later(tx, t); err != nil {
			return nil, err
		}
	}
	res := &Result{ChangeSet: c.set.UUID, Commit: c.commit, At: p.now}
	for _, s := range p.of {
		r := s.new
		if r == nil {
			r = s.old
		}
		if saved := c.done[r]; saved != nil {
			r = saved
		}
		res.Outcomes = append(res.Outcomes, Outcome{Op: s.do, Record: r, Changed: s.moves()})
	}
	if k := p.w.Key; k != nil {
		if err := c.keep(k, res); err != nil {
			return nil, err
		}
	}
	tx.AfterCommit(func() { p.e.columns.Apply(c.changes) })
	return res, nil
}

func begin(p *plan, tx db.Tx) *committing {
	return &committing{p: p, tx: tx, ids: map[place]int64{}, done: map[*object.Record]*object.Record{}, rows: p.e.tables.Writing(tx),
		keys: map[int]map[int64][]byte{}, asked: map[place]bool{}}
}

// write keeps every step and its entry in the log.
func (c *committing) write() error {
	if err := c.open(); err != nil {
		return err
	}
	if err := c.prepare(); err != nil {
		return err
	}
	for _, s := range c.p.steps {
		if err := c.save(s); err != nil {
			return err
		}
	}
	return c.flush()
}

// keep stores the answer with the write.
func (c *committing) keep(k *Key, res *Result) error {
	if c.p.w.Answer != nil {
		if err := c.p.e.viewsIn(c.p.ctx, c.tx, c.p.w, res); err != nil {
			return err
		}
		var err error
		if res.Answer, err = c.p.w.Answer(res); err != nil {
			return err
		}
	}
	if res.Answer == nil {
		res.Answer = []byte{}
	}
	return insertAnswer(c.tx, c.p.actor.User, k, c.p.now.UnixMicro(), res.ChangeSet, res.Answer)
}

// prepare asks together for what the steps need one by one: keys for the records to be made, where they are several, and
// the keys that seal the past of those that are there.
func (c *committing) prepare() error {
	news, olds := map[*object.Object]int{}, map[*object.Object][]int64{}
	for _, s := range c.p.steps {
		switch {
		case !s.moves() || s.new == nil:
		case s.old == nil:
			news[s.o]++
		case s.old.ID > 0 && s.personal():
			olds[s.o] = append(olds[s.o], s.old.ID)
		}
	}
	for o, n := range news {
		if n > 1 {
			if err := c.rows.Expect(o, n); err != nil {
				return err
			}
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

// flush sends what was gathered: rows, keys, then the log.
func (c *committing) flush() error {
	if err := c.rows.Flush(); err != nil {
		return err
	}
	if err := insertSubjectKeys(c.tx, c.fresh); err != nil {
		return err
	}
	return insertEntries(c.tx, c.entries)
}

// verify compares the versions of all that was read.
func (p *plan) verify(tx db.Tx) error {
	byObject := map[int][]int64{}
	for at := range p.read.seen {
		byObject[at.object] = append(byObject[at.object], at.id)
	}
	for number, ids := range byObject {
		now, err := p.e.tables.Versions(tx, p.cat.Numbered(number), ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			stamp, there := now[id]
			at := place{number, id}
			if saw := p.read.seen[at]; saw != stamp.Version && (there || saw != -1) {
				return errAgain
			}
			if p.read.firm[at] && p.read.kept[at] != nil && p.read.kept[at].Rev != stamp.Rev {
				return errAgain
			}
		}
	}
	if k := p.w.Key; k != nil {
		was, err := loadAnswer(tx, p.actor.User, k, p.now.UnixMicro()-keyLife)
		if err != nil || was == nil {
			return err
		}
		_, err = replay(k, was)
		if err == nil {
			err = errReplayed
		}
		return err
	}
	return nil
}

// open begins the change set and its commit.
func (c *committing) open() (err error) {
	c.set = c.p.w.Set
	if c.set == nil {
		c.set = &ChangeSet{UUID: uuid.Must(uuid.NewV7()), At: c.p.now.UnixMicro(), Actor: c.p.actor.User, Via: c.p.w.Via, Reason: c.p.w.Reason,
			Kind: "write", State: "complete", Counts: int64(len(c.p.steps))}
		if err = insertSet(c.tx, c.set); err != nil {
			return err
		}
	} else if err = countSet(c.tx, c.set.ID, len(c.p.steps)); err != nil {
		return err
	}
	c.commit, err = insertCommit(c.tx, c.set.ID, c.p.now.UnixMicro())
	return err
}

// save writes one record and its entry in the log.
func (c *committing) save(s *step) error {
	if !s.moves() {
		if s.new != nil {
			c.done[s.new] = s.old
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
