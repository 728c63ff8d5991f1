package changelog

import (
	"bytes"
	"context"
	"crypto/rand"

	"youpeng/platform/db"
)

// Place is a point of the log of one database: a number, the link of its commit, and whose log it is. Number 0 is the
// beginning, which has no link.
type Place struct {
	Identity string
	Seq      int64
	Link     []byte
}

// identify gives a database that has none an identity.
func identify(tx db.Tx) error {
	if _, err := tx.Exec("CREATE TABLE IF NOT EXISTS sys_identity (id " + tx.Dialect().Type(db.Int) + " NOT NULL PRIMARY KEY, identity " + tx.Dialect().Type(db.Text) + " NOT NULL)"); err != nil {
		return err
	}
	_, err := tx.Exec(tx.Dialect().Ignore("INSERT INTO sys_identity (id, identity) VALUES (1, ?)"), rand.Text())
	return err
}

// Renew gives a database another identity: after a restore it is no longer the one whose snapshots may lie about.
func Renew(tx db.Tx) error {
	if err := identify(tx); err != nil {
		return err
	}
	_, err := tx.Exec("UPDATE sys_identity SET identity = ? WHERE id = 1", rand.Text())
	return err
}

// At answers the place of a number; false when the log has no such commit.
func (l *Log) At(ctx context.Context, seq int64) (p Place, found bool, err error) {
	err = l.db.Read(ctx, func(r db.Reader) error {
		p = Place{Seq: seq}
		if _, err := r.One([]any{&p.Identity}, "SELECT identity FROM sys_identity WHERE id = 1"); err != nil || seq == 0 {
			found = err == nil
			return err
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
		rows, err := r.Query(`SELECT c.record FROM sys_commit k JOIN sys_change c ON c.commit_id = k.id WHERE k.seq > ? AND c.object = ?
 UNION SELECT c.record FROM sys_commit k JOIN sys_change c ON c.commit_id = k.id WHERE k.seq IS NULL AND c.object = ? LIMIT ?`, after, object, object, limit)
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
