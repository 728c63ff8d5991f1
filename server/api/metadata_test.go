package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"youpeng/platform/db/dbtest"
	"youpeng/server/app"
)

func text(s string) map[string]any { return map[string]any{"zh": s, "en": s} }

// meta finds an object, or a field of it, in the catalog as somebody sees it.
func (p *person) meta(query, object, field string) map[string]any {
	p.s.t.Helper()
	for _, x := range p.want(200, "GET", "/meta/objects"+query, nil).body["objects"].([]any) {
		o := x.(map[string]any)
		if o["name"] != object {
			continue
		}
		if field == "" {
			return o
		}
		for _, y := range o["fields"].([]any) {
			if f := y.(map[string]any); f["name"] == field {
				return f
			}
		}
	}
	return nil
}

// faults lists what is wrong, path and code.
func (r reply) faults() (list []string) {
	all, _ := r.body["faults"].([]any)
	for _, x := range all {
		f := x.(map[string]any)
		list = append(list, fmt.Sprint(f["field"], " ", f["code"]))
	}
	return list
}

var projectForm = map[string]any{"name": "x_project", "label": text("项目"), "icon": "briefcase", "fields": []any{
	map[string]any{"name": "x_stage", "kind": "choice", "label": text("阶段"), "place": 2, "default": "open",
		"options": []any{map[string]any{"name": "open", "label": text("进行"), "color": "blue"}, map[string]any{"name": "done", "label": text("完成")}}},
	map[string]any{"name": "x_budget", "kind": "money", "label": text("预算")},
	map[string]any{"name": "x_number", "kind": "series", "label": text("编号"), "unique": true, "series": map[string]any{"prefix": "P", "digits": 4}}}}

func TestAnObjectMadeAtRunTimeIsThereAtOnce(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		made := boss.want(201, "POST", "/meta/objects", projectForm)
		if made.body["name"] != "x_project" || made.body["group"] != "custom" || made.body["owned"] != true || made.body["nav"] != true || made.body["version"].(float64) < 2 {
			t.Errorf("%v", made.body)
		}
		boss.want(422, "POST", "/meta/objects", projectForm)
		mine := amy.want(201, "POST", "/records/x_project", map[string]any{"name": "一号", "x_budget": map[string]any{"amount": "12.50", "currency": "CNY"}}).body
		if mine["x_number"] != "P-0001" || mine["x_stage"] != "open" {
			t.Errorf("%v", mine)
		}
		boss.want(201, "POST", "/records/x_project", map[string]any{"name": "二号", "x_stage": "done", "x_budget": map[string]any{"amount": "7.50", "currency": "CNY"}})
		if a, b := amy.total("/records/x_project"), boss.total("/records/x_project?x_stage=done&sort=-x_budget"); a != 1 || b != 1 {
			t.Errorf("amy sees %d, filtered %d", a, b)
		}
		got := boss.want(200, "POST", "/records/x_project/aggregate", map[string]any{"group": []any{"x_stage"}, "measures": []any{map[string]any{"fn": "count", "as": "n"}}}).body["data"]
		if fmt.Sprint(got) != "[map[n:1 x_stage:open] map[n:1 x_stage:done]]" {
			t.Errorf("figures: %v", got)
		}
		if found := amy.want(200, "POST", "/search", map[string]any{"q": "一号"}).body["data"].([]any); len(found) != 1 {
			t.Errorf("search: %v", found)
		}
		if f := amy.meta("", "x_project", "x_stage"); f == nil || f["right"] != "write" || f["place"] != 2.0 || f["custom"] != true {
			t.Errorf("form: %v", f)
		}
		paths := boss.want(200, "GET", "/openapi.json", nil).body["components"].(map[string]any)["schemas"].(map[string]any)
		if paths["Record_x_project"] == nil {
			t.Error("not in the OpenAPI document")
		}
		boss.want(201, "POST", "/meta/objects/x_project/fields", map[string]any{"name": "x_due", "kind": "date", "label": text("到期")})
		amy.want(200, "PATCH", "/records/x_project/"+mine["id"].(string), map[string]any{"version": mine["version"], "x_due": "2026-12-01"})
		if n := amy.total("/records/x_project?x_due.gte=2026-12-01&sort=x_due"); n != 1 {
			t.Errorf("%d by the new field", n)
		}
	})
}

func TestDefinitionsAreTheAdministrators(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		v := boss.want(200, "GET", "/meta/objects", nil).body["version"]
		for _, x := range []struct{ method, path string }{{"POST", "/meta/objects"}, {"PATCH", "/meta/objects/customer"}, {"POST", "/meta/objects/customer/fields"}, {"PATCH", "/meta/objects/customer/fields/level"},
			{"GET", "/meta/objects/customer/fields/level/unique"}, {"GET", "/meta/history"}, {"POST", "/meta/history/1/undo"}} {
			body := any(map[string]any{"version": v, "label": text("x")})
			if x.method == "GET" {
				body = nil
			}
			amy.want(403, x.method, x.path, body)
			s.withKey(boss, "records:write").want(403, x.method, x.path, body)
		}
		key := s.withKey(boss, "schema")
		key.want(404, "GET", "/records/customer", nil)
		key.want(201, "POST", "/meta/objects/customer/fields", map[string]any{"name": "x_a", "kind": "text", "label": text("a")})
		if key.meta("", "customer", "x_a") == nil {
			t.Error("a key for definitions does not see them")
		}
		boss.want(428, "PATCH", "/meta/objects/customer/fields/level", map[string]any{"label": text("等级")})
		if r := boss.want(412, "PATCH", "/meta/objects/customer/fields/level", map[string]any{"version": v, "label": text("等级")}); r.body["version"].(float64) <= v.(float64) {
			t.Errorf("%v", r.body)
		}
		boss.want(404, "PATCH", "/meta/objects/customer/fields/nothing", map[string]any{"version": 1 + v.(float64), "label": text("x")})
	})
}

func TestStandardFieldsAreOverridden(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		first := boss.want(200, "GET", "/meta/objects", nil)
		tag := first.header.Get("ETag")
		boss.want(304, "GET", "/meta/objects", nil, "If-None-Match", tag)
		version := first.body["version"]
		patch := func(code int, field string, body map[string]any) reply {
			t.Helper()
			body["version"] = version
			r := boss.want(code, "PATCH", "/meta/objects/customer/fields/"+field, body)
			if code == 200 {
				version = r.body["version"]
			}
			return r
		}
		r := patch(200, "level", map[string]any{"label": text("等级"), "help": text("多大"), "group": "a", "place": 9, "required": true,
			"options": []any{map[string]any{"name": "C", "label": text("丙"), "color": "green"}, map[string]any{"name": "A", "label": text("甲"), "retired": true}}})
		options := r.body["options"].([]any)
		if r.body["required"] != true || r.body["place"] != 9.0 || len(options) < 4 || options[0].(map[string]any)["name"] != "C" || options[1].(map[string]any)["retired"] != true {
			t.Errorf("%v", r.body)
		}
		if again := boss.want(200, "GET", "/meta/objects", nil, "If-None-Match", tag); again.header.Get("ETag") == tag {
			t.Error("the tag stayed")
		}
		boss.want(422, "POST", "/records/customer", map[string]any{"name": "a"})
		boss.want(422, "POST", "/records/customer", map[string]any{"name": "a", "level": "A"})
		boss.want(201, "POST", "/records/customer", map[string]any{"name": "a", "level": "C"})
		if got := patch(422, "name", map[string]any{"retired": true, "required": false, "kind": "number", "wild": 1}).faults(); !slices.Equal(got, []string{"wild catalog.property_unknown"}) {
			t.Errorf("%q", got)
		}
		got := patch(422, "name", map[string]any{"retired": true, "required": false, "kind": "number"}).faults()
		for _, want := range []string{"kind catalog.fixed", "required catalog.needed", "retired catalog.needed"} {
			if !slices.Contains(got, want) {
				t.Errorf("%q is not among %q", want, got)
			}
		}
		patch(200, "address", map[string]any{"retired": true})
		if boss.meta("", "customer", "address") != nil || boss.meta("?retired=true", "customer", "address") == nil {
			t.Error("the retired field")
		}
		boss.want(422, "POST", "/records/customer", map[string]any{"name": "b", "level": "C", "address": "x"})
		history := boss.want(200, "GET", "/meta/history?object=customer", nil).body["data"].([]any)
		last := history[0].(map[string]any)
		if len(history) != 2 || last["by"].(map[string]any)["title"] != "王敏" || last["via"] != "screen" || last["changes"].([]any)[0].(map[string]any)["field"] != "address" {
			t.Errorf("%v", history)
		}
		boss.want(200, "POST", fmt.Sprint("/meta/history/", last["id"], "/undo"), nil)
		boss.want(409, "POST", fmt.Sprint("/meta/history/", last["id"], "/undo"), nil)
		if boss.meta("", "customer", "address") == nil {
			t.Error("the undo did not bring the field back")
		}
	})
}

// settled waits until the uniqueness of a field is no longer being built, and answers how it is.
func (p *person) settled(object, field string) map[string]any {
	p.s.t.Helper()
	for {
		r := p.want(200, "GET", "/meta/objects/"+object+"/fields/"+field+"/unique", nil).body
		if r["state"] != "building" {
			return r
		}
	}
}

func TestUniquenessTellsWhatStandsInItsWay(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		one, two := boss.customer("同名公司"), boss.customer("同名公司")
		version := boss.want(200, "GET", "/meta/objects", nil).body["version"]
		boss.want(200, "PATCH", "/meta/objects/customer/fields/name", map[string]any{"version": version, "unique": true})
		r := boss.settled("customer", "name")
		group := fmt.Sprint(r["groups"])
		if r["state"] != "failed" || r["duplicates"] != 1.0 || group != fmt.Sprintf("[[map[id:%s title:同名公司] map[id:%s title:同名公司]]]", one, two) {
			t.Errorf("%v", r)
		}
		if f := boss.meta("?retired=true", "customer", "name"); f["unique_state"] != "failed" || f["duplicates"] != 1.0 || boss.meta("", "customer", "name")["duplicates"] != nil {
			t.Errorf("%v", f)
		}
		boss.want(200, "DELETE", "/records/customer/"+two, nil)
		version = boss.want(200, "GET", "/meta/objects", nil).body["version"]
		boss.want(200, "PATCH", "/meta/objects/customer/fields/name", map[string]any{"version": version, "unique": true})
		if r := boss.settled("customer", "name"); r["state"] != "live" {
			t.Errorf("%v", r)
		}
		boss.want(422, "POST", "/records/customer", map[string]any{"name": "同名公司"})
	})
}

// Which fields find duplicates is chosen for standard fields and for one's own, and the choice can be taken back.
func TestTheFieldsThatFindDuplicatesAreChosen(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		one := boss.want(201, "POST", "/records/customer", map[string]any{"name": "远景", "website": "https://example.com/a"}).body["id"]
		change := func(code int, field string, body map[string]any) reply {
			t.Helper()
			body["version"] = boss.want(200, "GET", "/meta/objects", nil).body["version"]
			return boss.want(code, "PATCH", "/meta/objects/customer/fields/"+field, body)
		}
		found := func(values map[string]any) (ids []any) {
			t.Helper()
			for _, x := range boss.want(200, "POST", "/records/customer/duplicates", values).body["data"].([]any) {
				ids = append(ids, x.(map[string]any)["record"].(map[string]any)["id"])
			}
			return ids
		}
		ready := func(field string) {
			t.Helper()
			for boss.meta("", "customer", field)["match_state"] == "building" {
			}
			if f := boss.meta("", "customer", field); f["match"] != true || f["match_state"] != "live" {
				t.Errorf("%v", f)
			}
		}
		address := map[string]any{"website": "https://example.com/a"}
		if len(found(address)) > 0 {
			t.Error("found by a field that was not chosen")
		}
		change(200, "website", map[string]any{"match": true})
		ready("website")
		if got := found(address); len(got) != 1 || got[0] != one {
			t.Errorf("%v", got)
		}
		name := map[string]any{"name": "远景"}
		if r := change(200, "name", map[string]any{"match": false}); r.body["match"] != nil || r.body["match_state"] != "" || len(found(name)) > 0 {
			t.Errorf("%v", r.body)
		}
		change(200, "name", map[string]any{"match": true})
		ready("name")
		if len(found(name)) != 1 {
			t.Error("not found by name any more")
		}
		change(200, "phones", map[string]any{"match": false})
		change(200, "phones", map[string]any{"match": true})
		ready("phones")
		if got := change(422, "level", map[string]any{"match": true}).faults(); len(got) != 1 {
			t.Errorf("%q", got)
		}
	})
}

func TestAnotherNodeTakesNewDefinitions(t *testing.T) {
	t.Parallel()
	cfg := app.Config{Data: t.TempDir()}
	cfg.Database, cfg.Schema = dbtest.Server(t)
	here, there := serve(t, cfg), serve(t, cfg)
	boss := here.first()
	away := &person{s: there, cookie: boss.cookie}
	away.want(200, "GET", "/records/customer", nil)
	boss.want(201, "POST", "/meta/objects", projectForm)
	made := boss.want(201, "POST", "/records/x_project", map[string]any{"name": "一号", "x_stage": "done"})
	heard, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	for away.meta("", "x_project", "") == nil && heard.Err() == nil {
	}
	if n := int(away.want(200, "GET", "/records/x_project?x_stage=done", nil, "After", made.header.Get("Change-Set")).body["total"].(float64)); n != 1 {
		t.Errorf("%d on the other node", n)
	}
}

// Changes of definitions stand in the feed between the records, for whoever may read the object, and wake who waits.
func TestTheFeedTellsOfDefinitions(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		start := func(p *person) string { return p.want(200, "GET", "/changes?after=now", nil).body["cursor"].(string) }
		told := func(p *person, cursor string, n int) (list []string) {
			p.s.t.Helper()
			for more := true; len(list) < n && more; {
				got := p.want(200, "GET", "/changes?objects=customer,x_project,role&wait=20&after="+cursor, nil).body
				cursor, more = got["cursor"].(string), len(got["data"].([]any)) > 0
				for _, x := range got["data"].([]any) {
					m := x.(map[string]any)
					what := fmt.Sprint(m["op"], " ", m["object"])
					if m["id"] == nil {
						what += fmt.Sprint(" ", m["fields"])
					}
					list = append(list, what)
				}
			}
			return list
		}
		hers, his := start(amy), start(boss)
		heard := make(chan reply)
		go func() {
			heard <- (&person{s: s, cookie: amy.cookie}).do("GET", "/changes?objects=x_project&wait=30&after="+hers, nil)
		}()
		amy.customer("之前")
		boss.want(201, "POST", "/meta/objects", projectForm)
		first := (<-heard).body["data"].([]any)[0].(map[string]any)
		if first["op"] != "define" || first["object"] != "x_project" || first["id"] != nil || first["version"] != boss.want(200, "GET", "/me", nil).body["catalog_version"] || first["actor"].(map[string]any)["id"] != boss.id {
			t.Errorf("waited for %v", first)
		}
		amy.want(201, "POST", "/records/x_project", map[string]any{"name": "一号"})
		boss.want(201, "POST", "/meta/objects/role/fields", map[string]any{"name": "x_a", "kind": "text", "label": text("a")})
		boss.want(201, "POST", "/meta/objects/customer/fields", map[string]any{"name": "x_secret", "kind": "text", "label": text("a")})
		boss.want(409, "GET", "/change-sets/"+first["change_set"].(string)+"/undo", nil)
		boss.want(409, "POST", "/change-sets/"+first["change_set"].(string)+"/undo", map[string]any{})
		if got := fmt.Sprint(told(boss, his, 5)); got != "[create customer define x_project [x_stage x_budget x_number] create x_project define role [x_a] define customer [x_secret]]" {
			t.Errorf("the administrator is told %s", got)
		}
		// What the role hides is hidden here too.
		role := boss.want(200, "GET", "/records/role/"+boss.role("salesperson"), nil).body
		rights := role["rights"].(string)
		var all map[string]any
		must(t, json.Unmarshal([]byte(rights), &all))
		all["fields"] = map[string]any{"customer": map[string]any{"x_secret": "hidden"}}
		all["objects"] = map[string]any{"role": map[string]any{"read": "none"}}
		now, err := json.Marshal(all)
		must(t, err)
		boss.want(200, "PATCH", "/records/role/"+role["id"].(string), map[string]any{"version": role["version"], "rights": string(now)})
		if got := fmt.Sprint(told(amy, hers, 3)); got != "[create customer define x_project [x_stage x_budget x_number] create x_project]" {
			t.Errorf("a salesperson is told %s", got)
		}
		hers = start(amy)
		v := boss.want(200, "GET", "/meta/objects", nil).body["version"]
		boss.want(200, "PATCH", "/meta/objects/x_project", map[string]any{"version": v, "retired": true})
		if got := fmt.Sprint(told(amy, hers, 1)); got != "[gone x_project <nil>]" {
			t.Errorf("after it was retired a salesperson is told %s", got)
		}
	})
}

func TestOneObjectStandsAsInTheList(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		boss.want(201, "POST", "/meta/objects", projectForm)
		boss.want(404, "GET", "/meta/objects/nothing", nil)
		for _, who := range []*person{boss, amy} {
			r := who.want(200, "GET", "/meta/objects/x_project", nil)
			version := who.want(200, "GET", "/meta/objects", nil).body["version"]
			tag := r.header.Get("ETag")
			want := who.meta("", "x_project", "")
			want["version"] = version
			if a, b := fmt.Sprint(r.body), fmt.Sprint(want); a != b || tag == "" {
				t.Errorf("%s %s, in the list %s", tag, a, b)
			}
			who.want(304, "GET", "/meta/objects/x_project", nil, "If-None-Match", tag)
			who.want(304, "GET", "/meta/objects", nil, "If-None-Match", tag)
		}
		// A key that may define sees them all, one that may do nothing sees none, though the rights of both to records are equal.
		tag := s.withKey(boss, "schema").want(200, "GET", "/meta/objects", nil).header.Get("ETag")
		narrow := s.withKey(boss, "records:read:x_project")
		narrow.want(200, "GET", "/meta/objects", nil, "If-None-Match", tag)
		narrow.want(404, "GET", "/meta/objects/customer", nil)
		boss.want(200, "PATCH", "/meta/objects/x_project", map[string]any{"version": boss.want(200, "GET", "/meta/objects", nil).body["version"], "retired": true})
		boss.want(404, "GET", "/meta/objects/x_project", nil)
		amy.want(404, "GET", "/meta/objects/x_project?retired=true", nil)
		if got := boss.want(200, "GET", "/meta/objects/x_project?retired=true", nil).body; got["retired"] != true {
			t.Errorf("%v", got)
		}
	})
}
