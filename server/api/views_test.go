package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"youpeng/engine/view"
	"youpeng/server/app"
)

type form = map[string]any

// views lists the names of what somebody may look at of an object, and the views by name.
func (p *person) views(of string) (names []string, byName map[string]form) {
	p.s.t.Helper()
	byName = map[string]form{}
	for _, x := range p.want(200, "GET", "/meta/views?object="+of, nil).body["data"].([]any) {
		v := x.(form)
		name := v["name"].(form)["zh"].(string)
		names, byName[name] = append(names, name), v
	}
	return names, byName
}

// give gives somebody a role with rights of their own.
func (p *person) give(to *person, name, rights string) {
	p.s.t.Helper()
	role := p.want(201, "POST", "/records/role", form{"name": name, "label": name, "rights": rights}).body["id"]
	user := p.want(200, "GET", "/records/user/"+to.id, nil).body
	p.want(200, "PATCH", "/records/user/"+to.id, form{"version": user["version"], "roles": []any{role}})
}

func last(p *person, query string) form {
	p.s.t.Helper()
	return p.want(200, "GET", "/meta/history"+query, nil).body["data"].([]any)[0].(form)
}

func (p *person) undo(code int, entry form) reply {
	p.s.t.Helper()
	return p.want(code, "POST", fmt.Sprint("/meta/history/", entry["id"], "/undo"), nil)
}

func TestAViewIsItsMakersUntilItIsShared(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy, ben := s.invite("amy@example.com", "salesperson"), s.invite("ben@example.com", "salesperson")
		made := amy.want(201, "POST", "/meta/views", form{"object": "deal", "name": "大单", "columns": []any{"name", "amount", "customer.level"}, "sort": "-amount",
			"filter": form{"field": "owner", "value": "me"}}).body
		if made["version"] != 1.0 || made["shared"] != false || made["standard"] != false || made["owner"].(form)["id"] != amy.id || made["filter"].(form)["value"] != "me" {
			t.Errorf("%v", made)
		}
		path := "/meta/views/" + made["id"].(string)
		names, mine := amy.views("deal")
		if !slices.Equal(names, []string{"全部", "大单"}) || mine["全部"]["standard"] != true || mine["全部"]["id"] != "standard" || fmt.Sprint(mine["大单"]["columns"]) != "[name amount customer.level]" {
			t.Errorf("%v", mine)
		}
		for _, p := range []*person{ben, boss} {
			if names, _ := p.views("deal"); !slices.Equal(names, []string{"全部"}) {
				t.Errorf("others see %v", names)
			}
			p.want(404, "PATCH", path, form{"version": 1, "name": "x"})
			p.want(404, "DELETE", path+"?version=1", nil)
		}
		amy.want(428, "PATCH", path, form{"name": "x"})
		amy.want(428, "DELETE", path, nil)
		if r := amy.want(412, "PATCH", path, form{"name": "x", "version": 7}); r.body["version"] != 1.0 {
			t.Errorf("%v", r.body)
		}
		amy.want(400, "PATCH", path+"?dry_run=true", form{"name": "x", "version": 1})
		amy.want(403, "PATCH", path, form{"version": 1, "shared": true})
		if got := amy.want(200, "PATCH", path, form{"version": 1, "name": form{"zh": "大的", "en": "Big"}, "filter": nil}).body; got["version"] != 2.0 || got["filter"] != nil || got["sort"] != "-amount" {
			t.Errorf("%v", got)
		}
		amy.want(409, "POST", "/meta/views", form{"object": "deal", "id": made["id"], "name": "x", "columns": []any{"name"}})
		amy.want(409, "PATCH", "/meta/views/standard", form{"version": 0, "name": "x"})
		amy.want(204, "DELETE", path+"?version=2", nil)
		amy.want(404, "DELETE", path+"?version=2", nil)
		amy.want(201, "POST", "/meta/views", form{"object": "deal", "id": made["id"], "name": "回来", "columns": []any{"name"}}) // as an undo does
		if got := boss.want(200, "GET", "/meta/history", nil).body["data"].([]any); len(got) > 0 {
			t.Errorf("what is one person's stands in the history: %v", got)
		}
		amy.want(404, "POST", "/meta/views", form{"object": "nothing", "name": "x", "columns": []any{"name"}})
		amy.want(404, "GET", "/meta/views?object=nothing", nil)
		key := s.withKey(amy, "records:read")
		key.want(403, "POST", "/meta/views", form{"object": "deal", "name": "x", "columns": []any{"name"}})
		key.want(200, "GET", "/meta/views", nil)
	})
}

func TestSharedViewsAreTheAdministratorsAndComeBack(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		body := form{"object": "customer", "name": "重点", "columns": []any{"name", "level"}, "sort": "name", "filter": form{"field": "level", "op": "in", "value": []any{"A", "B"}}, "shared": true}
		amy.want(403, "POST", "/meta/views", body)
		s.withKey(boss, "records:write").want(403, "POST", "/meta/views", body)
		key := s.withKey(boss, "schema")
		made := key.want(201, "POST", "/meta/views", body).body
		path := "/meta/views/" + made["id"].(string)
		if names, _ := amy.views("customer"); !slices.Equal(names, []string{"全部", "重点"}) {
			t.Errorf("%v", names)
		}
		amy.want(403, "PATCH", path, form{"version": 1, "name": "x"})
		amy.want(403, "DELETE", path+"?version=1", nil)
		boss.want(200, "PATCH", path, form{"version": 1, "columns": []any{"name"}})
		entry := last(boss, "?object=customer")
		change := entry["changes"].([]any)[0].(form)
		if change["part"] != "view" || change["before"].(form)["columns"].([]any)[1] != "level" || change["after"].(form)["sort"] != "name" {
			t.Errorf("%v", change)
		}
		boss.undo(200, entry)
		boss.undo(409, entry)
		if _, all := amy.views("customer"); fmt.Sprint(all["重点"]["columns"]) != "[name level]" || all["重点"]["version"] != 3.0 {
			t.Errorf("after the undo: %v", all["重点"])
		}
		boss.want(412, "DELETE", path+"?version=2", nil)
		boss.want(204, "DELETE", path+"?version=3", nil)
		if names, _ := amy.views("customer"); len(names) != 1 {
			t.Errorf("after the delete: %v", names)
		}
		gone := last(boss, "")
		boss.undo(200, gone)
		if _, all := amy.views("customer"); all["重点"]["version"].(float64) <= 3 || all["重点"]["filter"].(form)["op"] != "in" {
			t.Errorf("it came back as %v", all["重点"])
		}
		boss.undo(200, last(boss, "")) // the undo of the undo
		if names, _ := amy.views("customer"); len(names) != 1 {
			t.Errorf("%v", names)
		}
		boss.undo(200, last(boss, ""))
		v := last(boss, "")["version"]
		if now := boss.want(200, "GET", "/meta/objects", nil).body["version"]; now != v {
			t.Errorf("the history says version %v, the catalog is at %v", v, now)
		}

		// Sharing one's own, and taking it back.
		own := boss.want(201, "POST", "/meta/views", form{"object": "customer", "name": "我的", "columns": []any{"name"}}).body
		boss.want(200, "PATCH", "/meta/views/"+own["id"].(string), form{"version": 1, "shared": true})
		if names, _ := amy.views("customer"); !slices.Equal(names, []string{"全部", "重点", "我的"}) {
			t.Errorf("%v", names)
		}
		shared := last(boss, "")
		boss.want(200, "PATCH", "/meta/views/"+own["id"].(string), form{"version": 2, "name": "我们的"})
		boss.undo(409, shared)
		boss.undo(200, last(boss, ""))
		boss.undo(200, shared)
		if names, _ := amy.views("customer"); len(names) != 2 {
			t.Errorf("%v", names)
		}
		if _, all := boss.views("customer"); all["我的"]["shared"] != false {
			t.Errorf("%v", all["我的"])
		}
		cat := s.invite("cat@example.com", "administrator")
		one := cat.want(201, "POST", "/meta/views", form{"object": "customer", "name": "猫", "columns": []any{"name"}, "shared": true}).body
		boss.want(403, "PATCH", "/meta/views/"+one["id"].(string), form{"version": 1, "shared": false})
		cat.want(200, "PATCH", "/meta/views/"+one["id"].(string), form{"version": 1, "shared": false})
	})
}

func TestWhatIsHiddenOrRetiredDropsOutOfViews(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		v := boss.want(201, "POST", "/meta/objects/customer/fields", form{"name": "x_secret", "kind": "text", "label": text("密"), "place": 1}).body["version"]
		share := func(name string, more form) {
			body := form{"object": "customer", "name": name, "columns": []any{"name", "x_secret", "phones"}, "sort": "x_secret,name", "shared": true}
			for k, x := range more {
				body[k] = x
			}
			boss.want(201, "POST", "/meta/views", body)
		}
		share("列", nil)
		share("筛", form{"filter": form{"and": []any{form{"field": "name", "op": "contains", "value": "远"}, form{"not": form{"field": "x_secret", "value": "甲"}}}}})
		share("号", form{"filter": form{"field": "phones", "op": "contains", "value": "138"}})
		amy.want(201, "POST", "/meta/views", form{"object": "customer", "name": "旧", "columns": []any{"x_secret"}, "filter": form{"field": "x_secret", "op": "filled"}})
		if names, _ := amy.views("customer"); !slices.Equal(names, []string{"全部", "列", "筛", "号", "旧"}) {
			t.Errorf("%v", names)
		}
		boss.give(amy, "narrow", `{"objects":{"customer":{"read":"all","create":true,"update":"all"}},"fields":{"customer":{"x_secret":"hidden","phones":"masked"}}}`)
		names, all := amy.views("customer")
		if !slices.Equal(names, []string{"全部", "列", "旧"}) || fmt.Sprint(all["列"]["columns"], all["列"]["sort"]) != "[name phones]name" {
			t.Errorf("%v %v", names, all)
		}
		if old := all["旧"]; old["unusable"] != true || old["filter"] != nil {
			t.Errorf("one's own: %v", old)
		}
		text, err := json.Marshal(amy.want(200, "GET", "/meta/views", nil).body)
		must(t, err)
		layouts, err := json.Marshal(amy.want(200, "GET", "/meta/layouts", nil).body)
		must(t, err)
		if strings.Contains(string(text)+string(layouts), "x_secret") {
			t.Errorf("the name of a hidden field: %s %s", text, layouts)
		}
		r := amy.want(422, "POST", "/meta/views", form{"object": "customer", "name": "", "columns": []any{"x_secret"}, "sort": "x_secret", "filter": form{"or": []any{form{"field": "phones", "op": "contains", "value": "1"}, form{"field": "x_secret", "value": "1"}}}})
		if got := r.faults(); !slices.Equal(got, []string{"name required", "columns[0] filter.unknown_field", "sort filter.unknown_field", "filter.or[0].op filter.unknown_op", "filter.or[1].field filter.unknown_field"}) {
			t.Errorf("%q", got)
		}
		// Whoever cannot use it may still give it another name, mend it, or throw it away.
		old := "/meta/views/" + all["旧"]["id"].(string)
		amy.want(200, "PATCH", old, form{"version": 1, "name": "旧的"})
		if got := amy.want(200, "PATCH", old, form{"version": 2, "filter": nil, "columns": []any{"name"}}).body; got["unusable"] != nil {
			t.Errorf("%v", got)
		}

		r = boss.want(200, "PATCH", "/meta/objects/customer/fields/x_secret", form{"version": boss.want(200, "GET", "/meta/objects", nil).body["version"], "retired": true})
		if v == r.body["version"] {
			t.Error("the catalog stood still")
		}
		names, all = boss.views("customer")
		if !slices.Equal(names, []string{"全部", "列", "筛", "号"}) || all["筛"]["unusable"] != true || fmt.Sprint(all["列"]["columns"], all["列"]["sort"]) != "[name phones]name" {
			t.Errorf("%v %v", names, all)
		}
		if strings.Contains(fmt.Sprint(all["全部"]["columns"]), "x_secret") {
			t.Errorf("%v", all["全部"])
		}
		boss.want(200, "PATCH", "/meta/objects/customer/fields/x_secret", form{"version": r.body["version"], "retired": false})
		if _, all = boss.views("customer"); all["筛"]["unusable"] != nil || fmt.Sprint(all["列"]["columns"]) != "[name x_secret phones]" {
			t.Errorf("it came back as %v", all)
		}
		// Of an object that one may not read there is nothing to know.
		boss.give(amy, "blind", `{"objects":{"lead":{"read":"all"}}}`)
		amy.want(404, "GET", "/meta/views?object=customer", nil)
		amy.want(404, "GET", "/meta/layouts?object=customer", nil)
		amy.want(404, "PATCH", old, form{"version": 3, "name": "x"})
		if text, _ := json.Marshal(amy.want(200, "GET", "/meta/views", nil).body); strings.Contains(string(text), "customer") {
			t.Errorf("%s", text)
		}
	})
}

func TestThereAreOnlySoManyViews(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		body := form{"object": "tag", "name": "一", "columns": []any{"name"}}
		for range view.MaxOwn {
			boss.want(201, "POST", "/meta/views", body)
		}
		if r := boss.want(409, "POST", "/meta/views", body); r.body["code"] != "view.many_own" {
			t.Errorf("%v", r.body)
		}
		amy.want(201, "POST", "/meta/views", body)
		body["object"] = "deal"
		boss.want(201, "POST", "/meta/views", body)
		body["shared"] = true
		for range view.MaxShared {
			boss.want(201, "POST", "/meta/views", body)
		}
		if r := boss.want(409, "POST", "/meta/views", body); r.body["code"] != "view.many_shared" {
			t.Errorf("%v", r.body)
		}
	})
}

// shown is a layout in short: sections between bars.
func (p *person) arranged(of string) (string, form) {
	p.s.t.Helper()
	l := p.want(200, "GET", "/meta/layouts?object="+of, nil).body["layouts"].([]any)[0].(form)
	out := ""
	for _, x := range l["sections"].([]any) {
		x := x.(form)
		out += fmt.Sprint(x["label"].(form)["zh"], x["fields"], "|")
	}
	return out, l
}

func TestALayoutIsTheAdministratorsAndComesBack(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		boss := s.first()
		amy := s.invite("amy@example.com", "salesperson")
		boss.want(201, "POST", "/meta/objects", form{"name": "x_project", "label": text("项目"), "fields": []any{form{"name": "x_a", "kind": "text", "label": text("a")}, form{"name": "x_b", "kind": "text", "label": text("b"), "group": "组"}}})
		before, l := amy.arranged("x_project")
		if before != "[name owner x_a]|组[x_b]|系统信息[created_at updated_at created_by updated_by]|" || l["standard"] != true {
			t.Errorf("%s", before)
		}
		first := boss.want(200, "GET", "/meta/objects", nil)
		v := first.body["version"]
		sections := []any{form{"label": text("要紧"), "fields": []any{"x_b", "name"}}, form{"label": form{"zh": "别的", "en": "Rest"}, "fields": []any{"x_a"}}}
		amy.want(403, "PATCH", "/meta/layouts/x_project", form{"version": v, "sections": sections})
		s.withKey(boss, "records:write").want(403, "PATCH", "/meta/layouts/x_project", form{"version": v, "sections": sections})
		boss.want(428, "PATCH", "/meta/layouts/x_project", form{"sections": sections})
		boss.want(404, "PATCH", "/meta/layouts/nothing", form{"version": v, "sections": sections})
		boss.want(422, "PATCH", "/meta/layouts/x_project", form{"version": v})
		r := boss.want(422, "PATCH", "/meta/layouts/x_project", form{"version": v, "sections": []any{form{"fields": []any{"x_a", "wild", "x_a"}}, form{"label": text("空"), "fields": []any{}}}})
		if got := r.faults(); !slices.Equal(got, []string{"sections[0].fields[1] field.unknown", "sections[0].fields[2] view.twice", "sections[1].fields required"}) {
			t.Errorf("%q", got)
		}
		got := s.withKey(boss, "schema").want(200, "PATCH", "/meta/layouts/x_project", form{"version": v, "sections": sections}).body
		boss.want(412, "PATCH", "/meta/layouts/x_project", form{"version": v, "sections": sections})
		want := "要紧[x_b name]|别的[x_a]|其他[owner]|系统信息[created_at updated_at created_by updated_by]|"
		if now, l := amy.arranged("x_project"); now != want || l["standard"] != false || got["standard"] != false || got["version"].(float64) <= v.(float64) {
			t.Errorf("%s", now)
		}
		if o := amy.meta("", "x_project", ""); fmt.Sprint(o["layout"].([]any)[0].(form)["fields"]) != "[x_b name]" {
			t.Errorf("%v", o["layout"])
		}
		boss.want(200, "GET", "/meta/objects", nil, "If-None-Match", first.header.Get("ETag"))

		// New fields follow in the section of their group, retired ones go, and what a role hides is not there.
		boss.want(201, "POST", "/meta/objects/x_project/fields", form{"name": "x_c", "kind": "text", "label": text("c"), "group": "组", "required": true})
		version := boss.want(200, "PATCH", "/meta/objects/x_project/fields/x_a", form{"version": got["version"].(float64) + 1, "retired": true}).body["version"]
		boss.give(amy, "narrow", `{"objects":{"x_project":{"read":"all"}},"fields":{"x_project":{"x_b":"hidden"}}}`)
		if now, _ := amy.arranged("x_project"); now != "要紧[name x_c]|其他[owner]|系统信息[created_at updated_at created_by updated_by]|" {
			t.Errorf("%s", now)
		}
		// A name of its own does not stand in the way of taking the layout back.
		boss.want(200, "PATCH", "/meta/objects/x_project", form{"version": version, "label": text("工程")})
		var entry form
		for _, x := range boss.want(200, "GET", "/meta/history?object=x_project", nil).body["data"].([]any) {
			if c := x.(form)["changes"].([]any)[0].(form); c["part"] == "layout" {
				entry = x.(form)
				if c["before"] != nil || fmt.Sprint(c["after"].([]any)[0].(form)["fields"]) != "[x_b name]" {
					t.Errorf("%v", c)
				}
			}
		}
		boss.undo(200, entry)
		if _, l := boss.arranged("x_project"); l["standard"] != true {
			t.Errorf("after the undo: %v", l)
		}
		boss.undo(200, last(boss, ""))
		now, l := boss.arranged("x_project")
		if l["standard"] != false || now != "要紧[x_b name x_c]|其他[owner]|系统信息[created_at updated_at created_by updated_by]|" {
			t.Errorf("after the undo of the undo: %s", now)
		}
		version = boss.want(200, "GET", "/meta/objects", nil).body["version"]
		boss.want(200, "PATCH", "/meta/layouts/x_project", form{"version": version, "sections": nil})
		if _, l := boss.arranged("x_project"); l["standard"] != true {
			t.Errorf("after the reset: %v", l)
		}
		// Of a standard object too.
		boss.want(200, "PATCH", "/meta/layouts/customer", form{"version": version.(float64) + 1, "sections": []any{form{"label": text("一"), "fields": []any{"remark", "name"}}}})
		if now, _ := boss.arranged("customer"); !strings.HasPrefix(now, "一[remark name]|其他[") {
			t.Errorf("%s", now)
		}
		// Arranged anew while it is retired, a field stands beside those that it stood with when it comes back.
		retire := func(on bool) {
			version := boss.want(200, "GET", "/meta/objects", nil).body["version"]
			boss.want(200, "PATCH", "/meta/objects/x_project/fields/x_a", form{"version": version, "retired": on})
		}
		arrange := func(fields ...any) {
			version := boss.want(200, "GET", "/meta/objects", nil).body["version"]
			boss.want(200, "PATCH", "/meta/layouts/x_project", form{"version": version, "sections": []any{form{"fields": fields}}})
		}
		retire(false)
		arrange("name", "x_a", "owner")
		retire(true)
		arrange("owner", "name", "x_b", "x_c")
		retire(false)
		if now, _ := boss.arranged("x_project"); !strings.HasPrefix(now, "[owner name x_a x_b x_c]|") {
			t.Errorf("%s", now)
		}
	})
}

// Views and layouts are of the workspace, not of the program: they outlive it, and another node knows them.
func TestViewsAndLayoutsAreKept(t *testing.T) {
	places(t, func(t *testing.T, cfg app.Config) {
		here := serve(t, cfg)
		boss := here.first()
		var there *site
		if cfg.Database != "" {
			there = serve(t, cfg)
			(&person{s: there, cookie: boss.cookie}).want(200, "GET", "/meta/views", nil)
		}
		v := boss.want(200, "GET", "/meta/objects", nil).body["version"]
		boss.want(200, "PATCH", "/meta/layouts/deal", form{"version": v, "sections": []any{form{"label": text("一"), "fields": []any{"amount"}}}})
		for _, shared := range []bool{true, false} {
			boss.want(201, "POST", "/meta/views", form{"object": "deal", "name": fmt.Sprint(shared), "columns": []any{"name"}, "shared": shared, "filter": form{"field": "amount", "op": "gte", "value": json.Number("12.5")}})
		}
		if there == nil {
			here.app.Close()
			there = serve(t, cfg)
		}
		away := &person{s: there, cookie: boss.cookie}
		names, all := away.views("deal")
		if !slices.Equal(names, []string{"全部", "true", "false"}) || fmt.Sprint(all["true"]["filter"]) != "map[field:amount op:gte value:12.5]" {
			t.Errorf("%v", all)
		}
		for deadline := time.Now().Add(20 * time.Second); ; {
			if now, _ := away.arranged("deal"); strings.HasPrefix(now, "一[amount]|") {
				break
			} else if time.Now().After(deadline) {
				t.Fatalf("the other node still has %s", now)
			}
		}
	})
}
