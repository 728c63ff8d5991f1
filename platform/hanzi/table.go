package hanzi

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sync"
	"unicode/utf16"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

//go:generate go run ./gen -pinyin $PINYIN_DATA -divisions $DIVISIONS_DATA

//go:embed readings.bin
var packed []byte

// reading is a syllable and its tone: syllable*5 + tone-1, so that readings order as a dictionary does.
type reading uint16

func (x reading) syllable() int { return int(x) / 5 }

// table is what is known of the characters. It is unpacked on first use and never changes after.
type table struct {
	syllables []string
	number    map[string]int // of a syllable
	// lists holds the distinct lists of readings, the most common reading first; list 0 is empty and list 1 means
	// "half of a surrogate pair", of which nothing is known.
	lists   [][]reading
	sets    [][]uint16 // the same lists without tones and without repetition: syllables
	near    []uint16   // the list of each character of the basic plane
	far     []rune     // characters beyond it, ascending
	farList []uint16
	// Characters by reading, for the sort key: those read x are byReading[start[x]:start[x+1]], by code point.
	start     []uint32
	byReading []rune
	commonly  []uint16 // the rank of each character of the basic plane as it is commonly read
	phrases   phraseBook
}

const (
	noList   = 0
	halfList = 1
)

var data = sync.OnceValue(func() *table {
	t, err := unpack(packed)
	if err != nil {
		// The data is part of the binary: it is whole or the build is broken.
		panic(fmt.Sprintf("hanzi: %v", err))
	}
	if err := t.readPhrases(); err != nil {
		panic(fmt.Sprintf("hanzi: %v", err))
	}
	t.indexReadings()
	return t
})

// Version names everything that keys and folded text depend on. Who stores them stores it too, and makes them anew
// when it differs.
var Version = sync.OnceValue(func() string {
	sum := crc32.ChecksumIEEE(slices.Concat(packed, []byte(phraseText), []byte(placeText)))
	return fmt.Sprintf("%d-%08x-%s-%s", layout, sum, norm.Version, cases.UnicodeVersion)
})

// layout counts changes to the form of the sort key and of folded text.
const layout = 1

func unpack(packed []byte) (*table, error) {
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, fmt.Errorf("unpacking readings: %w", err)
	}
	in := bytes.NewReader(raw)
	next := func() int {
		n, e := binary.ReadUvarint(in)
		if e != nil {
			err = e
		}
		return int(n)
	}
	t := &table{number: map[string]int{}, near: make([]uint16, 1<<16)}
	for i := range next() {
		name := make([]byte, next())
		if _, e := io.ReadFull(in, name); e != nil {
			return nil, e
		}
		t.syllables = append(t.syllables, string(name))
		t.number[string(name)] = i
	}
	t.lists = make([][]reading, 2, 2+1<<13)
	for range next() {
		list := make([]reading, next())
		for i := range list {
			list[i] = reading(next())
		}
		t.lists = append(t.lists, list)
	}
	r := rune(0)
	for range next() {
		r += rune(next())
		id := uint16(next() + 2)
		if r < 1<<16 {
			t.near[r] = id
		} else {
			t.far, t.farList = append(t.far, r), append(t.farList, id)
		}
	}
	for r := 0xD800; r < 0xE000; r++ {
		t.near[r] = halfList
	}
	return t, err
}

// indexReadings fills what follows from the lists: the syllable sets, and the characters of each reading.
func (t *table) indexReadings() {
	t.sets = make([][]uint16, len(t.lists))
	for i, list := range t.lists {
		for _, x := range list {
			if s := uint16(x.syllable()); !slices.Contains(t.sets[i], s) {
				t.sets[i] = append(t.sets[i], s)
			}
		}
	}
	t.start = make([]uint32, len(t.syllables)*5+1)
	t.each(func(_ rune, list []reading) {
		for _, x := range list {
			t.start[x+1]++
		}
	})
	for i := 1; i < len(t.start); i++ {
		t.start[i] += t.start[i-1]
	}
	at := slices.Clone(t.start)
	t.byReading = make([]rune, t.start[len(t.start)-1])
	t.each(func(r rune, list []reading) {
		for _, x := range list {
			t.byReading[at[x]] = r
			at[x]++
		}
	})
	t.commonly = make([]uint16, 1<<16)
	t.each(func(r rune, list []reading) {
		if r < 1<<16 {
			rank, _ := t.rank(r, list[0])
			t.commonly[r] = uint16(rank)
		}
	})
}

// each visits all characters in the order of their code points.
func (t *table) each(visit func(rune, []reading)) {
	for r, id := range t.near {
		if id > halfList {
			visit(rune(r), t.lists[id])
		}
	}
	for i, r := range t.far {
		visit(r, t.lists[t.farList[i]])
	}
}

// listOf gives the number of a character's list of readings.
func (t *table) listOf(r rune) uint16 {
	if uint32(r) < 1<<16 {
		if utf16.IsSurrogate(r) {
			return noList
		}
		return t.near[r]
	}
	if i, found := slices.BinarySearch(t.far, r); found {
		return t.farList[i]
	}
	return noList
}

// rank numbers the pairs of reading and character in the order of a dictionary; it is below 1<<16 by construction,
// which a test holds.
func (t *table) rank(r rune, x reading) (int, bool) {
	first := int(t.start[x])
	i, found := slices.BinarySearch(t.byReading[first:t.start[x+1]], r)
	return first + i, found
}

// ranked is rank of a character that has the reading.
func (t *table) ranked(r rune, x reading) int {
	if r < 1<<16 && t.lists[t.near[r]][0] == x {
		return int(t.commonly[r])
	}
	rank, _ := t.rank(r, x)
	return rank
}
