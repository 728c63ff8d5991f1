// Package access says who may see and do what. An Actor carries rights already resolved: the engine knows no
// departments, only the lists of users that a scope reaches.
package access

import (
	"time"

	"github.com/google/uuid"

	"youpeng/engine/object"
)

// Scope is how far a right reaches over records with an owner.
type Scope int

const (
	None Scope = iota
	Own
	OwnBelow        // own and subordinates' (by user.manager, all the way down)
	Department      // of everyone in my department
	DepartmentBelow // of everyone in my department and those below it
	All
)

// Right is what one may do with a field.
type Right int

const (
	Hidden Right = iota // as if it did not exist
	Masked              // its shape only; filters: eq, empty, filled
	Read
	Write
)

// Object is what a role may do with the records of one object.
type Object struct {
	Create bool
	Read   Scope
	Update Scope
	Delete Scope
	Import bool
	Export bool
	Fields map[string]Right // those that differ from Write
}

// Actor is who asks, with everything that a decision needs. No actor, no rows. It is immutable.
type Actor struct {
	User   int64
	UUID   uuid.UUID
	Name   string
	Locale string
	Zone   *time.Location
	Admin  bool // may change configuration: objects, roles, users, the whitelist of the matcher
	// Configures: may change objects and fields. An administrator, and of the keys of one those that are wide enough.
	Configures bool
	System     bool // the program itself: sees and writes everything
	Objects    map[string]Object
	Reach      map[Scope][]int64 // the users of each scope, sorted, myself among them; None and All have no list
	Digest     string            // equal for equal rights: the key under which visible sets are kept
	Scopes     []string          // an API key's narrowing; nil for a person
}

// Field answers the actor's right to a field.
func (a *Actor) Field(o *object.Object, f *object.Field) Right {
	if a.System {
		return Write
	}
	if f.Hidden {
		return Hidden
	}
	right := Write
	if r, ok := a.Objects[o.Name].Fields[f.Name]; ok {
		right = r
	}
	if f.ReadOnly || f.System {
		right = min(right, Read)
	}
	return right
}

// Owners answers whose records a scope reaches: a sorted list of users, or all.
func (a *Actor) Owners(s Scope) (users []int64, all bool) {
	switch {
	case a.System || s == All:
		return nil, true
	case s == None:
		return nil, false
	}
	return a.Reach[s], false
}

// Reading answers the scope in which the actor reads an object.
func (a *Actor) Reading(o *object.Object) Scope {
	if a.System {
		return All
	}
	if o.Retired {
		return None
	}
	return a.Objects[o.Name].Read
}
