package field

import (
	"time"

	"youpeng/engine/object"
	"youpeng/platform/calendar"
	"youpeng/platform/fault"
)

// dateTime is an instant, to the microsecond; RFC 3339 in UTC in the API, any offset when read.
type dateTime struct{ ofInt }

var dateTimeKind = dateTime{ofInt{traits{object.KindDateTime, dateOps, true, Number}}}

func parseInstant(s string) (int64, bool) {
	if len(s) > 40 {
		return 0, false
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.UTC().Year() < 1 || t.UTC().Year() > 9999 {
		return 0, false
	}
	return t.UnixMicro(), true
}

func (dateTime) Define(f *object.Field) error { return defineRange(f, parseInstant) }

func (dateTime) Read(f *object.Field, in, old any, _ *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	s, _ := in.(string)
	at, ok := parseInstant(s)
	if !ok {
		return nil, fault.Invalid(f.Name, "datetime.format")
	}
	return at, checkRange(f, at, parseInstant)
}

func (dateTime) Write(_ *object.Field, v any, _ *Context) any { return FormatInstant(v.(int64)) }

// FormatInstant writes microseconds since 1970 as the API does.
func FormatInstant(micros int64) string {
	return time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.999999Z07:00")
}

// Compare takes a day too and answers its beginning in the asker's zone.
func (dateTime) Compare(f *object.Field, in any, c *Context) (any, error) {
	s, _ := in.(string)
	if day, ok := calendar.Parse(s); ok {
		return Instant(f, day, c.zone()), nil
	}
	at, ok := parseInstant(s)
	if !ok {
		return nil, fault.Invalid(f.Name, "datetime.format")
	}
	return at, nil
}

func (dateTime) Schema(*object.Field) map[string]any {
	return schemaOf("string", "format", "date-time")
}
