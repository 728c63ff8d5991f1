package column

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"

	"youpeng/engine/object"
)

// life is the work of a store in the background.
type life struct {
	ctx  context.Context
	stop context.CancelFunc
	all  sync.WaitGroup
	warm bool          // all that a snapshot should have is loaded
	over chan struct{} // closed when that was tried
}

// Start lets the store work in the background until it is closed: it loads what the first lists and the search need,
// and keeps snapshots. A store that was started writes its snapshots when it is closed.
func (s *Store) Start(ctx context.Context) {
	s.life.ctx, s.life.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.life.over = make(chan struct{})
	s.sweep()
	s.life.all.Go(func() {
		err := s.Warm(s.life.ctx)
		close(s.life.over)
		if err != nil && s.life.ctx.Err() == nil {
			s.opt.Log.Warn("loading columns", "err", err)
		}
		if s.snapshots() {
			s.Keep(s.life.ctx)
		}
	})
}

// sweep removes what a process that died left half written.
func (s *Store) sweep() {
	if s.opt.Dir == "" {
		return
	}
	parts, _ := filepath.Glob(filepath.Join(s.opt.Dir, "*.part"))
	for _, p := range parts {
		_ = os.Remove(p)
	}
}

// end stops the work and writes the last snapshots, but none that have less than those before.
func (s *Store) end() {
	if s.life.stop == nil {
		return
	}
	s.life.stop()
	s.life.all.Wait()
	if !s.life.warm {
		return
	}
	if err := s.Snapshot(context.Background()); err != nil {
		s.opt.Log.Warn("writing column snapshots", "err", err)
	}
}

// Warm loads, object by object, the columns of the default views and of what rights rest on, then what search scans.
// Where the rows had to be read, snapshots are written soon.
func (s *Store) Warm(ctx context.Context) error {
	objects := s.objects()
	for _, search := range []bool{false, true} {
		for _, o := range objects {
			if o.Retired {
				continue
			}
			w := wish{}
			if w.add(o); search {
				for _, f := range o.Fields {
					if f.Search && !f.Retired {
						w[o.Number][searchSlot+f.Index] = true
					}
				}
			} else {
				s.mu.RLock()
				s.wishView(w, o)
				s.mu.RUnlock()
			}
			err := s.hold(ctx, w)
			if err == nil {
				s.mu.RUnlock()
			} else if ctx.Err() != nil {
				return err
			} else if !errors.Is(err, context.Canceled) {
				s.opt.Log.Warn("loading columns", "object", o.Name, "err", err)
			}
		}
	}
	debug.FreeOSMemory() // what loading left behind
	s.life.warm = true
	if s.snapshots() && s.read.Load() {
		s.wake()
	}
	return nil
}

// wishView adds the fields of an object's default view, its title, and those by which rights are found.
func (s *Store) wishView(w wish, o *object.Object) {
	w.add(o, o.Fields[object.CreatedAt], o.Fields[object.UpdatedAt], ownerField(o), o.TitleField(), o.Field(o.Time), o.Field(o.Scope.With), o.Field(o.Scope.Author))
	for _, name := range o.Scope.Parents {
		w.add(o, o.Field(name))
	}
	for _, f := range o.Fields {
		if f.List > 0 && !f.Retired {
			w.add(o, f)
		}
	}
	if o.Name == collaborator {
		s.wishShares(w)
	}
}
