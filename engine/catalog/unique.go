package catalog

import (
	"context"
	"encoding/json"
	"slices"

	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
)

const shownKeys = 20 // values that stand twice, of which the records are remembered

// hold makes the index that holds a field unique, or says which values are in its way.
func (s *Store) hold(ctx context.Context, o *object.Object, f *object.Field) (count int, groups [][]int64, err error) {
	err = s.index(ctx, o, f, table.Uniques)
	if _, broken := s.db.Dialect().Unique(err); !broken {
		return 0, nil, err
	}
	if count, groups, err = s.twice(ctx, o, f); err == nil && count == 0 {
		count = 1 // it stood twice for a moment, and for that moment in the index's way; whoever wants it tries again
	}
	return count, groups, err
}

func (s *Store) twice(ctx context.Context, o *object.Object, f *object.Field) (count int, groups [][]int64, err error) {
	err = s.db.Read(ctx, func(r db.Reader) error {
		count, groups, err = table.Twice(r, o, f, shownKeys)
		return err
	})
	return count, groups, err
}

// finish makes a field unique, or says why it cannot be.
func (s *Store) finish(ctx context.Context, p place, count int, groups [][]int64) error {
	text, err := json.Marshal(groups)
	if err != nil {
		return err
	}
	_, err = s.change(ctx, 0, nil, func(tx db.Tx, d *Draft) error {
		o := d.Object(p.object).Clone()
		f := o.Field(p.field)
		if !f.Building { // switched off meanwhile
			return table.Unindex(tx, o, f, p.keys)
		}
		f.Building, f.Unique, f.Duplicates = false, count == 0, count
		d.changed[o.Name] = o
		if count > 0 {
			if err := table.Unindex(tx, o, f, p.keys); err != nil {
				return err
			}
		}
		_, err := tx.Exec("UPDATE sys_unique SET until = 0, twice = ? WHERE object = ? AND field = ?", string(text), int64(o.Number), f.Name)
		return err
	})
	return err
}

// Uniqueness answers how far the uniqueness of a field is ("", building, live, failed), how many values stand more than
// once where it failed, and the records of some of them.
func (s *Store) Uniqueness(ctx context.Context, o *object.Object, f *object.Field) (state string, duplicates int, groups [][]int64, err error) {
	state = State(f)
	if state != "failed" {
		return state, 0, nil, nil
	}
	err = s.db.Read(ctx, func(r db.Reader) error {
		var text string
		if found, err := r.One([]any{&text}, "SELECT twice FROM sys_unique WHERE object = ? AND field = ?", int64(o.Number), f.Name); err != nil || !found {
			return err
		}
		return json.Unmarshal([]byte(text), &groups)
	})
	return state, f.Duplicates, slices.Clip(groups), err
}

// State is how far the uniqueness of a field is.
func State(f *object.Field) string {
	switch {
	case f.Unique:
		return "live"
	case f.Building:
		return "building"
	case f.Duplicates > 0:
		return "failed"
	}
	return ""
}

// MatchState is how far the duplicate matcher is with a field: "", building, live.
func MatchState(f *object.Field) string {
	switch {
	case f.Match:
		return "live"
	case f.Filling:
		return "building"
	}
	return ""
}
