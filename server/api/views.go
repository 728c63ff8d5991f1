package api

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/catalog"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/engine/view"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

// described answers the objects that the query names, or all.
func (c *call) described() ([]*object.Object, error) {
	name := c.r.URL.Query().Get("object")
	var list []*object.Object
	for _, o := range c.space.Engine.Catalog().Objects {
		if (name == "" || o.Name == name) && c.knows(o, false) {
			list = append(list, o)
		}
	}
	if name != "" && len(list) == 0 {
		return nil, fault.New(fault.Missing, "object.unknown", "object", name)
	}
	return list, nil
}

// reader checks what is saved of questions. A key for definitions knows the fields of objects that it may not read.
func (c *call) reader() *query.Parser {
	p := c.space.Parser(c.ctx(), c.actor)
	if c.actor.Scopes == nil || !c.actor.Configures {
		return p
	}
	p.Reads = func(o *object.Object) bool { return c.knows(o, false) }
	p.Sight = func(o *object.Object, f *object.Field) query.Sight {
		switch {
		case !c.knows(o, false) || c.actor.Field(o, f) == access.Hidden:
			return query.Unseen
		case c.actor.Field(o, f) == access.Masked:
			return query.Shape
		}
		return query.Seen
	}
	return p
}

// views lists the standard view of each object, the shared ones and the asker's own.
func (api *API) views(c *call) error {
	objects, err := c.described()
	if err != nil {
		return err
	}
	all, err := c.space.Catalog.Views(c.ctx(), c.r.URL.Query().Get("object"), c.actor.UUID.String())
	if err != nil {
		return err
	}
	owners, err := c.makers(all)
	if err != nil {
		return err
	}
	of := map[string][]*view.View{}
	for _, v := range all {
		of[v.Object] = append(of[v.Object], v)
	}
	p, data := c.reader(), []map[string]any{}
	for _, o := range objects {
		standard, _ := view.Of(o).For(o, p)
		data = append(data, viewForm(standard, true, nil))
		for _, v := range of[o.Name] {
			if shown, useful := v.For(o, p); useful || c.keeps(v) {
				data = append(data, viewForm(shown, useful, owners[v.Owner]))
			}
		}
	}
	return rest.JSON(c.w, http.StatusOK, map[string]any{"data": data})
}

// keeps says whether the asker may change a view.
func (c *call) keeps(v *view.View) bool {
	if v.Shared {
		return c.actor.Configures
	}
	return c.made(v)
}

// made says whether a view is the asker's.
func (c *call) made(v *view.View) bool { return v.Owner == c.actor.UUID.String() }

// makers names those who made views, as far as the asker may know of people.
func (c *call) makers(list []*view.View) (map[string]map[string]any, error) {
	user := c.space.Engine.Catalog().Object("user")
	if !c.knows(user, false) || c.actor.Field(user, user.TitleField()) < access.Read {
		return nil, nil
	}
	out := map[string]map[string]any{}
	var ids []uuid.UUID
	for _, v := range list {
		if id, err := uuid.Parse(v.Owner); err == nil && out[v.Owner] == nil {
			out[v.Owner] = map[string]any{"id": id, "title": ""}
			ids = append(ids, id)
		}
	}
	titles, err := c.space.UserTitles(c.ctx(), ids)
	for _, id := range ids {
		out[id.String()]["title"] = titles[id]
	}
	return out, err
}

func viewForm(v view.View, useful bool, owner map[string]any) map[string]any {
	m := map[string]any{"id": v.ID, "object": v.Object, "name": v.Name, "columns": v.Columns, "sort": v.Sort, "filter": v.Filter,
		"shared": v.Shared, "owner": nil, "standard": v.ID == view.Standard, "version": v.Version}
	if owner != nil {
		m["owner"] = owner
	}
	if !useful {
		m["unusable"] = true
	}
	return m
}

// viewNow answers a view as it is now.
func (c *call) viewNow(code int, v *view.View) error {
	owners, err := c.makers([]*view.View{v})
	if err != nil {
		return err
	}
	shown, useful := v.For(c.space.Engine.Catalog().Object(v.Object), c.reader())
	return rest.JSON(c.w, code, viewForm(shown, useful, owners[v.Owner]))
}

func (c *call) dryRun() error {
	if c.r.URL.Query().Has("dry_run") {
		return fault.New(fault.BadRequest, "parameter.unknown", "name", "dry_run")
	}
	return nil
}

// mayKeep refuses whoever may not write a view: a shared one is the administrator's, one's own needs a key that writes.
func (c *call) mayKeep(of string, shared bool) error {
	if !shared {
		return c.actor.Need("records:write:" + of)
	}
	if err := c.actor.Need("schema"); err != nil {
		return err
	}
	if !c.actor.Configures {
		return fault.New(fault.Forbidden, "view.admin")
	}
	return nil
}

func (api *API) addView(c *call) error {
	if err := c.dryRun(); err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	v := &view.View{Owner: c.actor.UUID.String()}
	if v.Object, _ = body["object"].(string); v.Object == "" {
		return fault.Invalid("object", "required")
	}
	o := c.space.Engine.Catalog().Object(v.Object)
	if o == nil || !c.knows(o, false) {
		return fault.New(fault.Missing, "object.unknown", "object", v.Object)
	}
	id := uuid.Must(uuid.NewV7())
	if text, said := body["id"]; said {
		s, _ := text.(string)
		if id, err = uuid.Parse(s); err != nil {
			return fault.Invalid("id", "id.invalid")
		}
	}
	v.ID = id.String()
	delete(body, "object")
	delete(body, "id")
	bad := v.Read(body)
	if err := c.mayKeep(v.Object, v.Shared); err != nil {
		return err
	}
	if len(bad) == 0 {
		bad = v.Check(o, c.reader(), func(string) bool { return true })
	}
	if len(bad) > 0 {
		return fault.Faulty(bad)
	}
	if v.Version, err = c.space.Catalog.SaveView(c.ctx(), c.by(), nil, v); err != nil {
		return err
	}
	return c.viewNow(http.StatusCreated, v)
}

// view finds the view of the path, as its changer saw it.
func (c *call) view(version func() (int64, bool)) (*view.View, error) {
	if err := c.dryRun(); err != nil {
		return nil, err
	}
	if c.r.PathValue("id") == view.Standard {
		return nil, fault.New(fault.Conflict, "view.standard")
	}
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	v, err := c.space.Catalog.View(c.ctx(), id.String())
	if err != nil {
		return nil, err
	}
	missing := fault.New(fault.Missing, "view.missing")
	if v == nil || !v.Shared && !c.made(v) {
		return nil, missing
	}
	if o := c.space.Engine.Catalog().Object(v.Object); o == nil || !c.knows(o, false) {
		return nil, missing
	} else if _, useful := v.For(o, c.reader()); !useful && !c.keeps(v) {
		return nil, missing
	}
	if err := c.mayKeep(v.Object, v.Shared); err != nil {
		return nil, err
	}
	switch n, said := version(); {
	case !said:
		return nil, fault.New(fault.VersionNeeded, "view.version_needed")
	case n != v.Version:
		return nil, fault.New(fault.Stale, "view.moved").With("version", v.Version)
	}
	return v, nil
}

func (api *API) patchView(c *call) error {
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	was, err := c.view(func() (int64, bool) {
		n, said := body["version"].(json.Number)
		version, err := n.Int64()
		return version, said && err == nil
	})
	if err != nil {
		return err
	}
	delete(body, "version")
	now := *was
	bad := now.Read(body)
	if now.Shared != was.Shared {
		if err := c.mayKeep(now.Object, now.Shared); err != nil {
			return err
		}
		if !now.Shared && !c.made(was) {
			return fault.New(fault.Forbidden, "view.not_owner")
		}
	}
	if len(bad) == 0 {
		bad = now.Check(c.space.Engine.Catalog().Object(now.Object), c.reader(), func(part string) bool { _, said := body[part]; return said })
	}
	if len(bad) > 0 {
		return fault.Faulty(bad)
	}
	if view.Same(was, &now) {
		return c.viewNow(http.StatusOK, was)
	}
	if now.Version, err = c.space.Catalog.SaveView(c.ctx(), c.by(), was, &now); err != nil {
		return err
	}
	return c.viewNow(http.StatusOK, &now)
}

func (api *API) dropView(c *call) error {
	v, err := c.view(func() (int64, bool) {
		n, err := strconv.ParseInt(c.r.URL.Query().Get("version"), 10, 64)
		return n, err == nil
	})
	if err != nil {
		return err
	}
	if _, err := c.space.Catalog.SaveView(c.ctx(), c.by(), v, nil); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// layoutForm is how the fields of an object are arranged for the asker.
func (c *call) layoutForm(o *object.Object) map[string]any {
	return map[string]any{"object": o.Name, "standard": o.Layout == nil, "sections": c.sections(o)}
}

func (c *call) sections(o *object.Object) []object.FormSection {
	return view.Arrange(o, func(f *object.Field) bool { return c.actor.Field(o, f) != access.Hidden })
}

func (api *API) layouts(c *call) error {
	objects, err := c.described()
	if err != nil {
		return err
	}
	list := []map[string]any{}
	for _, o := range objects {
		list = append(list, c.layoutForm(o))
	}
	return rest.JSON(c.w, http.StatusOK, map[string]any{"version": c.space.Engine.Catalog().Version, "layouts": list})
}

func (api *API) patchLayout(c *call) error {
	body, version, err := c.definition(true)
	if err != nil {
		return err
	}
	in, said := body["sections"]
	if !said || len(body) > 1 {
		return fault.Invalid("sections", "catalog.form")
	}
	sections, bad := view.ReadLayout(in)
	if len(bad) > 0 {
		return fault.Faulty(bad)
	}
	name := c.r.PathValue("object")
	cat, err := c.space.Catalog.Change(c.ctx(), version, c.by(), func(d *catalog.Draft) error {
		return d.ArrangeObject(name, func(o *object.Object) []object.FormSection {
			return view.Keep(o, sections, func(f *object.Field) bool { return f.Retired || c.actor.Field(o, f) == access.Hidden })
		})
	})
	if err != nil {
		return err
	}
	return c.defined(http.StatusOK, cat, func() map[string]any {
		c.allow(cat.Object(name))
		return c.layoutForm(cat.Object(name))
	})
}
