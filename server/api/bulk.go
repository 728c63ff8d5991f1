package api

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/record"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

// The bounds of a bulk request: all or nothing, or each alone.
const (
	bulkAtomic = 100
	bulkEach   = 1000
	bulkBody   = 16 << 20
)

var bulkVerbs = map[string]string{"POST": record.Create, "PATCH": record.Update, "DELETE": record.Delete}

// bulk does several operations as one change set and answers each in its place.
func (api *API) bulk(c *call) error {
	body, err := c.body(bulkBody)
	if err != nil {
		return err
	}
	atomic, _ := body["atomic"].(bool)
	list, _ := body["operations"].([]any)
	limit := bulkEach
	if atomic {
		limit = bulkAtomic
	}
	if len(list) == 0 || len(list) > limit {
		return fault.New(fault.BadRequest, "bulk.size", "max", limit)
	}
	w, err := c.write()
	if err != nil {
		return err
	}
	w.Each = !atomic
	for _, x := range list {
		op, err := c.operation(x)
		if err != nil {
			return err
		}
		w.Ops = append(w.Ops, op)
	}
	w.Answer = answers(c)
	res, err := c.space.Engine.Write(c.ctx(), &w)
	if err != nil {
		return err
	}
	for _, op := range w.Ops {
		c.space.Changed(op.Object)
	}
	return answer(c, res, http.StatusOK)
}

// operation reads one operation. A PATCH without a version is made whatever the version is: the caller chose the records
// by their places in a list and not by what stood in them.
func (c *call) operation(x any) (op record.Op, err error) {
	m, _ := x.(map[string]any)
	do, known := bulkVerbs[text(m, "method")]
	if !known {
		return op, fault.New(fault.BadRequest, "bulk.method")
	}
	o := c.space.Engine.Catalog().Object(text(m, "object"))
	if o == nil || c.actor.Reading(o) == access.None {
		return op, fault.New(fault.Missing, "object.unknown", "object", text(m, "object"))
	}
	if err := c.actor.Need("records:write:" + o.Name); err != nil {
		return op, err
	}
	values, _ := m["body"].(map[string]any)
	op = record.Op{Do: do, Object: o.Name, Values: values}
	if do != record.Create {
		if op.UUID, err = uuid.Parse(text(m, "id")); err != nil {
			return op, fault.New(fault.BadRequest, "bulk.operation")
		}
	}
	if do != record.Delete && values == nil {
		return op, fault.New(fault.BadRequest, "bulk.operation")
	}
	if do == record.Update {
		if _, given := values["version"]; !given {
			op.Any = true
			return op, nil
		}
		err = c.seen(values, &op)
	}
	return op, err
}

// answers renders the outcomes in order: a status each, with the record or what was wrong.
func answers(c *call) func(*record.Result) ([]byte, error) {
	return func(res *record.Result) ([]byte, error) {
		out := make([]map[string]any, len(res.Outcomes))
		for i, x := range res.Outcomes {
			if x.Err != nil {
				doc := rest.Problem(fault.As(x.Err), c.actor.Locale)
				out[i] = map[string]any{"status": doc["status"], "problem": doc}
				continue
			}
			out[i] = map[string]any{"status": http.StatusOK, "record": x.View}
		}
		return json.Marshal(map[string]any{"data": out})
	}
}
