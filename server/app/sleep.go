package app

import (
	"context"
	"math"
	"time"
)

// tend puts to sleep what is too much and wakes what is due, one workspace after the other, until ctx ends.
func (a *App) tend(ctx context.Context) {
	for ctx.Err() == nil {
		var late <-chan time.Time
		if !a.rest(ctx) {
			late = time.After(busyFor) // the machine's time, for it is of work under way
		}
		read := a.cfg.Clock.Now()
		slug, in := a.next(read)
		if slug != "" {
			a.rouse(ctx, slug)
			continue
		}
		var due <-chan time.Time
		if in > 0 {
			due = a.cfg.Clock.After(in)
			if a.cfg.Clock.Now().Sub(read) > time.Minute { // it was moved in between, and due is too late
				continue
			}
		}
		select {
		case <-ctx.Done():
		case <-a.awake.nudge:
		case <-due:
		case <-late:
		}
	}
}

// busyFor is how long a workspace in which something is under way is let be.
const busyFor = 200 * time.Millisecond

// Wake has every workspace opened once, so that what became due in one while the program did not run is done although
// nobody asks for it. They open one after the other, beside the work.
func (a *App) Wake(ctx context.Context) error {
	if a.cfg.Database != "" {
		return nil // there another node may have it open, and each that is open costs connections
	}
	list, err := a.Control.Workspaces(ctx, 0)
	if err != nil {
		return err
	}
	w := &a.awake
	w.mu.Lock()
	for _, x := range list {
		if w.seats[x.Slug] == nil {
			w.asleep[x.Slug] = time.Time{}
		}
	}
	w.mu.Unlock()
	a.nudged()
	return nil
}

// next is a sleeping workspace in which something is due, or in how long something will be; 0 is never.
func (a *App) next(now time.Time) (slug string, in time.Duration) {
	w := &a.awake
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, at := range w.asleep {
		d := at.Sub(now)
		if at.IsZero() || d <= 0 {
			delete(w.asleep, name)
			return name, 0
		}
		if in == 0 || d < in {
			in = d
		}
	}
	return "", in
}

// again is when a workspace that could not be woken is tried again.
const again = 10 * time.Minute

// rouse opens a workspace in which something is due. It stays open until others take its place; by then that is done.
func (a *App) rouse(ctx context.Context, slug string) {
	_, release, err := a.hold(ctx, slug, false)
	if err == nil {
		a.awake.mu.Lock()
		a.awake.woken++
		a.awake.mu.Unlock()
		release()
		return
	}
	if ctx.Err() != nil {
		return
	}
	a.cfg.Log.Error("a workspace in which something is due could not be opened", "workspace", slug, "err", err)
	a.awake.mu.Lock()
	a.awake.asleep[slug] = a.cfg.Clock.Now().Add(again)
	a.awake.mu.Unlock()
}

// most is how many workspaces stay open. On PostgreSQL they have no files of their own, and other nodes put work into
// them: there all do.
func (a *App) most() int {
	switch {
	case a.cfg.Database != "":
		return math.MaxInt
	case a.cfg.Open > 0:
		return a.cfg.Open
	}
	return DefaultOpen
}

// rest puts workspaces to sleep while too many are open, the one first that nobody has used for longest. One in which
// something is under way stays; it says whether none had to that nobody holds.
func (a *App) rest(ctx context.Context) (done bool) {
	most, w, busy := a.most(), &a.awake, map[*seat]bool{}
	for ctx.Err() == nil {
		w.mu.Lock()
		var oldest *seat
		var slug string
		open := 0
		for name, s := range w.seats {
			if !s.isOpen() {
				continue
			}
			open++
			if s.holds == 0 && !busy[s] && (oldest == nil || s.turn < oldest.turn) {
				oldest, slug = s, name
			}
		}
		if open <= most || oldest == nil {
			w.mu.Unlock()
			return open <= most || len(busy) == 0
		}
		oldest.closed = make(chan struct{})
		w.mu.Unlock()
		if !a.sleep(ctx, slug, oldest) {
			busy[oldest] = true
		}
	}
	return true
}

// sleep closes a workspace that nobody holds, unless something is under way in it: then it is open as before.
func (a *App) sleep(ctx context.Context, slug string, s *seat) bool {
	due, ok := s.space.quiet(ctx, a)
	w := &a.awake
	w.mu.Lock()
	closed := s.closed
	if !ok {
		s.closed = nil
		w.mu.Unlock()
		close(closed)
		return false
	}
	w.mu.Unlock()
	s.space.close()
	w.mu.Lock()
	delete(w.seats, slug)
	if !due.IsZero() {
		w.asleep[slug] = due
	}
	w.mu.Unlock()
	close(closed)
	return true
}

// quiet ends the work of a workspace's queue and says when the next of it is due, zero for never. It says no where
// something is under way: a job runs or is due, a commit waits for its number or for a consumer, keys are being built.
func (s *Space) quiet(ctx context.Context, a *App) (due time.Time, ok bool) {
	if s.Catalog.Busy() || !a.jobs.Pause(s.queue) {
		return due, false
	}
	defer func() {
		if !ok {
			a.jobs.Resume(s.queue)
		}
	}()
	if n, err := s.Log.Number(ctx); n > 0 || err != nil {
		return due, false
	}
	for _, c := range s.Log.Statuses() {
		if c.Behind > 0 || c.Err != nil {
			return due, false
		}
	}
	due, err := s.queue.Next(ctx)
	return due, err == nil && (due.IsZero() || due.After(a.cfg.Clock.Now()))
}

// close closes the rooms of a workspace in their order.
func (s *Space) close() {
	if s.unfollow != nil {
		s.unfollow()
	}
	s.Catalog.Close()
	s.columns.Close()
	s.Log.Close()
	_ = s.DB.Close()
}
