package db_test

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"

	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
)

// odd makes tables with all that a shape can say.
func odd(tx db.Tx) error {
	d := tx.Dialect()
	for _, sql := range []string{
		"CREATE TABLE thing (" + d.Key("id") + ", tag " + d.Type(db.Text) + " NOT NULL, raw " + d.Type(db.Bytes) + ", n " + d.Type(db.Int) + ")",
		"CREATE UNIQUE INDEX thing_tag ON thing (tag) WHERE tag IS NOT NULL AND tag IN ('a', 'b', '有朋')",
		"CREATE INDEX thing_n ON thing (tag, n DESC)",
		"CREATE TABLE pair (b " + d.Type(db.Text) + ", a " + d.Type(db.Int) + ", PRIMARY KEY (b, a))",
		"INSERT INTO thing (tag, raw, n) VALUES ('有朋', NULL, -5)",
		"INSERT INTO thing (tag, raw, n) VALUES ('', NULL, NULL)",
		"INSERT INTO thing (tag, n) VALUES ('gone', 9223372036854775807)",
		"DELETE FROM thing WHERE tag = 'gone'",
		"INSERT INTO pair (b, a) VALUES ('z', 1)",
		"INSERT INTO pair (b, a) VALUES ('Z', 2)",
	} {
		if _, err := tx.Exec(sql); err != nil {
			return err
		}
	}
	_, err := tx.Exec("UPDATE thing SET raw = ? WHERE tag = ''", []byte{0, 255, 0x27})
	return err
}

func dumped(t *testing.T, d *db.DB) (shapes []*db.Shape, rows [][]byte) {
	t.Helper()
	must(t, d.Frozen(t.Context(), t.TempDir(), func(r db.Reader) error {
		tables, err := r.Dialect().Tables(r)
		if err != nil {
			return err
		}
		for _, name := range tables {
			s, err := db.Describe(r, name)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if _, err := db.Dump(r, s, &b); err != nil {
				return err
			}
			shapes, rows = append(shapes, s), append(rows, b.Bytes())
		}
		return nil
	}))
	return shapes, rows
}

func TestRowsMoveBetweenTheDatabases(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"sqlite", "postgres"} {
		for _, to := range []string{"sqlite", "postgres"} {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				a, b := dbtest.Open(t, dbtest.URL(t, from), db.Options{}), dbtest.Open(t, dbtest.URL(t, to), db.Options{})
				must(t, a.Schema(t.Context(), odd))
				shapes, rows := dumped(t, a)
				for i, s := range shapes {
					must(t, b.Schema(t.Context(), s.Make))
					if n, err := db.Load(t.Context(), b, s, bytes.NewReader(rows[i])); err != nil || n != 2 {
						t.Fatalf("%s: %d rows, %v", s.Name, n, err)
					}
					must(t, b.Schema(t.Context(), s.Finish))
				}
				if len(shapes) != 2 || shapes[1].Next != 3 || len(shapes[1].Indexes) != 2 {
					t.Errorf("%+v", shapes)
				}
				again, same := dumped(t, b)
				if !reflect.DeepEqual(rows, same) {
					t.Error("the rows are not the same")
				}
				for i := range again {
					for j := range again[i].Indexes { // brackets differ, not what they say
						again[i].Indexes[j].Where = strings.NewReplacer("(", "", ")", "").Replace(again[i].Indexes[j].Where)
						shapes[i].Indexes[j].Where = strings.NewReplacer("(", "", ")", "").Replace(shapes[i].Indexes[j].Where)
					}
				}
				if !reflect.DeepEqual(shapes, again) {
					t.Errorf("%+v is not %+v", again, shapes)
				}
				must(t, b.Write(t.Context(), func(tx db.Tx) error {
					id, err := tx.Insert("INSERT INTO thing (tag) VALUES ('new')")
					if id != 4 {
						t.Errorf("the next key is %d, and 3 was used", id)
					}
					return err
				}))
				for cut := range rows[1] {
					if _, err := db.Load(t.Context(), b, shapes[1], bytes.NewReader(rows[1][:cut])); err == nil {
						t.Fatalf("rows cut at %d of %d were taken", cut, len(rows[1]))
					}
				}
			})
		}
	}
}

func TestAnOlderDatabaseIsKeptBeforeItIsMigrated(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			at := dbtest.URL(t, kind)
			d := dbtest.Open(t, at, db.Options{})
			steps := []db.Migration{{Number: 1, Name: "one", Up: odd}, {Number: 2, Name: "two", Up: func(tx db.Tx) error {
				_, err := tx.Exec("DELETE FROM thing")
				return err
			}}}
			must(t, db.Migrate(t.Context(), d, steps[:1]))
			must(t, db.Migrate(t.Context(), d, steps))
			must(t, db.Migrate(t.Context(), d, steps))
			if kind == "sqlite" {
				at += ".before-2"
			} else {
				at += "_before_2"
			}
			kept := dbtest.Open(t, at, db.Options{})
			var things int64
			must(t, kept.Read(t.Context(), func(r db.Reader) error {
				_, err := r.One([]any{&things}, "SELECT count(*) FROM thing")
				return err
			}))
			if v, err := db.Version(t.Context(), kept); err != nil || v != 1 || things != 2 {
				t.Errorf("version %d with %d things: %v", v, things, err)
			}
			if kind == "postgres" {
				must(t, db.Drop(t.Context(), at))
			} else if _, err := os.Stat(strings.TrimPrefix(at, "sqlite:") + ".half"); err == nil {
				t.Error("a half copy was left")
			}
		})
	}
}
