package query

import (
	"slices"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/platform/calendar"
	"youpeng/platform/fault"
)

// Filter checks a tree of conditions: {"and":[…]}, {"or":[…]}, {"not":…} or {"field","op","value"}.
func (p *Parser) Filter(o *object.Object, in any) (Expr, error) {
	if in == nil {
		return nil, nil
	}
	leaves := 0
	return p.node(o, in, "filter", 0, &leaves)
}

func (p *Parser) node(o *object.Object, in any, at string, depth int, leaves *int) (Expr, error) {
	form, ok := in.(map[string]any)
	if !ok || len(form) == 0 {
		return nil, bad(at, "filter.form")
	}
	if _, isLeaf := form["field"]; isLeaf {
		if *leaves++; *leaves > MaxLeaves {
			return nil, bad("filter", "filter.too_many", "max", MaxLeaves)
		}
		return p.condition(o, form, at)
	}
	if depth == MaxDepth {
		return nil, bad(at, "filter.too_deep", "max", MaxDepth)
	}
	if len(form) != 1 {
		return nil, bad(at, "filter.form")
	}
	if inner, ok := form["not"]; ok {
		x, err := p.node(o, inner, at+".not", depth+1, leaves)
		return Not{x}, err
	}
	for _, name := range []string{"and", "or"} {
		list, ok := form[name].([]any)
		if !ok {
			continue
		}
		parts := make([]Expr, len(list))
		for i, x := range list {
			var err error
			if parts[i], err = p.node(o, x, index(at, name, i), depth+1, leaves); err != nil {
				return nil, err
			}
		}
		if name == "and" {
			return And(parts), nil
		}
		return Or(parts), nil
	}
	return nil, bad(at, "filter.form")
}

// condition reads one leaf.
func (p *Parser) condition(o *object.Object, form map[string]any, at string) (Expr, error) {
	for name := range form {
		if name != "field" && name != "op" && name != "value" {
			return nil, bad(at, "filter.form")
		}
	}
	name, ok1 := form["field"].(string)
	word, ok2 := form["op"].(string)
	if form["op"] == nil {
		word, ok2 = string(field.Eq), true
	}
	if !ok1 || !ok2 {
		return nil, bad(at, "filter.form")
	}
	path, err := p.fits(o, name, word, at)
	if err != nil {
		return nil, err
	}
	return p.leaf(path, field.Op(word), form["value"], at+".value")
}

// fits finds the field of a leaf and checks that the asker may ask for it with an operator.
func (p *Parser) fits(o *object.Object, name, word, at string) (Path, error) {
	path, sight, err := p.path(o, name, at+".field")
	if err != nil {
		return nil, err
	}
	ops := field.Of(path.Field()).Ops()
	if sight == Shape {
		ops = slices.DeleteFunc(slices.Clone(ops), func(op field.Op) bool {
			return op != field.Eq && op != field.Empty && op != field.IsFilled
		})
	}
	if !slices.Contains(ops, field.Op(word)) {
		var names []string
		for _, op := range ops {
			names = append(names, string(op))
		}
		if len(word) > 30 {
			word = word[:30]
		}
		return nil, bad(at+".op", "filter.unknown_op", "op", word, "ops", names)
	}
	return path, nil
}

// leaf reduces an operator and its value to the forms that Leaf describes.
func (p *Parser) leaf(path Path, op field.Op, in any, at string) (Expr, error) {
	switch op {
	case field.Empty, field.IsFilled:
		return filled(path, op, in, at)
	case field.Within, field.Before, field.After:
		return p.span(path, op, in, at)
	case field.In, field.Nin, field.Any, field.All, field.None:
		return p.several(path, op, in, at)
	case field.Between:
		return p.between(path, in, at)
	}
	if in == nil && op == field.Eq {
		return &Leaf{Path: path, Op: field.Empty}, nil
	}
	if in == nil && op == field.Ne {
		return &Leaf{Path: path, Op: field.IsFilled}, nil
	}
	if _, list := in.([]any); in == nil || in == "" || list {
		return nil, bad(at, "filter.value")
	}
	if day, ok := wholeDay(path.Field(), in); ok {
		return p.onDay(path, op, day), nil
	}
	args, err := p.operands(path.Field(), in, at)
	if err != nil {
		return nil, err
	}
	return single(path, op, args), nil
}

// single compares with one operand, which may stand for none, one or several values.
func single(path Path, op field.Op, args []any) Expr {
	switch {
	case len(args) == 1:
		return &Leaf{path, op, args}
	case op == field.Eq:
		return &Leaf{path, field.In, args}
	case op == field.Ne:
		return &Leaf{path, field.Nin, args}
	}
	var any Or
	for _, a := range args {
		any = append(any, &Leaf{path, op, []interface{}{a}})
	}
	return any
}

func filled(path Path, op field.Op, in any, at string) (Expr, error) {
	switch in {
	case nil, true, "true", "":
	case false, "false":
		if op == field.Empty {
			op = field.IsFilled
		} else {
			op = field.Empty
		}
	default:
		return nil, bad(at, "filter.no_value")
	}
	return &Leaf{Path: path, Op: op}, nil
}

func (p *Parser) several(path Path, op field.Op, in any, at string) (Expr, error) {
	list, ok := in.([]any)
	if !ok && in != nil {
		list = []any{in}
	}
	if len(list) == 0 || len(list) > MaxValues {
		return nil, bad(at, "filter.values", "max", MaxValues)
	}
	f := path.Field()
	var args []any
	var days Or
	var each And
	for i, x := range list {
		if day, ok := wholeDay(f, x); ok {
			days = append(days, p.onDay(path, field.Eq, day))
			continue
		}
		some, err := p.operands(f, x, index(at, "value", i))
		if err != nil {
			return nil, err
		}
		args = append(args, some...)
		each = append(each, &Leaf{path, field.Any, some})
	}
	switch {
	case op == field.All && len(args) != len(list):
		return each, nil // an operand stands for several values: one of each must be there
	case len(days) > 0 && op == field.Nin:
		return Not{append(days, &Leaf{path, field.In, args})}, nil
	case len(days) > 0:
		return append(days, &Leaf{path, field.In, args}), nil
	}
	return &Leaf{path, op, args}, nil
}

// between takes both ends in; a day at the upper end is meant to its end.
func (p *Parser) between(path Path, in any, at string) (Expr, error) {
	pair, _ := in.([]any)
	if len(pair) != 2 {
		return nil, bad(at, "filter.pair")
	}
	f := path.Field()
	from, err := p.operands(f, pair[0], at)
	if err != nil {
		return nil, err
	}
	if day, ok := wholeDay(f, pair[1]); ok {
		return &Leaf{path, field.Within, []any{from[0], p.instant(f, day+1)}}, nil
	}
	to, err := p.operands(f, pair[1], at)
	if err != nil {
		return nil, err
	}
	return &Leaf{path, field.Between, []any{from[0], to[0]}}, nil
}

// span compares with a named span of days in the asker's zone; before and after take a single day too.
func (p *Parser) span(path Path, op field.Op, in any, at string) (Expr, error) {
	word, _ := in.(string)
	f := path.Field()
	from, to, ok := calendar.Span(word, calendar.Day(p.Context.Now, p.Context.Zone))
	if !ok {
		if from, ok = calendar.Parse(word); !ok {
			return nil, bad(at, "filter.span", "spans", calendar.Words)
		}
		to = from + 1
	}
	switch op {
	case field.Before:
		return &Leaf{path, op, []any{p.instant(f, from)}}, nil
	case field.After:
		return &Leaf{path, op, []any{p.instant(f, to)}}, nil
	}
	return &Leaf{path, op, []any{p.instant(f, from), p.instant(f, to)}}, nil
}

// wholeDay is a day given where an instant stands: it means all of it.
func wholeDay(f *object.Field, in any) (int64, bool) {
	s, ok := in.(string)
	if !ok || f.Kind != object.KindDateTime {
		return 0, false
	}
	return calendar.Parse(s)
}

func (p *Parser) onDay(path Path, op field.Op, day int64) Expr {
	f := path.Field()
	begin, end := p.instant(f, day), p.instant(f, day+1)
	switch op {
	case field.Ne:
		return Not{&Leaf{path, field.Within, []any{begin, end}}}
	case field.Lt, field.Gte:
		return &Leaf{path, op, []any{begin}}
	case field.Lte:
		return &Leaf{path, field.Lt, []any{end}}
	case field.Gt:
		return &Leaf{path, field.Gte, []any{end}}
	}
	return &Leaf{path, field.Within, []any{begin, end}}
}

func (p *Parser) instant(f *object.Field, day int64) int64 {
	return field.Instant(f, day, p.Context.Zone)
}

// operands reads one operand; its faults stand where the caller wrote it.
func (p *Parser) operands(f *object.Field, in any, at string) ([]any, error) {
	v, err := field.Of(f).Compare(f, in, p.Context)
	if err != nil {
		e := fault.As(err)
		if len(e.Fields) == 0 {
			return nil, err
		}
		return nil, &fault.Error{Class: fault.BadRequest, Code: "invalid",
			Fields: []fault.Field{{Path: at, Code: e.Fields[0].Code, Args: e.Fields[0].Args}}}
	}
	if list, ok := v.([]any); ok {
		return list, nil
	}
	return []any{v}, nil
}
