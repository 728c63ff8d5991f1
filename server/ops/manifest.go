// Package ops is what needs all rooms at once: a backup of everything, its way back, and the doctor who compares what is
// stored with what must follow from it.
package ops

import (
	"encoding/hex"
	"hash"
	"runtime/debug"
	"time"

	"youpeng/platform/db"
)

// format is how backups are written. One of a higher format was made by a newer program.
const format = 1

// Manifest says what a backup holds. It is the last entry of the file, and what restoring is checked against.
type Manifest struct {
	Format    int        `json:"format"`
	Product   string     `json:"product"`
	CreatedAt time.Time  `json:"created_at"`
	Databases []Database `json:"databases"` // the workspaces, then the control database
	Files     []File     `json:"files,omitempty"`
}

// Database is one database in a backup: a workspace or the control database.
type Database struct {
	Name      string  `json:"name"` // of its file or schema
	Workspace string  `json:"workspace,omitempty"`
	Kind      string  `json:"kind"`              // of the database that it was read from
	Steps     int64   `json:"steps"`             // the last change of its own tables
	Catalog   int64   `json:"catalog,omitempty"` // the version of its definitions
	Tables    []Table `json:"tables"`
}

// Table is one table in a backup.
type Table struct {
	*db.Shape
	Rows int64  `json:"rows"`
	Sum  string `json:"sha256"` // of its rows in their canonical form
}

// File is one uploaded file in a backup.
type File struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	Sum  string `json:"sha256"`
}

// Rows counts the rows of all tables.
func (m *Manifest) Rows() (n int64) {
	for _, d := range m.Databases {
		for _, t := range d.Tables {
			n += t.Rows
		}
	}
	return n
}

// Version is what this program calls itself.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = s.Value
		}
	}
	return v
}

func sumOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
