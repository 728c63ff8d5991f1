package field

import (
	"regexp"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// email holds addresses as typed, their domain in lower case; compared without case.
type email struct{}

var emailKind = items{traits{object.KindEmail, itemOps, false, List}, email{}}

const (
	maxEmail     = 254
	maxLocalPart = 64
)

var localPart = regexp.MustCompile(`^[\pL\pN\pM!#$%&'*+/=?^_{|}~\x60-]+(\.[\pL\pN\pM!#$%&'*+/=?^_{|}~\x60-]+)*$`)

func (email) read(_ *object.Field, path string, in any, _ *object.Item, _ *Context) (object.Item, error) {
	s, ok := in.(string)
	if !ok || len(s) > 4*maxEmail {
		return object.Item{}, fault.Invalid(path, "email.invalid")
	}
	s = strings.TrimSpace(norm.NFKC.String(s))
	local, domain, found := strings.Cut(s, "@")
	if !found || len(s) > maxEmail || len(local) > maxLocalPart || !localPart.MatchString(local) {
		return object.Item{}, fault.Invalid(path, "email.invalid")
	}
	ascii, err := idna.Lookup.ToASCII(strings.ToLower(domain))
	if err != nil || !strings.Contains(ascii, ".") || strings.Contains(ascii, "@") {
		return object.Item{}, fault.Invalid(path, "email.invalid")
	}
	shown, err := idna.Lookup.ToUnicode(ascii)
	if err != nil {
		shown = ascii
	}
	value := local + "@" + shown
	return object.Item{Value: value, Norm: fold(value)}, nil
}

func (email) same(it object.Item) string { return it.Norm }

func (email) write(_ *object.Field, it object.Item, _ *Context) any { return labelledForm(it) }

// mask keeps the first letter and the domain: z***@example.com.
func (email) mask(it object.Item) string {
	local, domain, _ := strings.Cut(it.Value, "@")
	return shape(local) + "@" + domain
}

// compare takes a part of an address too.
func (email) compare(f *object.Field, in any, _ *Context) (any, error) { return compareText(f, in) }

func (email) schema(*object.Field) map[string]any { return itemSchema() }
