package app

import (
	"youpeng/engine/column"
	"youpeng/platform/db"
)

// steps are the changes of a workspace's own tables that every room makes by itself where they are missing, numbered, so
// that a program knows a database that is newer than itself, and an older one is kept before it is changed.
var steps = []db.Migration{
	{Number: 1, Name: "the tables of the first release", Up: func(db.Tx) error { return nil }},
	{Number: 2, Name: "saved views and layouts, which the catalog keeps", Up: func(db.Tx) error { return nil }},
}

// Steps is the number of the last step of a workspace's tables.
func Steps() int64 { return steps[len(steps)-1].Number }

// Config answers where things are.
func (a *App) Config() Config { return a.cfg }

// Address is where the database of a name is: "control", or what a workspace names.
func (c Config) Address(name string) string {
	if c.Schema == "" {
		c.Schema = "youpeng"
	}
	return (&App{cfg: c}).address(name)
}

// ControlDB is the control database.
func (a *App) ControlDB() *db.DB { return a.control }

// Columns are the workspace's columns in memory.
func (s *Space) Columns() *column.Store { return s.columns }
