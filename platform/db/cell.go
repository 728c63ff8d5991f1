package db

import (
	"bytes"
	"database/sql"
	"fmt"
)

// cell is one value of a result before it is known what it is scanned into.
// The bytes may belong to the driver; whatever keeps them copies them.
type cell struct {
	kind cellKind
	n    int64
	s    string
	b    []byte
}

type cellKind uint8

const (
	cellNull cellKind = iota
	cellInt
	cellText      // in s
	cellTextBytes // in b
	cellBytes     // in b
	cellAlien     // a kind of value that we do not store, such as a float
)

func (c cell) text() string {
	if c.kind == cellText {
		return c.s
	}
	return string(c.b)
}

func (c cell) any() any {
	switch c.kind {
	case cellInt:
		return c.n
	case cellText, cellTextBytes:
		return c.text()
	case cellBytes:
		return bytes.Clone(c.b)
	}
	return nil
}

func (c cell) isText() bool { return c.kind == cellText || c.kind == cellTextBytes }

// into stores the value where the caller wants it; a null only fits where null can stand.
func (c cell) into(dest any) error {
	null := c.kind == cellNull
	switch d := dest.(type) {
	case *any:
		if c.kind == cellAlien {
			return c.misfit(dest)
		}
		*d = c.any()
		return nil
	case *[]byte:
		switch {
		case null:
			*d = nil
		case c.kind == cellText:
			*d = []byte(c.s)
		case c.kind == cellInt, c.kind == cellAlien:
			return c.misfit(dest)
		default:
			*d = append(make([]byte, 0, len(c.b)), c.b...)
		}
		return nil
	case *sql.NullInt64:
		if d.Int64, d.Valid = c.n, !null; !null && c.kind != cellInt {
			return c.misfit(dest)
		}
		return nil
	case *sql.NullBool:
		if d.Bool, d.Valid = c.n != 0, !null; !null && c.kind != cellInt {
			return c.misfit(dest)
		}
		return nil
	case *sql.NullString:
		if !null && !c.isText() {
			return c.misfit(dest)
		}
		d.String, d.Valid = c.text(), !null
		return nil
	case *int64:
		if c.kind == cellInt {
			*d = c.n
			return nil
		}
	case *int:
		if c.kind == cellInt {
			*d = int(c.n)
			return nil
		}
	case *bool:
		if c.kind == cellInt {
			*d = c.n != 0
			return nil
		}
	case *string:
		if c.isText() {
			*d = c.text()
			return nil
		}
	}
	return c.misfit(dest)
}

func (c cell) misfit(dest any) error {
	name := [...]string{"null", "an integer", "text", "text", "bytes", "a value of no kind that we store"}[c.kind]
	return fmt.Errorf("db: %s does not fit a %T", name, dest)
}
