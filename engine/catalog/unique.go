package catalog

import (
	"context"
	"encoding/json"
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
	shownKeys = 20               // values that stand twice, of which the records are remembered
	building  = 15 * time.Second // after which a builder that is not heard of any more is taken for dead
	lookEvery = 500 * time.Millisecond
)

// Start does in the background what takes longer: it builds uniqueness, and where other nodes share the database it
// follows their changes of the catalog. What fails is begun again until it succeeds; log hears of it once, without values.
// Close ends it.
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
				log.Error("following definitions and building uniqueness, tried again until it succeeds", "code", fault.As(err).Code)
			}
			failing = err != nil
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

// Close ends what runs in the background.
func (s *Store) Close() {
	if s.stop != nil {
		s.stop()
		<-s.stopped
	}
}

func (s *Store) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// place is a field whose uniqueness is being built.
type place struct{ object, field string }

func (s *Store) pending() (list []place) {
	for _, o := range s.Current().Objects {
		for _, f := range o.Fields {
			if f.Building {
				list = append(list, place{o.Name, f.Name})
			}
		}
	}
	return list
}

// Build builds the uniqueness of all fields where it was switched on, those apart that another node is building.
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
	if mine, err := s.claim(ctx, o, f); err != nil || !mine {
		return err
	}
	beat, quiet := context.WithCancel(ctx)
	defer quiet()
	go s.renew(beat, o, f)
	// What a builder left that died after the index was made would be in the way of the keys.
	if err := s.db.Schema(ctx, func(tx db.Tx) error { return table.Unindex(tx, o, f) }); err != nil {
		return err
	}
	if err := s.fill(ctx, o, f); err != nil {
		return err
	}
	count, groups, err := s.twice(ctx, o, f)
	if err != nil {
		return err
	}
	if count == 0 {
		if count, groups, err = s.index(ctx, o, f); err != nil {
			return err
		}
	}
	return s.finish(ctx, p, count, groups)
}

// fill gives every row its key. The catalog that says so is in force: rows written meanwhile bring theirs.
func (s *Store) fill(ctx context.Context, o *object.Object, f *object.Field) error {
	for after, more := int64(0), true; more; {
		err := s.db.WriteBulk(ctx, func(tx db.Tx) error {
			last, err := s.tables.FillKeys(tx, o, f, after, fillRows)
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
func (s *Store) index(ctx context.Context, o *object.Object, f *object.Field) (count int, groups [][]int64, err error) {
	p := table.IndexOf(s.db.Dialect(), o, f)
	if err = s.db.Index(ctx, p.Name, p.SQL); err == nil {
		err = s.fill(ctx, o, f)
	}
	if _, broken := s.db.Dialect().Unique(err); !broken {
		return 0, nil, err
	}
	if count, groups, err = s.twice(ctx, o, f); err == nil && count == 0 {
		count = 1 // it stood twice for a moment, and for that moment in the index's way; whoever wants it tries again
	}
	return count, groups, err
}

func (s *Store) twice(ctx context.Context, o *object.Object, f *object.Field) (count int, groups [][]int64, err error) {
	err = s.db.Read(ctx, func(r db.Reader) error {
		count, groups, err = table.Twice(r, o, f, shownKeys)
		return err
	})
	return count, groups, err
}

// finish makes a field unique, or says why it cannot be.
func (s *Store) finish(ctx context.Context, p place, count int, groups [][]int64) error {
	text, err := json.Marshal(groups)
	if err != nil {
		return err
	}
	_, err = s.change(ctx, 0, nil, func(tx db.Tx, d *Draft) error {
		o := d.Object(p.object).Clone()
		f := o.Field(p.field)
		if !f.Building { // switched off meanwhile
			return table.Unindex(tx, o, f)
		}
		f.Building, f.Unique, f.Duplicates = false, count == 0, count
		d.changed[o.Name] = o
		if count > 0 {
			if err := table.Unindex(tx, o, f); err != nil {
				return err
			}
		}
		_, err := tx.Exec("UPDATE sys_unique SET until = 0, twice = ? WHERE object = ? AND field = ?", string(text), int64(o.Number), f.Name)
		return err
	})
	return err
}

// claimAnew notes that a field is to be built.
func claimAnew(tx db.Tx, o *object.Object, f *object.Field) error {
	if o.Number == 0 {
		return nil
	}
	_, err := tx.Exec("INSERT INTO sys_unique (object, field, holder, until, twice) VALUES (?, ?, '', 0, '[]') ON CONFLICT (object, field) DO UPDATE SET holder = '', until = 0, twice = '[]'", int64(o.Number), f.Name)
	return err
}

// claim takes the building of a field, unless another process is at it. Its time is the wall's: only processes hear of it.
func (s *Store) claim(ctx context.Context, o *object.Object, f *object.Field) (mine bool, err error) {
	now := time.Now()
	err = s.db.Write(ctx, func(tx db.Tx) error {
		n, err := tx.Exec("UPDATE sys_unique SET holder = ?, until = ? WHERE object = ? AND field = ? AND (holder = ? OR until < ?)",
			s.holder, now.Add(building).UnixMicro(), int64(o.Number), f.Name, s.holder, now.UnixMicro())
		mine = n > 0
		return err
	})
	return mine, err
}

func (s *Store) renew(ctx context.Context, o *object.Object, f *object.Field) {
	tick := time.NewTicker(building / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = s.claim(ctx, o, f) // where it fails, another may begin and do the same
		}
	}
}

// Uniqueness answers how far the uniqueness of a field is ("", building, live, failed), how many values stand more than
// once where it failed, and the records of some of them.
func (s *Store) Uniqueness(ctx context.Context, o *object.Object, f *object.Field) (state string, duplicates int, groups [][]int64, err error) {
	state = State(f)
	if state != "failed" {
		return state, 0, nil, nil
	}
	err = s.db.Read(ctx, func(r db.Reader) error {
		var text string
		if found, err := r.One([]any{&text}, "SELECT twice FROM sys_unique WHERE object = ? AND field = ?", int64(o.Number), f.Name); err != nil || !found {
			return err
		}
		return json.Unmarshal([]byte(text), &groups)
	})
	return state, f.Duplicates, slices.Clip(groups), err
}

// State is how far the uniqueness of a field is.
func State(f *object.Field) string {
	switch {
	case f.Unique:
		return "live"
	case f.Building:
		return "building"
	case f.Duplicates > 0:
		return "failed"
	}
	return ""
}
