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

// MaxItems is how many items a multi-valued field holds.
const MaxItems = 100

// maxLabel is how long a free label of an item may be.
const maxLabel = 50

// items is the one mechanism of all multi-valued kinds; they differ in how one item is read and shown.
type items struct {
	traits
	one
}

// one is what a multi-valued kind knows of a single item.
type one interface {
	// read fills value, norm and link of an item from what a caller wrote as its value; was is the item as it stood, or nil.
	read(f *object.Field, path string, in any, was *object.Item, c *Context) (object.Item, error)
	// same is equal for items that stand for the same thing: they cannot stand twice in a list.
	same(it object.Item) string
	// write is the item in the API.
	write(f *object.Field, it object.Item, c *Context) any
	// mask shows an item's shape.
	mask(it object.Item) string
	// schema is the JSON Schema of one item.
	schema(f *object.Field) map[string]any
	// compare reads an operand.
	compare(f *object.Field, in any, c *Context) (any, error)
}

// Numbered gives ids to new items. An id is made of the row's rev at the write that brought the item in and its place,
// so it is used once in the life of a record's field.
func Numbered(list []object.Item, rev int64) []object.Item {
	out := slices.Clone(list)
	for i := range out {
		if out[i].ID == 0 {
			out[i].ID = rev<<7 | int64(i)
		}
	}
	return out
}

func (k items) Define(f *object.Field) error {
	if k.kind == object.KindMultiChoice {
		if err := defineOptions("options", f.Options); err != nil {
			return err
		}
	}
	if k.kind == object.KindLinks && f.Target == "" {
		return fault.Invalid("target", "required")
	}
	return defineOptions("labels", f.Labels)
}

func (k items) Read(f *object.Field, in, old any, c *Context) (any, error) {
	olds, _ := old.([]object.Item)
	var list []object.Item
	var err error
	switch form := in.(type) {
	case nil:
		return nil, nil
	case []any:
		list, err = k.whole(f, form, olds, c)
	case []string:
		list, err = k.whole(f, alternatives(form), olds, c)
	case map[string]any:
		if unread(in) {
			return old, nil
		}
		list, err = k.patch(f, form, olds, c)
	default:
		err = fault.Invalid(f.Name, "list.form")
	}
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if len(list) > MaxItems {
		return nil, fault.Invalid(f.Name, "list.too_long", "max", MaxItems)
	}
	return list, nil
}

// whole reads the complete list; all that is wrong with it is said at once.
func (k items) whole(f *object.Field, in []any, olds []object.Item, c *Context) ([]object.Item, error) {
	if len(in) > MaxItems {
		return nil, fault.Invalid(f.Name, "list.too_long", "max", MaxItems)
	}
	var list []object.Item
	var faults []fault.Field
	for i, x := range in {
		it, err := k.item(f, fmt.Sprintf("%s[%d]", f.Name, i), x, olds, c)
		if err != nil {
			faults = append(faults, fault.As(err).Fields...)
			continue
		}
		list = k.put(list, it)
	}
	return list, fault.Faulty(faults)
}

// patch reads {"remove", "set", "add"} and applies them in this order.
func (k items) patch(f *object.Field, in map[string]any, olds []object.Item, c *Context) ([]object.Item, error) {
	list := slices.Clone(olds)
	var faults []fault.Field
	each := func(verb string, do func(path string, x any) error) {
		part, given := in[verb]
		entries, ok := part.([]any)
		if given && (!ok || len(entries) > MaxItems) {
			faults = append(faults, fault.Field{Path: f.Name + "." + verb, Code: "list.form"})
			return
		}
		for i, x := range entries {
			if err := do(fmt.Sprintf("%s.%s[%d]", f.Name, verb, i), x); err != nil {
				faults = append(faults, fault.As(err).Fields...)
			}
		}
	}
	for verb := range in {
		if verb != "add" && verb != "set" && verb != "remove" {
			return nil, fault.Invalid(f.Name+"."+verb, "list.form")
		}
	}
	each("remove", func(path string, x any) error {
		i := k.find(f, list, x, c)
		if i < 0 {
			return fault.Invalid(path, "item.unknown")
		}
		list = slices.Delete(list, i, i+1)
		return nil
	})
	each("set", func(path string, x any) error {
		form, _ := x.(map[string]any)
		i := k.find(f, list, form["id"], c)
		if i < 0 {
			return fault.Invalid(path+".id", "item.unknown")
		}
		it, err := k.item(f, path, x, list, c)
		if err == nil {
			list[i] = it
		}
		return err
	})
	each("add", func(path string, x any) error {
		it, err := k.item(f, path, x, list, c)
		if err == nil {
			list = k.put(list, it)
		}
		return err
	})
	return list, fault.Faulty(faults)
}

// put adds an item, or takes its label where the same thing stands in the list already.
func (k items) put(list []object.Item, it object.Item) []object.Item {
	for i := range list {
		if k.same(list[i]) == k.same(it) {
			if it.Label != "" {
				list[i].Label = it.Label
			}
			return list
		}
	}
	return append(list, it)
}

// item reads one entry. An item that stood there keeps its id, and while its value is the same also what is known of it.
func (k items) item(f *object.Field, path string, in any, olds []object.Item, c *Context) (object.Item, error) {
	form, isForm := in.(map[string]any)
	value, hasValue := in, true
	var was *object.Item
	if isForm {
		value, hasValue = form["value"]
		key := form["id"]
		if key == nil {
			key = form["item"]
		}
		if !empty(key) {
			i := k.find(f, olds, key, c)
			switch {
			case i >= 0:
				was = &olds[i]
			case k.kind != object.KindLinks || hasValue:
				return object.Item{}, fault.Invalid(path+".id", "item.unknown")
			default: // a linked record that is new in the list: its id is the value
				value, hasValue = key, true
			}
		}
	}
	if s, ok := in.(string); ok && s != "" {
		if i := slices.IndexFunc(olds, func(it object.Item) bool { return it.Value == s }); i >= 0 {
			was = &olds[i]
		}
	}
	if was != nil && !hasValue {
		return k.labelled(f, path, *was, was, form)
	}
	it, err := k.read(f, k.at(path, isForm), value, was, c)
	if err != nil {
		return it, err
	}
	if it, err = k.labelled(f, path, it, was, form); err != nil {
		return it, err
	}
	for i := range olds {
		if was == nil && k.same(olds[i]) == k.same(it) {
			was = &olds[i]
		}
	}
	if was != nil {
		it.ID = was.ID
		it.Verified = was.Verified && was.Norm == it.Norm
		if _, given := form["label"]; !given {
			it.Label = was.Label
		}
	}
	return it, nil
}

func (k items) at(path string, isForm bool) string {
	if isForm && k.kind != object.KindLinks {
		return path + ".value"
	}
	return path
}

// labelled takes the label that a caller gives: one of the field's labels if it has some, else a short text.
func (k items) labelled(f *object.Field, path string, it object.Item, was *object.Item, form map[string]any) (object.Item, error) {
	in, given := form["label"]
	if !given {
		return it, nil
	}
	label, ok := in.(string)
	if !ok && in != nil {
		return it, fault.Invalid(path+".label", "text.type")
	}
	if err := checkText(path+".label", label, maxLabel); err != nil {
		return it, err
	}
	standing := was != nil && was.Label == label
	if label != "" && len(f.Labels) > 0 && !option(f.Labels, label, standing) {
		return it, fault.Invalid(path+".label", "choice.unknown", "options", optionNames(f.Labels))
	}
	it.Label = label
	return it, nil
}

// find answers the place of the item that a caller names: by its id, a linked record also by that record's id, a tag
// or an option by its value; -1 when there is none.
func (k items) find(f *object.Field, list []object.Item, key any, c *Context) int {
	s, ok := numeral(key)
	if !ok || s == "" || len(s) > maxText {
		return -1
	}
	if id, err := strconv.ParseInt(s, 10, 64); err == nil && k.kind != object.KindTags && k.kind != object.KindMultiChoice {
		return slices.IndexFunc(list, func(it object.Item) bool { return it.ID == id })
	}
	probe, err := k.read(f, f.Name, s, &object.Item{Value: s}, c)
	if err != nil {
		return -1
	}
	return slices.IndexFunc(list, func(it object.Item) bool { return k.same(it) == k.same(probe) })
}

func (k items) Write(f *object.Field, v any, c *Context) any {
	list := v.([]object.Item)
	out := make([]any, len(list))
	for i, it := range list {
		out[i] = k.write(f, it, c)
	}
	return out
}

// Mask shows the primary item.
func (k items) Mask(_ *object.Field, v any) string {
	if list := v.([]object.Item); len(list) > 0 {
		return k.mask(list[0])
	}
	return ""
}

func (items) Columns(f *object.Field) []Column { return []Column{{f.Name, db.Text}} }

// packed is an item in the copy that the row holds.
type packed struct {
	ID       int64  `json:"i"`
	Value    string `json:"v,omitempty"`
	Norm     string `json:"n,omitempty"`
	Label    string `json:"l,omitempty"`
	Link     int64  `json:"t,omitempty"`
	Verified bool   `json:"k,omitempty"`
}

func (items) Store(_ *object.Field, v any, dst []any) []any {
	list, _ := v.([]object.Item)
	if len(list) == 0 {
		return append(dst, nil)
	}
	out := make([]packed, len(list))
	for i, it := range list {
		out[i] = packed(it)
		if it.Norm == it.Value {
			out[i].Norm = ""
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return append(dst, string(text))
}

func (items) Load(f *object.Field, src []any) (any, error) {
	if src[0] == nil {
		return nil, nil
	}
	text, ok := src[0].(string)
	if !ok {
		return nil, misfit(f, src[0])
	}
	var in []packed
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return nil, fmt.Errorf("field %s: its packed copy cannot be read: %w", f.Name, err)
	}
	if len(in) == 0 {
		return nil, nil
	}
	list := make([]object.Item, len(in))
	for i, p := range in {
		if p.Norm == "" {
			p.Norm = p.Value
		}
		list[i] = object.Item(p)
	}
	return list, nil
}

func (k items) Compare(f *object.Field, in any, c *Context) (any, error) { return k.compare(f, in, c) }

// Equal leaves ids aside: a list written again has the same values.
func (items) Equal(a, b any) bool {
	return slices.EqualFunc(a.([]object.Item), b.([]object.Item), func(x, y object.Item) bool {
		x.ID, y.ID = 0, 0
		return x == y
	})
}

// labelledForm is how phones, e-mails and messengers are written.
func labelledForm(it object.Item) any {
	return map[string]any{
		"id": strconv.FormatInt(it.ID, 10), "value": it.Value, "label": it.Label, "verified": it.Verified,
	}
}

func (k items) Schema(f *object.Field) map[string]any {
	return schemaOf("array", "items", k.one.schema(f), "maxItems", MaxItems)
}

// itemSchema is that of a value with its label; verified is the server's to say.
func itemSchema() map[string]any {
	return schemaOf("object", "properties", map[string]any{"id": schemaOf("string"), "value": schemaOf("string"), "label": schemaOf("string"), "verified": schemaOf("boolean")}, "required", []string{"value"})
}
