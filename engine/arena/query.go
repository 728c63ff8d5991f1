package arena

import (
	"bytes"
	"encoding/binary"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"youpeng/platform/fault"
	"youpeng/platform/hanzi"
)

// MaxQuestion is how many characters a question may have.
const MaxQuestion = 100

// Rank says how well a value fits; less is better.
type Rank uint8

const (
	Exact     Rank = iota // the whole value (of a phone: with or without its country code)
	Beginning             // the beginning of the value, of a company's core name, of a number without its country code, of a domain
	Inside
	ranks
)

// Query is a question, parsed once and asked of any number of arenas.
type Query struct {
	forms   [classes][]byte // as each class holds it; empty: nothing to find there
	pattern *hanzi.Pattern  // nil without letters
	anchor  []byte          // characters beyond ASCII that every match of the pattern contains
	plain   bool            // the text itself is to be looked for besides the pattern
	sieve   func() *hanzi.Sieve
	sought  sought // the digits
}

// Parse reads what a person typed. Its characters say where to look: digits in phones, codes, mail addresses and
// names, letters in all but phones and also as pinyin, anything else likewise.
func Parse(question string) (*Query, error) {
	if len(question) > MaxQuestion*utf8.UTFMax || utf8.RuneCountInString(question) > MaxQuestion {
		return nil, fault.Invalid("q", "search.too_long", "max", MaxQuestion)
	}
	words := Name.form(question)
	q := &Query{pattern: hanzi.NewPattern(words)}
	q.forms[Name] = appendUnits(nil, words)
	q.forms[Digits] = []byte(typedDigits(words))
	q.forms[Code] = []byte(Code.form(words))
	q.forms[Email] = []byte(words)
	q.sought = newSought(q.forms[Digits])
	q.plain = q.pattern == nil || q.pattern.Typed() != words
	if q.pattern != nil {
		q.anchor = appendUnits(nil, longestRun(q.pattern.Typed()))
		q.sieve = sync.OnceValue(q.pattern.NewSieve)
	}
	return q, nil
}

// longestRun is the longest run of characters beyond ASCII.
func longestRun(s string) string {
	best := ""
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r < utf8.RuneSelf }) {
		if len(part) > len(best) {
			best = part
		}
	}
	return best
}

// Empty says whether there is nothing to look for.
func (q *Query) Empty() bool { return len(q.forms[Name]) == 0 }

// Looks says whether values of a class can answer the question.
func (q *Query) Looks(class Class) bool { return len(q.forms[class]) > 0 }

// Match says how a single value answers the question, just as an arena would; wholeOnly asks for exact matches of the
// text itself.
func (q *Query) Match(class Class, value string, wholeOnly bool) (Rank, bool) {
	text, core := class.encode(nil, class.form(value))
	if len(text) == 0 || !q.Looks(class) {
		return 0, false
	}
	rank := q.rank(class, text, int(core), wholeOnly)
	return rank, rank < ranks
}

// rank judges a value; ranks means that it does not match.
func (q *Query) rank(class Class, text []byte, core int, wholeOnly bool) Rank {
	best := ranks
	if class != Name {
		if first := bytes.Index(text, q.forms[class]); first >= 0 {
			best = q.literalRank(class, text, core, first)
		}
	} else {
		if q.plain || wholeOnly {
			if first := indexUnits(text, q.forms[Name]); first >= 0 {
				best = q.literalRank(Name, text, core, first)
			}
		}
		if q.pattern != nil && !wholeOnly {
			best = min(best, q.patternRank(text, core))
		}
	}
	if wholeOnly && best != Exact {
		return ranks
	}
	return best
}

// indexUnits is bytes.Index on unit boundaries.
func indexUnits(text, pattern []byte) int {
	for at := 0; ; at++ {
		i := bytes.Index(text[at:], pattern)
		if i < 0 {
			return -1
		}
		if at += i; at&1 == 0 {
			return at
		}
	}
}

// literalRank judges a value in which the question's text stands first at a byte.
func (q *Query) literalRank(class Class, text []byte, core, first int) Rank {
	form := q.forms[class]
	if class == Name {
		core *= 2
	}
	switch {
	case len(text) == len(form):
		return Exact
	case core > 0 && first <= core && bytes.HasPrefix(text[core:], form):
		if class == Digits && len(text)-core == len(form) {
			return Exact
		}
		return Beginning
	case first == 0:
		return Beginning
	}
	return Inside
}

// patternRank judges a name by pinyin. It looks closer only where the characters beyond ASCII stand too, or where the
// sieve leaves something.
func (q *Query) patternRank(text []byte, core int) Rank {
	if len(q.anchor) > 0 {
		if indexUnits(text, q.anchor) < 0 {
			return ranks
		}
		for at := 0; at < len(text); at += 2 {
			if q.patternAt(text[at:]) {
				return q.patternRankAt(text, core, at)
			}
		}
		return ranks
	}
	sieve := q.sieve()
	for at := 0; at < len(text); at += 2 {
		if leaves(sieve, text[at:]) && q.patternAt(text[at:]) {
			return q.patternRankAt(text, core, at)
		}
	}
	return ranks
}

// leaves says whether a match may begin with a text.
func leaves(sieve *hanzi.Sieve, text []byte) bool {
	next := sieve[0]
	if len(text) >= 4 {
		next = sieve[binary.LittleEndian.Uint16(text[2:])]
	}
	return sieve[binary.LittleEndian.Uint16(text)]&(next>>8) != 0
}

// patternRankAt judges a name that the pattern matches first at a byte.
func (q *Query) patternRankAt(text []byte, core, first int) Rank {
	switch {
	case first == 0 && q.patternWhole(text):
		return Exact
	case first == 0, core > 0 && first <= 2*core && q.patternAt(text[2*core:]):
		return Beginning
	}
	return Inside
}

// patternAt says whether the pattern matches at the beginning of a text.
func (q *Query) patternAt(text []byte) bool {
	state := hanzi.Begin
	for len(text) > 0 {
		r, size := decode(text)
		if state = q.pattern.Next(state, r); q.pattern.Done(state) {
			return true
		} else if state == 0 {
			return false
		}
		text = text[size:]
	}
	return false
}

// patternWhole says whether the pattern spells a text in full.
func (q *Query) patternWhole(text []byte) bool {
	if len(text) > 2*len(q.forms[Name]) { // more characters than were typed
		return false
	}
	state := hanzi.Begin
	for len(text) > 0 && state != 0 {
		r, size := decode(text)
		state = q.pattern.NextWhole(state, r)
		text = text[size:]
	}
	return q.pattern.Done(state)
}

// decode reads one character of UTF-16; half a pair is -1, which matches nothing.
func decode(text []byte) (r rune, size int) {
	r = rune(binary.LittleEndian.Uint16(text))
	if !utf16.IsSurrogate(r) {
		return r, 2
	}
	if len(text) >= 4 {
		if pair := utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(text[2:]))); pair != utf8.RuneError {
			return pair, 4
		}
	}
	return -1, 2
}
