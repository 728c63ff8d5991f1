package enginetest

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"youpeng/engine/changelog"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
)

// relay stands where the engine tells of its commits, so that the columns behind it can be exchanged.
type relay struct {
	*column.Store
	mu sync.Mutex
	to *column.Store
}

func (r *relay) Apply(changes []column.Change) {
	r.mu.Lock()
	to := r.to
	r.mu.Unlock()
	r.Store.Apply(changes)
	if to != nil {
		to.Apply(changes)
	}
}

// noted counts the objects that are read whole.
type noted struct {
	table.Source
	loads *[]string
}

func (n noted) Load(ctx context.Context, o *object.Object, fields []*object.Field, each func([]*object.Record) error) error {
	*n.loads = append(*n.loads, o.Name)
	return n.Source.Load(ctx, o, fields, each)
}

// Killed at any moment, started again, restored from a backup: what snapshots and the log make equals the rows.
func TestSnapshotsAndTheLogMakeWhatTheRowsAre(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d, ctx, dir := open(), context.Background(), t.TempDir()
		s := store(t, d, Random(24, 100))
		through := &relay{Store: s.columns}
		var err error
		if s.engine, err = record.Open(ctx, record.Options{DB: d, Catalog: s.catalog, Tables: s.tables, Columns: through, Clock: clock.NewManual(s.Now)}); err != nil {
			t.Fatal(err)
		}
		log, err := changelog.Open(ctx, changelog.Options{DB: d, Clock: clock.NewManual(s.Now)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(log.Close)
		var loads []string
		start := func() *column.Store {
			loads = nil
			c := column.New(column.Options{Source: noted{table.Source{DB: d, Tables: s.tables}, &loads}, Clock: clock.NewManual(s.Now), Dir: dir,
				Journal: changelog.Journal{Log: func() *changelog.Log { return log }}})
			c.SetCatalog(s.Catalog)
			through.mu.Lock()
			through.to = c
			through.mu.Unlock()
			if err := c.Warm(ctx); err != nil {
				t.Fatal(err)
			}
			return c
		}
		r := rand.New(rand.NewPCG(24, 24))
		write := func(n int) {
			for range n {
				o := s.Catalog.Objects[1+r.IntN(len(s.Catalog.Objects)-1)]
				if _, err := s.engine.Write(ctx, &record.Write{Actor: system, Via: "job", Ops: []record.Op{s.randomOp(r, o)}}); err != nil {
					continue // it was in the bin
				}
			}
		}
		equal := func(c *column.Store, read bool) {
			t.Helper()
			if read != (len(loads) > 0) {
				t.Fatalf("read whole: %v", loads)
			}
			if found, err := c.Compare(ctx); err != nil || len(found) > 0 {
				t.Fatal(found, err)
			}
		}
		equal(start(), true)
		for round := range 3 {
			c := start()
			write(60)
			if err := c.Snapshot(ctx); err != nil {
				t.Fatal(err)
			}
			write(30) // numbered by nobody before the end
			if round == 1 {
				if _, err := log.Number(ctx); err != nil {
					t.Fatal(err)
				}
			}
			equal(start(), false)
		}

		o := s.Catalog.Object("customer")
		purge := record.Op{Do: record.Purge, Object: o.Name, ID: 3, Any: true, Program: true}
		if _, err := s.engine.Write(ctx, &record.Write{Actor: system, Via: "job", Ops: []record.Op{{Do: record.Delete, Object: o.Name, ID: 3, Any: true, Program: true}}}); err != nil {
			t.Log(err) // it is in the bin already
		}
		if _, err := s.engine.Write(ctx, &record.Write{Actor: system, Via: "job", Ops: []record.Op{purge}}); err != nil {
			t.Fatal(err)
		}
		files, err := column.Snapshots(dir)
		if err != nil || len(files) == 0 || slices.ContainsFunc(files, func(f column.SnapshotState) bool { return f.Object == o.Name }) {
			t.Fatal(files, err)
		}
		c := start()
		equal(c, true)
		if err := c.Snapshot(ctx); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx db.Tx) error {
			_, err := tx.Exec("UPDATE sys_secret SET value = ? WHERE name = ?", []byte("another"), "identity")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		equal(start(), true)
	})
}
