package db_test

import (
	"errors"
	"fmt"
	"testing"

	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
)

var errTitle = errors.New("the title is taken")

// titled words the failure of a statement that was sent.
func titled(tx db.Tx) func(int64, error) error {
	return func(_ int64, err error) error {
		if index, broken := tx.Dialect().Unique(err); broken && index == "note_title" {
			return errTitle
		}
		return err
	}
}

func TestRowsFillATable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		const n = 1001
		must(t, d.Schema(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec("CREATE TABLE other (" + tx.Dialect().Key("id") + ")")
			return err
		}))
		var keys []int64
		must(t, d.Write(t.Context(), func(tx db.Tx) (err error) {
			reserve := func(n int) []int64 {
				drawn, err := tx.Reserve(map[string]int{"note": n, "other": 2})
				must(t, err)
				if other := drawn["other"]; len(other) != 2 || other[0] >= other[1] {
					t.Errorf("keys of another table: %v", other)
				}
				return drawn["note"]
			}
			keys = reserve(n)
			more := reserve(1)
			if len(keys) != n || more[0] <= keys[n-1] {
				return fmt.Errorf("%d keys up to %d, then %d", len(keys), keys[n-1], more[0])
			}
			var args []any
			for i, k := range keys {
				args = append(args, k, fmt.Sprint("row ", i))
			}
			if err := db.Fill(tx, nil, "INSERT INTO note (id, title)", 2, args); err != nil {
				return err
			}
			var count, last int64
			if _, err := tx.One([]any{&count, &last}, "SELECT count(*), max(id) FROM note WHERE title LIKE ?", "row %"); err != nil {
				return err
			}
			if count != n || last != keys[n-1] {
				return fmt.Errorf("%d rows up to %d", count, last)
			}
			return add(tx, "by itself")
		}))
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			var own int64
			_, err := tx.One([]any{&own}, "SELECT id FROM note WHERE title = ?", "by itself")
			if err == nil && own <= keys[n-1]+1 {
				err = fmt.Errorf("key %d was drawn before", own)
			}
			return err
		}))
	})
}

func TestSentStatementsFailTheirWrite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		must(t, d.Write(t.Context(), func(tx db.Tx) error { return add(tx, "a") }))
		send := func(tx db.Tx, title string) error {
			return tx.Send(titled(tx), "INSERT INTO note (title) VALUES (?)", title)
		}
		after := false
		err := d.Write(t.Context(), func(tx db.Tx) error {
			tx.AfterCommit(func() { after = true })
			if err := send(tx, "b"); err != nil {
				return err
			}
			return send(tx, "a")
		})
		if !errors.Is(err, errTitle) || after {
			t.Errorf("the last statement of a write failed: %v, committed %v", err, after)
		}
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			if err := send(tx, "c"); err != nil {
				return err
			}
			err := tx.Nested(func(tx db.Tx) error {
				if err := send(tx, "d"); err != nil {
					return err
				}
				return send(tx, "a")
			})
			if !errors.Is(err, errTitle) {
				return fmt.Errorf("nested: %w", err)
			}
			touched := int64(-1)
			if err := tx.Send(func(n int64, err error) error { touched = n; return err }, "UPDATE note SET size = 1 WHERE title IN (?, ?)", "a", "c"); err != nil {
				return err
			}
			n, err := tx.Exec("UPDATE note SET size = 2 WHERE title = ?", "c")
			if err == nil && (touched != 2 || n != 1) {
				err = fmt.Errorf("touched %d, then %d", touched, n)
			}
			return err
		}))
		if got := titles(t, d); fmt.Sprint(got) != "[a c]" {
			t.Errorf("kept %v", got)
		}
	})
}
