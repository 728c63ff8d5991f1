package catalog

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

const (
	fillRows  = 200              // rows whose keys are filled at once, well within the bounds of bulk work
	building  = 15 * time.Second // after which a builder that is not heard of any more is taken for dead
	lookEvery = 500 * time.Millisecond
)

// Start does in the background what takes longer: it builds uniqueness and the keys of the duplicate matcher, and where
// other nodes share the database it follows their changes of the catalog. What fails is begun again until it succeeds; log
// hears of it once, without values. Close ends it.
func (s *Store) Start(shared bool, log *slog.Logger) {
	ctx, stop := context.WithCancel(context.Background())
	s.stop, s.stopped = stop, make(chan struct{})
	go func() {
		defer close(s.stopped)
		look := time.NewTicker(lookEvery)
		defer look.Stop()
		failing := false
		for {
			var err error
			if shared {
				err = s.Refresh(ctx)
			}
			if err = errors.Join(err, s.Build(ctx)); err != nil && !failing && ctx.Err() == nil {
				log.Error("following definitions and building keys, tried again until it succeeds", "code", fault.As(err).Code)
			}
			failing = err != nil
			s.stalled.Store(failing)
			wait := look.C
			if !shared && len(s.pending()) == 0 {
				wait = nil
			}
			select {
			case <-ctx.Done():
				return
			case <-s.wake:
			case <-wait:
			}
		}
	}()
}

// Stalled says whether a field waits for its uniqueness because building failed when it was last tried here.
func (s *Store) Stalled(f *object.Field) bool { return f.Building && s.stalled.Load() }

// Close ends what runs in the background.
func (s *Store) Close() {
	if s.stop != nil {
		s.stop()
		<-s.stopped
	}
}

// Busy says whether keys are still to be built.
func (s *Store) Busy() bool { return len(s.pending()) > 0 }

func (s *Store) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// place is a field whose keys are being built.
type place struct {
	object, field string
	keys          table.Keys
}

func (s *Store) pending() (list []place) {
	for _, o := range s.Current().Objects {
		for _, f := range o.Fields {
			if f.Building {
				list = append(list, place{o.Name, f.Name, table.Uniques})
			}
			if f.Filling {
				list = append(list, place{o.Name, f.Name, table.Matches})
			}
		}
	}
	return list
}

// Build builds the keys of all fields where they were asked for, those apart that another node is building.
func (s *Store) Build(ctx context.Context) error {
	for _, p := range s.pending() {
		if err := s.build(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) build(ctx context.Context, p place) error {
	o := s.Current().Object(p.object)
	f := o.Field(p.field)
	if mine, err := s.claim(ctx, o, f, p.keys); err != nil || !mine {
		return err
	}
	beat, quiet := context.WithCancel(ctx)
	defer quiet()
	go s.renew(beat, o, f, p.keys)
	// What a builder left that died after the index was made would be in the way of the keys.
	if err := s.db.Schema(ctx, func(tx db.Tx) error { return table.Unindex(tx, o, f, p.keys) }); err != nil {
		return err
	}
	if err := s.fill(ctx, o, f, p.keys); err != nil {
		return err
	}
	if p.keys == table.Matches {
		if err := s.index(ctx, o, f, p.keys); err != nil {
			return err
		}
		return s.matched(ctx, p)
	}
	count, groups, err := s.twice(ctx, o, f)
	if err != nil {
		return err
	}
	if count == 0 {
		if count, groups, err = s.hold(ctx, o, f); err != nil {
			return err
		}
	}
	return s.finish(ctx, p, count, groups)
}

// fill gives every row its key. The catalog that says so is in force: rows written meanwhile bring theirs.
func (s *Store) fill(ctx context.Context, o *object.Object, f *object.Field, keys table.Keys) error {
	for after, more := int64(0), true; more; {
		err := s.db.WriteBulk(ctx, func(tx db.Tx) error {
			last, err := s.tables.FillKeys(tx, o, f, keys, after, fillRows)
			if err != nil {
				return err
			}
			more = last != 0
			if more {
				after = last
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// index builds the index and looks once more for rows whose writers had begun before the keys were asked for: the index
// waited for them.
func (s *Store) index(ctx context.Context, o *object.Object, f *object.Field, keys table.Keys) error {
	p := table.IndexOf(s.db.Dialect(), o, f, keys)
	if err := s.db.Index(ctx, p.Name, p.SQL); err != nil {
		return err
	}
	return s.fill(ctx, o, f, keys)
}

// matched has the duplicate matcher use a field from now on.
func (s *Store) matched(ctx context.Context, p place) error {
	_, err := s.change(ctx, 0, nil, func(tx db.Tx, d *Draft) error {
		o := d.Object(p.object).Clone()
		f := o.Field(p.field)
		if !f.Filling { // switched off meanwhile
			return table.Unindex(tx, o, f, p.keys)
		}
		f.Match, f.Filling = true, false
		d.changed[o.Name] = o
		return nil
	})
	return err
}

// claimed is the name under which the building of keys is claimed.
func claimed(f *object.Field, keys table.Keys) string {
	if keys == table.Uniques {
		return f.Name
	}
	return f.Name + string(keys)
}

// claimAnew notes that keys are to be built, and takes away the index that was left when they were switched off.
func claimAnew(tx db.Tx, o *object.Object, f *object.Field, keys table.Keys) error {
	if err := table.Unindex(tx, o, f, keys); err != nil || o.Number == 0 {
		return err
	}
	_, err := tx.Exec("INSERT INTO sys_unique (object, field, holder, until, twice) VALUES (?, ?, '', 0, '[]') ON CONFLICT (object, field) DO UPDATE SET holder = '', until = 0, twice = '[]'",
		int64(o.Number), claimed(f, keys))
	return err
}

// gained finds the fields that a new release holds unique, or has the duplicate matcher use, and that have values without
// keys: their keys are built beside the work, as when it is wished at run time. Until then the field is without.
func gained(tx db.Tx, was *stored, objects []*object.Object) error {
	for _, o := range objects {
		for _, f := range o.Fields {
			sf := was.field(o.Number, f.Name)
			if o.Number == 0 || sf == nil || f.Custom {
				continue
			}
			without := func(keys table.Keys) bool {
				return !slices.Contains(sf.pieces, nameOf(table.IndexOf(tx.Dialect(), o, f, keys)))
			}
			if f.Unique && without(table.Uniques) {
				f.Unique, f.Building = false, true
				if err := claimAnew(tx, o, f, table.Uniques); err != nil {
					return err
				}
			}
			if f.Match && !f.Kind.Multi() && without(table.Matches) {
				f.Match, f.Filling = false, true
				if err := claimAnew(tx, o, f, table.Matches); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// claim takes the building of keys, unless another process is at it. Its time is the wall's: only processes hear of it.
func (s *Store) claim(ctx context.Context, o *object.Object, f *object.Field, keys table.Keys) (mine bool, err error) {
	now := time.Now()
	err = s.db.Write(ctx, func(tx db.Tx) error {
		n, err := tx.Exec("UPDATE sys_unique SET holder = ?, until = ? WHERE object = ? AND field = ? AND (holder = ? OR until < ?)",
			s.holder, now.Add(building).UnixMicro(), int64(o.Number), claimed(f, keys), s.holder, now.UnixMicro())
		mine = n > 0
		return err
	})
	return mine, err
}

func (s *Store) renew(ctx context.Context, o *object.Object, f *object.Field, keys table.Keys) {
	tick := time.NewTicker(building / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = s.claim(ctx, o, f, keys) // where it fails, another may begin and do the same
		}
	}
}
