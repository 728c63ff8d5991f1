package db

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"youpeng/platform/fault"
)

// Options tunes a database; the zero value is right for most.
type Options struct {
	Readers int          // snapshots at once; 0 means twice the cores, at least 4
	Writers int          // transactions at once where the database can do more than one; 0 means 16
	Log     *slog.Logger // nil means silence
}

// DB is one open database: a workspace or the control database.
type DB struct {
	store
	log      *slog.Logger
	gathered atomic.Int64 // callers that wait to share a transaction
}

// store is what the two databases do each in their own way.
type store interface {
	read(ctx context.Context, fn func(Reader) error) error
	write(ctx context.Context, fn func(Tx) error) error
	bulk(ctx context.Context, fn func(Tx) error) error
	share(ctx context.Context, fn func(Tx) error) error // write for several callers, who are tried one by one where it fails
	schema(ctx context.Context, fn func(Tx) error) error
	ping(ctx context.Context) error
	size(ctx context.Context) (int64, error)
	scrub(ctx context.Context) error
	check(ctx context.Context) error
	backup(ctx context.Context, path string) error
	keep(ctx context.Context, step int64) error // a copy of an older state, before its tables are changed
	stats() Stats
	dialect() Dialect
	close() error
}

// Open opens or creates a database. The url is "sqlite:/path/file.db" or "postgres://user@host/db?schema=name",
// where the schema is made when it is missing.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Readers <= 0 {
		o.Readers = max(4, 2*runtime.NumCPU())
	}
	if o.Writers <= 0 {
		o.Writers = 16
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	kind, rest, _ := strings.Cut(url, ":")
	var s store
	var err error
	switch kind {
	case "sqlite":
		s, err = openSQLite(ctx, rest, o)
	case "postgres", "postgresql":
		s, err = openPostgres(ctx, url, o)
	default:
		return nil, fault.New(fault.BadRequest, "db.url").Because(fmt.Errorf("db: unknown kind of database %q", kind))
	}
	if err != nil {
		return nil, told(err)
	}
	return &DB{store: s, log: o.Log}, nil
}

// Read runs fn on one consistent snapshot. When ctx ends, what is being read may stop.
func (d *DB) Read(ctx context.Context, fn func(Reader) error) error { return told(d.read(ctx, fn)) }

// Write runs fn in a transaction and answers once it is durable. ctx counts while the write waits for its turn; what
// has begun is finished, so that the answer is always the outcome.
func (d *DB) Write(ctx context.Context, fn func(Tx) error) error { return told(d.write(ctx, fn)) }

// WriteBulk is Write for pieces of long work, each of 20 ms or less: people's writes go first.
func (d *DB) WriteBulk(ctx context.Context, fn func(Tx) error) error { return told(d.bulk(ctx, fn)) }

// Schema changes tables, all of fn or nothing, in a commit of its own. fn may run several times before it gets its locks.
func (d *DB) Schema(ctx context.Context, fn func(Tx) error) error { return told(d.schema(ctx, fn)) }

// Ping says whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return told(d.ping(ctx)) }

// Size is the room that the database takes, in bytes.
func (d *DB) Size(ctx context.Context) (int64, error) {
	n, err := d.size(ctx)
	return n, told(err)
}

// Scrub removes what deleted rows left behind in the database's own files. Call it after an erasure.
func (d *DB) Scrub(ctx context.Context) error { return told(d.scrub(ctx)) }

// Check lets the database look for damage in its own pages. SQLite reads its whole file for it; PostgreSQL checks each
// page as it reads it, so there is nothing to do.
func (d *DB) Check(ctx context.Context) error { return told(d.check(ctx)) }

// BackupTo copies a SQLite database, as of one instant, into a new file while it is being written.
// A PostgreSQL database is copied through Read instead and answers an error here.
func (d *DB) BackupTo(ctx context.Context, path string) error { return told(d.backup(ctx, path)) }

// Stats says what was written so far and what waits.
func (d *DB) Stats() Stats {
	s := d.stats()
	s.Queued += int(d.gathered.Load())
	return s
}

// Hold is about how long one transaction of bulk work should be under way: a SQLite database has one writer, and
// everybody waits behind it; on PostgreSQL only those wait who want the same rows.
func (d *DB) Hold() time.Duration {
	if _, one := d.store.(*lite); one {
		return 20 * time.Millisecond
	}
	return 200 * time.Millisecond
}

// Dialect is the words of this database.
func (d *DB) Dialect() Dialect { return d.dialect() }

// Close answers every write that waits, then closes.
func (d *DB) Close() error { return d.close() }
