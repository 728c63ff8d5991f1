package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/platform/control"
	"youpeng/platform/db/dbtest"
	"youpeng/server/api"
	"youpeng/server/app"
)

var ctx = context.Background()

// site is a program that serves, and people at it.
type site struct {
	t    *testing.T
	app  *app.App
	http *httptest.Server
}

// both runs a scenario on both databases.
func both(t *testing.T, run func(t *testing.T, s *site)) {
	places(t, func(t *testing.T, cfg app.Config) { run(t, serve(t, cfg)) })
}

// places runs a test with an empty place on each database.
func places(t *testing.T, run func(t *testing.T, cfg app.Config)) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cfg := app.Config{Data: t.TempDir()}
			if kind == "postgres" {
				cfg.Database, cfg.Schema = dbtest.Server(t)
			}
			run(t, cfg)
		})
	}
}

func serve(t *testing.T, cfg app.Config) *site {
	a, err := app.Open(ctx, cfg)
	must(t, err)
	s := &site{t: t, app: a, http: httptest.NewServer(api.New(a, slog.New(slog.DiscardHandler), false))}
	t.Cleanup(func() {
		s.http.Close()
		a.Close()
	})
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person is somebody who is signed in, by a browser or by a key.
type person struct {
	s      *site
	cookie string
	key    string
	id     string
}

// reply is an answer.
type reply struct {
	code   int
	header http.Header
	body   map[string]any
}

func (p *person) do(method, path string, body any, headers ...string) reply {
	p.s.t.Helper()
	var raw []byte
	switch x := body.(type) {
	case nil:
	case string:
		raw = []byte(x)
	default:
		raw, _ = json.Marshal(x)
	}
	if !strings.HasPrefix(path, "/api") && !strings.HasPrefix(path, "/w/") && path != "/healthz" {
		path = "/w/main/api/v1" + path
	}
	r, err := http.NewRequest(method, p.s.http.URL+path, bytes.NewReader(raw))
	must(p.s.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Language", "en")
	if p.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "session", Value: p.cookie})
	}
	if p.key != "" {
		r.Header.Set("Authorization", "Bearer "+p.key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := http.DefaultClient.Do(r)
	must(p.s.t, err)
	defer w.Body.Close()
	out := reply{code: w.StatusCode, header: w.Header}
	_ = json.NewDecoder(w.Body).Decode(&out.body)
	for _, c := range w.Cookies() {
		p.cookie = c.Value
	}
	return out
}

// want fails the test unless the answer has a status, and answers it.
func (p *person) want(code int, method, path string, body any, headers ...string) reply {
	p.s.t.Helper()
	r := p.do(method, path, body, headers...)
	if r.code != code {
		p.s.t.Fatalf("%s %s: %d, not %d: %v", method, path, r.code, code, r.body)
	}
	return r
}

// first is the administrator, who came in by the link of the first start.
func (s *site) first() *person {
	s.t.Helper()
	link, err := s.app.First(ctx, "main", "我的公司", "admin@example.com")
	must(s.t, err)
	return s.enter(link, "王敏")
}

func (s *site) enter(link, name string) *person {
	s.t.Helper()
	p := &person{s: s}
	p.want(200, "POST", "/api/v1/links/"+link, map[string]any{"name": name, "password": "right horse"})
	p.id = p.want(200, "GET", "/me", nil).body["user"].(map[string]any)["id"].(string)
	return p
}

// invite lets a colleague in.
func (s *site) invite(email, role string) *person {
	s.t.Helper()
	space, err := s.app.Space(ctx, "main")
	must(s.t, err)
	link, err := s.app.Invite(ctx, space, email, "", role, control.LinkInvite)
	must(s.t, err)
	return s.enter(link, "李"+role)
}

// withKey is the same person through an API key.
func (s *site) withKey(p *person, scopes ...string) *person {
	s.t.Helper()
	space, err := s.app.Space(ctx, "main")
	must(s.t, err)
	session, err := s.app.Control.Session(ctx, p.cookie)
	must(s.t, err)
	secret, _, err := s.app.Control.AddKey(ctx, "key", session.Account, space.ID, scopes)
	must(s.t, err)
	return &person{s: s, key: secret}
}

func (p *person) customer(name string) string {
	p.s.t.Helper()
	return p.want(201, "POST", "/records/customer", map[string]any{"name": name}).body["id"].(string)
}

func (p *person) total(path string) int {
	p.s.t.Helper()
	return int(p.want(200, "GET", path, nil).body["total"].(float64))
}

func TestTheFirstStartMayDieAnywhere(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		// It died after the workspace was named, before its roles and its administrator were made.
		_, err := s.app.Control.AddWorkspace(ctx, "main", "我的公司", "workspace-main")
		must(t, err)
		one, err := s.app.First(ctx, "main", "", "admin@example.com")
		must(t, err)
		two, err := s.app.First(ctx, "main", "", "admin@example.com")
		must(t, err)
		if one == "" || two == "" || one == two {
			t.Fatalf("links: %q %q", one, two)
		}
		(&person{s: s}).want(410, "GET", "/api/v1/links/"+one, nil)
		p := s.enter(two, "王敏")
		me := p.want(200, "GET", "/me", nil).body
		if me["user"].(map[string]any)["name"] != "王敏" || me["admin"] != true {
			t.Errorf("me: %v", me)
		}
		if n := p.total("/records/user"); n != 1 {
			t.Errorf("%d users after two starts", n)
		}
		if n := p.total("/records/role"); n != 3 {
			t.Errorf("%d roles after two starts", n)
		}
		if link, err := s.app.First(ctx, "main", "", "admin@example.com"); err != nil || link != "" {
			t.Errorf("a link after somebody came in: %q %v", link, err)
		}
	})
}

// The process dies when the first administrator's link is used and nothing has followed from it: the next start, or else
// the next sign-in, makes up for it.
func TestWhatFollowsFromTheFirstLinkIsMadeUpFor(t *testing.T) {
	for _, way := range []string{"start", "sign-in"} {
		t.Run(way, func(t *testing.T) {
			both(t, func(t *testing.T, s *site) {
				link, err := s.app.First(ctx, "main", "我的公司", "admin@example.com")
				must(t, err)
				_, _, err = s.app.Control.UseLink(ctx, link, "Ann", "en", "right horse", "")
				must(t, err)
				if way == "start" {
					again, err := s.app.First(ctx, "main", "我的公司", "admin@example.com")
					if err != nil || again != "" {
						t.Errorf("%q %v", again, err)
					}
				}
				boss := &person{s: s}
				boss.want(200, "POST", "/api/v1/sign-in", map[string]any{"email": "admin@example.com", "password": "right horse"})
				me := boss.want(200, "GET", "/me", nil).body
				if u := me["user"].(map[string]any); u["name"] != "Ann" || u["locale"] != "en" || me["workspace"].(map[string]any)["name"] != "My company" {
					t.Errorf("%v", me)
				}
				role := boss.want(200, "GET", "/records/role?name=salesperson", nil).body["data"].([]any)[0].(map[string]any)
				if role["label"] != "Salesperson" {
					t.Errorf("%v", role)
				}
				// Done is done: what is called otherwise later keeps that name.
				boss.want(200, "PATCH", "/records/role/"+role["id"].(string), map[string]any{"version": role["version"], "label": "销售"})
				_, err = s.app.First(ctx, "main", "我的公司", "admin@example.com")
				must(t, err)
				if role := boss.want(200, "GET", "/records/role/"+role["id"].(string), nil).body; role["label"] != "销售" {
					t.Errorf("%v", role)
				}
			})
		})
	}
}

func TestTheFirstAdministratorsLanguageNamesWhatIsThere(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		link, err := s.app.First(ctx, "main", "我的公司", "admin@example.com")
		must(t, err)
		boss := &person{s: s}
		boss.want(200, "POST", "/api/v1/links/"+link, map[string]any{"name": "Ann", "password": "right horse"}, "Accept-Language", "en-GB")
		s.invite("amy@example.com", "administrator") // who comes in later, in Chinese, renames nothing
		called := func(r reply) any { return r.body["workspace"].(map[string]any)["name"] }
		if name := called(boss.want(200, "GET", "/me", nil)); name != "My company" {
			t.Errorf("the workspace: %v", name)
		}
		if name := called(boss.want(200, "PATCH", "/workspace", map[string]any{"name": " Harbour Ltd "})); name != "Harbour Ltd" {
			t.Errorf("renamed: %v", name)
		}
		boss.want(200, "PATCH", "/workspace", map[string]any{"name": "Harbour Ltd"}) // changes nothing
		boss.want(422, "PATCH", "/workspace", map[string]any{"name": " "})
		told := func() (list []any) { return boss.want(200, "GET", "/meta/history", nil).body["data"].([]any) }
		list := told()
		last := list[0].(map[string]any)
		if by := last["by"].(map[string]any)["title"]; len(list) != 1 || by != "Ann" || last["via"] != "screen" || fmt.Sprint(last["changes"]) != "[map[after:map[name:Harbour Ltd] before:map[name:My company] field: object:workspace]]" {
			t.Errorf("the history: %v", list)
		}
		boss.want(200, "PATCH", "/workspace", map[string]any{"name": "Bay Ltd"})
		undo := fmt.Sprint("/meta/history/", last["id"], "/undo")
		if boss.want(409, "POST", undo, nil); len(told()) != 2 {
			t.Errorf("an undo that was refused: %v", told())
		}
		boss.want(200, "PATCH", "/workspace", map[string]any{"name": "Harbour Ltd"})
		boss.want(200, "POST", undo, nil)
		if boss.want(409, "POST", undo, nil); called(boss.want(200, "GET", "/me", nil)) != "My company" || told()[0].(map[string]any)["undoes"] != last["id"] {
			t.Errorf("undone: %v", told()[0])
		}
		s.invite("bob@example.com", "salesperson").want(403, "PATCH", "/workspace", map[string]any{"name": "Mine"})
		for object, want := range map[string]string{
			"role":     "Administrator, Manager, Salesperson",
			"pipeline": "Standard pipeline",
			"stage":    "First contact, Lost, Needs confirmed, Negotiation, Quotation, Won",
		} {
			var got []string
			for _, x := range boss.want(200, "GET", "/records/"+object, nil).body["data"].([]any) {
				name, ok := x.(map[string]any)["label"].(string)
				if !ok {
					name = x.(map[string]any)["name"].(string)
				}
				got = append(got, name)
			}
			slices.Sort(got)
			if strings.Join(got, ", ") != want {
				t.Errorf("%s: %q", object, got)
			}
		}
	})
}

func TestOnesOwnAndNobodyElses(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy, bob := s.invite("amy@example.com", "salesperson"), s.invite("bob@example.com", "salesperson")
		hers, his := amy.customer("华信科技有限公司"), bob.customer("重庆单氏食品厂")
		for _, x := range []struct {
			who  *person
			want int
		}{{amy, 1}, {bob, 1}, {boss, 2}} {
			if n := x.who.total("/records/customer"); n != x.want {
				t.Errorf("a list of %d, not %d", n, x.want)
			}
		}
		for _, q := range []string{"单氏", "chongqing", "cqss"} {
			if found := amy.want(200, "POST", "/search", map[string]any{"q": q}).body["data"].([]any); len(found) != 0 {
				t.Errorf("%q found another's customer: %v", q, found)
			}
			if found := bob.want(200, "POST", "/search", map[string]any{"q": q}).body["data"].([]any); len(found) != 1 {
				t.Errorf("%q did not find one's own: %v", q, found)
			}
		}
		for _, path := range []string{"", "/history", "/timeline", "/access", "?as_of=" + time.Now().UTC().Format(time.RFC3339Nano)} {
			if r := amy.do("GET", "/records/customer/"+his+path, nil); r.code != 404 {
				t.Errorf("GET %s of another's: %d %v", path, r.code, r.body)
			}
			amy.want(200, "GET", "/records/customer/"+hers+path, nil)
		}
		amy.want(404, "PATCH", "/records/customer/"+his, map[string]any{"version": 1, "level": "A"})
		amy.want(404, "DELETE", "/records/customer/"+his, nil)
		answers := amy.want(200, "POST", "/bulk", map[string]any{"operations": []any{
			map[string]any{"method": "PATCH", "object": "customer", "id": hers, "body": map[string]any{"level": "A"}},
			map[string]any{"method": "DELETE", "object": "customer", "id": his},
		}}).body["data"].([]any)
		if a, b := answers[0].(map[string]any)["status"], answers[1].(map[string]any)["status"]; a != 200.0 || b != 404.0 {
			t.Errorf("bulk: %v", answers)
		}
		if n := boss.total("/records/customer?level=A"); n != 1 {
			t.Errorf("bulk wrote %d", n)
		}
		amy.want(403, "PATCH", "/records/role/"+roleOf(boss), map[string]any{"version": 1, "label": "x"})
	})
}

func roleOf(p *person) string {
	p.s.t.Helper()
	return p.want(200, "GET", "/records/role?name=salesperson", nil).body["data"].([]any)[0].(map[string]any)["id"].(string)
}

func TestARoleThatCannotBeReadIsRefused(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		r := boss.want(422, "PATCH", "/records/role/"+roleOf(boss), map[string]any{"version": 1, "rights": `{"all":{"read":"everyting"}}`})
		if faults := r.body["faults"].([]any); faults[0].(map[string]any)["code"] != "role.scope_unknown" {
			t.Errorf("faults: %v", faults)
		}
		amy := s.invite("amy@example.com", "salesperson")
		amy.customer("华信科技有限公司")
		boss.want(200, "PATCH", "/records/role/"+roleOf(boss), map[string]any{"version": 1, "rights": `{"objects":{"customer":{"read":"own"}}}`})
		amy.want(403, "POST", "/records/customer", map[string]any{"name": "二号"})
	})
}

func TestKeysAreNarrow(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		id := boss.customer("华信科技有限公司")
		set := boss.want(200, "PATCH", "/records/customer/"+id, map[string]any{"version": 1, "level": "A"}).header.Get("Change-Set")
		reader, one, writer := s.withKey(boss, "records:read"), s.withKey(boss, "records:read:customer"), s.withKey(boss, "records:write:customer")
		for name, k := range map[string]*person{"records:read": reader, "records:read:customer": one} {
			k.want(200, "GET", "/records/customer", nil)
			for _, r := range []reply{
				k.do("POST", "/records/customer", map[string]any{"name": "二号"}),
				k.do("PATCH", "/records/customer/"+id, map[string]any{"version": 2, "level": "B"}),
				k.do("DELETE", "/records/customer/"+id, nil),
				k.do("POST", "/bulk", map[string]any{"operations": []any{map[string]any{"method": "DELETE", "object": "customer", "id": id}}}),
			} {
				if r.code != 403 {
					t.Errorf("%s writes: %d %v", name, r.code, r.body)
				}
			}
			k.do("POST", "/change-sets/"+set+"/undo", map[string]any{})
			if level := boss.want(200, "GET", "/records/customer/"+id, nil).body["level"]; level != "A" {
				t.Errorf("%s undid a change: %v", name, level)
			}
		}
		if r := one.do("GET", "/records/role", nil); r.code != 404 && r.code != 403 {
			t.Errorf("a key for customers reads roles: %d", r.code)
		}
		writer.want(201, "POST", "/records/customer", map[string]any{"name": "二号"})
		if r := s.withKey(boss, "records:write").do("PATCH", "/records/role/"+roleOf(boss), map[string]any{"version": 1, "label": "x"}); r.code != 403 {
			t.Errorf("a key without admin writes roles: %d %v", r.code, r.body)
		}
		(&person{s: s, key: "yp_" + strings.Repeat("x", 43)}).want(401, "GET", "/me", nil)
	})
}

func TestTwiceIsOnceAndUndoIsWhole(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		body := map[string]any{"name": "华信科技有限公司"}
		a := p.want(201, "POST", "/records/customer", body, "Idempotency-Key", "k1")
		b := p.want(201, "POST", "/records/customer", body, "Idempotency-Key", "k1")
		if a.body["id"] != b.body["id"] || b.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("twice: %v %v", a.body["id"], b.body["id"])
		}
		p.want(422, "POST", "/records/customer", map[string]any{"name": "别的"}, "Idempotency-Key", "k1")
		id := a.body["id"].(string)
		r := p.want(200, "PATCH", "/records/customer/"+id, map[string]any{"version": 1, "level": "A"})
		p.want(412, "PATCH", "/records/customer/"+id, map[string]any{"version": 1, "level": "B"})
		p.want(200, "PATCH", "/records/customer/"+id, map[string]any{"version": 1, "address": "北京"})
		p.want(428, "PATCH", "/records/customer/"+id, map[string]any{"level": "B"})
		set := r.header.Get("Change-Set")
		plan := p.want(200, "POST", "/change-sets/"+set+"/undo?dry_run=true", nil).body
		p.want(200, "POST", "/change-sets/"+set+"/undo", map[string]any{"plan": plan["plan"]})
		now := p.want(200, "GET", "/records/customer/"+id, nil).body
		if now["level"] != nil || now["address"] != "北京" {
			t.Errorf("after the undo: %v", now)
		}
		p.want(200, "DELETE", "/records/customer/"+id, nil)
		if n := p.total("/records/customer") + 10*p.total("/records/customer?deleted=only"); n != 10 {
			t.Errorf("after the delete: %d", n)
		}
		p.want(200, "POST", "/records/customer/"+id+"/restore", nil)
		if n := p.total("/records/customer"); n != 1 {
			t.Errorf("after the restore: %d", n)
		}
	})
}

func TestBadInputSaysWhatAndWhere(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		other := uuid.Must(uuid.NewV7()).String()
		for _, x := range []struct {
			code         int
			method, path string
			body         any
		}{
			{400, "POST", "/records/customer", `{"name":`},
			{400, "POST", "/records/customer", strings.Repeat("[", 100)},
			{413, "POST", "/records/customer", `{"name":"` + strings.Repeat("x", 2<<20) + `"}`},
			{422, "POST", "/records/customer", map[string]any{"name": 7, "nonsense": 1}},
			{422, "POST", "/records/customer", map[string]any{"name": "a\x00b"}},
			{404, "POST", "/records/nothing", map[string]any{}},
			{400, "GET", "/records/customer/not-an-id", nil},
			{404, "GET", "/records/customer/" + other, nil},
			{400, "GET", "/records/customer?nonsense=1", nil},
			{400, "GET", "/records/customer?level.between=A", nil},
			{400, "GET", "/records/customer?limit=100000", nil},
			{400, "GET", "/records/customer?cursor=AAAA", nil},
			{400, "POST", "/bulk", map[string]any{"operations": []any{}}},
			{400, "POST", "/bulk", map[string]any{"operations": []any{map[string]any{"method": "PUT"}}}},
			{404, "GET", "/w/other/api/v1/me", nil},
			{404, "GET", "/api/v1/nothing", nil},
		} {
			r := p.do(x.method, x.path, x.body)
			detail, _ := r.body["detail"].(string)
			if r.code != x.code || detail == "" || detail == r.body["code"] {
				t.Errorf("%s %s %.40v: %d, not %d: %v", x.method, x.path, x.body, r.code, x.code, r.body)
			}
		}
		if r := p.do("POST", "/records/customer", map[string]any{"name": "x"}, "Origin", "https://evil.example"); r.code != 403 {
			t.Errorf("from another site: %d", r.code)
		}
		if n := p.total("/records/customer"); n != 0 {
			t.Errorf("%d were written", n)
		}
		p.want(200, "GET", "/healthz", nil)
		(&person{s: s}).want(401, "GET", "/records/customer", nil)
	})
}

func TestCursorsWalkTheWholeList(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		ops := make([]any, 25)
		for i := range ops {
			ops[i] = map[string]any{"method": "POST", "object": "customer", "body": map[string]any{"name": fmt.Sprint("客户 ", i)}}
		}
		p.want(200, "POST", "/bulk", map[string]any{"atomic": true, "operations": ops})
		seen, cursor := map[string]bool{}, ""
		for pages := 0; ; pages++ {
			r := p.want(200, "POST", "/records/customer/query", map[string]any{"sort": "name", "limit": 10, "cursor": cursor}).body
			for _, x := range r["data"].([]any) {
				seen[x.(map[string]any)["id"].(string)] = true
			}
			next, more := r["next"].(string)
			if !more {
				if pages != 2 || len(seen) != 25 {
					t.Errorf("%d records on %d pages", len(seen), pages+1)
				}
				return
			}
			cursor = next
		}
	})
}
