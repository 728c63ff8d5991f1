package demo_test

import (
	"context"
	"testing"
	"time"

	"youpeng/engine/query"
	"youpeng/platform/clock"
	"youpeng/platform/db/dbtest"
	"youpeng/server/app"
	"youpeng/server/demo"
)

// A company is lived on both databases: as many customers as asked, deals won and lost, nothing later than now, and
// links for three roles.
func TestACompanyIsLived(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, until := context.Background(), time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
			tick := clock.NewManual(until)
			cfg := app.Config{Data: t.TempDir(), Clock: tick}
			if kind == "postgres" {
				cfg.Database, cfg.Schema = dbtest.Server(t)
			}
			a, err := app.Open(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			made, err := demo.Play(ctx, a, tick, demo.Options{Customers: 30, Seed: 7, Until: until})
			if err != nil {
				t.Fatal(err)
			}
			for object, least := range map[string]int{"customer": 30, "activity": 200, "deal": 15, "lead": 8, "order": 3, "ticket": 3, "won": 3, "lost": 3} {
				if made[object] < least {
					t.Errorf("%d %s, not %d", made[object], object, least)
				}
			}
			if open := made["deal"] - made["won"] - made["lost"]; open < 4 {
				t.Errorf("%d deals are under way", open)
			}
			if made["customer"] != 30 {
				t.Errorf("%d customers", made["customer"])
			}
			s, err := a.Space(ctx, "main")
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"customer", "activity", "deal", "lead", "order", "ticket", "stage_change"} {
				for _, f := range []string{"created_at", "updated_at", "at", "closed_at", "stage_since"} {
					o := s.Engine.Catalog().Object(name)
					if o.Field(f) == nil {
						continue
					}
					filter := map[string]any{"field": f, "op": "gt", "value": until.Format(time.RFC3339)}
					r, err := query.FromBody(map[string]any{"filter": filter, "limit": 1})
					if err != nil {
						t.Fatal(err)
					}
					q, err := s.Parser(ctx, app.System).Question(o, r)
					if err != nil {
						t.Fatal(err)
					}
					page, err := s.Engine.Page(ctx, app.System, q, "", nil, nil)
					if err != nil || page.Total != 0 {
						t.Errorf("%d of %s have %s later than now: %v", page.Total, name, f, err)
					}
				}
			}
			if links, err := demo.Links(ctx, a); err != nil || len(links) != len(demo.Faces) {
				t.Errorf("links: %v %v", links, err)
			}
			if _, err := demo.Play(ctx, a, tick, demo.Options{Until: until}); err == nil {
				t.Error("a second company was made in the same place")
			}
		})
	}
}
