package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"youpeng/engine/object"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// moveOf is what became of one definition: of an object's head where Field and Part are empty. Before is null of what was
// made, After of what is no more.
type moveOf struct {
	Object string          `json:"object"`
	Field  string          `json:"field"`
	Part   string          `json:"part,omitempty"` // "layout" of the object's sections, "view" of one of its shared views
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Entry is one change of definitions.
type Entry struct {
	ID       int64
	At       time.Time
	By       By
	Version  int64 // the catalog's, with the change
	Undoes   int64 // 0: none
	UndoneBy int64
	Changes  []Move
}

// Move is what became of one definition in an entry.
type Move = moveOf

// entry is a change on its way into the history.
type entry struct {
	by     By
	undoes int64
}

// plain is a field's definition without the states of what is built later: what was wished of it.
func plain(f *object.Field) (json.RawMessage, error) {
	g := *f
	g.Unique, g.Building, g.Duplicates = f.Keyed() || f.Duplicates > 0, false, 0
	g.Match, g.Filling = f.Compared(), false
	return json.Marshal(&g)
}

// movesOf compares two definitions of an object.
func movesOf(old, o *object.Object) (moves []moveOf, err error) {
	after, err := json.Marshal(headOf(o))
	if err != nil {
		return nil, err
	}
	var before json.RawMessage
	if old != nil {
		if before, err = json.Marshal(headOf(old)); err != nil {
			return nil, err
		}
	}
	if !bytes.Equal(before, after) {
		moves = append(moves, moveOf{Object: o.Name, Before: before, After: after})
	}
	if old != nil {
		m := moveOf{Object: o.Name, Part: partLayout}
		if m.Before, err = json.Marshal(old.Layout); err != nil {
			return nil, err
		}
		if m.After, err = json.Marshal(o.Layout); err != nil {
			return nil, err
		}
		if !bytes.Equal(m.Before, m.After) {
			moves = append(moves, m)
		}
	}
	for _, f := range o.Fields {
		var was *object.Field
		if old != nil {
			was = old.Field(f.Name)
		}
		m := moveOf{Object: o.Name, Field: f.Name}
		if m.After, err = plain(f); err != nil {
			return nil, err
		}
		if was != nil {
			if m.Before, err = plain(was); err != nil {
				return nil, err
			}
			if bytes.Equal(m.Before, m.After) && was.Keyed() == f.Keyed() && was.Unique == f.Unique && was.Duplicates == f.Duplicates && was.Match == f.Match && was.Filling == f.Filling {
				continue
			}
		}
		if old != nil || f.Custom {
			moves = append(moves, m)
		}
	}
	return moves, nil
}

// put writes a change into the history. To try once more what failed is no change of what is wished, and nothing to undo.
func (n *entry) put(tx db.Tx, at, version int64, moves []moveOf) error {
	moves = slices.DeleteFunc(slices.Clone(moves), func(m moveOf) bool { return bytes.Equal(m.Before, m.After) })
	if len(moves) == 0 {
		return nil
	}
	text, err := json.Marshal(moves)
	if err != nil {
		return err
	}
	var undoes any
	if n.undoes != 0 {
		undoes = n.undoes
	}
	id, err := tx.Insert("INSERT INTO sys_catalog_change (at, actor, via, version, changes, undoes) VALUES (?, ?, ?, ?, ?, ?)", at, n.by.User, n.by.Via, version, string(text), undoes)
	if err != nil || n.undoes == 0 {
		return err
	}
	_, err = tx.Exec("UPDATE sys_catalog_change SET undone_by = ? WHERE id = ?", id, n.undoes)
	return err
}

// History lists changes of definitions, the newest first: of one object or field where they are named, before an id
// where that is not 0.
func (s *Store) History(ctx context.Context, of, field string, before int64, limit int) (list []Entry, err error) {
	err = s.db.Read(ctx, func(r db.Reader) error {
		list = nil
		for next := before; len(list) < limit; {
			batch, err := entries(r, next, 100)
			if err != nil {
				return err
			}
			for _, e := range batch {
				next = e.ID
				if len(list) < limit && e.about(of, field) {
					list = append(list, e)
				}
			}
			if len(batch) < 100 {
				return nil
			}
		}
		return nil
	})
	return list, err
}

func (e *Entry) about(of, field string) bool {
	for _, m := range e.Changes {
		if (of == "" || m.Object == of) && (field == "" || m.Field == field) {
			return true
		}
	}
	return false
}

const entryColumns = "SELECT id, at, actor, via, version, changes, coalesce(undoes, 0), coalesce(undone_by, 0) FROM sys_catalog_change "

func entries(r db.Reader, before int64, limit int) ([]Entry, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return entriesOf(r, entryColumns+"WHERE id < ? ORDER BY id DESC LIMIT ?", before, int64(limit))
}

func entriesOf(r db.Reader, sql string, args ...any) (list []Entry, err error) {
	var e Entry
	var at int64
	var text string
	var wrong error
	err = each(r, sql, []any{&e.ID, &at, &e.By.User, &e.By.Via, &e.Version, &text, &e.Undoes, &e.UndoneBy}, func() {
		x := e
		x.At = time.UnixMicro(at).UTC()
		if err := json.Unmarshal([]byte(text), &x.Changes); err != nil {
			wrong = err
		}
		list = append(list, x)
	}, args...)
	if err == nil {
		err = wrong
	}
	return list, err
}

// Note writes into the history what was changed beside the definitions. Whose setting it is knows how to take it back, and
// says then which entry that undoes (0: none); one that was undone already is refused.
func (s *Store) Note(ctx context.Context, by By, undoes int64, m Move) error {
	return s.db.Write(ctx, func(tx db.Tx) error {
		if undoes != 0 {
			list, err := entriesOf(tx, entryColumns+"WHERE id = ? AND undone_by IS NULL", undoes)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return fault.New(fault.Conflict, "catalog.undone")
			}
		}
		return (&entry{by, undoes}).put(tx, s.clock.Now().UnixMicro(), s.Current().Version, []moveOf{m})
	})
}

// Entry finds a change in the history.
func (s *Store) Entry(ctx context.Context, id int64) (e *Entry, err error) {
	err = s.db.Read(ctx, func(r db.Reader) error {
		list, err := entriesOf(r, entryColumns+"WHERE id = ?", id)
		if err == nil && len(list) == 0 {
			err = fault.New(fault.Missing, "catalog.change_missing")
		}
		if err == nil {
			e = &list[0]
		}
		return err
	})
	return e, err
}

// Undo restores the definitions before a change: what was made then is retired. It is refused where one of them was
// changed again since, and stands in the history itself.
func (s *Store) Undo(ctx context.Context, id int64, by By) (*object.Catalog, error) {
	cat, err := s.change(ctx, 0, &entry{by: by, undoes: id}, func(tx db.Tx, d *Draft) error {
		list, err := entriesOf(tx, entryColumns+"WHERE id = ?", id)
		if err != nil {
			return err
		}
		switch {
		case len(list) == 0:
			return fault.New(fault.Missing, "catalog.change_missing")
		case list[0].UndoneBy != 0:
			return fault.New(fault.Conflict, "catalog.undone")
		}
		for _, m := range list[0].Changes {
			if m.Part == partView {
				err = d.restoreView(tx, m)
			} else {
				err = d.restore(m)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.nudge()
	}
	return cat, err
}

func undoMoved(m moveOf) error {
	return fault.New(fault.Conflict, "catalog.undo_moved", "object", m.Object, "field", m.Field)
}

func (d *Draft) restore(m moveOf) error {
	gone := undoMoved(m)
	old := d.base.Object(m.Object)
	if old == nil {
		return gone
	}
	o, err := d.edit(m.Object)
	if err != nil {
		return err
	}
	if m.Part == partLayout {
		now, err := json.Marshal(old.Layout)
		if err != nil || !bytes.Equal(now, m.After) {
			return gone
		}
		o.Layout = nil
		return decode(string(m.Before), &o.Layout, m.Object)
	}
	if m.Field == "" {
		now, err := json.Marshal(headOf(old))
		if err != nil || !bytes.Equal(now, m.After) {
			return gone
		}
		h := headOf(o)
		if h.Retired = true; string(m.Before) != "null" && m.Before != nil {
			h = head{}
			if err := decode(string(m.Before), &h, m.Object); err != nil {
				return err
			}
		}
		h.on(o)
		return fault.Faulty(checkHead(o))
	}
	was := old.Field(m.Field)
	if was == nil {
		return gone
	}
	now, err := plain(was)
	if err != nil || !bytes.Equal(now, m.After) {
		return gone
	}
	f := o.Field(m.Field)
	if m.Before == nil || string(m.Before) == "null" {
		f.Retired = true
		if needed(o, f) {
			f.Retired = false // it goes with its object
		}
		return nil
	}
	unique, duplicates, index := f.Unique, f.Duplicates, f.Index
	var after object.Field
	*f = object.Field{}
	for text, into := range map[*json.RawMessage]*object.Field{&m.Before: f, &m.After: &after} {
		if err := decode(string(*text), into, m.Object+"."+m.Field); err != nil {
			return err
		}
	}
	if f.Index = index; f.Unique == after.Unique {
		f.Unique, f.Duplicates = unique, duplicates
	}
	return nil
}
