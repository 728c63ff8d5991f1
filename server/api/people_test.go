package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"youpeng/platform/control"
	"youpeng/platform/mail"
	"youpeng/platform/mail/mailtest"
	"youpeng/server/api"
	"youpeng/server/app"
)

// role answers the id of a role by its name.
func (p *person) role(name string) string {
	p.s.t.Helper()
	list := p.want(200, "GET", "/records/role?name="+name+"&fields=name", nil).body["data"].([]any)
	return list[0].(map[string]any)["id"].(string)
}

// as is another door of the same program.
func (s *site) as(options api.Options) *site {
	out := &site{t: s.t, app: s.app, http: httptest.NewServer(api.New(s.app, slog.New(slog.DiscardHandler), false, options))}
	s.t.Cleanup(out.http.Close)
	return out
}

func codeOf(r reply) string {
	if faults, ok := r.body["faults"].([]any); ok && len(faults) > 0 {
		return faults[0].(map[string]any)["code"].(string)
	}
	code, _ := r.body["code"].(string)
	return code
}

func TestAColleagueIsInvitedLeavesAndComesBack(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		sales := boss.role("salesperson")
		dep := boss.want(201, "POST", "/records/department", map[string]any{"name": "华东"}).body["id"]
		r := boss.want(201, "POST", "/people", map[string]any{"email": "Amy@example.com", "name": "艾米", "roles": []any{sales}, "department": dep, "manager": boss.id})
		amy := &person{s: s}
		amy.want(200, "POST", "/api/v1"+strings.Replace(r.body["link"].(string), "/link/", "/links/", 1), map[string]any{"name": "艾米", "password": "right horse"})
		amy.id = r.body["id"].(string)
		rec := boss.want(200, "GET", "/records/user/"+amy.id, nil).body
		if rec["department"].(map[string]any)["id"] != dep || rec["manager"].(map[string]any)["id"] != boss.id {
			t.Errorf("the user: %v", rec)
		}
		if amy.want(403, "POST", "/people", map[string]any{"email": "x@example.com"}); codeOf(amy.want(403, "GET", "/people", nil)) != "right.admin" {
			t.Error("a salesperson sees how people sign in")
		}
		for _, x := range []struct {
			body map[string]any
			code string
		}{
			{map[string]any{"email": "amy@example.com", "roles": []any{sales}}, "people.member"},
			{map[string]any{"email": "no address", "roles": []any{sales}}, "email.invalid"},
			{map[string]any{"email": "bob@example.com"}, "required"},
			{map[string]any{"email": "bob@example.com", "roles": []any{sales}, "manager": "nobody"}, "people.manager"},
		} {
			if got := codeOf(boss.want(422, "POST", "/people", x.body)); got != x.code {
				t.Errorf("%v: %s, not %s", x.body, got, x.code)
			}
		}
		key := &person{s: s, key: amy.want(201, "POST", "/keys", map[string]any{"name": "ERP", "scopes": []any{"records:read"}}).body["secret"].(string)}
		key.want(200, "GET", "/me", nil)
		boss.want(200, "POST", "/people/"+amy.id+"/deactivate", nil)
		amy.want(401, "GET", "/me", nil)
		key.want(401, "GET", "/me", nil)
		amy.want(200, "POST", "/api/v1/sign-in", map[string]any{"email": "amy@example.com", "password": "right horse"})
		amy.want(404, "GET", "/me", nil)
		boss.want(200, "POST", "/people/"+amy.id+"/reactivate", nil)
		amy.want(200, "GET", "/me", nil)
		key.want(401, "GET", "/me", nil)
	})
}

func TestOneAdministratorStays(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		admin, sales := boss.role("administrator"), boss.role("salesperson")
		version := func(path string) any { return boss.want(200, "GET", path, nil).body["version"] }
		me, role := "/records/user/"+boss.id, "/records/role/"+admin
		for _, x := range []struct {
			method, path string
			body         map[string]any
		}{
			{"PATCH", me, map[string]any{"active": false}},
			{"PATCH", me, map[string]any{"roles": []any{sales}}},
			{"PATCH", role, map[string]any{"rights": `{"all":{"read":"all"}}`}},
			{"DELETE", me, nil},
		} {
			if x.body != nil {
				x.body["version"] = version(x.path)
			}
			if r := boss.want(409, x.method, x.path, x.body); codeOf(r) != "people.last_admin" {
				t.Errorf("%s %v: %v", x.method, x.body, r.body)
			}
		}
		if r := boss.want(409, "POST", "/people/"+boss.id+"/deactivate", nil); codeOf(r) != "people.self" {
			t.Errorf("oneself: %v", r.body)
		}
		second := s.invite("second@example.com", "administrator")
		boss.want(200, "PATCH", me, map[string]any{"version": version(me), "roles": []any{sales}})
		second.want(409, "DELETE", "/records/user/"+second.id, nil)
	})
}

// Two who each take the other's office in the same moment: one of them keeps it.
func TestOneAdministratorStaysInARace(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		admin, sales := boss.role("administrator"), boss.role("salesperson")
		list := []*person{boss, s.invite("second@example.com", "administrator")}
		for range 8 {
			var all sync.WaitGroup
			codes := make([]int, 2)
			for i, p := range list {
				other := "/records/user/" + list[1-i].id
				r := p.want(200, "GET", other, nil)
				all.Go(func() {
					codes[i] = p.do("PATCH", other, map[string]any{"version": r.body["version"], "roles": []any{sales}}).code
				})
			}
			all.Wait()
			kept := slices.IndexFunc(list, func(p *person) bool { return p.want(200, "GET", "/me", nil).body["admin"] == true })
			if kept < 0 {
				t.Fatalf("nobody is left: %v", codes)
			}
			lost := "/records/user/" + list[1-kept].id
			if list[kept].want(200, "GET", lost, nil).body["roles"] == nil {
				t.Fatal("roles are not told")
			}
			list[kept].want(200, "PATCH", lost, map[string]any{"version": list[kept].want(200, "GET", lost, nil).body["version"], "roles": []any{admin}})
		}
	})
}

func TestAnInvitationOfWhoIsThereLetsNobodyIn(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		_, err := s.app.AddWorkspace(ctx, "second", "二号")
		must(t, err)
		space, err := s.app.Space(ctx, "second")
		must(t, err)
		amy := s.invite("amy@example.com", "salesperson")
		link, err := s.app.Invite(ctx, space, "chief@example.com", "", "administrator", control.LinkInvite)
		must(t, err)
		chief := &person{s: s}
		chief.want(200, "POST", "/api/v1/links/"+link, map[string]any{"name": "长", "password": "right horse"})
		roles := chief.want(200, "GET", "/w/second/api/v1/records/role?name=salesperson", nil).body["data"].([]any)
		role := roles[0].(map[string]any)["id"]
		r := chief.want(201, "POST", "/w/second/api/v1/people", map[string]any{"email": "amy@example.com", "roles": []any{role}})
		if r.body["link"] != nil {
			t.Errorf("a link for somebody who has a password: %v", r.body)
		}
		amy.want(200, "GET", "/w/second/api/v1/me", nil)
		// Neither administrator may reset what leads elsewhere too.
		if r := boss.want(403, "POST", "/people/"+amy.id+"/link", nil); codeOf(r) != "people.elsewhere" {
			t.Errorf("a reset link for an account of two workspaces: %v", r.body)
		}
		// Who has not come in yet is invited to one workspace at a time.
		boss.want(201, "POST", "/people", map[string]any{"email": "new@example.com", "roles": []any{boss.role("salesperson")}})
		if r := chief.want(422, "POST", "/w/second/api/v1/people", map[string]any{"email": "new@example.com", "roles": []any{role}}); codeOf(r) != "people.pending" {
			t.Errorf("invited twice: %v", r.body)
		}
	})
}

func TestPasswordsAreReset(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		r := boss.want(201, "POST", "/people/"+amy.id+"/link", nil)
		if r.body["kind"] != "reset" || r.body["sent"] != false {
			t.Errorf("the link: %v", r.body)
		}
		nobody := &person{s: s}
		nobody.want(200, "POST", "/api/v1"+strings.Replace(r.body["link"].(string), "/link/", "/links/", 1), map[string]any{"password": "another horse"})
		amy.want(401, "GET", "/me", nil)

		address, got := mailtest.Serve(t)
		server, err := mail.Open(address)
		must(t, err)
		out := mail.NewOutbox(server, slog.New(slog.DiscardHandler))
		t.Cleanup(out.Close)
		home, err := url.Parse("https://crm.example.com")
		must(t, err)
		posted := s.as(api.Options{Mail: out, Public: home, Rate: api.DefaultRate})
		nobody = &person{s: posted}
		unknown := nobody.want(202, "POST", "/api/v1/password/reset", map[string]any{"email": "nobody@example.com"})
		known := nobody.want(202, "POST", "/api/v1/password/reset", map[string]any{"email": "AMY@example.com"})
		if len(unknown.body) != 0 || len(known.body) != 0 {
			t.Errorf("the answers tell who is known: %v %v", unknown.body, known.body)
		}
		m := <-got
		link := regexp.MustCompile(`https://crm\.example\.com/link/(\S+)`).FindStringSubmatch(m.Text)
		if m.To != "amy@example.com" || link == nil {
			t.Fatalf("the letter: %+v", m)
		}
		nobody.want(200, "POST", "/api/v1/links/"+link[1], map[string]any{"password": "third horse"})
		nobody.want(410, "GET", "/api/v1/links/"+link[1], nil)
		nobody.want(200, "POST", "/api/v1/sign-in", map[string]any{"email": "amy@example.com", "password": "third horse"})
	})
}

func TestSessionsAndOnesOwnAccount(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		other := &person{s: s}
		other.want(200, "POST", "/api/v1/sign-in", map[string]any{"email": "admin@example.com", "password": "right horse"})
		if list := boss.want(200, "GET", "/api/v1/sessions", nil).body["data"].([]any); len(list) != 2 {
			t.Errorf("sessions: %v", list)
		}
		boss.want(204, "DELETE", "/api/v1/sessions", nil)
		other.want(401, "GET", "/me", nil)
		me := boss.want(200, "PATCH", "/me", map[string]any{"name": "王小敏", "locale": "en", "time_zone": "Europe/Berlin"}).body["user"].(map[string]any)
		if me["name"] != "王小敏" || me["locale"] != "en" || me["time_zone"] != "Europe/Berlin" {
			t.Errorf("me: %v", me)
		}
		for body, code := range map[string]string{`{"locale":"fr"}`: "locale.unknown", `{"time_zone":"Mars"}`: "zone.unknown", `{"name":"` + strings.Repeat("长", 101) + `"}`: "text.too_long"} {
			if got := codeOf(boss.want(422, "PATCH", "/me", body)); got != code {
				t.Errorf("%s: %s, not %s", body, got, code)
			}
		}
	})
}

func TestKeysAreMadeListedAndRevoked(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		made := amy.want(201, "POST", "/keys", map[string]any{"name": "ERP", "scopes": []any{"records:write:customer", "records:read"}}).body
		k := &person{s: s, key: made["secret"].(string)}
		k.customer("华信科技有限公司")
		for scope, code := range map[string]string{"admin": "scope.wide", "records:read:nothing": "scope.unknown", "": "scope.unknown"} {
			if got := codeOf(amy.want(422, "POST", "/keys", map[string]any{"name": "x", "scopes": []any{scope}})); got != code {
				t.Errorf("%q: %s, not %s", scope, got, code)
			}
		}
		if got := codeOf(k.want(422, "POST", "/keys", map[string]any{"name": "x", "scopes": []any{"records:write"}})); got != "scope.wide" {
			t.Errorf("a key made a wider one: %s", got)
		}
		if got := codeOf(k.want(403, "PATCH", "/me", map[string]any{"name": "x"})); got != "right.session" {
			t.Errorf("a key renamed its person: %s", got)
		}
		boss.want(201, "POST", "/keys", map[string]any{"name": "mine", "scopes": []any{"admin"}})
		mine := amy.want(200, "GET", "/keys", nil).body["data"].([]any)
		all := boss.want(200, "GET", "/keys", nil).body["data"].([]any)
		if len(mine) != 1 || len(all) != 2 || mine[0].(map[string]any)["secret"] != nil || mine[0].(map[string]any)["used_at"] == nil {
			t.Errorf("keys: %v; %v", mine, all)
		}
		amy.want(404, "DELETE", "/keys/"+all[0].(map[string]any)["id"].(string), nil)
		boss.want(204, "DELETE", "/keys/"+made["id"].(string), nil)
		k.want(401, "GET", "/me", nil)
	})
}

func TestWhoAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	s := serve(t, app.Config{Data: t.TempDir()})
	boss := s.first()
	nobody := &person{s: s}
	limited := false
	for range 100 {
		r := nobody.do("POST", "/api/v1/sign-in", map[string]any{"email": "nobody.such", "password": "x"})
		if r.code == http.StatusTooManyRequests {
			limited = true
			if n, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || n < 1 || codeOf(r) != "rate.slow" {
				t.Errorf("Retry-After %q: %v", r.header.Get("Retry-After"), r.body)
			}
			break
		}
	}
	if !limited {
		t.Error("a hundred tries to sign in were not slowed down")
	}
	slow := s.as(api.Options{Rate: 5})
	for i := range 7 {
		r := (&person{s: slow, cookie: boss.cookie}).do("GET", "/me", nil)
		if want := map[bool]int{true: 200, false: 429}[i < 5]; r.code != want || r.header.Get("RateLimit-Limit") != "5" || r.header.Get("RateLimit-Remaining") == "" || r.header.Get("RateLimit-Reset") == "" {
			t.Errorf("request %d: %d, not %d; %v", i, r.code, want, r.header)
		}
	}
	// Behind a proxy that is trusted, each person has their own share.
	proxied := s.as(api.Options{Rate: 5, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	for i := range 12 {
		if r := (&person{s: proxied}).do("GET", "/api/v1/options", nil, "X-Forwarded-For", "6.6.6.6, 203.0.113."+strconv.Itoa(i%3)); r.code != 200 {
			t.Errorf("request %d by a proxy: %d", i, r.code)
		}
	}
}

func TestOnlyNamesOfOursAreAnswered(t *testing.T) {
	t.Parallel()
	s := serve(t, app.Config{Data: t.TempDir()})
	home, err := url.Parse("https://crm.example.com")
	must(t, err)
	named := s.as(api.Options{Public: home, Hosts: []string{"crm.lan"}})
	for host, want := range map[string]int{"localhost:1": 200, "127.0.0.1": 200, "[::1]:8080": 200, "crm.example.com": 200, "CRM.lan:8080": 200,
		"evil.example.com": 403, "crm.example.com.evil.net": 403, "10.0.0.1": 403} {
		r, err := http.NewRequestWithContext(context.Background(), "GET", named.http.URL+"/api/v1/options", nil)
		must(t, err)
		r.Host = host
		w, err := http.DefaultClient.Do(r)
		must(t, err)
		w.Body.Close()
		if w.StatusCode != want {
			t.Errorf("%s: %d, not %d", host, w.StatusCode, want)
		}
	}
}
