package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// rights is what the rights field of a role holds.
type rights struct {
	Admin   bool                         `json:"admin,omitempty"`
	All     *grant                       `json:"all,omitempty"` // for every object that Objects does not name
	Objects map[string]grant             `json:"objects,omitempty"`
	Fields  map[string]map[string]string `json:"fields,omitempty"` // object → field → hidden, masked, read
}

type grant struct {
	Create bool   `json:"create,omitempty"`
	Read   string `json:"read,omitempty"`
	Update string `json:"update,omitempty"`
	Delete string `json:"delete,omitempty"`
	Import bool   `json:"import,omitempty"`
	Export bool   `json:"export,omitempty"`
}

// ScopeNames are the scopes as roles and the API write them.
var ScopeNames = []string{"none", "own", "own_sub", "department", "department_below", "all"}

func scopeOf(name string) access.Scope { return access.Scope(max(0, slices.Index(ScopeNames, name))) }

// people is what rights are resolved from, kept for a moment: a change of roles holds within a second on every node.
type people struct {
	mu    sync.Mutex
	until time.Time
	users map[uuid.UUID]*object.Record
	list  []*object.Record
	depts map[int64]int64 // department → parent
	roles map[int64]rights
	names map[int64]string   // of roles
	named map[int64][]string // user → names of roles
}

const peopleLife = time.Second

func (p *people) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Time{}
}

// Actor answers who asks, with all rights resolved.
func (s *Space) Actor(ctx context.Context, user uuid.UUID, locale string, scopes []string) (*access.Actor, error) {
	s.people.mu.Lock()
	defer s.people.mu.Unlock()
	p := &s.people
	if now := time.Now(); now.After(p.until) {
		if err := s.loadPeople(ctx); err != nil {
			return nil, err
		}
		p.until = now.Add(peopleLife)
	}
	me := p.users[user]
	if me == nil || me.Deleted != 0 || me.Get("active") == false {
		return nil, fault.New(fault.Missing, "workspace.missing")
	}
	a := &access.Actor{User: me.ID, UUID: me.UUID, Name: me.Title(), Locale: locale, Zone: zoneOf(me), Reach: p.reach(me), Scopes: scopes}
	var roles []map[string]access.Object
	var names []string
	items, _ := me.Get("roles").([]object.Item)
	for _, it := range items {
		r := p.roles[it.Link]
		a.Admin = a.Admin || r.Admin
		names = append(names, p.names[it.Link])
		roles = append(roles, r.objects(s.Engine.Catalog()))
	}
	a.Objects = access.Merge(roles...)
	a.Digest = digest(a)
	p.named[me.ID] = names
	return a, nil
}

func zoneOf(me *object.Record) *time.Location {
	if name, _ := me.Get("time_zone").(string); name != "" {
		if z, err := time.LoadLocation(name); err == nil {
			return z
		}
	}
	return time.FixedZone("Asia/Shanghai", 8*3600)
}

func (s *Space) loadPeople(ctx context.Context) error {
	cat := s.Engine.Catalog()
	p := &s.people
	p.users, p.list, p.depts, p.roles = map[uuid.UUID]*object.Record{}, nil, map[int64]int64{}, map[int64]rights{}
	p.names, p.named = map[int64]string{}, map[int64][]string{}
	return s.DB.Read(ctx, func(r db.Reader) error {
		all := func(name string, each func(*object.Record)) error {
			return s.Tables.Scan(ctx, r, cat.Object(name), nil, 0, 256, func(list []*object.Record) error {
				for _, rec := range list {
					each(rec.Clone())
				}
				return nil
			})
		}
		if err := all("user", func(rec *object.Record) { p.users[rec.UUID] = rec; p.list = append(p.list, rec) }); err != nil {
			return err
		}
		if err := all("department", func(rec *object.Record) { parent, _ := rec.Get("parent").(int64); p.depts[rec.ID] = parent }); err != nil {
			return err
		}
		var bad error
		err := all("role", func(rec *object.Record) {
			var x rights
			text, _ := rec.Get("rights").(string)
			if err := json.Unmarshal([]byte(text), &x); err != nil {
				bad = fmt.Errorf("the rights of role %d: %w", rec.ID, err)
			}
			p.roles[rec.ID] = x
			p.names[rec.ID], _ = rec.Get("name").(string)
		})
		if err == nil {
			err = bad
		}
		return err
	})
}

// reach lists the users of each scope. A circle of managers or departments ends where it began.
func (p *people) reach(me *object.Record) map[access.Scope][]int64 {
	mine, _ := me.Get("department").(int64)
	manager := map[int64]int64{}
	for _, u := range p.list {
		m, _ := u.Get("manager").(int64)
		manager[u.ID] = m
	}
	climbs := func(from, to int64, up map[int64]int64) bool {
		for steps := 0; from != 0 && steps < 100; steps++ {
			if from == to {
				return true
			}
			from = up[from]
		}
		return false
	}
	out := map[access.Scope][]int64{access.Own: {me.ID}}
	for _, u := range p.list {
		d, _ := u.Get("department").(int64)
		self := u.ID == me.ID
		if self || climbs(u.ID, me.ID, manager) {
			out[access.OwnBelow] = append(out[access.OwnBelow], u.ID)
		}
		if self || mine != 0 && d == mine {
			out[access.Department] = append(out[access.Department], u.ID)
		}
		if self || mine != 0 && climbs(d, mine, p.depts) {
			out[access.DepartmentBelow] = append(out[access.DepartmentBelow], u.ID)
		}
	}
	return out
}

// objects resolves a role for each object of the catalog. Configuration is everybody's to read and the administrator's to write.
func (r rights) objects(cat *object.Catalog) map[string]access.Object {
	out := map[string]access.Object{}
	for _, o := range cat.Objects {
		g, named := r.Objects[o.Name]
		if !named && r.All != nil {
			g = *r.All
		}
		x := access.Object{Create: g.Create, Read: scopeOf(g.Read), Update: scopeOf(g.Update), Delete: scopeOf(g.Delete), Import: g.Import, Export: g.Export}
		if o.Setup && !named {
			x = access.Object{Read: access.All}
			if r.Admin {
				x = access.Object{Create: true, Read: access.All, Update: access.All, Delete: access.All}
			}
		}
		for name, right := range r.Fields[o.Name] {
			if x.Fields == nil {
				x.Fields = map[string]access.Right{}
			}
			x.Fields[name] = access.Right(max(0, slices.Index([]string{"hidden", "masked", "read", "write"}, right)))
		}
		out[o.Name] = x
	}
	return out
}

// digest is equal for equal rights of one person.
func digest(a *access.Actor) string {
	b, err := json.Marshal([]any{a.User, a.Admin, a.Objects, a.Reach})
	if err != nil {
		panic(err) // plain data always marshals
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// The roles of a new workspace.
var firstRoles = []struct {
	name, label string
	rights      rights
}{
	{"administrator", "管理员", rights{Admin: true, All: &grant{true, "all", "all", "all", true, true}}},
	{"manager", "主管", rights{All: &grant{true, "department_below", "department_below", "department_below", true, true}}},
	{"salesperson", "销售", rights{All: &grant{true, "own_sub", "own_sub", "own_sub", true, false}}},
}

func (s *Space) addRoles(ctx context.Context) error {
	var ops []record.Op
	for _, r := range firstRoles {
		text, err := json.Marshal(r.rights)
		if err != nil {
			return err
		}
		ops = append(ops, record.Op{Do: record.Create, Object: "role", Program: true, Values: map[string]any{"name": r.name, "label": r.label, "rights": string(text)}})
	}
	_, err := s.Engine.Write(ctx, &record.Write{Actor: System, Via: "job", Ops: ops})
	return err
}

func (s *Space) roleID(ctx context.Context, name string) (id uuid.UUID, err error) {
	o := s.Engine.Catalog().Object("role")
	err = s.DB.Read(ctx, func(r db.Reader) error {
		return s.Tables.Scan(ctx, r, o, nil, 0, 256, func(list []*object.Record) error {
			for _, rec := range list {
				if rec.Get("name") == name && rec.Deleted == 0 {
					id = rec.UUID
				}
			}
			return nil
		})
	})
	if err == nil && id == uuid.Nil {
		err = fault.Invalid("role", "role.unknown")
	}
	return id, err
}
