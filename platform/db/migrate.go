package db

import (
	"context"
	"fmt"

	"youpeng/platform/fault"
)

// Migration is one step of a database's tables. Numbers ascend; a step that was released is never edited.
type Migration struct {
	Number int64
	Name   string
	Up     func(Tx) error
}

const versionTable = "schema_version"

// Version is the number of the last step that the database has taken; 0 for an empty one.
func Version(ctx context.Context, d *DB) (n int64, err error) {
	err = d.Read(ctx, func(r Reader) error {
		n, err = VersionIn(r)
		return err
	})
	return n, err
}

// VersionIn is Version within a snapshot.
func VersionIn(r Reader) (int64, error) {
	columns, err := r.Dialect().Columns(r, versionTable)
	if err != nil || len(columns) == 0 {
		return 0, err
	}
	var n int64
	_, err = r.One([]any{&n}, "SELECT coalesce(max(number), 0) FROM "+versionTable)
	return n, err
}

// Migrate takes the steps that are missing, each in a transaction of its own with its record. A database that has
// taken steps which this program does not know is refused and left as it is; one that has taken only some is copied
// first: to the file <name>.before-<step>, or to the schema <name>_before_<step>.
func Migrate(ctx context.Context, d *DB, steps []Migration) error {
	last := int64(0)
	for _, s := range steps {
		if s.Number <= last {
			return fmt.Errorf("db: migration %d %q does not follow %d", s.Number, s.Name, last)
		}
		last = s.Number
	}
	found, err := Version(ctx, d)
	if err != nil {
		return err
	}
	if found > last {
		return fault.New(fault.Conflict, "db.newer", "found", found, "known", last)
	}
	if found > 0 && found < last {
		if err := told(d.keep(ctx, last)); err != nil {
			return fmt.Errorf("keeping a copy before migration %d: %w", last, err)
		}
	}
	for _, s := range steps {
		if s.Number <= found {
			continue
		}
		if err := d.Schema(ctx, func(tx Tx) error { return step(tx, s, last) }); err != nil {
			return fmt.Errorf("migration %d %s: %w", s.Number, s.Name, err)
		}
	}
	return nil
}

// step looks again, because another process may have been faster.
func step(tx Tx, s Migration, last int64) error {
	found, err := VersionIn(tx)
	if err != nil || found >= s.Number {
		if found > last {
			return fault.New(fault.Conflict, "db.newer", "found", found, "known", last)
		}
		return err
	}
	d := tx.Dialect()
	if _, err := tx.Exec("CREATE TABLE IF NOT EXISTS " + versionTable + " (number " + d.Type(Int) + " PRIMARY KEY, name " + d.Type(Text) + " NOT NULL)"); err != nil {
		return err
	}
	if err := s.Up(tx); err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO "+versionTable+" (number, name) VALUES (?, ?)", s.Number, s.Name)
	return err
}
