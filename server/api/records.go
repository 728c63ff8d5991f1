package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

// object answers the object of the path; one that the actor may not read does not exist for them.
func (c *call) object() (*object.Object, error) {
	name := c.r.PathValue("object")
	o := c.space.Engine.Catalog().Object(name)
	if o == nil || c.actor.Reading(o) == access.None {
		return nil, fault.New(fault.Missing, "object.unknown", "object", name)
	}
	need := "records:write:" + o.Name
	if c.r.Method == http.MethodGet || slices.Contains(asking, c.r.Pattern[strings.LastIndexByte(c.r.Pattern, '/')+1:]) {
		need = "records:read:" + o.Name
	}
	return o, c.actor.Need(need)
}

// asking are the ends of the paths that are posted to and change nothing.
var asking = []string{"query", "aggregate", "duplicates"}

// target answers the object and the record's id of the path.
func (c *call) target() (*object.Object, uuid.UUID, error) {
	o, err := c.object()
	if err != nil {
		return nil, uuid.Nil, err
	}
	id, err := c.id()
	return o, id, err
}

func (api *API) list(c *call) error {
	values := c.r.URL.Query()
	r, err := query.FromURL(values, "fields", "expand")
	if err != nil {
		return err
	}
	return api.page(c, r, names(values.Get("fields")), names(values.Get("expand")))
}

func (api *API) query(c *call) error {
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	r, err := query.FromBody(body, "fields", "expand")
	if err != nil {
		return err
	}
	return api.page(c, r, texts(body["fields"]), texts(body["expand"]))
}

func names(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func texts(v any) (out []string) {
	list, _ := v.([]any)
	for _, x := range list {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// page answers a page of a list with the places of its neighbours.
func (api *API) page(c *call, r query.Request, fields, expand []string) error {
	o, err := c.object()
	if err != nil {
		return err
	}
	p := c.space.Parser(c.ctx(), c.actor)
	q, err := p.Question(o, r)
	if err != nil {
		return err
	}
	page, answer, err := c.space.Engine.Ask(c.ctx(), c.actor, q, fields, expand)
	if err != nil {
		return err
	}
	if answer.Last != nil && answer.Position+len(answer.IDs) < answer.Total {
		if page.Next, err = sealed(p, o, r, answer.Last, false); err != nil {
			return err
		}
	}
	if answer.First != nil && answer.Position > 0 {
		if page.Prev, err = sealed(p, o, r, answer.First, true); err != nil {
			return err
		}
	}
	return rest.JSON(c.w, http.StatusOK, page)
}

func sealed(p *query.Parser, o *object.Object, r query.Request, b *query.Beside, before bool) (*string, error) {
	at := *b
	at.Before = before
	s, err := p.Seal(o, r, &at)
	return &s, err
}

// aggregate answers figures by group.
func (api *API) aggregate(c *call) error {
	o, err := c.object()
	if err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	g, err := c.space.Parser(c.ctx(), c.actor).Aggregate(o, body)
	if err != nil {
		return err
	}
	figures, err := c.space.Engine.Figures(c.ctx(), c.actor, g, measures(body["measures"]))
	if err != nil {
		return err
	}
	return rest.JSON(c.w, http.StatusOK, figures)
}

// measures are the names under which the figures are answered: the caller's "as", else what is computed of which field.
func measures(v any) (out []string) {
	list, _ := v.([]any)
	for _, x := range list {
		m, _ := x.(map[string]any)
		name := text(m, "as")
		if name == "" {
			name = text(m, "fn")
			if f := text(m, "field"); f != "" {
				name += "_" + f
			}
		}
		out = append(out, name)
	}
	return out
}

func (api *API) get(c *call) error {
	o, id, err := c.target()
	if err != nil {
		return err
	}
	values := c.r.URL.Query()
	if then := values.Get("as_of"); then != "" {
		at, err := time.Parse(time.RFC3339Nano, then)
		if err != nil {
			return fault.New(fault.BadRequest, "time.invalid")
		}
		v, err := c.space.Engine.AsOf(c.ctx(), c.actor, o.Name, id, at)
		if err != nil {
			return err
		}
		return rest.JSON(c.w, http.StatusOK, v)
	}
	v, err := c.space.Engine.Get(c.ctx(), c.actor, o.Name, id, names(values.Get("fields")), names(values.Get("expand")))
	if err != nil {
		return err
	}
	c.w.Header().Set("ETag", strconv.Quote(strconv.FormatInt(v.Record.Version, 10)))
	return rest.JSON(c.w, http.StatusOK, v)
}

// change does one operation and answers the record as it is then.
func (api *API) change(c *call, op record.Op, status int) error {
	w, err := c.write()
	if err != nil {
		return err
	}
	w.Ops = []record.Op{op}
	w.Answer = func(r *record.Result) ([]byte, error) {
		if len(r.Outcomes) == 0 || r.Outcomes[0].View == nil {
			return []byte("null"), nil
		}
		return r.Outcomes[0].View.MarshalJSON()
	}
	res, err := c.space.Engine.Write(c.ctx(), &w)
	if err != nil {
		return err
	}
	if len(res.Outcomes) > 0 && res.Outcomes[0].Err != nil {
		return res.Outcomes[0].Err
	}
	c.space.Changed(op.Object)
	return answer(c, res, status)
}

// answer tells what a write did.
func answer(c *call, res *record.Result, status int) error {
	h := c.w.Header()
	if res.ChangeSet != uuid.Nil {
		h.Set("Change-Set", res.ChangeSet.String())
	}
	if res.Replayed {
		h.Set("Idempotent-Replayed", "true")
	}
	body := res.Answer
	if body == nil {
		views := make([]*record.View, 0, len(res.Outcomes))
		for _, x := range res.Outcomes {
			if x.View != nil {
				views = append(views, x.View)
			}
		}
		var err error
		if body, err = json.Marshal(map[string]any{"data": views}); err != nil {
			return err
		}
	}
	rest.Raw(c.w, status, body)
	return nil
}

func (api *API) create(c *call) error {
	o, err := c.object()
	if err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	op := record.Op{Do: record.Create, Object: o.Name, Values: body}
	if given, ok := body["id"]; ok {
		s, _ := given.(string)
		if op.UUID, err = uuid.Parse(s); err != nil {
			return fault.Invalid("id", "id.invalid")
		}
		delete(body, "id")
	}
	return api.change(c, op, http.StatusCreated)
}

// seen reads which version the caller saw: in the body, or strictly in If-Match.
func (c *call) seen(body map[string]any, op *record.Op) error {
	if v, ok := body["version"]; ok {
		delete(body, "version")
		n, ok := v.(json.Number)
		if !ok {
			return fault.Invalid("version", "version.needed")
		}
		var err error
		if op.Version, err = n.Int64(); err != nil || op.Version < 1 {
			return fault.Invalid("version", "version.needed")
		}
		return nil
	}
	if tag := c.r.Header.Get("If-Match"); tag != "" {
		n, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
		if err != nil || n < 1 {
			return fault.New(fault.BadRequest, "version.needed")
		}
		op.Version, op.Strict = n, true
		return nil
	}
	return fault.New(fault.VersionNeeded, "version.needed")
}

func (api *API) update(c *call) error {
	o, id, err := c.target()
	if err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	op := record.Op{Do: record.Update, Object: o.Name, UUID: id, Values: body}
	if err := c.seen(body, &op); err != nil {
		return err
	}
	return api.change(c, op, http.StatusOK)
}

func (api *API) remove(c *call) error {
	do := record.Delete
	if c.r.URL.Query().Get("purge") == "true" {
		do = record.Purge
	}
	return api.plain(c, do)
}

func (api *API) restore(c *call) error { return api.plain(c, record.Restore) }

// plain does an operation that needs no values.
func (api *API) plain(c *call, do string) error {
	o, id, err := c.target()
	if err != nil {
		return err
	}
	return api.change(c, record.Op{Do: do, Object: o.Name, UUID: id}, http.StatusOK)
}

func (api *API) act(c *call) error {
	o, id, err := c.target()
	if err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	w, err := c.write()
	if err != nil {
		return err
	}
	res, err := c.space.Engine.Do(c.ctx(), o.Name, c.r.PathValue("verb"), id, body, w)
	if err != nil {
		return err
	}
	return answer(c, res, http.StatusOK)
}

func (api *API) history(c *call) error { return c.events(c.space.Engine.History) }

func (api *API) timeline(c *call) error { return c.events(c.space.Engine.Timeline) }

// events answers a part of a history or timeline, the newest first.
func (c *call) events(read func(ctx context.Context, a *access.Actor, name string, id uuid.UUID, cursor string, limit int) (*record.Events, error)) error {
	o, id, err := c.target()
	if err != nil {
		return err
	}
	limit := 50
	if s := c.r.URL.Query().Get("limit"); s != "" {
		if limit, err = strconv.Atoi(s); err != nil || limit < 1 || limit > 200 {
			return fault.New(fault.BadRequest, "limit.invalid", "max", 200)
		}
	}
	events, err := read(c.ctx(), c.actor, o.Name, id, c.r.URL.Query().Get("cursor"), limit)
	if err != nil {
		return err
	}
	return rest.JSON(c.w, http.StatusOK, events)
}

// search finds records of all objects, or of some, by their names and numbers.
func (api *API) search(c *call) error {
	if err := c.actor.Need("records:read"); err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	limit := 20
	if n, given := body["limit"].(json.Number); given {
		if limit, err = strconv.Atoi(n.String()); err != nil || limit < 1 || limit > 100 {
			return fault.New(fault.BadRequest, "limit.invalid", "max", 100)
		}
	}
	found, err := c.space.Engine.Search(c.ctx(), c.actor, text(body, "q"), texts(body["objects"]), limit)
	if err != nil {
		return err
	}
	return rest.JSON(c.w, http.StatusOK, found)
}

func (api *API) access(c *call) error {
	o, id, err := c.target()
	if err != nil {
		return err
	}
	about := c.actor
	if s := c.r.URL.Query().Get("user"); s != "" {
		if !c.actor.Admin {
			return fault.New(fault.Forbidden, "admin.needed")
		}
		user, err := uuid.Parse(s)
		if err != nil {
			return fault.New(fault.BadRequest, "id.invalid")
		}
		if about, _, err = c.space.Actor(c.ctx(), user, c.actor.Locale, nil); err != nil {
			return err
		}
	}
	d, err := c.space.Engine.Access(c.ctx(), c.actor, o.Name, id, about)
	if err != nil {
		return err
	}
	return rest.JSON(c.w, http.StatusOK, d)
}

func (api *API) duplicates(c *call) error {
	o, err := c.object()
	if err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	except, _ := uuid.Parse(text(body, "id"))
	twins, err := c.space.Engine.Duplicates(c.ctx(), c.actor, o.Name, body, except)
	if err != nil {
		return err
	}
	if twins == nil {
		twins = []record.Twin{}
	}
	return rest.JSON(c.w, http.StatusOK, map[string]any{"data": twins})
}

func (api *API) planUndo(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	plan, err := c.space.Engine.PlanUndo(c.ctx(), c.actor, id)
	if err != nil {
		return err
	}
	return rest.JSON(c.w, http.StatusOK, plan)
}
