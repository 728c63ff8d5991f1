package exchange

import (
	"slices"
	"strings"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// What is done with a row whose record is there already.
const (
	Skip   = "skip"
	Update = "update"
	Create = "create"
)

// plan is a mapping that was checked: which columns fill which fields.
type plan struct {
	main   *object.Object
	also   *object.Object // the companion, where a column leads to it
	link   *object.Field  // the companion's link to main
	fill   [2][]filling   // of main, of also
	locale string         // whose words the reasons are in
}

type filling struct {
	field   *object.Field
	columns []labelled
}

// labelled is a column, the label that its items get, and what stands for some of its values.
type labelled struct {
	column int
	label  string
	values map[string]string
}

// maxValues is for how many values of a file something else may be put.
const maxValues = 1000

// joins says whether several columns may fill a field: each gives values of its own, or a part of the text.
func joins(f *object.Field, o *object.Object) bool {
	return f.Kind.Multi() || (f.Kind == object.KindText || f.Kind == object.KindLongText) && f.Name != o.Title && !f.Unique
}

// newPlan checks a mapping: known fields that the actor may write, each once unless it is multi-valued, no required one
// forgotten.
func newPlan(cat *object.Catalog, a *access.Actor, name string, mapping []Mapped, columns int) (*plan, error) {
	main := cat.Object(name)
	if main == nil || a.Reading(main) == access.None {
		return nil, fault.New(fault.Missing, "object.unknown", "object", name)
	}
	if !imports(a, main) {
		return nil, fault.New(fault.Forbidden, "right.import", "object", main.Label.In(a.Locale))
	}
	if main.Lines != "" {
		return nil, fault.New(fault.Unprocessable, "import.lines", "object", main.Label.In(a.Locale))
	}
	p := &plan{main: main, locale: a.Locale}
	also, link := companionOf(cat, main)
	targets := targetsOf(cat, a, main)
	replaced := 0
	for _, m := range mapping {
		if replaced += len(m.Values); replaced > maxValues {
			return nil, fault.Invalid("mapping", "list.too_long", "max", maxValues)
		}
		if m.Target == "" {
			continue
		}
		i := slices.IndexFunc(targets, func(t target) bool { return t.name() == m.Target })
		if i < 0 {
			return nil, fault.Invalid("mapping", "import.target", "target", m.Target)
		}
		if m.Column < 0 || m.Column >= columns {
			return nil, fault.Invalid("mapping", "import.column", "column", m.Column)
		}
		t := targets[i]
		from := labelled{column: m.Column, values: m.Values}
		if t.label != nil {
			from.label = t.label.Name
		}
		side := 0
		if t.object != main {
			side, p.also, p.link = 1, also, link
		}
		at := slices.IndexFunc(p.fill[side], func(f filling) bool { return f.field == t.field })
		switch {
		case at < 0:
			p.fill[side] = append(p.fill[side], filling{t.field, []labelled{from}})
		case joins(t.field, t.object):
			p.fill[side][at].columns = append(p.fill[side][at].columns, from)
		default:
			return nil, fault.Invalid("mapping", "import.twice", "target", m.Target)
		}
	}
	return p, p.complete(a.Locale)
}

// complete refuses a mapping that forgets a required field.
func (p *plan) complete(locale string) error {
	if len(p.fill[0]) == 0 {
		return fault.Invalid("mapping", "import.nothing")
	}
	var missing []string
	for side, o := range []*object.Object{p.main, p.also} {
		if o == nil {
			continue
		}
		for _, f := range o.Fields {
			if needed(f) && !slices.ContainsFunc(p.fill[side], func(x filling) bool { return x.field == f }) {
				missing = append(missing, f.Label.In(locale))
			}
		}
	}
	if len(missing) > 0 {
		return fault.Invalid("mapping", "import.required", "fields", missing)
	}
	return nil
}

// needed says whether a new record lacks a field that no column gives.
func needed(f *object.Field) bool {
	return f.Required && !f.Given && f.Default == nil && f.Series == nil && !f.ReadOnly && !f.Retired
}

// column finds the column from which a fault of a write comes, by the path of the fault: "ops[1].phones[0].value"; -1
// where it comes from none.
func (p *plan) column(path string, side int) (column int, f *object.Field) {
	if rest, ok := strings.CutPrefix(path, "ops["); ok {
		if i := strings.Index(rest, "]."); i >= 0 {
			path = rest[i+2:]
		}
	}
	name, _, _ := strings.Cut(path, ".")
	name, _, _ = strings.Cut(name, "[")
	for _, x := range p.fill[side] {
		if x.field.Name == name {
			return x.columns[0].column, x.field
		}
	}
	o := p.main
	if side == 1 {
		o = p.also
	}
	return -1, o.Field(name)
}
