package field

import (
	"slices"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// series is a number such as QT-20261124-0007, drawn by the program when the record is made.
type series struct{ text }

var seriesKind = series{text{ofText{traits{object.KindSeries, textOps, true, String}}, 60}}

func (series) Define(f *object.Field) error {
	s := f.Series
	switch {
	case s == nil:
		return fault.Invalid("series", "required")
	case checkText("series.prefix", s.Prefix, 20) != nil:
		return checkText("series.prefix", s.Prefix, 20)
	case !slices.Contains([]string{"", "2006", "200601", "20060102"}, s.Date):
		return fault.Invalid("series.date", "series.date")
	case s.Digits < 1 || s.Digits > 12:
		return fault.Invalid("series.digits", "number.range", "min", 1, "max", 12)
	}
	return checkReset(s)
}

// checkReset refuses a series that would give the same number twice: one that begins again needs the span in its date.
func checkReset(s *object.Series) error {
	needed, ok := map[string]int{"": 0, "year": 4, "month": 6, "day": 8}[s.Reset]
	if !ok {
		return fault.Invalid("series.reset", "series.reset")
	}
	if len(s.Date) < needed {
		return fault.Invalid("series.date", "series.date_needed")
	}
	return nil
}
