package control

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// A session ends after two weeks in any case and after three days without use.
const (
	sessionLife = 14 * 24 * time.Hour
	sessionIdle = 3 * 24 * time.Hour
	// seenEvery bounds how often a session's last use is written.
	seenEvery = 5 * time.Minute
)

// Session is one browser that is signed in.
type Session struct {
	ID      int64
	UUID    uuid.UUID
	Account int64
	Agent   string // what the browser calls itself
	Created time.Time
	Seen    time.Time
}

// open begins a session and forgets the failures before it.
func (c *Control) open(ctx context.Context, account int64, agent string) (secret string, err error) {
	secret, kept := token("")
	id := uuid.Must(uuid.NewV7())
	err = c.write(ctx, func(tx db.Tx) error { return c.begin(tx, id, kept, account, agent) })
	return secret, err
}

func (c *Control) begin(tx db.Tx, id uuid.UUID, kept []byte, account int64, agent string) error {
	if _, err := tx.Exec("UPDATE account SET failures = 0, locked_until = 0 WHERE id = ? AND failures > 0", account); err != nil {
		return err
	}
	if len(agent) > 300 {
		agent = strings.ToValidUTF8(agent[:300], "")
	}
	now := c.now()
	_, err := tx.Insert("INSERT INTO session (uuid, token, account, agent, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		id[:], kept, account, strings.ReplaceAll(agent, "\x00", ""), now, now, c.after(sessionLife))
	return err
}

// Session answers whose a secret is; Unauthorized when it has ended.
func (c *Control) Session(ctx context.Context, secret string) (s *Session, err error) {
	ended := fault.New(fault.Unauthorized, "session.ended")
	if secret == "" || len(secret) > 200 {
		return nil, ended
	}
	type token [32]byte
	s, err = recall(c, token(keep(secret)), func() (*Session, error) {
		var list []Session
		err := c.db.Read(ctx, func(r db.Reader) (err error) {
			list, err = sessions(r, "token = ? AND expires_at > ? AND seen_at > ?", keep(secret), c.now(), c.after(-sessionIdle))
			return err
		})
		if err == nil && len(list) == 0 {
			err = ended
		}
		if err != nil {
			return nil, err
		}
		return &list[0], nil
	})
	if err != nil {
		return nil, err
	}
	if c.clock.Now().Sub(s.Seen) > seenEvery {
		err = c.write(ctx, func(tx db.Tx) error {
			_, err := tx.Exec("UPDATE session SET seen_at = ? WHERE id = ?", c.now(), s.ID)
			return err
		})
	}
	return s, err
}

// Sessions lists where an account is signed in, the last used first.
func (c *Control) Sessions(ctx context.Context, account int64) (list []Session, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		list, err = sessions(r, "account = ? AND expires_at > ? AND seen_at > ?", account, c.now(), c.after(-sessionIdle))
		return err
	})
	return list, err
}

func sessions(r db.Reader, where string, args ...any) (list []Session, err error) {
	rows, err := r.Query("SELECT id, uuid, account, agent, created_at, seen_at FROM session WHERE "+where+" ORDER BY seen_at DESC, id DESC", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Session
		var public []byte
		var created, seen int64
		if err := rows.Scan(&s.ID, &public, &s.Account, &s.Agent, &created, &seen); err != nil {
			return nil, err
		}
		copy(s.UUID[:], public)
		s.Created, s.Seen = time.UnixMicro(created).UTC(), time.UnixMicro(seen).UTC()
		list = append(list, s)
	}
	return list, rows.Err()
}

// SignOut ends the session of a secret.
func (c *Control) SignOut(ctx context.Context, secret string) error {
	return c.write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("DELETE FROM session WHERE token = ?", keep(secret))
		return err
	})
}

// Revoke ends one session of an account.
func (c *Control) Revoke(ctx context.Context, account int64, session uuid.UUID) error {
	return c.write(ctx, func(tx db.Tx) error {
		n, err := tx.Exec("DELETE FROM session WHERE account = ? AND uuid = ?", account, session[:])
		if err == nil && n == 0 {
			return fault.New(fault.Missing, "session.missing")
		}
		return err
	})
}

// RevokeAll ends all sessions of an account but the one named by its secret.
func (c *Control) RevokeAll(ctx context.Context, account int64, keepSecret string) error {
	return c.write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("DELETE FROM session WHERE account = ? AND token <> ?", account, keep(keepSecret))
		return err
	})
}

// What a one-time link is for.
const (
	LinkSetup  = "setup"   // the first administrator of a fresh install
	LinkInvite = "invite"  // a new colleague
	LinkReset  = "reset"   // a forgotten password
	LinkSignIn = "sign_in" // signs in as is: the demo, an administrator at the command line
)

// Link is a one-time link that has not been used yet.
type Link struct {
	Kind          string
	Account       *Account
	NeedsPassword bool
}

// NewLink makes a one-time link for an account; making another of the same kind ends the one before.
func (c *Control) NewLink(ctx context.Context, kind string, account int64, life time.Duration) (secret string, err error) {
	secret, kept := token("")
	err = c.write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec("DELETE FROM link WHERE (account = ? AND kind = ?) OR expires_at < ?", account, kind, c.now()); err != nil {
			return err
		}
		_, err := tx.Exec("INSERT INTO link (token, kind, account, created_at, expires_at) VALUES (?, ?, ?, ?, ?)", kept, kind, account, c.now(), c.after(life))
		return err
	})
	return secret, err
}

// LinkOf looks at a link without using it; Gone when it was used, has expired or never was.
func (c *Control) LinkOf(ctx context.Context, secret string) (l *Link, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		l, err = c.linkOf(r, secret)
		return err
	})
	return l, err
}

func (c *Control) linkOf(r db.Reader, secret string) (*Link, error) {
	var account int64
	l := &Link{}
	ok, err := r.One([]any{&l.Kind, &account}, "SELECT kind, account FROM link WHERE token = ? AND used_at IS NULL AND expires_at > ?", keep(secret), c.now())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.Gone, "link.gone")
	}
	if l.Account, err = find(r, "id = ?", account); err != nil {
		return nil, err
	}
	if l.Account == nil || l.Account.Active && (l.Kind == LinkInvite || l.Kind == LinkSetup) {
		return nil, fault.New(fault.Gone, "link.gone") // its person has a password by now, and comes in with it alone
	}
	l.NeedsPassword = l.Kind != LinkSignIn
	return l, nil
}

// UseLink uses a link up and signs in. Where the link needs a password, it is set; a name replaces the account's, and its
// language becomes that in which its person came in. What follows from a setup link is still to be done: see Unsettled.
func (c *Control) UseLink(ctx context.Context, secret, name, locale, password, agent string) (session string, a *Account, err error) {
	l, err := c.LinkOf(ctx, secret)
	if err != nil {
		return "", nil, err
	}
	sealed := ""
	if l.NeedsPassword {
		if err := checkPassword(password); err != nil {
			return "", nil, err
		}
		if sealed, err = c.sealed(ctx, password); err != nil {
			return "", nil, err
		}
	}
	session, kept := token("")
	id := uuid.Must(uuid.NewV7())
	err = c.write(ctx, func(tx db.Tx) error {
		n, err := tx.Exec("UPDATE link SET used_at = ? WHERE token = ? AND used_at IS NULL", c.now(), keep(secret))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Gone, "link.gone")
		}
		if sealed != "" {
			if err := setPassword(tx, l.Account.ID, sealed, ""); err != nil {
				return err
			}
		}
		if name != "" {
			if _, err := tx.Exec("UPDATE account SET name = ?, locale = ? WHERE id = ?", name, locale, l.Account.ID); err != nil {
				return err
			}
			l.Account.Name, l.Account.Locale = name, locale
		}
		return c.begin(tx, id, kept, l.Account.ID, agent)
	})
	return session, l.Account, err
}

// Unsettled lists the accounts, or looks at the one, that came in by a setup link while what follows from that is not known
// to be done: a used setup link stays until it is.
func (c *Control) Unsettled(ctx context.Context, account int64) (all []*Account, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		all = nil
		which, args := "kind = ? AND used_at IS NOT NULL", []any{LinkSetup}
		if account != 0 {
			which, args = which+" AND account = ?", append(args, account)
		}
		rows, err := r.Query("SELECT account FROM link WHERE "+which, args...)
		if err != nil {
			return err
		}
		var ids []int64
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				rows.Close()
				return err
			}
			ids = append(ids, id)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		for _, id := range ids {
			a, err := find(r, "id = ?", id)
			if err != nil {
				return err
			}
			if a != nil {
				all = append(all, a)
			}
		}
		return nil
	})
	return all, err
}

// Settled notes that all is done that follows from the setup link of an account.
func (c *Control) Settled(ctx context.Context, account int64) error {
	return c.write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("DELETE FROM link WHERE account = ? AND kind = ? AND used_at IS NOT NULL", account, LinkSetup)
		return err
	})
}
