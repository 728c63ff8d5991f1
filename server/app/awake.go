package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"youpeng/engine/catalog"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// This file decides which workspaces are open. One opens when somebody asks for it or when something in it is due; of those
// that nobody uses, the ones used longest ago sleep: their files are closed. While one sleeps it costs nothing but the
// time at which it must be woken.

// DefaultOpen is how many workspaces on SQLite are open at once, unless Config says otherwise. More are open while more
// are in use.
const DefaultOpen = 200

// seat is a workspace that is open, or on its way to be or not to be.
type seat struct {
	opened chan struct{} // closed when it is open, or will not be
	closed chan struct{} // not nil while it closes; closed when it has
	space  *Space
	err    error // why it did not open
	holds  int
	turn   int64 // when it was last let go, in the order of such moments
	warm   bool  // its columns are being kept loaded
}

// awake is which workspaces are open.
type awake struct {
	mu     sync.Mutex
	seats  map[string]*seat
	turn   int64
	asleep map[string]time.Time // when one must be woken; those that need not be are not here
	woken  int64
	nudge  chan struct{}
	over   bool
}

// Hold opens a workspace by its slug and keeps it open until it is let go.
func (a *App) Hold(ctx context.Context, slug string) (*Space, func(), error) {
	return a.hold(ctx, slug, true)
}

// Space opens a workspace by its slug for as long as the program runs.
func (a *App) Space(ctx context.Context, slug string) (*Space, error) {
	s, _, err := a.Hold(ctx, slug)
	return s, err
}

// hold is Hold; with warm, what people ask first is loaded.
func (a *App) hold(ctx context.Context, slug string, warm bool) (*Space, func(), error) {
	s, err := a.take(ctx, slug)
	if err != nil {
		return nil, nil, err
	}
	if s.err != nil {
		return nil, nil, s.err
	}
	if warm {
		a.awake.mu.Lock()
		cold := !s.warm
		s.warm = true
		if cold {
			s.space.columns.Start(ctx)
		}
		a.awake.mu.Unlock()
	}
	return s.space, sync.OnceFunc(func() { a.letGo(s) }), nil
}

// take finds the seat of a workspace, opening it where it is closed, and takes a hold of it.
func (a *App) take(ctx context.Context, slug string) (*seat, error) {
	w := &a.awake
	for {
		w.mu.Lock()
		s := w.seats[slug]
		switch {
		case w.over:
			w.mu.Unlock()
			return nil, fault.New(fault.Unavailable, "unavailable")
		case s == nil:
			s = &seat{opened: make(chan struct{}), holds: 1}
			w.seats[slug] = s
			w.mu.Unlock()
			s.space, s.err = a.find(context.WithoutCancel(ctx), slug)
			w.mu.Lock()
			if s.err != nil {
				delete(w.seats, slug) // whoever comes next tries again
			} else {
				delete(w.asleep, slug)
			}
			w.mu.Unlock()
			close(s.opened)
			a.nudged()
			return s, nil
		}
		gone := s.closed
		if gone == nil {
			s.holds++
		}
		w.mu.Unlock()
		wait := s.opened
		if gone != nil {
			wait = gone
		}
		select {
		case <-wait:
			if gone == nil {
				return s, nil
			}
		case <-ctx.Done():
			if gone == nil {
				a.letGo(s)
			}
			return nil, ctx.Err()
		}
	}
}

// letGo gives a hold back.
func (a *App) letGo(s *seat) {
	w := &a.awake
	w.mu.Lock()
	s.holds--
	w.turn++
	s.turn = w.turn
	idle := s.holds == 0 && len(w.seats) > a.most()
	w.mu.Unlock()
	if idle {
		a.nudged()
	}
}

func (a *App) nudged() {
	select {
	case a.awake.nudge <- struct{}{}:
	default:
	}
}

// find opens a workspace's database and rooms.
func (a *App) find(ctx context.Context, slug string) (*Space, error) {
	list, err := a.Control.Workspaces(ctx, 0)
	if err != nil {
		return nil, err
	}
	for _, w := range list {
		if w.Slug == slug {
			return a.open(ctx, w)
		}
	}
	return nil, fault.New(fault.Missing, "workspace.missing")
}

// isOpen says whether a seat's workspace is open and stays so for as long as the lock is held.
func (s *seat) isOpen() bool {
	select {
	case <-s.opened:
		return s.err == nil && s.closed == nil
	default:
		return false
	}
}

// EachOpen hands over the workspaces that are open at this moment; each stays open while fn looks at it.
func (a *App) EachOpen(fn func(*Space)) {
	w := &a.awake
	w.mu.Lock()
	var open []*seat
	for _, s := range w.seats {
		if s.isOpen() {
			s.holds++
			open = append(open, s)
		}
	}
	w.mu.Unlock()
	for _, s := range open {
		fn(s.space)
		w.mu.Lock()
		s.holds-- // to be looked at is not to be used
		w.mu.Unlock()
	}
	a.nudged()
}

// Awake says how many workspaces are open, and how often one was woken because something was due in it.
func (a *App) Awake() (open int, woken int64) {
	w := &a.awake
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.seats {
		if s.isOpen() {
			open++
		}
	}
	return open, w.woken
}

// Unopened hands over the database of a workspace that refuses to open, and in what its tables do not fit its definitions.
// Nobody opens it meanwhile.
func (a *App) Unopened(ctx context.Context, slug, url string, fn func(*db.DB, []catalog.Damage) error) error {
	w, mine := &a.awake, &seat{opened: make(chan struct{}), closed: make(chan struct{})}
	for {
		w.mu.Lock()
		s := w.seats[slug]
		if s == nil {
			w.seats[slug] = mine
			w.mu.Unlock()
			break
		}
		wait, open := s.opened, s.isOpen()
		if s.closed != nil {
			wait = s.closed
		}
		w.mu.Unlock()
		if open {
			return fmt.Errorf("the workspace %s is open", slug)
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer func() {
		w.mu.Lock()
		delete(w.seats, slug)
		w.mu.Unlock()
		close(mine.closed)
	}()
	d, err := db.Open(ctx, a.address(url), db.Options{Log: a.cfg.Log})
	if err != nil {
		return err
	}
	damage, err := catalog.Damaged(ctx, d, standard())
	if err == nil {
		err = fn(d, damage)
	}
	return errors.Join(err, d.Close())
}
