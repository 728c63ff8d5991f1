package field

import (
	"slices"
	"strings"

	"youpeng/engine/object"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// ref is a link to a record of one of several objects: {"object","id","title"}. In a URL it is "deal:" and the id.
type ref struct{ traits }

var refKind = ref{traits{object.KindRef, equalOps, false, AnyLink}}

func (ref) Define(f *object.Field) error {
	if len(f.Targets) == 0 {
		return fault.Invalid("targets", "required")
	}
	return nil
}

func (ref) Read(f *object.Field, in, old any, c *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	o, id, err := readRef(f, in, c)
	if err != nil {
		return nil, err
	}
	private, err := target(f.Name, o.Name, id, c)
	if err != nil {
		return nil, err
	}
	return object.Ref{Object: o.Number, ID: private.(int64)}, nil
}

// readRef takes a reference apart into its object and its id, which is not looked up.
func readRef(f *object.Field, in any, c *Context) (*object.Object, any, error) {
	var name string
	var id any
	switch form := in.(type) {
	case map[string]any:
		name, _ = form["object"].(string)
		id = form["id"]
	case string:
		name, id, _ = cut(form)
	}
	if name == "" || !slices.Contains(f.Targets, name) || c == nil || c.Catalog == nil || c.Catalog.Object(name) == nil {
		return nil, nil, fault.Invalid(f.Name, "ref.object", "objects", f.Targets)
	}
	return c.Catalog.Object(name), id, nil
}

func cut(s string) (string, any, bool) {
	name, id, ok := strings.Cut(s, ":")
	return name, id, ok
}

func (ref) Write(_ *object.Field, v any, c *Context) any {
	r := v.(object.Ref)
	if c == nil || c.Catalog == nil || c.Catalog.Numbered(r.Object) == nil {
		return map[string]any{"id": nil, "no_right": true}
	}
	o := c.Catalog.Numbered(r.Object)
	m := linked(o.Name, r.ID, c)
	m["object"] = o.Name
	return m
}

func (ref) Mask(*object.Field, any) string { return "***" }

func (ref) Columns(f *object.Field) []Column {
	return []Column{{f.Name, db.Int}, {f.Name + "__object", db.Int}}
}

func (ref) Store(_ *object.Field, v any, dst []any) []any {
	r, ok := v.(object.Ref)
	if !ok {
		return append(dst, nil, nil)
	}
	return append(dst, r.ID, int64(r.Object))
}

func (ref) Load(f *object.Field, src []any) (any, error) {
	if src[0] == nil {
		return nil, nil
	}
	id, ok1 := src[0].(int64)
	number, ok2 := src[1].(int64)
	if !ok1 || !ok2 {
		return nil, misfit(f, src[0])
	}
	return object.Ref{Object: int(number), ID: id}, nil
}

func (ref) Compare(f *object.Field, in any, c *Context) (any, error) {
	o, id, err := readRef(f, in, c)
	if err != nil {
		return nil, err
	}
	public, ok := publicID(id)
	if !ok {
		return nil, fault.Invalid(f.Name, "link.id")
	}
	private, _ := c.resolve(o.Name, public)
	return object.Ref{Object: o.Number, ID: private}, nil
}

func (ref) Equal(a, b any) bool { return a == b }

// Schema is that of a link which also names its object.
func (ref) Schema(f *object.Field) map[string]any {
	return schemaOf("object", "properties", map[string]any{"object": schemaOf("string", "enum", f.Targets), "id": schemaOf("string", "format", "uuid"), "title": schemaOf("string"), "no_right": schemaOf("boolean")})
}
