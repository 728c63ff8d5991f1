// Package calendar knows days and named spans of days. A day is an int64, counted from 1970-01-01, without a zone;
// weeks begin on Monday.
package calendar

import (
	"regexp"
	"strconv"
	"time"
)

const format = "2006-01-02"

// Day answers the day of an instant in a zone.
func Day(t time.Time, zone *time.Location) int64 {
	y, m, d := t.In(zone).Date()
	return Of(y, m, d)
}

// Of answers the day of a date; months and days beyond their bounds roll over, as in time.Date.
func Of(year int, month time.Month, day int) int64 {
	seconds := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()
	return seconds / 86400 // exact: midnight in UTC is a multiple, before 1970 too
}

// Date answers the year, month and day of a day.
func Date(day int64) (int, time.Month, int) {
	return time.Unix(day*86400, 0).UTC().Date()
}

// Start answers the instant at which a day begins in a zone.
func Start(day int64, zone *time.Location) time.Time {
	y, m, d := Date(day)
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// Parse reads 2026-11-24.
func Parse(s string) (int64, bool) {
	t, err := time.Parse(format, s)
	if err != nil || t.Year() < 1 {
		return 0, false
	}
	return t.Unix() / 86400, true
}

// Format writes 2026-11-24.
func Format(day int64) string { return time.Unix(day*86400, 0).UTC().Format(format) }

// Unit is a length of the calendar.
type Unit string

const (
	Days     Unit = "day"
	Weeks    Unit = "week"
	Months   Unit = "month"
	Quarters Unit = "quarter"
	Years    Unit = "year"
)

// Known says whether a word is a unit.
func Known(u Unit) bool {
	switch u {
	case Days, Weeks, Months, Quarters, Years:
		return true
	}
	return false
}

// First answers the first day of the unit in which a day lies, or of the one n units later.
func First(day int64, u Unit, n int) int64 {
	y, m, _ := Date(day)
	switch u {
	case Weeks:
		monday := day - floorMod(day+3, 7) // 1970-01-01 was a Thursday
		return monday + int64(7*n)
	case Months:
		return Of(y, m+time.Month(n), 1)
	case Quarters:
		return Of(y, (m-1)/3*3+1+time.Month(3*n), 1)
	case Years:
		return Of(y+n, 1, 1)
	}
	return day + int64(n)
}

func floorMod(a, b int64) int64 { return ((a % b) + b) % b }

// Words lists the named spans for people: n stands for a number from 1 to 3,660.
var Words = []string{
	"today", "yesterday", "tomorrow", "this_week", "last_week", "next_week", "this_month", "last_month", "next_month",
	"this_quarter", "last_quarter", "next_quarter", "this_year", "last_year", "next_year",
	"last_n_days:n", "next_n_days:n", "last_n_weeks:n", "next_n_weeks:n", "last_n_months:n", "next_n_months:n",
}

var (
	named   = regexp.MustCompile(`^(this|last|next)_(week|month|quarter|year)$`)
	counted = regexp.MustCompile(`^(last|next)_(?:n_(day|week|month|quarter|year)s:(\d{1,4})|(\d{1,4})_(day|week|month|quarter|year)s)$`)
)

// Span answers the days from ≤ x < to that a word names, seen from today. The last and the next n units contain the
// present one: last_n_days:1 is today, next_n_weeks:2 is this week and the one after it.
func Span(word string, today int64) (from, to int64, ok bool) {
	switch word {
	case "today":
		return today, today + 1, true
	case "yesterday":
		return today - 1, today, true
	case "tomorrow":
		return today + 1, today + 2, true
	}
	if m := named.FindStringSubmatch(word); m != nil {
		n := map[string]int{"this": 0, "last": -1, "next": 1}[m[1]]
		return First(today, Unit(m[2]), n), First(today, Unit(m[2]), n+1), true
	}
	m := counted.FindStringSubmatch(word)
	if m == nil {
		return 0, 0, false
	}
	n, err := strconv.Atoi(m[3] + m[4])
	if err != nil || n < 1 || n > 3660 {
		return 0, 0, false
	}
	u := Unit(m[2] + m[5])
	if m[1] == "last" {
		return First(today, u, 1-n), First(today, u, 1), true
	}
	return First(today, u, 0), First(today, u, n), true
}
