// Package control is the small database beside the workspaces: who may sign in, where to, and with what. One login
// serves several workspaces; nothing else of a person lives here.
//
// Secrets are never kept: passwords as argon2id, tokens as SHA-256 of 32 random bytes, which nobody can guess back.
package control

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/google/uuid"

	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// Control answers who somebody is.
type Control struct {
	db    *db.DB
	clock clock.Clock
	hash  *hasher
	known remembered
}

// Account is how a person signs in.
type Account struct {
	ID     int64
	UUID   uuid.UUID
	Email  string // as typed; compared in lower case
	Name   string
	Locale string
	Active bool // has a password; an invited one has none yet
}

// Workspace is one company's set of records, with a database of its own.
type Workspace struct {
	ID   int64
	Slug string // stands in addresses, fixed for life
	Name string
	URL  string // of its database
}

// Open makes the tables where they are missing.
func Open(ctx context.Context, d *db.DB, c clock.Clock) (*Control, error) {
	if err := db.Migrate(ctx, d, migrations); err != nil {
		return nil, err
	}
	return &Control{db: d, clock: c, hash: newHasher()}, nil
}

func (c *Control) now() int64 { return c.clock.Now().UnixMicro() }

// token makes a secret and the form in which it is kept.
func token(prefix string) (secret string, kept []byte) {
	b := make([]byte, 32)
	rand.Read(b) // never fails since Go 1.24
	secret = prefix + base64.RawURLEncoding.EncodeToString(b)
	return secret, keep(secret)
}

func keep(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

func normEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || len(s) > 254 || strings.ContainsAny(s, " \t\r\n\x00<>") {
		return "", fault.Invalid("email", "email.invalid")
	}
	return s, nil
}

// AddAccount makes an account without a password, or answers the one that is there. A link lets its person set one.
func (c *Control) AddAccount(ctx context.Context, email, name, locale string) (a *Account, err error) {
	norm, err := normEmail(email)
	if err != nil {
		return nil, err
	}
	err = c.write(ctx, func(tx db.Tx) error {
		if a, err = find(tx, "email = ?", norm); err != nil || a != nil {
			return err
		}
		a = &Account{UUID: uuid.Must(uuid.NewV7()), Email: norm, Name: name, Locale: locale}
		a.ID, err = tx.Insert("INSERT INTO account (uuid, email, name, locale, created_at, failures, locked_until) VALUES (?, ?, ?, ?, ?, 0, 0)",
			a.UUID[:], norm, name, locale, c.now())
		return err
	})
	return a, err
}

// AccountOf finds an account by its id.
func (c *Control) AccountOf(ctx context.Context, id int64) (a *Account, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		a, err = find(r, "id = ?", id)
		return err
	})
	return a, missing(a == nil, err)
}

// AccountBy finds an account by its address.
func (c *Control) AccountBy(ctx context.Context, email string) (a *Account, err error) {
	norm, err := normEmail(email)
	if err != nil {
		return nil, err
	}
	err = c.db.Read(ctx, func(r db.Reader) error {
		a, err = find(r, "email = ?", norm)
		return err
	})
	return a, missing(a == nil, err)
}

func missing(is bool, err error) error {
	if err == nil && is {
		return fault.New(fault.Missing, "account.missing")
	}
	return err
}

func find(r db.Reader, where string, arg any) (*Account, error) {
	a := &Account{}
	var public []byte
	var password any
	ok, err := r.One([]any{&a.ID, &public, &a.Email, &a.Name, &a.Locale, &password}, "SELECT id, uuid, email, name, locale, password FROM account WHERE "+where, arg)
	if err != nil || !ok {
		return nil, err
	}
	copy(a.UUID[:], public)
	a.Active = password != nil
	return a, nil
}

// AddWorkspace names a workspace and where its records are.
func (c *Control) AddWorkspace(ctx context.Context, slug, name, url string) (w *Workspace, err error) {
	if !validSlug(slug) {
		return nil, fault.Invalid("slug", "slug.invalid")
	}
	err = c.write(ctx, func(tx db.Tx) error {
		w = &Workspace{Slug: slug, Name: name, URL: url}
		w.ID, err = tx.Insert("INSERT INTO workspace (slug, name, url, created_at) VALUES (?, ?, ?, ?)", slug, name, url, c.now())
		if _, taken := tx.Dialect().Unique(err); taken {
			return fault.Invalid("slug", "slug.taken").Because(err)
		}
		return err
	})
	return w, err
}

// RenameWorkspace gives a workspace another name for people; its slug stays.
func (c *Control) RenameWorkspace(ctx context.Context, id int64, name string) error {
	return c.db.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("UPDATE workspace SET name = ? WHERE id = ?", name, id)
		return err
	})
}

// WorkspaceName is what people call a workspace now.
func (c *Control) WorkspaceName(ctx context.Context, id int64) (name string, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		_, err := r.One([]any{&name}, "SELECT name FROM workspace WHERE id = ?", id)
		return err
	})
	return name, err
}

// validSlug keeps addresses readable: 2 to 40 small letters, digits and inner hyphens.
func validSlug(s string) bool {
	if len(s) < 2 || len(s) > 40 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return true
}

// Workspaces lists all of them; or, with an account, those that it is a member of.
func (c *Control) Workspaces(ctx context.Context, account int64) (list []Workspace, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		sql, args := "SELECT id, slug, name, url FROM workspace ORDER BY id", []any{}
		if account != 0 {
			sql = "SELECT w.id, w.slug, w.name, w.url FROM workspace w JOIN membership m ON m.workspace = w.id WHERE m.account = ? ORDER BY w.id"
			args = append(args, account)
		}
		rows, err := r.Query(sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var w Workspace
			if err := rows.Scan(&w.ID, &w.Slug, &w.Name, &w.URL); err != nil {
				return err
			}
			list = append(list, w)
		}
		return rows.Err()
	})
	return list, err
}

// Join makes an account a member of a workspace, as the user record with a public id. It may be said again.
func (c *Control) Join(ctx context.Context, account, workspace int64, user uuid.UUID) error {
	return c.write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(tx.Dialect().Ignore("INSERT INTO membership (account, workspace, user_id) VALUES (?, ?, ?)"), account, workspace, user[:])
		return err
	})
}

// Leave ends a membership, and with it every key that the account made there. Sessions stay: they may lead elsewhere.
func (c *Control) Leave(ctx context.Context, account, workspace int64) error {
	return c.write(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec("UPDATE api_key SET revoked_at = ? WHERE account = ? AND workspace = ? AND revoked_at IS NULL", c.now(), account, workspace); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM membership WHERE account = ? AND workspace = ?", account, workspace)
		return err
	})
}

// Members counts the members of a workspace.
func (c *Control) Members(ctx context.Context, workspace int64) (n int64, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		_, err := r.One([]any{&n}, "SELECT count(*) FROM membership WHERE workspace = ?", workspace)
		return err
	})
	return n, err
}

// Member answers which user of a workspace an account is, and false where it is none.
func (c *Control) Member(ctx context.Context, account, workspace int64) (user uuid.UUID, ok bool, err error) {
	type member struct{ account, workspace int64 }
	user, err = recall(c, member{account, workspace}, func() (user uuid.UUID, err error) {
		err = c.db.Read(ctx, func(r db.Reader) error {
			var public []byte
			_, err := r.One([]any{&public}, "SELECT user_id FROM membership WHERE account = ? AND workspace = ?", account, workspace)
			copy(user[:], public)
			return err
		})
		return user, err
	})
	return user, user != uuid.Nil, err
}

// after is a time from now, as it is stored.
func (c *Control) after(d time.Duration) int64 { return c.clock.Now().Add(d).UnixMicro() }
