package hanzi

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed phrases.txt
var phraseText string

// phraseBook holds readings that depend on the neighbours.
type phraseBook struct {
	phrases  map[rune][]phrase // by first character, the longest first
	begins   []uint64          // a bit for each character of the basic plane: whether it is the first of one
	surnames map[rune]reading  // of one character; those of two are phrases
}

// phrase is read as said, where 0 in own means the common reading.
type phrase struct {
	text []rune
	read []reading
	own  []bool
}

// readPhrases parses phrases.txt: a line is a phrase and a syllable with tone for each character, "-" for the common
// reading; a single character is a surname, and "=" before it sets its common reading. A reading that the data does not
// list is added to the character.
func (t *table) readPhrases() error {
	t.phrases = phraseBook{phrases: map[rune][]phrase{}, begins: make([]uint64, 1<<10), surnames: map[rune]reading{}}
	for line := range strings.Lines(phraseText) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		common := words[0] == "="
		if common {
			words = words[1:]
		}
		p := phrase{text: []rune(words[0])}
		if len(words) != len(p.text)+1 {
			return fmt.Errorf("phrase %s: %d syllables", words[0], len(words)-1)
		}
		for i, w := range words[1:] {
			x, own, err := t.parseReading(w)
			if err != nil {
				return fmt.Errorf("phrase %s: %w", words[0], err)
			}
			if own {
				t.learn(p.text[i], x, common)
			}
			p.read, p.own = append(p.read, x), append(p.own, own)
		}
		switch first := p.text[0]; {
		case common:
		case len(p.text) == 1:
			t.phrases.surnames[first] = p.read[0]
		default:
			t.phrases.phrases[first] = append(t.phrases.phrases[first], p)
			if first < 1<<16 {
				t.phrases.begins[first/64] |= 1 << (first % 64)
			}
		}
	}
	for _, list := range t.phrases.phrases {
		slices.SortStableFunc(list, func(a, b phrase) int { return len(b.text) - len(a.text) })
	}
	return nil
}

// parseReading reads "chong2"; "-" is no reading of its own.
func (t *table) parseReading(s string) (x reading, own bool, err error) {
	if s == "-" {
		return 0, false, nil
	}
	last := len(s) - 1
	syllable, known := t.number[s[:last]]
	if !known || s[last] < '1' || s[last] > '5' {
		return 0, false, fmt.Errorf("unknown reading %s", s)
	}
	return reading(syllable*5 + int(s[last]-'1')), true, nil
}

// learn adds a reading to a character that lacks it, and puts it first if it is the common one.
func (t *table) learn(r rune, x reading, common bool) {
	list := t.lists[t.listOf(r)]
	if r >= 1<<16 || slices.Contains(list, x) && !common {
		return
	}
	rest := slices.DeleteFunc(slices.Clone(list), func(y reading) bool { return y == x })
	if common {
		list = append([]reading{x}, rest...)
	} else {
		list = append(rest, x)
	}
	t.lists = append(t.lists, list)
	t.near[r] = uint16(len(t.lists) - 1)
}

// resolve says how each character of a folded text is read here. What is not Chinese is left 0.
func (t *table) resolve(text []rune) []reading { return t.read(make([]reading, len(text)), text) }

// read is resolve into room that is there, as long as the text.
func (t *table) read(out []reading, text []rune) []reading {
	for i := 0; i < len(text); {
		if p, found := t.phraseAt(text[i:]); found {
			for k, r := range p.text {
				out[i+k] = p.read[k]
				if !p.own[k] {
					out[i+k] = t.common(r)
				}
			}
			i += len(p.text)
			continue
		}
		out[i] = t.common(text[i])
		if i == 0 && t.looksLikePerson(text) {
			if x, found := t.phrases.surnames[text[0]]; found {
				out[0] = x
			}
		}
		i++
	}
	return out
}

func (t *table) phraseAt(text []rune) (phrase, bool) {
	if first := text[0]; first >= 0 && first < 1<<16 && t.phrases.begins[first/64]>>(first%64)&1 == 0 {
		return phrase{}, false
	}
	for _, p := range t.phrases.phrases[text[0]] {
		if len(p.text) <= len(text) && slices.Equal(p.text, text[:len(p.text)]) {
			return p, true
		}
	}
	return phrase{}, false
}

// common is the most common reading.
func (t *table) common(r rune) reading {
	if list := t.lists[t.listOf(r)]; len(list) > 0 {
		return list[0]
	}
	return 0
}

// looksLikePerson says whether a text could be a name with a surname of one character, which is then read so: two or
// three Chinese characters, or a family (曾氏集团). Surnames of two characters are phrases.
func (t *table) looksLikePerson(text []rune) bool {
	if len(text) > 1 && text[1] == '氏' {
		return true
	}
	if len(text) < 2 || len(text) > 3 {
		return false
	}
	return !slices.ContainsFunc(text, func(r rune) bool { return !isHan(t, r) })
}
