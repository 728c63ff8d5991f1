package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"youpeng/server/api"
)

// A door that cannot rehearse refuses to be asked for it, and one that can changes nothing, whoever asks.
func TestADryRunChangesNothing(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		id := boss.customer("杭州远景")
		boss.want(201, "POST", "/keys", map[string]any{"name": "k", "scopes": []any{"records:read"}})
		all := func() (out []string) {
			for _, path := range []string{"/me", "/people", "/keys", "/meta/history", "/meta/objects", "/jobs", "/records/customer", "/records/user", "/records/role", "/notifications"} {
				body := boss.want(200, "GET", path, nil).body
				if list, ok := body["data"].([]any); ok {
					for _, x := range list {
						if m, ok := x.(map[string]any); ok {
							delete(m, "used_at")
							delete(m, "seen_at")
						}
					}
				}
				out = append(out, path+fmt.Sprint(body))
			}
			return out
		}
		before := all()
		if me := boss.want(200, "PATCH", "/workspace?dry_run=true", map[string]any{"name": "海湾"}).body; me["workspace"].(map[string]any)["name"] != "海湾" {
			t.Errorf("%v", me)
		}
		boss.want(422, "PATCH", "/workspace?dry_run=true", map[string]any{"name": ""})
		if u := boss.want(200, "PATCH", "/me?dry_run=true", map[string]any{"name": "王敏", "locale": "en", "time_zone": "Asia/Kathmandu"}).body["user"].(map[string]any); u["name"] != "王敏" || u["locale"] != "en" || u["time_zone"] != "Asia/Kathmandu" {
			t.Errorf("%v", u)
		}
		boss.want(422, "PATCH", "/me?dry_run=true", map[string]any{"time_zone": "Mars/Base"})
		boss.want(200, "DELETE", "/records/customer/"+id+"?dry_run=true", nil)
		for _, pattern := range api.Patterns() {
			method, path, _ := strings.Cut(pattern, " ")
			if method == "GET" {
				continue
			}
			for _, name := range []string{"{id}", "{object}", "{field}", "{source}", "{external_id}", "{verb}"} {
				path = strings.ReplaceAll(path, name, map[string]string{"{id}": id, "{object}": "customer", "{field}": "level", "{source}": "erp", "{external_id}": "1", "{verb}": "win"}[name])
			}
			body := map[string]any{"name": "x", "email": "new@example.com", "roles": []any{"x"}, "scopes": []any{"records:read"}, "object": "customer", "values": map[string]any{"level": "A"}, "version": 1, "all": true}
			end := path[strings.LastIndexByte(path, '/')+1:]
			reads := end == "query" || end == "aggregate" || end == "duplicates" || end == "search" || end == "preview"
			if r := boss.do(method, path+"?dry_run=true", body); !reads && !api.Rehearses(pattern) && (r.code != 400 || r.body["code"] != "parameter.unknown") {
				t.Errorf("%s: %d %v", pattern, r.code, r.body)
			}
			if r := boss.do(method, path+"?dry_run=1", body); !reads && r.code != 400 {
				t.Errorf("%s: %d %v", pattern, r.code, r.body)
			}
		}
		for i, now := range all() {
			if now != before[i] {
				t.Errorf("it was %.500s\nand is %.500s", before[i], now)
			}
		}
		amy.want(403, "PATCH", "/workspace?dry_run=true", map[string]any{"name": "Mine"})
	})
}

func TestADoorSaysHowItIsOpened(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		for path, allow := range map[string]string{
			"/records/customer": "GET, HEAD, POST", "/me": "GET, HEAD, PATCH", "/search": "POST", "/bulk": "POST",
			"/records/customer/external/erp/1": "PUT", "/notifications/read": "POST", "/api/v1/sign-in": "POST", "/meta/objects/customer": "GET, HEAD, PATCH",
		} {
			r := boss.want(405, "OPTIONS", path, nil)
			if got := r.header.Get("Allow"); got != allow || r.body["code"] != "route.method" {
				t.Errorf("%s takes %q, says %q: %v", path, allow, got, r.body)
			}
		}
		boss.want(405, "DELETE", "/search", nil)
		boss.want(404, "DELETE", "/nothing", nil)
		boss.want(404, "GET", "/api/v1/nothing", nil)
		r, err := http.Post(s.http.URL+"/w/main", "text/plain", strings.NewReader("x"))
		must(t, err)
		r.Body.Close()
		if r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%d %s", r.StatusCode, r.Header.Get("Allow"))
		}
	})
}
