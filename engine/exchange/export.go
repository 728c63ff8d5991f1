package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/platform/blob"
	"youpeng/platform/fault"
	"youpeng/platform/job"
)

// Export is what an export is asked for.
type Export struct {
	Asker
	Object  string          `json:"object"`
	Format  string          `json:"format"`
	Fields  []string        `json:"fields"`
	Filter  json.RawMessage `json:"filter,omitempty"`
	Sort    []string        `json:"sort,omitempty"`
	Deleted bool            `json:"deleted,omitempty"`
}

// ExportProgress is how far an export is.
type ExportProgress struct {
	Done  int      `json:"done"`
	Total int      `json:"total"`
	File  *FileRef `json:"file,omitempty"`
}

// exportPage is how many records are read at once.
const exportPage = 1000

// AskExport checks an export before it is put into the queue; it answers the job to make.
func (d *Deps) AskExport(ctx context.Context, a *access.Actor, in Export) (job.New, error) {
	if in.Format == "" {
		in.Format = CSV
	}
	if in.Format != CSV && in.Format != XLSX {
		return job.New{}, fault.Invalid("format", "choice.unknown", "options", []string{CSV, XLSX})
	}
	_, fields, err := d.exported(ctx, a, &in)
	if err != nil {
		return job.New{}, err
	}
	if _, err := d.Files.Left(ctx, a.User); err != nil {
		return job.New{}, err
	}
	in.Asker, in.Fields = AskerOf(a), nil
	for _, f := range fields {
		in.Fields = append(in.Fields, f.Name)
	}
	return job.New{Kind: "export", Queue: "bulk", Args: in, Actor: a.User}, nil
}

// exported is the question of an export and its columns, within the asker's rights.
func (d *Deps) exported(ctx context.Context, a *access.Actor, in *Export) (*query.Question, []*object.Field, error) {
	o := d.Engine.Catalog().Object(in.Object)
	if o == nil || a.Reading(o) == access.None {
		return nil, nil, fault.New(fault.Missing, "object.unknown", "object", in.Object)
	}
	if !a.System && !a.Objects[o.Name].Export {
		return nil, nil, fault.New(fault.Forbidden, "right.export", "object", o.Label.In(a.Locale))
	}
	if err := access.Check(a, o); err != nil {
		return nil, nil, err
	}
	r := query.Request{Sort: in.Sort, Deleted: in.Deleted}
	if len(in.Filter) > 0 && string(in.Filter) != "null" {
		dec := json.NewDecoder(bytes.NewReader(in.Filter))
		dec.UseNumber()
		if err := dec.Decode(&r.Filter); err != nil {
			return nil, nil, fault.Invalid("filter", "filter.invalid")
		}
	}
	q, err := d.Parser(ctx, a).Question(o, r)
	if err != nil {
		return nil, nil, err
	}
	q.Limit = exportPage
	fields := record.Listed(o)
	if len(in.Fields) > 0 {
		fields = nil
	}
	for _, name := range in.Fields {
		f := o.Field(name)
		if f == nil || f.Retired || a.Field(o, f) == access.Hidden {
			return nil, nil, fault.Invalid("fields", "field.unknown", "field", name)
		}
		fields = append(fields, f)
	}
	kept := fields[:0:0]
	for _, f := range fields {
		if a.Field(o, f) != access.Hidden {
			kept = append(kept, f)
		}
	}
	if len(kept) == 0 {
		return nil, nil, fault.Invalid("fields", "import.nothing")
	}
	return q, kept, nil
}

// RunExport writes what a question finds into a file of its asker's. One that was cut off begins anew.
func RunExport(ctx context.Context, d *Deps, run *job.Run) error {
	err := runExport(ctx, d, run)
	if f := fault.As(err); err != nil && f.Class != fault.Internal && f.Class != fault.Unavailable && ctx.Err() == nil {
		return job.Final(err)
	}
	return err
}

func runExport(ctx context.Context, d *Deps, run *job.Run) error {
	var in Export
	if err := run.Decode(&in); err != nil {
		return job.Final(err)
	}
	a, err := d.Actor(ctx, in.User, in.Locale, in.Scopes)
	if err != nil {
		return err
	}
	q, fields, err := d.exported(ctx, a, &in)
	if err != nil {
		return err
	}
	left, err := d.Files.Left(ctx, a.User)
	if err != nil {
		return err
	}
	name := q.Object.Plural.In(a.Locale) + d.Clock.Now().In(a.Zone).Format("-20060102-1504.") + in.Format
	var p ExportProgress
	p.File, err = d.make(ctx, blob.File{Name: name, Type: mediaTypes[in.Format], Owner: a.User}, left, func(w io.Writer) error {
		out, err := sheetInto(w, in.Format, UTF8, ",")
		if err != nil {
			return err
		}
		e := exporting{zone: a.Zone, locale: a.Locale, currency: d.Engine.Catalog().Currency, csv: in.Format == CSV}
		head := make([]string, len(fields))
		for i, f := range fields {
			head[i] = e.text(f.Label.In(a.Locale))
		}
		if err := out.Write(head); err != nil {
			return err
		}
		if err := d.pages(ctx, a, run, q, fields, &e, out, &p); err != nil {
			return err
		}
		return out.Close()
	})
	if fault.Is(err, fault.TooLarge) {
		return blob.Full()
	}
	if err != nil {
		return err
	}
	return run.Progress(ctx, p)
}

// pages writes page after page, each beside the last record of the one before it, so that none is met twice.
func (d *Deps) pages(ctx context.Context, a *access.Actor, run *job.Run, q *query.Question, fields []*object.Field, e *exporting, out sheet, p *ExportProgress) error {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	at := *q
	for {
		page, answer, err := d.Engine.Ask(ctx, a, &at, names, nil)
		if err != nil {
			return err
		}
		p.Total = max(answer.Total, p.Done+len(page.Data))
		cells := make([]string, len(fields))
		for _, v := range page.Data {
			for i, f := range fields {
				cells[i] = e.cell(f, v.Get(f.Name))
			}
			if err := out.Write(cells); err != nil {
				return err
			}
		}
		p.Done += len(page.Data)
		if err := run.Progress(ctx, p); err != nil {
			return err
		}
		if answer.Last == nil || answer.Position+len(answer.IDs) >= answer.Total {
			return nil
		}
		at.Beside = answer.Last
	}
}

// exporting writes values as people read them, in a way that the importer reads back.
type exporting struct {
	zone     *time.Location
	locale   string
	currency string
	csv      bool
}

// text is a cell of words: in CSV it is kept from being a formula.
func (e *exporting) text(s string) string {
	if e.csv {
		return guarded(s)
	}
	return s
}

// cell writes a value that the API has answered.
func (e *exporting) cell(f *object.Field, v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return e.word(f, x)
	case bool:
		return map[string]map[bool]string{"zh": {true: "是", false: "否"}, "en": {true: "Yes", false: "No"}}[localeOf(e.locale)][x]
	case json.Number:
		return x.String()
	case []any:
		out := make([]string, 0, len(x))
		for _, it := range x {
			if s := e.item(f, it); s != "" {
				out = append(out, s)
			}
		}
		return e.text(strings.Join(out, "; "))
	case map[string]any:
		return e.form(f, x)
	}
	return ""
}

func localeOf(locale string) string {
	if locale == "en" {
		return "en"
	}
	return "zh"
}

// word writes what the API writes as a string.
func (e *exporting) word(f *object.Field, s string) string {
	switch f.Kind {
	case object.KindChoice:
		return e.text(e.label(f, s))
	case object.KindDateTime:
		if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return strings.TrimSuffix(at.In(e.zone).Format("2006-01-02 15:04:05.999999"), ".")
		}
	case object.KindDecimal, object.KindPercent, object.KindDate:
		return s
	}
	return e.text(s)
}

func (e *exporting) label(f *object.Field, name string) string {
	for _, o := range f.Options {
		if o.Name == name {
			return o.Label.In(e.locale)
		}
	}
	return name
}

func (e *exporting) item(f *object.Field, it any) string {
	switch x := it.(type) {
	case string:
		if f.Kind == object.KindMultiChoice {
			return e.label(f, x)
		}
		return x
	case map[string]any:
		if s, ok := x["value"].(string); ok && f.Kind == object.KindPhone {
			return strings.Replace(strings.TrimPrefix(s, "+86"), ";ext=", "转", 1)
		} else if ok {
			return s
		}
		if s, ok := x["masked"].(string); ok {
			return s
		}
		s, _ := x["title"].(string)
		return s
	}
	return ""
}

// form writes what the API writes as an object: money, a link, a value of which only the shape may be known.
func (e *exporting) form(f *object.Field, m map[string]any) string {
	if s, ok := m["masked"].(string); ok {
		return e.text(s)
	}
	if s, ok := m["amount"].(string); ok {
		if code, _ := m["currency"].(string); code != e.currency {
			return code + " " + s
		}
		return s
	}
	s, _ := m["title"].(string)
	return e.text(s)
}

// Sweep removes files whose time has come and the noted rows of jobs that are gone.
func (d *Deps) Sweep(ctx context.Context) error {
	if _, err := d.Files.Sweep(ctx); err != nil {
		return err
	}
	return d.DB.Write(ctx, forget)
}
