package db

import (
	"errors"
	"fmt"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"
)

type sqliteDialect struct{}

func (sqliteDialect) Name() string              { return "sqlite" }
func (sqliteDialect) Quote(ident string) string { return quote(ident) }
func (sqliteDialect) Type(t Type) string        { return [...]string{"INTEGER", "TEXT", "BLOB"}[t] }
func (sqliteDialect) Key(name string) string {
	return quote(name) + " INTEGER PRIMARY KEY AUTOINCREMENT"
}
func (sqliteDialect) Locked() string              { return "" }
func (sqliteDialect) Held(bool) string            { return "" }
func (sqliteDialect) Ignore(insert string) string { return insert + " ON CONFLICT DO NOTHING" }
func (sqliteDialect) Limit() int                  { return 32766 }

// uniqueError is a broken uniqueness with the name of its index, which SQLite itself does not tell.
type uniqueError struct {
	index string
	cause error
}

func (e *uniqueError) Error() string { return e.cause.Error() }
func (e *uniqueError) Unwrap() error { return e.cause }

func (sqliteDialect) Unique(err error) (string, bool) {
	var u *uniqueError
	if errors.As(err, &u) {
		return u.index, true
	}
	return "", false
}

func (sqliteDialect) Columns(r Reader, table string) ([]string, error) {
	return names(r, `SELECT name FROM pragma_table_info(?) ORDER BY cid`, table)
}

func (sqliteDialect) Indexes(r Reader, table string) ([]string, error) {
	return names(r, `SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name`, table)
}

func (sqliteDialect) Tables(r Reader) ([]string, error) {
	return names(r, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`)
}

// unique finds the index that a constraint's message speaks of. SQLite names the columns ("t.a, t.b"), or the index
// when that is over expressions; a primary key gets the name it has on PostgreSQL.
func (c *liteConn) unique(err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) || e.ExtendedCode != sqlite3.ErrConstraintUnique && e.ExtendedCode != sqlite3.ErrConstraintPrimaryKey && e.ExtendedCode != sqlite3.ErrConstraintRowID {
		return err
	}
	what := strings.TrimPrefix(e.Error(), "UNIQUE constraint failed: ")
	if name, ok := strings.CutPrefix(what, "index '"); ok {
		return &uniqueError{strings.TrimSuffix(name, "'"), err}
	}
	r := &liteTx{c: c}
	rows, lookup := r.query(`SELECT m.name, m.tbl_name, (SELECT group_concat(m.tbl_name || '.' || i.name, ', ') FROM (SELECT name FROM pragma_index_info(m.name) ORDER BY seqno) i)
 FROM sqlite_schema m WHERE m.type = 'index' AND ? LIKE m.tbl_name || '.%' AND EXISTS (SELECT 1 FROM pragma_index_list(m.tbl_name) l WHERE l.name = m.name AND l."unique")`, what)
	if lookup != nil {
		return errors.Join(err, fmt.Errorf("looking up the index: %w", lookup))
	}
	defer rows.Close()
	for rows.Next() {
		var index, table, columns string
		if lookup := rows.Scan(&index, &table, &columns); lookup != nil {
			return errors.Join(err, lookup)
		}
		if columns == what {
			if strings.HasPrefix(index, "sqlite_autoindex_") && e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey {
				index = table + "_pkey"
			}
			return &uniqueError{index, err}
		}
	}
	table, _, _ := strings.Cut(what, ".")
	return &uniqueError{table + "_pkey", err}
}

// names gathers a column of text.
func names(r Reader, sql string, args ...any) ([]string, error) {
	rows, err := r.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, rows.Err()
}
