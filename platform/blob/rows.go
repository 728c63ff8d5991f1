package blob

import (
	"time"

	"github.com/google/uuid"

	"youpeng/platform/db"
)

func insert(tx db.Tx, f *File) error {
	_, err := tx.Insert("INSERT INTO sys_file (uuid, hash, name, type, size, owner, at, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		f.ID[:], f.hash[:], f.Name, f.Type, f.Size, f.Owner, f.Created.UnixMicro(), micros(f.Expires))
	return err
}

// micros is a time as it is stored; 0 is never.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

const columns = "SELECT uuid, hash, name, type, size, owner, at, expires FROM sys_file WHERE "

func scan(rows db.Rows) (*File, error) {
	var f File
	var id, hash []byte
	var at, expires int64
	if err := rows.Scan(&id, &hash, &f.Name, &f.Type, &f.Size, &f.Owner, &at, &expires); err != nil {
		return nil, err
	}
	copy(f.ID[:], id)
	copy(f.hash[:], hash)
	f.Created = time.UnixMicro(at).UTC()
	if expires != 0 {
		f.Expires = time.UnixMicro(expires).UTC()
	}
	return &f, nil
}

func list(r db.Reader, where string, args ...any) (out []*File, err error) {
	rows, err := r.Query(columns+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		f, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

func find(r db.Reader, id uuid.UUID) (*File, error) {
	found, err := list(r, "uuid = ?", id[:])
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func expired(r db.Reader, now time.Time) ([]*File, error) {
	return list(r, "expires > 0 AND expires <= ? ORDER BY id LIMIT 1000", now.UnixMicro())
}

// FirstExpiry is when the time of the next file comes; zero where all stay.
func FirstExpiry(r db.Reader) (time.Time, error) {
	var at any
	if _, err := r.One([]any{&at}, "SELECT min(expires) FROM sys_file WHERE expires > 0"); err != nil {
		return time.Time{}, err
	}
	if n, ok := at.(int64); ok {
		return time.UnixMicro(n), nil
	}
	return time.Time{}, nil
}

// alone says whether no file that stays has these bytes.
func alone(r db.Reader, hash [32]byte, now time.Time) (bool, error) {
	var n int64
	_, err := r.One([]any{&n}, "SELECT count(*) FROM sys_file WHERE hash = ? AND (expires = 0 OR expires > ?)", hash[:], now.UnixMicro())
	return n == 0, err
}

// held answers how many files that will expire a user has, and their size.
func held(r db.Reader, owner int64, now time.Time) (files, size int64, err error) {
	_, err = r.One([]any{&files, &size}, "SELECT count(*), CAST(coalesce(sum(size), 0) AS "+r.Dialect().Type(db.Int)+") FROM sys_file WHERE owner = ? AND expires > ?", owner, now.UnixMicro())
	return files, size, err
}

func remove(tx db.Tx, id uuid.UUID) error {
	_, err := tx.Exec("DELETE FROM sys_file WHERE uuid = ?", id[:])
	return err
}

func setExpiry(tx db.Tx, id uuid.UUID, until time.Time) error {
	_, err := tx.Exec("UPDATE sys_file SET expires = ? WHERE uuid = ?", micros(until), id[:])
	return err
}
