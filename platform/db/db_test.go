package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
)

// note is the table most tests write to.
func note(t *testing.T, d *db.DB) *db.DB {
	t.Helper()
	must(t, d.Schema(t.Context(), func(tx db.Tx) error {
		w := tx.Dialect()
		if _, err := tx.Exec("CREATE TABLE note (" + w.Key("id") + ", title " + w.Type(db.Text) + " NOT NULL, body " + w.Type(db.Bytes) + ", size " + w.Type(db.Int) + ")"); err != nil {
			return err
		}
		_, err := tx.Exec("CREATE UNIQUE INDEX note_title ON note (title)")
		return err
	}))
	return d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func add(tx db.Tx, title string) error {
	_, err := tx.Insert("INSERT INTO note (title) VALUES (?)", title)
	return err
}

func titles(t testing.TB, d *db.DB) (all []string) {
	t.Helper()
	must(t, d.Read(context.Background(), func(r db.Reader) error {
		rows, err := r.Query("SELECT title FROM note ORDER BY title")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			all = append(all, s)
		}
		return rows.Err()
	}))
	return all
}

func TestValues(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		var id int64
		must(t, d.Write(t.Context(), func(tx db.Tx) (err error) {
			id, err = tx.Insert("INSERT INTO note (title, body, size) VALUES (?, ?, ?)", "有朋 '\"?😀", []byte{0, 1, 255}, int64(-1)<<63)
			if err == nil {
				_, err = tx.Insert("INSERT INTO note (title, body, size) VALUES (?, ?, ?)", "", []byte{}, nil)
			}
			return err
		}))
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			var title string
			var body []byte
			var size int64
			found, err := r.One([]any{&title, &body, &size}, "SELECT title, body, size FROM note WHERE id = ?", id)
			if err != nil || !found || title != "有朋 '\"?😀" || string(body) != "\x00\x01\xff" || size != -1<<63 {
				t.Errorf("got %q %v %d, %v %v", title, body, size, found, err)
			}
			var null sql.NullInt64
			var any1, any2, any3 any
			var flag bool
			found, err = r.One([]any{&any1, &any2, &any3, &null, &flag}, "SELECT title, body, size, size, CASE WHEN title = '' THEN 1 ELSE 0 END FROM note WHERE title = ?", "")
			if err != nil || !found || any1 != "" || len(any2.([]byte)) != 0 || any3 != nil || null.Valid || !flag {
				t.Errorf("got %#v %#v %#v %v %v, %v %v", any1, any2, any3, null, flag, found, err)
			}
			var sum, count int64
			if _, err = r.One([]any{&sum, &count}, "SELECT sum(size), count(*) FROM note WHERE title <> '?' -- a ? that counts for nothing"); err != nil || count != 2 {
				return fmt.Errorf("sum %d of %d: %w", sum, count, err)
			}
			if found, err := r.One([]any{&title}, "SELECT title FROM note WHERE id = ?", 999); found || err != nil {
				t.Errorf("found %v %v what is not there", found, err)
			}
			return nil
		}))
		for _, bad := range []any{1.5, "a\x00b", "\xff"} {
			if err := d.Write(t.Context(), func(tx db.Tx) error { _, err := tx.Exec("UPDATE note SET title = ?", bad); return err }); err == nil {
				t.Errorf("%q was stored", bad)
			}
		}
		err := d.Read(t.Context(), func(r db.Reader) error {
			var n int64
			_, err := r.One([]any{&n}, "SELECT size FROM note WHERE title = ?", "")
			return err
		})
		if err == nil {
			t.Error("a null was read as an integer")
		}
	})
}

func TestKeysAreNeverUsedTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		var first, second int64
		must(t, d.Write(t.Context(), func(tx db.Tx) (err error) {
			first, err = tx.Insert("INSERT INTO note (title) VALUES (?)", "a")
			return err
		}))
		must(t, d.Write(t.Context(), func(tx db.Tx) error { _, err := tx.Exec("DELETE FROM note"); return err }))
		must(t, d.Write(t.Context(), func(tx db.Tx) (err error) {
			second, err = tx.Insert("INSERT INTO note (title) VALUES (?)", "b")
			return err
		}))
		if second <= first {
			t.Errorf("key %d after %d", second, first)
		}
	})
}

func TestUniqueNamesTheIndexAndHurtsNobodyElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		must(t, d.Write(t.Context(), func(tx db.Tx) error { return add(tx, "taken") }))
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				title := fmt.Sprintf("note %02d", i)
				err := d.Write(t.Context(), func(tx db.Tx) error {
					if err := add(tx, title); err != nil || i%4 > 0 {
						return err
					}
					return fmt.Errorf("mine: %w", add(tx, "taken"))
				})
				index, broken := d.Dialect().Unique(err)
				if want := i%4 == 0; broken != want || broken && index != "note_title" || !broken && err != nil {
					t.Errorf("%d: %q %v %v", i, index, broken, err)
				}
			})
		}
		all.Wait()
		if got := titles(t, d); len(got) != 31 {
			t.Errorf("%d rows: %v", len(got), got)
		}
		err := d.Write(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec("INSERT INTO note (id, title) SELECT id, 'other' FROM note WHERE title = 'taken'")
			return err
		})
		if index, ok := d.Dialect().Unique(err); !ok || index != "note_pkey" {
			t.Errorf("primary key: %q %v %v", index, ok, err)
		}
	})
}

func TestUniqueOverExpressionsAndSeveralColumns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := open()
		must(t, d.Schema(t.Context(), func(tx db.Tx) error {
			w := tx.Dialect()
			for _, s := range []string{
				`CREATE TABLE "a.b" (` + w.Key("id") + `, "x, y" ` + w.Type(db.Text) + `, z ` + w.Type(db.Int) + `, gone ` + w.Type(db.Int) + `)`,
				`CREATE UNIQUE INDEX pair ON "a.b" ("x, y", z)`,
				`CREATE UNIQUE INDEX living ON "a.b" (lower("x, y")) WHERE gone IS NULL`,
			} {
				if _, err := tx.Exec(s); err != nil {
					return err
				}
			}
			return nil
		}))
		put := func(x string, z, gone any) (string, bool) {
			return d.Dialect().Unique(d.Write(t.Context(), func(tx db.Tx) error {
				_, err := tx.Insert(`INSERT INTO "a.b" ("x, y", z, gone) VALUES (?, ?, ?)`, x, z, gone)
				return err
			}))
		}
		for _, c := range []struct {
			x       string
			z, gone any
			index   string
		}{{"a", 1, nil, ""}, {"a", 1, 5, "pair"}, {"A", 2, nil, "living"}, {"A", 2, 5, ""}} {
			if index, _ := put(c.x, c.z, c.gone); index != c.index {
				t.Errorf("%v: %q", c, index)
			}
		}
	})
}

func TestNested(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		no := errors.New("no")
		ran := []string{}
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			ran = ran[:0]
			must(t, add(tx, "kept"))
			tx.AfterCommit(func() { ran = append(ran, "outer") })
			if err := tx.Nested(func(tx db.Tx) error {
				tx.AfterCommit(func() { ran = append(ran, "undone") })
				must(t, tx.Nested(func(tx db.Tx) error { return add(tx, "undone with its parent") }))
				return no
			}); !errors.Is(err, no) {
				t.Errorf("nested: %v", err)
			}
			err := tx.Nested(func(tx db.Tx) error { return add(tx, "kept") })
			if _, taken := tx.Dialect().Unique(err); !taken {
				t.Errorf("taken: %v", err)
			}
			if err := tx.Nested(func(tx db.Tx) error { panic("oh") }); err == nil {
				t.Error("a panic passed")
			}
			if err := tx.Nested(func(tx db.Tx) error { _ = add(tx, "kept"); return nil }); err == nil {
				t.Error("a hidden failure passed")
			}
			return tx.Nested(func(tx db.Tx) error {
				tx.AfterCommit(func() { ran = append(ran, "inner") })
				return add(tx, "also kept")
			})
		}))
		if got := titles(t, d); !slices.Equal(got, []string{"also kept", "kept"}) {
			t.Errorf("%q", got)
		}
		if !slices.Equal(ran, []string{"outer", "inner"}) {
			t.Errorf("after the commit ran %q", ran)
		}
	})
}

func TestWhatCallbacksMayNotDo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		ctx := t.Context()
		var left db.Tx
		cases := map[string]func(db.Tx) error{
			"panic":          func(tx db.Tx) error { must(t, add(tx, "a")); panic("oh") },
			"hide a failure": func(tx db.Tx) error { _ = add(tx, "b"); _ = add(tx, "b"); return nil },
			"go on after one": func(tx db.Tx) error {
				_, _ = tx.Exec("INSERT INTO nowhere VALUES (1)")
				return add(tx, "c")
			},
			"two statements": func(tx db.Tx) error {
				_, err := tx.Exec("INSERT INTO note (title) VALUES ('d'); DELETE FROM note")
				return err
			},
			"too few arguments": func(tx db.Tx) error { _, err := tx.Exec("INSERT INTO note (title) VALUES (?)"); return err },
			"ask while a result is open": func(tx db.Tx) error {
				rows, err := tx.Query("SELECT 1")
				must(t, err)
				defer rows.Close()
				return add(tx, "e")
			},
		}
		for name, fn := range cases {
			if err := d.Write(ctx, fn); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		must(t, d.Write(ctx, func(tx db.Tx) error { left = tx; return nil }))
		if err := add(left, "late"); err == nil {
			t.Error("a transaction worked after its callback")
		}
		if err := d.Read(ctx, func(db.Reader) error { panic("oh") }); err == nil {
			t.Error("a panic in a reader passed")
		}
		if got := titles(t, d); len(got) != 0 {
			t.Errorf("left behind: %q", got)
		}
		must(t, d.Write(ctx, func(tx db.Tx) error { return add(tx, "works on") }))
	})
}

func TestReadIsOneSnapshot(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		count := func(r db.Reader) (n int64) {
			_, err := r.One([]any{&n}, "SELECT count(*) FROM note")
			must(t, err)
			return n
		}
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			before := count(r)
			must(t, d.Write(t.Context(), func(tx db.Tx) error { return add(tx, "new") }))
			if after := count(r); after != before {
				t.Errorf("%d rows became %d", before, after)
			}
			return nil
		}))
		if got := titles(t, d); len(got) != 1 {
			t.Errorf("the next snapshot shows %q", got)
		}
		err := d.Read(t.Context(), func(r db.Reader) error { return add(r.(db.Tx), "through a reader") })
		if err == nil {
			t.Error("a reader wrote")
		}
	})
}

func TestCancelledRead(t *testing.T) {
	t.Parallel()
	dbtest.EachWith(t, db.Options{Readers: 1}, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Read(ctx, func(r db.Reader) error {
			cancel()
			var n int64
			_, err := r.One([]any{&n}, "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r WHERE x < 2000000000) SELECT max(x) FROM r")
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			inner, cancel := context.WithCancel(t.Context())
			cancel()
			if err := d.Read(inner, func(db.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
				t.Errorf("waiting for a seat: %v", err)
			}
			return nil
		}))
	})
}

func TestLookAtTables(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			w := r.Dialect()
			columns, err1 := w.Columns(r, "note")
			indexes, err2 := w.Indexes(r, "note")
			tables, err3 := w.Tables(r)
			none, err4 := w.Columns(r, "nothing")
			if fmt.Sprint(columns, indexes, tables, none) != "[id title body size] [note_title] [note] []" {
				t.Errorf("%q %q %q %q", columns, indexes, tables, none)
			}
			return errors.Join(err1, err2, err3, err4)
		}))
		must(t, d.Ping(t.Context()))
		must(t, d.Scrub(t.Context()))
		if n, err := d.Size(t.Context()); n <= 0 || err != nil {
			t.Errorf("size %d %v", n, err)
		}
		insert := d.Dialect().Ignore("INSERT INTO note (title) VALUES (?)")
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			first, err := tx.Insert(insert, "once")
			must(t, err)
			again, err := tx.Insert(insert, "once")
			if first == 0 || again != 0 {
				t.Errorf("keys %d and %d", first, again)
			}
			return err
		}))
	})
}

func TestSchemaIsAllOrNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		err := d.Schema(t.Context(), func(tx db.Tx) error {
			if _, err := tx.Exec("ALTER TABLE note ADD COLUMN x_more " + tx.Dialect().Type(db.Int)); err != nil {
				return err
			}
			return errors.New("changed my mind")
		})
		if err == nil {
			t.Error("no error")
		}
		must(t, d.Write(t.Context(), func(tx db.Tx) error { return add(tx, "a") }))
		must(t, d.Schema(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec("ALTER TABLE note ADD COLUMN x_other " + tx.Dialect().Type(db.Int))
			return err
		}))
		must(t, d.Write(t.Context(), func(tx db.Tx) error { // prepared before the change
			if err := add(tx, "b"); err != nil {
				return err
			}
			_, err := tx.Exec("UPDATE note SET x_other = ?", 5)
			return err
		}))
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			columns, err := r.Dialect().Columns(r, "note")
			if slices.Contains(columns, "x_more") || !slices.Contains(columns, "x_other") {
				t.Errorf("%q", columns)
			}
			return err
		}))
	})
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d, other := open(), open()
		ctx := t.Context()
		make := func(table string) func(db.Tx) error {
			return func(tx db.Tx) error { _, err := tx.Exec("CREATE TABLE " + table + " (n INTEGER)"); return err }
		}
		steps := []db.Migration{{1, "one", make("one")}, {2, "two", make("two")}}
		var both sync.WaitGroup
		for _, d := range []*db.DB{d, other} { // two nodes start at once
			both.Go(func() {
				if err := db.Migrate(ctx, d, steps); err != nil {
					t.Errorf("migrate: %v", err)
				}
			})
		}
		both.Wait()
		broken := append(steps[:2:2], db.Migration{Number: 5, Name: "broken", Up: func(tx db.Tx) error {
			must(t, make("half")(tx))
			return errors.New("oh")
		}})
		if err := db.Migrate(ctx, d, broken); err == nil {
			t.Error("a broken step passed")
		}
		if n, err := db.Version(ctx, d); n != 2 || err != nil {
			t.Errorf("version %d %v", n, err)
		}
		err := db.Migrate(ctx, d, steps[:1])
		if !fault.Has(err, "db.newer") {
			t.Errorf("newer: %v", err)
		}
		must(t, d.Read(ctx, func(r db.Reader) error {
			tables, err := r.Dialect().Tables(r)
			if !slices.Equal(tables, []string{"one", "schema_version", "two"}) {
				t.Errorf("%q", tables)
			}
			return err
		}))
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "mysql://x", "sqlite:", "sqlite::memory:", "sqlite:" + filepath.Join(t.TempDir(), "no", "such", "folder")} {
		if d, err := db.Open(t.Context(), url, db.Options{}); err == nil {
			d.Close()
			t.Errorf("%q was opened", url)
		}
	}
}
