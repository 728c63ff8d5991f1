package field

import (
	"youpeng/engine/object"
	"youpeng/platform/fault"
	"youpeng/platform/money"
)

// decimal is an exact decimal of at most 18 digits, an integer scaled by Field.Scale; a string in the API.
type decimal struct{ ofInt }

var decimalKind = decimal{ofInt{traits{object.KindDecimal, numberOps, true, Number}}}

// percent is a decimal that people read with a percent sign: "12.5" is 12.5 %.
type percent struct{ decimal }

var percentKind = percent{decimal{ofInt{traits{object.KindPercent, numberOps, true, Number}}}}

func parseDecimal(f *object.Field) func(string) (int64, bool) {
	return func(s string) (int64, bool) {
		n, trouble := money.Parse(s, f.Scale)
		return n, trouble == money.Fine
	}
}

func (decimal) Define(f *object.Field) error {
	if f.Scale < 0 || f.Scale > 12 {
		return fault.Invalid("scale", "number.range", "min", 0, "max", 12)
	}
	return defineRange(f, parseDecimal(f))
}

func (decimal) Read(f *object.Field, in, old any, _ *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	n, err := readDecimal(f.Name, in, f.Scale)
	if err != nil {
		return nil, err
	}
	return n, checkRange(f, n, parseDecimal(f))
}

func readDecimal(path string, in any, scale int) (int64, error) {
	s, ok := numeral(in)
	if !ok {
		return 0, fault.Invalid(path, "decimal.type")
	}
	n, trouble := money.Parse(s, scale)
	switch trouble {
	case money.Malformed:
		return 0, fault.Invalid(path, "decimal.type")
	case money.TooFine:
		return 0, fault.Invalid(path, "decimal.scale", "scale", scale)
	case money.TooLarge:
		return 0, fault.Invalid(path, "decimal.digits", "max", money.MaxDigits)
	}
	return n, nil
}

func (decimal) Write(f *object.Field, v any, _ *Context) any { return money.Format(v.(int64), f.Scale) }

func (decimal) Compare(f *object.Field, in any, _ *Context) (any, error) {
	n, err := readDecimal(f.Name, in, f.Scale)
	return n, err
}

// Schema is that of a number written as text, so that no digit is lost on the way.
func (decimal) Schema(*object.Field) map[string]any {
	return schemaOf("string", "pattern", `^-?\d+(\.\d+)?$`)
}
