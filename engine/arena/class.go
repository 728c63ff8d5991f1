package arena

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"youpeng/platform/hanzi"
)

// Class says what values are, and so how they are brought into form and asked.
type Class uint8

const (
	Name   Class = iota // titles and names: folded; also found by pinyin, and at the core of a company's name
	Digits              // phones: digits only, with the country code
	Code                // tax numbers, order numbers: folded, without blanks and separators
	Email               // folded; also found at its domain
	classes
)

// separators are left out of codes, which people write as they like.
var separators = strings.NewReplacer(" ", "", "-", "", "_", "", "/", "", ".", "")

// form brings a value into the form in which it is compared.
func (k Class) form(value string) string {
	s := strings.TrimSpace(hanzi.Fold(value))
	switch k {
	case Digits:
		number, extension, _ := strings.Cut(s, ";ext=")
		return withTrunkZero(onlyDigits(number)) + onlyDigits(extension)
	case Code:
		return separators.Replace(s)
	}
	return s
}

// encode appends a value in the arena's units and gives its second beginning.
func (k Class) encode(to []byte, s string) ([]byte, uint8) {
	core := 0
	if k != Name {
		s = cut(s, maxValue)
		switch k {
		case Digits:
			if isChinese(s) {
				core = len(countryCode)
			}
		case Email:
			core = strings.LastIndexByte(s, '@') + 1
		}
		return append(to, s...), smallCore(core)
	}
	before := len(to)
	to = appendUnits(to, s)
	if start, _ := hanzi.Core(s); start > 0 {
		core = len(utf16.Encode([]rune(s[:start])))
	}
	if len(to)-before > 2*maxValue {
		to = to[:before+2*maxValue]
	}
	return to, smallCore(core)
}

func smallCore(n int) uint8 {
	if n > 255 {
		return 0
	}
	return uint8(n)
}

// appendUnits appends text as UTF-16, the low byte first.
func appendUnits(to []byte, s string) []byte {
	for _, r := range s {
		if r < 1<<16 {
			to = binary.LittleEndian.AppendUint16(to, uint16(r))
			continue
		}
		high, low := utf16.EncodeRune(r)
		to = binary.LittleEndian.AppendUint16(to, uint16(high))
		to = binary.LittleEndian.AppendUint16(to, uint16(low))
	}
	return to
}

func cut(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}
