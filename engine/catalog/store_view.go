package catalog

import (
	"context"
	"encoding/json"

	"youpeng/engine/view"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// What a move in the history is of, where it is neither an object nor a field.
const (
	partLayout = "layout"
	partView   = "view"
)

const viewColumns = "SELECT version, definition FROM sys_view WHERE "

// Views lists the views that a user may look at, the oldest first: the shared ones and their own, of one object where it
// is named.
func (s *Store) Views(ctx context.Context, of, user string) (list []*view.View, err error) {
	err = s.db.Read(ctx, func(r db.Reader) (err error) {
		list, err = viewsOf(r, "(shared = 1 OR owner = ?) AND (object = ? OR ? = '') ORDER BY id", user, of, of)
		return err
	})
	return list, err
}

// View finds a view, whoever it belongs to; nil when there is none.
func (s *Store) View(ctx context.Context, id string) (v *view.View, err error) {
	err = s.db.Read(ctx, func(r db.Reader) (err error) {
		v, err = viewOf(r, id)
		return err
	})
	return v, err
}

func viewOf(r db.Reader, id string) (*view.View, error) {
	list, err := viewsOf(r, "id = ?", id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

func viewsOf(r db.Reader, where string, args ...any) (list []*view.View, err error) {
	var version int64
	var text string
	var wrong error
	err = each(r, viewColumns+where, []any{&version, &text}, func() {
		v := &view.View{}
		if err := decode(text, v, "sys_view"); err != nil {
			wrong = err
		}
		v.Version = version
		list = append(list, v)
	}, args...)
	if err == nil {
		err = wrong
	}
	return list, err
}

// SaveView puts a view in the place of what its writer saw: of nothing where it is new, by nothing where it goes. What is
// or was shared is a change of the catalog with its place in the history; what belongs to one person is theirs alone to
// know of. It answers the version that the view has then.
func (s *Store) SaveView(ctx context.Context, by By, was, now *view.View) (version int64, err error) {
	if was != nil && was.Shared || now != nil && now.Shared {
		_, err = s.change(ctx, 0, &entry{by: by}, func(tx db.Tx, d *Draft) (err error) {
			version, err = d.putView(tx, was, now)
			return err
		})
		return version, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) (err error) {
		version, err = putView(tx, was, now)
		return err
	})
	return version, err
}

// putView changes a shared view within a change of the catalog.
func (d *Draft) putView(tx db.Tx, was, now *view.View) (version int64, err error) {
	m := moveOf{Part: partView}
	for to, v := range map[*json.RawMessage]*view.View{&m.Before: was, &m.After: now} {
		if v != nil {
			m.Object = v.Object
		}
		if *to, err = json.Marshal(v); err != nil {
			return 0, err
		}
	}
	d.views = append(d.views, m)
	return putView(tx, was, now)
}

func putView(tx db.Tx, was, now *view.View) (version int64, err error) {
	id := ""
	if was != nil {
		id = was.ID
	} else {
		id = now.ID
	}
	there, err := viewOf(tx, id)
	switch {
	case err != nil:
		return 0, err
	case was == nil && there != nil:
		return 0, fault.New(fault.Conflict, "view.taken")
	case was != nil && there == nil:
		return 0, fault.New(fault.Missing, "view.missing")
	case was != nil && there.Version != was.Version:
		return 0, fault.New(fault.Stale, "view.moved").With("version", there.Version)
	case now == nil:
		_, err = tx.Exec("DELETE FROM sys_view WHERE id = ?", id)
		return 0, err
	}
	if err := room(tx, was, now); err != nil {
		return 0, err
	}
	text, err := json.Marshal(now)
	if err != nil {
		return 0, err
	}
	if was == nil {
		version = now.Version + 1 // one that comes back is newer than it ever was
		n, err := tx.Exec(tx.Dialect().Ignore("INSERT INTO sys_view (id, object, owner, shared, version, definition) VALUES (?, ?, ?, ?, ?, ?)"), now.ID, now.Object, now.Owner, now.Shared, version, string(text))
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "view.taken")
		}
		return version, err
	}
	version = was.Version + 1
	n, err := tx.Exec("UPDATE sys_view SET owner = ?, shared = ?, version = ?, definition = ? WHERE id = ? AND version = ?", now.Owner, now.Shared, version, string(text), id, was.Version)
	if err == nil && n == 0 {
		err = fault.New(fault.Stale, "view.moved")
	}
	return version, err
}

// room refuses a view where there are as many as there may be.
func room(r db.Reader, was, now *view.View) error {
	if was != nil && was.Shared == now.Shared {
		return nil
	}
	var n int64
	sql, args, most, code := "SELECT count(*) FROM sys_view WHERE object = ? AND shared = 1", []any{now.Object}, view.MaxShared, "view.many_shared"
	if !now.Shared {
		sql, args, most, code = "SELECT count(*) FROM sys_view WHERE object = ? AND shared = 0 AND owner = ?", []any{now.Object, now.Owner}, view.MaxOwn, "view.many_own"
	}
	if _, err := r.One([]any{&n}, sql, args...); err != nil {
		return err
	}
	if n >= int64(most) {
		return fault.New(fault.Conflict, code, "max", most)
	}
	return nil
}

// restoreView takes back what became of a shared view.
func (d *Draft) restoreView(tx db.Tx, m moveOf) error {
	var before, after *view.View
	for text, into := range map[*json.RawMessage]**view.View{&m.Before: &before, &m.After: &after} {
		if err := decode(string(*text), into, "view"); err != nil {
			return err
		}
	}
	id := ""
	for _, v := range []*view.View{before, after} {
		if v != nil {
			id = v.ID
		}
	}
	there, err := viewOf(tx, id)
	if err != nil {
		return err
	}
	if !view.Same(there, after) {
		return undoMoved(m)
	}
	_, err = d.putView(tx, there, before)
	return err
}
