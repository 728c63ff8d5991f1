package app

import (
	"crypto/rand"
	"crypto/sha256"
	"time"
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
