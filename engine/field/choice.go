package field

import (
	"slices"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// choice is one of the field's options, stored by its name. A retired option stays where it is and is not chosen anew.
type choice struct{ ofText }

var choiceKind = choice{ofText{traits{object.KindChoice, equalOps, true, Dict}}}

func (choice) Define(f *object.Field) error { return defineOptions("options", f.Options) }

func (choice) Read(f *object.Field, in, old any, _ *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	name, ok := in.(string)
	if !ok || !option(f.Options, name, in == old) {
		return nil, fault.Invalid(f.Name, "choice.unknown", "options", optionNames(f.Options))
	}
	return name, nil
}

func (choice) Mask(*object.Field, any) string { return "***" }

// Compare takes retired options too: records still have them.
func (choice) Compare(f *object.Field, in any, _ *Context) (any, error) { return compareOption(f, in) }

func compareOption(f *object.Field, in any) (any, error) {
	name, ok := in.(string)
	if !ok || !slices.ContainsFunc(f.Options, func(o object.Option) bool { return o.Name == name }) {
		return nil, fault.Invalid(f.Name, "choice.unknown", "options", optionNames(f.Options))
	}
	return name, nil
}

func (choice) Schema(f *object.Field) map[string]any {
	return schemaOf("string", "enum", optionNames(f.Options))
}
