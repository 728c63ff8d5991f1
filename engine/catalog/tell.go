package catalog

import (
	"context"

	"youpeng/platform/db"
)

// Told is a change of definitions, for the log of all changes.
type Told struct {
	By
	Version int64    // the catalog's, with the change
	What    []string // object, or object.field; nothing where a new program brought the change with it
}

// Tell has a function called in the transaction of each change of definitions. What a new program brought is told now,
// once, because nobody could be told of it when the catalog was opened. Call it before the first change.
func (s *Store) Tell(ctx context.Context, fn func(db.Tx, Told) error) error {
	s.tell = fn
	var told, now int64
	found := false
	err := s.db.Read(ctx, func(r db.Reader) (err error) {
		if found, err = r.One([]any{&told}, "SELECT version FROM sys_catalog WHERE id = 2"); err == nil {
			_, err = r.One([]any{&now}, "SELECT version FROM sys_catalog WHERE id = 1")
		}
		return err
	})
	if err != nil || found && told == now {
		return err
	}
	return s.db.Schema(ctx, func(tx db.Tx) error {
		if _, err := tx.One([]any{&now}, "SELECT version FROM sys_catalog WHERE id = 1"); err != nil {
			return err
		}
		if found {
			return s.announce(tx, nil, now, nil)
		}
		_, err := tx.Exec(tx.Dialect().Ignore("INSERT INTO sys_catalog (id, version) VALUES (?, ?)"), 2, now)
		return err
	})
}

// announce tells of a version, once: the second row of sys_catalog is the last one that was told.
func (s *Store) announce(tx db.Tx, note *entry, version int64, done []moveOf) error {
	if s.tell == nil {
		return nil
	}
	n, err := tx.Exec("UPDATE sys_catalog SET version = ? WHERE id = 2 AND version < ?", version, version)
	if err != nil || n == 0 {
		return err
	}
	t := Told{Version: version, By: By{Via: "job"}}
	if note != nil {
		t.By = note.by
	}
	for _, m := range done {
		name := m.Object
		if m.Field != "" {
			name += "." + m.Field
		}
		t.What = append(t.What, name)
	}
	return s.tell(tx, t)
}
