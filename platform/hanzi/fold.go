package hanzi

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold brings text into the form in which it is compared everywhere: NFKC, without case, invalid bytes replaced by
// U+FFFD. Folding twice changes nothing.
func Fold(s string) string {
	upper := false
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			upper = upper || 'A' <= c && c <= 'Z'
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < 0x4E00 || r > 0x9FFF {
			return foldSlowly(s)
		}
		i += size
	}
	if upper {
		return strings.ToLower(s)
	}
	return s
}

// foldSlowly repeats the two steps until neither changes anything, since folding case can leave text that NFKC
// composes, and the other way round.
func foldSlowly(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	for range 4 {
		next := norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
		if next == s {
			break
		}
		s = next
	}
	return s
}
