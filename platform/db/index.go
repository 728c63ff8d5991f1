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
