package field

import (
	"strings"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// messenger holds names at messaging services; the label of an item is its service (wechat, qq, dingtalk …).
type messenger struct{}

var messengerKind = items{traits{object.KindMessenger, itemOps, false, List}, messenger{}}

const maxMessenger = 100

func (messenger) read(_ *object.Field, path string, in any, _ *object.Item, _ *Context) (object.Item, error) {
	s, ok := numeral(in)
	if s = strings.TrimSpace(s); !ok || s == "" {
		return object.Item{}, fault.Invalid(path, "text.type")
	}
	if err := checkText(path, s, maxMessenger); err != nil {
		return object.Item{}, err
	}
	return object.Item{Value: s, Norm: fold(s)}, nil
}

func (messenger) same(it object.Item) string { return it.Label + "\x00" + it.Norm }

func (messenger) write(_ *object.Field, it object.Item, _ *Context) any { return labelledForm(it) }

func (messenger) mask(it object.Item) string { return shape(it.Value) }

func (messenger) compare(f *object.Field, in any, _ *Context) (any, error) { return compareText(f, in) }

func (messenger) schema(*object.Field) map[string]any { return itemSchema() }
