package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"youpeng/engine/access"
	"youpeng/platform/db/dbtest"
	"youpeng/server/api"
	"youpeng/server/app"
)

// This file tries to write as random people through every door of the route table that writes, by their session and by
// keys that are narrower than they are. Who may write what is worked out from the rules as they are written down; what
// was written is read from the administrator's feed, where every change of a record stands with who made it, and what is
// no record is compared before and after. Answers are read for words as in the test of reading.

// may is the rule book of writing: who may change a record, or take it away.
func (m *member) may(x *thing, doing string) bool {
	scope := m.writes[doing][x.object]
	if scope == "" || scope == "none" || !m.sees(x) {
		return false
	}
	switch x.object {
	case "contact":
		return m.through(x, scope, func(p *thing) bool { return m.may(p, "update") })
	case "activity", "comment", "collaborator":
		return x.author == m || m.reaches(scope, x.author)
	case "product", "tag":
		return true
	}
	return m.reaches(scope, x.owner)
}

// texts are the fields in which words are written.
var texts = map[string][]string{"customer": {"region", "remark", "phones"}, "contact": {"title", "phones"}, "lead": {"company"}, "deal": {"remark"}, "order": {"remark"}, "ticket": {"description"}, "activity": {"body"}, "comment": {"body"}}

// feedEntry is one line of the administrator's feed.
type feedEntry struct {
	Set    string `json:"change_set"`
	Object string
	ID     string
	Op     string
	Fields []string
	Actor  struct{ ID string }
}

// heard reads what was written in a house since it was last read.
func (d *dig) heard(h *house) (list []feedEntry) {
	space, err := d.s.app.Space(ctx, h.slug)
	must(d.t, err)
	for n := 1; n > 0; {
		n, err = space.Log.Number(ctx)
		must(d.t, err)
	}
	for more := true; more; {
		got := h.admin.want(200, "GET", h.path("/changes?after="+h.cursor), nil)
		text, err := json.Marshal(got.body["data"])
		must(d.t, err)
		var part []feedEntry
		must(d.t, json.Unmarshal(text, &part))
		list = append(list, part...)
		h.cursor, more = got.body["cursor"].(string), got.body["more"] == true
	}
	return list
}

// judge finds what a member wrote and might not, and takes back all that they wrote.
func (d *dig) judge(m *member, door string) {
	for _, h := range d.houses {
		var mine []feedEntry
		var sets []string
		for _, x := range d.heard(h) {
			if x.Actor.ID == m.id || x.Op == "gone" { // of what was purged nobody is told by whom; nobody else is here
				mine = append(mine, x)
				if !slices.Contains(sets, x.Set) {
					sets = append(sets, x.Set)
				}
			}
		}
		for _, x := range mine {
			d.wrote++
			if h != m.house || !d.rightful(m, x, mine) {
				d.leaks = append(d.leaks, fmt.Sprintf("%s: %s of %s %v", door, x.Op, x.Object, x.Fields))
			}
		}
		for _, x := range mine {
			if i := slices.IndexFunc(h.records[x.Object], func(r *thing) bool { return r.id == x.ID }); x.Op == "gone" && i >= 0 {
				h.records[x.Object] = slices.Delete(h.records[x.Object], i, i+1)
			}
		}
		slices.Reverse(sets)
		for _, set := range sets {
			r := h.admin.do("POST", h.path("/change-sets/"+set+"/undo"), map[string]any{})
			if r.code != 200 && r.code != 409 {
				d.t.Fatalf("taking back what was written at %s: %d %v", door, r.code, r.body)
			}
		}
		d.heard(h)
	}
}

// leaning are the fields by which a record leans on another; they go, or it goes, with the other.
var leaning = []string{"customers", "customer", "contact", "lead", "deal", "order", "ticket", "record", "visible_with"}

// rightful says whether a member might make a change, among those that they made at once.
func (d *dig) rightful(m *member, x feedEntry, all []feedEntry) bool {
	if x.Object == "user" {
		return x.ID == m.id
	}
	r := d.thing(x.ID)
	if r == nil { // theirs: they made it just now, or the program did
		return m.creates[x.Object] || x.Op != "create" || x.Object == "order_line" && m.creates["order"] || x.Object == "stage_change"
	}
	doing := "delete"
	if x.Op == "update" {
		doing = "update"
		for _, f := range x.Fields {
			if m.fields[x.Object][f] != "" {
				return false
			}
		}
		if d.computed(m.house, x) {
			return true
		}
	}
	if m.may(r, doing) {
		return true
	}
	// What hangs from a record goes with it, or stays with a link less; a lead's activities go over to what it becomes.
	leans := x.Op != "update" || !slices.ContainsFunc(x.Fields, func(f string) bool { return !slices.Contains(leaning, f) })
	if leans && x.Op == "update" && slices.ContainsFunc(r.parents, func(p *thing) bool { return m.may(p, "update") }) {
		return true
	}
	return leans && slices.ContainsFunc(all, func(y feedEntry) bool {
		other := d.thing(y.ID)
		return y.Set == x.Set && y.Op != "update" && y.ID != x.ID && other != nil && m.may(other, "delete")
	})
}

// computed says whether an entry moves only what the program works out by itself.
func (d *dig) computed(h *house, x feedEntry) bool {
	space, err := d.s.app.Space(ctx, h.slug)
	must(d.t, err)
	o := space.Engine.Catalog().Object(x.Object)
	return !slices.ContainsFunc(x.Fields, func(name string) bool {
		f := o.Field(name)
		return f == nil || !f.Derived && !f.ReadOnly && !f.Hidden
	})
}

func (d *dig) thing(id string) *thing {
	for _, h := range d.houses {
		for _, list := range h.records {
			for _, x := range list {
				if x.id == id {
					return x
				}
			}
		}
	}
	return nil
}

// outside is what is no record, as its owners see it: people, keys, definitions, jobs, files and notifications of
// everybody but a member.
func (d *dig) outside(m *member) (out []string) {
	for _, h := range d.houses {
		for _, path := range []string{"/people", "/keys"} {
			for _, x := range h.admin.want(200, "GET", h.path(path), nil).body["data"].([]any) {
				text, err := json.Marshal(x)
				must(d.t, err)
				if !strings.Contains(string(text), m.id) {
					out = append(out, fmt.Sprint(h.slug, path, " ", string(text)))
				}
			}
		}
		views, err := json.Marshal(h.admin.want(200, "GET", h.path("/meta/views"), nil).body)
		must(d.t, err)
		out = append(out, fmt.Sprint(h.slug, " views ", string(views)), fmt.Sprint(h.slug, " version ", h.admin.want(200, "GET", h.path("/meta/objects?retired=true"), nil).body["version"]),
			fmt.Sprint(h.slug, " job ", h.admin.want(200, "GET", h.path("/jobs/"+h.job), nil).body),
			fmt.Sprint(h.slug, " file ", h.admin.do("GET", h.path("/files/"+h.file+"/x"), nil).code))
	}
	return out
}

// unread are the notifications that somebody other than a member has not read.
func (d *dig) unread(m *member) (out []string) {
	for _, h := range d.houses {
		for _, p := range h.people {
			list, _ := p.do("GET", h.path("/notifications"), nil).body["data"].([]any)
			for _, x := range list {
				if n := x.(map[string]any); p != m && n["read"] == false {
					out = append(out, fmt.Sprint("unread ", n["id"]))
				}
			}
		}
	}
	return out
}

// write tries every door that writes.
func (d *dig) write() {
	for i, h := range d.houses {
		for _, m := range h.people[:2-i] {
			if d.tryAll(m); d.first && len(d.leaks) > 0 {
				return
			}
			narrow := [][]string{{"records:read"}, {"records:write:deal"}, {"records:read", "records:write:customer"}}[d.rand.IntN(3)]
			d.narrowed(m, narrow, func() { d.tryAll(m) })
		}
	}
}

// narrowed lets a member come with a key for a while.
func (d *dig) narrowed(m *member, scopes []string, do func()) {
	was := *m
	wide := *m.person
	m.person = &person{s: d.s, id: m.id, key: m.want(201, "POST", m.house.path("/keys"), map[string]any{"name": "narrow", "scopes": scopes}).body["secret"].(string)}
	has := func(scope string) bool {
		return slices.ContainsFunc(scopes, func(s string) bool { return s == scope || strings.HasPrefix(scope, s+":") })
	}
	m.rights, m.creates, m.writes = map[string]string{}, map[string]bool{}, map[string]map[string]string{"update": {}, "delete": {}}
	for o, scope := range was.rights {
		if has("records:write:"+o) || has("records:read:"+o) {
			m.rights[o] = scope
		}
		if has("records:write:" + o) {
			m.creates[o] = was.creates[o]
			for _, doing := range []string{"update", "delete"} {
				m.writes[doing][o] = was.writes[doing][o]
			}
		}
	}
	do()
	for _, x := range m.house.admin.want(200, "GET", m.house.path("/keys"), nil).body["data"].([]any) {
		k := x.(map[string]any)
		text, _ := json.Marshal(k)
		if !strings.Contains(string(text), m.id) || k["name"] != "made" {
			continue
		}
		for _, s := range k["scopes"].([]any) {
			if !has(s.(string)) && !has(strings.Replace(s.(string), "records:read", "records:write", 1)) {
				d.leaks = append(d.leaks, fmt.Sprintf("a key for %v makes one for %v", scopes, s))
			}
		}
	}
	m.person = &wide
	m.rights, m.creates, m.writes = was.rights, was.creates, was.writes
}

func (d *dig) tryAll(m *member) {
	before, unread := d.outside(m), d.unread(m)
	for _, pattern := range api.Patterns() {
		method, path, _ := strings.Cut(pattern, " ")
		end := path[strings.LastIndexByte(path, '/')+1:]
		if method == "GET" || slices.Contains([]string{"query", "aggregate", "duplicates", "search", "preview"}, end) {
			continue
		}
		for _, x := range d.tries(m, method, path) {
			if code, text := d.ask(m, x.method, m.house.path(x.path), x.body); code == 202 {
				d.end(m, text)
			}
			if d.judge(m, pattern); d.first && len(d.leaks) > 0 {
				return
			}
		}
	}
	after := d.outside(m)
	for _, list := range [][2][]string{{before, after}, {after, before}, {unread, d.unread(m)}} {
		for _, line := range list[0] {
			if !slices.Contains(list[1], line) {
				d.leaks = append(d.leaks, "it was, or is now: "+line)
			}
		}
	}
}

// end waits for a job.
func (d *dig) end(m *member, text []byte) {
	var j struct{ ID, State string }
	must(d.t, json.Unmarshal(text, &j))
	for j.State == "waiting" || j.State == "running" || j.State == "" {
		got := m.house.admin.want(200, "GET", m.house.path("/jobs/"+j.ID), nil)
		j.State = got.body["state"].(string)
	}
	d.ask(m, "GET", m.house.path("/jobs/"+j.ID), nil)
}

type try struct {
	method, path string
	body         any
}

// tries are what somebody who knows every id may send to a door.
func (d *dig) tries(m *member, method, path string) (list []try) {
	add := func(p string, body any) { list = append(list, try{method, p, body}) }
	other := d.houses[d.rand.IntN(2)]
	stranger := other.people[d.rand.IntN(len(other.people))]
	for stranger == m {
		stranger = other.people[d.rand.IntN(len(other.people))]
	}
	switch {
	case path == "/records/{object}":
		d.creations(m, add)
	case strings.HasPrefix(path, "/records/"):
		d.changes(m, path, add)
	case path == "/bulk":
		for _, x := range d.some() {
			add(path, map[string]any{"operations": []any{map[string]any{"method": "PATCH", "object": x.object, "id": x.id, "body": d.values(x)}, map[string]any{"method": "DELETE", "object": x.object, "id": x.id}}})
		}
	case strings.HasPrefix(path, "/change-sets/"):
		for range 6 {
			h := d.houses[d.rand.IntN(2)]
			add(strings.Replace(path, "{id}", h.sets[d.rand.IntN(len(h.sets))], 1), map[string]any{})
		}
	case path == "/jobs/update":
		for o, fields := range texts {
			add(path, map[string]any{"object": o, "values": map[string]any{fields[0]: d.word()}})
		}
	case path == "/jobs/delete":
		for o := range texts {
			add(path, map[string]any{"object": o})
		}
	case path == "/jobs/import":
		text := "名称,手机,区域\n"
		for _, p := range d.somePhones() {
			text += "新公司," + p.(map[string]any)["value"].(string) + ",x\n"
		}
		file := m.do("POST", m.house.path("/files?name=a.csv"), text).body["id"]
		for _, f := range []any{file, other.file} {
			for _, how := range []string{"create", "update"} {
				add(path, map[string]any{"file": f, "object": "customer", "duplicates": how})
			}
		}
	case path == "/jobs/export":
		for o := range texts {
			add(path, map[string]any{"object": o, "fields": []any{texts[o][0]}})
		}
	case strings.HasPrefix(path, "/jobs/"):
		add(strings.Replace(path, "{id}", other.job, 1), nil)
	case path == "/me":
		add(path, map[string]any{"locale": "zh"})
	case path == "/keys":
		for _, s := range []string{"records:write", "records:read:lead", "admin", "schema"} {
			add(path, map[string]any{"name": map[bool]string{true: "wide", false: "made"}[m.key == ""], "scopes": []any{s}})
		}
	case path == "/keys/{id}":
		add("/keys/"+other.key, nil)
	case path == "/people":
		add(path, map[string]any{"email": "stranger@example.com", "name": "x", "role": m.house.role})
	case strings.HasPrefix(path, "/people/"):
		add(strings.Replace(path, "{id}", stranger.id, 1), map[string]any{})
	case path == "/meta/views":
		body := map[string]any{"object": "customer", "name": "新", "columns": []any{"name"}, "shared": true}
		add(path, body)
		add(path, map[string]any{"object": "customer", "name": "新", "columns": []any{"name"}, "id": other.views[0]})
	case path == "/meta/views/{id}":
		for _, h := range d.houses {
			for _, id := range h.views {
				add("/meta/views/"+id+"?version=1", map[string]any{"version": 1, "name": "新", "shared": false})
			}
		}
	case strings.HasPrefix(path, "/meta/"):
		v := other.admin.want(200, "GET", other.path("/meta/objects"), nil).body["version"]
		p := strings.NewReplacer("{object}", "customer", "{field}", "region", "{id}", "1").Replace(path)
		for _, version := range []any{v, nil} {
			body := map[string]any{"name": "x_new", "kind": "text", "label": map[string]any{"zh": "新", "en": "new"}}
			if method == "PATCH" {
				body = map[string]any{"label": body["label"]}
				if strings.HasPrefix(path, "/meta/layouts/") {
					body = map[string]any{"sections": []any{map[string]any{"fields": []any{"region"}}}}
				}
			} else if path == "/meta/objects" {
				delete(body, "kind")
			}
			if version != nil {
				body["version"] = version
			}
			add(p, body)
		}
	case path == "/files":
		add(path, "bytes")
	default: // what a module adds: everything, and somebody else's
		add(path, map[string]any{"all": true})
		add(path, map[string]any{"ids": []any{stranger.id}})
	}
	return list
}

// some draws records of both houses, a few of each object.
func (d *dig) some() (list []*thing) {
	for _, h := range d.houses {
		for _, o := range ruled {
			all := h.records[o]
			for range min(2, len(all)) {
				list = append(list, all[d.rand.IntN(len(all))])
			}
		}
	}
	return list
}

// values are new words for one field of a record.
func (d *dig) values(x *thing) map[string]any {
	f := texts[x.object][d.rand.IntN(len(texts[x.object]))]
	if f == "phones" {
		n := d.phone()
		d.words[n] = secret{d.houseOf(x), x.object, x.id, f}
		return map[string]any{f: []any{map[string]any{"value": n}}}
	}
	w := d.word()
	d.words[w] = secret{d.houseOf(x), x.object, x.id, f}
	return map[string]any{f: w}
}

func (d *dig) houseOf(x *thing) *house {
	for _, h := range d.houses {
		if slices.Contains(h.records[x.object], x) {
			return h
		}
	}
	return nil
}

// creations make records of every object, under records that may be anybody's, with what may be taken already, and the
// configuration.
func (d *dig) creations(m *member, add func(string, any)) {
	bodies := map[string]map[string]any{
		"customer": {"name": "新"}, "lead": {"name": "新"}, "contact": {"name": "新"}, "deal": {"name": "新", "amount": map[string]any{"amount": "1.00", "currency": "CNY"}},
		"order": {"order_line": []any{}}, "ticket": {"subject": "新"}, "activity": {"subject": "新", "kind": "call"}, "comment": {"body": "新"},
		"product": {"name": "新", "code": "P1", "price": map[string]any{"amount": "1.00", "currency": "CNY"}}, "tag": {"name": "新"}, "collaborator": {"user": m.id, "right": "write"},
		"role": {"name": "x_role", "label": "x", "rights": `{"admin":true}`}, "department": {"name": "x"}, "user": {"name": "x"}, "pipeline": {"name": "x"}, "stage": {"name": "x"},
	}
	for _, o := range slices.Sorted(maps.Keys(bodies)) {
		for _, h := range d.houses {
			body := maps.Clone(bodies[o])
			customer := h.records["customer"][d.rand.IntN(len(h.records["customer"]))]
			switch o {
			case "customer":
				body["phones"], body["x_code"] = d.somePhones(), d.code(h)
			case "contact":
				body["customers"] = []any{customer.id}
			case "deal", "order", "ticket", "activity":
				body["customer"] = customer.id
			case "comment", "collaborator":
				body["record"] = map[string]any{"object": "customer", "id": customer.id}
			}
			add("/records/"+o, body)
			if o == "customer" && h == m.house { // one that is there
				taken := maps.Clone(body)
				taken["id"] = customer.id
				add("/records/"+o, taken)
			}
		}
	}
}

// code is a unique value that somebody has taken.
func (d *dig) code(h *house) any {
	for w, s := range d.words {
		if s.house == h && s.field == "x_code" {
			return w
		}
	}
	return nil
}

// changes are what is sent to records that are there.
func (d *dig) changes(m *member, path string, add func(string, any)) {
	for _, x := range d.some() {
		h := d.houseOf(x)
		p := strings.NewReplacer("{object}", x.object, "{id}", x.id).Replace(path)
		switch {
		case strings.HasSuffix(path, "/{verb}"):
			space, err := d.s.app.Space(ctx, m.house.slug)
			must(d.t, err)
			verbs := space.Engine.Verbs(x.object)
			slices.Sort(verbs)
			for _, v := range verbs {
				add(strings.Replace(p, "{verb}", v, 1), map[string]any{})
			}
		case strings.Contains(path, "/external/"):
			add(strings.NewReplacer("{source}", "erp", "{external_id}", x.id).Replace(p), map[string]any{"name": "新"})
		case path == "/records/{object}/{id}":
			now := h.admin.want(200, "GET", h.path("/records/"+x.object+"/"+x.id), nil).body["version"]
			add(p+"?purge=true", map[string]any{}) // before it is in the bin
			for _, v := range []any{now, 1} {
				body := d.values(x)
				body["version"] = v
				add(p, body)
			}
		default:
			add(p, map[string]any{})
		}
	}
	if path == "/records/{object}/{id}" { // the configuration, and oneself
		user := m.house.admin.want(200, "GET", m.house.path("/records/user/"+m.id), nil).body["version"]
		add("/records/user/"+m.id, map[string]any{"version": user, "roles": []any{m.house.role}})
		add("/records/role/"+m.house.role, map[string]any{"version": 1, "label": "x"})
	}
}

// furnish puts beside a house's records what else one might try to change.
func (d *dig) furnish(h *house) {
	h.admin.want(201, "POST", h.path("/meta/objects/customer/fields"), map[string]any{"name": "x_code", "kind": "text", "label": map[string]any{"zh": "码", "en": "code"}, "unique": true})
	for {
		state := h.admin.want(200, "GET", h.path("/meta/objects/customer/fields/x_code/unique"), nil).body["state"]
		if state == "live" {
			break
		}
	}
	for _, x := range h.records["customer"][:4] {
		w := d.word()
		d.words[w] = secret{h, "customer", x.id, "x_code"}
		now := h.admin.want(200, "GET", h.path("/records/customer/"+x.id), nil).body
		h.admin.want(200, "PATCH", h.path("/records/customer/"+x.id), map[string]any{"version": now["version"], "x_code": w})
	}
	h.role = h.admin.want(200, "GET", h.path("/records/role?name=administrator&fields=name"), nil).body["data"].([]any)[0].(map[string]any)["id"].(string)
	h.key = h.admin.want(201, "POST", h.path("/keys"), map[string]any{"name": "hers", "scopes": []any{"records:read"}}).body["id"].(string)
	h.file = h.admin.want(201, "POST", h.path("/files?name=b.csv"), "名称\n别人的\n").body["id"].(string)
	job := h.admin.want(202, "POST", h.path("/jobs/export"), map[string]any{"object": "product", "fields": []any{"name"}})
	h.job = job.body["id"].(string)
	for s := any(""); s != "done"; {
		s = h.admin.want(200, "GET", h.path("/jobs/"+h.job), nil).body["state"]
	}
	for _, shared := range []bool{true, false} {
		v := h.admin.want(201, "POST", h.path("/meta/views"), map[string]any{"object": "customer", "name": "她的", "columns": []any{"name"}, "shared": shared})
		h.views = append(h.views, v.body["id"].(string))
	}
	h.cursor = h.admin.want(200, "GET", h.path("/changes?after=now"), nil).body["cursor"].(string)
	d.heard(h)
}

func trespass(t *testing.T, kind string, seed uint64, rights func(*access.Actor)) *dig {
	cfg := app.Config{Data: t.TempDir()}
	on := false
	cfg.Rights = func(a *access.Actor) {
		if on && rights != nil {
			rights(a)
		}
	}
	if kind == "postgres" {
		cfg.Database, cfg.Schema = dbtest.Server(t)
	}
	d := &dig{t: t, s: serve(t, cfg).as(api.Options{}), rand: rand.New(rand.NewPCG(seed, 11)), words: map[string]secret{}, first: rights != nil}
	for _, slug := range []string{"main", "other"} {
		_, err := d.s.app.AddWorkspace(ctx, slug, slug)
		must(t, err)
		d.houses = append(d.houses, d.build(slug))
	}
	for _, h := range d.houses {
		d.furnish(h)
	}
	on = true
	d.write()
	return d
}

func TestNoDoorWritesWhatOneMayNotWrite(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			d := trespass(t, kind, seed, nil)
			slices.Sort(d.leaks)
			for i, l := range slices.Compact(d.leaks) {
				if i == 30 {
					break
				}
				t.Errorf("seed %d: %s", seed, l)
			}
			if d.wrote < 50 {
				t.Errorf("seed %d: only %d writes succeeded, which proves little", seed, d.wrote)
			}
		})
	}
}

// Each check of writing switched off must be noticed, or the test above proves nothing.
func TestASwitchedOffCheckOfWritingIsNoticed(t *testing.T) {
	t.Parallel()
	each := func(change func(o *access.Object)) func(*access.Actor) {
		return func(a *access.Actor) {
			for name, o := range a.Objects {
				change(&o)
				a.Objects[name] = o
			}
		}
	}
	for name, off := range map[string]func(*access.Actor){
		"creating": each(func(o *access.Object) { o.Create = true }),
		"updating": each(func(o *access.Object) { o.Update = access.All }),
		"deleting": each(func(o *access.Object) { o.Delete = access.All }),
		"fields": each(func(o *access.Object) {
			fields := map[string]access.Right{}
			for f := range o.Fields {
				fields[f] = access.Write
			}
			o.Fields = fields
		}),
		"configuration": func(a *access.Actor) { a.Admin, a.Configures = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				if d := trespass(t, "sqlite", seed, off); len(d.leaks) > 0 {
					return
				}
			}
			t.Error("nobody noticed")
		})
	}
}
