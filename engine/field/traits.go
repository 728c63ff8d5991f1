package field

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"youpeng/engine/object"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// traits are what a kind says about itself.
type traits struct {
	kind  object.Kind
	ops   []Op
	sorts bool
	class Class
}

func (t traits) Kind() object.Kind { return t.kind }
func (t traits) Ops() []Op         { return t.ops }
func (t traits) Sorts() bool       { return t.sorts }
func (t traits) Class() Class      { return t.class }

// Schema is that of a kind whose form is a text.
func (t traits) Schema(f *object.Field) map[string]any {
	s := map[string]any{"type": "string"}
	if f.MaxLength > 0 {
		s["maxLength"] = f.MaxLength
	}
	if f.Pattern != "" {
		s["pattern"] = "^(?:" + f.Pattern + ")$"
	}
	return s
}

// schemaOf makes a schema of a type with further members, in pairs.
func schemaOf(kind string, more ...any) map[string]any {
	s := map[string]any{"type": kind}
	for i := 0; i+1 < len(more); i += 2 {
		s[more[i].(string)] = more[i+1]
	}
	return s
}

var (
	equalOps  = []Op{Eq, Ne, In, Nin, Empty, IsFilled}
	textOps   = []Op{Contains, Starts, Eq, Ne, In, Nin, Empty, IsFilled}
	numberOps = []Op{Eq, Ne, Lt, Lte, Gt, Gte, Between, In, Nin, Empty, IsFilled}
	dateOps   = []Op{Within, Before, After, Between, Eq, Ne, Lt, Lte, Gt, Gte, In, Nin, Empty, IsFilled}
	listOps   = []Op{Any, All, None, Eq, Ne, In, Nin, Empty, IsFilled}
	itemOps   = []Op{Contains, Starts, Any, All, None, Eq, Ne, In, Nin, Empty, IsFilled}
)

// Groups says whether facets and aggregates can group by a kind: all that sort, and lists, which count for each item.
func Groups(k Kind) bool { return k.Sorts() || k.Class() == List }

// Required refuses an empty value where the field needs one.
func Required(f *object.Field, v any) error {
	if v == nil && f.Required {
		return fault.Invalid(f.Name, "required")
	}
	return nil
}

// Default answers the value of a new record's field that nobody gave; nil where the field has no default. The words
// "me", "today" and "now" stand for the asker and the time.
func Default(f *object.Field, c *Context) (any, error) {
	switch f.Default {
	case nil:
		return nil, nil
	case "me":
		if f.Kind == object.KindOwner {
			if ids, ok := c.owners("me"); ok && len(ids) > 0 {
				return ids[0], nil
			}
			return nil, nil
		}
	case "today", "now":
		if now, ok := present(f.Kind, c); ok {
			return now, nil
		}
	}
	return Of(f).Read(f, f.Default, nil, c)
}

// Masked is what the API answers in place of a value that the asker may not see.
func Masked(f *object.Field, v any) any {
	items, ok := v.([]object.Item)
	if !ok {
		return map[string]any{"masked": Of(f).Mask(f, v)}
	}
	out := make([]any, len(items))
	for i := range items {
		out[i] = map[string]any{
			"id":     strconv.FormatInt(items[i].ID, 10),
			"label":  items[i].Label,
			"masked": Of(f).Mask(f, items[i:i+1]),
		}
	}
	return out
}

// unread is what a door wrote for one who may not see the value; handed back, it means "as it was".
func unread(in any) bool {
	m, ok := in.(map[string]any)
	if !ok {
		return false
	}
	_, masked := m["masked"]
	return masked || m["no_right"] == true
}

func empty(in any) bool { return in == nil || in == "" }

// numeral answers the decimal text of a number in any of its forms.
func numeral(in any) (string, bool) {
	switch n := in.(type) {
	case string:
		return n, true
	case json.Number:
		return n.String(), true
	case int:
		return strconv.Itoa(n), true
	case int64:
		return strconv.FormatInt(n, 10), true
	}
	return "", false
}

func (c *Context) owners(word string) ([]int64, bool) {
	if c == nil || c.Owners == nil {
		return nil, false
	}
	return c.Owners(word)
}

// ofText is shared by the kinds whose value is one string.
type ofText struct{ traits }

func (ofText) Columns(f *object.Field) []Column { return []Column{{f.Name, db.Text}} }

func (ofText) Store(_ *object.Field, v any, dst []any) []any { return append(dst, v) }

func (ofText) Load(f *object.Field, src []any) (any, error) {
	switch src[0].(type) {
	case nil, string:
		return src[0], nil
	}
	return nil, misfit(f, src[0])
}

func (ofText) Equal(a, b any) bool { return a == b }

func (ofText) Write(_ *object.Field, v any, _ *Context) any { return v }

func (ofText) Mask(_ *object.Field, v any) string { return shape(v.(string)) }

// shape shows the first character of a text and that there is more.
func shape(s string) string {
	for _, r := range s {
		return string(r) + "***"
	}
	return "***"
}

// ofInt is shared by the kinds whose value is one integer.
type ofInt struct{ traits }

func (ofInt) Columns(f *object.Field) []Column { return []Column{{f.Name, db.Int}} }

func (ofInt) Store(_ *object.Field, v any, dst []any) []any { return append(dst, v) }

func (ofInt) Load(f *object.Field, src []any) (any, error) {
	switch src[0].(type) {
	case nil, int64:
		return src[0], nil
	}
	return nil, misfit(f, src[0])
}

func (ofInt) Equal(a, b any) bool { return a == b }

func (ofInt) Mask(*object.Field, any) string { return "***" }

func misfit(f *object.Field, v any) error {
	return fmt.Errorf("field %s: a stored %T is no %s", f.Name, v, f.Kind)
}

// checkRange refuses a number outside the field's own bounds; parse reads them.
func checkRange(f *object.Field, n int64, parse func(string) (int64, bool)) error {
	lo, hasLo := parse(f.Min)
	hi, hasHi := parse(f.Max)
	switch low, high := hasLo && n < lo, hasHi && n > hi; {
	case (low || high) && hasLo && hasHi:
		return fault.Invalid(f.Name, "number.range", "min", f.Min, "max", f.Max)
	case low:
		return fault.Invalid(f.Name, "number.min", "min", f.Min)
	case high:
		return fault.Invalid(f.Name, "number.max", "max", f.Max)
	}
	return nil
}

// defineRange checks the bounds of a definition.
func defineRange(f *object.Field, parse func(string) (int64, bool)) error {
	lo, hasLo := parse(f.Min)
	hi, hasHi := parse(f.Max)
	switch {
	case f.Min != "" && !hasLo:
		return fault.Invalid("min", "field.bound")
	case f.Max != "" && !hasHi:
		return fault.Invalid("max", "field.bound")
	case hasLo && hasHi && lo > hi:
		return fault.Invalid("max", "field.bounds")
	}
	return nil
}

// defineOptions checks the options of a choice or the labels of items: names that people can type, each once.
func defineOptions(path string, options []object.Option) error {
	if len(options) > maxOptions {
		return fault.Invalid(path, "options.too_many", "max", maxOptions)
	}
	seen := map[string]bool{}
	for i, o := range options {
		at := fmt.Sprintf("%s[%d].name", path, i)
		if !optionName.MatchString(o.Name) {
			return fault.Invalid(at, "options.name")
		}
		key := fold(o.Name)
		if seen[key] {
			return fault.Invalid(at, "options.twice")
		}
		seen[key] = true
	}
	return nil
}

// option finds an option by name; a retired one only where it stands already.
func option(options []object.Option, name string, standing bool) bool {
	return slices.ContainsFunc(options, func(o object.Option) bool {
		return o.Name == name && (standing || !o.Retired)
	})
}

// optionNames lists what may be chosen, for faults; long lists are cut.
func optionNames(options []object.Option) []string {
	var names []string
	for _, o := range options {
		if len(names) == 20 {
			return append(names, "…")
		}
		if !o.Retired {
			names = append(names, o.Name)
		}
	}
	return names
}
