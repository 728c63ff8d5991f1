package column

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"youpeng/engine/object"
	"youpeng/platform/clock"
)

// book is a change log in memory: every write of a world is a commit.
type book struct {
	mu       sync.Mutex
	whole    sync.Mutex // a commit and its being applied
	identity string
	commits  []Change
	loads    []string // what was read from the rows instead
}

func (b *book) place(seq int) Place { return Place{b.identity, int64(seq), []byte{byte(seq), 7}} }

func (b *book) Applied(ctx context.Context) (Place, error) {
	b.whole.Lock()
	defer b.whole.Unlock()
	return b.Last(ctx)
}

func (b *book) Last(context.Context) (Place, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.place(len(b.commits)), nil
}

func (b *book) Holds(_ context.Context, p Place) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return p.Identity == b.identity && p.Seq <= int64(len(b.commits)) && bytes.Equal(p.Link, b.place(int(p.Seq)).Link), nil
}

func (b *book) Touched(_ context.Context, o *object.Object, after int64, _ int) (ids []int64, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.commits[after:] {
		if c.Object == o && !slices.Contains(ids, c.Record.ID) {
			ids = append(ids, c.Record.ID)
		}
	}
	return ids, nil
}

// counted notes which columns are loaded from the rows.
type counted struct {
	*world
	book *book
}

func (c counted) Load(ctx context.Context, o *object.Object, fields []*object.Field, each func([]*object.Record) error) error {
	for _, f := range fields {
		c.book.loads = append(c.book.loads, o.Name+"."+f.Name)
	}
	return c.world.Load(ctx, o, fields, each)
}

// keptWorld is a world whose columns have snapshots.
type keptWorld struct {
	*world
	*book
	dir string
	r   *rand.Rand
}

func newKept(t *testing.T, seed uint64) *keptWorld {
	k := &keptWorld{newWorld(t), &book{identity: "first"}, t.TempDir(), rand.New(rand.NewPCG(seed, seed))}
	k.fill(k.r, 300)
	return k
}

// open is a start of the program.
func (k *keptWorld) open() *Store {
	s := New(Options{Source: counted{k.world, k.book}, Clock: clock.NewManual(k.now), Dir: k.dir, Journal: k.book})
	s.SetCatalog(k.catalog)
	k.loads = nil
	return s
}

// all asks for every column and every arena.
func (k *keptWorld) all(t *testing.T, s *Store) {
	t.Helper()
	w := wish{}
	for _, o := range k.catalog.Objects {
		w.add(o, o.Fields...)
		for _, f := range o.Fields {
			if f.Search {
				w[o.Number][searchSlot+f.Index] = true
			}
		}
	}
	if err := s.hold(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	s.mu.RUnlock()
}

// change writes a row, has the log know of it and applies it.
func (k *keptWorld) change(s *Store) {
	k.whole.Lock()
	defer k.whole.Unlock()
	k.world.mu.Lock()
	o := k.catalog.Objects[1+k.r.IntN(4)]
	rec := k.random(k.r, o, int64(1+k.r.IntN(330)))
	rec.Rev = 1
	if old := k.rows[o.Number][rec.ID]; old != nil {
		rec.Rev = old.Rev + 1
	}
	k.rows[o.Number][rec.ID] = rec
	k.world.mu.Unlock()
	k.book.mu.Lock()
	k.commits = append(k.commits, Change{Object: o, Record: rec})
	k.book.mu.Unlock()
	if s != nil {
		s.Apply([]Change{{Object: o, Record: rec}})
	}
}

// same compares with the rows and with the judge.
func (k *keptWorld) same(t *testing.T, s *Store) {
	t.Helper()
	k.all(t, s)
	loads := k.loads
	if found, err := s.Compare(t.Context()); err != nil || len(found) != 0 {
		t.Fatal(found, err)
	}
	k.loads = loads
	k.check(t, s, k.r, 60)
}

func TestSnapshotAndCatchUpEqualTheRows(t *testing.T) {
	t.Parallel()
	k := newKept(t, 61)
	s := k.open()
	k.all(t, s)
	for range 5 {
		for range 60 {
			k.change(s)
		}
		if err := s.Snapshot(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range 40 { // after the snapshot: of these nothing but the log remains, of the last not even the columns heard
			if k.change(s); i == 30 {
				s = nil
			}
		}
		s = k.open()
		k.same(t, s)
		if len(k.loads) != 0 {
			t.Fatalf("loaded %v in spite of snapshots", k.loads)
		}
	}
	state, err := Snapshots(k.dir)
	if err != nil || len(state) != len(k.catalog.Objects) || slices.ContainsFunc(state, func(x SnapshotState) bool { return len(x.Broken) > 0 }) {
		t.Fatal(state, err)
	}
}

func TestSnapshotsOfAnotherDatabaseAreRefused(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(*keptWorld){
		"another identity": func(k *keptWorld) { k.identity = "second" },
		"an older log":     func(k *keptWorld) { k.commits = k.commits[:10] },
	} {
		k := newKept(t, 62)
		s := k.open()
		k.all(t, s)
		for range 50 {
			k.change(s)
		}
		if err := s.Snapshot(t.Context()); err != nil {
			t.Fatal(err)
		}
		harm(k)
		s = k.open()
		k.all(t, s)
		if !slices.Contains(k.loads, "customer.name") {
			t.Errorf("%s: the snapshot was believed", name)
		}
	}
}

func TestAFlippedBitCostsOneColumnOrTheFile(t *testing.T) {
	t.Parallel()
	k := newKept(t, 63)
	s := k.open()
	k.all(t, s)
	if err := s.Snapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := snapshotPath(k.dir, "customer")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		b := slices.Clone(whole)
		b[k.r.IntN(len(b))] ^= 1 << k.r.IntN(8)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		state, err := Snapshots(k.dir)
		if err != nil || !slices.ContainsFunc(state, func(x SnapshotState) bool { return len(x.Broken) > 0 }) {
			t.Fatalf("nobody noticed: %v, %v", state, err)
		}
		s := k.open()
		k.all(t, s)
		if found, err := s.Compare(t.Context()); err != nil || len(found) != 0 || len(k.loads) == 0 {
			t.Fatal(found, k.loads, err)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	k.same(t, k.open())
	if len(k.loads) != 0 {
		t.Fatal(k.loads)
	}
}

func TestAFieldAddedMeanwhileLoadsAlone(t *testing.T) {
	t.Parallel()
	k := newKept(t, 64)
	s := k.open()
	k.all(t, s)
	if err := s.Snapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := k.catalog.Object("customer").Clone()
	object.Add[string](o, "x_grade", object.KindText, object.Text{})
	o.Fields[len(o.Fields)-1].Index = len(o.Fields) - 1
	objects := slices.Clone(k.catalog.Objects)
	objects[slices.Index(objects, k.catalog.Object("customer"))] = o
	k.catalog = object.NewCatalog(2, "CNY", objects)
	for _, rec := range k.rows[o.Number] {
		rec.Object = o
		rec.Values = append(rec.Values, any("优"))
	}
	s = k.open()
	k.same(t, s)
	if !slices.Equal(k.loads, []string{"customer.x_grade"}) {
		t.Fatal(k.loads)
	}
}

func TestAPurgeDeletesTheSnapshot(t *testing.T) {
	t.Parallel()
	k := newKept(t, 65)
	s := k.open()
	k.all(t, s)
	if err := s.Snapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := k.catalog.Object("customer")
	rec := object.NewRecord(o)
	rec.ID = 5
	delete(k.rows[o.Number], 5)
	s.Apply([]Change{{Object: o, Record: rec, Purged: true}})
	state, err := Snapshots(k.dir)
	if err != nil || slices.ContainsFunc(state, func(x SnapshotState) bool { return x.Object == "customer" }) || len(state) != len(k.catalog.Objects)-1 {
		t.Fatal(state, err)
	}
	// The log tells of a purge whose process died before it came that far.
	if err := s.Snapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	gone := object.NewRecord(o)
	gone.ID = 6
	delete(k.rows[o.Number], 6)
	k.commits = append(k.commits, Change{Object: o, Record: gone, Purged: true})
	k.all(t, k.open())
	if _, err := os.Stat(snapshotPath(k.dir, "customer")); !os.IsNotExist(err) {
		t.Fatal(err)
	}
}

func TestSnapshotsAreWrittenBesideWrites(t *testing.T) {
	t.Parallel()
	k := newKept(t, 66)
	s := k.open()
	k.all(t, s)
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 1500 {
			k.change(s)
		}
	})
	for range 10 {
		if err := s.Snapshot(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	s = k.open()
	k.same(t, s)
	if slices.ContainsFunc(k.loads, func(l string) bool { return strings.HasPrefix(l, "user.") }) {
		t.Fatal(k.loads)
	}
}
