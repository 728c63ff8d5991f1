package hanzi

import (
	"slices"
	"unicode/utf8"
)

// MaxLetters is how long a question by pinyin may be. Longer ones have no pattern.
const MaxLetters = 62

// Pattern matches text by how it is typed in pinyin. The question is cut into pieces, one for each character of the
// text: a full syllable of any of its readings, its initial (z, zh), the character itself, and for the last one also
// the beginning of a syllable. All cuts count, so zhangw, zwei, 张w and zhang伟 all find 张伟; a blank or an apostrophe
// in the question says where a cut must be (xi'an). ü is typed v or u.
//
// Matching walks over the text with a State, the set of positions in the question that are reached.
type Pattern struct {
	t        *table
	question []rune
	moves    []move                // by syllable
	ascii    [utf8.RuneSelf]uint64 // by character: positions at which it stands in the question
	other    map[rune]uint64       // the same for the rest
	end      State
}

// move is where a syllable may stand in a question.
type move struct {
	whole   State // where it stands whole
	initial State // where its first letter is an initial
	double  State // where zh, ch or sh is
	tail    State // from where the rest of the question is a beginning of it
	length  uint8
}

// State is a set of positions in the question; a match begins with Begin.
type State uint64

// Begin is the state before the first character.
const Begin State = 1

// NewPattern makes the pattern of a folded question; nil if it has no Latin letter or is too long.
func NewPattern(question string) *Pattern {
	p := &Pattern{t: data(), other: map[rune]uint64{}}
	letters := false
	cuts := uint64(0) // positions that no piece may reach over
	for _, r := range question {
		switch {
		case r == ' ' || r == '\'' || r == '’':
			cuts |= 1 << len(p.question)
			continue
		case r == 'ü':
			r = 'v'
		}
		letters = letters || 'a' <= r && r <= 'z'
		if len(p.question) == MaxLetters {
			return nil
		}
		p.question = append(p.question, r)
	}
	if !letters {
		return nil
	}
	n := len(p.question)
	p.end = 1 << n
	for i, r := range p.question {
		if r < utf8.RuneSelf {
			p.ascii[r] |= 1 << i
		} else {
			p.other[r] |= 1 << i
		}
	}
	p.moves = make([]move, len(p.t.syllables))
	for i, s := range p.t.syllables {
		p.moves[i].length = uint8(len(s))
		for at := range p.question {
			p.place(&p.moves[i], s, at, cuts)
		}
	}
	return p
}

// place notes whether a syllable stands at a position, by its initial, whole, or cut short by the end of the question.
func (p *Pattern) place(m *move, syllable string, at int, cuts uint64) {
	rest := p.question[at:]
	if rest[0] == rune(syllable[0]) {
		m.initial |= 1 << at
		if len(rest) > 1 && rest[1] == 'h' && len(syllable) > 1 && syllable[1] == 'h' && cuts>>(at+1)&1 == 0 {
			m.double |= 1 << at
		}
	}
	n := min(len(rest), len(syllable))
	for i := range n {
		typed, said := rest[i], rune(syllable[i])
		if typed != said && (typed != 'u' || said != 'v') {
			return
		}
	}
	if inside := cuts >> (at + 1) & (1<<(n-1) - 1); inside != 0 {
		return
	}
	if n == len(syllable) {
		m.whole |= 1 << at
	} else {
		m.tail |= 1 << at
	}
}

// Next is the state after one more character; 0 when nothing is reached any more.
func (p *Pattern) Next(s State, r rune) State {
	next := s & p.literal(r) << 1
	for _, number := range p.t.sets[p.t.listOf(r)] {
		next |= p.read(s, number)
	}
	return next
}

// NextWhole is Next with whole syllables only, as an exact match asks.
func (p *Pattern) NextWhole(s State, r rune) State {
	next := s & p.literal(r) << 1
	for _, number := range p.t.sets[p.t.listOf(r)] {
		next |= s & p.moves[number].whole << p.moves[number].length
	}
	return next
}

// literal is where a character stands itself in the question.
func (p *Pattern) literal(r rune) State {
	switch {
	case uint32(r) < utf8.RuneSelf:
		return State(p.ascii[r])
	case len(p.other) > 0:
		return State(p.other[r])
	}
	return 0
}

// read is the state after a character that is read as a syllable.
func (p *Pattern) read(s State, number uint16) State {
	m := &p.moves[number]
	next := s&m.whole<<(m.length&63) | s&m.initial<<1 | s&m.double<<2
	if s&m.tail != 0 {
		next |= p.end
	}
	return next
}

// Done says whether the whole question is matched.
func (p *Pattern) Done(s State) bool { return s&p.end != 0 }

// MatchesAt says whether the question matches at the beginning of s, which is folded.
func (p *Pattern) MatchesAt(s string) bool {
	state := Begin
	for _, r := range s {
		if state = p.Next(state, r); p.Done(state) {
			return true
		} else if state == 0 {
			return false
		}
	}
	return false
}

// Matches says whether the question matches anywhere in s, which is folded.
func (p *Pattern) Matches(s string) bool {
	for i := range s {
		if p.MatchesAt(s[i:]) {
			return true
		}
	}
	return false
}

// Typed is the question as it is matched: without blanks and apostrophes, v for ü.
func (p *Pattern) Typed() string { return string(p.question) }

// Literals are the characters of the question other than ASCII: every match contains each of them.
func (p *Pattern) Literals() string {
	return string(slices.DeleteFunc(slices.Clone(p.question), func(r rune) bool { return r < utf8.RuneSelf }))
}

// Sieve tells in two looks at a text in UTF-16 that no match begins at a place: by unit, the low byte holds what a first
// character can reach, the high byte from where a second character can go on; without a bit in common there is no match.
type Sieve [1 << 16]uint16

// farthest is the last position that a sieve tells apart: no syllable is longer than six letters.
const farthest = 6

// sieveDone marks, in the first byte, that one character is a match; every second character has it.
const sieveDone = 1 << 7

// Ends says whether what a sieve holds of a character means that it is a match by itself; of half a character it is not known.
func Ends(reach uint16) bool { return reach&sieveDone != 0 && reach != anything }

// anything is what a sieve holds of half a character.
const anything = 0xFFFF

// NewSieve makes the sieve of a pattern without Literals.
func (p *Pattern) NewSieve() *Sieve {
	t := p.t
	one := make([]uint16, len(t.syllables))
	for i := range one {
		one[i] = p.sift(func(s State) State { return p.read(s, uint16(i)) })
	}
	reach := make([]uint16, len(t.sets))
	for i, set := range t.sets {
		reach[i] = sieveDone << 8
		for _, number := range set {
			reach[i] |= one[number]
		}
	}
	reach[halfList] = anything
	v := new(Sieve)
	for unit, list := range t.near {
		v[unit] = reach[list]
	}
	for r := range utf8.RuneSelf {
		v[r] = sieveDone<<8 | p.sift(func(s State) State { return s & p.literal(rune(r)) << 1 })
	}
	return v
}

// sift makes the two bytes of a character from how it moves a state.
func (p *Pattern) sift(next func(State) State) uint16 {
	reached := next(Begin)
	out := uint16(reached) & (1<<(farthest+1) - 1)
	if p.Done(reached) {
		out |= sieveDone
	}
	for at := 1; at <= farthest; at++ {
		if next(1<<at) != 0 {
			out |= 1 << (8 + at)
		}
	}
	return out
}
