package org

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
)

// People is the organisation at one moment: what an actor's rights are resolved from.
type People struct {
	users   map[uuid.UUID]*object.Record
	list    []*object.Record
	parents map[int64]int64 // department → the one above
	roles   map[int64]role
}

type role struct {
	name   string
	rights Rights
}

// NewPeople gathers users, departments and roles. A role whose rights cannot be read gives none.
func NewPeople(users, departments, roles []*object.Record) *People {
	p := &People{users: map[uuid.UUID]*object.Record{}, list: users, parents: map[int64]int64{}, roles: map[int64]role{}}
	for _, u := range users {
		p.users[u.UUID] = u
	}
	for _, d := range departments {
		p.parents[d.ID] = DepartmentParent.Get(d)
	}
	for _, r := range roles {
		rights, err := ParseRights(RoleRights.Get(r))
		if err == nil && r.Deleted == 0 {
			p.roles[r.ID] = role{RoleName.Get(r), rights}
		}
	}
	return p
}

// Actor answers somebody with all rights resolved, narrowed by the scopes of an API key, and the names of their roles;
// nil when the user is unknown, in the bin or no longer active.
func (p *People) Actor(user uuid.UUID, locale string, cat *object.Catalog, scopes []string) (*access.Actor, []string) {
	me := p.users[user]
	if me == nil || me.Deleted != 0 || UserActive.Has(me) && !UserActive.Get(me) {
		return nil, nil
	}
	a := &access.Actor{User: me.ID, UUID: me.UUID, Name: me.Title(), Locale: locale, Zone: zoneOf(me), Reach: p.reach(me), Scopes: scopes}
	names := []string{}
	var all []map[string]access.Object
	for _, it := range UserRoles.Get(me) {
		if r, ok := p.roles[it.Link]; ok {
			a.Admin = a.Admin || r.rights.Admin
			names, all = append(names, r.name), append(all, r.rights.On(cat))
		}
	}
	a.Objects = access.Merge(all...)
	a.Narrow(cat)
	a.Digest = digest(a)
	return a, names
}

func zoneOf(me *object.Record) *time.Location {
	if name := UserZone.Get(me); name != "" {
		if z, err := time.LoadLocation(name); err == nil {
			return z
		}
	}
	return time.FixedZone("Asia/Shanghai", 8*3600)
}

// reach lists the users of each scope. A circle of managers or departments ends where it began.
func (p *People) reach(me *object.Record) map[access.Scope][]int64 {
	mine := UserDepartment.Get(me)
	manager := make(map[int64]int64, len(p.list))
	for _, u := range p.list {
		manager[u.ID] = UserManager.Get(u)
	}
	out := map[access.Scope][]int64{access.Own: {me.ID}}
	for _, u := range p.list {
		d, self := UserDepartment.Get(u), u.ID == me.ID
		if self || climbs(u.ID, me.ID, manager) {
			out[access.OwnBelow] = append(out[access.OwnBelow], u.ID)
		}
		if self || mine != 0 && d == mine {
			out[access.Department] = append(out[access.Department], u.ID)
		}
		if self || mine != 0 && climbs(d, mine, p.parents) {
			out[access.DepartmentBelow] = append(out[access.DepartmentBelow], u.ID)
		}
	}
	return out
}

// climbs says whether going up from one leads to another.
func climbs(from, to int64, up map[int64]int64) bool {
	for steps := 0; from != 0 && steps <= len(up); steps++ {
		if from == to {
			return true
		}
		from = up[from]
	}
	return false
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
