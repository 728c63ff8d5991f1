package api

import (
	"fmt"
	"net/http"
	"strconv"

	"youpeng/engine/access"
	"youpeng/engine/catalog"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/modules/org"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

var rightNames = [...]string{access.Hidden: "hidden", access.Masked: "masked", access.Read: "read", access.Write: "write"}

// me tells who asks, where, and what they may do.
func (api *API) me(c *call) error { return api.answerMe(c, func(user, workspace map[string]any) {}) }

// answerMe tells it as it would be after a change of what is said of the user and of the workspace.
func (api *API) answerMe(c *call, change func(user, workspace map[string]any)) error {
	account, err := api.app.Control.AccountOf(c.ctx(), c.who)
	if err != nil {
		return err
	}
	cat := c.space.Engine.Catalog()
	rights := map[string]any{}
	for name, x := range c.actor.Objects {
		rights[name] = map[string]any{"create": x.Create, "read": org.ScopeNames[x.Read], "update": org.ScopeNames[x.Update], "delete": org.ScopeNames[x.Delete], "import": x.Import, "export": x.Export}
	}
	user := map[string]any{"id": c.actor.UUID, "name": c.actor.Name, "email": account.Email, "locale": account.Locale, "time_zone": c.actor.Zone.String()}
	workspace := map[string]any{"slug": c.space.Slug, "name": api.called(c), "currency": cat.Currency}
	change(user, workspace)
	return rest.JSON(c.w, http.StatusOK, map[string]any{
		"user": user, "workspace": workspace,
		"catalog_version": cat.Version, "roles": c.roles, "rights": rights, "admin": c.actor.Admin,
	})
}

// objects is the catalog within the asker's rights.
func (api *API) objects(c *call) error {
	retired := c.retired()
	if c.unchanged(retired) {
		return nil
	}
	cat, list := c.space.Engine.Catalog(), []map[string]any{}
	for i, o := range cat.Objects {
		if c.knows(o, retired) {
			list = append(list, c.objectForm(o, i, retired))
		}
	}
	return rest.JSON(c.w, http.StatusOK, map[string]any{"version": cat.Version, "objects": list})
}

// oneObject is one object of the catalog, as it stands in the list.
func (api *API) oneObject(c *call) error {
	retired := c.retired()
	cat, name := c.space.Engine.Catalog(), c.r.PathValue("object")
	for i, o := range cat.Objects {
		if o.Name != name || !c.knows(o, retired) {
			continue
		}
		if c.unchanged(retired) {
			return nil
		}
		return c.defined(http.StatusOK, cat, func() map[string]any { return c.objectForm(o, i, retired) })
	}
	return fault.New(fault.Missing, "object.unknown", "object", name)
}

// retired says whether the asker wants, and may have, what is retired too.
func (c *call) retired() bool { return c.actor.Admin && c.r.URL.Query().Get("retired") == "true" }

// knows says whether the asker may know of an object. A key that is for definitions alone knows them all.
func (c *call) knows(o *object.Object, retired bool) bool {
	return c.actor.Reading(o) != access.None || o.Retired && retired || !o.Retired && c.actor.Scopes != nil && c.actor.Configures
}

// unchanged tags the answer with the catalog's version, the asker's rights and what else it follows from, and answers 304
// where the asker has it.
func (c *call) unchanged(also ...any) bool {
	tag := fmt.Sprintf("%d-%s", c.space.Engine.Catalog().Version, c.actor.Digest)
	for _, x := range append(also, c.actor.Configures) {
		tag += fmt.Sprintf("-%v", x)
	}
	tag = strconv.Quote(tag)
	c.w.Header().Set("ETag", tag)
	c.w.Header().Set("Cache-Control", "private, no-cache")
	if c.r.Header.Get("If-None-Match") != tag {
		return false
	}
	c.w.WriteHeader(http.StatusNotModified)
	return true
}

// objectForm is an object with its fields as the asker may see them.
func (c *call) objectForm(o *object.Object, order int, retired bool) map[string]any {
	fields := []map[string]any{}
	for _, f := range o.Fields {
		right := c.actor.Field(o, f)
		if right == access.Hidden || f.Retired && !retired {
			continue
		}
		form := fieldForm(f, right)
		if retired && f.Duplicates > 0 { // the administrator's to know: it counts what others may not see
			form["duplicates"] = f.Duplicates
		}
		fields = append(fields, form)
	}
	return map[string]any{"name": o.Name, "label": o.Label, "plural": o.Plural, "icon": o.Icon, "custom": o.Custom, "retired": o.Retired, "owned": o.Scope.Owner, "setup": o.Setup,
		"title_field": o.Title, "nav": !o.Setup && o.Lines == "" && !o.Retired, "group": o.Group, "order": order, "fields": fields, "layout": c.sections(o), "arranged": o.Layout != nil}
}

func fieldForm(f *object.Field, right access.Right) map[string]any {
	k := field.Of(f)
	m := map[string]any{"name": f.Name, "kind": f.Kind, "label": f.Label, "required": f.Required, "unique": f.Unique, "immutable": f.Immutable, "read_only": f.ReadOnly || f.System,
		"system": f.System, "custom": f.Custom, "retired": f.Retired, "search": f.Search, "place": f.List, "unique_state": catalog.State(f), "match_state": catalog.MatchState(f), "personal": f.Personal, "right": rightNames[right], "list": f.List > 0, "filter": len(k.Ops()) > 0, "sort": k.Sorts() && right > access.Masked, "ops": k.Ops()}
	for name, v := range map[string]string{"min": f.Min, "max": f.Max, "pattern": f.Pattern, "target": f.Target, "group": f.Section} {
		if v != "" {
			m[name] = v
		}
	}
	if f.Help != (object.Text{}) {
		m["help"] = f.Help
	}
	if f.MaxLength > 0 {
		m["max_length"] = f.MaxLength
	}
	if f.Scale > 0 {
		m["scale"] = f.Scale
	}
	if len(f.Options) > 0 {
		m["options"] = f.Options
	}
	if len(f.Labels) > 0 {
		m["labels"] = f.Labels
	}
	if f.Match {
		m["match"] = true
	}
	if f.OnDelete != object.Keep {
		m["on_delete"] = f.OnDelete
	}
	if f.Series != nil {
		m["series"] = f.Series
	}
	if f.Default != nil {
		m["default"] = f.Default
	}
	if len(f.Targets) > 0 {
		m["targets"] = f.Targets
	}
	return m
}
