package money

import (
	"math/big"
	"testing"
)

func TestParseAndFormat(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		in    string
		scale int
		n     int64
		out   string
		bad   Trouble
	}{
		{"1234.5", 2, 123450, "1234.50", Fine},
		{"-0.05", 2, -5, "-0.05", Fine},
		{"-0", 2, 0, "0.00", Fine},
		{"007", 0, 7, "7", Fine},
		{"1.2300", 2, 123, "1.23", Fine},
		{"999999999999999999", 0, Max, "999999999999999999", Fine},
		{"1000000000000000000", 0, 0, "", TooLarge},
		{"1.234", 2, 0, "", TooFine},
		{"", 2, 0, "", Malformed},
		{"1.", 2, 0, "", Malformed},
		{".5", 2, 0, "", Malformed},
		{"+1", 2, 0, "", Malformed},
		{"1e3", 2, 0, "", Malformed},
		{"--1", 2, 0, "", Malformed},
		{"１", 2, 0, "", Malformed},
	} {
		n, bad := Parse(x.in, x.scale)
		if n != x.n || bad != x.bad {
			t.Errorf("Parse(%q, %d) = %d, %d", x.in, x.scale, n, bad)
		}
		if bad == Fine && Format(n, x.scale) != x.out {
			t.Errorf("Format(%d, %d) = %s, want %s", n, x.scale, Format(n, x.scale), x.out)
		}
	}
}

func TestConvertRoundsHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		minor    int64
		from, to string
		rate     int64
		want     int64
		ok       bool
	}{
		{100, "USD", "CNY", 7_125_000_000, 713, true},
		{-100, "USD", "CNY", 7_125_000_000, -713, true},
		{300, "JPY", "CNY", 46_000_000, 1380, true},
		{1_000, "KWD", "JPY", 490_500_000_000, 491, true},
		{Max, "USD", "CNY", 7_000_000_000, 0, false},
	} {
		if got, ok := Convert(x.minor, x.from, x.to, x.rate); got != x.want || ok != x.ok {
			t.Errorf("Convert(%v) = %d, %v", x, got, ok)
		}
	}
	for n, want := range map[int64]int64{4: 1, 5: 2, 7: 2, -4: -1, -5: -2, 0: 0, 1: 0} {
		if got := Div(big.NewInt(n), big.NewInt(3)).Int64(); got != want {
			t.Errorf("%d / 3 = %d, want %d", n, got, want)
		}
	}
}

func TestDigits(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{"CNY": 2, "JPY": 0, "KWD": 3, "CLF": 4} {
		if n, ok := Digits(code); n != want || !ok {
			t.Errorf("%s has %d digits", code, n)
		}
	}
	if _, ok := Digits("cny"); ok {
		t.Error("codes are upper case")
	}
}
