// Package catalog keeps what records look like: the definitions in the database and the immutable snapshot of them
// that everything above works with. A change of definitions is metadata and tables in one transaction.
//
// Standard objects come from code at every start; what people changed of them, and all that was made at run time, comes
// from the database.
package catalog

import (
	"context"
	"crypto/rand"
	"sync"
	"sync/atomic"

	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// Store answers the catalog of one workspace and changes it.
type Store struct {
	db       *db.DB
	clock    clock.Clock
	standard []*object.Object
	currency string
	tables   *table.Tables
	holder   string // this process, where it builds

	current atomic.Pointer[object.Catalog]
	seen    atomic.Int64 // the newest version that a write has met
	mu      sync.Mutex   // one change or refresh at a time
	watch   []func(*object.Catalog)
	tell    func(db.Tx, Told) error

	stalled atomic.Bool // the last attempt to build failed by itself, not by values that stand twice

	wake    chan struct{}
	stop    context.CancelFunc
	stopped chan struct{}

	fail func(step string) error // tests: dies between steps
}

// Open brings the tables of the objects up to their definitions and answers the catalog. Objects keep the numbers that
// they were given first. A database that does not fit what it says of itself is refused in words, and so is one that a
// newer program has written.
func Open(ctx context.Context, d *db.DB, c clock.Clock, standard []*object.Object, currency string) (*Store, error) {
	s, err := prepare(d, c, standard, currency)
	if err != nil {
		return nil, err
	}
	var cat *object.Catalog
	err = d.Schema(ctx, func(tx db.Tx) (err error) {
		if err := createTables(tx); err != nil {
			return err
		}
		cat, err = s.start(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.current.Store(cat)
	return s, nil
}

func prepare(d *db.DB, c clock.Clock, standard []*object.Object, currency string) (*Store, error) {
	s := &Store{db: d, clock: c, currency: currency, tables: table.New(d.Dialect()), holder: rand.Text(), wake: make(chan struct{}, 1)}
	for _, o := range standard {
		o = o.Clone()
		if err := fault.Under(o.Name, fault.Faulty(sound(o))); err != nil {
			return nil, err
		}
		s.standard = append(s.standard, o)
	}
	return s, nil
}

// start makes what the code brings that the database has not seen yet.
func (s *Store) start(tx db.Tx) (*object.Catalog, error) {
	was, err := load(tx)
	if err != nil {
		return nil, err
	}
	objects, err := s.assemble(was)
	if err != nil {
		return nil, err
	}
	if err := gained(tx, was, objects); err != nil {
		return nil, err
	}
	changed, err := number(tx, was, objects)
	if err != nil {
		return nil, err
	}
	var damage []Damage
	for _, o := range objects {
		made, broken, err := grow(tx, was, o)
		if err != nil {
			return nil, err
		}
		changed, damage = changed || made, append(damage, broken...)
	}
	if err := refuse(damage); err != nil {
		return nil, err
	}
	saved, err := s.save(tx, was, objects)
	if err != nil {
		return nil, err
	}
	version, err := bump(tx, changed || saved)
	return object.NewCatalog(version, s.currency, objects), err
}

// Current is the catalog as it is now.
func (s *Store) Current() *object.Catalog { return s.current.Load() }

// Verify refuses what was prepared with another version of the catalog than the database has. At the end of a write it
// is exact: whoever changes a table waits for those who have written to it, and those who come later see the new version.
func (s *Store) Verify(r db.Reader, version int64) error {
	var now int64
	if _, err := r.One([]any{&now}, "SELECT version FROM sys_catalog WHERE id = 1"); err != nil {
		return err
	}
	if now == version {
		return nil
	}
	for {
		seen := s.seen.Load()
		if now <= seen || s.seen.CompareAndSwap(seen, now) {
			return moved(now)
		}
	}
}

func moved(now int64) error { return fault.New(fault.Stale, "catalog.moved").With("version", now) }

// Watch has a function called with each new catalog before anybody works with it. Call it before the first change.
func (s *Store) Watch(fn func(*object.Catalog)) { s.watch = append(s.watch, fn) }

// install hands a new catalog on, and then lets everybody work with it.
func (s *Store) install(cat *object.Catalog) {
	if cat.Version <= s.Current().Version {
		return
	}
	s.tables.Keep(cat)
	for _, fn := range s.watch {
		fn(cat)
	}
	s.current.Store(cat)
}

// Fresh is Refresh where a write has met a newer version than ours; else it costs nothing.
func (s *Store) Fresh(ctx context.Context) error {
	if s.seen.Load() <= s.Current().Version {
		return nil
	}
	return s.Refresh(ctx)
}

// Refresh takes the catalog from the database if another node has changed it. Do not call it while holding a snapshot.
func (s *Store) Refresh(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refresh(ctx)
}

func (s *Store) refresh(ctx context.Context) error {
	var cat *object.Catalog
	err := s.db.Read(ctx, func(r db.Reader) error {
		err := s.Verify(r, s.Current().Version)
		if fault.Has(err, "catalog.moved") {
			cat, err = s.read(r)
		}
		return err
	})
	if err == nil && cat != nil {
		s.install(cat)
	}
	return err
}

// read makes the catalog that the database has. Objects that are as they were stay the same in memory, so that what
// hangs from them is kept.
func (s *Store) read(r db.Reader) (*object.Catalog, error) {
	now, err := load(r)
	if err != nil {
		return nil, err
	}
	objects, err := s.assemble(now)
	if err != nil {
		return nil, err
	}
	kept := objects[:0]
	for _, o := range objects {
		if o.Number == 0 {
			continue // of a newer program's code that this database has not met
		}
		if old := s.Current().Object(o.Name); old != nil && alike(old, o) {
			o = old
		}
		kept = append(kept, o)
	}
	return object.NewCatalog(now.version, s.currency, kept), nil
}
