package app

import (
	"path/filepath"

	"youpeng/engine/changelog"
	"youpeng/engine/column"
	"youpeng/engine/table"
)

// Snapshots is the folder in which the snapshots of a workspace's columns lie; empty where there is no place for them.
func (c Config) Snapshots(url string) string {
	if c.Data == "" {
		return ""
	}
	return filepath.Join(c.Data, url+".columns")
}

// columnOptions are what the columns of a workspace stand on. Where other nodes write too, the columns contain what was
// followed; else all that is committed.
func (s *Space) columnOptions(a *App, log func() *changelog.Log) column.Options {
	cfg := a.cfg
	journal := changelog.Journal{Log: log}
	shared := cfg.Database != ""
	if shared {
		journal.Seen = s.seen.Load
	}
	return column.Options{Source: table.Source{DB: s.DB, Tables: s.Tables}, Clock: cfg.Clock, Log: cfg.Log, Shared: shared,
		Dir: cfg.Snapshots(s.URL), Journal: journal, Form: Steps(), Budget: a.budget}
}
