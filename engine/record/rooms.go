package record

import (
	"context"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/engine/table"
	"youpeng/platform/db"
)

// Catalog answers what records look like now and refuses, inside a write, what was prepared with an older version.
type Catalog interface {
	Current() *object.Catalog
	Verify(r db.Reader, version int64) error
	// Refresh takes what another node has changed; not while holding a snapshot.
	Refresh(ctx context.Context) error
}

// Tables keeps rows.
type Tables = *table.Tables

// Columns answers questions and rights from memory and is told of every change.
type Columns interface {
	Apply(changes []column.Change)
	Sees(ctx context.Context, a *access.Actor, o *object.Object, id int64) (bool, error)
	May(ctx context.Context, a *access.Actor, o *object.Object, id int64, d column.Doing) (bool, string, error)
	Ask(ctx context.Context, q *query.Question, a *access.Actor) (*query.Answer, error)
	Aggregate(ctx context.Context, g *query.Aggregate, a *access.Actor) ([]query.Row, error)
	Search(ctx context.Context, text string, objects []*object.Object, limit int, a *access.Actor) ([]column.Hit, []int, error)
}
