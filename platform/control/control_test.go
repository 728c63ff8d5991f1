package control_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/platform/clock"
	"youpeng/platform/control"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
)

var ctx = context.Background()

func each(t *testing.T, f func(t *testing.T, c *control.Control, m *clock.Manual)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		m := clock.NewManual(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
		c, err := control.Open(ctx, open(), m)
		must(t, err)
		f(t, c, m)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person makes an account with a password through a link, as people do, and answers its first session.
func person(t testing.TB, c *control.Control, email, password string) (*control.Account, string) {
	t.Helper()
	a, err := c.AddAccount(ctx, email, "王敏", "zh")
	must(t, err)
	link, err := c.NewLink(ctx, control.LinkInvite, a.ID, time.Hour)
	must(t, err)
	session, a, err := c.UseLink(ctx, link, "", "", password, "test")
	must(t, err)
	return a, session
}

func TestSignInAndOut(t *testing.T) {
	each(t, func(t *testing.T, c *control.Control, m *clock.Manual) {
		a, first := person(t, c, " Min@Example.com ", "right horse 马")
		second, _, err := c.SignIn(ctx, "MIN@example.COM", "right horse 马", "phone")
		must(t, err)
		list, err := c.Sessions(ctx, a.ID)
		must(t, err)
		if len(list) != 2 || list[0].Agent != "phone" {
			t.Fatalf("sessions: %+v", list)
		}
		must(t, c.SignOut(ctx, first))
		if _, err := c.Session(ctx, first); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("a session that was signed out: %v", err)
		}
		s, err := c.Session(ctx, second)
		must(t, err)
		if s.Account != a.ID {
			t.Errorf("session of %d, not %d", s.Account, a.ID)
		}
		if err := c.Revoke(ctx, a.ID+1, s.UUID); !fault.Is(err, fault.Missing) {
			t.Errorf("another's session was revoked: %v", err)
		}
		must(t, c.Revoke(ctx, a.ID, s.UUID))
		if _, err := c.Session(ctx, second); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("a revoked session: %v", err)
		}
	})
}

func TestSessionsEndByTimeOnTheClockGiven(t *testing.T) {
	each(t, func(t *testing.T, c *control.Control, m *clock.Manual) {
		_, idle := person(t, c, "idle@example.com", "right horse")
		busy, _, err := c.SignIn(ctx, "idle@example.com", "right horse", "")
		must(t, err)
		for range 6 {
			m.Advance(60 * time.Hour)
			if m.Now().Day() < 15 {
				_, err = c.Session(ctx, busy)
			}
		}
		if _, err := c.Session(ctx, idle); !fault.Has(err, "session.ended") {
			t.Errorf("a session without use lives: %v", err)
		}
		if _, err := c.Session(ctx, busy); !fault.Has(err, "session.ended") {
			t.Errorf("a session of more than two weeks lives: %v", err)
		}
	})
}

func TestWrongPasswordsLock(t *testing.T) {
	each(t, func(t *testing.T, c *control.Control, m *clock.Manual) {
		person(t, c, "a@example.com", "right horse")
		_, _, unknown := c.SignIn(ctx, "nobody@example.com", "right horse", "")
		for i := range 5 {
			_, _, err := c.SignIn(ctx, "a@example.com", fmt.Sprint("wrong ", i), "")
			if !fault.Has(err, "sign_in.wrong") || fault.As(err).Error() != fault.As(unknown).Error() {
				t.Fatalf("try %d: %v; unknown: %v", i, err, unknown)
			}
		}
		_, _, err := c.SignIn(ctx, "a@example.com", "right horse", "")
		if f := fault.As(err); !fault.Is(err, fault.TooMany) || f.Retry < 1 {
			t.Fatalf("after five: %v", err)
		}
		m.Advance(3 * time.Second)
		if _, _, err := c.SignIn(ctx, "a@example.com", "right horse", ""); err != nil {
			t.Fatalf("after the wait: %v", err)
		}
		if _, _, err := c.SignIn(ctx, "a@example.com", "wrong again", ""); !fault.Has(err, "sign_in.wrong") {
			t.Fatalf("failures were not forgotten: %v", err)
		}
	})
}

func TestLinksWorkOnce(t *testing.T) {
	each(t, func(t *testing.T, c *control.Control, m *clock.Manual) {
		a, err := c.AddAccount(ctx, "new@example.com", "", "en")
		must(t, err)
		link, err := c.NewLink(ctx, control.LinkInvite, a.ID, time.Hour)
		must(t, err)
		l, err := c.LinkOf(ctx, link)
		must(t, err)
		if !l.NeedsPassword || l.Account.Email != "new@example.com" {
			t.Errorf("link: %+v", l)
		}
		for password, code := range map[string]string{"short": "password.short", "12345678": "password.common"} {
			if _, _, err := c.UseLink(ctx, link, "Li", "zh", password, ""); !fault.Has(err, code) {
				t.Errorf("%s: %v", code, err)
			}
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		used := 0
		for range 4 {
			wg.Go(func() {
				if _, _, err := c.UseLink(ctx, link, "Li", "zh", "right horse", ""); err == nil {
					mu.Lock()
					used++
					mu.Unlock()
				} else if !fault.Is(err, fault.Gone) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if used != 1 {
			t.Errorf("used %d times", used)
		}
		old, err := c.NewLink(ctx, control.LinkReset, a.ID, time.Hour)
		must(t, err)
		late, err := c.NewLink(ctx, control.LinkReset, a.ID, time.Hour)
		must(t, err)
		if _, err := c.LinkOf(ctx, old); !fault.Is(err, fault.Gone) {
			t.Errorf("an older link of the kind still works: %v", err)
		}
		m.Advance(2 * time.Hour)
		if _, err := c.LinkOf(ctx, late); !fault.Is(err, fault.Gone) {
			t.Errorf("a late link still works: %v", err)
		}
	})
}

func TestNewPasswordEndsOtherSessions(t *testing.T) {
	each(t, func(t *testing.T, c *control.Control, m *clock.Manual) {
		a, mine := person(t, c, "a@example.com", "right horse")
		other, _, err := c.SignIn(ctx, "a@example.com", "right horse", "")
		must(t, err)
		if err := c.ChangePassword(ctx, a.ID, "not it at all", "another horse", mine); !fault.Has(err, "password.wrong") {
			t.Fatalf("wrong present password: %v", err)
		}
		must(t, c.ChangePassword(ctx, a.ID, "right horse", "another horse", mine))
		if _, err := c.Session(ctx, mine); err != nil {
			t.Errorf("my own session ended: %v", err)
		}
		if _, err := c.Session(ctx, other); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("the other session lives: %v", err)
		}
		if _, _, err := c.SignIn(ctx, "a@example.com", "right horse", ""); !fault.Has(err, "sign_in.wrong") {
			t.Errorf("the old password: %v", err)
		}
	})
}

func TestWorkspacesMembersAndKeys(t *testing.T) {
	each(t, func(t *testing.T, c *control.Control, m *clock.Manual) {
		a, _ := person(t, c, "a@example.com", "right horse")
		one, err := c.AddWorkspace(ctx, "one", "一号", "sqlite:one")
		must(t, err)
		two, err := c.AddWorkspace(ctx, "two", "Two", "sqlite:two")
		must(t, err)
		if _, err := c.AddWorkspace(ctx, "two", "", ""); !fault.Has(err, "slug.taken") {
			t.Errorf("a slug twice: %v", err)
		}
		for _, slug := range []string{"", "a", "A1", "-a", "a-", "a/b", "客户"} {
			if _, err := c.AddWorkspace(ctx, slug, "", ""); !fault.Has(err, "slug.invalid") {
				t.Errorf("%q: %v", slug, err)
			}
		}
		user := uuid.Must(uuid.NewV7())
		must(t, c.Join(ctx, a.ID, two.ID, user))
		must(t, c.Join(ctx, a.ID, two.ID, user))
		list, err := c.Workspaces(ctx, a.ID)
		must(t, err)
		if len(list) != 1 || list[0].Slug != "two" {
			t.Errorf("workspaces: %+v", list)
		}
		if got, ok, err := c.Member(ctx, a.ID, two.ID); err != nil || !ok || got != user {
			t.Errorf("member: %v %v %v", got, ok, err)
		}
		if _, ok, _ := c.Member(ctx, a.ID, one.ID); ok {
			t.Error("a member of what it never joined")
		}
		secret, k, err := c.AddKey(ctx, "ERP", a.ID, two.ID, []string{"records:read"})
		must(t, err)
		other, _, err := c.AddKey(ctx, "shop", a.ID, two.ID, nil)
		must(t, err)
		got, err := c.KeyOf(ctx, secret)
		must(t, err)
		if got.UUID != k.UUID || len(got.Scopes) != 1 || got.Workspace != two.ID {
			t.Errorf("key: %+v", got)
		}
		if err := c.RevokeKey(ctx, one.ID, k.UUID); !fault.Is(err, fault.Missing) {
			t.Errorf("revoked from another workspace: %v", err)
		}
		must(t, c.RevokeKey(ctx, two.ID, k.UUID))
		if _, err := c.KeyOf(ctx, secret); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("a revoked key: %v", err)
		}
		must(t, c.Leave(ctx, a.ID, two.ID))
		if _, err := c.KeyOf(ctx, other); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("a key of somebody who left: %v", err)
		}
	})
}

func TestAnInvitationEndsWithThePassword(t *testing.T) {
	each(t, func(t *testing.T, c *control.Control, m *clock.Manual) {
		a, err := c.AddAccount(ctx, "new@example.com", "", "en")
		must(t, err)
		invite, err := c.NewLink(ctx, control.LinkInvite, a.ID, time.Hour)
		must(t, err)
		reset, err := c.NewLink(ctx, control.LinkReset, a.ID, time.Hour)
		must(t, err)
		_, _, err = c.UseLink(ctx, invite, "Li", "zh", "right horse", "")
		must(t, err)
		if _, err := c.LinkOf(ctx, reset); !fault.Is(err, fault.Gone) {
			t.Errorf("a link from before the password still works: %v", err)
		}
		again, err := c.NewLink(ctx, control.LinkInvite, a.ID, time.Hour)
		must(t, err)
		if session, _, err := c.UseLink(ctx, again, "", "", "", ""); !fault.Is(err, fault.Gone) || session != "" {
			t.Errorf("an invitation let somebody in without their password: %v", err)
		}
	})
}

func TestMembersAndWhereElse(t *testing.T) {
	each(t, func(t *testing.T, c *control.Control, m *clock.Manual) {
		a, session := person(t, c, "a@example.com", "right horse")
		b, err := c.AddAccount(ctx, "b@example.com", "", "zh")
		must(t, err)
		one, err := c.AddWorkspace(ctx, "one", "", "sqlite:one")
		must(t, err)
		two, err := c.AddWorkspace(ctx, "two", "", "sqlite:two")
		must(t, err)
		must(t, c.Join(ctx, a.ID, one.ID, a.UUID))
		must(t, c.Join(ctx, b.ID, one.ID, b.UUID))
		must(t, c.Join(ctx, b.ID, two.ID, b.UUID))
		list, err := c.MembersOf(ctx, one.ID)
		must(t, err)
		if len(list) != 2 || !list[0].Active || list[0].Seen.IsZero() || list[1].Active || !list[1].Seen.IsZero() {
			t.Errorf("members: %+v", list)
		}
		if x, err := c.MemberBy(ctx, one.ID, b.UUID); err != nil || x.Email != "b@example.com" {
			t.Errorf("a member by its user: %+v %v", x, err)
		}
		if _, err := c.MemberBy(ctx, two.ID, a.UUID); !fault.Is(err, fault.Missing) {
			t.Errorf("a member of another workspace: %v", err)
		}
		for id, want := range map[int64]bool{a.ID: false, b.ID: true} {
			if is, err := c.Elsewhere(ctx, id, one.ID); err != nil || is != want {
				t.Errorf("account %d serves another workspace: %v %v", id, is, err)
			}
		}
		must(t, c.SetAccount(ctx, a.ID, "王小敏", "en"))
		if x, err := c.AccountOf(ctx, a.ID); err != nil || x.Name != "王小敏" || x.Locale != "en" {
			t.Errorf("an account that was changed: %+v %v", x, err)
		}
		other, _, err := c.SignIn(ctx, "a@example.com", "right horse", "")
		must(t, err)
		must(t, c.RevokeAll(ctx, a.ID, session))
		if _, err := c.Session(ctx, other); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("another session lives: %v", err)
		}
		secret, _, err := c.AddKey(ctx, "ERP", a.ID, one.ID, nil)
		must(t, err)
		if k, err := c.KeyOf(ctx, secret); err != nil || !k.Used.IsZero() {
			t.Errorf("a key at its first use: %+v %v", k, err)
		}
		if keys, err := c.Keys(ctx, one.ID); err != nil || keys[0].Used.IsZero() {
			t.Errorf("a key that was used: %+v %v", keys, err)
		}
		must(t, c.RevokeKeys(ctx, a.ID, one.ID))
		if _, err := c.KeyOf(ctx, secret); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("a revoked key: %v", err)
		}
	})
}
