package org_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/modules/org"
	"youpeng/platform/fault"
)

var (
	deal    = object.New("deal", object.Text{EN: "deal"}, object.Text{EN: "deals"}, object.Owned)
	catalog = object.NewCatalog(1, "CNY", append(org.Module().Objects, deal))
)

func rec(o *object.Object, id int64, values map[string]any) *object.Record {
	r := object.NewRecord(o)
	r.ID, r.UUID = id, uuid.Must(uuid.NewV7())
	for name, v := range values {
		r.Set(name, v)
	}
	return r
}

// company is 1 at the top; 2 and 3 below her; 4 below 2; 5 apart. Departments: 10 holds 11.
func company(rights string) (*org.People, []*object.Record) {
	with := func(manager, department int64) map[string]any {
		m := map[string]any{"name": "x", "roles": []object.Item{{ID: 1, Link: 7}}}
		if manager != 0 {
			m["manager"] = manager
		}
		if department != 0 {
			m["department"] = department
		}
		return m
	}
	users := []*object.Record{rec(org.User, 1, with(0, 10)), rec(org.User, 2, with(1, 11)), rec(org.User, 3, with(1, 10)), rec(org.User, 4, with(2, 11)), rec(org.User, 5, with(0, 0))}
	departments := []*object.Record{rec(org.Department, 10, nil), rec(org.Department, 11, map[string]any{"parent": int64(10)})}
	roles := []*object.Record{rec(org.Role, 7, map[string]any{"name": "r", "rights": rights})}
	return org.NewPeople(users, departments, roles), users
}

func TestReach(t *testing.T) {
	t.Parallel()
	p, users := company(`{}`)
	for i, want := range []string{"[1] [1 2 3 4] [1 3] [1 2 3 4]", "[2] [2 4] [2 4] [2 4]", "[3] [3] [1 3] [1 2 3 4]", "[4] [4] [2 4] [2 4]", "[5] [5] [5] [5]"} {
		a, _ := p.Actor(users[i].UUID, "zh", catalog, nil)
		got := fmt.Sprint(a.Reach[access.Own], a.Reach[access.OwnBelow], a.Reach[access.Department], a.Reach[access.DepartmentBelow])
		if got != want {
			t.Errorf("user %d reaches %s, not %s", i+1, got, want)
		}
	}
	users[0].Set("manager", int64(4)) // a circle
	p, again := company(`{}`)
	again[0].Set("manager", int64(4))
	if a, _ := p.Actor(again[0].UUID, "zh", catalog, nil); len(a.Reach[access.OwnBelow]) != 4 {
		t.Errorf("in a circle everybody is below everybody: %v", a.Reach[access.OwnBelow])
	}
}

func TestWhoIsNobody(t *testing.T) {
	t.Parallel()
	p, users := company(`{"admin":true}`)
	users[1].Set("active", false)
	users[2].Deleted = 1
	for _, id := range []uuid.UUID{users[1].UUID, users[2].UUID, uuid.New()} {
		if a, _ := p.Actor(id, "zh", catalog, nil); a != nil {
			t.Errorf("an actor for somebody who left: %+v", a)
		}
	}
}

func TestRightsOfRolesAndKeys(t *testing.T) {
	t.Parallel()
	admin := `{"admin":true,"all":{"create":true,"read":"all","update":"all","delete":"all"}}`
	for name, x := range map[string]struct {
		rights string
		scopes []string
		deal   access.Object
		role   access.Object
		admin  bool
	}{
		"no rights at all":      {`{}`, nil, access.Object{}, access.Object{Read: access.All}, false},
		"cannot be read":        {`{"all":{"read":"everything"}}`, nil, access.Object{}, access.Object{}, false},
		"administrator":         {admin, nil, access.Object{Create: true, Read: access.All, Update: access.All, Delete: access.All}, access.Object{Create: true, Read: access.All, Update: access.All, Delete: access.All}, true},
		"all but configuration": {`{"all":{"read":"own","update":"own","create":true}}`, nil, access.Object{Create: true, Read: access.Own, Update: access.Own}, access.Object{Read: access.All}, false},
		"key that reads":        {admin, []string{"records:read"}, access.Object{Read: access.All}, access.Object{Read: access.All}, false},
		"key for deals":         {admin, []string{"records:write:deal"}, access.Object{Create: true, Read: access.All, Update: access.All, Delete: access.All}, access.Object{}, false},
		"key that writes":       {admin, []string{"records:write"}, access.Object{Create: true, Read: access.All, Update: access.All, Delete: access.All}, access.Object{Read: access.All}, false},
		"key without scopes":    {admin, []string{}, access.Object{}, access.Object{}, false},
	} {
		p, users := company(x.rights)
		a, _ := p.Actor(users[0].UUID, "zh", catalog, x.scopes)
		if got := a.Objects["deal"]; fmt.Sprint(got) != fmt.Sprint(x.deal) {
			t.Errorf("%s: deal %+v, not %+v", name, got, x.deal)
		}
		if got := a.Objects["role"]; fmt.Sprint(got) != fmt.Sprint(x.role) {
			t.Errorf("%s: role %+v, not %+v", name, got, x.role)
		}
		if a.Admin != x.admin {
			t.Errorf("%s: admin %v", name, a.Admin)
		}
	}
}

func TestRightsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		`{}`: "", `{"all":{"read":"own_sub"}}`: "",
		``: "role.rights_json", `{`: "role.rights_json", `{"amdin":true}`: "role.rights_json", `{} {}`: "role.rights_json",
		`{"all":{"read":"mine"}}`:                    "role.scope_unknown",
		`{"objects":{"deal":{"delete":"ALL"}}}`:      "role.scope_unknown",
		`{"fields":{"deal":{"amount":"invisible"}}}`: "role.right_unknown",
	} {
		_, err := org.ParseRights(text)
		if code == "" && err != nil || code != "" && !fault.Has(err, code) {
			t.Errorf("%s: %v, not %q", text, err, code)
		}
	}
	for _, r := range org.FirstRoles {
		if r.Name == "" || r.Rights.All == nil {
			t.Errorf("%+v", r)
		}
	}
}
