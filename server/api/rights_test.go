package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/platform/control"
	"youpeng/platform/db/dbtest"
	"youpeng/server/api"
	"youpeng/server/app"
)

// This file asks as random people through every door of the route table, in two workspaces, and looks for words that
// the asker may not know in everything that comes back. Each value of each record is a word of its own, and who may see
// it is worked out here from the rules as they are written down, apart from the code that serves.

// secret is one value: a word that stands nowhere else.
type secret struct {
	house  *house
	object string
	id     string // of the record
	field  string
}

// house is one workspace: its people, its records, and the words in them.
type house struct {
	slug    string
	admin   *person
	people  []*member
	records map[string][]*thing
	sets    []string

	role, key, file, job string   // the administrator's
	views                []string // one that is shared, and one of her own
	cursor               string   // how far the administrator's feed was read
}

type member struct {
	*person
	house      *house
	department string
	manager    *member
	rights     map[string]string            // object → scope of reading
	fields     map[string]map[string]string // object → field → hidden, masked, read
	creates    map[string]bool
	writes     map[string]map[string]string // update, delete → object → scope
}

// thing is a record as the test knows it.
type thing struct {
	object, id string
	owner      *member
	author     *member
	parents    []*thing // of a contact its customers, of an activity or comment what it is visible with
	shared     []*member
	binned     bool
}

var departmentTree = map[string]string{"north": "company", "south": "company", "lab": "north"}

func below(department, top string) bool {
	for d := department; d != ""; d = departmentTree[d] {
		if d == top {
			return true
		}
	}
	return false
}

func (m *member) leads(other *member) bool {
	for steps := 0; other != nil && steps < 20; steps++ {
		if other == m {
			return true
		}
		other = other.manager
	}
	return false
}

// reaches says whether a scope of a member holds what somebody owns.
func (m *member) reaches(scope string, owner *member) bool {
	switch scope {
	case "own":
		return owner == m
	case "own_sub":
		return owner != nil && m.leads(owner)
	case "department":
		return owner == m || owner != nil && owner.department == m.department
	case "department_below":
		return owner == m || owner != nil && below(owner.department, m.department)
	case "all":
		return true
	}
	return false
}

// sees is the rule book: who may see a record.
func (m *member) sees(x *thing) bool {
	scope := m.rights[x.object]
	if scope == "" || scope == "none" {
		return false
	}
	switch x.object {
	case "contact":
		return m.through(x, scope, m.sees)
	case "activity", "comment", "collaborator":
		if x.author == m {
			return true
		}
		return len(x.parents) > 0 && m.sees(x.parents[0])
	case "product", "tag":
		return true
	}
	return m.reaches(scope, x.owner) || slices.Contains(x.shared, m)
}

// through is the rule of a contact: it is open to whoever may do something with one of its living customers and, where it
// has none, to whom its owner is in reach.
func (m *member) through(x *thing, scope string, may func(*thing) bool) bool {
	living := 0
	for _, p := range x.parents {
		if !p.binned {
			living++
			if may(p) {
				return true
			}
		}
	}
	return living == 0 && m.reaches(scope, x.owner)
}

func (m *member) knows(s secret) bool {
	if s.house != m.house {
		return false
	}
	for _, x := range s.house.records[s.object] {
		if x.id == s.id {
			right := m.fields[s.object][s.field]
			return m.sees(x) && right != "hidden" && right != "masked"
		}
	}
	return false
}

// dig is the whole test: two houses, their words, and the random choices.
type dig struct {
	t     *testing.T
	s     *site
	rand  *rand.Rand
	words map[string]secret
	next  int
	leaks []string

	houses []*house
	wrote  int  // changes that were made
	first  bool // the first leak is enough
}

var word = regexp.MustCompile(`zq[a-z]{6}|1390000\d{4}`)

func (d *dig) word() string {
	d.next++
	b := []byte("zq......")
	for i, n := 2, d.next; i < 8; i, n = i+1, n/26 {
		b[i] = byte('a' + n%26)
	}
	return string(b)
}

func (d *dig) phone() string {
	d.next++
	return fmt.Sprintf("1390000%04d", d.next)
}

var scopes = []string{"none", "own", "own_sub", "department", "department_below", "all"}

var ruled = []string{"customer", "contact", "lead", "deal", "order", "ticket", "activity", "comment"}

// build fills a workspace with people in random places and with records of everybody.
func (d *dig) build(slug string) *house {
	h := &house{slug: slug, records: map[string][]*thing{}}
	space, err := d.s.app.Space(ctx, slug)
	must(d.t, err)
	h.admin = d.enter(h, space, slug+"-admin@example.com", "administrator")
	deps := map[string]string{}
	for _, name := range []string{"company", "north", "south", "lab"} {
		body := map[string]any{"name": name}
		if up := departmentTree[name]; up != "" {
			body["parent"] = deps[up]
		}
		deps[name] = h.admin.want(201, "POST", h.path("/records/department"), body).body["id"].(string)
	}
	for i := range 6 {
		m := &member{house: h, rights: map[string]string{}, creates: map[string]bool{"product": true, "tag": true, "collaborator": true}, writes: map[string]map[string]string{"update": {}, "delete": {}}, fields: map[string]map[string]string{}, department: []string{"company", "north", "south", "lab"}[d.rand.IntN(4)]}
		m.person = d.enter(h, space, fmt.Sprintf("%s-%d@example.com", slug, i), "salesperson")
		rights := map[string]any{"all": map[string]any{"create": true, "read": "all"}}
		objects := map[string]any{}
		for _, o := range ruled {
			scope := scopes[d.rand.IntN(len(scopes))]
			if i == 0 {
				scope = "own"
			}
			m.rights[o] = scope
			update, remove := scopes[d.rand.IntN(len(scopes))], scopes[d.rand.IntN(len(scopes))]
			m.creates[o], m.writes["update"][o], m.writes["delete"][o] = d.rand.IntN(4) > 0, update, remove
			objects[o] = map[string]any{"create": m.creates[o], "read": scope, "update": update, "delete": remove, "import": true, "export": true}
		}
		m.rights["product"], m.rights["tag"], m.rights["collaborator"] = "all", "all", "all"
		for object, fields := range map[string][]string{"customer": {"region", "phones", "remark"}, "contact": {"title", "phones"}, "deal": {"remark"}, "ticket": {"description"}, "activity": {"body"}, "lead": {"company"}} {
			for _, f := range fields {
				right := []string{"", "hidden", "masked", "read"}[d.rand.IntN(4)]
				if right == "masked" && f != "phones" {
					right = "hidden"
				}
				if right != "" {
					if m.fields[object] == nil {
						m.fields[object] = map[string]string{}
					}
					m.fields[object][f] = right
				}
			}
		}
		rights["objects"], rights["fields"] = objects, m.fields
		text, err := json.Marshal(rights)
		must(d.t, err)
		role := h.admin.want(201, "POST", h.path("/records/role"), map[string]any{"name": fmt.Sprintf("role%d", i), "label": fmt.Sprint("角色", i), "rights": string(text)}).body["id"]
		user := h.admin.want(200, "GET", h.path("/records/user/"+m.id), nil).body
		body := map[string]any{"version": user["version"], "roles": []any{role}, "department": deps[m.department]}
		if i > 0 && d.rand.IntN(3) > 0 {
			m.manager = h.people[d.rand.IntN(i)]
			body["manager"] = m.manager.id
		}
		h.admin.want(200, "PATCH", h.path("/records/user/"+m.id), body)
		h.people = append(h.people, m)
	}
	d.fill(h)
	for w, x := range d.words { // what stands in a view of one's own is nobody else's to read
		if x.house == h && x.object == "customer" && x.field == "region" {
			h.admin.want(201, "POST", h.path("/meta/views"), map[string]any{"object": "customer", "name": w, "columns": []any{"name"}, "filter": map[string]any{"field": "region", "value": w}})
		}
	}
	return h
}

func (h *house) path(p string) string { return "/w/" + h.slug + "/api/v1" + p }

func (d *dig) enter(h *house, space *app.Space, email, role string) *person {
	link, err := d.s.app.Invite(ctx, space, email, "", role, control.LinkInvite)
	must(d.t, err)
	p := &person{s: d.s}
	p.want(200, "POST", "/api/v1/links/"+link, map[string]any{"name": strings.SplitN(email, "@", 2)[0], "password": "right horse"})
	p.id = p.want(200, "GET", h.path("/me"), nil).body["user"].(map[string]any)["id"].(string)
	return p
}

// make creates a record by the administrator for an owner and remembers the words of it.
func (d *dig) make(h *house, x *thing, words []string, body map[string]any) *thing {
	for _, f := range words {
		switch f {
		case "phones":
			n := d.phone()
			body[f] = []any{map[string]any{"value": n, "label": "mobile"}}
			d.words[n] = secret{h, x.object, "", f}
		default:
			w := d.word()
			body[f] = w
			d.words[w] = secret{h, x.object, "", f}
		}
	}
	if x.owner != nil {
		body["owner"] = x.owner.id
	}
	r := h.admin.want(201, "POST", h.path("/records/"+x.object), body)
	x.id = r.body["id"].(string)
	h.sets = append(h.sets, r.header.Get("Change-Set"))
	for w, s := range d.words {
		if s.id == "" {
			s.id = x.id
			d.words[w] = s
		}
	}
	h.records[x.object] = append(h.records[x.object], x)
	return x
}

func (d *dig) fill(h *house) {
	anyone := func() *member { return h.people[d.rand.IntN(len(h.people))] }
	product := d.make(h, &thing{object: "product"}, nil, map[string]any{"name": "产品", "code": "P1", "price": map[string]any{"amount": "10.00", "currency": "CNY"}})
	var customers []*thing
	for range 8 {
		customers = append(customers, d.make(h, &thing{object: "customer", owner: anyone()}, []string{"name", "region", "phones"}, map[string]any{}))
	}
	pipeline := h.admin.want(200, "GET", h.path("/records/pipeline"), nil).body["data"].([]any)
	if len(pipeline) == 0 {
		d.t.Fatal("no pipeline")
	}
	for i := range 8 {
		c := customers[d.rand.IntN(len(customers))]
		parents, links := []*thing{c}, []any{c.id}
		if i%3 == 0 {
			other := customers[(i+3)%len(customers)]
			if other != c {
				parents, links = append(parents, other), append(links, other.id)
			}
		}
		if i == 7 {
			parents, links = nil, nil
		}
		contact := d.make(h, &thing{object: "contact", owner: anyone(), parents: parents}, []string{"name", "title", "phones"}, map[string]any{"customers": links})
		lead := d.make(h, &thing{object: "lead", owner: anyone()}, []string{"name", "company", "phones"}, map[string]any{})
		deal := d.make(h, &thing{object: "deal", owner: anyone()}, []string{"name", "remark"}, map[string]any{"customer": c.id, "amount": map[string]any{"amount": "100.00", "currency": "CNY"}})
		order := d.make(h, &thing{object: "order", owner: anyone()}, []string{"remark"}, map[string]any{"customer": c.id, "order_line": []any{map[string]any{"product": product.id, "quantity": "2"}}})
		ticket := d.make(h, &thing{object: "ticket", owner: anyone()}, []string{"subject", "description"}, map[string]any{"customer": c.id})
		for j, about := range []*thing{c, lead, deal, order, ticket} {
			activity := d.make(h, &thing{object: "activity", parents: []*thing{about}}, []string{"subject", "body"}, map[string]any{"kind": "call", about.object: about.id})
			if j == i%5 {
				d.make(h, &thing{object: "comment", parents: []*thing{activity}}, []string{"body"}, map[string]any{"record": map[string]any{"object": "activity", "id": activity.id}})
			}
		}
		_ = contact
	}
	// One shared with somebody, one whose share has run out, one with a past, one in the bin.
	for i, x := range customers[:4] {
		m := anyone()
		for m == x.owner {
			m = anyone()
		}
		switch i {
		case 0, 1:
			until := time.Now().Add(time.Hour)
			if i == 1 {
				until = time.Now().Add(-time.Hour)
			} else {
				x.shared = append(x.shared, m)
			}
			h.admin.want(201, "POST", h.path("/records/collaborator"), map[string]any{"record": map[string]any{"object": "customer", "id": x.id}, "user": m.id, "right": "read", "until": until.UTC().Format(time.RFC3339)})
		case 2:
			w := d.word()
			d.words[w] = secret{h, "customer", x.id, "region"}
			now := h.admin.want(200, "GET", h.path("/records/customer/"+x.id), nil).body
			r := h.admin.want(200, "PATCH", h.path("/records/customer/"+x.id), map[string]any{"version": now["version"], "region": w})
			h.sets = append(h.sets, r.header.Get("Change-Set"))
		}
	}
	binned := d.make(h, &thing{object: "lead", owner: anyone(), binned: true}, []string{"name", "company"}, map[string]any{})
	h.admin.want(200, "DELETE", h.path("/records/lead/"+binned.id), nil)
}

// look reads an answer for words that the asker may not know.
func (d *dig) look(m *member, what, said string, body []byte) {
	for _, w := range word.FindAllString(string(body), -1) {
		s, known := d.words[w]
		if known && !m.knows(s) && !strings.Contains(said, w) { // one's own words may come back
			d.leaks = append(d.leaks, fmt.Sprintf("%s: %s of %s in the answer for %s", what, s.field, s.object, m.rights[s.object]))
		}
	}
}

// ask sends a request and looks at what comes back, whatever its status is.
func (d *dig) ask(m *member, method, path string, body any) (int, []byte) {
	raw, err := json.Marshal(body)
	must(d.t, err)
	if s, plain := body.(string); plain {
		raw = []byte(s)
	} else if body == nil {
		raw = nil
	}
	limit, cancel := context.WithCancel(ctx)
	defer cancel()
	if strings.Contains(path, "/stream") || strings.Contains(path, "/events") { // endless: what they say at first is enough
		limit, cancel = context.WithTimeout(limit, 300*time.Millisecond)
		defer cancel()
	}
	r, err := http.NewRequestWithContext(limit, method, d.s.http.URL+path, bytes.NewReader(raw))
	must(d.t, err)
	r.Header.Set("Content-Type", "application/json")
	if m.key != "" {
		r.Header.Set("Authorization", "Bearer "+m.key)
	} else {
		r.AddCookie(&http.Cookie{Name: "session", Value: m.cookie})
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		if limit.Err() != nil {
			return 0, nil
		}
		d.t.Fatal(err)
	}
	defer w.Body.Close()
	text, _ := io.ReadAll(w.Body)
	if w.StatusCode >= 500 && w.StatusCode != 503 {
		d.t.Errorf("%s %s: %d %s", method, path, w.StatusCode, text)
	}
	d.look(m, method+" "+path, string(raw)+path, text)
	for name, values := range w.Header {
		d.look(m, method+" "+path+" "+name, string(raw)+path, []byte(strings.Join(values, " ")))
	}
	return w.StatusCode, text
}

// everything asks through every door of the table as everybody.
func (d *dig) everything(houses []*house) {
	for _, h := range houses {
		for _, m := range h.people {
			for _, pattern := range api.Patterns() {
				method, path, _ := strings.Cut(pattern, " ")
				for _, at := range d.places(path, houses) {
					for _, q := range d.questions(method, path) {
						full := h.path(at)
						if q.query != "" {
							full += "?" + q.query
						}
						d.ask(m, method, full, q.body)
					}
				}
			}
			d.count(m)
		}
	}
}

var hole = regexp.MustCompile(`\{(\w+)\}`)

// places fills the holes of a path with all that could stand there, other people's things and other houses' among them.
func (d *dig) places(path string, houses []*house) []string {
	list := []string{path}
	if strings.Contains(path, "{object}") {
		list = nil
		for _, o := range append(slices.Clone(ruled), "order_line", "user", "collaborator") {
			list = append(list, strings.ReplaceAll(path, "{object}", o))
		}
	}
	var out []string
	for _, p := range list {
		if !hole.MatchString(p) {
			out = append(out, p)
			continue
		}
		var ids []string
		for _, h := range houses {
			switch {
			case strings.HasPrefix(p, "/records/"):
				object := strings.Split(p, "/")[2]
				all := h.records[object]
				for range min(4, len(all)) {
					ids = append(ids, all[d.rand.IntN(len(all))].id)
				}
			case strings.HasPrefix(p, "/change-sets/"):
				for range 6 {
					ids = append(ids, h.sets[d.rand.IntN(len(h.sets))])
				}
			default:
				ids = append(ids, h.records["customer"][0].id)
			}
		}
		if len(ids) == 0 {
			ids = []string{uuid.NewString()}
		}
		for _, id := range ids {
			s := strings.Replace(p, "{id}", id, 1)
			for name, v := range map[string]string{"{verb}": "convert", "{source}": "erp", "{external_id}": "1", "{field}": "name", "{name}": "x"} {
				s = strings.ReplaceAll(s, name, v)
			}
			out = append(out, hole.ReplaceAllString(s, id))
		}
	}
	return out
}

type asked struct {
	query string
	body  any
}

// questions are what is asked at a door: plainly, and so that what is hidden would show.
func (d *dig) questions(method, path string) []asked {
	contains := map[string]any{"field": "name", "op": "contains", "value": "zq"}
	switch {
	case method == "GET" && path == "/records/{object}":
		return []asked{{"limit=200", nil}, {"limit=200&deleted=only", nil}, {"limit=200&sort=-region", nil}, {"limit=200&expand=customer,customers,lead,deal,order,ticket", nil}, {"limit=200&facets=owner", nil}, {"region.contains=zq&limit=200", nil}, {"customer.name.contains=zq&limit=200&sort=customer.name", nil}}
	case method == "GET" && path == "/records/{object}/{id}":
		return []asked{{"", nil}, {"as_of=" + time.Now().UTC().Format(time.RFC3339), nil}, {"expand=customer,customers,lead,deal,order,ticket", nil}}
	case method == "GET" && path == "/changes":
		return []asked{{"", nil}}
	case method == "GET":
		return []asked{{"", nil}}
	case strings.HasSuffix(path, "/query"):
		return []asked{{"", map[string]any{"limit": 200}}, {"", map[string]any{"limit": 200, "filter": contains, "facets": []any{"name"}}}, {"", map[string]any{"limit": 200, "filter": map[string]any{"not": contains}}}, {"", map[string]any{"fields": []any{"name", "region", "phones", "remark", "title", "body", "description", "company"}}}}
	case strings.HasSuffix(path, "/aggregate"):
		return []asked{{"", map[string]any{"group": []any{"name"}}}, {"", map[string]any{"group": []any{"customer"}}}, {"", map[string]any{"group": []any{"region"}}}, {"", map[string]any{"group": []any{"customer.name"}, "measures": []any{map[string]any{"fn": "max", "field": "amount"}}}}, {"", map[string]any{"measures": []any{map[string]any{"fn": "max", "field": "name"}, map[string]any{"fn": "min", "field": "subject"}}}}}
	case strings.HasSuffix(path, "/duplicates"):
		return []asked{{"", map[string]any{"phones": d.somePhones(), "name": "zq"}}}
	case path == "/search":
		return []asked{{"", map[string]any{"q": "zq", "limit": 100}}, {"", map[string]any{"q": "1390000", "limit": 100}}, {"", map[string]any{"q": "z", "limit": 100}}}
	case strings.Contains(path, "/external/"), path == "/records/{object}":
		return []asked{{"dry_run=true", map[string]any{"name": "新", "phones": d.somePhones()}}}
	case strings.HasPrefix(path, "/records/"):
		return []asked{{"dry_run=true", map[string]any{"version": 1, "region": "x"}}}
	case api.Rehearses(method + " " + path):
		return []asked{{"dry_run=true", map[string]any{}}}
	}
	return []asked{{"", map[string]any{}}}
}

func (d *dig) somePhones() []any {
	var out []any
	for w := range d.words {
		if strings.HasPrefix(w, "139") && len(out) < 5 {
			out = append(out, map[string]any{"value": w})
		}
	}
	return out
}

// count compares the totals of lists, figures and search with the rule book.
func (d *dig) count(m *member) {
	for _, object := range ruled {
		want, found := 0, 0
		for _, x := range m.house.records[object] {
			if m.sees(x) && !x.binned {
				want++
			}
		}
		for _, door := range []string{"GET ", "POST /query", "POST /aggregate"} {
			method, end, _ := strings.Cut(door, " ")
			var body any
			if method == "POST" {
				body = map[string]any{}
			}
			code, text := d.ask(m, method, m.house.path("/records/"+object+end), body)
			var out struct {
				Total int
				Data  []struct{ Count int }
			}
			_ = json.Unmarshal(text, &out)
			found = out.Total
			if end == "/aggregate" && len(out.Data) > 0 {
				found = out.Data[0].Count
			}
			if none := m.rights[object] == "none"; none != (code == 404) || !none && found != want {
				d.leaks = append(d.leaks, fmt.Sprintf("%s %s answers %d with %d, not %d, for %s", door, object, code, found, want, m.rights[object]))
			}
		}
	}
}

func excavate(t *testing.T, kind string, seed uint64, rights func(*access.Actor)) []string {
	cfg := app.Config{Data: t.TempDir(), Rights: rights}
	if kind == "postgres" {
		cfg.Database, cfg.Schema = dbtest.Server(t)
	}
	d := &dig{t: t, s: serve(t, cfg), rand: rand.New(rand.NewPCG(seed, 7)), words: map[string]secret{}}
	var houses []*house
	for _, slug := range []string{"main", "other"} {
		_, err := d.s.app.AddWorkspace(ctx, slug, slug)
		must(t, err)
		houses = append(houses, d.build(slug))
	}
	d.everything(houses)
	return d.leaks
}

func TestNoDoorTellsWhatOneMayNotKnow(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			leaks := excavate(t, kind, seed, nil)
			slices.Sort(leaks)
			for i, l := range slices.Compact(leaks) {
				if i == 30 {
					break
				}
				t.Errorf("seed %d: %s", seed, l)
			}
		})
	}
}

// Each filter switched off must be noticed, or the test above proves nothing.
func TestASwitchedOffFilterIsNoticed(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]func(*access.Actor){
		"scopes": func(a *access.Actor) {
			for name, o := range a.Objects {
				if o.Read != access.None {
					o.Read = access.All
					a.Objects[name] = o
				}
			}
		},
		"objects": func(a *access.Actor) {
			for name, o := range a.Objects {
				if o.Read == access.None {
					o.Read = access.All
					a.Objects[name] = o
				}
			}
		},
		"hidden fields": func(a *access.Actor) { lift(a, access.Hidden) },
		"masks":         func(a *access.Actor) { lift(a, access.Masked) },
		"reach": func(a *access.Actor) {
			a.Reach[access.Own] = a.Reach[access.DepartmentBelow]
			a.Reach[access.OwnBelow] = a.Reach[access.DepartmentBelow]
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(5) { // a company may happen to have nothing behind a filter
				if len(excavate(t, "sqlite", seed, off)) > 0 {
					return
				}
			}
			t.Error("nobody noticed")
		})
	}
}

// lift lets everybody read the fields that were hidden or masked.
func lift(a *access.Actor, right access.Right) {
	for name, o := range a.Objects {
		fields := map[string]access.Right{}
		for f, r := range o.Fields {
			if r == right {
				r = access.Read
			}
			fields[f] = r
		}
		o.Fields = fields
		a.Objects[name] = o
	}
}
