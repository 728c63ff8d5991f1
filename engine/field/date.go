package field

import (
	"time"

	"youpeng/engine/object"
	"youpeng/platform/calendar"
	"youpeng/platform/fault"
)

// date is a day without a zone: 2026-11-24.
type date struct{ ofInt }

var dateKind = date{ofInt{traits{object.KindDate, dateOps, true, Number}}}

func (date) Define(f *object.Field) error { return defineRange(f, calendar.Parse) }

func (date) Read(f *object.Field, in, old any, _ *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	day, err := readDate(f, in)
	if err != nil {
		return nil, err
	}
	return day, checkRange(f, day, calendar.Parse)
}

func readDate(f *object.Field, in any) (int64, error) {
	s, _ := in.(string)
	day, ok := calendar.Parse(s)
	if !ok {
		return 0, fault.Invalid(f.Name, "date.format")
	}
	return day, nil
}

func (date) Write(_ *object.Field, v any, _ *Context) any { return calendar.Format(v.(int64)) }

func (date) Compare(f *object.Field, in any, _ *Context) (any, error) {
	day, err := readDate(f, in)
	return day, err
}

// present is the value of "today" and "now" for the kinds that have one.
func present(k object.Kind, c *Context) (any, bool) {
	switch k {
	case object.KindDate:
		return calendar.Day(c.Now, c.zone()), true
	case object.KindDateTime:
		return c.Now.UnixMicro(), true
	}
	return nil, false
}

// Instant answers the first value of a date or date-time field that lies on a day in a zone.
func Instant(f *object.Field, day int64, zone *time.Location) int64 {
	if f.Kind == object.KindDate {
		return day
	}
	return calendar.Start(day, zone).UnixMicro()
}

func (date) Schema(*object.Field) map[string]any { return schemaOf("string", "format", "date") }
