package app

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/changelog"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/job"
)

// work registers what the queue can do: the program's own kinds and those of the modules.
func (a *App) work() {
	a.jobs = job.NewDispatcher(job.Options{Clock: a.cfg.Clock, Log: a.cfg.Log})
	kinds := append(ownJobs(), exchangeJobs()...)
	for _, m := range Modules {
		kinds = append(kinds, m.Jobs...)
	}
	for _, k := range kinds {
		a.jobs.Register(k.Kind, func(ctx context.Context, run *job.Run) error {
			s := run.Workspace.Value.(*Space)
			select {
			case <-s.ready: // a job that waited may begin before the workspace is whole
				return k.Run(ctx, s.module, run)
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		n := job.New{Kind: k.Kind, Unique: k.Kind, Attempts: 3}
		if k.Every > 0 {
			a.jobs.Every(k.Kind, k.Every, n)
		}
		if k.Cron != "" {
			a.jobs.Cron(k.Kind, k.Cron, n)
		}
		a.jobs.Sleeps(k.Kind, k.Until)
	}
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	a.stop = func() {
		stop()
		all.Wait()
	}
	all.Go(func() { a.jobs.Run(ctx) })
	all.Go(func() { a.tend(ctx) })
}

// tables makes the tables of the queue and of the modules' facts where they are missing.
func tables(ctx context.Context, d *db.DB) error {
	return d.Schema(ctx, func(tx db.Tx) error {
		names, err := tx.Dialect().Tables(tx)
		if err != nil {
			return err
		}
		made := false
		for _, n := range names {
			made = made || n == "job"
		}
		if !made {
			if err := job.Create(tx); err != nil {
				return err
			}
		}
		for _, m := range Modules {
			if m.Tables == nil {
				continue
			}
			if err := m.Tables(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// follow lets what reacts to changes follow the log: the modules' consumers, the last moment of behaviours, and where other
// nodes may write too, the columns.
func (s *Space) follow(ctx context.Context, after, shared bool) {
	for _, m := range Modules {
		if m.Consumers == nil {
			continue
		}
		for _, c := range m.Consumers(s.module) {
			s.Log.Add(c)
		}
	}
	if after {
		s.Log.Add(changelog.Consumer{Name: "after", Outside: s.after})
	}
	s.Log.Start()
	if shared {
		s.seen.Store(s.Log.Head())
		ctx, s.unfollow = context.WithCancel(context.WithoutCancel(ctx))
		go s.mirror(ctx)
	}
}

// after runs the last moment of behaviours for the commits between two numbers.
func (s *Space) after(ctx context.Context, after, to int64) error {
	for after < to {
		list, last, err := s.Engine.Log(ctx, after, 50)
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := s.Engine.After(ctx, System, x); err != nil {
				return err
			}
		}
		if last <= after {
			return nil
		}
		after = last
	}
	return nil
}

// mirror brings into the columns what other nodes wrote. Rows newer than their commit are taken as they are: a later
// repetition is harmless, for a row is applied only when its rev is higher. Where it fails, the objects' columns are
// loaded again.
func (s *Space) mirror(ctx context.Context) {
	for ctx.Err() == nil {
		err := s.Log.Follow(ctx, s.seen.Load(), 200, func(batch []changelog.Commit) error {
			if err := s.apply(ctx, batch); err != nil {
				return err
			}
			s.seen.Store(batch[len(batch)-1].Seq)
			return nil
		})
		if err == nil || ctx.Err() != nil {
			return
		}
		s.log.Error("following what other nodes wrote", "err", err)
		for _, o := range s.Engine.Catalog().Objects {
			s.columns.Drop(o)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (s *Space) apply(ctx context.Context, batch []changelog.Commit) error {
	cat := s.Engine.Catalog()
	wanted, known := map[*object.Object][]int64{}, true
	for _, c := range batch {
		for _, x := range c.Changes {
			o := cat.Numbered(x.Object)
			switch {
			case o == nil: // of a newer catalog, perhaps
				known = false
			case !s.columns.Has(o, x.Record, x.Rev): // mostly it is this node's own
				wanted[o] = append(wanted[o], x.Record)
			}
		}
	}
	if known && len(wanted) == 0 {
		return nil
	}
	var changes []column.Change
	err := s.DB.Read(ctx, func(r db.Reader) error {
		// Rows of a newer catalog have fields that this one would not see.
		if err := s.Catalog.Verify(r, cat.Version); err != nil {
			return err
		}
		changes = changes[:0]
		for o, ids := range wanted {
			rows, err := s.Tables.ByIDs(r, o, ids, nil)
			if err != nil {
				return err
			}
			for i, rec := range rows {
				if rec == nil {
					gone := object.NewRecord(o)
					gone.ID = ids[i]
					changes = append(changes, column.Change{Object: o, Record: gone, Purged: true})
					continue
				}
				changes = append(changes, column.Change{Object: o, Record: rec})
			}
		}
		return nil
	})
	if fault.Has(err, "catalog.moved") {
		if err := s.Catalog.Refresh(ctx); err != nil {
			return err
		}
		return s.apply(ctx, batch)
	}
	if err != nil {
		return err
	}
	s.columns.Apply(changes)
	for o := range wanted {
		s.Changed(o.Name)
	}
	return nil
}

// afterWait is how long a reading waits for a change that it must contain.
const afterWait = 2 * time.Second

// Contains waits until what this node answers contains a change set that the caller made, wherever it was made.
func (s *Space) Contains(ctx context.Context, set uuid.UUID) error {
	if s.unfollow == nil {
		return nil // the only node applies a write before it answers
	}
	ctx, cancel := context.WithTimeout(ctx, afterWait)
	defer cancel()
	for {
		seq, numbered, err := s.Engine.Covering(ctx, set)
		if err == nil && numbered && seq <= s.seen.Load() {
			return nil
		}
		if err == nil {
			s.Log.Wake()
			select {
			case <-time.After(10 * time.Millisecond):
				continue
			case <-ctx.Done():
			}
		}
		if errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			f := fault.New(fault.Unavailable, "after.late")
			f.Retry = 1
			return f
		}
		if err != nil {
			return err
		}
	}
}

// applied tells the columns of every commit, and the log that there is one to number.
type applied struct {
	*column.Store
	log *atomic.Pointer[changelog.Log]
}

func (a applied) Apply(changes []column.Change) {
	a.Store.Apply(changes)
	if l := a.log.Load(); l != nil {
		l.Wake()
	}
}

// kept tells the log what this node has written.
func kept(log *atomic.Pointer[changelog.Log]) func(record.Kept) {
	return func(k record.Kept) {
		l := log.Load()
		if l == nil {
			return
		}
		w := &changelog.Written{Commit: changelog.Commit{ID: k.Commit, ChangeSet: k.Set.ID, UUID: k.Set.UUID, At: k.At, Actor: k.Set.Actor, Via: k.Set.Via, Kind: k.Set.Kind}}
		for _, c := range k.Changes {
			w.Changes = append(w.Changes, changelog.Change{ID: c.ID, Object: c.Object, Record: c.Record, Op: c.Op, Version: c.Version, Rev: c.Rev, Names: c.Names, Before: c.Before})
			w.Digests = append(w.Digests, c.Digest)
		}
		l.Wrote(w)
	}
}

// later puts a task of the engine into the queue.
func (s *Space) later(tx db.Tx, t record.Task) error {
	_, err := s.queue.Insert(tx, job.New{Kind: "follow", Queue: "bulk", Args: t, Actor: t.Actor})
	return err
}

// ownJobs are the kinds of work that belong to no module.
func ownJobs() []modules.Job {
	return []modules.Job{
		{Kind: "follow", Run: follow},
		{Kind: "update", Run: massUpdate},
		{Kind: "delete", Run: massDelete},
		{Kind: "undo", Run: undo},
	}
}
