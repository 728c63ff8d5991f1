package db

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"youpeng/platform/fault"
)

// scan walks the bytes of a statement that stand outside quotes and comments.
func scan(sql string, outside func(at int, c byte)) {
	for i := 0; i < len(sql); i++ {
		switch c := sql[i]; {
		case c == '\'' || c == '"':
			end := strings.IndexByte(sql[i+1:], c)
			if end < 0 {
				return
			}
			i += end + 1 // a doubled quote simply opens the next piece
		case c == '-' && strings.HasPrefix(sql[i:], "--"):
			end := strings.IndexByte(sql[i:], '\n')
			if end < 0 {
				return
			}
			i += end
		case c == '/' && strings.HasPrefix(sql[i:], "/*"):
			end := strings.Index(sql[i+2:], "*/")
			if end < 0 {
				return
			}
			i += end + 3
		default:
			outside(i, c)
		}
	}
}

// single refuses text of more than one statement, because a prepared one runs the first and forgets the rest.
func single(sql string) error {
	ended, more := false, strings.IndexByte(sql, 0) >= 0
	scan(sql, func(_ int, c byte) {
		switch {
		case c == ';':
			ended = true
		case ended && c > ' ':
			more = true
		}
	})
	if more {
		return fmt.Errorf("db: one statement at a time: %.80q", sql)
	}
	return nil
}

// numbered turns each ? into $1, $2, … in order.
func numbered(sql string) string {
	if strings.IndexByte(sql, '?') < 0 {
		return sql
	}
	out, n, from := make([]byte, 0, len(sql)+32), 0, 0
	scan(sql, func(at int, c byte) {
		if c == '?' {
			n++
			out = append(append(out, sql[from:at]...), '$')
			out = strconv.AppendInt(out, int64(n), 10)
			from = at + 1
		}
	})
	return string(append(out, sql[from:]...))
}

// plain makes an argument one of the four storable things.
func plain(v any) (any, error) {
	switch x := v.(type) {
	case nil, int64:
		return v, nil
	case string:
		if !utf8.ValidString(x) || strings.IndexByte(x, 0) >= 0 {
			return nil, fault.New(fault.Unprocessable, "text.unstorable")
		}
		return v, nil
	case []byte:
		if x == nil {
			return nil, nil
		}
		return v, nil
	case int:
		return int64(x), nil
	case bool:
		if x {
			return int64(1), nil
		}
		return int64(0), nil
	case driver.Valuer:
		inner, err := x.Value()
		if err != nil {
			return nil, err
		}
		if _, again := inner.(driver.Valuer); again {
			return nil, fmt.Errorf("db: a %T cannot be stored", v)
		}
		return plain(inner)
	}
	return nil, fmt.Errorf("db: a %T cannot be stored", v)
}

// quote makes an identifier. No identifier holds a zero byte or broken UTF-8 on both databases, so none is let through.
func quote(ident string) string {
	ident = strings.ToValidUTF8(strings.ReplaceAll(ident, "\x00", "\uFFFD"), "\uFFFD")
	return `"` + strings.ReplaceAll(ident, `"`, `""`) + `"`
}

// target is the table that an INSERT names, as it is written there.
func target(insert string) string {
	rest := strings.TrimSpace(insert)
	const into = "INSERT INTO "
	if len(rest) < len(into) || !strings.EqualFold(rest[:len(into)], into) {
		return ""
	}
	rest = strings.TrimSpace(rest[len(into):])
	if !strings.HasPrefix(rest, `"`) {
		return rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"))]
	}
	for i := 1; i < len(rest); i++ {
		if rest[i] != '"' {
			continue
		}
		if i+1 < len(rest) && rest[i+1] == '"' {
			i++
			continue
		}
		return rest[:i+1]
	}
	return ""
}

// What a caller did wrong with a snapshot or a transaction; each is a mistake in the program.
var (
	errLeft    = errors.New("db: used after its callback returned")
	errOpen    = errors.New("db: the last result is still open; read it to its end or close it first")
	errFailed  = errors.New("db: a statement failed before in this transaction; use Nested where failure is expected")
	errIgnored = errors.New("db: the callback hid the failure of a statement")
)
