package field

import (
	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// longText is text to read, not to sort: notes, descriptions. In memory it is one bit, filled or not.
type longText struct{ text }

var longTextKind = longText{text{ofText{traits{object.KindLongText, []Op{Empty, IsFilled}, false, Filled}}, maxLongText}}

func (longText) Compare(f *object.Field, _ any, _ *Context) (any, error) {
	return nil, fault.Invalid(f.Name, "filter.no_value")
}
