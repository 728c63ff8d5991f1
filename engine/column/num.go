package column

import (
	"math/bits"
	"syscall"
	"unsafe"
)

// word is what an array holds. 0 is empty, and the order of words is the order of values.
type word interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64
}

// num is an array with a word for each row, and the least and greatest filled word of each block. Large arrays lie
// outside the heap, so that the collector neither walks them nor doubles them.
type num[T word] struct {
	v      []T
	lo, hi []T // lo > hi: no filled row yet; bounds only widen
}

// mappedFrom is the size from which an array is mapped.
const mappedFrom = 1 << 20

func allocate[T word](n int) []T {
	var z T
	size := n * int(unsafe.Sizeof(z))
	if size < mappedFrom {
		return make([]T, n)
	}
	raw, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return make([]T, n)
	}
	huge(raw)
	return unsafe.Slice((*T)(unsafe.Pointer(&raw[0])), n)
}

// release gives a mapped array back. The heap's are left to the collector.
func release[T word](v []T) {
	var z T
	if v = v[:cap(v)]; len(v) == 0 {
		return
	}
	size := len(v) * int(unsafe.Sizeof(z))
	if size < mappedFrom {
		return
	}
	// Package syscall keeps a list of its mappings and leaves alone what is not in it: an array that could not be mapped.
	_ = syscall.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), size))
}

// extended is an array with room for n, in which what was there stands; what it had before is given back.
func extended[T word](v []T, n int) []T {
	if n <= cap(v) {
		return v[:n]
	}
	size := n + n/4
	g := allocate[T](size)[:n]
	copy(g, v)
	release(v)
	return g
}

func (c *num[T]) grow(rows int) {
	n := blocksOf(rows) * blockRows
	if n <= len(c.v) {
		return
	}
	c.v = extended(c.v, n)
	for len(c.lo) < n/blockRows {
		c.lo, c.hi = append(c.lo, ^T(0)), append(c.hi, 0)
	}
}

func (c *num[T]) free() {
	release(c.v)
	*c = num[T]{}
}

func (c *num[T]) at(o uint32) T {
	if int(o) < len(c.v) {
		return c.v[o]
	}
	return 0
}

func (c *num[T]) put(o uint32, x T) {
	c.v[o] = x
	if x != 0 {
		b := o / blockRows
		c.lo[b] = min(c.lo[b], x)
		c.hi[b] = max(c.hi[b], x)
	}
}

// rezone computes the bounds of all blocks anew.
func (c *num[T]) rezone() {
	for b := range c.lo {
		lo, hi := ^T(0), T(0)
		for _, x := range c.block(b) {
			if x != 0 {
				lo, hi = min(lo, x), max(hi, x)
			}
		}
		c.lo[b], c.hi[b] = lo, hi
	}
}

func (c *num[T]) block(b int) []T { return c.v[b*blockRows : (b+1)*blockRows] }

func (c *num[T]) bytes() int64 {
	var z T
	return int64(len(c.v)) * int64(unsafe.Sizeof(z))
}

// keys hands out the words of a block's rows in m as 64 bits.
func (c *num[T]) keys(b int, m *mask, buf *[blockRows]uint64) []uint64 {
	v := c.block(b)
	if wide, ok := any(v).([]uint64); ok {
		return wide
	}
	for w, x := range m {
		if bits.OnesCount64(x) > 24 {
			for i, y := range v[w*64 : w*64+64] {
				buf[w*64+i] = uint64(y)
			}
			continue
		}
		for ; x != 0; x &= x - 1 {
			i := w*64 + bits.TrailingZeros64(x)
			buf[i] = uint64(v[i])
		}
	}
	return buf[:]
}

func (c *num[T]) key(o uint32) uint64 { return uint64(c.at(o)) }

func (c *num[T]) zone(b int) (lo, hi uint64) { return uint64(c.lo[b]), uint64(c.hi[b]) }

// A test keeps in a block's mask the rows that hold.
type test func(b int, m *mask)

// between keeps the rows whose word is lo to hi, both included; lo is at least 1, so empty ones never hold.
func between[T word](c *num[T], lo, hi T) test {
	span := hi - lo
	return func(b int, m *mask) {
		if lo > hi || c.hi[b] < lo || c.lo[b] > hi {
			*m = mask{}
			return
		}
		v := c.block(b)
		for w, x := range m {
			if x == 0 {
				continue
			}
			var r uint64
			for i, y := range v[w*64 : w*64+64] {
				var in uint64
				if y-lo <= span {
					in = 1
				}
				r |= in << (i & 63)
			}
			m[w] = x & r
		}
	}
}

// member keeps the rows whose word is in a set; 0 is in none.
func member[T word](c *num[T], set bitmap) test {
	last := uint64(len(set)) * 64
	return func(b int, m *mask) {
		v := c.block(b)
		for w, x := range m {
			if x == 0 {
				continue
			}
			q := v[w*64 : w*64+64]
			if bits.OnesCount64(x) < 20 {
				for y := x; y != 0; y &= y - 1 {
					i := bits.TrailingZeros64(y)
					x &^= (set.bit(uint32(q[i])) ^ 1) << i
				}
				m[w] = x
				continue
			}
			var r uint64
			for i, y := range q {
				if uint64(y) < last {
					r |= set[uint64(y)>>6] >> (uint64(y) & 63) & 1 << (i & 63)
				}
			}
			m[w] = x & r
		}
	}
}

// byRow keeps the rows for which f holds; the slow form for what is rare.
func byRow(f func(o uint32) bool) test {
	return func(b int, m *mask) {
		for w, x := range m {
			for y := x; y != 0; y &= y - 1 {
				i := bits.TrailingZeros64(y)
				if !f(uint32(b*blockRows + w*64 + i)) {
					x &^= 1 << i
				}
			}
			m[w] = x
		}
	}
}

func never(_ int, m *mask) { *m = mask{} }

func always(int, *mask) {}

func not(t test) test {
	return func(b int, m *mask) {
		in := *m
		t(b, &in)
		for w := range m {
			m[w] &^= in[w]
		}
	}
}

func all(ts []test) test {
	return func(b int, m *mask) {
		for _, t := range ts {
			if !some(m) {
				return
			}
			t(b, m)
		}
	}
}

func either(ts []test) test {
	return func(b int, m *mask) {
		var out mask
		rest := *m
		for _, t := range ts {
			in := rest
			t(b, &in)
			for w := range rest {
				out[w] |= in[w]
				rest[w] &^= in[w]
			}
			if !some(&rest) {
				break
			}
		}
		*m = out
	}
}
