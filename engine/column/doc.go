// Package column keeps the fields of records in typed arrays and answers from them which records, in which order and
// how many. A record's place in every array is its private id; 0 is no record, and 0 in an array is an empty value.
// Rows are worked through in blocks of 4,096 over a mask of bits.
package column

import (
	"math/bits"
)

const (
	blockRows  = 4096
	blockWords = blockRows / 64
	// maxRow bounds private ids; beyond it the upper bit marks lists.
	maxRow = 1<<31 - 1
)

// mask has a bit for each row of a block.
type mask = [blockWords]uint64

// some says whether a mask has any row.
func some(m *mask) bool {
	var u uint64
	for _, w := range m {
		u |= w
	}
	return u != 0
}

// bitmap is a set of rows. Rows beyond its end are not in it.
type bitmap []uint64

func (s bitmap) has(o uint32) bool {
	w := o >> 6
	return int(w) < len(s) && s[w]>>(o&63)&1 != 0
}

// bit is has as a number.
func (s bitmap) bit(o uint32) uint64 {
	if w := o >> 6; int(w) < len(s) {
		return s[w] >> (o & 63) & 1
	}
	return 0
}

func (s bitmap) put(o uint32, on bool) {
	if on {
		s[o>>6] |= 1 << (o & 63)
	} else {
		s[o>>6] &^= 1 << (o & 63)
	}
}

// grown answers the set with room for some rows, in whole blocks.
func (s bitmap) grown(rows int) bitmap {
	need := blocksOf(rows) * blockWords
	if need <= len(s) {
		return s
	}
	if need <= cap(s) {
		return s[:need]
	}
	g := make(bitmap, need, need+need/4)
	copy(g, s)
	return g
}

func (s bitmap) count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// block is the mask of a block.
func (s bitmap) block(b int) *mask { return (*mask)(s[b*blockWords : (b+1)*blockWords]) }

// each calls f for every row of the set.
func (s bitmap) each(f func(o uint32)) {
	for w, x := range s {
		for ; x != 0; x &= x - 1 {
			f(uint32(w*64 + bits.TrailingZeros64(x)))
		}
	}
}

func blocksOf(rows int) int { return (rows + blockRows - 1) / blockRows }
