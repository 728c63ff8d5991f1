package record

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

const (
	keyLife    = int64(24 * time.Hour / time.Microsecond)
	mostAtOnce = 100
	mostEach   = 1000
	attempts   = 12
	outside    = 4 // attempts computed outside the writer; what still moves is then computed inside
)

// Write does what a caller asks, or says all that is wrong with it.
func (e *Engine) Write(ctx context.Context, w *Write) (*Result, error) {
	most := mostAtOnce
	if w.Each {
		most = mostEach
	}
	if len(w.Ops) > most && !w.Actor.System {
		return nil, fault.New(fault.TooLarge, "bulk.too_many", "max", most)
	}
	if w.Key == nil || w.DryRun {
		return e.write(ctx, w)
	}
	mine := [3]string{w.Key.Scope, w.Key.Key, w.Actor.UUID.String()}
	if _, taken := e.running.LoadOrStore(mine, true); taken {
		return nil, fault.New(fault.Conflict, "idempotency.running")
	}
	defer e.running.Delete(mine)
	if w.Each { // its parts would be kept before the key is
		if was, err := e.replayed(ctx, w); was != nil || err != nil {
			return was, err
		}
	}
	res, err := e.write(ctx, w)
	if err != nil { // which may be so because it was done before
		if was, other := e.replayed(ctx, w); was != nil || other != nil {
			return was, other
		}
	}
	return res, err
}

// replayed answers what the key was answered with before; nil when it is new.
func (e *Engine) replayed(ctx context.Context, w *Write) (*Result, error) {
	var was *answered
	err := e.db.Read(ctx, func(r db.Reader) (err error) {
		was, err = loadAnswer(r, w.Actor.User, w.Key, e.clock.Now().UnixMicro()-keyLife)
		return err
	})
	if err != nil || was == nil {
		return nil, err
	}
	return replay(w.Key, was)
}

// Once does something in a transaction once for a key, as Write does: used again with the same body within a day, the key
// is answered with what do answered the first time. Without a key it is simply done.
func (e *Engine) Once(ctx context.Context, a *access.Actor, k *Key, do func(tx db.Tx) ([]byte, error)) (answer []byte, replayed bool, err error) {
	now := e.clock.Now().UnixMicro()
	for range attempts {
		err = e.db.Write(ctx, func(tx db.Tx) error {
			answer, replayed = nil, false
			if k != nil {
				was, err := loadAnswer(tx, a.User, k, now-keyLife)
				if err != nil {
					return err
				}
				if was != nil {
					res, err := replay(k, was)
					if err == nil {
						answer, replayed = res.Answer, true
					}
					return err
				}
			}
			var err error
			if answer, err = do(tx); err != nil || k == nil {
				return err
			}
			return insertAnswer(tx, a.User, k, now, uuid.Nil, answer)
		})
		if !errors.Is(err, errReplayed) { // else another request with the key was faster
			return answer, replayed, err
		}
	}
	return nil, false, settle(err)
}

// replay answers as the first time.
func replay(k *Key, was *answered) (*Result, error) {
	if !bytes.Equal(was.body, k.Body[:]) {
		return nil, fault.New(fault.Unprocessable, "idempotency.other_body")
	}
	return &Result{ChangeSet: uuid.UUID(was.set), Answer: was.answer, Replayed: true}, nil
}

func (e *Engine) write(ctx context.Context, w *Write) (*Result, error) {
	if w.Each {
		return e.writeEach(ctx, w)
	}
	res, err := e.writeAll(ctx, w, w.Ops, nil)
	if err != nil || w.Answer == nil || res.Answer != nil {
		return res, err
	}
	if err := e.views(ctx, w, res); err != nil {
		return nil, err
	}
	res.Answer, err = w.Answer(res)
	return res, err
}

// lane is how bulk work is written; nil is people's lane.
type lane func(context.Context, func(db.Tx) error) error

// errAgain says that something moved between the snapshot and the writer.
var errAgain = errors.New("record: moved meanwhile")

// errReplayed says that the same key was answered between the snapshot and the writer.
var errReplayed = errors.New("record: answered meanwhile")

// writeAll does operations together: all or none.
func (e *Engine) writeAll(ctx context.Context, w *Write, ops []Op, bulk lane) (*Result, error) {
	write := bulk
	if bulk == nil {
		write = e.db.Write
	}
	var last error
	for n := range attempts {
		cat := e.catalog.Current()
		if err := e.warmOps(ctx, w, ops); err != nil {
			return nil, err
		}
		var res *Result
		var err error
		if w.DryRun || n < outside {
			var p *plan
			err = e.db.Read(ctx, func(r db.Reader) (err error) {
				p, err = e.plan(ctx, w, ops, cat, newReader(ctx, r, e.tables, cat))
				if err == nil && w.DryRun {
					res = p.wouldBe()
					err = e.viewsIn(ctx, r, w, res)
				}
				return err
			})
			if err != nil || w.DryRun {
				return res, err
			}
			if err = p.reserve(ctx); err != nil {
				return nil, err
			}
			if bulk == nil && p.makes() {
				err = e.makes.Write(ctx, p)
			} else {
				err = write(ctx, func(tx db.Tx) error { return commitAll(tx, []*plan{p}) })
			}
			res = p.res
		} else {
			err = write(ctx, func(tx db.Tx) error {
				p, err := e.plan(ctx, w, ops, cat, newReader(ctx, tx, e.tables, cat))
				if err == nil {
					res, err = p.commit(tx)
				}
				return err
			})
		}
		if err == nil {
			return res, nil
		}
		if !again(err) {
			return nil, err
		}
		if last = err; fault.Has(err, "catalog.moved") {
			if err := e.catalog.Refresh(ctx); err != nil {
				return nil, err
			}
		}
	}
	return nil, settle(last)
}

// again says whether the work is to be computed anew. A taken value is too: the next snapshot names its holder.
func again(err error) bool {
	var taken *table.Taken
	return errors.Is(err, errAgain) || errors.As(err, &taken) || fault.Has(err, "record.moved") || fault.Has(err, "catalog.moved") || fault.Has(err, "catalog.stale")
}

// settle words what no attempt could get past.
func settle(err error) error {
	var taken *table.Taken
	if errors.As(err, &taken) {
		path := "id"
		if taken.Field != nil {
			path = taken.Field.Name
		}
		return fault.Invalid(path, "taken", "object", taken.Object.Name)
	}
	f := fault.New(fault.Unavailable, "record.busy").Because(err)
	f.Retry = 1
	return f
}

// wouldBe is the result of a dry run.
func (p *plan) wouldBe() *Result {
	res := &Result{At: p.now}
	for _, s := range p.of {
		r := s.new
		if r == nil {
			r = s.old
		}
		res.Outcomes = append(res.Outcomes, Outcome{Op: s.do, Record: r, Changed: s.moves()})
	}
	return res
}

// writeEach does each operation alone; what one is refused for leaves the others. They are one change set.
func (e *Engine) writeEach(ctx context.Context, w *Write) (*Result, error) {
	part := *w
	part.Each, part.Key, part.Answer = false, nil, nil
	if part.Set == nil && !w.DryRun {
		set, err := e.OpenChangeSet(ctx, w.Actor, ChangeSet{Via: w.Via, Reason: w.Reason, Kind: "bulk"})
		if err != nil {
			return nil, err
		}
		part.Set = set
	}
	all := &Result{At: e.clock.Now()}
	for i := range w.Ops {
		res, err := e.writeAll(ctx, &part, w.Ops[i:i+1], nil)
		if err != nil {
			if f := fault.As(err); f.Class == fault.Internal || f.Class == fault.Unavailable {
				return nil, err
			}
			all.Outcomes = append(all.Outcomes, Outcome{Op: w.Ops[i].Do, Err: err})
			continue
		}
		all.Outcomes = append(all.Outcomes, res.Outcomes...)
		all.Commit = res.Commit
	}
	if part.Set != nil {
		all.ChangeSet = part.Set.UUID
	}
	if err := e.views(ctx, w, all); err != nil {
		return nil, err
	}
	if w.Answer != nil {
		var err error
		if all.Answer, err = w.Answer(all); err != nil {
			return nil, err
		}
	}
	if w.DryRun {
		return all, nil
	}
	return all, e.db.Write(ctx, func(tx db.Tx) error {
		if w.Set == nil {
			if err := setState(tx, part.Set.ID, "complete"); err != nil {
				return err
			}
		}
		if w.Key == nil {
			return nil
		}
		return insertAnswer(tx, w.Actor.User, w.Key, all.At.UnixMicro(), all.ChangeSet, all.Answer)
	})
}

// OpenChangeSet begins a piece of work of many commits.
func (e *Engine) OpenChangeSet(ctx context.Context, a *access.Actor, s ChangeSet) (*ChangeSet, error) {
	s.UUID, s.At, s.State = uuid.Must(uuid.NewV7()), e.clock.Now().UnixMicro(), "running"
	s.Actor = a.User
	err := e.db.Write(ctx, func(tx db.Tx) error {
		keys, err := tx.Reserve(map[string]int{setTable: 1})
		if err != nil {
			return err
		}
		s.ID = keys[setTable][0]
		return insertSets(tx, []*ChangeSet{&s})
	})
	return &s, err
}

// CloseChangeSet says how it ended: complete or partial.
func (e *Engine) CloseChangeSet(ctx context.Context, s *ChangeSet, state string) error {
	s.State = state
	return e.db.Write(ctx, func(tx db.Tx) error { return setState(tx, s.ID, state) })
}

// ChangeSetOf finds a change set by its public id.
func (e *Engine) ChangeSetOf(ctx context.Context, id uuid.UUID) (s *ChangeSet, err error) {
	err = e.db.Read(ctx, func(r db.Reader) (err error) {
		s, err = loadSet(r, "uuid = ?", id[:])
		return err
	})
	if err == nil && s == nil {
		err = fault.New(fault.Missing, "change_set.missing")
	}
	return s, err
}

// Do uses a verb on a record.
func (e *Engine) Do(ctx context.Context, name, verb string, id uuid.UUID, body map[string]any, base Write) (*Result, error) {
	v, ok := e.verbs[name+"/"+verb]
	if !ok {
		return nil, fault.New(fault.Missing, "verb.unknown", "verb", verb)
	}
	if base.Key != nil && !base.DryRun { // before the verb finds that its work is done
		if res, err := e.replayed(ctx, &base); err != nil || res != nil {
			return res, err
		}
	}
	rec, err := e.Record(ctx, base.Actor, name, id)
	if err != nil {
		return nil, err
	}
	return v.Run(ctx, &Call{Engine: e, Actor: base.Actor, Record: rec, Body: body, Base: base})
}

// Run does a task of the queue.
func (e *Engine) Run(ctx context.Context, t Task, w Write) error {
	o := e.Catalog().Object(t.Object)
	if o == nil {
		return nil
	}
	set, err := e.ChangeSetOf(ctx, t.ChangeSet)
	if err != nil {
		return err
	}
	w.Set = set
	for {
		var ops []Op
		err := e.db.Read(ctx, func(r db.Reader) error {
			read := newReader(ctx, r, e.tables, e.Catalog())
			rec, err := read.Get(t.Object, t.Record)
			if err != nil || rec == nil || rec.Deleted == 0 {
				return err
			}
			ops, err = e.followers(read, rec)
			return err
		})
		if err != nil || len(ops) == 0 {
			return err
		}
		if _, err := e.Bulk(ctx, &Write{Actor: w.Actor, Via: w.Via, Reason: t.Reason, Set: w.Set, Ops: ops}, nil); err != nil {
			return err
		}
	}
}

// followers lists the deletions that a binned record's links still ask for, at most 1,000 of them.
func (e *Engine) followers(read *Reader, rec *object.Record) (ops []Op, err error) {
	for _, o := range read.cat.Objects {
		for _, f := range o.Fields {
			if !leadsTo(f, rec.Object) || f.OnDelete != object.Follow && o.Lines != f.Name {
				continue
			}
			list, err := read.Referring(o.Name, f.Name, rec)
			if err != nil {
				return nil, err
			}
			p := plan{read: read}
			for _, r := range list {
				if len(ops) < manyFollowers && (f.Kind != object.KindLinks || !p.hasOther(r, f, rec.ID)) {
					ops = append(ops, Op{Do: Delete, Object: o.Name, ID: r.ID, Program: true})
				}
			}
		}
	}
	return ops, nil
}
