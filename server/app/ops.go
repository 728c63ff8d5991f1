package app

import (
	"context"
	"errors"

	"youpeng/engine/catalog"
	"youpeng/engine/column"
	"youpeng/platform/control"
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

// Unopened hands over the database of a workspace that refuses to open, and in what its tables do not fit its definitions.
// Nobody opens it meanwhile.
func (a *App) Unopened(ctx context.Context, w control.Workspace, fn func(*db.DB, []catalog.Damage) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	d, err := db.Open(ctx, a.address(w.URL), db.Options{Log: a.cfg.Log})
	if err != nil {
		return err
	}
	damage, err := catalog.Damaged(ctx, d, standard())
	if err == nil {
		err = fn(d, damage)
	}
	return errors.Join(err, d.Close())
}

// OpenSpaces lists the workspaces that are open at this moment.
func (a *App) OpenSpaces() []*Space {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := make([]*Space, 0, len(a.spaces))
	for _, s := range a.spaces {
		list = append(list, s)
	}
	return list
}
