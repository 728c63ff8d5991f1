package field

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// phone holds numbers in E.164 (+8613800138000, an extension as ;ext=801). A number without a country is Chinese.
// They are compared by their digits without the extension.
type phone struct{}

var phoneKind = items{traits{object.KindPhone, itemOps, false, List}, phone{}}

const maxPhone = 60

var (
	chineseMobile = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	hyphenTail    = regexp.MustCompile(`^(\(?0[0-9]{2,3}\)?[- ]?[0-9]{3,4}[- ]?[0-9]{4})[-—–]+([0-9]{1,6})$`) // 0574-87654321-8012
	extensionWord = regexp.MustCompile(`(?i)\s*(?:转|轉|分机|分機|ext\.?|#|;ext=)\s*:?\s*([0-9]{1,7})\s*(?:分机)?$`)
)

func (phone) read(_ *object.Field, path string, in any, _ *object.Item, _ *Context) (object.Item, error) {
	s, ok := numeral(in)
	if !ok || len(s) > 4*maxPhone {
		return object.Item{}, fault.Invalid(path, "phone.invalid")
	}
	number, extension, ok := parsePhone(s)
	if !ok {
		return object.Item{}, fault.Invalid(path, "phone.invalid")
	}
	it := object.Item{Value: number, Norm: number[1:]}
	if extension != "" {
		it.Value += ";ext=" + extension
	}
	return it, nil
}

// parsePhone answers a number in E.164 and its extension.
func parsePhone(s string) (number, extension string, ok bool) {
	if number, ok := commonPhone(s); ok {
		return number, "", true
	}
	return anyPhone(s)
}

// commonPhone reads the Chinese numbers that most tables are full of, digits with spaces and hyphens between them: what
// it answers is what anyPhone would, at a hundredth of its cost.
func commonPhone(s string) (number string, ok bool) {
	b := append(make([]byte, 0, 16), "+86"...)
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			if len(b) == cap(b)-1 {
				return "", false
			}
			b = append(b, c)
		case c != ' ' && c != '-' || i == 0 || i == len(s)-1 || s[i-1] < '0':
			return "", false
		}
	}
	switch d := b[3:]; {
	case len(d) == 11 && d[0] == '1' && d[1] >= '3':
		return string(b), true
	case len(d) > 10 && d[0] == '0' && (d[1] > '1' || d[1] == '1' && d[2] == '0'):
		width := 3
		if d[1] <= '2' {
			width = 2
		}
		local := d[1+width:]
		if len(local) != 7 && len(local) != 8 || local[0] < '2' || local[0] > '8' || local[1] == '0' || !areas.take(string(d[1:1+width]), len(local)) {
			return "", false
		}
		return "+86" + string(d[1:]), true
	}
	return "", false
}

// areaCodes remembers how long the numbers of an area are, as the library knows it.
type areaCodes struct{ known sync.Map }

var areas areaCodes

func (a *areaCodes) take(area string, length int) bool {
	key := area + ":" + strconv.Itoa(length)
	valid, asked := a.known.Load(key)
	if !asked {
		parsed, err := phonenumbers.Parse("0"+area+strings.Repeat("3", length), "CN")
		valid = err == nil && phonenumbers.IsValidNumber(parsed)
		a.known.Store(key, valid)
	}
	return valid.(bool)
}

// anyPhone reads what people write.
func anyPhone(s string) (number, extension string, ok bool) {
	s = strings.TrimSpace(norm.NFKC.String(s))
	if m := extensionWord.FindStringSubmatchIndex(s); m != nil {
		s, extension = s[:m[0]], s[m[2]:m[3]]
	}
	if plain := digitsOf(s); chineseMobile.MatchString(plain) && !strings.ContainsAny(s, "+abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		return "+86" + plain, extension, true
	}
	if m := hyphenTail.FindStringSubmatch(s); m != nil && extension == "" {
		s, extension = m[1], m[2]
	}
	parsed, err := phonenumbers.Parse(s, "CN")
	if err != nil {
		return "", "", false
	}
	if !phonenumbers.IsValidNumber(parsed) && !phonenumbers.IsValidShortNumberForRegion(parsed, "CN") {
		return "", "", false
	}
	if e := parsed.GetExtension(); e != "" {
		extension = e
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), extension, true
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func (phone) same(it object.Item) string { return it.Value }

func (phone) write(_ *object.Field, it object.Item, _ *Context) any { return labelledForm(it) }

// mask keeps the beginning and the end: 138****8000.
func (phone) mask(it object.Item) string {
	s := strings.TrimPrefix(it.Norm, "86")
	if len(s) < 8 {
		return "****" + s[max(0, len(s)-2):]
	}
	return s[:3] + "****" + s[len(s)-4:]
}

// compare takes a whole number, or a part of one: its digits, with China's code and without.
func (phone) compare(f *object.Field, in any, _ *Context) (any, error) {
	s, ok := numeral(in)
	if !ok || len(s) > 4*maxPhone {
		return nil, fault.Invalid(f.Name, "phone.invalid")
	}
	if number, _, ok := parsePhone(s); ok {
		return number[1:], nil
	}
	s = strings.TrimSpace(norm.NFKC.String(s))
	digits := digitsOf(s)
	switch {
	case digits == "":
		return nil, fault.Invalid(f.Name, "phone.invalid")
	case strings.HasPrefix(s, "+"):
		return digits, nil
	}
	return []any{digits, "86" + strings.TrimPrefix(digits, "0")}, nil
}

func (phone) schema(*object.Field) map[string]any { return itemSchema() }
