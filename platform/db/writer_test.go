package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
)

func lite(t testing.TB, o db.Options) *db.DB {
	return dbtest.Open(t, dbtest.URL(t, "sqlite"), o)
}

// hold keeps the writer busy until the returned function is called.
func hold(t *testing.T, d *db.DB) (release func()) {
	t.Helper()
	in, out := make(chan struct{}), make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		var once sync.Once
		if err := d.Write(t.Context(), func(db.Tx) error { once.Do(func() { close(in) }); <-out; return nil }); err != nil {
			t.Errorf("hold: %v", err)
		}
	})
	<-in
	return func() { close(out); ended.Wait() }
}

// queued waits until so many writes and pieces of bulk work wait.
func queued(d *db.DB, people, bulk int) {
	for s := d.Stats(); s.Queued != people || s.Bulk != bulk; s = d.Stats() {
		runtime.Gosched()
	}
}

func TestWaitingWritesShareACommit(t *testing.T) {
	t.Parallel()
	d := note(t, lite(t, db.Options{}))
	release := hold(t, d)
	before := d.Stats().Commits
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			var visible atomic.Bool
			err := d.Write(t.Context(), func(tx db.Tx) error {
				title := fmt.Sprintf("note %02d", i)
				tx.AfterCommit(func() { visible.Store(slices.Contains(titles(t, d), title)) })
				switch i {
				case 10:
					panic("oh")
				case 20:
					must(t, add(tx, title))
					return errors.New("refused")
				}
				return add(tx, title)
			})
			if refused := i == 10 || i == 20; refused != (err != nil) || refused == visible.Load() {
				t.Errorf("%d: %v; visible to others before the answer: %v", i, err, visible.Load())
			}
		})
	}
	queued(d, 30, 0)
	release()
	all.Wait()
	if got := titles(t, d); len(got) != 28 {
		t.Errorf("%d rows", len(got))
	}
	s := d.Stats()
	if n := s.Commits - before; n > 3 {
		t.Errorf("%d commits for 30 writes that waited together", n)
	}
	if s.Failed != 2 || s.Batch.Sum != float64(s.Writes) {
		t.Errorf("stats %+v", s)
	}
}

func TestCallersWhoLeave(t *testing.T) {
	t.Parallel()
	d := note(t, lite(t, db.Options{}))
	release := hold(t, d)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if err := d.Write(ctx, func(tx db.Tx) error { return add(tx, "never") }); !errors.Is(err, context.Canceled) {
			t.Errorf("gave up while waiting: %v", err)
		}
		release()
	})
	queued(d, 1, 0)
	cancel()
	all.Wait()
	ctx, cancel = context.WithCancel(t.Context())
	must(t, d.Write(ctx, func(tx db.Tx) error {
		cancel()
		return add(tx, "begun, so finished")
	}))
	if got := titles(t, d); !slices.Equal(got, []string{"begun, so finished"}) {
		t.Errorf("%q", got)
	}
}

func TestCallbackThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()
	d := note(t, lite(t, db.Options{}))
	err := d.Write(t.Context(), func(tx db.Tx) error { runtime.Goexit(); return nil })
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
	must(t, d.Write(t.Context(), func(tx db.Tx) error { return add(tx, "goes on") }))
}

func TestPeopleGoBeforeBulkWork(t *testing.T) {
	t.Parallel()
	d := note(t, lite(t, db.Options{}))
	release := hold(t, d)
	var order []string // only the writer's goroutine appends
	var all sync.WaitGroup
	put := func(name string, write func(context.Context, func(db.Tx) error) error) {
		all.Go(func() {
			if err := write(t.Context(), func(tx db.Tx) error { order = append(order, name); return nil }); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	for range 3 {
		put("bulk", d.WriteBulk)
	}
	queued(d, 0, 3)
	for range 3 {
		put("person", d.Write)
	}
	queued(d, 3, 3)
	release()
	all.Wait()
	if got := strings.Join(order, " "); got != "person person person bulk bulk bulk" {
		t.Error(got)
	}
}

func TestBulkWorkIsNotStarved(t *testing.T) {
	t.Parallel()
	d := note(t, lite(t, db.Options{}))
	var done atomic.Bool
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for !done.Load() {
				if err := d.Write(t.Context(), func(tx db.Tx) error { return nil }); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 20 {
		must(t, d.WriteBulk(t.Context(), func(tx db.Tx) error { return add(tx, fmt.Sprint(i)) }))
	}
	done.Store(true)
	all.Wait()
}

func TestSchemaHasACommitOfItsOwn(t *testing.T) {
	t.Parallel()
	d := note(t, lite(t, db.Options{}))
	release := hold(t, d)
	var all sync.WaitGroup
	one := func(i int, run func(context.Context, func(db.Tx) error) error) {
		all.Go(func() {
			if err := run(t.Context(), func(tx db.Tx) error { return add(tx, fmt.Sprint(i)) }); err != nil {
				t.Error(err)
			}
		})
		queued(d, i+1, 0)
	}
	before := d.Stats().Commits
	for i, run := range []func(context.Context, func(db.Tx) error) error{d.Write, d.Write, d.Schema, d.Write, d.Write} {
		one(i, run)
	}
	release()
	all.Wait()
	// The held write with two, the change of schema, the two after it; more where a batch took too long and was ended.
	if n := d.Stats().Commits - before; n < 3 || n > 5 {
		t.Errorf("%d commits", n)
	}
}

func TestCloseAnswersWhoWaits(t *testing.T) {
	t.Parallel()
	at := dbtest.URL(t, "sqlite")
	d := note(t, dbtest.Open(t, at, db.Options{}))
	release := hold(t, d)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			if err := d.Write(t.Context(), func(tx db.Tx) error { return add(tx, fmt.Sprint(i)) }); err != nil {
				t.Errorf("queued before the close: %v", err)
			}
		})
	}
	queued(d, 10, 0)
	all.Go(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	release()
	all.Wait()
	if err := d.Write(t.Context(), func(db.Tx) error { return nil }); !fault.Has(err, "db.closed") {
		t.Errorf("write after the close: %v", err)
	}
	if err := d.Read(t.Context(), func(db.Reader) error { return nil }); !fault.Has(err, "db.closed") {
		t.Errorf("read after the close: %v", err)
	}
	if got := titles(t, dbtest.Open(t, at, db.Options{})); len(got) != 10 {
		t.Errorf("%d rows", len(got))
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	d := note(t, lite(t, db.Options{}))
	limit := func(pages int) {
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages))
			return err
		}))
	}
	limit(40)
	var kept sync.Map
	var full atomic.Int64
	var all sync.WaitGroup
	for caller := range 8 {
		all.Go(func() {
			for i := 0; ; i++ {
				title := fmt.Sprintf("%d %d %s", caller, i, strings.Repeat("x", 2000))
				err := d.Write(t.Context(), func(tx db.Tx) error { return add(tx, title) })
				if err != nil {
					if !fault.Has(err, "db.full") || fault.As(err).Retry == 0 {
						t.Errorf("full: %v", err)
					}
					full.Add(1)
					return
				}
				kept.Store(title, true)
			}
		})
	}
	all.Wait()
	limit(100000)
	must(t, d.Write(t.Context(), func(tx db.Tx) error { return add(tx, "room again") }))
	there := titles(t, d)
	kept.Range(func(title, _ any) bool {
		if !slices.Contains(there, title.(string)) {
			t.Errorf("acknowledged and lost: %.10s", title)
		}
		return true
	})
}

func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	d := note(t, lite(t, db.Options{}))
	pair := func(i int) {
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			must(t, add(tx, fmt.Sprintf("a %d %s", i, strings.Repeat("x", 3000))))
			return add(tx, fmt.Sprintf("b %d", i))
		}))
	}
	for i := range 300 {
		pair(i)
	}
	var done atomic.Bool
	var all sync.WaitGroup
	all.Go(func() {
		for i := 300; !done.Load(); i++ {
			pair(i)
		}
	})
	path := filepath.Join(t.TempDir(), "backup.db")
	must(t, d.BackupTo(t.Context(), path))
	done.Store(true)
	all.Wait()
	if err := d.BackupTo(t.Context(), path); err == nil {
		t.Error("a backup was written over")
	}
	copied := titles(t, dbtest.Open(t, "sqlite:"+path, db.Options{}))
	if n := len(copied); n < 600 || n%2 != 0 || n > len(titles(t, d)) {
		t.Errorf("%d rows", n)
	}
}

func TestScrubLeavesNothing(t *testing.T) {
	t.Parallel()
	at := dbtest.URL(t, "sqlite")
	d := note(t, dbtest.Open(t, at, db.Options{}))
	const canary = "the-canary-that-must-go"
	must(t, d.Write(t.Context(), func(tx db.Tx) error { return add(tx, canary) }))
	if !inFiles(t, at, canary) {
		t.Fatal("the canary cannot be found, so its absence would say nothing")
	}
	must(t, d.Write(t.Context(), func(tx db.Tx) error { _, err := tx.Exec("DELETE FROM note"); return err }))
	must(t, d.Scrub(t.Context()))
	if inFiles(t, at, canary) {
		t.Error("a deleted row stands in the files")
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		w := d.Dialect()
		rapid.Check(t, func(rt *rapid.T) {
			name := rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune(`"'\;-?$.[] %`+"`"))), 1, 12, 50).Draw(rt, "name")
			err := d.Write(t.Context(), func(tx db.Tx) error {
				if _, err := tx.Exec("CREATE TABLE " + w.Quote("t "+name) + " (" + w.Quote(name) + " " + w.Type(db.Int) + ")"); err != nil {
					return err
				}
				if _, err := tx.Exec("INSERT INTO "+w.Quote("t "+name)+" ("+w.Quote(name)+") VALUES (?)", 7); err != nil {
					return err
				}
				var n int64
				if _, err := tx.One([]any{&n}, "SELECT "+w.Quote(name)+" FROM "+w.Quote("t "+name)+" WHERE "+w.Quote(name)+" = ?", 7); err != nil || n != 7 {
					return fmt.Errorf("read %d: %w", n, err)
				}
				columns, err := w.Columns(tx, "t "+strings.ReplaceAll(name, "\x00", "\uFFFD"))
				if err != nil || len(columns) != 1 || columns[0] != strings.ReplaceAll(name, "\x00", "\uFFFD") {
					return fmt.Errorf("columns %q: %w", columns, err)
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				rt.Fatalf("%q: %v", name, err)
			}
		})
	})
}

var errUndo = errors.New("undo")

// BenchmarkCreate is the writer's share of a create: a row of 25 columns with three inserts beside it, 16 callers.
func BenchmarkCreate(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run(kind, func(b *testing.B) { create(b, dbtest.Open(b, dbtest.URL(b, kind), db.Options{})) })
	}
}

func create(b *testing.B, d *db.DB) {
	var columns []string
	for i := range 24 {
		columns = append(columns, fmt.Sprintf("c%02d", i))
	}
	must(b, d.Schema(b.Context(), func(tx db.Tx) error {
		w := tx.Dialect()
		for _, s := range []string{
			"CREATE TABLE customer (" + w.Key("id") + ", " + strings.Join(columns, " TEXT, ") + " TEXT)",
			"CREATE UNIQUE INDEX customer_c00 ON customer (c00)", "CREATE INDEX customer_c01 ON customer (c01)", "CREATE INDEX customer_c02 ON customer (c02)",
			"CREATE TABLE log (" + w.Key("id") + ", what TEXT)",
		} {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
		return nil
	}))
	insert := "INSERT INTO customer (" + strings.Join(columns, ", ") + ") VALUES (?" + strings.Repeat(", ?", 23) + ")"
	var n atomic.Int64
	b.ResetTimer()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			args := make([]any, 24)
			for i := range args {
				args[i] = fmt.Sprintf("value %d %d", n.Load()%977, i)
			}
			args[0] = fmt.Sprint(n.Add(1))
			err := d.Write(b.Context(), func(tx db.Tx) error {
				if _, err := tx.Insert(insert, args...); err != nil {
					return err
				}
				for range 3 {
					if _, err := tx.Insert("INSERT INTO log (what) VALUES (?)", `{"name":["","some before-value"],"city":["","Stadt"]}`); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
	s := d.Stats()
	b.ReportMetric(float64(s.Writes)/float64(s.Commits), "writes/commit")
}

// inFiles says whether a text stands in any file of a SQLite database.
func inFiles(t *testing.T, url, text string) bool {
	t.Helper()
	files, err := filepath.Glob(strings.TrimPrefix(url, "sqlite:") + "*")
	must(t, err)
	for _, f := range files {
		content, err := os.ReadFile(f)
		must(t, err)
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}
