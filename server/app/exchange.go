package app

import (
	"context"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/exchange"
	"youpeng/modules"
	"youpeng/platform/blob"
	"youpeng/platform/db"
	"youpeng/platform/job"
)

// Files are the workspace's files.
func (s *Space) Files() *blob.Store { return s.exchange.Files }

// Exchange is the workspace's import and export.
func (s *Space) Exchange() *exchange.Deps { return s.exchange }

// openExchange opens the workspace's files, and import and export over them.
func (s *Space) openExchange(ctx context.Context, a *App) error {
	err := s.DB.Schema(ctx, func(tx db.Tx) error {
		if err := blob.Create(tx); err != nil {
			return err
		}
		return exchange.CreateTables(tx)
	})
	if err != nil {
		return err
	}
	files, err := blob.Open(filepath.Join(a.cfg.Data, "files", s.URL), s.DB, a.cfg.Clock)
	if err != nil {
		return err
	}
	s.exchange = &exchange.Deps{Engine: s.Engine, DB: s.DB, Tables: s.Tables, Files: files, Clock: a.cfg.Clock, Parser: s.Parser, Changed: s.Changed,
		Actor: func(ctx context.Context, user uuid.UUID, locale string, scopes []string) (*access.Actor, error) {
			who, _, err := s.Actor(ctx, user, locale, scopes)
			return who, err
		}}
	return nil
}

// exchangeJobs are import, export and the sweeping of what they leave.
func exchangeJobs() []modules.Job {
	of := func(do func(context.Context, *exchange.Deps, *job.Run) error) func(context.Context, *modules.Space, *job.Run) error {
		return func(ctx context.Context, _ *modules.Space, run *job.Run) error {
			return do(ctx, run.Workspace.Value.(*Space).exchange, run)
		}
	}
	return []modules.Job{
		{Kind: "import", Run: of(exchange.RunImport)},
		{Kind: "export", Run: of(exchange.RunExport)},
		{Kind: "sweep", Every: time.Hour, Until: blob.FirstExpiry, Run: of(func(ctx context.Context, d *exchange.Deps, _ *job.Run) error { return d.Sweep(ctx) })},
	}
}
