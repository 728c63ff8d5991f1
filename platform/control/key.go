package control

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// Key is an API key: it acts as an account in one workspace, narrowed by scopes.
type Key struct {
	UUID      uuid.UUID
	Name      string
	Account   int64
	Workspace int64
	Scopes    []string
	Created   time.Time
	Used      time.Time // zero when it never was; told to within five minutes
}

// AddKey makes a key. The secret is told this once.
func (c *Control) AddKey(ctx context.Context, name string, account, workspace int64, scopes []string) (secret string, k *Key, err error) {
	secret, kept := token("yp_")
	k = &Key{UUID: uuid.Must(uuid.NewV7()), Name: name, Account: account, Workspace: workspace, Scopes: scopes, Created: c.clock.Now()}
	list, err := json.Marshal(scopes)
	if err != nil {
		return "", nil, err
	}
	err = c.write(ctx, func(tx db.Tx) error {
		_, err := tx.Insert("INSERT INTO api_key (uuid, token, name, account, workspace, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
			k.UUID[:], kept, name, account, workspace, string(list), c.now())
		return err
	})
	return secret, k, err
}

// KeyOf answers what a key may do; Unauthorized when it was revoked or never was.
func (c *Control) KeyOf(ctx context.Context, secret string) (*Key, error) {
	if len(secret) > 200 {
		return nil, fault.New(fault.Unauthorized, "key.unknown")
	}
	type token [32]byte
	k, err := recall(c, token(keep(secret)), func() (*Key, error) {
		list, err := c.keys(ctx, "token = ?", keep(secret))
		if err == nil && len(list) == 0 {
			err = fault.New(fault.Unauthorized, "key.unknown")
		}
		if err != nil {
			return nil, err
		}
		return &list[0], nil
	})
	if err != nil {
		return nil, err
	}
	if c.clock.Now().Sub(k.Used) > seenEvery {
		err = c.write(ctx, func(tx db.Tx) error {
			_, err := tx.Exec("UPDATE api_key SET used_at = ? WHERE uuid = ?", c.now(), k.UUID[:])
			return err
		})
	}
	return k, err
}

// Keys lists the keys of a workspace.
func (c *Control) Keys(ctx context.Context, workspace int64) ([]Key, error) {
	return c.keys(ctx, "workspace = ?", workspace)
}

func (c *Control) keys(ctx context.Context, where string, arg any) (list []Key, err error) {
	err = c.db.Read(ctx, func(r db.Reader) error {
		rows, err := r.Query("SELECT uuid, name, account, workspace, scopes, created_at, used_at FROM api_key WHERE revoked_at IS NULL AND "+where+" ORDER BY id", arg)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k Key
			var public []byte
			var scopes string
			var created int64
			var used any
			if err := rows.Scan(&public, &k.Name, &k.Account, &k.Workspace, &scopes, &created, &used); err != nil {
				return err
			}
			copy(k.UUID[:], public)
			k.Created = time.UnixMicro(created).UTC()
			if at, ok := used.(int64); ok {
				k.Used = time.UnixMicro(at).UTC()
			}
			if err := json.Unmarshal([]byte(scopes), &k.Scopes); err != nil {
				return err
			}
			list = append(list, k)
		}
		return rows.Err()
	})
	return list, err
}

// RevokeKey ends a key of a workspace.
func (c *Control) RevokeKey(ctx context.Context, workspace int64, id uuid.UUID) error {
	return c.write(ctx, func(tx db.Tx) error {
		n, err := tx.Exec("UPDATE api_key SET revoked_at = ? WHERE workspace = ? AND uuid = ? AND revoked_at IS NULL", c.now(), workspace, id[:])
		if err == nil && n == 0 {
			return fault.New(fault.Missing, "key.missing")
		}
		return err
	})
}

// RevokeKeys ends every key that an account has in a workspace.
func (c *Control) RevokeKeys(ctx context.Context, account, workspace int64) error {
	return c.write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("UPDATE api_key SET revoked_at = ? WHERE account = ? AND workspace = ? AND revoked_at IS NULL", c.now(), account, workspace)
		return err
	})
}
