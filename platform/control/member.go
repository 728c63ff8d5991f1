package control

import (
	"context"
	"time"

	"github.com/google/uuid"

	"youpeng/platform/db"
)

// Member is an account in a workspace.
type Member struct {
	User    uuid.UUID // its user record there
	Account int64
	Email   string
	Active  bool      // has a password
	Seen    time.Time // of its sessions the last use; zero when none lives
}

// MembersOf lists the accounts of a workspace.
func (c *Control) MembersOf(ctx context.Context, workspace int64) (list []Member, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		list, err = members(r, "m.workspace = ?", workspace)
		return err
	})
	return list, err
}

// MemberBy finds the account of a user of a workspace.
func (c *Control) MemberBy(ctx context.Context, workspace int64, user uuid.UUID) (m *Member, err error) {
	var list []Member
	err = c.db.Read(ctx, func(r db.Reader) error {
		list, err = members(r, "m.workspace = ? AND m.user_id = ?", workspace, user[:])
		return err
	})
	if err := missing(len(list) == 0, err); err != nil {
		return nil, err
	}
	return &list[0], nil
}

func members(r db.Reader, where string, args ...any) (list []Member, err error) {
	rows, err := r.Query("SELECT m.user_id, a.id, a.email, CASE WHEN a.password IS NULL THEN 0 ELSE 1 END, (SELECT max(s.seen_at) FROM session s WHERE s.account = a.id) "+
		"FROM membership m JOIN account a ON a.id = m.account WHERE "+where+" ORDER BY a.id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m Member
		var public []byte
		var active int64
		var seen any
		if err := rows.Scan(&public, &m.Account, &m.Email, &active, &seen); err != nil {
			return nil, err
		}
		copy(m.User[:], public)
		m.Active = active == 1
		if at, ok := seen.(int64); ok {
			m.Seen = time.UnixMicro(at).UTC()
		}
		list = append(list, m)
	}
	return list, rows.Err()
}

// Elsewhere says whether an account serves another workspace too, whose people have not asked for what is done to it here.
func (c *Control) Elsewhere(ctx context.Context, account, workspace int64) (is bool, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		var n int64
		_, err := r.One([]any{&n}, "SELECT count(*) FROM membership WHERE account = ? AND workspace <> ?", account, workspace)
		is = n > 0
		return err
	})
	return is, err
}

// SetAccount changes how a person is called and in which language they are spoken to. What is empty stays.
func (c *Control) SetAccount(ctx context.Context, account int64, name, locale string) error {
	return c.write(ctx, func(tx db.Tx) error {
		for column, v := range map[string]string{"name": name, "locale": locale} {
			if v == "" {
				continue
			}
			if _, err := tx.Exec("UPDATE account SET "+column+" = ? WHERE id = ?", v, account); err != nil {
				return err
			}
		}
		return nil
	})
}
