package view

import (
	"slices"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// The bounds of a layout.
const (
	MaxSections  = 50
	maxLabel     = 100
	mostArranged = 400
)

var (
	other  = object.Text{ZH: "其他", EN: "Other"}
	system = object.Text{ZH: "系统信息", EN: "System"}
)

// ReadLayout reads sections as a caller writes them; nil is the layout of the definitions.
func ReadLayout(in any) (sections []object.FormSection, bad []fault.Field) {
	if in == nil {
		return nil, nil
	}
	list, ok := in.([]any)
	if !ok || len(list) == 0 {
		return nil, []fault.Field{one("sections", "catalog.form")}
	}
	for i, x := range list {
		at := index("sections", i)
		form, ok := x.(map[string]any)
		if !ok {
			bad = append(bad, one(at, "catalog.form"))
			continue
		}
		s := object.FormSection{}
		for name, y := range form {
			ok := true
			switch name {
			case "label":
				s.Label, ok = readText(y)
			case "fields":
				s.Fields, ok = readNames(y)
			default:
				bad = append(bad, one(at+"."+name, "catalog.property_unknown"))
			}
			if !ok {
				bad = append(bad, one(at+"."+name, "catalog.form"))
			}
		}
		sections = append(sections, s)
	}
	return sections, inOrder(bad)
}

// CheckLayout says everything that is wrong with the sections of an object. What is retired may be named: it keeps its
// place for the day when it comes back.
func CheckLayout(o *object.Object, sections []object.FormSection) (bad []fault.Field) {
	if len(sections) > MaxSections {
		return []fault.Field{one("sections", "layout.sections", "max", MaxSections)}
	}
	met := map[string]bool{}
	for i, s := range sections {
		at := index("sections", i)
		bad = append(bad, words(at+".label", s.Label, maxLabel, false)...)
		if len(s.Fields) == 0 {
			bad = append(bad, one(at+".fields", "required"))
		}
		for j, name := range s.Fields {
			here := index(at+".fields", j)
			switch f := o.Field(name); {
			case len(bad) > mostArranged:
				return bad
			case f == nil || f.Hidden:
				bad = append(bad, one(here, "field.unknown"))
			case met[name]:
				bad = append(bad, one(here, "view.twice"))
			}
			met[name] = true
		}
	}
	return bad
}

// Keep gives the fields of an object's layout that whoever arranged the sections anew could not see a place beside those
// that they stood with; nobody throws away what they do not know of.
func Keep(o *object.Object, sections []object.FormSection, unseen func(*object.Field) bool) []object.FormSection {
	if len(sections) == 0 {
		return sections
	}
	kept := make([]object.FormSection, len(sections))
	at := map[string]int{}
	for i, s := range sections {
		kept[i] = object.FormSection{Label: s.Label, Fields: slices.Clone(s.Fields)}
		for _, name := range s.Fields {
			at[name] = i
		}
	}
	for _, s := range o.Layout {
		for i, name := range s.Fields {
			f := o.Field(name)
			if _, named := at[name]; named || f == nil || !unseen(f) {
				continue
			}
			to, place := beside(kept, at, s.Fields, i)
			kept[to].Fields = slices.Insert(kept[to].Fields, place, name)
			at[name] = to
		}
	}
	return kept
}

// beside finds the place behind the nearest neighbour before a field, else before the nearest one behind it, else the end.
func beside(sections []object.FormSection, at map[string]int, neighbours []string, i int) (section, place int) {
	for j := i - 1; j >= 0; j-- {
		if to, named := at[neighbours[j]]; named {
			return to, slices.Index(sections[to].Fields, neighbours[j]) + 1
		}
	}
	for _, name := range neighbours[i+1:] {
		if to, named := at[name]; named {
			return to, slices.Index(sections[to].Fields, name)
		}
	}
	last := len(sections) - 1
	return last, len(sections[last].Fields)
}

// Arrange answers the sections of an object for somebody who sees some of its fields. Every field stands in one: those
// that the layout does not name follow in the section where the first of their group stands, in one for their group, or in
// a last one; what the system keeps by itself comes after all.
func Arrange(o *object.Object, sees func(*object.Field) bool) []object.FormSection {
	named := map[string]int{}
	groups := map[string]int{}
	sections := make([]object.FormSection, 0, len(o.Layout)+2)
	for i, s := range o.Layout {
		sections = append(sections, object.FormSection{Label: s.Label})
		for _, name := range s.Fields {
			f := o.Field(name)
			if f == nil {
				continue
			}
			named[name] = i
			if _, met := groups[f.Section]; !met && f.Section != "" {
				groups[f.Section] = i
			}
			if !f.Retired && sees(f) {
				sections[i].Fields = append(sections[i].Fields, name)
			}
		}
	}
	arranged := len(sections) > 0
	last := object.FormSection{}
	for _, f := range o.Fields {
		if _, done := named[f.Name]; done || f.Retired || !sees(f) {
			continue
		}
		if f.System {
			last.Fields = append(last.Fields, f.Name)
			continue
		}
		at, met := groups[f.Section]
		if !met {
			at = len(sections)
			groups[f.Section] = at
			sections = append(sections, object.FormSection{Label: heading(f.Section, arranged)})
		}
		sections[at].Fields = append(sections[at].Fields, f.Name)
	}
	if !arranged {
		sections = ungroupedFirst(sections)
	}
	if slices.ContainsFunc(sections, func(s object.FormSection) bool { return s.Label != (object.Text{}) }) {
		last.Label = system // else it would seem to belong to the section before it
	}
	sections = append(sections, last)
	return slices.DeleteFunc(sections, func(s object.FormSection) bool { return len(s.Fields) == 0 })
}

// heading is what the section of a group is called. Fields without a group need no heading where nobody arranged any.
func heading(group string, arranged bool) object.Text {
	switch {
	case group != "":
		return object.Text{ZH: group, EN: group}
	case arranged:
		return other
	}
	return object.Text{}
}

func ungroupedFirst(sections []object.FormSection) []object.FormSection {
	slices.SortStableFunc(sections, func(a, b object.FormSection) int {
		plain := func(s object.FormSection) int {
			if s.Label == (object.Text{}) {
				return 0
			}
			return 1
		}
		return plain(a) - plain(b)
	})
	return sections
}
