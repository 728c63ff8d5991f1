package calendar

import (
	"testing"
	"time"
)

func TestSpan(t *testing.T) {
	t.Parallel()
	today, _ := Parse("2026-11-24") // a Tuesday
	for word, want := range map[string][2]string{
		"today":           {"2026-11-24", "2026-11-25"},
		"yesterday":       {"2026-11-23", "2026-11-24"},
		"tomorrow":        {"2026-11-25", "2026-11-26"},
		"this_week":       {"2026-11-23", "2026-11-30"},
		"last_week":       {"2026-11-16", "2026-11-23"},
		"next_month":      {"2026-12-01", "2027-01-01"},
		"last_quarter":    {"2026-07-01", "2026-10-01"},
		"next_quarter":    {"2027-01-01", "2027-04-01"},
		"this_year":       {"2026-01-01", "2027-01-01"},
		"last_n_days:30":  {"2026-10-26", "2026-11-25"},
		"last_30_days":    {"2026-10-26", "2026-11-25"},
		"next_n_days:7":   {"2026-11-24", "2026-12-01"},
		"last_n_weeks:2":  {"2026-11-16", "2026-11-30"},
		"next_n_months:2": {"2026-11-01", "2027-01-01"},
	} {
		from, to, ok := Span(word, today)
		if !ok || Format(from) != want[0] || Format(to) != want[1] {
			t.Errorf("%s: %s to %s, want %v", word, Format(from), Format(to), want)
		}
	}
	for _, word := range []string{"", "someday", "last_n_days:0", "last_n_days:3661", "last_n_days", "this_day", "last_n_days:-1"} {
		if _, _, ok := Span(word, today); ok {
			t.Errorf("%q is a span", word)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"0001-01-01", "1969-12-31", "1970-01-01", "2028-02-29", "9999-12-31"} {
		day, ok := Parse(s)
		if !ok || Format(day) != s {
			t.Errorf("%s comes back as %s", s, Format(day))
		}
		if y, m, d := Date(day); Of(y, m, d) != day {
			t.Errorf("%s is day %d, then %d", s, day, Of(y, m, d))
		}
	}
	if sunday, _ := Parse("1969-12-28"); Format(First(sunday, Weeks, 0)) != "1969-12-22" {
		t.Error("weeks before 1970 begin on Monday too")
	}
	zone := time.FixedZone("Shanghai", 8*3600)
	late := time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
	if s := Format(Day(late, zone)); s != "2026-11-25" {
		t.Errorf("in Shanghai it is %s", s)
	}
	if at := Start(Day(late, zone), zone); at.UTC().Hour() != 16 {
		t.Errorf("the day begins at %v", at)
	}
}
