// Package record is the one way in: every record that anybody reads or writes passes here, so rights, rules, history,
// undo, merging and idempotency hold on every door alike.
//
// A write is computed on a snapshot, outside the writer: load, rights, Default, Before, Check. Inside the writer the
// versions of what was read are compared; where one moved, the work is done again.
package record

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/platform/clock"
	"youpeng/platform/db"
)

// What can be done to a record.
const (
	Create  = "create"
	Update  = "update"
	Delete  = "delete" // to the bin
	Restore = "restore"
	Purge   = "purge" // for good
)

// Options is what an engine stands on.
type Options struct {
	DB         *db.DB
	Catalog    Catalog
	Tables     Tables
	Columns    Columns
	Clock      clock.Clock
	Behaviours []Behaviour
	Verbs      []Verb
	Log        *slog.Logger
	// Rate answers how many workspace units one unit of a currency is worth on a day, scaled by 1e9.
	Rate func(currency string, day time.Time) (int64, bool)
	// Zone is the workspace's: by its days number series begin anew. Nil is the writer's own.
	Zone *time.Location
	// Told lists the fields that the duplicate matcher and unique errors tell of a record which the asker may not see;
	// nil means its owner.
	Told func(object string) []string
	// Later puts a task into the queue in the transaction that makes it necessary; Engine.Run does it. Nil does tasks
	// at once, after the commit.
	Later func(tx db.Tx, t Task) error
	// Kept is told of each commit of records, after it and before its writer is answered. Nil is nobody.
	Kept func(Kept)
}

// Kept is a commit as it was written: who follows the log on this node need not read it again.
type Kept struct {
	Commit, At int64 // At in µs
	Set        ChangeSet
	Changes    []KeptChange
}

// KeptChange is one change of a commit. Before is the open former values as the log has them.
type KeptChange struct {
	ID           int64
	Object       int
	Record       int64
	Op           string
	Version, Rev int64
	Names        []string
	Before       string
	Digest       []byte
}

// Engine reads and writes the records of one workspace.
type Engine struct {
	db         *db.DB
	catalog    Catalog
	tables     Tables
	columns    Columns
	clock      clock.Clock
	log        *slog.Logger
	rate       func(string, time.Time) (int64, bool)
	told       func(string) []string
	later      func(db.Tx, Task) error
	kept       func(Kept)
	behaviours map[string]*[4][]func(*Change) error
	verbs      map[string]Verb
	seal       *sealer
	zone       *time.Location
	blocks     blocks
	makes      *db.Gather[*plan]
	running    sync.Map // idempotency keys whose write is under way
}

// Open makes the tables of the change log where they are missing and answers the engine.
func Open(ctx context.Context, o Options) (*Engine, error) {
	e := &Engine{db: o.DB, catalog: o.Catalog, tables: o.Tables, columns: o.Columns, clock: o.Clock, log: o.Log, rate: o.Rate, zone: o.Zone,
		told: o.Told, later: o.Later, kept: o.Kept, behaviours: map[string]*[4][]func(*Change) error{}, verbs: map[string]Verb{}}
	e.makes = db.NewGather(o.DB, commitAll)
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.told == nil {
		e.told = func(string) []string { return []string{"owner"} }
	}
	for _, b := range o.Behaviours {
		e.Add(b)
	}
	for _, v := range o.Verbs {
		e.verbs[v.Object+"/"+v.Name] = v
	}
	if err := o.DB.Schema(ctx, createTables); err != nil {
		return nil, err
	}
	secret, err := secretOf(ctx, o.DB)
	if err != nil {
		return nil, err
	}
	e.seal = newSealer(secret)
	return e, nil
}

// Catalog answers the objects as they are now.
func (e *Engine) Catalog() *object.Catalog { return e.catalog.Current() }

// Add adds a behaviour; before the engine is used, for it is not guarded.
func (e *Engine) Add(b Behaviour) {
	set := e.behaviours[b.Object]
	if set == nil {
		set = &[4][]func(*Change) error{}
		e.behaviours[b.Object] = set
	}
	set[b.Moment] = append(set[b.Moment], b.Run)
}

// AddVerb adds a verb; before the engine is used.
func (e *Engine) AddVerb(v Verb) { e.verbs[v.Object+"/"+v.Name] = v }

// Moment is when a behaviour runs.
type Moment int

const (
	AtDefault Moment = iota // fills what the caller left open in a new record
	AtBefore                // may change this record; refuses nothing
	AtCheck                 // refuses; changes nothing
	AtAfter                 // reacts, from the change log, after the commit
)

// Behaviour is a rule of a module at one moment of an object's writes. An object of "" is every object.
type Behaviour struct {
	Object string
	Moment Moment
	Run    func(*Change) error
}

// Default runs when a record is created, before the caller's values are completed by the fields' defaults.
func Default(o *object.Object, fn func(*Change) error) Behaviour {
	return Behaviour{o.Name, AtDefault, fn}
}

// Before runs before each write and may change the record.
func Before(o *object.Object, fn func(*Change) error) Behaviour {
	return Behaviour{o.Name, AtBefore, fn}
}

// Check runs before each write, after all that changes the record, and may only refuse.
func Check(o *object.Object, fn func(*Change) error) Behaviour {
	return Behaviour{o.Name, AtCheck, fn}
}

// After runs after each write, from the change log.
func After(o *object.Object, fn func(*Change) error) Behaviour {
	return Behaviour{o.Name, AtAfter, fn}
}

// Change is one record on its way into the database, as behaviours see it.
type Change struct {
	Op     string
	Old    *object.Record // nil when the record is created
	New    *object.Record // nil when it is purged
	Parent *object.Record // a detail line's parent as it will be
	Actor  *access.Actor
	Via    string
	Now    time.Time
	Read   *Reader // nil in After, which has Engine
	Engine *Engine // After alone: writes of its own
	Ctx    context.Context

	fields map[int]bool // After: the fields that moved, from the log
	plan   *plan
	step   *step
}

// Changed says whether any of these fields moves; all filled ones of a new record do.
func (c *Change) Changed(names ...string) bool {
	for _, name := range names {
		f := c.object().Field(name)
		if f == nil {
			continue
		}
		if c.fields != nil {
			if c.fields[f.Index] {
				return true
			}
			continue
		}
		if !same(f, c.Old, c.New) {
			return true
		}
	}
	return false
}

func (c *Change) object() *object.Object {
	if c.New != nil {
		return c.New.Object
	}
	return c.Old.Object
}

// Lines are the detail lines of one object as they will be, in their order.
func (c *Change) Lines(name string) ([]*object.Record, error) {
	if c.plan == nil {
		return nil, nil
	}
	return c.plan.linesOf(c.step, name)
}

// Also adds a write by the program to the same change set. Records made here may be linked to by the id that a Record
// carries: give each new one a negative ID of its own.
func (c *Change) Also(op Op) {
	if c.plan != nil {
		c.plan.also = append(c.plan.also, op)
	}
}

// Verb is what a module adds to an object's records beyond writing them: win, convert, claim.
type Verb struct {
	Object string
	Name   string
	Run    func(ctx context.Context, c *Call) (*Result, error)
}

// Call is one use of a verb.
type Call struct {
	Engine *Engine
	Actor  *access.Actor
	Record *object.Record
	Body   map[string]any
	Base   Write // via, reason, dry run, key and answer of the request: set Ops on a copy and write it
}

// Verbs lists the names of an object's verbs.
func (e *Engine) Verbs(object string) []string {
	var names []string
	for _, v := range e.verbs {
		if v.Object == object {
			names = append(names, v.Name)
		}
	}
	return names
}
