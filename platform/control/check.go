package control

import (
	"context"

	"youpeng/platform/db"
)

// Steps is the number of the last step of this program's tables.
func Steps() int64 { return migrations[len(migrations)-1].Number }

// Loose is a row that names an account or a workspace which is not there.
type Loose struct {
	Table string
	Count int64
}

// Check counts the rows that name what is not there.
func (c *Control) Check(ctx context.Context) (out []Loose, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		for _, table := range []string{"membership", "session", "link", "api_key"} {
			where := "NOT EXISTS (SELECT 1 FROM account a WHERE a.id = t.account)"
			if table == "membership" || table == "api_key" {
				where += " OR NOT EXISTS (SELECT 1 FROM workspace w WHERE w.id = t.workspace)"
			}
			x := Loose{Table: table}
			if _, err := r.One([]any{&x.Count}, "SELECT count(*) FROM "+table+" t WHERE "+where); err != nil {
				return err
			}
			if x.Count > 0 {
				out = append(out, x)
			}
		}
		return nil
	})
	return out, err
}

// CountSessions counts the sessions that have not ended.
func (c *Control) CountSessions(ctx context.Context) (n int64, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		_, err := r.One([]any{&n}, "SELECT count(*) FROM session WHERE expires_at > ?", c.now())
		return err
	})
	return n, err
}
