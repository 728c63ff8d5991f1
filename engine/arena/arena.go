// Package arena searches names and numbers in memory. An Arena holds the values of one searchable field of all records
// as one run of bytes and is scanned to its end, so that an answer is complete and a write costs next to nothing.
//
// It knows records by their ordinals only. Reading is safe side by side; writing (Set, Remove, ReadFrom) excludes
// everything else, which is the caller's to ensure.
package arena

import (
	"bytes"
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

const (
	maxValues = 1 << 12   // of a chunk; and of one record
	maxUnits  = 1<<16 - 1 // of a chunk: bytes, or UTF-16 units of names
	maxValue  = 1 << 14   // units of a value; what is longer is found by its beginning
)

// Arena holds the values of one field. They lie in chunks, those of a record side by side in one chunk. A value is
// never changed in place: a new one is appended and the old one is zeroed at once, so nothing of an erased value
// remains; a chunk of which more than a quarter is dead is emptied into the last one.
type Arena struct {
	class   Class
	width   int // bytes of a unit
	chunks  []*chunk
	last    int // the chunk that is appended to; -1 at first
	free    []int
	at      [][]uint32 // by ordinal, in pages: 1 + place of the first value; 0 for none
	freq    [256]int   // of each byte in the living values
	records int
	scratch run
}

// chunk is a part of an arena; value i ends before unit ends[i].
type chunk struct {
	text  []byte
	ends  []uint16
	ords  []uint32 // 0 for a dead value
	cores []uint8  // units before a value's second beginning, 0 for none
	dead  int
}

// run is the values of one record on their way into a chunk.
type run struct {
	text  []byte
	ends  []int // in bytes
	cores []uint8
}

// New makes an empty arena.
func New(class Class) *Arena {
	a := &Arena{class: class, width: 1, last: -1}
	if class == Name {
		a.width = 2
	}
	return a
}

// Len is the number of records that have a value.
func (a *Arena) Len() int { return a.records }

// Bytes is the memory held.
func (a *Arena) Bytes() int {
	n := 0
	for _, c := range a.chunks {
		if c != nil {
			n += cap(c.text) + 2*cap(c.ends) + 4*cap(c.ords) + cap(c.cores)
		}
	}
	for _, page := range a.at {
		n += 4 * len(page)
	}
	return n + 8*(cap(a.chunks)+3*cap(a.at))
}

// Set makes these the values of a record, in place of those it had. Of more than a few thousand values or 65,535
// characters in all the first are kept.
func (a *Arena) Set(ord uint32, values ...string) {
	if ord == 0 {
		return
	}
	r := &a.scratch
	*r = run{text: r.text[:0], ends: r.ends[:0], cores: r.cores[:0]}
	for _, v := range values {
		before := len(r.text)
		var core uint8
		r.text, core = a.class.encode(r.text, a.class.form(v))
		if len(r.text) > maxUnits*a.width || len(r.ends) == maxValues {
			r.text = r.text[:before]
			break
		}
		if len(r.text) > before {
			r.ends, r.cores = append(r.ends, len(r.text)), append(r.cores, core)
		}
	}
	if a.holds(ord, r) {
		return
	}
	a.Remove(ord)
	if len(r.ends) > 0 {
		a.append(ord, r)
		a.count(r.text, 1)
		a.records++
	}
	clear(r.text)
}

// Remove takes a record's values out and zeroes their bytes.
func (a *Arena) Remove(ord uint32) {
	place := a.place(ord)
	if place == 0 {
		return
	}
	n, first, c := a.values(place)
	end := first
	for ; end < len(c.ords) && c.ords[end] == ord; end++ {
		c.ords[end] = 0
		c.dead++
	}
	text := c.text[c.start(first)*a.width : int(c.ends[end-1])*a.width]
	a.count(text, -1)
	clear(text)
	a.setPlace(ord, 0)
	a.records--
	a.tidy(n)
}

// holds says whether a record's values are these already.
func (a *Arena) holds(ord uint32, r *run) bool {
	place := a.place(ord)
	if place == 0 {
		return len(r.ends) == 0
	}
	_, first, c := a.values(place)
	start := c.start(first)
	for i, end := range r.ends {
		k := first + i
		if k >= len(c.ords) || c.ords[k] != ord || int(c.ends[k])-start != end/a.width {
			return false
		}
	}
	after := first + len(r.ends)
	return len(r.ends) > 0 && (after == len(c.ords) || c.ords[after] != ord) &&
		bytes.Equal(c.text[start*a.width:int(c.ends[after-1])*a.width], r.text)
}

// append puts a run at the end, in a new chunk if the last one is full.
func (a *Arena) append(ord uint32, r *run) {
	if a.last < 0 || !a.chunks[a.last].fits(r, a.width) {
		full := a.last
		if k := len(a.free); k > 0 {
			a.last, a.free = a.free[k-1], a.free[:k-1]
		} else {
			a.last, a.chunks = len(a.chunks), append(a.chunks, nil)
		}
		a.chunks[a.last] = &chunk{}
		if full >= 0 {
			a.chunks[full].clip()
			defer a.tidy(full)
		}
	}
	c := a.chunks[a.last]
	a.setPlace(ord, uint32(a.last*maxValues+len(c.ords)+1))
	before := len(c.text)
	c.text = appendErasing(c.text, r.text)
	for i, end := range r.ends {
		c.ends = append(c.ends, uint16((before+end)/a.width))
		c.ords = append(c.ords, ord)
		if a.class != Code {
			c.cores = append(c.cores, r.cores[i])
		}
	}
}

// tidy empties a chunk into the last one if more than a quarter of it is dead.
func (a *Arena) tidy(n int) {
	c := a.chunks[n]
	if n == a.last || c == nil || c.dead*4 <= len(c.ords) {
		return
	}
	a.chunks[n] = nil
	var r run
	for i := 0; i < len(c.ords); {
		ord, first, start := c.ords[i], i, c.start(i)
		r.ends, r.cores = r.ends[:0], r.cores[:0]
		for ; i < len(c.ords) && c.ords[i] == ord; i++ {
			r.ends = append(r.ends, (int(c.ends[i])-start)*a.width)
			r.cores = append(r.cores, c.core(i))
		}
		if ord != 0 {
			r.text = c.text[c.start(first)*a.width : int(c.ends[i-1])*a.width]
			a.append(ord, &r)
		}
	}
	clear(c.text)
	a.free = append(a.free, n)
}

// place is where a record's values begin, plus one.
func (a *Arena) place(ord uint32) uint32 {
	if page := int(ord >> 16); page < len(a.at) && a.at[page] != nil {
		return a.at[page][ord&0xFFFF]
	}
	return 0
}

func (a *Arena) setPlace(ord, place uint32) {
	page := int(ord >> 16)
	for page >= len(a.at) {
		a.at = append(a.at, nil)
	}
	if a.at[page] == nil {
		a.at[page] = make([]uint32, 1<<16)
	}
	a.at[page][ord&0xFFFF] = place
}

// values resolves a place to its chunk and the first value there.
func (a *Arena) values(place uint32) (number, first int, c *chunk) {
	number, first = int(place-1)/maxValues, int(place-1)%maxValues
	return number, first, a.chunks[number]
}

// count keeps the frequencies of bytes.
func (a *Arena) count(text []byte, by int) {
	for _, b := range text {
		a.freq[b] += by
	}
}

// rarest is the position of the pattern's byte that the arena holds least of.
func (a *Arena) rarest(pattern []byte) int {
	best := 0
	for i, b := range pattern {
		if a.freq[b] < a.freq[pattern[best]] {
			best = i
		}
	}
	return best
}

func (c *chunk) start(i int) int {
	if i == 0 {
		return 0
	}
	return int(c.ends[i-1])
}

func (c *chunk) core(i int) uint8 {
	if c.cores == nil {
		return 0
	}
	return c.cores[i]
}

func (c *chunk) fits(r *run, width int) bool {
	return len(c.ords)+len(r.ends) <= maxValues && (len(c.text)+len(r.text))/width <= maxUnits
}

// clip gives back what a full chunk does not need.
func (c *chunk) clip() {
	text := c.text
	c.text = append(make([]byte, 0, len(text)), text...)
	clear(text)
	c.ends = append(make([]uint16, 0, len(c.ends)), c.ends...)
	c.ords = append(make([]uint32, 0, len(c.ords)), c.ords...)
	if c.cores != nil {
		c.cores = append(make([]uint8, 0, len(c.cores)), c.cores...)
	}
}

// valueAt is the value that a unit belongs to; from is one that is not behind it.
func (c *chunk) valueAt(from, unit int) int {
	step := 1
	for from+step < len(c.ends) && int(c.ends[from+step-1]) <= unit {
		from += step
		step *= 2
	}
	for ; step > 0; step /= 2 {
		for from+step <= len(c.ends)-1 && int(c.ends[from+step-1]) <= unit {
			from += step
		}
	}
	return from
}

// appendErasing appends; when the bytes have to move it zeroes those left behind.
func appendErasing(to, more []byte) []byte {
	if len(to)+len(more) <= cap(to) {
		return append(to, more...)
	}
	grown := make([]byte, len(to), max(2*cap(to), len(to)+len(more)))
	copy(grown, to)
	clear(to)
	return append(grown, more...)
}

// separators are left out of codes, which people write as they like.
var separators = strings.NewReplacer(" ", "", "-", "", "_", "", "/", "", ".", "")

// form brings a value into the form in which it is compared.
func (k Class) form(value string) string {
	s := strings.TrimSpace(hanzi.Fold(value))
	switch k {
	case Digits:
		return withTrunkZero(onlyDigits(s))
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
