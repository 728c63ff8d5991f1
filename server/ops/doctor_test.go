package ops_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/db"
	"youpeng/platform/i18n"
	"youpeng/server/app"
	"youpeng/server/ops"
)

// damage is one thing that can be wrong: how it comes about, and what the doctor says of it. Each has a record of its own.
type damage struct {
	what  string
	plant func(f *firm, tx db.Tx, id int64) error
	finds []string // kind object.field, in which # stands for the record
	mends bool     // --fix puts it right
}

// sql plants by statements, in which # is the record.
func sql(list ...string) func(*firm, db.Tx, int64) error {
	return func(_ *firm, tx db.Tx, id int64) error {
		for _, s := range list {
			if n, err := tx.Exec(strings.ReplaceAll(s, "#", fmt.Sprint(id))); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			} else if n == 0 && !strings.HasPrefix(s, "DROP") && !strings.HasPrefix(s, "ALTER") {
				return fmt.Errorf("%s: nothing was touched", s)
			}
		}
		return nil
	}
}

var damages = []damage{
	{"a value without its item row", sql("DELETE FROM customer__phones WHERE record = # AND position = 1"), []string{"child_missing customer.phones #"}, true},
	{"item rows without their record", sql("UPDATE customer__emails SET record = 999999 WHERE record = #"), []string{"child_missing customer.emails #", "child_orphan customer.emails 999999"}, true},
	{"an item row that says something else", sql("UPDATE customer__phones SET value = '+8613000000000' WHERE record = # AND position = 0"), []string{"child_differs customer.phones #"}, true},
	{"a packed copy that says something else", sql("UPDATE customer SET phones = replace(phones, '138', '136') WHERE id = #"), []string{"child_differs customer.phones #", "row_altered customer #"}, false},
	{"a wrong unique key", sql("UPDATE customer SET uscc__ukey = 'x' WHERE id = #"), []string{"key_wrong customer.uscc #"}, true},
	{"a missing unique index", sql("DROP INDEX u_customer__uscc"), []string{"index_missing customer.uscc"}, true},
	{"a wrong key of the duplicate matcher", sql("UPDATE customer SET name__match = 'x' WHERE id = #"), []string{"match_wrong customer.name #"}, true},
	{"a value changed behind the log", sql("UPDATE customer SET level = 'D' WHERE id = #"), []string{"row_altered customer #"}, false},
	{"a former value changed", sql(`UPDATE sys_change SET before = '{"level":["D"]}' WHERE op = 'update' AND record = # AND object = (SELECT number FROM sys_object WHERE name = 'customer')`), []string{"log_altered customer #"}, false},
	{"a revision lower than logged", sql("UPDATE customer SET rev = rev - 1 WHERE id = #"), []string{"rev_low customer #"}, false},
	{"a revision higher than logged", sql("UPDATE customer SET rev = rev + 1 WHERE id = #"), []string{"rev_high customer #"}, false},
	{"another version than logged", sql("UPDATE customer SET version = version + 1 WHERE id = #"), []string{"version_differs customer #"}, false},
	{"put into the bin behind the log", sql("UPDATE customer SET deleted_at = 1 WHERE id = #"), []string{"bin_differs customer #"}, false},
	{"a row that nobody logged", func(_ *firm, tx db.Tx, id int64) error {
		public := uuid.New()
		_, err := tx.Exec("INSERT INTO customer (id, uuid, version, rev) VALUES (?, ?, 1, 1)", 777777, public[:])
		return err
	}, []string{"row_unlogged customer 777777"}, false},
	{"a row taken away", sql("DELETE FROM customer WHERE id = #"), []string{"row_vanished customer #", "child_orphan customer.phones #", "child_orphan customer.emails #"}, false},
	{"a link to a record that never was", sql("UPDATE customer SET parent = 987654 WHERE id = #"), []string{"link_nowhere customer.parent #", "row_altered customer #"}, false},
	{"a broken link of the chain", func(_ *firm, tx db.Tx, _ int64) error {
		_, err := tx.Exec("UPDATE sys_commit SET link = ? WHERE seq = 2", bytes.Repeat([]byte{7}, 32))
		return err
	}, []string{"log_broken 2", "log_broken 3"}, false},
	{"a gap in the numbers of commits", sql("UPDATE sys_commit SET seq = seq + 1 WHERE seq = (SELECT max(seq) FROM sys_commit)"), []string{"log_gap"}, false},
	{"a column that nobody defined", sql("ALTER TABLE customer ADD COLUMN stranger bigint"), []string{"column_foreign customer"}, false},
	{"a missing column", sql("ALTER TABLE department DROP COLUMN created_by"), []string{"column_missing department.created_by"}, false},
	{"a missing table", sql("DROP TABLE contact__customers"), []string{"table_missing contact.customers"}, false},
	{"an object of the catalog without definition and table", sql("INSERT INTO sys_object (name, number) VALUES ('ghost', 999)"), []string{"object_unknown ghost"}, false},
	{"a series behind the highest number that it gave", sql("UPDATE sys_series SET next = 1 WHERE name = 'order.number'"), []string{"series_behind"}, true},
	{"a member without a user record", func(f *firm, _ db.Tx, _ int64) error {
		a, err := f.app.Control.AddAccount(context.Background(), "nobody@example.com", "", "zh")
		if err == nil {
			err = f.app.Control.Join(context.Background(), a.ID, f.space.ID, uuid.New())
		}
		return err
	}, []string{"member_loose user"}, false},
	{"a membership without an account", func(f *firm, _ db.Tx, _ int64) error {
		return f.app.Control.Join(context.Background(), 4711, f.space.ID, uuid.New())
	}, []string{"loose"}, false},
	{"an uploaded file that is not what it was", func(f *firm, tx db.Tx, _ int64) error {
		hash, err := file(tx, "what it was")
		if err != nil {
			return err
		}
		return f.bytes(hash, "other")
	}, []string{"file_altered"}, false},
	{"an uploaded file without its bytes", func(_ *firm, tx db.Tx, _ int64) error {
		_, err := file(tx, "gone")
		return err
	}, []string{"file_lost"}, false},
	{"bytes without a file", func(f *firm, _ db.Tx, _ int64) error {
		return f.bytes(sha256.Sum256([]byte("nobody's")), "nobody's")
	}, []string{"file_stray"}, false},
}

// file adds the row of a file, without its bytes.
func file(tx db.Tx, text string) (hash [sha256.Size]byte, err error) {
	id := uuid.New()
	hash = sha256.Sum256([]byte(text))
	_, err = tx.Exec("INSERT INTO sys_file (uuid, hash, name, type, size, owner, at, expires) VALUES (?, ?, 'a.txt', 'text/plain', ?, 1, 1, 0)", id[:], hash[:], int64(len(text)))
	return hash, err
}

// bytes puts bytes among the files under a hash, be it theirs or not.
func (f *firm) bytes(hash [sha256.Size]byte, text string) error {
	name := hex.EncodeToString(hash[:])
	dir := filepath.Join(ops.Files(f.app.Config()), f.space.URL, name[:2])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
}

// key is a finding as the table of damages writes it.
func key(f ops.Finding) string {
	s := f.Kind
	if f.Object != "" {
		s += " " + f.Object
	}
	if f.Field != "" && f.Field != f.Object {
		s += "." + f.Field
	}
	switch {
	case f.ID != 0:
		s += fmt.Sprint(" ", f.ID)
	case f.Kind == "log_broken":
		s += " " + f.Name
	}
	return s
}

func examine(t *testing.T, f *firm, fix bool) (*ops.Report, []string) {
	t.Helper()
	r, err := ops.Examine(t.Context(), f.app, fix)
	must(t, err)
	var list []string
	for _, x := range r.Findings {
		list = append(list, key(x))
		for _, locale := range i18n.Locales {
			if wrong, do := x.Say(locale); strings.HasPrefix(wrong, "doctor.") || strings.HasPrefix(do, "doctor.") {
				t.Errorf("%s has no words in %s", x.Kind, locale)
			}
		}
	}
	slices.Sort(list)
	return r, list
}

func TestDoctorFindsEachDamageAndMendsWhatIsDerived(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := open(t, config(t, kind))
			ids := make([]int64, len(damages))
			for i := range damages {
				ids[i] = f.add(fmt.Sprint("客户 ", i))
				f.set(ids[i], map[string]any{"level": "A", "emails": []any{map[string]any{"value": fmt.Sprintf("a%d@example.com", i)}}})
				f.set(ids[i], map[string]any{"level": "B"})
			}
			f.order(ids[0])
			if r, list := examine(t, f, false); r.Ill() || r.Records < int64(len(ids)) || r.Commits < int64(3*len(ids)) {
				t.Fatalf("a healthy workspace: %q, %+v", list, r)
			}
			var want, left []string
			for i, x := range damages {
				must(t, f.space.DB.Schema(t.Context(), func(tx db.Tx) error { return x.plant(f, tx, ids[i]) }))
				for _, s := range x.finds {
					s = strings.ReplaceAll(s, "#", fmt.Sprint(ids[i]))
					want = append(want, s)
					if !x.mends {
						left = append(left, s)
					}
				}
			}
			slices.Sort(want)
			slices.Sort(left)
			for _, fix := range []bool{false, true} {
				if _, list := examine(t, f, fix); !slices.Equal(list, want) {
					t.Errorf("found\n%s\nplanted\n%s", strings.Join(list, "\n"), strings.Join(want, "\n"))
				}
			}
			if _, list := examine(t, f, false); !slices.Equal(list, left) {
				t.Errorf("after mending\n%s\nshould be left\n%s", strings.Join(list, "\n"), strings.Join(left, "\n"))
			}
		})
	}
}

// order makes an order for a customer, whose number comes from a series.
func (f *firm) order(customer int64) {
	f.t.Helper()
	ctx := context.Background()
	c, err := f.record("customer", customer)
	must(f.t, err)
	_, err = f.space.Engine.Write(ctx, &record.Write{Actor: app.System, Via: "job", Ops: []record.Op{{Do: record.Create, Object: "order", Program: true, Values: map[string]any{"customer": c.UUID.String()}}}})
	must(f.t, err)
}

func (f *firm) record(name string, id int64) (rec *object.Record, err error) {
	err = f.space.DB.Read(context.Background(), func(r db.Reader) error {
		list, err := f.space.Tables.ByIDs(r, f.space.Engine.Catalog().Object(name), []int64{id}, nil)
		rec = list[0]
		return err
	})
	return rec, err
}

func TestDoctorFindsAndMendsAColumnInMemory(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := open(t, config(t, kind))
			id := f.add("有朋科技")
			f.names() // loads the columns
			rec, err := f.record("customer", id)
			must(t, err)
			other := rec.Clone()
			other.Set("name", "别处")
			other.Rev++
			f.space.Columns().Apply([]column.Change{{Object: rec.Object, Record: other}})
			f.set(id, map[string]any{"website": "https://example.com"}) // the row's revision is now that of what is held
			if _, list := examine(t, f, true); !slices.Contains(list, fmt.Sprint("column_differs customer.name ", id)) {
				t.Errorf("%q", list)
			}
			if r, list := examine(t, f, false); list != nil || r.Ill() || f.names()[0] != "有朋科技" {
				t.Errorf("%q", list)
			}
		})
	}
}

func TestDoctorFindsADamagedSnapshot(t *testing.T) {
	t.Parallel()
	cfg := config(t, "sqlite")
	f := open(t, cfg)
	f.add("有朋科技")
	f.names()
	must(t, f.space.Columns().Snapshot(t.Context()))
	files, err := filepath.Glob(filepath.Join(cfg.Snapshots(f.space.URL), "customer*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%q %v", files, err)
	}
	if _, list := examine(t, f, false); list != nil {
		t.Errorf("%q", list)
	}
	b, err := os.ReadFile(files[0])
	must(t, err)
	b[len(b)/3] ^= 4
	must(t, os.WriteFile(files[0], b, 0o600))
	if _, list := examine(t, f, true); !slices.Equal(list, []string{"snapshot_damaged customer"}) {
		t.Errorf("%q", list)
	}
	if r, list := examine(t, f, false); list != nil || r.Ill() {
		t.Errorf("%q", list)
	}
}

// TestDoctorMendsALostIndexOfAWorkspaceThatDoesNotOpen takes indexes away while nobody has the database open.
func TestDoctorMendsALostIndexOfAWorkspaceThatDoesNotOpen(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, kind)
			a, err := app.Open(t.Context(), cfg)
			must(t, err)
			s, err := a.AddWorkspace(t.Context(), "main", "有朋")
			must(t, err)
			f := &firm{t, a, s}
			one, two := f.add("客户一"), f.add("客户二")
			outside := func(list ...string) {
				t.Helper()
				d, err := db.Open(t.Context(), cfg.Address(s.URL), db.Options{})
				must(t, err)
				must(t, d.Schema(t.Context(), func(tx db.Tx) error { return sql(list...)(nil, tx, one) }))
				must(t, d.Close())
			}
			look := func(fix bool) (kinds []string, r *ops.Report) {
				t.Helper()
				b, err := app.Open(t.Context(), cfg)
				must(t, err)
				defer b.Close()
				r, err = ops.Examine(t.Context(), b, fix)
				must(t, err)
				for _, x := range r.Findings {
					kinds = append(kinds, x.Kind+" "+x.Name)
				}
				return kinds, r
			}
			a.Close()
			outside("DROP INDEX u_customer__uscc", "DROP INDEX m_customer__name")
			if got, r := look(false); len(got) != 3 || !slices.Contains(got, "index_missing u_customer__uscc") || !slices.Contains(got, "index_missing m_customer__name") || !strings.HasPrefix(got[2], "closed ") || !r.Ill() {
				t.Errorf("%q", got)
			}
			// What cannot be made stays missing, and the workspace closed.
			outside("UPDATE customer SET uscc__ukey = 'same'")
			if got, r := look(true); len(got) != 3 || !r.Ill() {
				t.Errorf("%q", got)
			}
			outside(fmt.Sprint("UPDATE customer SET uscc__ukey = NULL WHERE id = ", two), "UPDATE customer SET uscc__ukey = NULL WHERE id = #")
			if got, r := look(true); !slices.Equal(got, []string{"index_missing u_customer__uscc"}) || r.Ill() || r.Records == 0 {
				t.Errorf("%q %+v", got, r)
			}
			if got, r := look(false); got != nil || r.Ill() {
				t.Errorf("%q", got)
			}
			outside("ALTER TABLE department DROP COLUMN created_by")
			if got, r := look(true); len(got) != 2 || got[0] != "column_missing created_by" || !r.Ill() {
				t.Errorf("%q", got)
			}
		})
	}
}

// TestDoctorFindsADamagedPage bends one page of a SQLite file while nobody has it open.
func TestDoctorFindsADamagedPage(t *testing.T) {
	t.Parallel()
	cfg := config(t, "sqlite")
	a, err := app.Open(t.Context(), cfg)
	must(t, err)
	s, err := a.AddWorkspace(t.Context(), "main", "有朋")
	must(t, err)
	f := &firm{t, a, s}
	for i := range 100 {
		f.add(fmt.Sprint("客户 ", i))
	}
	var root, size int64
	must(t, s.DB.Read(t.Context(), func(r db.Reader) error {
		if _, err := r.One([]any{&root}, "SELECT rootpage FROM sqlite_schema WHERE name = 'sys_change'"); err != nil {
			return err
		}
		_, err := r.One([]any{&size}, "PRAGMA page_size")
		return err
	}))
	a.Close()
	file, err := os.OpenFile(filepath.Join(cfg.Data, s.URL+".db"), os.O_RDWR, 0)
	must(t, err)
	_, err = file.WriteAt(bytes.Repeat([]byte{0x5a}, 64), (root-1)*size+8)
	must(t, err)
	must(t, file.Close())
	b, err := app.Open(t.Context(), cfg)
	must(t, err)
	defer b.Close()
	r, err := ops.Examine(t.Context(), b, true)
	must(t, err)
	if len(r.Findings) != 1 || !slices.Contains([]string{"pages", "closed"}, r.Findings[0].Kind) || !r.Ill() {
		t.Errorf("%+v", r.Findings)
	}
}
