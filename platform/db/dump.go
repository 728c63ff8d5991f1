package db

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// A row is written the same way whichever database it stands in: for each column, in the order of their names, one byte
// that says what follows, then a number in eight bytes, or a length and as many bytes. Rows follow the order of the key.
const (
	rowNull  = 0
	rowInt   = 1
	rowText  = 2
	rowBytes = 3
	rowEnd   = 0xff // stands where a row would begin
)

// maxCell bounds a value that is read back, so that a damaged length does not ask for all memory.
const maxCell = 1 << 30

// Dump writes all rows of a table and answers how many there are.
func Dump(r Reader, s *Shape, w io.Writer) (n int64, err error) {
	d := r.Dialect()
	order := s.Key
	if len(order) == 0 {
		order = s.names()
	}
	rows, err := r.Query("SELECT " + quoted(d, s.names()) + " FROM " + d.Quote(s.Name) + " ORDER BY " + quoted(d, order))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	values, dest := make([]any, len(s.Columns)), make([]any, len(s.Columns))
	for i := range values {
		dest[i] = &values[i]
	}
	var b []byte
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return n, fmt.Errorf("db: reading %s: %w", s.Name, err)
		}
		b = b[:0]
		for _, v := range values {
			b = appendCell(b, v)
		}
		if _, err := w.Write(b); err != nil {
			return n, err
		}
		if n++; n%1024 == 0 && r.Context().Err() != nil {
			return n, r.Context().Err()
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	_, err = w.Write([]byte{rowEnd})
	return n, err
}

func (s *Shape) names() []string {
	out := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		out[i] = c.Name
	}
	return out
}

func appendCell(b []byte, v any) []byte {
	switch x := v.(type) {
	case int64:
		return binary.BigEndian.AppendUint64(append(b, rowInt), uint64(x))
	case string:
		return append(binary.AppendUvarint(append(b, rowText), uint64(len(x))), x...)
	case []byte:
		return append(binary.AppendUvarint(append(b, rowBytes), uint64(len(x))), x...)
	}
	return append(b, rowNull)
}

// loadRows are written in one transaction.
const loadRows = 2000

// Load fills a table that Make has made with the rows that Dump has written.
func Load(ctx context.Context, d *DB, s *Shape, from io.Reader) (n int64, err error) {
	in := bufio.NewReaderSize(from, 1<<16)
	most := max(1, min(100, d.Dialect().Limit()/len(s.Columns)))
	for done := false; !done; {
		var batch []any
		rows := 0
		for rows < loadRows && !done {
			before := len(batch)
			if batch, done, err = readRow(in, batch, len(s.Columns)); err != nil {
				return n, fmt.Errorf("db: the rows of %s: %w", s.Name, err)
			}
			if len(batch) > before {
				rows++
			}
		}
		err = d.Write(ctx, func(tx Tx) error { return s.insert(tx, batch, most) })
		if err != nil {
			return n, err
		}
		n += int64(rows)
	}
	if _, err := in.ReadByte(); err != io.EOF {
		return n, fmt.Errorf("db: more follows the rows of %s", s.Name)
	}
	return n, nil
}

func (s *Shape) insert(tx Tx, values []any, most int) error {
	d, width := tx.Dialect(), len(s.Columns)
	row := ", (" + strings.TrimSuffix(strings.Repeat("?, ", width), ", ") + ")"
	for len(values) > 0 {
		k := min(most, len(values)/width)
		sql := "INSERT INTO " + d.Quote(s.Name) + " (" + quoted(d, s.names()) + ") VALUES " + strings.Repeat(row, k)[2:]
		if _, err := tx.Exec(sql, values[:k*width]...); err != nil {
			return err
		}
		values = values[k*width:]
	}
	return nil
}

// readRow reads a row into dst, or says that the last one was read.
func readRow(in *bufio.Reader, dst []any, width int) (out []any, end bool, err error) {
	for i := range width {
		kind, err := in.ReadByte()
		if err != nil {
			return dst, false, unexpected(err)
		}
		switch kind {
		case rowEnd:
			if i > 0 {
				return dst, false, errors.New("a row is cut")
			}
			return dst, true, nil
		case rowNull:
			dst = append(dst, nil)
		case rowInt:
			var b [8]byte
			if _, err := io.ReadFull(in, b[:]); err != nil {
				return dst, false, unexpected(err)
			}
			dst = append(dst, int64(binary.BigEndian.Uint64(b[:])))
		case rowText, rowBytes:
			size, err := binary.ReadUvarint(in)
			if err != nil || size > maxCell {
				return dst, false, errors.Join(errors.New("a value has no size"), err)
			}
			b := make([]byte, size)
			if _, err := io.ReadFull(in, b); err != nil {
				return dst, false, unexpected(err)
			}
			if kind == rowText {
				dst = append(dst, string(b))
			} else {
				dst = append(dst, b)
			}
		default:
			return dst, false, fmt.Errorf("a value of unknown kind %d", kind)
		}
	}
	return dst, false, nil
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Frozen runs fn on a snapshot that may live long. A long reader would make SQLite's log grow and keep erasures from
// ending, so there fn reads a copy, made in a folder and removed afterwards.
func (d *DB) Frozen(ctx context.Context, dir string, fn func(Reader) error) error {
	if _, ok := d.store.(*lite); !ok {
		return d.Read(ctx, fn)
	}
	dir, err := os.MkdirTemp(dir, ".copy-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "copy.db")
	if err := d.BackupTo(ctx, path); err != nil {
		return err
	}
	c, err := Open(ctx, "sqlite:"+path, Options{})
	if err != nil {
		return err
	}
	return errors.Join(c.Read(ctx, fn), c.Close())
}

// Drop removes a database for good: its file, or its schema with all tables.
func Drop(ctx context.Context, url string) error {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		var errs []error
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	}
	d, err := Open(ctx, url, Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	return d.store.(*pg).drop(ctx)
}
