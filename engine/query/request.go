package query

import (
	"net/url"
	"slices"
	"strings"

	"youpeng/engine/field"
)

// FromURL reads the short form: limit, at, seek, cursor, sort, facets, deleted=only, filter (the tree as JSON is the
// body's affair), and any other parameter as a condition: level=A, amount.gte=1000. The names in also belong to the door.
func FromURL(values url.Values, also ...string) (Request, error) {
	var r Request
	var all []any
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if slices.Contains(also, name) {
			continue
		}
		if len(values[name]) != 1 {
			return r, fault400("parameter.twice", name)
		}
		value := values[name][0]
		known, err := r.member(name, value)
		if err != nil {
			return r, err
		}
		if !known {
			all = append(all, short(name, value))
		}
	}
	if len(all) > 0 {
		r.Filter = map[string]any{"and": all}
	}
	return r, nil
}

// FromBody reads the JSON form of a query's body.
func FromBody(body map[string]any, also ...string) (Request, error) {
	var r Request
	for name, value := range body {
		if slices.Contains(also, name) {
			continue
		}
		if name == "filter" {
			r.Filter = value
			continue
		}
		known, err := r.member(name, value)
		if err != nil {
			return r, err
		}
		if !known {
			return r, fault400("parameter.unknown", name)
		}
	}
	return r, nil
}

// member takes one parameter that is not a condition.
func (r *Request) member(name string, value any) (known bool, err error) {
	ok := true
	switch name {
	case "limit":
		r.Limit = value
	case "at":
		r.At = value
	case "seek":
		r.Seek = value
	case "cursor":
		if value != nil {
			r.Cursor, ok = value.(string)
		}
	case "sort":
		r.Sort, ok = words(value)
	case "facets":
		r.Facets, ok = words(value)
	case "deleted":
		r.Deleted = value == "only" || value == true
		ok = r.Deleted || value == false || value == "" || value == nil
	default:
		return false, nil
	}
	if !ok {
		return true, bad(name, "filter.value")
	}
	return true, nil
}

// words takes a list, or its members with commas between them.
func words(in any) ([]string, bool) {
	switch v := in.(type) {
	case nil:
		return nil, true
	case string:
		if v == "" {
			return nil, true
		}
		return strings.Split(v, ","), true
	case []any:
		var out []string
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, false
}

var lists = []field.Op{field.In, field.Nin, field.Any, field.All, field.None, field.Between}

var operators = append([]field.Op{
	field.Eq, field.Ne, field.Empty, field.IsFilled, field.Lt, field.Lte, field.Gt, field.Gte, field.Contains,
	field.Starts, field.Within, field.Before, field.After,
}, lists...)

// short is the condition of a parameter such as amount.gte=1000. Operators' names are reserved, so that the last part
// is either one of them or a field.
func short(name, value string) map[string]any {
	op := field.Eq
	if i := strings.LastIndexByte(name, '.'); i > 0 && slices.Contains(operators, field.Op(name[i+1:])) {
		name, op = name[:i], field.Op(name[i+1:])
	}
	var v any = value
	if slices.Contains(lists, op) {
		var list []any
		for _, s := range strings.Split(value, ",") {
			list = append(list, s)
		}
		v = list
	}
	return map[string]any{"field": name, "op": string(op), "value": v}
}

func fault400(code, name string) error {
	if len(name) > longestField {
		name = name[:longestField]
	}
	return bad(name, code, "name", name)
}
