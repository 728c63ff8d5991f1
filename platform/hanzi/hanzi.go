// Package hanzi knows how Chinese text is read, sorted and compared: folding, readings of characters (polyphones in
// surnames, place names and common phrases included), a sort key by pinyin, matching by pinyin, and the core of a
// company's name.
//
// The readings come from pinyin-data (MIT, LICENSE.pinyin-data), the places from Administrative-divisions-of-China
// (WTFPL, LICENSE.divisions), both packed by gen; phrases.txt is ours.
package hanzi

import "unicode/utf8"

// Readings gives all readings of a character without tones, the most common first, ü written as v; none for anything
// that is not a Chinese character.
func Readings(r rune) []string {
	t := data()
	set := t.sets[t.listOf(r)]
	out := make([]string, len(set))
	for i, s := range set {
		out[i] = t.syllables[s]
	}
	return out
}

// Syllables gives, for each character of s, how it is read here (by phrase or surname, else most commonly), then its
// other readings. What is not Chinese stands for itself, folded.
func Syllables(s string) [][]string {
	t := data()
	runes := []rune(Fold(s))
	here := t.resolve(runes)
	out := make([][]string, len(runes))
	for i, r := range runes {
		all := Readings(r)
		if len(all) == 0 {
			out[i] = []string{string(r)}
			continue
		}
		first := t.syllables[here[i].syllable()]
		out[i] = append(make([]string, 0, len(all)), first)
		for _, x := range all {
			if x != first {
				out[i] = append(out[i], x)
			}
		}
	}
	return out
}

// isHan says whether a character has readings.
func isHan(t *table, r rune) bool { return r >= utf8.RuneSelf && t.listOf(r) != noList }
