package field

import (
	"youpeng/engine/object"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// boolean is yes or no; empty is neither.
type boolean struct{ traits }

var booleanKind = boolean{traits{object.KindBoolean, equalOps, true, Number}}

func (boolean) Define(*object.Field) error { return nil }

func (boolean) Read(f *object.Field, in, old any, _ *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	return readBoolean(f, in)
}

func readBoolean(f *object.Field, in any) (any, error) {
	switch in {
	case true, "true":
		return true, nil
	case false, "false":
		return false, nil
	}
	return nil, fault.Invalid(f.Name, "boolean.type")
}

func (boolean) Write(_ *object.Field, v any, _ *Context) any { return v }

func (boolean) Mask(*object.Field, any) string { return "***" }

func (boolean) Columns(f *object.Field) []Column { return []Column{{f.Name, db.Int}} }

func (boolean) Store(_ *object.Field, v any, dst []any) []any {
	switch v {
	case true:
		return append(dst, int64(1))
	case false:
		return append(dst, int64(0))
	}
	return append(dst, nil)
}

func (boolean) Load(f *object.Field, src []any) (any, error) {
	switch n := src[0].(type) {
	case nil:
		return nil, nil
	case int64:
		return n != 0, nil
	}
	return nil, misfit(f, src[0])
}

// Compare answers 0 or 1, as the column holds it.
func (boolean) Compare(f *object.Field, in any, _ *Context) (any, error) {
	v, err := readBoolean(f, in)
	if v == true {
		return int64(1), err
	}
	return int64(0), err
}

func (boolean) Equal(a, b any) bool { return a == b }

func (boolean) Schema(*object.Field) map[string]any { return schemaOf("boolean") }
