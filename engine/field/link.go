package field

import (
	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// link names one record of another object: {"id","title"} in the API, written as its id.
type link struct{ ofInt }

var linkKind = link{ofInt{traits{object.KindLink, equalOps, true, Link}}}

func (link) Define(f *object.Field) error {
	if f.Target == "" {
		return fault.Invalid("target", "required")
	}
	return nil
}

func (link) Read(f *object.Field, in, old any, c *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	if form, ok := in.(map[string]any); ok {
		if in = form["id"]; empty(in) {
			return nil, nil
		}
	}
	return target(f.Name, f.Target, in, c)
}

// target finds the record that a public id names.
func target(path, name string, in any, c *Context) (any, error) {
	public, ok := publicID(in)
	if !ok {
		return nil, fault.Invalid(path, "link.id")
	}
	id, ok := c.resolve(name, public)
	if !ok {
		return nil, fault.Invalid(path, "link.unknown", "object", name)
	}
	return id, nil
}

func publicID(in any) (uuid.UUID, bool) {
	s, ok := in.(string)
	if !ok || len(s) != 36 {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(s)
	return id, err == nil
}

func (c *Context) resolve(name string, id uuid.UUID) (int64, bool) {
	if c == nil || c.Resolve == nil {
		return 0, false
	}
	return c.Resolve(name, id)
}

func (link) Write(f *object.Field, v any, c *Context) any { return linked(f.Target, v.(int64), c) }

// linked is how a linked record is shown, or that the asker may not know which it is.
func linked(name string, id int64, c *Context) map[string]any {
	if c != nil && c.Linked != nil {
		if public, title, ok := c.Linked(name, id); ok {
			return map[string]any{"id": public.String(), "title": title}
		}
	}
	return map[string]any{"id": nil, "no_right": true}
}

// Compare answers a private id, 0 for a record that is unknown to the asker: it equals none.
func (link) Compare(f *object.Field, in any, c *Context) (any, error) { return compareLink(f, in, c) }

func compareLink(f *object.Field, in any, c *Context) (any, error) {
	public, ok := publicID(in)
	if !ok {
		return nil, fault.Invalid(f.Name, "link.id")
	}
	id, _ := c.resolve(f.Target, public)
	return id, nil
}

// Schema is that of what is read; written, a link is the id alone.
func (link) Schema(f *object.Field) map[string]any { return linkSchema(f.Target) }

func linkSchema(target string) map[string]any {
	read := schemaOf("object", "properties", map[string]any{"id": schemaOf("string", "format", "uuid"), "title": schemaOf("string"), "no_right": schemaOf("boolean")}, "description", target)
	return map[string]any{"oneOf": []any{read, schemaOf("string", "format", "uuid")}}
}
