package db

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// liteConn is one connection to SQLite with its prepared statements. One goroutine uses it at a time.
type liteConn struct {
	raw       *sqlite3.SQLiteConn
	warm, old map[string]*liteStmt // two generations: what was not used for a whole generation is dropped
	args      []driver.NamedValue
	values    []driver.Value
}

const generation = 256

type liteStmt struct {
	raw    *sqlite3.SQLiteStmt
	inputs int
}

func openLite(dsn string, pragmas []pragma) (*liteConn, error) {
	raw, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	c := &liteConn{raw: raw.(*sqlite3.SQLiteConn), warm: map[string]*liteStmt{}, old: map[string]*liteStmt{}}
	for _, p := range pragmas {
		if err := p.set(c); err != nil {
			c.close()
			return nil, err
		}
	}
	return c, nil
}

func (c *liteConn) close() error {
	for _, s := range c.warm {
		s.raw.Close()
	}
	for _, s := range c.old {
		s.raw.Close()
	}
	return c.raw.Close()
}

func (c *liteConn) prepare(sql string) (*liteStmt, error) {
	if s := c.warm[sql]; s != nil {
		return s, nil
	}
	s := c.old[sql]
	if s == nil {
		if err := single(sql); err != nil {
			return nil, err
		}
		raw, err := c.raw.Prepare(sql)
		if err != nil {
			return nil, err
		}
		s = &liteStmt{raw: raw.(*sqlite3.SQLiteStmt), inputs: raw.NumInput()}
	}
	if len(c.warm) >= generation {
		delete(c.old, sql)
		for _, gone := range c.old {
			gone.raw.Close()
		}
		c.old, c.warm = c.warm, make(map[string]*liteStmt, generation)
	}
	delete(c.old, sql)
	c.warm[sql] = s
	return s, nil
}

// bound prepares a statement and its arguments; both are valid until the next call.
func (c *liteConn) bound(sql string, args []any) (*liteStmt, []driver.NamedValue, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return nil, nil, err
	}
	if s.inputs != len(args) {
		return nil, nil, fmt.Errorf("db: %d placeholders and %d arguments: %.80q", s.inputs, len(args), sql)
	}
	c.args = c.args[:0]
	for i, a := range args {
		v, err := plain(a)
		if err != nil {
			return nil, nil, err
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s, c.args, nil
}

// exec runs a statement without any context: a cancelled statement would undo the neighbours' savepoints too.
func (c *liteConn) exec(sql string, args ...any) (driver.Result, error) {
	s, bound, err := c.bound(sql, args)
	if err != nil {
		return nil, err
	}
	res, err := s.raw.ExecContext(context.Background(), bound)
	clear(bound) // what was bound must not live on
	return res, err
}

func (c *liteConn) run(sql string) error {
	_, err := c.exec(sql)
	return err
}

// lost says that SQLite has ended the transaction on its own.
func (c *liteConn) lost() bool { return c.raw.AutoCommit() }

// liteTx is a snapshot or a writing transaction on one connection. A snapshot begins with its first question, and takes
// no connection where nothing is asked.
type liteTx struct {
	d        *lite // whose connection a snapshot takes
	c        *liteConn
	ctx      context.Context // the caller's, for its values
	until    context.Context // interrupts reading; background in a writing transaction
	open     *liteRows
	hooks    []func()
	callers  int   // how many wait for its commit
	failed   error // the statement that failed and was not undone
	grave    error // the disk or the memory failed
	finished bool
}

func (t *liteTx) Context() context.Context { return t.ctx }
func (t *liteTx) Dialect() Dialect         { return sqliteDialect{} }
func (t *liteTx) AfterCommit(f func())     { t.hooks = append(t.hooks, f) }

// usable says whether a statement may run now.
func (t *liteTx) usable() error {
	switch {
	case t.finished:
		return errLeft
	case t.open != nil:
		return errOpen
	case t.failed != nil:
		return errFailed
	}
	return nil
}

// end makes the transaction unusable and closes what the callback left open.
func (t *liteTx) end() {
	if t.open != nil {
		t.open.Close()
	}
	t.finished = true
}

// note remembers a failure. PostgreSQL refuses everything after one; so that no code works on one database only, so do we.
func (t *liteTx) note(err error) error {
	if err == nil {
		return nil
	}
	if broken(err) {
		t.grave = err
	} else if t.c != nil && !t.c.lost() {
		err = t.c.unique(err)
	}
	t.failed = err
	return err
}

// connect begins a snapshot that has not begun.
func (t *liteTx) connect() error {
	if t.c != nil {
		return nil
	}
	c, err := t.d.take(t.ctx)
	if err != nil {
		return err
	}
	if err := c.run("BEGIN"); err != nil {
		t.d.drop(c)
		return err
	}
	t.c = c
	return nil
}

func (t *liteTx) Exec(sql string, args ...any) (int64, error) {
	if err := t.usable(); err != nil {
		return 0, err
	}
	res, err := t.c.exec(sql, args...)
	if err != nil {
		return 0, t.note(err)
	}
	return res.RowsAffected()
}

func (t *liteTx) Send(then func(int64, error) error, sql string, args ...any) error {
	n, err := t.Exec(sql, args...)
	if then != nil {
		err = then(n, err)
	}
	return err
}

// Reserve raises the numbers that SQLite keeps for tables: a key that was drawn is not given again.
func (t *liteTx) Reserve(want map[string]int) (map[string][]int64, error) {
	drawn := make(map[string][]int64, len(want))
	for table, n := range want {
		var last int64
		raised, err := t.One([]any{&last}, "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ? RETURNING seq", n, table)
		if err != nil {
			return nil, err
		}
		if !raised { // no row has ever been there
			last = int64(n)
			if _, err := t.Exec("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, n); err != nil {
				return nil, err
			}
		}
		keys := make([]int64, n)
		for i := range keys {
			keys[i] = last - int64(n-1-i)
		}
		drawn[table] = keys
	}
	return drawn, nil
}

func (t *liteTx) Insert(sql string, args ...any) (int64, error) {
	if err := t.usable(); err != nil {
		return 0, err
	}
	res, err := t.c.exec(sql, args...)
	if err != nil {
		return 0, t.note(err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return 0, nil
	}
	return res.LastInsertId()
}

func (t *liteTx) Query(sql string, args ...any) (Rows, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	if err := t.connect(); err != nil {
		return nil, t.note(err)
	}
	rows, err := t.query(sql, args...)
	if err != nil {
		return nil, t.note(err)
	}
	t.open = rows
	return rows, nil
}

func (t *liteTx) query(sql string, args ...any) (*liteRows, error) {
	s, bound, err := t.c.bound(sql, args)
	if err != nil {
		return nil, err
	}
	until := t.until
	if until == nil {
		until = context.Background()
	}
	rows, err := s.raw.QueryContext(until, bound)
	clear(bound)
	if err != nil {
		return nil, err
	}
	return &liteRows{t: t, raw: rows, width: len(rows.Columns())}, nil
}

func (t *liteTx) One(dest []any, sql string, args ...any) (bool, error) {
	rows, err := t.Query(sql, args...)
	if err != nil {
		return false, err
	}
	return one(rows, dest)
}

func (t *liteTx) Nested(fn func(Tx) error) error {
	if err := t.usable(); err != nil {
		return err
	}
	if err := t.c.run("SAVEPOINT s"); err != nil {
		return t.note(err)
	}
	hooks := len(t.hooks)
	err := t.run(fn)
	if t.grave != nil || t.c.lost() {
		if t.failed == nil {
			t.failed = err
		}
		return t.failed
	}
	if err != nil {
		t.hooks = t.hooks[:hooks]
		if back := t.c.run("ROLLBACK TO s"); back != nil {
			t.grave = back
			return t.note(back)
		}
		t.failed = nil
	}
	if done := t.c.run("RELEASE s"); done != nil {
		return t.note(done)
	}
	return err
}

// run runs a callback to its end.
func (t *liteTx) run(fn func(Tx) error) error {
	err := guarded(func() error { return fn(t) })
	if t.open != nil {
		t.open.Close()
	}
	if err == nil && t.failed != nil {
		err = errIgnored
	}
	return err
}

type liteRows struct {
	t     *liteTx
	raw   driver.Rows
	width int
	err   error
}

func (r *liteRows) Next() bool {
	if r.raw == nil {
		return false
	}
	c := r.t.c
	if cap(c.values) < r.width {
		c.values = make([]driver.Value, r.width)
	}
	c.values = c.values[:r.width]
	err := r.raw.Next(c.values)
	if err == nil {
		return true
	}
	if err != io.EOF {
		r.err = r.t.note(err)
	}
	r.Close()
	return false
}

func (r *liteRows) Scan(dest ...any) error {
	if r.raw == nil {
		return errLeft
	}
	if len(dest) != r.width {
		return fmt.Errorf("db: %d columns scanned into %d places", r.width, len(dest))
	}
	for i, d := range dest {
		if err := liteCell(r.t.c.values[i]).into(d); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func (r *liteRows) Err() error { return r.err }

func (r *liteRows) Close() {
	if r.raw == nil {
		return
	}
	// The driver repeats the last step's error here, which Next has told already.
	_ = r.raw.Close()
	r.raw = nil
	if r.t.open == r {
		r.t.open = nil
	}
}

func liteCell(v driver.Value) cell {
	switch x := v.(type) {
	case int64:
		return cell{kind: cellInt, n: x}
	case string:
		return cell{kind: cellText, s: x}
	case []byte:
		return cell{kind: cellBytes, b: x}
	case bool:
		if x {
			return cell{kind: cellInt, n: 1}
		}
		return cell{kind: cellInt}
	case nil:
		return cell{}
	}
	return cell{kind: cellAlien}
}

// one scans the first row and closes.
func one(rows Rows, dest []any) (bool, error) {
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	return true, rows.Scan(dest...)
}
