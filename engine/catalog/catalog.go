// Package catalog keeps what records look like: the definitions in the database and the immutable snapshot of them
// that everything above works with. A change of definitions is metadata and tables in one transaction.
package catalog

import (
	"context"
	"fmt"
	"sync/atomic"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// Store answers the catalog of one workspace.
type Store struct {
	db      *db.DB
	clock   clock.Clock
	current atomic.Pointer[object.Catalog]
}

// Open brings the tables of the standard objects up to their definitions and answers the catalog. Objects keep the
// numbers that they were given first.
func Open(ctx context.Context, d *db.DB, c clock.Clock, standard []*object.Object, currency string) (*Store, error) {
	s := &Store{db: d, clock: c}
	objects := make([]*object.Object, len(standard))
	for i, o := range standard {
		objects[i] = o.Clone().Seal()
		if err := check(objects[i]); err != nil {
			return nil, err
		}
	}
	var version int64
	err := d.Schema(ctx, func(tx db.Tx) error {
		if err := createTables(tx); err != nil {
			return err
		}
		changed, err := number(tx, objects)
		if err != nil {
			return err
		}
		for _, o := range objects {
			made, err := build(tx, o)
			if err != nil {
				return fmt.Errorf("making the tables of %s: %w", o.Name, err)
			}
			changed = changed || made
		}
		version, err = bump(tx, changed)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.current.Store(object.NewCatalog(version, currency, objects))
	return s, nil
}

// Current is the catalog as it is now.
func (s *Store) Current() *object.Catalog { return s.current.Load() }

// Verify refuses, inside a write, what was prepared with another version of the catalog.
func (s *Store) Verify(tx db.Tx, version int64) error {
	var now int64
	if _, err := tx.One([]any{&now}, "SELECT version FROM sys_catalog WHERE id = 1"); err != nil {
		return err
	}
	if now != version {
		return fault.New(fault.Stale, "catalog.moved")
	}
	return nil
}

// check refuses a definition that could not be kept.
func check(o *object.Object) error {
	if len(o.Fields) > 400 {
		return fmt.Errorf("catalog: %s has more than 400 fields", o.Name)
	}
	if w := table.Width(o); w > 1200 {
		return fmt.Errorf("catalog: %s needs %d columns, more than 1,200", o.Name, w)
	}
	if o.TitleField() == nil {
		return fmt.Errorf("catalog: %s has no field %q to be called by", o.Name, o.Title)
	}
	for _, f := range o.Fields {
		if !field.Known(f.Kind) {
			return fmt.Errorf("catalog: %s.%s is of no known kind (%q)", o.Name, f.Name, f.Kind)
		}
		if err := field.Of(f).Define(f); err != nil {
			return fmt.Errorf("catalog: %s.%s: %w", o.Name, f.Name, err)
		}
	}
	return nil
}

func createTables(tx db.Tx) error {
	tables, err := tx.Dialect().Tables(tx)
	if err != nil {
		return err
	}
	for _, name := range tables {
		if name == "sys_catalog" {
			return nil
		}
	}
	d := tx.Dialect()
	for _, sql := range []string{
		"CREATE TABLE sys_catalog (id " + d.Type(db.Int) + " PRIMARY KEY, version " + d.Type(db.Int) + " NOT NULL)",
		"INSERT INTO sys_catalog (id, version) VALUES (1, 0)",
		"CREATE TABLE sys_object (name " + d.Type(db.Text) + " PRIMARY KEY, number " + d.Type(db.Int) + " NOT NULL)",
	} {
		if _, err := tx.Exec(sql); err != nil {
			return err
		}
	}
	return nil
}

// number gives each object its number, the next free one to those that are new.
func number(tx db.Tx, objects []*object.Object) (changed bool, err error) {
	known, last := map[string]int64{}, int64(0)
	rows, err := tx.Query("SELECT name, number FROM sys_object")
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return false, err
		}
		known[name], last = n, max(last, n)
	}
	if err := rows.Err(); err != nil {
		return false, err
	}
	rows.Close()
	for _, o := range objects {
		n, ok := known[o.Name]
		if !ok {
			last++
			n, changed = last, true
			if _, err := tx.Exec("INSERT INTO sys_object (name, number) VALUES (?, ?)", o.Name, n); err != nil {
				return false, err
			}
		}
		o.Number = int(n)
	}
	return changed, nil
}

// build makes what an object lacks in the database; nothing is ever dropped.
func build(tx db.Tx, o *object.Object) (made bool, err error) {
	for {
		missing, err := table.Missing(tx, o)
		if err != nil || len(missing) == 0 {
			return made, err
		}
		if err := table.Make(tx, missing); err != nil {
			return made, err
		}
		made = true
	}
}

// bump answers the catalog's version, one higher where something changed.
func bump(tx db.Tx, changed bool) (version int64, err error) {
	if changed {
		if _, err := tx.Exec("UPDATE sys_catalog SET version = version + 1 WHERE id = 1"); err != nil {
			return 0, err
		}
	}
	_, err = tx.One([]any{&version}, "SELECT version FROM sys_catalog WHERE id = 1")
	return version, err
}
