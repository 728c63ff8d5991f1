package field

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// uscc is a unified social credit code (统一社会信用代码, GB 32100-2015): 17 characters and a check character.
type uscc struct{ ofText }

var usccKind = uscc{ofText{traits{object.KindUSCC, textOps, true, String}}}

const (
	usccLength   = 18
	usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY" // without I, O, S, V and Z
)

func (uscc) Define(*object.Field) error { return nil }

// Read takes wide and lower-case letters and blanks between the groups, and keeps the plain code.
func (uscc) Read(f *object.Field, in, old any, _ *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	s, ok := in.(string)
	if !ok || len(s) > 200 {
		return nil, fault.Invalid(f.Name, "uscc.length", "length", usccLength)
	}
	code := strings.ToUpper(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
	if len(code) != usccLength {
		return nil, fault.Invalid(f.Name, "uscc.length", "length", usccLength)
	}
	for i := range len(code) {
		if strings.IndexByte(usccAlphabet, code[i]) < 0 {
			return nil, fault.Invalid(f.Name, "uscc.character", "position", i+1)
		}
	}
	if USCCCheck(code[:usccLength-1]) != code[usccLength-1] {
		return nil, fault.Invalid(f.Name, "uscc.check")
	}
	return code, nil
}

// USCCCheck answers the check character of the first 17: weights are powers of 3 modulo 31.
func USCCCheck(code string) byte {
	sum, weight := 0, 1
	for i := range len(code) {
		sum += strings.IndexByte(usccAlphabet, code[i]) * weight
		weight = weight * 3 % 31
	}
	return usccAlphabet[(31-sum%31)%31]
}

func (uscc) Mask(_ *object.Field, v any) string {
	s := v.(string)
	return s[:min(2, len(s))] + "************" + s[max(0, len(s)-4):]
}

func (uscc) Compare(f *object.Field, in any, _ *Context) (any, error) { return compareText(f, in) }
