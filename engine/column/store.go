package column

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"youpeng/engine/object"
	"youpeng/platform/clock"
	"youpeng/platform/fault"
)

// Source reads rows from the database.
type Source interface {
	// Load hands out all rows of an object, binned ones too, in the order of their ids, from one snapshot that holds
	// at least what was committed before the call. Only the named fields need be filled.
	Load(ctx context.Context, o *object.Object, fields []*object.Field, each func([]*object.Record) error) error
	// Rows reads rows by id; those that are missing are nil.
	Rows(ctx context.Context, o *object.Object, ids []int64, fields []*object.Field) ([]*object.Record, error)
}

// Options are what a store needs.
type Options struct {
	Source  Source
	Clock   clock.Clock
	Budget  *Budget // shared by the stores of a process; nil is without bound
	Dir     string  // where snapshots lie; empty: there are none
	Journal Journal // by which snapshots are judged; nil: there are none
	Form    int64   // of the tables: a snapshot of another one is of no use
	Shared  bool    // other nodes write too
	Log     *slog.Logger
}

// Change is what became of a row.
type Change struct {
	Object *object.Object
	Record *object.Record // the whole row after the change, with its Rev; of a purged one the id is enough
	Purged bool
}

// Store holds the columns of one workspace.
type Store struct {
	opt Options

	mu       sync.RWMutex // readers hold it for a question, Apply for about two milliseconds
	catalog  *object.Catalog
	tables   map[int]*table
	children map[int][]child

	turns   turns
	backMu  sync.Mutex // for making reverse lists under the read lock
	sightMu sync.Mutex // for the tables' maps of visible sets under the read lock
	hits    int64      // of visible sets; sightMu guards them
	misses  int64
	orderMu sync.Mutex // for the tables' maps of orders under the read lock
	commits atomic.Int64
	files   files
	life    life
	read    atomic.Bool // rows had to be read
}

// table is what is held of one object.
type table struct {
	o       *object.Object
	rows    int    // one more than the greatest id
	loaded  bool   // exists, living and rev are true
	exists  bitmap // rows that are, binned ones too
	living  bitmap // rows that are not in the bin
	rev     num[uint32]
	cells   []cells        // by field index; nil is not loaded
	search  []cells        // by field index: what the search of names and numbers scans
	used    []atomic.Int64 // by field index twice: its column, its arena
	loading *loading
	sights  map[string]*sight
	changes int64 // how many were taken
	kept    kept
	orders  map[keyed]*order
}

// loading is a load under way and the changes that came meanwhile.
type loading struct {
	done    chan struct{}
	pending []Change
}

// child is an object whose visibility follows a parent's through a field.
type child struct{ number, field int }

// searchSlot is added to a field's index to mean not its column but what search scans of it.
const searchSlot = 1 << 16

// slot is where a column or a search arena lies; nil for a field that the table does not know yet.
func (t *table) slot(i int) *cells {
	list := t.cells
	if i >= searchSlot {
		list, i = t.search, i-searchSlot
	}
	if i >= len(list) {
		return nil
	}
	return &list[i]
}

// each calls f for all that is loaded of the fields.
func (t *table) each(f func(field int, c cells)) {
	for _, list := range [][]cells{t.cells, t.search} {
		for i, c := range list {
			if c != nil {
				f(i, c)
			}
		}
	}
}

// purgedRev is higher than any revision, so that nothing brings a purged row back.
const purgedRev = ^uint32(0)

// New makes an empty store. SetCatalog comes before the first question.
func New(opt Options) *Store {
	if opt.Clock == nil {
		opt.Clock = clock.Wall{}
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Budget == nil {
		opt.Budget = NewBudget(0)
	}
	s := &Store{opt: opt, tables: map[int]*table{}, turns: newTurns(), files: files{gone: map[int]int{}, wake: make(chan struct{}, 1)}}
	opt.Budget.join(s)
	return s
}

// SetCatalog tells the store what records look like now. A field that was not there before begins empty; where others
// write too, they may have filled it already, so it is loaded when it is first asked for.
func (s *Store) SetCatalog(c *object.Catalog) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.catalog == nil
	s.catalog = c
	s.children = map[int][]child{}
	for _, o := range c.Objects {
		t := s.tables[o.Number]
		if t == nil {
			t = &table{o: o, loaded: !first && !s.opt.Shared}
			s.tables[o.Number] = t
		}
		t.redefine(o, s.opt.Shared)
		s.adopt(o)
	}
	s.forgetSights()
}

// redefine takes a new definition. Only tables that are loaded know that a new field is empty; the others will load it.
func (t *table) redefine(o *object.Object, shared bool) {
	t.o = o
	t.orders = nil
	t.sights = map[string]*sight{}
	used := make([]atomic.Int64, 2*len(o.Fields))
	for i := range t.used {
		used[i].Store(t.used[i].Load())
	}
	t.used = used
	for i := len(t.cells); i < len(o.Fields); i++ {
		var c cells
		if t.loaded && !shared {
			c = newCells(o.Fields[i])
			c.grow(t.rows)
			c.finish()
		}
		t.cells = append(t.cells, c)
		t.search = append(t.search, nil)
	}
	for i, c := range t.cells {
		if d, ok := c.(*choices); ok {
			d.redefine(o.Fields[i])
		}
	}
}

// adopt notes whose visibility an object's follows.
func (s *Store) adopt(o *object.Object) {
	for _, name := range o.Scope.Parents {
		if f := o.Field(name); f != nil {
			if p := s.catalog.Object(f.Target); p != nil {
				s.children[p.Number] = append(s.children[p.Number], child{o.Number, f.Index})
			}
		}
	}
	if f := o.Field(o.Scope.With); f != nil {
		for _, name := range f.Targets {
			if p := s.catalog.Object(name); p != nil {
				s.children[p.Number] = append(s.children[p.Number], child{o.Number, f.Index})
			}
		}
	}
}

func (t *table) grow(rows int) {
	if rows <= t.rows {
		return
	}
	t.rows = rows
	t.exists, t.living = t.exists.grown(rows), t.living.grown(rows)
	t.rev.grow(rows)
	t.each(func(_ int, c cells) { c.grow(rows) })
	for _, v := range t.sights {
		v.set = v.set.grown(rows)
	}
}

// wish is what a question reads: fields by index, by object number. An object without fields asks for its rows only.
type wish map[int]map[int]bool

func (w wish) add(o *object.Object, fields ...*object.Field) {
	if w[o.Number] == nil {
		w[o.Number] = map[int]bool{}
	}
	for _, f := range fields {
		if f != nil {
			w[o.Number][f.Index] = true
		}
	}
}

// hold loads what a question lacks and takes the read lock; without an error the caller must give it back.
func (s *Store) hold(ctx context.Context, w wish) error {
	for {
		s.mu.RLock()
		number, fields := s.missing(w)
		if number == 0 {
			return nil
		}
		s.mu.RUnlock()
		if err := s.load(ctx, number, fields, w); err != nil {
			return err
		}
	}
}

func (s *Store) missing(w wish) (int, []int) {
	now := s.opt.Budget.tick.Add(1)
	for number, set := range w {
		t := s.tables[number]
		if t == nil {
			continue
		}
		var fields []int
		for i := range set {
			c := t.slot(i)
			if c == nil {
				continue
			}
			if *c == nil {
				fields = append(fields, i)
			}
			t.asked(i).Store(now)
		}
		if len(fields) > 0 || !t.loaded {
			return number, fields
		}
	}
	return 0, nil
}

// load fills columns of one object. Who comes while another load of the object runs waits for it and looks again.
func (s *Store) load(ctx context.Context, number int, indexes []int, keep wish) error {
	s.mu.Lock()
	t := s.tables[number]
	if l := t.loading; l != nil {
		s.mu.Unlock()
		select {
		case <-l.done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	// Another load may have ended since it was looked. A column is not replaced: visible sets rest on it.
	indexes = slices.DeleteFunc(slices.Clone(indexes), func(i int) bool { c := t.slot(i); return c == nil || *c != nil })
	if len(indexes) == 0 && t.loaded {
		s.mu.Unlock()
		return nil
	}
	l := &loading{done: make(chan struct{})}
	t.loading = l
	o := t.o
	s.mu.Unlock()

	parts, err := s.fetch(ctx, o, indexes)
	if err = s.settle(t, l, parts, err); err == nil {
		s.opt.Budget.fit(s, keep)
	}
	return err
}

// settle installs what was loaded, or throws it away, and lets those go on who wait for it.
func (s *Store) settle(t *table, l *loading, parts []*table, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(l.done)
	if t.loading != l { // dropped meanwhile
		for _, p := range parts {
			p.clear()
		}
		return nil
	}
	t.loading = nil
	if err != nil {
		return err
	}
	for _, p := range parts {
		s.install(t, p, l.pending)
	}
	return nil
}

// fetch makes tables of some fields: those that a snapshot has from it, the others from the source.
func (s *Store) fetch(ctx context.Context, o *object.Object, indexes []int) (parts []*table, err error) {
	saved, err := s.restore(ctx, o, indexes)
	if err != nil {
		return nil, err
	}
	rest := indexes
	if saved != nil {
		parts = append(parts, saved)
		rest = slices.DeleteFunc(slices.Clone(indexes), func(i int) bool { return *saved.slot(i) != nil })
		if len(rest) == 0 {
			return parts, nil
		}
	}
	s.read.Store(true)
	fresh, err := s.rows(ctx, o, rest)
	if err != nil {
		if saved != nil {
			saved.clear()
		}
		return nil, err
	}
	return append(parts, fresh), nil
}

// rows makes a table of some fields from the source.
func (s *Store) rows(ctx context.Context, o *object.Object, indexes []int) (*table, error) {
	t := &table{o: o, cells: make([]cells, len(o.Fields)), search: make([]cells, len(o.Fields))}
	fields := make([]*object.Field, 0, len(indexes))
	for _, i := range indexes {
		f := o.Fields[i&(searchSlot-1)]
		if !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
		*t.slot(i) = newSlot(f, i)
	}
	err := s.opt.Source.Load(ctx, o, fields, func(records []*object.Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n := len(records); n > 0 {
			t.grow(t.room(records[n-1].ID))
		}
		for _, r := range records {
			if r.ID <= 0 || r.ID > maxRow {
				return fault.New(fault.Internal, "column.row", "object", o.Name)
			}
			t.grow(int(r.ID) + 1)
			t.put(r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.each(func(_ int, c cells) { c.finish() })
	return t, nil
}

// room answers for how many rows to make room when an id comes.
func (t *table) room(id int64) int {
	if id <= 0 || id > maxRow {
		return 0
	}
	return int(id) + 1
}

// put writes a whole row.
func (t *table) put(r *object.Record) {
	o := uint32(r.ID)
	t.exists.put(o, true)
	t.living.put(o, r.Deleted == 0)
	t.rev.put(o, uint32(r.Rev))
	t.each(func(i int, c cells) { c.set(o, r.At(t.o.Fields[i])) })
}

// wipe purges a row.
func (t *table) wipe(o uint32) {
	t.exists.put(o, false)
	t.living.put(o, false)
	t.rev.put(o, purgedRev)
	t.each(func(_ int, c cells) { c.wipe(o) })
}

// take writes a change if it is newer than what is there.
func (t *table) take(c Change) bool {
	o := uint32(c.Record.ID)
	t.grow(int(o) + 1)
	switch {
	case c.Purged:
		t.wipe(o)
	case uint32(c.Record.Rev) > t.rev.v[o]:
		t.put(c.Record)
	default:
		return false
	}
	return true
}

// install puts loaded columns into a table, after bringing them up to what was applied during the load.
func (s *Store) install(t, fresh *table, pending []Change) {
	for _, c := range pending {
		fresh.take(c)
	}
	t.grow(fresh.rows)
	fresh.grow(t.rows)
	t.changes += fresh.changes
	t.orders = nil
	if !t.loaded {
		t.kept = fresh.kept
		t.exists, t.living, t.rev, t.loaded = fresh.exists, fresh.living, fresh.rev, true
	} else {
		fresh.rev.free()
	}
	for i, c := range fresh.cells {
		if c != nil && i < len(t.cells) {
			if d, ok := c.(*choices); ok {
				d.redefine(t.o.Fields[i])
			}
			t.cells[i] = c
		}
	}
	for i, c := range fresh.search {
		if c != nil && i < len(t.search) {
			t.search[i] = c
		}
	}
}

// slice is how long Apply keeps questions waiting at a time.
const slice = 2 * time.Millisecond

// rebuildFrom is the number of changes in a batch from which visible sets are made anew instead of patched.
const rebuildFrom = 1000

// Apply takes rows as they are after commits. Repeats and early ones do no harm: a row counts if its Rev is higher.
func (s *Store) Apply(changes []Change) {
	if s.commits.Add(1)%snapshotCommits == 0 {
		s.wake()
	}
	defer s.forgetPurged(changes)
	bulk := len(changes) > rebuildFrom
	for i := 0; i < len(changes); {
		s.mu.Lock()
		if bulk {
			s.forgetSights()
		}
		for end := time.Now().Add(slice); i < len(changes); i++ {
			if i%16 == 15 && time.Now().After(end) {
				break
			}
			s.apply(changes[i])
		}
		s.mu.Unlock()
	}
}

// Has says whether the columns of an object contain a row as of a revision.
func (s *Store) Has(o *object.Object, id, rev int64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.tables[o.Number]
	return t != nil && t.loaded && t.loading == nil && id > 0 && id < int64(t.rows) && uint32(rev) <= t.rev.v[id]
}

// wake lets snapshots be written soon.
func (s *Store) wake() {
	select {
	case s.files.wake <- struct{}{}:
	default:
	}
}

// forgetPurged deletes the snapshots in which purged records may still stand, before whoever purged them is answered.
func (s *Store) forgetPurged(changes []Change) {
	var objects []*object.Object
	for _, c := range changes {
		if c.Purged && !slices.Contains(objects, c.Object) {
			objects = append(objects, c.Object)
		}
	}
	if len(objects) == 0 {
		return
	}
	if err := s.Delete(objects...); err != nil {
		s.opt.Log.Error("deleting column snapshots", "err", err)
	}
}

func (s *Store) apply(c Change) {
	t := s.tables[c.Object.Number]
	if t == nil || c.Record.ID <= 0 || c.Record.ID > maxRow {
		return
	}
	if t.loading != nil {
		t.loading.pending = append(t.loading.pending, c)
	}
	if !t.loaded {
		return
	}
	o := uint32(c.Record.ID)
	t.grow(int(o) + 1)
	lived, was := t.living.has(o), t.exists.has(o)
	share, shared := s.shareOf(t, o)
	if !t.take(c) {
		return
	}
	t.changes++
	for _, r := range t.orders {
		r.touch(o)
	}
	if t.o.Name == collaborator {
		if shared {
			s.patchShared(share)
		}
		if share, shared = s.shareOf(t, o); shared {
			s.patchShared(share)
		}
	}
	s.patch(t, o, lived != t.living.has(o) || was != t.exists.has(o), 0)
	for _, cell := range t.cells {
		if d, ok := cell.(interface{ stale() bool }); ok && d.stale() {
			t.forget(cell)
		}
	}
}

// forget drops one column; the next question loads it.
func (t *table) forget(c cells) {
	for i := range t.cells {
		if t.cells[i] == c {
			t.cells[i] = nil
			c.free()
		}
	}
	t.orders = nil
}

// Drop forgets all of an object, to be loaded again by the next question.
func (s *Store) Drop(o *object.Object) {
	if err := s.Delete(o); err != nil {
		s.opt.Log.Error("deleting column snapshots", "err", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[o.Number]
	if t == nil {
		return
	}
	t.clear()
	fresh := &table{o: t.o}
	fresh.redefine(t.o, s.opt.Shared)
	s.tables[o.Number] = fresh
	s.forgetSights()
	if t.loading != nil {
		t.loading = nil
	}
}

func (t *table) clear() {
	t.orders = nil
	t.rev.free()
	t.each(func(_ int, c cells) { c.free() })
	t.cells, t.search = nil, nil
}

// Close ends the work in the background and gives the memory back. No question may follow.
func (s *Store) Close() {
	s.end()
	s.opt.Budget.leave(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tables {
		t.clear()
	}
	s.tables = map[int]*table{}
}

// Bytes is the memory that the store holds.
func (s *Store) Bytes() (n int64) {
	for _, x := range s.Stats() {
		n += x.Bytes
	}
	return n
}

// Stat is the memory of one column (and, apart, of what search scans of it), of an object's rows (Field "") or of its
// visible sets (Field "*").
type Stat struct {
	Object, Field string
	Bytes         int64
	Search        bool // the arena that search scans
}

// Sights says how many visible sets are held, and how often one was there already or had to be made.
func (s *Store) Sights() (held int, hits, misses int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.sightMu.Lock()
	defer s.sightMu.Unlock()
	for _, t := range s.tables {
		held += len(t.sights)
	}
	return held, s.hits, s.misses
}

// Stats lists what takes memory.
func (s *Store) Stats() (out []Stat) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.sightMu.Lock()
	defer s.sightMu.Unlock()
	if s.catalog == nil {
		return nil
	}
	for _, o := range s.catalog.Objects {
		t := s.tables[o.Number]
		if t == nil || !t.loaded {
			continue
		}
		out = append(out, Stat{Object: o.Name, Bytes: int64(16*len(t.exists)) + t.rev.bytes()})
		for _, c := range t.contents() {
			out = append(out, Stat{o.Name, c.field.Name, c.cells.bytes(), c.slot >= searchSlot})
		}
		var sets int64
		for _, v := range t.sights {
			sets += int64(8 * len(v.set))
		}
		out = append(out, Stat{Object: o.Name, Field: "*", Bytes: sets})
	}
	return out
}
