package record

import (
	"crypto/rand"

	"youpeng/platform/db"
)

// logged is what the log says of a record as it stands.
type logged struct {
	rev, version   int64
	binned, purged bool
}

func loggedBetween(r db.Reader, object int, after, to int64) (map[int64]*logged, error) {
	rows, err := r.Query(`SELECT record, max(rev), max(version), coalesce(max(CASE WHEN op = 'delete' THEN id END), 0), coalesce(max(CASE WHEN op IN ('create', 'restore') THEN id END), 0),
 max(CASE WHEN op = 'purge' THEN 1 ELSE 0 END) FROM sys_change WHERE object = ? AND record > ? AND record <= ? GROUP BY record`, object, after, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]*logged{}
	for rows.Next() {
		var id, gone, back int64
		k := &logged{}
		if err := rows.Scan(&id, &k.rev, &k.version, &gone, &back, &k.purged); err != nil {
			return nil, err
		}
		k.binned = gone > back
		out[id] = k
	}
	return out, rows.Err()
}

func everLogged(r db.Reader, object int, record int64) (bool, error) {
	var id int64
	return r.One([]any{&id}, "SELECT id FROM sys_change WHERE object = ? AND record = ? LIMIT 1", object, record)
}

// NextNumber answers the next number that a series gives; 0 where it has given none.
func NextNumber(r db.Reader, name, period string) (n int64, err error) {
	_, err = r.One([]any{&n}, "SELECT next FROM sys_series WHERE name = ? AND period = ?", name, period)
	return n, err
}

// Continue lets a series go on after a number that was given, whatever it stood at before.
func Continue(tx db.Tx, name, period string, highest int64) error {
	_, err := tx.Exec("INSERT INTO sys_series (name, period, next) VALUES (?, ?, ?) ON CONFLICT (name, period) DO UPDATE SET next = excluded.next", name, period, highest+1)
	return err
}

// Renew gives a restored database an identity of its own: snapshots and cursors of the one that it was copied from are
// not its.
func Renew(tx db.Tx) error {
	for _, name := range []string{"cursor", "identity"} {
		fresh := make([]byte, 32)
		_, _ = rand.Read(fresh) // never fails
		if _, err := tx.Exec("INSERT INTO sys_secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, fresh); err != nil {
			return err
		}
	}
	return nil
}
