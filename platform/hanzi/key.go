package hanzi

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A sort key is a row of elements, compared as bytes. The first byte of an element says what it is and so orders:
// punctuation, numbers by value, Latin letters, other scripts, then Chinese characters by how they are read, each two
// bytes wide. What an element leaves out (leading zeros, accents) is appended after endOfKey as the folded text
// itself, so that only texts that fold alike have equal keys.
const (
	endOfKey   = 0x00
	keyControl = 0x02 // and the character
	keySpace   = 0x03
	keyASCII   = 0x04 // and the character
	keySymbol  = 0x05 // and three bytes
	keyNumber  = 0x08 // and the count of digits, then the digits
	keyLetter  = 0x09 // a; z is 0x22
	keyLatin   = 0x23 // Latin letters without a place in a to z, and three bytes
	keyScript  = 0x24 // and three bytes
	keyHan     = 0x2F // and the rest of the rank
	keyUnread  = 0xFF // twice, and three bytes: Chinese characters of which no reading is known
)

// Key is the sort key of a text. Byte order of keys is the order in which lists show texts; equal keys mean texts that
// fold alike.
func Key(s string) []byte {
	t := data()
	s = Fold(s)
	var room [64]rune // most texts are short
	runes := room[:0]
	for _, r := range s {
		runes = append(runes, r)
	}
	var readings [64]reading
	read := readings[:]
	if len(runes) > len(read) {
		read = make([]reading, len(runes))
	}
	read = t.read(read[:len(runes)], runes)
	key := make([]byte, 0, 2*len(runes)+8)
	lossy := false
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case '0' <= r && r <= '9':
			n := 1
			for i+n < len(runes) && '0' <= runes[i+n] && runes[i+n] <= '9' {
				n++
			}
			digits := strings.TrimLeft(string(runes[i:i+n]), "0")
			lossy = lossy || len(digits) < n
			key = appendNumber(key, digits)
			i += n - 1
		case isHan(t, r):
			rank := t.ranked(r, read[i])
			key = binary.BigEndian.AppendUint16(key, uint16(keyHan<<8+rank))
		default:
			var whole bool
			key, whole = appendOther(key, r)
			lossy = lossy || !whole
		}
	}
	if lossy {
		key = append(append(key, endOfKey), s...)
	}
	return key
}

// KeyString is Key as a string, for maps and comparisons.
func KeyString(s string) string { return string(Key(s)) }

// appendNumber puts shorter numbers first; counts beyond a byte take more of them.
func appendNumber(key []byte, digits string) []byte {
	key = append(key, keyNumber)
	n := len(digits)
	for ; n >= 255; n -= 255 {
		key = append(key, 255)
	}
	return append(append(key, byte(n)), digits...)
}

// appendOther adds anything but digits and Chinese characters, and says whether nothing of it is lost.
func appendOther(key []byte, r rune) ([]byte, bool) {
	switch {
	case 'a' <= r && r <= 'z':
		return append(key, keyLetter+byte(r-'a')), true
	case r == ' ':
		return append(key, keySpace), true
	case r < ' ' || r == 0x7F:
		return append(key, keyControl, byte(r)), true
	case r < utf8.RuneSelf:
		return append(key, keyASCII, byte(r)), true
	case unicode.Is(unicode.Mn, r):
		return key, false
	case unicode.Is(unicode.Latin, r):
		if base := norm.NFD.String(string(r))[0]; 'a' <= base && base <= 'z' {
			return append(key, keyLetter+base-'a'), false
		}
		return appendWide(append(key, keyLatin), r), true
	case unicode.Is(unicode.Han, r):
		return appendWide(append(key, keyUnread, keyUnread), r), true
	case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
		return appendWide(append(key, keyScript), r), true
	}
	return appendWide(append(key, keySymbol), r), true
}

func appendWide(key []byte, r rune) []byte {
	return append(key, byte(r>>16), byte(r>>8), byte(r))
}
