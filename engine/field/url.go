package field

import (
	"net/url"
	"strings"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

const maxURL = 2_000

// address is a web address, http or https; one without a scheme gets https.
type address struct{ text }

var urlKind = address{text{ofText{traits{object.KindURL, textOps, true, String}}, maxURL}}

func (k address) Read(f *object.Field, in, old any, c *Context) (any, error) {
	if s, ok := in.(string); ok {
		in = strings.TrimSpace(s)
	}
	v, err := k.text.Read(f, in, old, c)
	s, ok := v.(string)
	if err != nil || !ok || unread(in) {
		return v, err
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.ContainsAny(s, " \t\r\n\"<>") {
		return nil, fault.Invalid(f.Name, "url.invalid")
	}
	return s, nil
}

func (address) Schema(*object.Field) map[string]any { return schemaOf("string", "format", "uri") }
