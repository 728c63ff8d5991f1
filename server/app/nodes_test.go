package app_test

import (
	"testing"

	"youpeng/platform/control"
	"youpeng/platform/db/dbtest"
	"youpeng/server/app"
)

// Whoever is invited on one node may come in by another at once, before that has followed what the first wrote.
func TestAnInvitationLeadsInByEveryNode(t *testing.T) {
	t.Parallel()
	cfg := app.Config{Data: t.TempDir()}
	cfg.Database, cfg.Schema = dbtest.Server(t)
	var nodes []*app.App
	for range 2 {
		a, err := app.Open(t.Context(), cfg)
		must(t, err)
		t.Cleanup(a.Close)
		nodes = append(nodes, a)
	}
	here, there := nodes[0], nodes[1]
	_, err := here.First(t.Context(), "main", "我的公司", "admin@example.com")
	must(t, err)
	_, err = there.Space(t.Context(), "main")
	must(t, err)
	s, err := here.Space(t.Context(), "main")
	must(t, err)
	for _, mail := range []string{"amy@example.com", "bob@example.com", "cat@example.com", "dan@example.com"} {
		_, err := here.Invite(t.Context(), s, mail, "", "salesperson", control.LinkInvite)
		must(t, err)
		account, err := there.Control.AccountBy(t.Context(), mail)
		must(t, err)
		account.Name = "王敏"
		if err := there.Enter(t.Context(), account, ""); err != nil {
			t.Errorf("%s: %v", mail, err)
		}
	}
}
