package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// UndoPlan says what undoing a change set would do, before anything moves.
type UndoPlan struct {
	ChangeSet uuid.UUID      `json:"change_set"`
	Digest    string         `json:"plan"` // undo exactly this plan by naming it
	Counts    map[string]int `json:"counts"`
	Conflicts []Conflict     `json:"conflicts"` // the first 200
	Clashes   int            `json:"conflict_count"`
	Total     int            `json:"total"`
}

// Conflict is what an undo leaves alone, and why: edited (a field was edited since), no_right, purged, erased.
type Conflict struct {
	Object string    `json:"object"`
	ID     uuid.UUID `json:"id,omitempty"`
	Title  string    `json:"title,omitempty"`
	Why    string    `json:"why"`
	Field  string    `json:"field,omitempty"`
	Undone any       `json:"undone,omitempty"` // what undoing would bring back
	Now    any       `json:"now,omitempty"`
}

// undoing is one record's part of an undo.
type undoing struct {
	op        *Op
	conflicts []undoConflict
}

type undoConflict struct {
	Conflict
	o        *object.Object
	f        *object.Field
	was, now any
}

// Undone is the state of a change set that was taken back.
const Undone = "undone"

const (
	undoBatch     = 512
	conflictsTold = 200
)

// PlanUndo computes the plan of a change set's undo with its conflicts.
func (e *Engine) PlanUndo(ctx context.Context, a *access.Actor, id uuid.UUID) (*UndoPlan, error) {
	set, err := e.ChangeSetOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if set.Kind == Define {
		return nil, fault.New(fault.Conflict, "change_set.define")
	}
	out := &UndoPlan{ChangeSet: id, Counts: map[string]int{}, Conflicts: []Conflict{}}
	digest := sha256.New()
	err = e.undoWalk(ctx, a, set, func(part []undoing, r db.Reader) error {
		for _, u := range part {
			if u.op != nil {
				out.Counts[u.op.Do]++
				out.Total++
				fmt.Fprintf(digest, "%s %s %d %d\n", u.op.Do, u.op.Object, u.op.ID, u.op.Version)
			}
			out.Clashes += len(u.conflicts)
			for _, c := range u.conflicts {
				fmt.Fprintf(digest, "! %s %s %s %s\n", c.Object, c.ID, c.Why, c.Field)
				if len(out.Conflicts) < conflictsTold {
					told, err := e.tellConflict(ctx, r, a, c)
					if err != nil {
						return err
					}
					out.Conflicts = append(out.Conflicts, told)
				}
			}
		}
		return nil
	})
	out.Digest = hex.EncodeToString(digest.Sum(nil)[:16])
	return out, err
}

func (e *Engine) tellConflict(ctx context.Context, r db.Reader, a *access.Actor, c undoConflict) (Conflict, error) {
	if c.f == nil || a.Field(c.o, c.f) == access.Hidden {
		return c.Conflict, nil
	}
	l, err := e.linksOf(ctx, r, a, e.Catalog())
	if err != nil {
		return c.Conflict, err
	}
	l.want(c.f, c.was)
	l.want(c.f, c.now)
	if err := l.fetch(); err != nil {
		return c.Conflict, err
	}
	c.Undone, c.Now = l.shown(c.o, c.f, c.was), l.shown(c.o, c.f, c.now)
	return c.Conflict, nil
}

// Undo does what PlanUndo answers; with a digest it refuses a plan that has moved. It is a change set itself, so it can
// be undone, and one that was cut off goes on where it stood.
func (e *Engine) Undo(ctx context.Context, a *access.Actor, id uuid.UUID, digest string, w Write) (*Result, error) {
	set, err := e.ChangeSetOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if set.Kind == Define {
		return nil, fault.New(fault.Conflict, "change_set.define")
	}
	if set.State == Undone {
		return nil, fault.New(fault.Conflict, "undo.done")
	}
	var open *ChangeSet
	if err := e.db.Read(ctx, func(r db.Reader) (err error) {
		open, err = loadSet(r, "undoes = ? AND state = ?", set.ID, "running")
		return err
	}); err != nil {
		return nil, err
	}
	if open == nil {
		if digest != "" {
			now, err := e.PlanUndo(ctx, a, id)
			if err != nil {
				return nil, err
			}
			if now.Digest != digest {
				return nil, fault.New(fault.Conflict, "undo.moved").With("plan", now)
			}
		}
		if open, err = e.OpenChangeSet(ctx, a, ChangeSet{Via: w.Via, Reason: w.Reason, Kind: "undo", Undoes: set.ID, Job: 0}); err != nil {
			return nil, err
		}
	}
	res := &Result{ChangeSet: open.UUID, At: e.clock.Now()}
	state := "complete"
	err = e.undoWalk(ctx, a, set, func(part []undoing, _ db.Reader) error {
		var ops []Op
		for _, u := range part {
			if u.op != nil {
				ops = append(ops, *u.op)
			}
			if len(u.conflicts) > 0 {
				state = "partial"
			}
		}
		if len(ops) == 0 {
			return nil
		}
		done, err := e.Bulk(ctx, &Write{Actor: a, Via: w.Via, Reason: w.Reason, Set: open, Ops: ops}, nil)
		if err != nil {
			return err
		}
		for _, o := range done.Outcomes {
			if o.Err != nil {
				state = "partial"
			}
		}
		res.Commit = max(res.Commit, done.Commit)
		res.Outcomes = append(res.Outcomes, done.Outcomes...)
		return nil
	})
	if err != nil {
		return res, err
	}
	return res, e.db.Write(ctx, func(tx db.Tx) error {
		if err := setState(tx, open.ID, state); err != nil {
			return err
		}
		if err := setUndone(tx, set.ID, open.ID); err != nil || set.Undoes == 0 {
			return err
		}
		return setState(tx, set.Undoes, "complete") // what it had undone stands again
	})
}

// undoWalk goes through a change set from its end, a part at a time, so that what leans on a record goes before it. What
// has detail lines goes after those of them that stand beside it, for its rules reckon with them.
func (e *Engine) undoWalk(ctx context.Context, a *access.Actor, set *ChangeSet, each func([]undoing, db.Reader) error) error {
	if err := e.warm(ctx, a, e.Catalog().Objects...); err != nil {
		return err
	}
	done := map[place]bool{}
	var ready, held []place
	for before, more := int64(1)<<62, true; more; {
		err := e.db.Read(ctx, func(r db.Reader) error {
			list, err := entriesOfSet(r, set.ID, before, undoBatch)
			more = len(list) == undoBatch
			for _, x := range list {
				before = x.ID
				at := place{x.Object, x.Record}
				o := e.Catalog().Numbered(x.Object)
				if done[at] || o == nil {
					continue
				}
				done[at] = true
				if len(o.Details) > 0 {
					held = append(held, at)
					continue
				}
				if o.Lines == "" {
					ready, held = append(ready, held...), nil
				}
				ready = append(ready, at)
			}
			return err
		})
		if err != nil {
			return err
		}
		if !more {
			ready = append(ready, held...)
		}
		for part := range slices.Chunk(ready, undoBatch) {
			if err := e.undoPart(ctx, a, set, part, each); err != nil {
				return err
			}
		}
		ready = ready[:0]
	}
	return nil
}

func (e *Engine) undoPart(ctx context.Context, a *access.Actor, set *ChangeSet, part []place, each func([]undoing, db.Reader) error) error {
	var list []undoing
	err := e.db.Read(ctx, func(r db.Reader) error {
		ids := map[int][]int64{}
		for _, at := range part {
			ids[at.object] = append(ids[at.object], at.id)
		}
		rows, logs, keys := map[place]*object.Record{}, map[place][]*entry{}, map[place][]byte{}
		for number, ids := range ids {
			if err := e.undoRead(r, e.Catalog().Numbered(number), ids, rows, logs, keys); err != nil {
				return err
			}
		}
		for _, at := range part {
			u, err := e.undoOf(ctx, a, set, at, rows[at], logs[at], keys[at])
			if err != nil {
				return err
			}
			list = append(list, u)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.db.Read(ctx, func(r db.Reader) error { return each(list, r) })
}

// undoRead reads some records of an object, their entries from the newest, and the keys of their sealed pasts.
func (e *Engine) undoRead(r db.Reader, o *object.Object, ids []int64, rows map[place]*object.Record, logs map[place][]*entry, keys map[place][]byte) error {
	list, err := e.tables.ByIDs(r, o, ids, nil)
	if err != nil {
		return err
	}
	for i, rec := range list {
		rows[place{o.Number, ids[i]}] = rec
	}
	entries, err := entriesOf(r, o.Number, ids)
	if err != nil {
		return err
	}
	for _, x := range entries {
		at := place{x.Object, x.Record}
		logs[at] = append(logs[at], x)
	}
	known, err := subjectKeys(r, o.Number, ids)
	for id, key := range known {
		keys[place{o.Number, id}] = key
	}
	return err
}

// undoOf computes one record's part: its state before the change set, against its state now.
func (e *Engine) undoOf(ctx context.Context, a *access.Actor, set *ChangeSet, at place, now *object.Record, list []*entry, key []byte) (undoing, error) {
	u := undoing{}
	o, id := e.Catalog().Numbered(at.object), at.id
	refuse := func(why string, rec *object.Record) {
		c := Conflict{Object: o.Name, Why: why}
		if rec != nil {
			c.ID, c.Title = rec.UUID, rec.Title()
		}
		u.conflicts = append(u.conflicts, undoConflict{Conflict: c})
	}
	if now == nil {
		refuse("purged", nil)
		return u, nil
	}
	then, moved, op, err := unwound(list, key, now, set.ID, &u)
	if err != nil {
		return u, err
	}
	doing := column.Updating
	if op != "" {
		doing = column.Deleting
	}
	if o.Lines == "" {
		ok, why, err := e.columns.May(ctx, a, o, id, doing)
		if err != nil {
			return u, err
		}
		if !ok && why == "unseen" {
			u.conflicts = nil
			refuse("no_right", nil)
			return u, nil
		}
		if !ok {
			refuse("no_right", now)
			return u, nil
		}
	}
	switch {
	case op != "":
		u.op = &Op{Do: op, Object: o.Name, ID: id, Version: now.Version, Program: true, Strict: true}
	case len(moved) > 0:
		u.op = &Op{Do: Update, Object: o.Name, ID: id, Version: now.Version, Program: true, Strict: true, Set: map[string]any{}}
		for _, f := range moved {
			if right, narrowed := a.Objects[o.Name].Fields[f.Name]; narrowed && right < access.Write && !a.System { // the program's fields go back with the rest
				u.conflicts = append(u.conflicts, undoConflict{Conflict: Conflict{Object: o.Name, ID: now.UUID, Why: "no_right"}})
				continue
			}
			u.op.Set[f.Name] = then.At(f)
		}
		if len(u.op.Set) == 0 {
			u.op = nil
		}
	}
	return u, nil
}

// unwound walks a record's entries from now to before a change set. It answers the record as it was then, the fields
// to bring back, and whether it must leave (a record made) or come back (one deleted); fields edited since are conflicts.
func unwound(list []*entry, key []byte, now *object.Record, set int64, u *undoing) (then *object.Record, moved []*object.Field, op string, err error) {
	then = now.Clone()
	later := map[string]bool{} // touched after the change set
	after := map[string]any{}  // what the change set left
	touched := map[string]bool{}
	seen, edited := false, false
	for _, x := range list {
		if err := x.open(now.Object, key); err != nil {
			return nil, nil, "", err
		}
		if x.Set == set {
			seen = true
			switch {
			case x.Op == Create && now.Deleted == 0:
				op = Delete
			case x.Op == Delete && now.Deleted != 0:
				op = Restore
			case x.Op == Restore && now.Deleted == 0:
				op = Delete
			}
		}
		for _, name := range x.Names {
			f := now.Object.Field(name)
			if f == nil || f.Derived {
				continue
			}
			v, known := x.was(name)
			if x.Set == set && !touched[name] {
				touched[name], after[name] = true, then.At(f)
			} else if x.Set != set && !seen {
				later[name] = true
				edited = true
			}
			if !known && x.Op != Create {
				if x.Set == set {
					u.conflicts = append(u.conflicts, undoConflict{Conflict: Conflict{Object: now.Object.Name, ID: now.UUID, Why: "erased", Field: name}})
					delete(touched, name)
				}
				continue
			}
			then.Values[f.Index] = v
			if x.Set == set {
				after[name+"\x00"] = v
			}
		}
	}
	if op == Delete && edited {
		for name := range later {
			f := now.Object.Field(name)
			u.conflicts = append(u.conflicts, undoConflict{Conflict: Conflict{Object: now.Object.Name, ID: now.UUID, Title: now.Title(), Why: "edited", Field: name}, o: now.Object, f: f, was: after[name], now: now.At(f)})
		}
		slices.SortFunc(u.conflicts, func(a, b undoConflict) int { return compare(a.Field, b.Field) })
		return then, nil, "", nil // what somebody worked on since is left alone
	}
	if op != "" {
		return then, nil, op, nil
	}
	for _, f := range now.Object.Fields {
		if !touched[f.Name] {
			continue
		}
		was := after[f.Name+"\x00"]
		then.Values[f.Index] = was
		switch {
		case table.Same(now.At(f), was):
		case table.Same(now.At(f), after[f.Name]):
			moved = append(moved, f)
		default:
			if back, ok := reconcile(f, after[f.Name], now.At(f), was); ok && f.Kind.Multi() {
				then.Values[f.Index] = back
				if !table.Same(back, now.At(f)) {
					moved = append(moved, f)
				}
				continue
			}
			u.conflicts = append(u.conflicts, undoConflict{Conflict: Conflict{Object: now.Object.Name, ID: now.UUID, Title: now.Title(), Why: "edited", Field: f.Name}, o: now.Object, f: f, was: was, now: now.At(f)})
		}
	}
	return then, moved, "", nil
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
