package access

import (
	"slices"
	"strings"

	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/fault"
)

// Sight answers what an actor may know of fields, in the parser's terms.
func (a *Actor) Sight(o *object.Object, f *object.Field) query.Sight {
	if !a.Reads(o) {
		return query.Unseen
	}
	switch a.Field(o, f) {
	case Hidden:
		return query.Unseen
	case Masked:
		return query.Shape
	}
	return query.Seen
}

// Reads says whether an actor may read any record of an object.
func (a *Actor) Reads(o *object.Object) bool {
	return a.Reading(o) != None && a.Allows("records:read:"+o.Name)
}

// Allows says whether an API key is wide enough: "records:read" holds "records:read:deal", writing holds reading, and
// admin holds the schema. A person is narrowed by nothing.
func (a *Actor) Allows(scope string) bool {
	if a.Scopes == nil || a.System {
		return true
	}
	return slices.ContainsFunc(a.Scopes, func(has string) bool {
		return covers(has, scope) ||
			has == "admin" && scope == "schema" ||
			strings.HasPrefix(scope, "records:read") && covers(strings.Replace(has, "records:write", "records:read", 1), scope)
	})
}

func covers(has, scope string) bool { return has == scope || strings.HasPrefix(scope, has+":") }

// Need refuses what an API key is too narrow for.
func (a *Actor) Need(scope string) error {
	if a.Allows(scope) {
		return nil
	}
	return fault.New(fault.Forbidden, "right.key", "scope", scope)
}

// Narrow takes from the rights of an actor what the scopes of its API key do not hold, so that no door need ask again.
// Configuration is written with the scope "admin" alone. It comes before the actor is used, and before its digest.
func (a *Actor) Narrow(cat *object.Catalog) {
	a.Configures = a.Admin && a.Allows("schema")
	if a.Scopes == nil {
		return
	}
	rights := make(map[string]Object, len(a.Objects))
	for _, o := range cat.Objects {
		r := a.Objects[o.Name]
		if !a.Allows("records:read:" + o.Name) {
			r = Object{}
		}
		if !a.Allows("records:write:"+o.Name) || o.Setup && !a.Allows("admin") {
			r.Create, r.Update, r.Delete, r.Import = false, None, None, false
		}
		rights[o.Name] = r
	}
	a.Objects = rights
	a.Admin = a.Admin && a.Allows("admin")
}

// Check refuses an actor who may not read the object at all; the fields of a question are checked by its parser.
func Check(a *Actor, o *object.Object) error {
	if err := a.Need("records:read:" + o.Name); err != nil {
		return err
	}
	if a.Reading(o) == None {
		return fault.New(fault.Forbidden, "right.read", "object", o.Label.In(a.Locale))
	}
	return nil
}

// Merge joins the rights of several roles: each right is the widest that a role gives.
func Merge(roles ...map[string]Object) map[string]Object {
	out := map[string]Object{}
	for _, role := range roles {
		for name, r := range role {
			was, had := out[name]
			if !had {
				out[name] = r
				continue
			}
			out[name] = Object{
				Create: was.Create || r.Create, Import: was.Import || r.Import, Export: was.Export || r.Export,
				Read: max(was.Read, r.Read), Update: max(was.Update, r.Update), Delete: max(was.Delete, r.Delete),
				Fields: joined(was, r),
			}
		}
	}
	return out
}

// joined leaves out a role that may not read the object: it names no fields, and widens none.
func joined(a, b Object) map[string]Right {
	switch {
	case a.Read == None:
		return b.Fields
	case b.Read == None:
		return a.Fields
	}
	return widest(a.Fields, b.Fields)
}

// widest keeps a narrowed field only where every role narrows it: one that is not named may be written.
func widest(a, b map[string]Right) map[string]Right {
	var out map[string]Right
	for name, x := range a {
		if y, ok := b[name]; ok {
			if out == nil {
				out = map[string]Right{}
			}
			out[name] = max(x, y)
		}
	}
	return out
}
