// Package exchange brings tables in and out: files of CSV and XLSX become records, and records become files. It stands
// above the record engine and writes through it alone, so that rights, rules, history and undo hold for a file as for a
// screen. Importing is a job: rows are read and understood while others are written, and what was done is saved with it.
package exchange

import (
	"context"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/blob"
	"youpeng/platform/clock"
	"youpeng/platform/db"
)

// Deps is what the room stands on in one workspace.
type Deps struct {
	Engine *record.Engine
	DB     *db.DB
	Tables *table.Tables
	Files  *blob.Store
	Clock  clock.Clock
	// Actor answers who asked, with the rights that they have now.
	Actor func(ctx context.Context, user uuid.UUID, locale string, scopes []string) (*access.Actor, error)
	// Parser checks questions within somebody's rights.
	Parser func(ctx context.Context, a *access.Actor) *query.Parser
	// Changed is told which objects were written.
	Changed func(object string)
}

// Asker is who asked for a job, as its arguments keep it.
type Asker struct {
	User   uuid.UUID `json:"user"`
	Locale string    `json:"locale"`
	Scopes []string  `json:"scopes"` // an API key's, none of them too; null for a person
}

// AskerOf keeps an actor for a job.
func AskerOf(a *access.Actor) Asker { return Asker{a.UUID, a.Locale, a.Scopes} }

// Import is what an import is asked to do.
type Import struct {
	Asker
	File       uuid.UUID `json:"file"`
	Name       string    `json:"file_name"`
	Object     string    `json:"object"`
	Options    Options   `json:"options"`
	Columns    []string  `json:"columns"` // the names in the file
	Mapping    []Mapped  `json:"mapping"`
	Duplicates string    `json:"duplicates"`
	Choices    uuid.UUID `json:"choices,omitzero"` // the file of what is to be done with single rows
	DryRun     bool      `json:"dry_run,omitempty"`
}

// Choice is what is to be done with one row.
type Choice struct {
	Do string    `json:"do"`
	ID uuid.UUID `json:"id,omitzero"` // the record that it is, where there are several
}

// Counts says what became of rows.
type Counts struct {
	Created int `json:"created"`
	Updated int `json:"updated"`
}

// FileRef names a file that a job made.
type FileRef struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Size int64     `json:"size"`
}

// Progress is how far an import is, for people to see and for another run to go on from.
type Progress struct {
	Done  int  `json:"done"`
	Total *int `json:"total"`
	Counts
	Skipped    int                `json:"skipped"`
	Failed     int                `json:"failed"`
	Duplicates int                `json:"duplicates"`
	Also       map[string]*Counts `json:"also,omitempty"`
	ChangeSet  *uuid.UUID         `json:"change_set,omitempty"`
	Mend       *FileRef           `json:"mend,omitempty"`
	Unknown    []Unknown          `json:"unknown,omitempty"`
	Line       int                `json:"line"` // all rows up to this line are done
}

// Unknown is a value that stands for nothing here: an option that there is not, a name that nobody bears.
type Unknown struct {
	Column int    `json:"column"`
	Target string `json:"target"`
	Value  string `json:"value"`
	Rows   int    `json:"rows"`
}

// maxUnknown is how many such values are listed.
const maxUnknown = 100

// FileLife is how long a file stays that nothing holds, and keepLife how long one that a job needs.
const (
	FileLife = 24 * time.Hour
	keepLife = 14 * 24 * time.Hour
)
