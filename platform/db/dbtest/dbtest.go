// Package dbtest runs a test on both databases, each time with a fresh one of its own.
package dbtest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"youpeng/platform/db"
)

// Env names the variable that holds the address of the PostgreSQL for tests.
const Env = "YOUPENG_TEST_POSTGRES"

// Each runs f as the parallel subtests "sqlite" and "postgres". open gives the subtest's database; called again it opens
// the same database once more, as a second process or a restart would.
func Each(t *testing.T, f func(t *testing.T, open func() *db.DB)) {
	t.Helper()
	EachWith(t, db.Options{}, f)
}

// EachWith is Each with options.
func EachWith(t *testing.T, o db.Options, f func(t *testing.T, open func() *db.DB)) {
	t.Helper()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			at := URL(t, kind)
			f(t, func() *db.DB { return Open(t, at, o) })
		})
	}
}

// URL is the address of a fresh database of a kind, which is removed after the test.
func URL(t testing.TB, kind string) string {
	t.Helper()
	if kind == "sqlite" {
		return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	}
	server := address(t)
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", Env, err)
	}
	schema := "test_" + rand.Text()
	q := u.Query()
	q.Set("schema", schema)
	u.RawQuery = q.Encode()
	t.Cleanup(func() { drop(t, server, schema) })
	return u.String()
}

func address(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Env)
	if server == "" {
		t.Fatalf("%s is not set: export %s=$(build/postgres.sh start), or run make test", Env, Env)
	}
	return server
}

// Server is the PostgreSQL for tests and a beginning of schema names of the test's own, which go after the test.
func Server(t testing.TB) (url, prefix string) {
	t.Helper()
	url, prefix = address(t), "test_"+strings.ToLower(rand.Text())
	t.Cleanup(func() {
		for _, schema := range schemas(t, url, prefix) {
			drop(t, url, schema)
		}
	})
	return url, prefix
}

func schemas(t testing.TB, server, prefix string) (list []string) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Errorf("list schemas: %v", err)
		return nil
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)", prefix)
	if err == nil {
		list, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		t.Errorf("list schemas: %v", err)
	}
	return list
}

// Open opens the database at an address and closes it after the test.
func Open(t testing.TB, at string, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), at, o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

func drop(t testing.TB, server, schema string) {
	ctx := context.Background() // the test's own has ended when its cleanups run
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Errorf("drop schema: %v", err)
		return
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+pgx.Identifier{schema}.Sanitize()+" CASCADE"); err != nil {
		t.Errorf("drop schema: %v", err)
	}
}
