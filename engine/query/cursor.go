package query

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// cell is one sort key in a cursor; strings may hold any bytes.
type cell struct {
	N *int64 `json:"n,omitempty"`
	S []byte `json:"s,omitempty"`
	T bool   `json:"t,omitempty"` // a text, which may be empty
}

type sealed struct {
	Keys   []cell `json:"k"`
	ID     int64  `json:"i"`
	Before bool   `json:"b,omitempty"`
}

// Seal writes a place in a list as text that only Open reads, for the same asker and the same list: the keys in it may
// be more than the asker's to know.
func (p *Parser) Seal(o *object.Object, r Request, b *Beside) (string, error) {
	if b == nil {
		return "", nil
	}
	s := sealed{ID: b.ID, Before: b.Before}
	for _, k := range b.Keys {
		switch v := k.(type) {
		case int64:
			s.Keys = append(s.Keys, cell{N: &v})
		case string:
			s.Keys = append(s.Keys, cell{S: []byte(v), T: true})
		case []byte:
			s.Keys = append(s.Keys, cell{S: v, T: true})
		default:
			s.Keys = append(s.Keys, cell{})
		}
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	box, err := p.box()
	if err != nil {
		return "", err
	}
	list, err := p.list(o, r)
	if err != nil {
		return "", err
	}
	out := make([]byte, box.NonceSize(), box.NonceSize()+len(list)+len(plain)+box.Overhead())
	if _, err := rand.Read(out); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(box.Seal(out, out, append(list, plain...), nil)), nil
}

// Open reads what Seal wrote; a cursor of another list or of another asker is refused.
func (p *Parser) Open(o *object.Object, r Request, cursor string) (*Beside, error) {
	invalid := fault.New(fault.BadRequest, "cursor.invalid")
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(cursor) > 1<<15 {
		return nil, invalid
	}
	box, err := p.box()
	if err != nil {
		return nil, err
	}
	if len(raw) < box.NonceSize() {
		return nil, invalid
	}
	plain, err := box.Open(nil, raw[:box.NonceSize()], raw[box.NonceSize():], nil)
	if err != nil || len(plain) < sha256.Size {
		return nil, invalid
	}
	list, err := p.list(o, r)
	if err != nil {
		return nil, err
	}
	if string(plain[:sha256.Size]) != string(list) {
		return nil, fault.New(fault.BadRequest, "cursor.other_list")
	}
	var s sealed
	if err := json.Unmarshal(plain[sha256.Size:], &s); err != nil {
		return nil, invalid
	}
	b := &Beside{ID: s.ID, Before: s.Before}
	for _, c := range s.Keys {
		switch {
		case c.N != nil:
			b.Keys = append(b.Keys, *c.N)
		case c.T:
			b.Keys = append(b.Keys, string(c.S))
		default:
			b.Keys = append(b.Keys, nil)
		}
	}
	return b, nil
}

// list is what tells lists apart: the object, the filter and the order as the caller wrote them, and who asks.
func (p *Parser) list(o *object.Object, r Request) ([]byte, error) {
	text, err := json.Marshal([]any{p.Who, o.Name, r.Filter, r.Sort, r.Deleted})
	if err != nil {
		return nil, bad("filter", "filter.form")
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

func (p *Parser) box() (cipher.AEAD, error) {
	block, err := aes.NewCipher(p.Key)
	if err != nil {
		return nil, fault.New(fault.Internal, "internal").Because(err)
	}
	return cipher.NewGCM(block)
}
