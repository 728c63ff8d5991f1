// Package db opens the two databases we support, SQLite and PostgreSQL, and is the only room that speaks
// their dialects. Everything above sees one small surface: read a snapshot, write in a transaction, change a schema.
//
// Statements are written once with `?` placeholders, in order, and each reaches its database prepared.
// Column values are int64, string, []byte or nil, nothing else; booleans are 0 and 1.
package db

import "context"

// Rows walks a result. Scan takes *int64, *string, *[]byte, *any, *bool and the sql.Null forms of them.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// Reader asks questions of one consistent snapshot. It must not leave the callback that received it.
type Reader interface {
	Query(sql string, args ...any) (Rows, error)
	// One scans the first row into dest and says whether there was one.
	One(dest []any, sql string, args ...any) (bool, error)
	Context() context.Context
	Dialect() Dialect
}

// Tx is a writing transaction. It must not leave its callback; the callback may run twice, must have no effect
// outside the database, and never sleeps or calls out.
type Tx interface {
	Reader
	// Exec answers the number of rows touched.
	Exec(sql string, args ...any) (int64, error)
	// Insert adds one row to a table whose primary key the database assigns and answers that key.
	// The statement is an INSERT without RETURNING.
	Insert(sql string, args ...any) (int64, error)
	// Send runs a statement whose outcome nothing waits for: it may reach the database together with those after it, at
	// the latest before the transaction commits. then, if any, is told the rows touched or the error, and answers the
	// error that counts; that is answered here or by a later call.
	Send(then func(n int64, err error) error, sql string, args ...any) error
	// Reserve draws so many keys of each table (by its bare name, with a key column "id") in ascending order, for rows to
	// come.
	Reserve(want map[string]int) (map[string][]int64, error)
	// Nested runs fn in a savepoint of its own: when it fails, only its work is undone.
	Nested(fn func(Tx) error) error
	// AfterCommit runs f once the commit has returned and before the caller is answered.
	AfterCommit(f func())
}

// Type is a column's storage type, the same word on both databases.
type Type int

const (
	Int   Type = iota // 64-bit integer
	Text              // UTF-8, compared byte by byte
	Bytes             // raw bytes, compared byte by byte
)

// Dialect answers what differs between the databases. Callers build statements from its words and never test which one it is.
type Dialect interface {
	Name() string // "sqlite", "postgres": for people and metrics
	// Quote makes an identifier safe to stand in a statement.
	Quote(ident string) string
	// Type is the SQL word of a storage type.
	Type(t Type) string
	// Key is the column definition of a private id: ascending, assigned by the database, never used twice.
	Key(name string) string
	// Locked is the clause that makes a claim skip rows claimed by others; empty where there is one writer.
	Locked() string
	// Held is the clause that keeps what is read from being changed by others until the transaction ends, or, where it is
	// about to be written, from being held by others; empty where there is one writer.
	Held(toWrite bool) string
	// Ignore turns an INSERT statement into one that does nothing when the row exists.
	Ignore(insert string) string
	// Limit is the greatest number of placeholders in one statement.
	Limit() int
	// Unique says whether err is a broken uniqueness, and of which index.
	Unique(err error) (index string, ok bool)
	// Columns lists the columns of a table, in order; empty when the table is missing.
	Columns(r Reader, table string) ([]string, error)
	// Indexes lists the names of a table's indexes.
	Indexes(r Reader, table string) ([]string, error)
	// Tables lists the tables of this database (this schema on PostgreSQL).
	Tables(r Reader) ([]string, error)
}
