package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// keep copies a SQLite database beside itself before its tables are changed. The copy gets its name when it is whole; one
// that is there already is of the same state, because the change that it was made for did not happen.
func (d *lite) keep(ctx context.Context, step int64) error {
	path := fmt.Sprintf("%s.before-%d", d.path, step)
	if _, err := os.Stat(path); err == nil || !errors.Is(err, os.ErrNotExist) {
		return err
	}
	half := path + ".half"
	if err := os.Remove(half); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := d.backup(ctx, half); err != nil {
		return err
	}
	if err := os.Rename(half, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// keep copies the tables into a schema beside this one, all of them in one transaction.
func (d *pg) keep(ctx context.Context, step int64) error {
	return d.schema(ctx, func(tx Tx) error {
		var here string
		if _, err := tx.One([]any{&here}, "SELECT current_schema()"); err != nil {
			return err
		}
		beside := fmt.Sprintf("%s_before_%d", here, step)
		var there bool
		if _, err := tx.One([]any{&there}, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = ?)", beside); err != nil || there {
			return err
		}
		if _, err := tx.Exec("CREATE SCHEMA " + quote(beside)); err != nil {
			return err
		}
		tables, err := tx.Dialect().Tables(tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if _, err := tx.Exec("CREATE TABLE " + quote(beside) + "." + quote(t) + " (LIKE " + quote(here) + "." + quote(t) + " INCLUDING ALL)"); err != nil {
				return err
			}
			if _, err := tx.Exec("INSERT INTO " + quote(beside) + "." + quote(t) + " SELECT * FROM " + quote(here) + "." + quote(t)); err != nil {
				return err
			}
		}
		return nil
	})
}

// drop removes the schema with all that stands in it.
func (d *pg) drop(ctx context.Context) error {
	return d.schema(ctx, func(tx Tx) error {
		var here string
		if _, err := tx.One([]any{&here}, "SELECT current_schema()"); err != nil {
			return err
		}
		_, err := tx.Exec("DROP SCHEMA " + quote(here) + " CASCADE")
		return err
	})
}
