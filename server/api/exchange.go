package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"youpeng/engine/exchange"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

// importBody is the greatest body that asks for an import: choices for single rows stand in it.
const importBody = 4 << 20

// into reads a body into a form, and refuses members that it does not know.
func into(c *call, limit int64, form any) error {
	if _, err := c.body(limit); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(c.raw))
	d.DisallowUnknownFields()
	if err := d.Decode(form); err != nil && len(c.raw) > 0 {
		return fault.New(fault.BadRequest, "body.form").Because(err)
	}
	return nil
}

func fileID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return id, fault.Invalid("file", "import.no_file")
	}
	return id, nil
}

// previewImport says what a file holds and where its columns seem to lead.
func (api *API) previewImport(c *call) error {
	var in struct {
		File    string           `json:"file"`
		Object  string           `json:"object"`
		Options exchange.Options `json:"options"`
	}
	if err := into(c, rest.MaxBody, &in); err != nil {
		return err
	}
	id, err := fileID(in.File)
	if err != nil {
		return err
	}
	p, err := c.space.Exchange().Preview(c.ctx(), c.actor, id, in.Object, in.Options)
	if err != nil {
		return err
	}
	return rest.JSON(c.w, http.StatusOK, p)
}

// importFile puts an import into the queue.
func (api *API) importFile(c *call) error {
	var in struct {
		File       string                     `json:"file"`
		Object     string                     `json:"object"`
		Options    exchange.Options           `json:"options"`
		Mapping    []exchange.Mapped          `json:"mapping"`
		Duplicates string                     `json:"duplicates"`
		Rows       map[string]exchange.Choice `json:"rows"`
		DryRun     bool                       `json:"dry_run"`
	}
	if err := into(c, importBody, &in); err != nil {
		return err
	}
	id, err := fileID(in.File)
	if err != nil {
		return err
	}
	n, err := c.space.Exchange().Ask(c.ctx(), c.actor, exchange.Import{File: id, Object: in.Object, Options: in.Options, Mapping: in.Mapping, Duplicates: in.Duplicates, DryRun: in.DryRun || c.dry()}, in.Rows)
	if err != nil {
		return err
	}
	return c.enqueue(n)
}

// importRows lists the rows of an import that were not simply written.
func (api *API) importRows(c *call) error {
	j, err := c.mine("records:read")
	if err != nil {
		return err
	}
	if j.Kind != "import" {
		return fault.New(fault.Missing, "job.missing")
	}
	values := c.r.URL.Query()
	number := func(name string, otherwise, most int) (int, error) {
		s := values.Get(name)
		if s == "" {
			return otherwise, nil
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > most {
			return 0, fault.New(fault.BadRequest, "limit.invalid", "max", most)
		}
		return n, nil
	}
	after, err := number("after", 0, 1<<30)
	if err != nil {
		return err
	}
	limit, err := number("limit", 50, 200)
	if err != nil {
		return err
	}
	out, err := c.space.Exchange().Rows(c.ctx(), c.actor, j, values.Get("kind"), after, max(limit, 1))
	if err != nil {
		return err
	}
	return rest.JSON(c.w, http.StatusOK, out)
}

// exportFile puts an export into the queue.
func (api *API) exportFile(c *call) error {
	var in struct {
		Object  string          `json:"object"`
		Format  string          `json:"format"`
		Fields  []string        `json:"fields"`
		Filter  json.RawMessage `json:"filter"`
		Sort    any             `json:"sort"`
		Deleted bool            `json:"deleted"`
	}
	if err := into(c, rest.MaxBody, &in); err != nil {
		return err
	}
	sort := texts(in.Sort)
	if s, ok := in.Sort.(string); ok {
		sort = names(s)
	}
	n, err := c.space.Exchange().AskExport(c.ctx(), c.actor, exchange.Export{Object: in.Object, Format: in.Format, Fields: in.Fields, Filter: in.Filter, Sort: sort, Deleted: in.Deleted})
	if err != nil {
		return err
	}
	return c.enqueue(n)
}
