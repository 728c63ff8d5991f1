package org

import (
	"bytes"
	"encoding/json"
	"slices"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/fault"
)

// Rights is what the rights field of a role holds, as JSON.
type Rights struct {
	Admin   bool                         `json:"admin,omitempty"`
	All     *Grant                       `json:"all,omitempty"` // for every object that Objects does not name, but configuration
	Objects map[string]Grant             `json:"objects,omitempty"`
	Fields  map[string]map[string]string `json:"fields,omitempty"` // object → field → hidden, masked, read
}

// Grant is what a role may do with the records of an object: scopes by their names.
type Grant struct {
	Create bool   `json:"create,omitempty"`
	Read   string `json:"read,omitempty"`
	Update string `json:"update,omitempty"`
	Delete string `json:"delete,omitempty"`
	Import bool   `json:"import,omitempty"`
	Export bool   `json:"export,omitempty"`
}

// ScopeNames are the scopes as roles and the API write them, in the order of access.Scope.
var ScopeNames = []string{"none", "own", "own_sub", "department", "department_below", "all"}

// fieldRights are the rights to a field, in the order of access.Right.
var fieldRights = []string{"hidden", "masked", "read", "write"}

// ParseRights reads the rights of a role; what is misspelt is refused and not read as less.
func ParseRights(text string) (Rights, error) {
	var r Rights
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Rights{}, fault.Invalid("rights", "role.rights_json").Because(err)
	}
	if d.More() {
		return Rights{}, fault.Invalid("rights", "role.rights_json")
	}
	grants := make([]Grant, 0, len(r.Objects)+1)
	if r.All != nil {
		grants = append(grants, *r.All)
	}
	for _, g := range r.Objects {
		grants = append(grants, g)
	}
	for _, g := range grants {
		for _, scope := range []string{g.Read, g.Update, g.Delete} {
			if scope != "" && !slices.Contains(ScopeNames, scope) {
				return Rights{}, fault.Invalid("rights", "role.scope_unknown", "known", ScopeNames)
			}
		}
	}
	for _, fields := range r.Fields {
		for _, right := range fields {
			if !slices.Contains(fieldRights, right) {
				return Rights{}, fault.Invalid("rights", "role.right_unknown", "known", fieldRights)
			}
		}
	}
	return r, nil
}

// rightsHold refuses a role whose rights cannot be read, for it would shut out everybody who has it. Check.
func rightsHold(c *record.Change) error {
	if c.New == nil {
		return nil
	}
	_, err := ParseRights(RoleRights.Get(c.New))
	return err
}

// On resolves the rights for each object of a catalog. Configuration is everybody's to read and the administrator's to write.
func (r Rights) On(cat *object.Catalog) map[string]access.Object {
	out := make(map[string]access.Object, len(cat.Objects))
	for _, o := range cat.Objects {
		g, named := r.Objects[o.Name]
		if !named && r.All != nil {
			g = *r.All
		}
		x := access.Object{Create: g.Create, Read: scope(g.Read), Update: scope(g.Update), Delete: scope(g.Delete), Import: g.Import, Export: g.Export}
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
			x.Fields[name] = access.Right(max(0, slices.Index(fieldRights, right)))
		}
		out[o.Name] = x
	}
	return out
}

func scope(name string) access.Scope { return access.Scope(max(0, slices.Index(ScopeNames, name))) }

// FirstRole is a role of a new workspace.
type FirstRole struct {
	Name   string
	Label  object.Text
	Rights Rights
}

// FirstRoles are what a new workspace begins with; each may be changed.
var FirstRoles = []FirstRole{
	{"administrator", word("管理员", "Administrator"), Rights{Admin: true, All: &Grant{true, "all", "all", "all", true, true}}},
	{"manager", word("主管", "Manager"), Rights{All: &Grant{true, "department_below", "department_below", "department_below", true, true}}},
	{"salesperson", word("销售", "Salesperson"), Rights{All: &Grant{true, "own_sub", "own_sub", "own_sub", true, false}}},
}

// names are what the first roles are called.
func names() (out []modules.Name) {
	for _, r := range FirstRoles {
		out = append(out, modules.Name{Object: Role, Field: RoleLabel, Text: r.Label})
	}
	return out
}
