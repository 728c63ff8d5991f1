package query

import (
	"strings"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/platform/calendar"
)

var functions = []string{string(CountAll), string(CountDistinct), string(Sum), string(Avg), string(Min), string(Max)}

// Aggregate checks the body of an aggregate: filter, group, measures, order, limit, deleted. Without measures it counts.
func (p *Parser) Aggregate(o *object.Object, body map[string]any) (*Aggregate, error) {
	a := &Aggregate{Object: o, Zone: p.Context.Zone}
	for name := range body {
		switch name {
		case "filter", "group", "measures", "order", "limit", "deleted":
		default:
			return nil, fault400("parameter.unknown", name)
		}
	}
	a.Deleted = body["deleted"] == "only" || body["deleted"] == true
	var err error
	if a.Filter, err = p.Filter(o, body["filter"]); err != nil {
		return nil, err
	}
	if a.Groups, err = p.groups(o, body["group"]); err != nil {
		return nil, err
	}
	if a.Measures, err = p.measures(o, body["measures"]); err != nil {
		return nil, err
	}
	if a.Order, err = order(body["order"], len(a.Groups)+len(a.Measures)); err != nil {
		return nil, err
	}
	a.Limit, err = whole(body["limit"], "limit", DefaultRows, 1, MaxRows)
	return a, err
}

func list(in any) []any {
	switch v := in.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{in}
}

func (p *Parser) groups(o *object.Object, in any) ([]Group, error) {
	entries := list(in)
	if len(entries) > MaxGroups {
		return nil, bad("group", "group.too_many", "max", MaxGroups)
	}
	var groups []Group
	for i, x := range entries {
		at := index("", "group", i)[1:]
		name, _ := x.(string)
		by := ""
		if form, ok := x.(map[string]any); ok {
			name, _ = form["field"].(string)
			by, _ = form["by"].(string)
		}
		path, err := p.seen(o, name, at, "group.field", groupable)
		if err != nil {
			return nil, err
		}
		if k := path.Field().Kind; k == object.KindDate || k == object.KindDateTime {
			if by == "" {
				by = string(calendar.Days)
			}
			if !calendar.Known(calendar.Unit(by)) {
				return nil, bad(at, "group.by", "units", []string{"day", "week", "month", "quarter", "year"})
			}
		} else if by != "" {
			return nil, bad(at, "group.by", "units", []string{})
		}
		groups = append(groups, Group{path, by})
	}
	return groups, nil
}

func (p *Parser) measures(o *object.Object, in any) ([]Measure, error) {
	entries := list(in)
	if len(entries) > MaxMeasures {
		return nil, bad("measures", "group.too_many", "max", MaxMeasures)
	}
	if len(entries) == 0 {
		return []Measure{{Fn: CountAll}}, nil
	}
	var measures []Measure
	for i, x := range entries {
		at := index("", "measures", i)[1:]
		form, _ := x.(map[string]any)
		word, _ := form["fn"].(string)
		name, _ := form["field"].(string)
		fit, ok := fits(Fn(word))
		if !ok {
			return nil, bad(at+".fn", "measure.fn", "fns", functions)
		}
		if Fn(word) == CountAll && name == "" {
			measures = append(measures, Measure{Fn: CountAll})
			continue
		}
		path, sight, err := p.path(o, name, at+".field")
		if err != nil {
			return nil, err
		}
		if sight != Seen || !fit(path.Field()) || (len(path) > 1 && path[0].Kind == object.KindLinks) {
			return nil, bad(at+".field", "measure.field", "field", name)
		}
		measures = append(measures, Measure{Fn(word), path})
	}
	return measures, nil
}

// fits says of which fields a figure can be made.
func fits(fn Fn) (func(*object.Field) bool, bool) {
	switch fn {
	case CountAll:
		return func(*object.Field) bool { return false }, true
	case CountDistinct:
		return groupable, true
	case Min, Max:
		return func(f *object.Field) bool {
			return field.Of(f).Class() == field.Number && f.Kind != object.KindBoolean
		}, true
	case Sum, Avg:
		return func(f *object.Field) bool {
			switch f.Kind {
			case object.KindNumber, object.KindDecimal, object.KindPercent, object.KindMoney:
				return true
			}
			return false
		}, true
	}
	return nil, false
}

// order reads columns by number, as a list or as text with commas.
func order(in any, columns int) ([]int, error) {
	if s, ok := in.(string); ok {
		var parts []any
		for _, x := range strings.Split(s, ",") {
			parts = append(parts, x)
		}
		in = parts
	}
	var out []int
	for _, x := range list(in) {
		n, err := whole(x, "order", 0, -columns, columns)
		if err != nil || n == 0 {
			return nil, bad("order", "aggregate.order")
		}
		out = append(out, n)
	}
	if len(out) > columns {
		return nil, bad("order", "aggregate.order")
	}
	return out, nil
}
