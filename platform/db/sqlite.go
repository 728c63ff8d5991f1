package db

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"youpeng/platform/fault"
)

// pragma is a setting of a connection and what it must read back as: SQLite ignores silently what it does not know.
type pragma struct{ name, value, reads string }

func (p pragma) set(c *liteConn) error {
	if _, err := c.raw.Exec("PRAGMA "+p.name+" = "+p.value, nil); err != nil {
		return err
	}
	var got any
	t := &liteTx{c: c}
	rows, err := t.query("PRAGMA " + p.name)
	if err != nil {
		return err
	}
	if _, err := one(rows, []any{&got}); err != nil {
		return err
	}
	if s := fmt.Sprint(got); !strings.EqualFold(s, p.reads) {
		return fmt.Errorf("db: %s is %s and must be %s; refusing to run", p.name, s, p.reads)
	}
	return nil
}

// settings are the same for every connection. FULL is what makes an acknowledged write survive a power cut.
var settings = []pragma{
	{"busy_timeout", "5000", "5000"},
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"foreign_keys", "ON", "1"},
	{"secure_delete", "ON", "1"},
	{"temp_store", "MEMORY", "2"},
	{"trusted_schema", "OFF", "0"},
	{"cell_size_check", "ON", "1"},
}

var (
	writing = append(settings[:len(settings):len(settings)],
		pragma{"wal_autocheckpoint", "4000", "4000"},
		pragma{"journal_size_limit", "67108864", "67108864"},
		pragma{"cache_size", "-32768", "-32768"})
	reading = append(settings[:len(settings):len(settings)],
		pragma{"cache_size", "-4096", "-4096"},
		pragma{"query_only", "ON", "1"})
)

// lite is a SQLite database: one writer and a pool of readers opened as they are needed.
type lite struct {
	path   string
	dsn    string
	writer *writer
	meter  *meter

	seats  chan struct{} // one per snapshot that may be open
	mu     sync.Mutex
	idle   []*liteConn
	closed atomic.Bool // set under mu
}

func openSQLite(_ context.Context, path string, o Options) (*lite, error) {
	if path == "" || path == ":memory:" {
		return nil, fault.New(fault.BadRequest, "db.url").Because(errors.New("db: a SQLite database needs a file"))
	}
	// The file is made here, because SQLite would let others read it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, later("db.unavailable", err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	d := &lite{path: path, dsn: liteDSN(path), meter: newMeter(), seats: make(chan struct{}, o.Readers)}
	conn, err := openLite(d.dsn, writing)
	if err != nil {
		return nil, err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		conn.close()
		return nil, err
	}
	d.writer = newWriter(conn, d.meter, o.Log)
	return d, nil
}

// liteDSN names a file to SQLite. A connection serves one goroutine at a time, so it needs no lock of its own.
func liteDSN(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_mutex=no"
}

// syncDir makes the name of a new file as durable as what will be in it.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d *lite) dialect() Dialect { return sqliteDialect{} }

func (d *lite) read(ctx context.Context, fn func(Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.closed.Load() {
		return errClosed
	}
	t := &liteTx{d: d, ctx: ctx, until: ctx}
	defer func() { // also when the callback ends its goroutine
		t.end()
		switch {
		case t.c == nil:
		case t.grave != nil || t.c.run("ROLLBACK") != nil:
			d.drop(t.c)
		default:
			d.give(t.c)
		}
	}()
	return guarded(func() error { return fn(t) })
}

func (d *lite) take(ctx context.Context) (*liteConn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case d.seats <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	d.mu.Lock()
	if d.closed.Load() {
		d.mu.Unlock()
		<-d.seats
		return nil, errClosed
	}
	if n := len(d.idle); n > 0 {
		c := d.idle[n-1]
		d.idle = d.idle[:n-1]
		d.mu.Unlock()
		return c, nil
	}
	d.mu.Unlock()
	c, err := openLite(d.dsn, reading)
	if err != nil {
		<-d.seats
	}
	return c, err
}

func (d *lite) give(c *liteConn) {
	d.mu.Lock()
	if d.closed.Load() {
		c.close()
	} else {
		d.idle = append(d.idle, c)
	}
	d.mu.Unlock()
	<-d.seats
}

func (d *lite) drop(c *liteConn) {
	c.close()
	<-d.seats
}

func (d *lite) share(ctx context.Context, fn func(Tx) error) error { return d.write(ctx, fn) }

func (d *lite) write(ctx context.Context, fn func(Tx) error) error {
	return d.writer.put(&request{ctx: ctx, fn: fn}, d.writer.people)
}

func (d *lite) bulk(ctx context.Context, fn func(Tx) error) error {
	return d.writer.put(&request{ctx: ctx, fn: fn}, d.writer.bulk)
}

func (d *lite) schema(ctx context.Context, fn func(Tx) error) error {
	return d.writer.put(&request{ctx: ctx, fn: fn, alone: true}, d.writer.people)
}

func (d *lite) ping(ctx context.Context) error {
	return d.read(ctx, func(r Reader) error {
		var n int64
		_, err := r.One([]any{&n}, "SELECT count(*) FROM sqlite_schema")
		return err
	})
}

func (d *lite) size(context.Context) (int64, error) {
	var sum int64
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(d.path + suffix)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		sum += info.Size()
	}
	return sum, nil
}

func (d *lite) check(ctx context.Context) error {
	return d.read(ctx, func(r Reader) error {
		var said string
		if _, err := r.One([]any{&said}, "PRAGMA integrity_check"); err != nil {
			return err
		}
		if said != "ok" {
			return fmt.Errorf("db: the file is damaged: %.200s", said)
		}
		return nil
	})
}

// scrub empties the write-ahead log, where deleted rows still stand as they were. Readers that hold an old snapshot
// keep it from being emptied, and live short, so it is tried until they are gone.
func (d *lite) scrub(ctx context.Context) error {
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		var busy bool
		err := d.writer.put(&request{ctx: ctx, outside: func(c *liteConn) error {
			t := &liteTx{c: c}
			rows, err := t.query("PRAGMA wal_checkpoint(TRUNCATE)")
			if err != nil {
				return err
			}
			var pages, done int64
			_, err = one(rows, []any{&busy, &pages, &done})
			return err
		}, alone: true}, d.writer.people)
		if err != nil || !busy {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// backup copies page by page within one snapshot, so that writes neither wait for it nor make it begin again.
func (d *lite) backup(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	err = d.read(ctx, func(r Reader) error {
		t := r.(*liteTx)
		var n int64
		if _, err := t.One([]any{&n}, "SELECT count(*) FROM sqlite_schema"); err != nil { // begins the snapshot
			return err
		}
		return copyPages(ctx, t.c, path)
	})
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return syncDir(filepath.Dir(path))
}

func copyPages(ctx context.Context, from *liteConn, path string) error {
	to, err := openLite(liteDSN(path), []pragma{{"synchronous", "FULL", "2"}})
	if err != nil {
		return err
	}
	defer to.close()
	b, err := to.raw.Backup("main", from.raw, "main")
	if err != nil {
		return err
	}
	for done := false; !done; {
		if err = ctx.Err(); err == nil {
			done, err = b.Step(1024)
		}
		if err != nil {
			return errors.Join(err, b.Finish())
		}
	}
	return b.Finish()
}

func (d *lite) stats() Stats {
	s := d.meter.read()
	s.Queued, s.Bulk, s.Readers = len(d.writer.people), len(d.writer.bulk), len(d.seats)
	return s
}

func (d *lite) close() error {
	d.mu.Lock()
	d.closed.Store(true)
	idle := d.idle
	d.idle = nil
	d.mu.Unlock()
	var errs []error
	for _, c := range idle {
		errs = append(errs, c.close())
	}
	return errors.Join(append(errs, d.writer.close())...)
}
