package db

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgTx is a snapshot or a writing transaction on PostgreSQL. It begins together with its first statement, so that it has
// no way to the server of its own, and not at all where nothing is asked.
type pgTx struct {
	d        *pg
	conn     *pgxpool.Conn   // nil until something is asked
	begin    string          // what begins it; empty when that was sent
	callers  int             // how many wait for its commit
	ctx      context.Context // the caller's
	use      context.Context // what statements run under
	open     *pgRows
	queue    *pgx.Batch // what was sent and has not gone yet
	then     []func(int64, error) error
	hooks    []func()
	failed   error
	finished bool
}

func (t *pgTx) Context() context.Context { return t.ctx }
func (t *pgTx) Dialect() Dialect         { return pgDialect{} }
func (t *pgTx) AfterCommit(f func())     { t.hooks = append(t.hooks, f) }

func (t *pgTx) usable() error {
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

func (t *pgTx) end() {
	if t.open != nil {
		t.open.Close()
	}
	t.finished = true
}

// leave ends what was not committed. The pool throws a connection away that could not end its transaction.
func (t *pgTx) leave() {
	t.end()
	if t.conn == nil {
		return
	}
	if t.conn.Conn().PgConn().TxStatus() != 'I' {
		_, _ = t.conn.Exec(context.WithoutCancel(t.ctx), "ROLLBACK")
	}
	t.conn.Release()
}

func (t *pgTx) commit() error {
	if t.conn == nil {
		return nil
	}
	tag, err := t.conn.Exec(t.use, "COMMIT")
	if err == nil && tag.String() == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	return err
}

// connect takes a connection, for as long as the caller waits.
func (t *pgTx) connect() (err error) {
	if t.conn == nil {
		t.conn, err = t.d.pool.Acquire(t.ctx)
	}
	return t.note(err)
}

// gather adds a statement to those that go together, which begin the transaction where it has not begun.
func (t *pgTx) gather(then func(int64, error) error, sql string, args []any) {
	if t.queue == nil {
		t.queue = &pgx.Batch{}
	}
	if t.begin != "" {
		t.queue.Queue(t.begin)
		t.then, t.begin = append(t.then, nil), ""
	}
	t.queue.Queue(sql, args...)
	t.then = append(t.then, then)
}

// direct says that a statement may go by itself.
func (t *pgTx) direct() bool { return len(t.then) == 0 && t.begin == "" }

func (t *pgTx) note(err error) error {
	if err != nil {
		t.failed = err
	}
	return err
}

// bound checks a statement and its arguments before the server sees them.
func bound(sql string, args []any) (string, []any, error) {
	if len(args) == 0 { // such a statement is sent as plain text, which may hold several
		if err := single(sql); err != nil {
			return "", nil, err
		}
	}
	out := make([]any, len(args))
	for i, a := range args {
		v, err := plain(a)
		if err != nil {
			return "", nil, err
		}
		out[i] = v
	}
	return numbered(sql), out, nil
}

func (t *pgTx) Exec(sql string, args ...any) (int64, error) {
	if !t.direct() {
		var touched int64
		err := t.Send(func(n int64, err error) error { touched = n; return err }, sql, args...)
		if err == nil {
			err = t.flush()
		}
		return touched, err
	}
	if err := t.usable(); err != nil {
		return 0, err
	}
	sql, args, err := bound(sql, args)
	if err != nil {
		return 0, t.note(err)
	}
	tag, err := t.conn.Exec(t.use, sql, args...)
	return tag.RowsAffected(), t.note(err)
}

// together is how many statements go to the server at once.
const together = 128

// Send keeps a statement until one is asked for whose outcome somebody waits for; the two then share one way there and
// back.
func (t *pgTx) Send(then func(int64, error) error, sql string, args ...any) error {
	if err := t.usable(); err != nil {
		return err
	}
	sql, args, err := bound(sql, args)
	if err != nil {
		return t.note(err)
	}
	t.gather(then, sql, args)
	if len(t.then) < together {
		return nil
	}
	return t.flush()
}

// flush runs what waits in the queue.
func (t *pgTx) flush() error {
	if len(t.then) == 0 || t.failed != nil {
		return t.failed
	}
	if err := t.connect(); err != nil {
		return err
	}
	sent := t.conn.SendBatch(t.use, t.queue)
	err := t.settle(sent)
	if done := sent.Close(); err == nil {
		err = done
	}
	return t.note(err)
}

// settle reads what became of the statements of the queue, up to the first that failed.
func (t *pgTx) settle(sent pgx.BatchResults) error {
	then := t.then
	t.queue, t.then = nil, nil
	for _, f := range then {
		tag, err := sent.Exec()
		if f != nil {
			err = f(tag.RowsAffected(), err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *pgTx) Reserve(want map[string]int) (map[string][]int64, error) {
	names := slices.Sorted(maps.Keys(want))
	args := make([]any, 0, 2*len(names))
	var list []string
	for i, name := range names {
		counter, err := t.counter(name)
		if err != nil {
			return nil, err
		}
		list = append(list, fmt.Sprintf("SELECT %d, nextval(CAST(CAST(? AS text) AS regclass)) FROM generate_series(1, CAST(? AS bigint))", i))
		args = append(args, counter, want[name])
	}
	rows, err := t.Query(strings.Join(list, " UNION ALL "), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	keys := make(map[string][]int64, len(names))
	for rows.Next() {
		var place, key int64
		if err := rows.Scan(&place, &key); err != nil {
			return nil, err
		}
		keys[names[place]] = append(keys[names[place]], key)
	}
	return keys, rows.Err()
}

// counter answers the name of what counts the keys of a table. The server looks it up among all that depends on all, so
// it is asked once.
func (t *pgTx) counter(table string) (string, error) {
	if name, known := t.d.counters.Load(table); known {
		return name.(string), nil
	}
	var name string
	if _, err := t.One([]any{&name}, "SELECT pg_get_serial_sequence(?, 'id')", quote(table)); err != nil {
		return "", err
	}
	t.d.counters.Store(table, name)
	return name, nil
}

func (t *pgTx) Insert(sql string, args ...any) (int64, error) {
	table := target(sql)
	key, ok := t.d.keys.Load(table)
	if !ok {
		var column string
		found, err := t.One([]any{&column}, `SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
 WHERE i.indrelid = to_regclass(?) AND i.indisprimary`, table)
		if err != nil {
			return 0, err
		}
		if !found {
			return 0, t.note(fmt.Errorf("db: no key to answer: %.80q", sql))
		}
		key = quote(column)
		t.d.keys.Store(table, key)
	}
	var id int64
	_, err := t.One([]any{&id}, sql+" RETURNING "+key.(string), args...)
	return id, err
}

func (t *pgTx) Query(sql string, args ...any) (Rows, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	sql, args, err := bound(sql, args)
	if err != nil {
		return nil, t.note(err)
	}
	if t.direct() {
		rows, err := t.conn.Query(t.use, sql, args...)
		if err != nil {
			return nil, t.note(err)
		}
		t.open = &pgRows{t: t, raw: rows}
		return t.open, nil
	}
	if err := t.connect(); err != nil {
		return nil, err
	}
	t.gather(nil, sql, args)
	t.then = t.then[:len(t.then)-1] // its outcome is the rows
	sent := t.conn.SendBatch(t.use, t.queue)
	err = t.settle(sent)
	var rows pgx.Rows
	if err == nil {
		rows, err = sent.Query()
	}
	if err != nil {
		_ = sent.Close() // it would say the same
		return nil, t.note(err)
	}
	t.open = &pgRows{t: t, raw: rows, sent: sent}
	return t.open, nil
}

func (t *pgTx) One(dest []any, sql string, args ...any) (bool, error) {
	rows, err := t.Query(sql, args...)
	if err != nil {
		return false, err
	}
	found, err := one(rows, dest)
	if err == nil {
		err = rows.Err()
	}
	return found, err
}

func (t *pgTx) Nested(fn func(Tx) error) error {
	if err := t.usable(); err != nil {
		return err
	}
	if _, err := t.Exec("SAVEPOINT s"); err != nil {
		return err
	}
	hooks := len(t.hooks)
	err := guarded(func() error { return fn(t) })
	if t.open != nil {
		t.open.Close()
	}
	if err == nil && t.failed == nil {
		err = t.flush()
	}
	t.queue, t.then = nil, nil                         // what a failure has overtaken
	if spoiled(t.failed) || t.conn.Conn().IsClosed() { // a savepoint does not help; the whole is run again
		return errors.Join(t.failed, err)
	}
	if err == nil && t.failed != nil {
		err = errIgnored
	}
	if err != nil {
		t.hooks = t.hooks[:hooks]
		if _, back := t.conn.Exec(t.use, "ROLLBACK TO SAVEPOINT s"); back != nil {
			return t.note(back)
		}
		t.failed = nil
	}
	if _, done := t.conn.Exec(t.use, "RELEASE SAVEPOINT s"); done != nil {
		return t.note(done)
	}
	return err
}

type pgRows struct {
	t    *pgTx
	raw  pgx.Rows
	sent pgx.BatchResults // of the statements that went before it in one go
	err  error
	done bool
}

func (r *pgRows) Next() bool {
	if r.done {
		return false
	}
	if r.raw.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *pgRows) Scan(dest ...any) error {
	if r.done {
		return errLeft
	}
	fields, raw := r.raw.FieldDescriptions(), r.raw.RawValues()
	if len(dest) != len(raw) {
		return fmt.Errorf("db: %d columns scanned into %d places", len(raw), len(dest))
	}
	for i, d := range dest {
		c, err := pgCell(fields[i], raw[i])
		if err == nil {
			err = c.into(d)
		}
		if err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func (r *pgRows) Err() error { return r.err }

func (r *pgRows) Close() {
	if r.done {
		return
	}
	r.done = true
	r.raw.Close()
	if err := r.raw.Err(); err != nil {
		r.err = r.t.note(err)
	}
	if r.sent != nil {
		if err := r.sent.Close(); err != nil && r.err == nil {
			r.err = r.t.note(err)
		}
	}
	if r.t.open == r {
		r.t.open = nil
	}
}

// pgCell reads a value as the server sent it, in text (format 0) or in binary.
func pgCell(f pgconn.FieldDescription, raw []byte) (cell, error) {
	if raw == nil {
		return cell{}, nil
	}
	text := f.Format == pgtype.TextFormatCode
	switch f.DataTypeOID {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.NameOID, pgtype.BPCharOID, pgtype.UnknownOID, pgtype.QCharOID:
		return cell{kind: cellTextBytes, b: raw}, nil
	case pgtype.ByteaOID:
		if text {
			b, err := hex.DecodeString(string(raw[min(2, len(raw)):]))
			return cell{kind: cellBytes, b: b}, err
		}
		return cell{kind: cellBytes, b: raw}, nil
	case pgtype.BoolOID:
		yes := text && raw[0] == 't' || !text && raw[0] == 1
		if yes {
			return cell{kind: cellInt, n: 1}, nil
		}
		return cell{kind: cellInt}, nil
	case pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID, pgtype.OIDOID:
		if text {
			n, err := strconv.ParseInt(string(raw), 10, 64)
			return cell{kind: cellInt, n: n}, err
		}
		switch len(raw) {
		case 8:
			return cell{kind: cellInt, n: int64(binary.BigEndian.Uint64(raw))}, nil
		case 4:
			return cell{kind: cellInt, n: int64(int32(binary.BigEndian.Uint32(raw)))}, nil
		case 2:
			return cell{kind: cellInt, n: int64(int16(binary.BigEndian.Uint16(raw)))}, nil
		}
	case pgtype.NumericOID: // what sum() of integers answers
		return pgNumeric(f, raw)
	}
	return cell{kind: cellAlien}, nil
}

func pgNumeric(f pgconn.FieldDescription, raw []byte) (cell, error) {
	var n pgtype.Numeric
	if err := pgtype.NewMap().Scan(f.DataTypeOID, f.Format, raw, &n); err != nil {
		return cell{}, err
	}
	v, err := n.Int64Value()
	if err != nil || !v.Valid {
		return cell{kind: cellAlien}, err
	}
	return cell{kind: cellInt, n: v.Int64}, nil
}
