package db

import (
	"context"
	"errors"
	"strings"
)

// Index builds an index over a table that stays in use. The statement begins with CREATE INDEX or CREATE UNIQUE INDEX.
// An index of that name makes room for it. Where it fails, nothing of it is left.
func (d *DB) Index(ctx context.Context, name, create string) error {
	p, ok := d.store.(*pg)
	if !ok {
		return d.Schema(ctx, func(tx Tx) error {
			if _, err := tx.Exec("DROP INDEX IF EXISTS " + quote(name)); err != nil {
				return err
			}
			_, err := tx.Exec(create)
			return err
		})
	}
	return told(p.index(ctx, name, create))
}

// index lets others write meanwhile. A failed one stays behind as invalid and is removed.
func (d *pg) index(ctx context.Context, name, create string) error {
	leave, err := seat(ctx, d.writers)
	if err != nil {
		return err
	}
	defer leave()
	remove := func(ctx context.Context) error {
		_, err := d.pool.Exec(ctx, "DROP INDEX CONCURRENTLY IF EXISTS "+quote(name))
		return err
	}
	if err := remove(ctx); err != nil { // of an attempt that was killed
		return err
	}
	_, err = d.pool.Exec(ctx, strings.Replace(create, " INDEX ", " INDEX CONCURRENTLY ", 1))
	if err != nil {
		return errors.Join(err, remove(context.WithoutCancel(ctx)))
	}
	return nil
}

// Spread says that few rows share a value of a column, whatever statistics make of rows that came in bulk: a thousand of
// one commit, in a log of which most commits hold one or two. Questions after some values then go by the column's index
// and not through the whole table. SQLite goes by the index in any case.
func Spread(tx Tx, table, column string) error {
	if _, ok := tx.(*pgTx); !ok {
		return nil
	}
	var known bool
	_, err := tx.One([]any{&known}, "SELECT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = ? AND attoptions IS NOT NULL)", quote(table), column)
	if err != nil || known {
		return err
	}
	if _, err := tx.Exec("ALTER TABLE " + quote(table) + " ALTER COLUMN " + quote(column) + " SET (n_distinct = -0.3)"); err != nil {
		return err
	}
	_, err = tx.Exec("ANALYZE " + quote(table) + " (" + quote(column) + ")") // which takes it up
	return err
}
