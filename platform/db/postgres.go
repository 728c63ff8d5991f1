package db

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"youpeng/platform/fault"
)

// pg is one schema of a PostgreSQL database. Readers and writers have seats of their own, so that neither can
// keep the other from getting a connection.
type pg struct {
	pool    *pgxpool.Pool
	readers chan struct{}
	writers chan struct{}
	waiting atomic.Int64 // for a writer's seat
	meter   *meter
	log     *slog.Logger

	keys     sync.Map // table as written in an INSERT → its key column
	counters sync.Map // table → what counts its keys
}

func openPostgres(ctx context.Context, raw string, o Options) (*pg, error) {
	u, err := url.Parse(raw)
	if err != nil {
		// The error of Parse repeats the url, in which a password may stand.
		return nil, fault.New(fault.BadRequest, "db.url").Because(errors.New("db: not a PostgreSQL url"))
	}
	q := u.Query()
	schema := q.Get("schema")
	if schema == "" {
		schema = "public"
	}
	q.Del("schema")
	u.RawQuery = q.Encode()
	cfg, err := pgxpool.ParseConfig(u.String())
	if err != nil {
		return nil, fault.New(fault.BadRequest, "db.url").Because(err)
	}
	if err := makeSchema(ctx, cfg.ConnConfig, schema); err != nil {
		return nil, err
	}
	params := cfg.ConnConfig.RuntimeParams
	params["search_path"] = quote(schema)
	params["synchronous_commit"] = "on"
	params["default_transaction_isolation"] = "read committed"
	params["lock_timeout"] = "10000"
	params["timezone"] = "UTC"
	params["application_name"] = "youpeng"
	cfg.MaxConns = int32(o.Readers + o.Writers + 1)
	cfg.MinConns = 0
	cfg.MaxConnIdleTime = time.Minute
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &pg{pool: pool, readers: make(chan struct{}, o.Readers), writers: make(chan struct{}, o.Writers), meter: newMeter(), log: o.Log}, nil
}

func makeSchema(ctx context.Context, cfg *pgx.ConnConfig, schema string) error {
	conn, err := pgx.ConnectConfig(ctx, cfg.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", schema).Scan(&there); err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+quote(schema))
	if code(err) == "23505" { // another process made it at the same moment
		return nil
	}
	return err
}

func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// seat waits for one, until the caller gives up.
func seat(ctx context.Context, seats chan struct{}) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case seats <- struct{}{}:
		return func() { <-seats }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (d *pg) read(ctx context.Context, fn func(Reader) error) error {
	leave, err := seat(ctx, d.readers)
	if err != nil {
		return err
	}
	defer leave()
	t := &pgTx{d: d, begin: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ctx: ctx, use: ctx}
	defer t.leave() // also when the callback ends its goroutine
	return guarded(func() error { return fn(t) })
}

func (d *pg) bulk(ctx context.Context, fn func(Tx) error) error { return d.write(ctx, fn) }

func (d *pg) write(ctx context.Context, fn func(Tx) error) error {
	d.waiting.Add(1)
	leave, err := seat(ctx, d.writers)
	d.waiting.Add(-1)
	if err != nil {
		return err
	}
	defer leave()
	return d.again(ctx, 12, func() error { return d.transact(ctx, nil, fn) })
}

// share is impatient: where a row or a key is held by somebody else, the callers go on one by one, so that only those
// wait who want it.
func (d *pg) share(ctx context.Context, fn func(Tx) error) error {
	leave, err := seat(ctx, d.writers)
	if err != nil {
		return err
	}
	defer leave()
	return d.transact(ctx, func(t *pgTx) error { return t.Send(nil, "SET LOCAL lock_timeout = '20ms'") }, fn)
}

// schema asks for its locks with a short patience, because whoever waits for a table's lock makes everybody else wait
// behind it, and tries again. Changes of one schema follow each other, also those of other processes.
func (d *pg) schema(ctx context.Context, fn func(Tx) error) error {
	d.waiting.Add(1)
	leave, err := seat(ctx, d.writers)
	d.waiting.Add(-1)
	if err != nil {
		return err
	}
	defer leave()
	before := func(t *pgTx) error {
		if _, err := t.Exec("SET LOCAL lock_timeout = '1000ms'"); err != nil {
			return err
		}
		_, err := t.Exec("SELECT pg_advisory_xact_lock(hashtextextended('youpeng schema ' || current_schema(), 0))")
		return err
	}
	return d.again(ctx, 30, func() error { return d.transact(ctx, before, fn) })
}

// again repeats what another transaction spoiled, each time after a somewhat longer wait.
func (d *pg) again(ctx context.Context, times int, run func() error) error {
	for n := 1; ; n++ {
		err := run()
		if err == nil {
			return nil
		}
		if n >= times || !spoiled(err) {
			d.meter.failed(1)
			return err
		}
		d.meter.retried()
		wait := time.Duration(rand.Int64N(int64(min(time.Millisecond<<n, 200*time.Millisecond))))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

func spoiled(err error) bool {
	switch code(err) {
	case "40001", "40P01", "55P03":
		return true
	case "0A000": // a plan was prepared before the table changed
		var e *pgconn.PgError
		return errors.As(err, &e) && e.Routine == "RevalidateCachedQuery"
	}
	return false
}

// transact runs fn once. What has begun is not cut off by the caller's context, or nobody would know its outcome.
func (d *pg) transact(ctx context.Context, before func(*pgTx) error, fn func(Tx) error) error {
	t := &pgTx{d: d, begin: "BEGIN", ctx: ctx, use: context.WithoutCancel(ctx), callers: 1}
	defer t.leave()
	err := guarded(func() error {
		if before != nil {
			if err := before(t); err != nil {
				return err
			}
		}
		return fn(t)
	})
	if err == nil && t.open == nil && t.failed == nil {
		err = t.flush()
	}
	t.end()
	if err == nil && t.failed != nil {
		err = fmt.Errorf("%w: %w", errIgnored, t.failed)
	}
	if err != nil {
		if spoiled(t.failed) && !spoiled(err) {
			return t.failed // the callback put its own words on an error that passes
		}
		return err
	}
	start := time.Now()
	if err := t.commit(); err != nil {
		return err
	}
	d.meter.committed(t.callers, time.Since(start))
	for _, h := range t.hooks {
		if err := guarded(func() error { h(); return nil }); err != nil {
			d.log.Error("after a commit", "err", err)
		}
	}
	return nil
}

func (d *pg) ping(ctx context.Context) error { return d.pool.Ping(ctx) }

func (d *pg) size(ctx context.Context) (n int64, err error) {
	err = d.read(ctx, func(r Reader) error {
		_, err := r.One([]any{&n}, `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'm')`)
		return err
	})
	return n, err
}

func (d *pg) check(ctx context.Context) error { return d.ping(ctx) }

// scrub gives the room of dead rows back. PostgreSQL wipes nothing: they are gone for every question, and their bytes
// once the room is used again.
func (d *pg) scrub(ctx context.Context) error {
	var tables []string
	err := d.read(ctx, func(r Reader) (err error) {
		tables, err = r.Dialect().Tables(r)
		return err
	})
	for _, t := range tables {
		if err == nil {
			_, err = d.pool.Exec(ctx, "VACUUM "+quote(t))
		}
	}
	return err
}

func (d *pg) backup(context.Context, string) error {
	return errors.New("db: a PostgreSQL database is copied through Read")
}

func (d *pg) stats() Stats {
	s := d.meter.read()
	s.Readers, s.Queued = len(d.readers), int(d.waiting.Load())
	return s
}

func (d *pg) dialect() Dialect { return pgDialect{} }

func (d *pg) close() error {
	d.pool.Close()
	return nil
}
