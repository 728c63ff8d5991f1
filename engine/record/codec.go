package record

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/table"
)

// same says whether a field's values of two records are stored alike; a missing record's are empty.
func same(f *object.Field, a, b *object.Record) bool {
	var x, y any
	if a != nil {
		x = a.At(f)
	}
	if b != nil {
		y = b.At(f)
	}
	return table.Same(x, y)
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c < 0x20 || c == '<' || c == '>' || c == '&':
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			default:
				b = append(b, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(b, "\uFFFD"...)
		case r == '\u2028' || r == '\u2029':
			b = append(b, '\\', 'u', '2', '0', '2', hexDigits[r&15])
		default:
			b = append(b, s[i:i+size]...)
		}
		i += size
	}
	return append(b, '"')
}

// appendValues writes the stored values of some fields as JSON: {"name":["old"],"amount":[1,"CNY",1]}; an empty one is [].
func appendValues(b []byte, fields []*object.Field, r *object.Record) []byte {
	b = append(b, '{')
	var cells [4]any
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, f.Name), ':', '[')
		if r != nil && r.At(f) != nil {
			for j, v := range field.Of(f).Store(f, r.At(f), cells[:0]) {
				if j > 0 {
					b = append(b, ',')
				}
				switch x := v.(type) {
				case nil:
					b = append(b, "null"...)
				case int64:
					b = strconv.AppendInt(b, x, 10)
				case int:
					b = strconv.AppendInt(b, int64(x), 10)
				case bool:
					b = append(b, '0'+map[bool]byte{true: 1}[x])
				case string:
					b = appendString(b, x)
				}
			}
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// readValues reads what appendValues wrote. Names that the object no longer has are left out.
func readValues(o *object.Object, text []byte, into map[string]any) error {
	var raw map[string][]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		return fmt.Errorf("record: the log of %s: %w", o.Name, err)
	}
	for name, cells := range raw {
		f := o.Field(name)
		if f == nil {
			continue
		}
		if len(cells) == 0 {
			into[name] = nil
			continue
		}
		for i, c := range cells {
			if n, ok := c.(json.Number); ok {
				v, err := n.Int64()
				if err != nil {
					return err
				}
				cells[i] = v
			}
		}
		v, err := field.Of(f).Load(f, cells)
		if err != nil {
			return err
		}
		into[name] = v
	}
	return nil
}

// commitment is the salted digest over what changed.
func commitment(salt, before, after []byte) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(before)
	h.Write([]byte{0})
	h.Write(after)
	return h.Sum(nil)
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func sealBytes(key, plain []byte) ([]byte, error) {
	a, err := gcm(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, a.NonceSize(), a.NonceSize()+len(plain)+a.Overhead())
	_, _ = rand.Read(out)
	return a.Seal(out, out, plain, nil), nil
}

var errSeal = errors.New("record: a seal is broken")

func openBytes(key, sealed []byte) ([]byte, error) {
	a, err := gcm(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < a.NonceSize() {
		return nil, errSeal
	}
	return a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], nil)
}

// sealer makes cursors that nobody can read or make.
type sealer struct{ key []byte }

func newSealer(key []byte) *sealer { return &sealer{key} }

func (s *sealer) cursor(v any) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	sealed, err := sealBytes(s.key, plain)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

func (s *sealer) open(text string, into any) bool {
	if len(text) > 4096 {
		return false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	plain, err := openBytes(s.key, sealed)
	if err != nil {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	return d.Decode(into) == nil
}
