// Package view says what a saved list and a page's layout are, as pure data: how they are read, what may stand in them,
// and what is left of them for somebody who may not see every field. It knows no database.
package view

import (
	"encoding/json"
	"slices"
	"strings"

	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/fault"
)

// The bounds of a view, and of how many there are of one object.
const (
	MaxName    = 80
	MaxColumns = 50
	MaxOwn     = 100
	MaxShared  = 200
	maxFilter  = 64 << 10 // bytes of its JSON
)

// Newest is the order of a list that says none.
const Newest = "-created_at"

// Standard is the id of the view that each object has from its definition.
const Standard = "standard"

// View is a saved list of one object: which fields it shows, in which order, and which records.
type View struct {
	ID      string      `json:"id"` // a UUID, or Standard
	Object  string      `json:"object"`
	Name    object.Text `json:"name"`
	Columns []string    `json:"columns"` // names of fields, or paths over one link
	Sort    string      `json:"sort"`    // "-amount,name"
	Filter  any         `json:"filter"`  // the tree as callers write it, decoded with UseNumber; nil finds all
	Shared  bool        `json:"shared"`  // for everybody who may see the object, else for its owner alone
	Owner   string      `json:"owner"`   // the public id of the user who made it
	Version int64       `json:"version"`
}

// Same says whether two views are alike but for their version. No view is nil.
func Same(a, b *View) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, y := *a, *b
	x.Version, y.Version = 0, 0
	left, err1 := json.Marshal(x)
	right, err2 := json.Marshal(y)
	return err1 == nil && err2 == nil && string(left) == string(right)
}

// Of is the standard view of an object: the fields that have a place in lists, the newest records first.
func Of(o *object.Object) View {
	v := View{ID: Standard, Object: o.Name, Name: object.Text{ZH: "全部", EN: "All"}, Columns: []string{o.Title}, Sort: Newest, Shared: true}
	var listed []*object.Field
	for _, f := range o.Fields {
		if f.List > 0 && !f.Retired && f.Name != o.Title {
			listed = append(listed, f)
		}
	}
	slices.SortStableFunc(listed, func(a, b *object.Field) int { return a.List - b.List })
	for _, f := range listed {
		v.Columns = append(v.Columns, f.Name)
	}
	return v
}

// Read lays what a caller wrote over a view. A name may be one text for both languages.
func (v *View) Read(in map[string]any) (bad []fault.Field) {
	wrong := func(at string) { bad = append(bad, one(at, "catalog.form")) }
	for at, x := range in {
		ok := true
		switch at {
		case "name":
			v.Name, ok = readText(x)
		case "columns":
			v.Columns, ok = readNames(x)
		case "sort":
			v.Sort, ok = x.(string)
			ok = ok || x == nil
		case "filter":
			v.Filter = x
		case "shared":
			v.Shared, ok = x.(bool)
		case "id", "object", "owner", "standard":
			bad = append(bad, one(at, "catalog.fixed"))
		default:
			bad = append(bad, one(at, "catalog.property_unknown"))
		}
		if !ok {
			wrong(at)
		}
	}
	return inOrder(bad)
}

func readText(in any) (t object.Text, ok bool) {
	switch x := in.(type) {
	case string:
		return object.Text{ZH: x, EN: x}, true
	case map[string]any:
		for lang, w := range x {
			s, is := w.(string)
			switch {
			case is && lang == "zh":
				t.ZH = s
			case is && lang == "en":
				t.EN = s
			default:
				return t, false
			}
		}
		return t, true
	}
	return t, false
}

func readNames(in any) (names []string, ok bool) {
	list, ok := in.([]any)
	if !ok {
		return nil, false
	}
	names = []string{}
	for _, x := range list {
		s, is := x.(string)
		if !is {
			return nil, false
		}
		names = append(names, s)
	}
	return names, true
}

// Check says everything that is wrong with a view of an object, as far as its writer may know of the object. Of one that
// is changed, only what they wrote is looked at: what became of the rest meanwhile is not their fault.
func (v *View) Check(o *object.Object, p *query.Parser, wrote func(part string) bool) (bad []fault.Field) {
	if wrote("name") {
		bad = append(bad, words("name", v.Name, MaxName, true)...)
	}
	if wrote("columns") {
		bad = append(bad, v.checkColumns(o, p)...)
	}
	if wrote("sort") {
		keys := v.keys()
		if len(keys) > query.MaxKeys {
			return append(bad, one("sort", "sort.too_many", "max", query.MaxKeys))
		}
		for _, key := range keys {
			bad = append(bad, said(p.SortKey(o, key, "sort"))...)
		}
	}
	if wrote("filter") {
		bad = append(bad, v.checkFilter(o, p)...)
	}
	return bad
}

func (v *View) checkColumns(o *object.Object, p *query.Parser) (bad []fault.Field) {
	switch n := len(v.Columns); {
	case n == 0:
		return []fault.Field{one("columns", "required")}
	case n > MaxColumns:
		return []fault.Field{one("columns", "view.columns", "max", MaxColumns)}
	}
	for i, name := range v.Columns {
		at := index("columns", i)
		if slices.Contains(v.Columns[:i], name) {
			bad = append(bad, one(at, "view.twice"))
			continue
		}
		bad = append(bad, said(p.Column(o, name, at))...)
	}
	return bad
}

func (v *View) keys() []string {
	if v.Sort == "" {
		return nil
	}
	return strings.Split(v.Sort, ",")
}

// checkFilter names every leaf that is wrong; where the tree itself is, it says that alone.
func (v *View) checkFilter(o *object.Object, p *query.Parser) (bad []fault.Field) {
	text, err := json.Marshal(v.Filter)
	if err != nil || len(text) > maxFilter {
		return []fault.Field{one("filter", "view.filter_large", "max", maxFilter>>10)}
	}
	_, err = p.Filter(o, v.Filter)
	if err == nil {
		return nil
	}
	if len(leaves(v.Filter, "filter")) <= query.MaxLeaves {
		for _, x := range leaves(v.Filter, "filter") {
			_, err := p.Filter(o, x.form)
			for _, f := range said(err) {
				f.Path = x.at + strings.TrimPrefix(f.Path, "filter")
				bad = append(bad, f)
			}
		}
	}
	if len(bad) == 0 {
		bad = said(err)
	}
	return bad
}

// leaf is one condition of a filter and where it stands.
type leaf struct {
	at   string
	form map[string]any
}

func leaves(in any, at string) (list []leaf) {
	form, _ := in.(map[string]any)
	if _, is := form["field"]; is {
		return []leaf{{at, form}}
	}
	for name, inner := range form {
		if parts, many := inner.([]any); many {
			for i, x := range parts {
				list = append(list, leaves(x, index(at+"."+name, i))...)
			}
		} else if name == "not" {
			list = append(list, leaves(inner, at+".not")...)
		}
	}
	return list
}

// For is what an asker gets of a view: without the columns and sort keys of fields that they may not use. Where its filter
// asks for what they may not ask, no other filter would find what the view is called by: then it is of no use to them.
func (v View) For(o *object.Object, p *query.Parser) (shown View, useful bool) {
	v.Columns = slices.DeleteFunc(slices.Clone(v.Columns), func(name string) bool { return p.Column(o, name, "") != nil })
	v.Sort = strings.Join(slices.DeleteFunc(v.keys(), func(key string) bool { return p.SortKey(o, key, "") != nil }), ",")
	for _, x := range leaves(v.Filter, "") {
		if p.Asks(o, x.form, "") != nil {
			v.Filter = nil
			return v, false
		}
	}
	return v, true
}
