package changelog

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"

	"youpeng/platform/db"
)

// Place is a point of the log of one database: a number, the link of its commit, and whose log it is. Number 0 is the
// beginning, which has no link.
type Place struct {
	Identity string
	Seq      int64
	Link     []byte
}

// identify gives a database that has none an identity. A restore gives it another one: it is no longer the one whose
// snapshots may lie about.
func identify(tx db.Tx) error {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	_, err := tx.Exec(tx.Dialect().Ignore("INSERT INTO sys_secret (name, value) VALUES (?, ?)"), "identity", fresh)
	return err
}

// At answers the place of a number; false when the log has no such commit.
func (l *Log) At(ctx context.Context, seq int64) (p Place, found bool, err error) {
	err = l.db.Read(ctx, func(r db.Reader) error {
		var identity []byte
		if found, err = r.One([]any{&identity}, "SELECT value FROM sys_secret WHERE name = ?", "identity"); err != nil || !found {
			return err
		}
		p = Place{Identity: hex.EncodeToString(identity), Seq: seq}
		if seq == 0 {
			return nil
		}
		found, err = r.One([]any{&p.Link}, "SELECT link FROM sys_commit WHERE seq = ?", seq)
		return err
	})
	return p, found, err
}

// Holds says whether a place is one of this log.
func (l *Log) Holds(ctx context.Context, p Place) (bool, error) {
	q, found, err := l.At(ctx, p.Seq)
	return found && q.Identity == p.Identity && bytes.Equal(q.Link, p.Link), err
}

// Last numbers all that is committed and answers the last place. On the embedded database all that it contains has been
// applied when it returns, as the one writer has nothing of it before itself any more.
func (l *Log) Last(ctx context.Context) (Place, error) {
	for {
		n, err := l.Number(ctx)
		if err != nil {
			return Place{}, err
		}
		if n == 0 {
			break
		}
	}
	head := l.Head()
	if err := l.db.Write(ctx, func(db.Tx) error { return nil }); err != nil {
		return Place{}, err
	}
	p, _, err := l.At(ctx, head)
	return p, err
}

// Touched answers the records of an object that were changed after a number or by commits that have none yet, at most
// so many.
func (l *Log) Touched(ctx context.Context, object int, after int64, limit int) (ids []int64, err error) {
	err = l.db.Read(ctx, func(r db.Reader) error {
		ids = ids[:0]
		// Commits come first, which SQLite does in this order for a CROSS JOIN alone: an object may have millions of changes
		// and none since.
		rows, err := r.Query(`SELECT c.record FROM sys_commit k CROSS JOIN sys_change c WHERE c.commit_id = k.id AND k.seq > ? AND c.object = ?
 UNION SELECT c.record FROM sys_commit k CROSS JOIN sys_change c WHERE c.commit_id = k.id AND k.seq IS NULL AND c.object = ? LIMIT ?`, after, object, object, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return rows.Err()
	})
	return ids, err
}
