package ops_test

import (
	"archive/zip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
	"youpeng/server/app"
	"youpeng/server/ops"
)

// config is an empty place of a kind.
func config(t *testing.T, kind string) app.Config {
	cfg := app.Config{Data: t.TempDir()}
	if kind == "postgres" {
		cfg.Database, cfg.Schema = dbtest.Server(t)
	}
	return cfg
}

// firm is a program with one workspace, a person and some customers.
type firm struct {
	t     *testing.T
	app   *app.App
	space *app.Space
}

func open(t *testing.T, cfg app.Config) *firm {
	t.Helper()
	a, err := app.Open(t.Context(), cfg)
	must(t, err)
	t.Cleanup(a.Close)
	_, err = a.First(t.Context(), "main", "有朋", "admin@example.com")
	must(t, err)
	s, err := a.Space(t.Context(), "main")
	must(t, err)
	return &firm{t, a, s}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// add makes a customer with two phones and answers its private id.
func (f *firm) add(name string) int64 {
	f.t.Helper()
	res, err := f.space.Engine.Write(context.Background(), &record.Write{Actor: app.System, Via: "job", Ops: []record.Op{{Do: record.Create, Object: "customer", Values: map[string]any{
		"name": name, "phones": []any{map[string]any{"value": "+8613800138000"}, map[string]any{"value": "+8613900139000"}}}}}})
	must(f.t, err)
	return res.Outcomes[0].Record.ID
}

// set changes a customer.
func (f *firm) set(id int64, values map[string]any) {
	f.t.Helper()
	_, err := f.space.Engine.Write(context.Background(), &record.Write{Actor: app.System, Via: "job", Ops: []record.Op{{Do: record.Update, Object: "customer", ID: id, Any: true, Program: true, Values: values}}})
	must(f.t, err)
}

// names reads all customers through the columns.
func (f *firm) names() []string {
	f.t.Helper()
	o := f.space.Engine.Catalog().Object("customer")
	page, _, err := f.space.Engine.Ask(f.t.Context(), app.System, &query.Question{Object: o, Limit: 200, Sort: []query.Key{{Path: query.Path{o.Field("name")}}}}, []string{"name"}, nil)
	must(f.t, err)
	var out []string
	for _, v := range page.Data {
		out = append(out, fmt.Sprint(v.Get("name")))
	}
	return out
}

func TestBackupWhileOthersWriteAndBackOnEitherDatabase(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"sqlite", "postgres"} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, from)
			f := open(t, cfg)
			f.set(f.add("有朋科技"), map[string]any{"level": "A"})
			must(t, os.MkdirAll(filepath.Join(ops.Files(cfg), "ab"), 0o700))
			must(t, os.WriteFile(filepath.Join(ops.Files(cfg), "ab", "letter"), []byte("自远方来"), 0o600))

			var acked atomic.Int64
			var writers sync.WaitGroup
			stop := make(chan struct{})
			for w := range 4 {
				writers.Go(func() {
					for i := 0; ; i++ {
						select {
						case <-stop:
							return
						default:
							f.add(fmt.Sprint("writer ", w, " ", i))
							acked.Add(1)
						}
					}
				})
			}
			for acked.Load() < 20 {
				must(t, f.space.DB.Ping(t.Context()))
			}
			before := acked.Load()
			file := filepath.Join(t.TempDir(), "all.backup")
			m, err := ops.Backup(t.Context(), f.app, file)
			after := acked.Load()
			close(stop)
			writers.Wait()
			must(t, err)
			customers := tableOf(t, m, "customer")
			if customers.Rows < before+1 || customers.Rows > after+1+4 || len(m.Files) != 1 {
				t.Errorf("%d customers, %d to %d were acknowledged; %d files", customers.Rows, before, after, len(m.Files))
			}
			if _, err := ops.Backup(t.Context(), f.app, file); !fault.Has(err, "backup.exists") {
				t.Errorf("a backup was overwritten: %v", err)
			}
			for _, to := range []string{"sqlite", "postgres"} {
				t.Run("to "+to, func(t *testing.T) {
					there := config(t, to)
					_, err := ops.Restore(t.Context(), there, file)
					must(t, err)
					g := open(t, there)
					if got := g.names(); int64(len(got)) != min(200, customers.Rows) {
						t.Errorf("%d customers", len(got))
					}
					if g.add("after all") <= customers.Next {
						t.Error("a private id was used twice")
					}
					r, err := ops.Examine(t.Context(), g.app, false)
					must(t, err)
					if r.Ill() {
						t.Errorf("%+v", r.Findings)
					}
					if b, err := os.ReadFile(filepath.Join(ops.Files(there), "ab", "letter")); err != nil || string(b) != "自远方来" {
						t.Errorf("%q %v", b, err)
					}
					if string(secretOf(t, f)) == string(secretOf(t, g)) {
						t.Error("the restored database passes for the one it was copied from")
					}
					if _, err := ops.Restore(t.Context(), there, file); !fault.Has(err, "restore.not_empty") {
						t.Errorf("restored over something: %v", err)
					}
				})
			}
		})
	}
}

func tableOf(t *testing.T, m *ops.Manifest, name string) ops.Table {
	t.Helper()
	for _, d := range m.Databases {
		for _, x := range d.Tables {
			if x.Name == name {
				return x
			}
		}
	}
	t.Fatalf("no table %s", name)
	return ops.Table{}
}

func secretOf(t *testing.T, f *firm) (b []byte) {
	t.Helper()
	must(t, f.space.DB.Read(t.Context(), func(r db.Reader) error {
		_, err := r.One([]any{&b}, "SELECT value FROM sys_secret WHERE name = 'cursor'")
		return err
	}))
	return b
}

// TestOneFlippedBitIsRefused flips one bit in every part of a backup: heads, names, rows, manifest, directory, seal.
func TestOneFlippedBitIsRefused(t *testing.T) {
	t.Parallel()
	f := open(t, config(t, "sqlite"))
	f.add("有朋科技")
	file := filepath.Join(t.TempDir(), "all.backup")
	_, err := ops.Backup(t.Context(), f.app, file)
	must(t, err)
	whole, err := os.ReadFile(file)
	must(t, err)
	bent := filepath.Join(t.TempDir(), "bent.backup")
	for at := 0; at < len(whole); at += max(1, len(whole)/199) {
		refused(t, bent, whole, at)
	}
	for at := len(whole) - 100; at < len(whole); at++ {
		refused(t, bent, whole, at)
	}
	must(t, os.WriteFile(bent, whole[:len(whole)-1], 0o600))
	if _, err := ops.Restore(t.Context(), config(t, "sqlite"), bent); !fault.Has(err, "backup.damaged") {
		t.Errorf("a cut file: %v", err)
	}
}

func refused(t *testing.T, path string, whole []byte, at int) {
	t.Helper()
	b := append([]byte(nil), whole...)
	b[at] ^= 1 << (at % 8)
	must(t, os.WriteFile(path, b, 0o600))
	there := app.Config{Data: filepath.Join(t.TempDir(), "new")}
	if _, err := ops.Restore(context.Background(), there, path); !fault.Has(err, "backup.damaged") {
		t.Fatalf("a bit flipped at %d of %d: %v", at, len(whole), err)
	}
	if _, err := os.Stat(there.Data); err == nil {
		t.Fatal("something was made for a damaged backup")
	}
}

// TestABackupThatLiesIsTakenBack has a seal that fits and rows that do not fit its manifest.
func TestABackupThatLiesIsTakenBack(t *testing.T) {
	t.Parallel()
	f := open(t, config(t, "sqlite"))
	f.add("有朋科技")
	file, lies := filepath.Join(t.TempDir(), "all.backup"), filepath.Join(t.TempDir(), "lies.backup")
	_, err := ops.Backup(t.Context(), f.app, file)
	must(t, err)
	in, err := zip.OpenReader(file)
	must(t, err)
	defer in.Close()
	must(t, ops.Resealed(lies, &in.Reader, "rows/control/account", []byte{0xff}))
	for _, kind := range []string{"sqlite", "postgres"} {
		there := config(t, kind)
		if _, err := ops.Restore(t.Context(), there, lies); !fault.Has(err, "restore.differs") {
			t.Errorf("%s: %v", kind, err)
		}
		if _, err := ops.Restore(t.Context(), there, file); err != nil {
			t.Errorf("%s: something was left: %v", kind, err)
		}
	}
}

// A database of an older release is copied as it is, then brought up; what stood in it is there in both.
func TestAnOlderDatabaseIsKeptThenBroughtUp(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, kind)
			f := open(t, cfg)
			id := f.add("华信")
			last := app.Steps()
			must(t, f.space.DB.Write(t.Context(), func(tx db.Tx) error {
				_, err := tx.Exec("DELETE FROM schema_version WHERE number = ?", last)
				return err
			}))
			f.app.Close()
			f = open(t, cfg)
			f.add("远景")
			if got := f.names(); len(got) != 2 {
				t.Errorf("brought up: %v", got)
			}
			at := cfg.Address(f.space.URL) + fmt.Sprintf("_before_%d", last)
			if kind == "sqlite" {
				at = cfg.Address(f.space.URL) + fmt.Sprintf(".before-%d", last)
			}
			d, err := db.Open(t.Context(), at, db.Options{})
			must(t, err)
			defer d.Close()
			must(t, d.Read(t.Context(), func(r db.Reader) error {
				var step, rows, name = int64(0), int64(0), ""
				if _, err := r.One([]any{&step}, "SELECT max(number) FROM schema_version"); err != nil {
					return err
				}
				if _, err := r.One([]any{&name}, "SELECT name FROM customer WHERE id = ?", id); err != nil {
					return err
				}
				_, err := r.One([]any{&rows}, "SELECT count(*) FROM customer")
				if step != last-1 || rows != 1 || name != "华信" {
					t.Errorf("the copy is at step %d with %d customers, one %q", step, rows, name)
				}
				return err
			}))
		})
	}
}

func TestANewerDatabaseIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, kind)
			a, err := app.Open(t.Context(), cfg)
			must(t, err)
			s, err := a.AddWorkspace(t.Context(), "main", "有朋")
			must(t, err)
			must(t, s.DB.Write(t.Context(), func(tx db.Tx) error {
				_, err := tx.Exec("INSERT INTO schema_version (number, name) VALUES (99, 'of tomorrow')")
				return err
			}))
			file := filepath.Join(t.TempDir(), "newer.backup")
			_, err = ops.Backup(t.Context(), a, file)
			must(t, err)
			a.Close()
			b, err := app.Open(t.Context(), cfg)
			must(t, err)
			defer b.Close()
			if _, err := b.Space(t.Context(), "main"); !fault.Has(err, "db.newer") {
				t.Errorf("%v", err)
			}
			r, err := ops.Examine(t.Context(), b, true)
			must(t, err)
			if len(r.Findings) != 1 || r.Findings[0].Kind != "newer" {
				t.Errorf("%+v", r.Findings)
			}
			if _, err := ops.Restore(t.Context(), config(t, kind), file); !fault.Has(err, "backup.newer") {
				t.Errorf("%v", err)
			}
		})
	}
}
