package field

import (
	"strings"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// tags holds free words, plain strings in the API; "VIP" and "vip" are one tag.
type tags struct{}

var tagsKind = items{traits{object.KindTags, listOps, false, List}, tags{}}

const maxTag = 60

func (tags) read(_ *object.Field, path string, in any, _ *object.Item, _ *Context) (object.Item, error) {
	s, ok := in.(string)
	if s = strings.TrimSpace(s); !ok || s == "" {
		return object.Item{}, fault.Invalid(path, "text.type")
	}
	if err := checkText(path, s, maxTag); err != nil {
		return object.Item{}, err
	}
	return object.Item{Value: s, Norm: fold(s)}, nil
}

func (tags) same(it object.Item) string { return it.Norm }

func (tags) write(_ *object.Field, it object.Item, _ *Context) any { return it.Value }

func (tags) mask(object.Item) string { return "***" }

func (tags) compare(f *object.Field, in any, _ *Context) (any, error) { return compareText(f, in) }

func (tags) schema(*object.Field) map[string]any { return schemaOf("string") }
