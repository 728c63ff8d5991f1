package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/platform/blob"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/job"
)

const (
	sampleRows  = 200
	previewRows = 20
	shownCell   = 200
)

// Column is a column of a file, with the field to which it seems to lead.
type Column struct {
	Column  int      `json:"column"`
	Name    string   `json:"name"`
	Samples []string `json:"samples"`
	Target  *string  `json:"target"`
	By      *string  `json:"by"`
}

// Target is a field that a column may lead to.
type Target struct {
	Target      string `json:"target"`
	Object      string `json:"object"`
	Field       string `json:"field"`
	Label       string `json:"label"`
	ObjectLabel string `json:"object_label"`
	Kind        string `json:"kind"`
	Required    bool   `json:"required"`
	Multiple    bool   `json:"multiple"`
}

// Shown is a row as a preview shows it.
type Shown struct {
	Line  int      `json:"line"`
	Cells []string `json:"cells"`
}

// Preview is what can be said of a file before it is imported.
type Preview struct {
	File    FileRef  `json:"file"`
	Format  string   `json:"format"`
	Options Options  `json:"options"`
	Sheets  []string `json:"sheets"`
	Columns []Column `json:"columns"`
	Rows    []Shown  `json:"rows"`
	Targets []Target `json:"targets"`
}

// Preview reads the beginning of a file and guesses what its columns are.
func (d *Deps) Preview(ctx context.Context, a *access.Actor, file uuid.UUID, name string, o Options) (*Preview, error) {
	main, err := d.importable(a, name)
	if err != nil {
		return nil, err
	}
	targets := targetsOf(d.Engine.Catalog(), a, main)
	o.known = wordsFor(targets)
	s, err := d.open(ctx, file, a.User, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	head, samples, err := s.sample()
	if err != nil {
		return nil, err
	}
	p := &Preview{File: FileRef{s.meta.ID, s.meta.Name, s.meta.Size}, Format: s.format, Options: s.options, Sheets: append([]string{}, s.sheets...), Rows: []Shown{}, Targets: []Target{}}
	days := make([]bool, len(s.header))
	for i, m := range guessed(main, targets, s.header, samples) {
		days[i] = s.format == XLSX && daysIn(targets, m.Target, s.header[i])
		c := Column{Column: i, Name: s.header[i], Samples: []string{}}
		if m.Target != "" {
			c.Target, c.By = &m.Target, &m.By
		}
		for _, cell := range samples[i] {
			if strings.TrimSpace(cell) != "" && len(c.Samples) < 5 {
				c.Samples = append(c.Samples, short(s.shown(cell, days[i])))
			}
		}
		p.Columns = append(p.Columns, c)
	}
	for _, r := range head[:min(len(head), previewRows)] {
		cells := make([]string, len(r.Cells))
		for i, c := range r.Cells {
			cells[i] = short(s.shown(c, i < len(days) && days[i]))
		}
		p.Rows = append(p.Rows, Shown{r.Line, cells})
	}
	for _, t := range targets {
		label := t.field.Label.In(a.Locale)
		if t.label != nil {
			label += " · " + t.label.Label.In(a.Locale)
		}
		p.Targets = append(p.Targets, Target{t.name(), t.object.Name, t.field.Name, label, t.object.Label.In(a.Locale), string(t.field.Kind),
			needed(t.field) && t.label == nil, joins(t.field, t.object)})
	}
	return p, nil
}

// daysIn says whether the cells of a workbook's column are likely to be days: by the field to which it leads, else by its
// name.
func daysIn(targets []target, name, header string) bool {
	if at := slices.IndexFunc(targets, func(t target) bool { return t.name() == name }); at >= 0 {
		k := targets[at].field.Kind
		return k == object.KindDate || k == object.KindDateTime
	}
	return dayWords.MatchString(header)
}

var dayWords = regexp.MustCompile(`(?i)日期|时间|生日|日$|date|time`)

// shown is a cell as a person knows it from the spreadsheet: 46000 in a column of days is one, and 13800138002.0 a number.
func (s *source) shown(cell string, day bool) string {
	if s.format != XLSX {
		return cell
	}
	c := cells{old: s.old}
	if at, _, ok := c.serial(cell); day && ok {
		if at.Equal(at.Truncate(24 * time.Hour)) {
			return at.Format(time.DateOnly)
		}
		return at.Format("2006-01-02 15:04")
	}
	return plainNumber(cell)
}

// importable finds an object that somebody may import.
func (d *Deps) importable(a *access.Actor, name string) (*object.Object, error) {
	o := d.Engine.Catalog().Object(name)
	if o == nil || a.Reading(o) == access.None {
		return nil, fault.New(fault.Missing, "object.unknown", "object", name)
	}
	if !imports(a, o) {
		return nil, fault.New(fault.Forbidden, "right.import", "object", o.Label.In(a.Locale))
	}
	return o, nil
}

// sample reads the first rows, and by column what stands in them.
func (s *source) sample() (head []Row, samples [][]string, err error) {
	in, err := s.rows(0)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	samples = make([][]string, len(s.header))
	for len(head) < sampleRows {
		r, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		head = append(head, r)
		for i, c := range r.Cells {
			if i < len(samples) {
				samples[i] = append(samples[i], c)
			}
		}
	}
	return head, samples, nil
}

func short(s string) string {
	if utf8.RuneCountInString(s) <= shownCell {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return string([]rune(strings.ToValidUTF8(s, "\uFFFD"))[:shownCell]) + "…"
}

// Ask checks an import before it is put into the queue: the file, the mapping, the choices; it answers the job to make.
func (d *Deps) Ask(ctx context.Context, a *access.Actor, in Import, rows map[string]Choice) (job.New, error) {
	none := job.New{}
	main, err := d.importable(a, in.Object)
	if err != nil {
		return none, err
	}
	switch in.Duplicates {
	case "":
		in.Duplicates = Skip
	case Skip, Update, Create:
	default:
		return none, fault.Invalid("duplicates", "choice.unknown", "options", []string{Skip, Update, Create})
	}
	choices, err := readChoices(rows)
	if err != nil {
		return none, err
	}
	targets := targetsOf(d.Engine.Catalog(), a, main)
	in.Options.known = wordsFor(targets)
	s, err := d.open(ctx, in.File, a.User, in.Options)
	if err != nil {
		return none, err
	}
	defer s.Close()
	in.Options, in.Name, in.Columns, in.Asker = s.options, s.meta.Name, s.header, AskerOf(a)
	if in.Mapping == nil {
		_, samples, err := s.sample()
		if err != nil {
			return none, err
		}
		in.Mapping = guessed(main, targets, s.header, samples)
	}
	if _, err := newPlan(d.Engine.Catalog(), a, in.Object, in.Mapping, len(s.header)); err != nil {
		return none, err
	}
	until := d.Clock.Now().Add(keepLife)
	if len(choices) > 0 {
		text, err := json.Marshal(choices)
		if err != nil {
			return none, err
		}
		f, err := d.Files.Put(ctx, blob.File{Name: "choices.json", Type: "application/json", Expires: until}, bytes.NewReader(text), MaxFile)
		if err != nil {
			return none, err
		}
		in.Choices = f.ID
	}
	if err := d.Files.Keep(ctx, in.File, until); err != nil {
		return none, err
	}
	return job.New{Kind: "import", Queue: "bulk", Args: in, Actor: a.User}, nil
}

// Rows tells the rows of an import that were not simply written, with what its reader may see of the records that they
// may be.
func (d *Deps) Rows(ctx context.Context, a *access.Actor, j job.Job, kind string, after, limit int) (map[string]any, error) {
	if kind != rowFailed && kind != rowDuplicate {
		return nil, fault.New(fault.BadRequest, "import.kind")
	}
	var in Import
	if err := json.Unmarshal(j.Args, &in); err != nil {
		return nil, err
	}
	var list []noted
	err := d.DB.Read(ctx, func(r db.Reader) (err error) {
		list, err = notedRows(r, j.ID, kind, after, limit+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := map[string]any{"data": []any{}, "next": nil}
	if len(list) > limit {
		list = list[:limit]
		out["next"] = list[limit-1].Line
	}
	data := make([]any, len(list))
	for i, n := range list {
		if data[i], err = d.told(ctx, a, n, in.Object, in.Columns); err != nil {
			return nil, err
		}
	}
	out["data"] = data
	return out, nil
}

func (d *Deps) told(ctx context.Context, a *access.Actor, n noted, name string, header []string) (map[string]any, error) {
	m := map[string]any{"line": n.Line, "kind": n.Kind, "title": n.Title}
	cat := d.Engine.Catalog()
	if n.Kind == rowFailed {
		faults := make([]any, len(n.Faults))
		main := cat.Object(name)
		for i, w := range n.Faults {
			var also *object.Object
			if main != nil {
				also, _ = companionOf(cat, main)
			}
			label := ""
			if main != nil {
				label = columnLabel(header, main, also, w, a.Locale)
			}
			faults[i] = map[string]any{"column": w.Column, "name": label, "code": w.Code, "message": w.words(a.Locale)}
		}
		m["faults"] = faults
		return m, nil
	}
	matches := make([]any, len(n.Matches))
	for i, x := range n.Matches {
		t := map[string]any{"line": nil, "object": x.Object, "fields": x.Fields, "record": nil}
		if x.Line > 0 {
			t["line"] = x.Line
		}
		if id, err := uuid.Parse(x.ID); err == nil {
			v, err := d.Engine.Get(ctx, a, x.Object, id, []string{"id"}, nil)
			switch {
			case err == nil:
				t["record"] = map[string]any{"id": id, "title": v.Record.Title(), "binned": v.Record.Deleted != 0}
			case fault.Is(err, fault.Missing), fault.Is(err, fault.Forbidden):
				t["record"] = map[string]any{"hidden": true}
			default:
				return nil, err
			}
		}
		matches[i] = t
	}
	m["did"], m["matches"] = n.Did, matches
	return m, nil
}
