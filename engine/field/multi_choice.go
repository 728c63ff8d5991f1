package field

import (
	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// multiChoice holds several of the field's options by name, plain strings in the API, in the order given.
type multiChoice struct{}

var multiChoiceKind = items{traits{object.KindMultiChoice, listOps, false, List}, multiChoice{}}

func (multiChoice) read(f *object.Field, path string, in any, was *object.Item, _ *Context) (object.Item, error) {
	name, ok := in.(string)
	if !ok || !option(f.Options, name, was != nil && was.Value == name) {
		return object.Item{}, fault.Invalid(path, "choice.unknown", "options", optionNames(f.Options))
	}
	return object.Item{Value: name, Norm: name}, nil
}

func (multiChoice) same(it object.Item) string { return it.Value }

func (multiChoice) write(_ *object.Field, it object.Item, _ *Context) any { return it.Value }

func (multiChoice) mask(object.Item) string { return "***" }

func (multiChoice) compare(f *object.Field, in any, _ *Context) (any, error) {
	return compareOption(f, in)
}

func (multiChoice) schema(f *object.Field) map[string]any {
	return schemaOf("string", "enum", optionNames(f.Options))
}
