package field

import (
	"encoding/json"
	"strconv"

	"youpeng/engine/object"
	"youpeng/platform/fault"
	"youpeng/platform/money"
)

// maxNumber is the greatest integer that every JSON reader keeps exactly.
const maxNumber = 1<<53 - 1

// number is a whole number, a JSON number in the API.
type number struct{ ofInt }

var numberKind = number{ofInt{traits{object.KindNumber, numberOps, true, Number}}}

func parseNumber(s string) (int64, bool) {
	n, trouble := money.Parse(s, 0)
	return n, trouble == money.Fine && n <= maxNumber && n >= -maxNumber
}

func (number) Define(f *object.Field) error { return defineRange(f, parseNumber) }

func (number) Read(f *object.Field, in, old any, _ *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	n, err := readNumber(f, in)
	if err != nil {
		return nil, err
	}
	return n, checkRange(f, n, parseNumber)
}

func readNumber(f *object.Field, in any) (int64, error) {
	s, ok := numeral(in)
	if !ok {
		return 0, fault.Invalid(f.Name, "number.type")
	}
	n, trouble := money.Parse(s, 0)
	switch {
	case trouble == money.Malformed:
		return 0, fault.Invalid(f.Name, "number.type")
	case trouble == money.TooFine:
		return 0, fault.Invalid(f.Name, "number.whole")
	case trouble == money.TooLarge || n > maxNumber || n < -maxNumber:
		return 0, fault.Invalid(f.Name, "number.range", "min", int64(-maxNumber), "max", int64(maxNumber))
	}
	return n, nil
}

func (number) Write(_ *object.Field, v any, _ *Context) any {
	return json.Number(strconv.FormatInt(v.(int64), 10))
}

func (number) Compare(f *object.Field, in any, _ *Context) (any, error) {
	n, err := readNumber(f, in)
	return n, err
}

func (number) Schema(*object.Field) map[string]any { return schemaOf("integer", "format", "int64") }
