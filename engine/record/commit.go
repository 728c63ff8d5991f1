package record

import (
	"crypto/rand"
	"fmt"

	"github.com/google/uuid"

	"youpeng/engine/column"
	"youpeng/engine/object"
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

// commit writes what was planned, if nothing that it rests on has moved.
func (p *plan) commit(tx db.Tx) (*Result, error) {
	if err := p.verify(tx); err != nil {
		return nil, err
	}
	c := &committing{p: p, tx: tx, ids: map[place]int64{}, done: map[*object.Record]*object.Record{}}
	if err := c.open(); err != nil {
		return nil, err
	}
	for _, s := range p.steps {
		if err := c.save(s); err != nil {
			return nil, err
		}
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
	err := insertAnswer(c.tx, c.p.actor.User, k, c.p.now.UnixMicro(), res.ChangeSet, res.Answer)
	if _, taken := c.tx.Dialect().Unique(err); taken {
		return fmt.Errorf("%w: %w", errAgain, err)
	}
	return err
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
	if c.p.shared != nil && c.p.shared.Load() != 0 {
		c.commit = c.p.shared.Load()
		return nil
	}
	if c.commit, err = insertCommit(c.tx, c.set.ID, c.p.now.UnixMicro()); err == nil && c.p.shared != nil {
		c.p.shared.Store(c.commit)
	}
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
			err = c.p.e.tables.Insert(c.tx, r)
		}
		c.ids[place{s.o.Number, s.new.ID}] = r.ID
	} else {
		r.ID, r.Version = old.ID, old.Version
		if len(moved) > 0 || s.touch || old.Deleted != r.Deleted {
			r.Version++
			r.Values[object.UpdatedAt], r.Values[object.UpdatedBy] = c.p.now.UnixMicro(), by(c.p.actor)
		}
		err = c.p.e.tables.Update(c.tx, old, r)
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
	if err := c.p.e.tables.Purge(c.tx, old); err != nil {
		return err
	}
	if err := destroySubjectKey(c.tx, s.o.Number, old.ID); err != nil {
		return err
	}
	c.changes = append(c.changes, column.Change{Object: s.o, Record: old, Purged: true})
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	before := `{"id":"` + old.UUID.String() + `"}`
	return insertEntry(c.tx, &entry{Commit: c.commit, Set: c.set.ID, Object: s.o.Number, Record: old.ID, Op: Purge, Version: old.Version, Rev: old.Rev + 1,
		Before: before, Salt: salt, Digest: commitment(salt, []byte(before), nil)})
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
		key, err := c.subject(s.o.Number, r.ID)
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
	return insertEntry(c.tx, &e)
}

// subject answers the key of a record's personal past, made when it is first needed.
func (c *committing) subject(object int, record int64) ([]byte, error) {
	key, found, err := subjectKey(c.tx, object, record)
	if err != nil || found && key != nil {
		return key, err
	}
	key = make([]byte, 32)
	_, _ = rand.Read(key)
	if found {
		return key, nil // erased: what is sealed from now on can be opened by nobody
	}
	return key, insertSubjectKey(c.tx, object, record, key)
}
