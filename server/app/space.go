package app

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"time"

	"youpeng/engine/object"
)

// Now is the workspace's time.
func (s *Space) Now() time.Time { return s.clock.Now() }

// Changed is told which objects were written; rights are resolved anew when people or roles were.
func (s *Space) Changed(object string) {
	switch object {
	case "user", "role", "department":
		s.people.forget()
	}
}

var cursorSecret = func() (b [32]byte) {
	rand.Read(b[:])
	return b
}()

// CursorKey seals the cursors of lists. It lasts as long as the process: a cursor is of today's list.
func (s *Space) CursorKey() []byte {
	sum := sha256.Sum256(append(cursorSecret[:], s.Slug...))
	return sum[:]
}

// decode reads JSON with its numbers kept as they are written.
func decode(b []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// defined hands a new catalog on to whoever keeps something that is made of it.
func (s *Space) defined(cat *object.Catalog) {
	s.columns.SetCatalog(cat)
	s.Tables.Keep(cat)
	s.people.forget()
}
