package exchange

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/fault"
	"youpeng/platform/hanzi"
)

// entry is a row as it was understood: values by field in the API's form, of the object and of its companion.
type entry struct {
	row    Row
	values [2]map[string]any
	keys   [2][]key
	unique [2]map[string]string // keys of unique matched fields, by field
	stamps map[string]any       // when it was first made and by whom, where the file says so
	wrongs []wrong
	title  string
}

// key is a value by which records agree.
type key struct {
	field *object.Field
	text  string
}

// understood makes an entry of a row. Links stay as they are written; names resolves them for many rows at once.
func (j *importing) understood(r Row) *entry {
	e := &entry{row: r}
	if r.Fault != "" {
		e.wrongs = append(e.wrongs, wrong{Column: -1, Code: r.Fault})
	} else if len(r.Cells) > len(j.source.header) && filled(r.Cells[len(j.source.header):]) > 0 {
		e.wrongs = append(e.wrongs, wrong{Column: -1, Code: "import.extra_cells"})
	}
	for side := range j.plan.fill {
		e.values[side] = map[string]any{}
		for _, x := range j.plan.fill[side] {
			for _, from := range x.columns {
				if from.column < len(r.Cells) {
					e.add(side, x.field, from.labelled(j.cell(x.field, from.meant(r.Cells[from.column]))))
				}
			}
		}
	}
	e.title, _ = e.values[0][j.plan.main.Title].(string)
	if slices.Contains(sumWords, strings.TrimRight(strings.TrimSpace(hanzi.Fold(e.title)), ":")) {
		e.wrongs = append(e.wrongs, wrong{Column: -1, Code: "import.sum_row"})
	}
	if len(e.title) > 200 {
		e.title = strings.ToValidUTF8(e.title[:200], "")
	}
	for side, o := range []*object.Object{j.plan.main, j.plan.also} {
		if o != nil {
			j.match(e, side, o)
		}
	}
	return e
}

// meant is what is put in the place of a cell.
func (l labelled) meant(cell string) string {
	if to, there := l.values[strings.TrimSpace(cell)]; there {
		return to
	}
	return cell
}

// sumWords name the line below a table that adds it up.
var sumWords = []string{"合计", "总计", "小计", "共计", "total", "subtotal", "grand total", "sum"}

// labelled gives items the label of their column.
func (l labelled) labelled(v any) any {
	if list, ok := v.([]any); ok && l.label != "" {
		for i, x := range list {
			list[i] = map[string]any{"value": x, "label": l.label}
		}
	}
	return v
}

// stamp takes when and by whom a record was first made out of an entry's values.
func (j *importing) stamp(e *entry) {
	o := j.plan.main
	for _, f := range o.Fields[:object.SystemFields] {
		in, given := e.values[0][f.Name]
		if !given {
			continue
		}
		delete(e.values[0], f.Name)
		var v any = j.names.ids[fmt.Sprint(in)]
		var err error
		if f.Index == object.CreatedAt {
			v, err = field.Of(f).Read(f, in, nil, &j.context)
			if at, ok := v.(int64); ok && at > j.context.Now.UnixMicro() {
				err = fault.Invalid(f.Name, "import.future")
			}
		} else if v == int64(0) {
			err = fault.Invalid(f.Name, "import.link_unknown")
		}
		if err != nil {
			e.wrongs = append(e.wrongs, j.plan.wrongs(err, func(string) int { return 0 })...)
			continue
		}
		if e.stamps == nil {
			e.stamps = map[string]any{}
		}
		e.stamps[f.Name] = v
	}
}

func (j *importing) cell(f *object.Field, cell string) any {
	if !f.Kind.Links() {
		return j.cells.value(f, cell)
	}
	if j.cells.format == CSV {
		cell = unguarded(cell)
	}
	if list := linkCells(f, cell); len(list) > 0 {
		return list
	}
	return nil
}

// add puts a cell's value beside those of other columns of the same field.
func (e *entry) add(side int, f *object.Field, v any) {
	switch was := e.values[side][f.Name].(type) {
	case []any:
		if more, ok := v.([]any); ok {
			e.values[side][f.Name] = append(was, more...)
		}
	case []string:
		if more, ok := v.([]string); ok {
			e.values[side][f.Name] = append(was, more...)
		}
	case string:
		if more, ok := v.(string); ok {
			e.values[side][f.Name] = joined(f, was, more)
		}
	default:
		if v != nil {
			e.values[side][f.Name] = v
		}
	}
}

// joined writes parts of a text behind one another: lines below each other, and no blank between Chinese words.
func joined(f *object.Field, a, b string) string {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	switch {
	case f.Kind == object.KindLongText:
		return a + "\n" + b
	case unicode.Is(unicode.Han, last) && unicode.Is(unicode.Han, first):
		return a + strings.TrimPrefix(b, a) // 北京市 北京市: a city that is its own province
	}
	return a + " " + b
}

// checked finds what else is wrong with a row that fails already, so that a person mends it once.
func (j *importing) checked(e *entry) {
	for side, o := range []*object.Object{j.plan.main, j.plan.also} {
		for _, x := range j.plan.fill[side] {
			in, given := e.values[side][x.field.Name]
			var err error
			switch {
			case x.field.Kind.Links():
			case given:
				_, err = field.Of(x.field).Read(x.field, in, nil, &j.context)
			case needed(x.field) && x.field.Name == o.Title && side == 0:
				err = fault.Invalid(x.field.Name, "required")
			}
			if err != nil {
				e.wrongs = append(e.wrongs, j.plan.wrongs(err, func(string) int { return side })...)
			}
		}
	}
}

// match computes the keys of the matcher. What a field refuses matches nothing; the write will say so.
func (j *importing) match(e *entry, side int, o *object.Object) {
	e.unique[side] = map[string]string{}
	for _, f := range o.Fields {
		in, given := e.values[side][f.Name]
		if !f.Match || f.Retired || !given {
			continue
		}
		v, err := field.Of(f).Read(f, in, nil, &j.context)
		if err != nil || v == nil {
			continue
		}
		for _, text := range table.MatchKeys(o, f, v) {
			e.keys[side] = append(e.keys[side], key{f, text})
		}
		if f.Unique {
			e.unique[side][f.Name] = table.MatchKey(o, f, v)
		}
	}
}

// titlesOf gathers what the links of some rows name, by the object that they lead to.
func (j *importing) titlesOf(list []*entry) map[string][]string {
	out := map[string][]string{}
	for side := range j.plan.fill {
		for _, x := range j.plan.fill[side] {
			if !x.field.Kind.Links() || x.field.Target == "user" {
				continue
			}
			for _, e := range list {
				titles, _ := e.values[side][x.field.Name].([]string)
				out[x.field.Target] = append(out[x.field.Target], titles...)
			}
		}
	}
	for name, titles := range out {
		slices.Sort(titles)
		out[name] = slices.Compact(titles)
	}
	return out
}

// link puts ids where links are named.
func (j *importing) link(e *entry) {
	for side := range j.plan.fill {
		for _, x := range j.plan.fill[side] {
			titles, ok := e.values[side][x.field.Name].([]string)
			if !ok {
				continue
			}
			var ids []any
			for _, t := range titles {
				id, f := j.names.id(x.field, t)
				if f != nil {
					e.wrongs = append(e.wrongs, j.plan.wrongs(fault.Faulty([]fault.Field{*f}), func(string) int { return side })...)
					continue
				}
				ids = append(ids, id)
			}
			delete(e.values[side], x.field.Name)
			if len(ids) > 0 && x.field.Kind == object.KindLinks {
				e.values[side][x.field.Name] = ids
			} else if len(ids) > 0 {
				e.values[side][x.field.Name] = ids[0]
			}
		}
	}
	j.stamp(e)
}
