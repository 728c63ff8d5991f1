package api

import (
	"encoding/json"
	"net/http"
	"strconv"

	"youpeng/engine/access"
	"youpeng/engine/catalog"
	"youpeng/engine/object"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

// defines says whether the asker may change objects and fields: the administrator, and a key with the scope "schema".
func (c *call) defines() error {
	if err := c.actor.Need("schema"); err != nil {
		return err
	}
	if !c.actor.Configures {
		return fault.New(fault.Forbidden, "catalog.admin")
	}
	return nil
}

// definition reads a body that defines something, and the version of the catalog that its writer saw.
func (c *call) definition(needed bool) (body map[string]any, version int64, err error) {
	if err := c.defines(); err != nil {
		return nil, 0, err
	}
	if body, err = c.body(rest.MaxBody); err != nil {
		return nil, 0, err
	}
	if v, said := body["version"]; said {
		n, _ := v.(json.Number)
		if version, err = n.Int64(); err != nil || version <= 0 {
			return nil, 0, fault.Invalid("version", "catalog.form")
		}
		delete(body, "version")
	} else if needed {
		return nil, 0, fault.New(fault.VersionNeeded, "catalog.version_needed")
	}
	return body, version, nil
}

func (c *call) by() catalog.By { return catalog.By{User: c.actor.User, Via: c.via} }

// defined answers a definition as it is now, with the catalog's version.
func (c *call) defined(code int, cat *object.Catalog, form func() map[string]any) error {
	m := form()
	m["version"] = cat.Version
	return rest.JSON(c.w, code, m)
}

func (c *call) objectNow(code int, cat *object.Catalog, name string) error {
	return c.defined(code, cat, func() map[string]any {
		for i, o := range cat.Objects {
			if o.Name == name {
				c.allow(o)
				return c.objectForm(o, i, true)
			}
		}
		return map[string]any{}
	})
}

// allow gives the asker, for this answer, the sight of an object that was made after their rights were read.
func (c *call) allow(o *object.Object) {
	if c.actor.Reading(o) == access.None {
		a := *c.actor
		a.Objects = map[string]access.Object{o.Name: {Read: access.All}}
		c.actor = &a
	}
}

func (c *call) fieldNow(code int, cat *object.Catalog, name, of string) error {
	return c.defined(code, cat, func() map[string]any {
		o := cat.Object(name)
		c.allow(o)
		return fieldForm(o.Field(of), c.actor.Field(o, o.Field(of)))
	})
}

func (api *API) addObject(c *call) error {
	body, version, err := c.definition(false)
	if err != nil {
		return err
	}
	name, _ := body["name"].(string)
	cat, err := c.space.Catalog.Change(c.ctx(), version, c.by(), func(d *catalog.Draft) error {
		o, err := catalog.ReadObject(body)
		if err != nil {
			return err
		}
		return d.AddObject(o)
	})
	if err != nil {
		return err
	}
	return c.objectNow(http.StatusCreated, cat, name)
}

func (api *API) patchObject(c *call) error {
	body, version, err := c.definition(true)
	if err != nil {
		return err
	}
	name := c.r.PathValue("object")
	cat, err := c.space.Catalog.Change(c.ctx(), version, c.by(), func(d *catalog.Draft) error {
		return d.EditObject(name, func(o *object.Object) error { return catalog.PatchObject(o, body) })
	})
	if err != nil {
		return err
	}
	return c.objectNow(http.StatusOK, cat, name)
}

func (api *API) addField(c *call) error {
	body, version, err := c.definition(false)
	if err != nil {
		return err
	}
	name, of := c.r.PathValue("object"), ""
	cat, err := c.space.Catalog.Change(c.ctx(), version, c.by(), func(d *catalog.Draft) error {
		f, err := catalog.ReadField(body)
		if err != nil {
			return err
		}
		of = f.Name
		return d.AddField(name, f)
	})
	if err != nil {
		return err
	}
	return c.fieldNow(http.StatusCreated, cat, name, of)
}

func (api *API) patchField(c *call) error {
	body, version, err := c.definition(true)
	if err != nil {
		return err
	}
	name, of := c.r.PathValue("object"), c.r.PathValue("field")
	cat, err := c.space.Catalog.Change(c.ctx(), version, c.by(), func(d *catalog.Draft) error {
		return d.EditField(name, of, func(f *object.Field) error { return catalog.PatchField(f, body) })
	})
	if err != nil {
		return err
	}
	return c.fieldNow(http.StatusOK, cat, name, of)
}

// uniqueness tells how far the uniqueness of a field is and, where it failed, which records the asker may see stand in its way.
func (api *API) uniqueness(c *call) error {
	if err := c.defines(); err != nil {
		return err
	}
	o := c.space.Engine.Catalog().Object(c.r.PathValue("object"))
	if o == nil || o.Field(c.r.PathValue("field")) == nil {
		return fault.New(fault.Missing, "field.unknown", "field", c.r.PathValue("field"))
	}
	state, duplicates, groups, err := c.space.Catalog.Uniqueness(c.ctx(), o, o.Field(c.r.PathValue("field")))
	if err != nil {
		return err
	}
	out := make([][]map[string]any, len(groups))
	for i, ids := range groups {
		if out[i], err = c.titles(o, ids); err != nil {
			return err
		}
	}
	return rest.JSON(c.w, http.StatusOK, map[string]any{"state": state, "duplicates": duplicates, "groups": out, "stalled": c.space.Catalog.Stalled(o.Field(c.r.PathValue("field")))})
}

// titles names records; those that the asker may not see are there without a name.
func (c *call) titles(o *object.Object, ids []int64) ([]map[string]any, error) {
	var recs []*object.Record
	err := c.space.DB.Read(c.ctx(), func(r db.Reader) (err error) {
		recs, err = c.space.Tables.ByIDs(r, o, ids, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]map[string]any, len(ids))
	for i, rec := range recs {
		out[i] = map[string]any{"hidden": true}
		if rec == nil {
			continue
		}
		if _, err := c.space.Engine.Record(c.ctx(), c.actor, o.Name, rec.UUID); err == nil && c.actor.Field(o, o.TitleField()) >= access.Read {
			out[i] = map[string]any{"id": rec.UUID, "title": rec.Title()}
		} else if err != nil && !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Forbidden) {
			return nil, err
		}
	}
	return out, nil
}

const historyPage = 50

func (api *API) metaHistory(c *call) error {
	if err := c.defines(); err != nil {
		return err
	}
	q := c.r.URL.Query()
	limit, before := historyPage, int64(0)
	if s := q.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 200 {
			return fault.New(fault.BadRequest, "number.range", "min", 1, "max", 200)
		}
		limit = n
	}
	if s := q.Get("before"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fault.New(fault.BadRequest, "catalog.form")
		}
		before = n
	}
	list, err := c.space.Catalog.History(c.ctx(), q.Get("object"), q.Get("field"), before, limit)
	if err != nil {
		return err
	}
	data := make([]map[string]any, len(list))
	for i, e := range list {
		by, err := c.space.UserTitle(c.ctx(), e.By.User)
		if err != nil {
			return err
		}
		data[i] = map[string]any{"id": e.ID, "at": e.At, "by": by, "via": e.By.Via, "version": e.Version, "undoes": orNull(e.Undoes), "undone_by": orNull(e.UndoneBy), "changes": e.Changes}
	}
	var next any
	if len(list) == limit {
		next = list[limit-1].ID
	}
	return rest.JSON(c.w, http.StatusOK, map[string]any{"data": data, "next": next})
}

func orNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

func (api *API) metaUndo(c *call) error {
	if err := c.defines(); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.New(fault.BadRequest, "id.invalid")
	}
	cat := c.space.Catalog.Current()
	setting, err := api.app.UndoSetting(c.ctx(), c.space, c.by(), id)
	if err == nil && !setting {
		cat, err = c.space.Catalog.Undo(c.ctx(), id, c.by())
	}
	if err != nil {
		return err
	}
	return rest.JSON(c.w, http.StatusOK, map[string]any{"version": cat.Version})
}
