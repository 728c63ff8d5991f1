// Package arena searches names and numbers in memory. An Arena holds the values of one searchable field of all records
// and is scanned to its end, so that an answer is complete and a write costs next to nothing. Texts are held once each,
// however many records share them, and the scan goes over the different ones; phones are held as numbers, a word each.
//
// It knows records by their ordinals only. Reading is safe side by side; writing (Set, Remove, ReadFrom) excludes
// everything else, which is the caller's to ensure.
package arena

import "slices"

// Arena holds the values of one field: phones as numbers, all else in a pool of texts and by record their codes there.
type Arena struct {
	class   Class
	pool    pool
	codes   rows[uint32]
	numbers rows[uint64]
	long    map[uint32][][]byte // phones with more digits than a number has room for
	records int
	scratch scratch
}

// scratch is what Set works in.
type scratch struct {
	text    []byte
	codes   []uint32
	numbers []uint64
}

// maxOfRecord is how many values a record may have.
const maxOfRecord = 1 << 12

// New makes an empty arena.
func New(class Class) *Arena {
	return &Arena{class: class, pool: newPool(class), long: map[uint32][][]byte{}}
}

// Len is the number of records that have a value.
func (a *Arena) Len() int { return a.records }

// Bytes is the memory held.
func (a *Arena) Bytes() int {
	n := a.pool.bytes() + a.codes.bytes() + a.numbers.bytes()
	for _, list := range a.long {
		n += 128 * len(list)
	}
	return n
}

// Set makes these the values of a record, in place of those it had. Of more than a few thousand values the first are
// kept.
func (a *Arena) Set(ord uint32, values ...string) {
	if ord == 0 {
		return
	}
	if len(values) > maxOfRecord {
		values = values[:maxOfRecord]
	}
	had := a.has(ord)
	if a.class == Digits {
		a.setNumbers(ord, values)
	} else {
		a.setTexts(ord, values)
	}
	a.recount(had, a.has(ord))
}

// Remove takes a record's values out; the bytes of those that no other record has are zeroed.
func (a *Arena) Remove(ord uint32) {
	if had := a.has(ord); had {
		a.forget(ord)
		a.recount(had, false)
	}
}

func (a *Arena) has(ord uint32) bool {
	return a.codes.at(ord) != 0 || a.numbers.at(ord) != 0 || len(a.long[ord]) > 0
}

func (a *Arena) recount(had, has bool) {
	switch {
	case has && !had:
		a.records++
	case had && !has:
		a.records--
	}
}

func (a *Arena) forget(ord uint32) {
	for _, code := range a.codes.of(ord) {
		a.pool.drop(code)
	}
	a.codes.set(ord, nil)
	a.numbers.set(ord, nil)
	for _, text := range a.long[ord] {
		clear(text)
	}
	delete(a.long, ord)
	a.tidy()
}

func (a *Arena) setTexts(ord uint32, values []string) {
	s := &a.scratch
	s.codes = s.codes[:0]
	for _, v := range values {
		var core uint8
		if s.text, core = a.class.encode(s.text[:0], a.class.form(v)); len(s.text) > 0 {
			s.codes = append(s.codes, a.pool.add(s.text, core))
		}
		clear(s.text)
	}
	for _, code := range a.codes.of(ord) { // after the new ones are there: what stays does not go and come
		a.pool.drop(code)
	}
	a.codes.set(ord, s.codes)
	a.tidy()
}

func (a *Arena) setNumbers(ord uint32, values []string) {
	a.forget(ord)
	s := &a.scratch
	s.numbers = s.numbers[:0]
	for _, v := range values {
		s.text, _ = Digits.encode(s.text[:0], Digits.form(v))
		switch n := len(s.text); {
		case n > maxDigits:
			a.long[ord] = append(a.long[ord], slices.Clone(s.text))
		case n > 0:
			s.numbers = append(s.numbers, pack(s.text))
		}
		clear(s.text)
	}
	a.numbers.set(ord, s.numbers)
	clear(s.numbers)
}

// tidy empties the chunks of which more than a quarter is dead, and lets the records know where their values are now.
func (a *Arena) tidy() {
	for len(a.pool.worn) > 0 {
		n := a.pool.worn[len(a.pool.worn)-1]
		a.pool.worn = a.pool.worn[:len(a.pool.worn)-1]
		if moved := a.pool.empty(n); moved != nil {
			a.codes.change(func(code uint32) uint32 {
				if number, i := split(code); number == n {
					return moved[i]
				}
				return code
			})
		}
	}
}
