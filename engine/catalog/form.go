package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// Forms of definitions, as the API takes them: each property by itself, so that everything that is wrong is said at once.

// ReadObject reads a new object.
func ReadObject(in map[string]any) (*object.Object, error) {
	o := &object.Object{}
	var bad faults
	var fields []any
	scope := "owner"
	for name, v := range in {
		switch name {
		case "name":
			read(&bad, name, v, &o.Name)
		case "scope":
			read(&bad, name, v, &scope)
		case "fields":
			read(&bad, name, v, &fields)
		default:
			readHead(&bad, o, name, v)
		}
	}
	switch scope {
	case "owner":
		o.Scope.Owner = true
	case "everyone":
	default:
		bad.add("scope", "catalog.scope")
	}
	for i, x := range fields {
		form, ok := x.(map[string]any)
		at := fmt.Sprintf("fields[%d]", i)
		if !ok {
			bad.add(at, "catalog.form")
			continue
		}
		f, err := ReadField(form)
		if err != nil {
			bad = append(bad, under(at+".", fault.As(err).Fields)...)
		}
		o.Fields = append(o.Fields, f)
	}
	return o, bad.inOrder()
}

// PatchObject lays changes over an object.
func PatchObject(o *object.Object, in map[string]any) error {
	var bad faults
	for name, v := range in {
		if name == "retired" {
			read(&bad, name, v, &o.Retired)
			continue
		}
		readHead(&bad, o, name, v)
	}
	return bad.inOrder()
}

func readHead(bad *faults, o *object.Object, name string, v any) {
	switch name {
	case "label":
		read(bad, name, v, &o.Label)
	case "plural":
		read(bad, name, v, &o.Plural)
	case "icon":
		read(bad, name, v, &o.Icon)
	case "name", "scope", "group", "custom", "owned", "title_field", "fields":
		bad.add(name, "catalog.fixed")
	default:
		bad.add(name, "catalog.property_unknown")
	}
}

// ReadField reads a new field.
func ReadField(in map[string]any) (*object.Field, error) {
	f := &object.Field{}
	if kind, _ := in["kind"].(string); kind == string(object.KindSeries) {
		f.Series = &object.Series{Digits: 4}
	}
	return f, PatchField(f, in)
}

// PatchField lays changes over a field.
func PatchField(f *object.Field, in map[string]any) error {
	var bad faults
	for name, v := range in {
		if to := property(f, name); to != nil {
			read(&bad, name, v, to)
		} else {
			bad.add(name, "catalog.property_unknown")
		}
	}
	if _, said := in["unique"]; said && !f.Unique {
		f.Duplicates = 0 // whoever switches it off has heard that it failed
	}
	return bad.inOrder()
}

// property is where a property of a field stands.
func property(f *object.Field, name string) any {
	switch name {
	case "name":
		return &f.Name
	case "kind":
		return &f.Kind
	case "label":
		return &f.Label
	case "help":
		return &f.Help
	case "group":
		return &f.Section
	case "required":
		return &f.Required
	case "unique":
		return &f.Unique
	case "immutable":
		return &f.Immutable
	case "personal":
		return &f.Personal
	case "search":
		return &f.Search
	case "match":
		return &f.Match
	case "retired":
		return &f.Retired
	case "place":
		return &f.List
	}
	return limits(f, name)
}

func limits(f *object.Field, name string) any {
	switch name {
	case "max_length":
		return &f.MaxLength
	case "min":
		return &f.Min
	case "max":
		return &f.Max
	case "pattern":
		return &f.Pattern
	case "scale":
		return &f.Scale
	case "options":
		return &f.Options
	case "labels":
		return &f.Labels
	case "target":
		return &f.Target
	case "targets":
		return &f.Targets
	case "on_delete":
		return &f.OnDelete
	case "series":
		return &f.Series
	case "default":
		return &f.Default
	}
	return nil
}

// read reads one property whole: nothing of what stood there is left. null is empty.
func read(bad *faults, path string, in, to any) {
	text, err := json.Marshal(in)
	if err != nil {
		bad.add(path, "catalog.form")
		return
	}
	fresh := reflect.New(reflect.TypeOf(to).Elem())
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(fresh.Interface()); err != nil {
		bad.add(path, "catalog.form")
		return
	}
	reflect.ValueOf(to).Elem().Set(fresh.Elem())
}

func (l faults) inOrder() error {
	slices.SortFunc(l, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	return fault.Faulty(l)
}
