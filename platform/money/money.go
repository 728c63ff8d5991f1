// Package money knows currencies and exact decimals: integers of minor units, never floats.
// Rounding is half away from zero.
package money

import (
	"math/big"
	"strconv"
	"strings"
)

// MaxDigits is how many digits a decimal may have, before and after the point together.
const MaxDigits = 18

// Max is the greatest decimal, whatever its scale.
const Max = 999_999_999_999_999_999

// Trouble says why a decimal cannot be read.
type Trouble int

const (
	Fine      Trouble = iota
	Malformed         // not a plain decimal number
	TooFine           // more digits after the point than the scale has
	TooLarge          // more than 18 digits
)

// Parse reads a plain decimal ("-1234.50") into an integer scaled by 10^scale. Zeros beyond the scale are fine,
// other digits there are not: nothing is rounded in silence.
func Parse(s string, scale int) (int64, Trouble) {
	if s == "" || len(s) > 64 {
		return 0, Malformed
	}
	negative := s[0] == '-'
	whole, part, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if !digits(whole) || (point && !digits(part)) {
		return 0, Malformed
	}
	part = strings.TrimRight(part, "0")
	if len(part) > scale {
		return 0, TooFine
	}
	all := strings.TrimLeft(whole+part+strings.Repeat("0", scale-len(part)), "0")
	if len(all) > MaxDigits {
		return 0, TooLarge
	}
	if all == "" {
		return 0, Fine
	}
	n, err := strconv.ParseInt(all, 10, 64)
	if err != nil {
		return 0, Malformed
	}
	if negative {
		n = -n
	}
	return n, Fine
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Format writes a scaled integer with all digits of its scale: 123450 at 2 is "1234.50".
func Format(n int64, scale int) string {
	return FormatBig(big.NewInt(n), scale)
}

// FormatBig is Format for sums that do not fit 64 bits.
func FormatBig(n *big.Int, scale int) string {
	s := n.String()
	if scale == 0 {
		return s
	}
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	if len(s) <= scale {
		s = strings.Repeat("0", scale-len(s)+1) + s
	}
	return sign + s[:len(s)-scale] + "." + s[len(s)-scale:]
}

// RateScale is the scale of rates: how many units of one currency one unit of another is worth, times 1e9.
const RateScale = 1_000_000_000

// Convert turns minor units of one currency into those of another at a rate; false when the result has more than
// 18 digits.
func Convert(minor int64, from, to string, rate int64) (int64, bool) {
	a, _ := Digits(from)
	b, _ := Digits(to)
	n := new(big.Int).Mul(big.NewInt(minor), big.NewInt(rate))
	n.Mul(n, power(b))
	n = Div(n, new(big.Int).Mul(power(a), big.NewInt(RateScale)))
	if n.CmpAbs(big.NewInt(Max)) > 0 {
		return 0, false
	}
	return n.Int64(), true
}

// Times multiplies exactly, divides once and rounds; false when the result has more than 18 digits. The divisor is
// positive.
func Times(n, by int64, factors ...int64) (int64, bool) {
	x := big.NewInt(n)
	for _, f := range factors {
		x.Mul(x, big.NewInt(f))
	}
	if x = Div(x, big.NewInt(by)); x.CmpAbs(big.NewInt(Max)) > 0 {
		return 0, false
	}
	return x.Int64(), true
}

// Div divides, rounding half away from zero. The divisor is positive.
func Div(n, by *big.Int) *big.Int {
	half := new(big.Int).Quo(by, big.NewInt(2))
	if by.Bit(0) == 1 {
		half.Add(half, big.NewInt(1)) // the least remainder that is more than half of an odd divisor
	}
	q, r := new(big.Int).QuoRem(n, by, new(big.Int))
	if r.CmpAbs(half) >= 0 {
		q.Add(q, big.NewInt(int64(n.Sign())))
	}
	return q
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
