package record

import (
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
)

// Write is one request to change records: all of its operations or none, unless Each.
type Write struct {
	Actor  *access.Actor
	Via    string // screen, api, import, rule, job, assistant
	Reason string
	Ops    []Op
	DryRun bool // validate, run the rules, answer the would-be records, change nothing
	Each   bool // each operation alone: one that fails leaves the others
	Key    *Key
	// Apart says of bulk work that no operation builds upon another, save those joined: the next may be planned while
	// some are being kept.
	Apart bool
	// Answer renders what the caller is told. With a key it runs inside the transaction and its bytes are kept, so that
	// a retry gets the same; it must depend on nothing but its argument.
	Answer func(*Result) ([]byte, error)
	// Set adds to an open change set (see OpenChangeSet) instead of making one.
	Set *ChangeSet
	// Zone and rates for reading values come from the actor and the engine.
}

// Key makes a write happen once: the same key with the same body is answered with the first answer.
type Key struct {
	Key   string
	Scope string   // method and path
	Body  [32]byte // SHA-256 of the body
}

// Op is one operation on one record.
type Op struct {
	Do      string // Create, Update, Delete, Restore, Purge
	Object  string
	UUID    uuid.UUID
	Version int64 // the version that the caller saw; 0 where it saw none (only the program may leave it out of an update)
	Strict  bool  // refuse any change since Version instead of merging by field

	Values map[string]any // as the API writes them
	Set    map[string]any // typed, from code
	Record *object.Record // create: typed, from code; a negative ID lets others of the write link to it
	ID     int64          // instead of UUID, from code
	Any    bool           // update whatever the version is, from code
	// Program lifts the caller's rights: a write that the program makes for the caller.
	Program bool
	// Joined makes it one with the operation before it in bulk work: both are done, or neither.
	Joined bool

	follows func(now *object.Record) (map[string]any, error) // see Change.Follow
}

// Result is what a write did.
type Result struct {
	ChangeSet uuid.UUID
	Commit    int64 // the id of its last commit
	Outcomes  []Outcome
	Answer    []byte
	Replayed  bool
	At        time.Time
}

// Outcome is what became of one operation.
type Outcome struct {
	Op      string
	Record  *object.Record // as it is now; its last state when purged
	View    *View          // the same in the API's form, for the caller
	Changed bool
	Err     error
}

// ChangeSet is one piece of work of many commits.
type ChangeSet struct {
	ID     int64
	UUID   uuid.UUID
	At     int64
	Actor  int64
	Via    string
	Reason string
	Kind   string // write, bulk, undo, schema
	State  string // running, partial, complete, undone
	Undoes int64
	Job    int64
	Counts int64

	pace int // how many operations its last commits held
}

// Task is work too long for the write that makes it necessary, for the queue.
type Task struct {
	Kind      string    `json:"kind"` // follow
	ChangeSet uuid.UUID `json:"change_set"`
	Actor     int64     `json:"actor"`
	Object    string    `json:"object"`
	Record    int64     `json:"record"`
	Reason    string    `json:"reason,omitempty"`
}
