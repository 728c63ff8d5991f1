package app

import (
	"crypto/rand"
	"crypto/sha256"
	"time"

	"youpeng/engine/access"
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

// RoleNames are the names of an actor's roles.
func (s *Space) RoleNames(a *access.Actor) []string {
	s.people.mu.Lock()
	defer s.people.mu.Unlock()
	return s.people.named[a.User]
}
