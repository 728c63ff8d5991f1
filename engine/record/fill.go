package record

import (
	"context"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/platform/db"
)

// Fill writes new records as they are, in one transaction of an open change set: whoever fills a workspace of a million
// records to measure with answers for their being right, for neither rules nor rights are asked. All else is as in any
// write: children, keys, the log with its commitments and sealed values. The records carry their own times.
func (e *Engine) Fill(ctx context.Context, a *access.Actor, set *ChangeSet, at time.Time, records []*object.Record) error {
	return e.db.WriteBulk(ctx, func(tx db.Tx) error {
		p := &plan{e: e, ctx: ctx, w: &Write{Actor: a, Set: set}, actor: a, cat: e.Catalog(), now: at}
		for _, r := range records {
			p.steps = append(p.steps, &step{do: Create, o: r.Object, new: r})
		}
		out := &outgoing{tx: tx, rows: e.tables.Writing(tx)}
		c := out.begin(p)
		if err := out.write([]*committing{c}); err != nil {
			return err
		}
		for _, s := range p.steps {
			s.new.ID = c.done[s.new].ID
		}
		tx.AfterCommit(func() { e.columns.Apply(c.changes) })
		return nil
	})
}
