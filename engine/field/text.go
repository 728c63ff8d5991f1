package field

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"youpeng/engine/object"
	"youpeng/platform/fault"
	"youpeng/platform/hanzi"
)

const (
	maxText     = 1_000
	maxLongText = 100_000
	maxPattern  = 500
	maxOptions  = 500
)

// optionName: any printable text of up to 60 characters without commas, which separate values in a URL.
var optionName = regexp.MustCompile(`^[^\s\p{C},，][^\p{C},，]{0,59}$`)

// text is a line of text: a name, a title, a code. Its bytes are kept as they are given.
type text struct {
	ofText
	max int
}

var textKind = text{ofText{traits{object.KindText, textOps, true, String}}, maxText}

func (k text) Define(f *object.Field) error {
	if f.MaxLength < 0 || f.MaxLength > k.max {
		return fault.Invalid("max_length", "number.range", "min", 1, "max", k.max)
	}
	if f.Pattern == "" {
		return nil
	}
	if len(f.Pattern) > maxPattern {
		return fault.Invalid("pattern", "text.too_long", "max", maxPattern)
	}
	if _, err := whole(f.Pattern); err != nil {
		return fault.Invalid("pattern", "field.pattern")
	}
	return nil
}

func (k text) Read(f *object.Field, in, old any, _ *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	s, ok := in.(string)
	if !ok {
		return nil, fault.Invalid(f.Name, "text.type")
	}
	longest := k.max
	if f.MaxLength > 0 {
		longest = f.MaxLength
	}
	if err := checkText(f.Name, s, longest); err != nil {
		return nil, err
	}
	if f.Pattern != "" {
		pattern, err := whole(f.Pattern)
		if err != nil {
			return nil, fault.New(fault.Internal, "internal").Because(err)
		}
		if !pattern.MatchString(s) {
			return nil, fault.Invalid(f.Name, "text.pattern", "pattern", f.Pattern)
		}
	}
	return s, nil
}

func (k text) Compare(f *object.Field, in any, _ *Context) (any, error) { return compareText(f, in) }

// compareText reads an operand into the folded form in which text is compared.
func compareText(f *object.Field, in any) (any, error) {
	s, ok := numeral(in)
	if !ok {
		return nil, fault.Invalid(f.Name, "text.type")
	}
	if err := checkText(f.Name, s, maxText); err != nil {
		return nil, err
	}
	return fold(s), nil
}

// checkText refuses what no database of ours keeps, and what is too long. Length is counted in characters.
func checkText(path, s string, longest int) error {
	switch {
	case len(s) > longest && utf8.RuneCountInString(s) > longest:
		return fault.Invalid(path, "text.too_long", "max", longest)
	case strings.IndexByte(s, 0) >= 0:
		return fault.Invalid(path, "text.nul")
	case !utf8.ValidString(s):
		return fault.Invalid(path, "text.encoding")
	}
	return nil
}

func fold(s string) string { return hanzi.Fold(s) }

// patterns keeps compiled patterns: there are as many as definitions, and compiling costs more than most writes.
var patterns sync.Map

// whole compiles a pattern so that it must match the whole value.
func whole(pattern string) (*regexp.Regexp, error) {
	if p, ok := patterns.Load(pattern); ok {
		return p.(*regexp.Regexp), nil
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return nil, err // before it is wrapped, so that "a)(b" cannot close our group
	}
	p, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err == nil {
		patterns.Store(pattern, p)
	}
	return p, err
}
