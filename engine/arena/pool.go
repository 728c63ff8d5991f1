package arena

import (
	"bytes"
	"hash/maphash"
)

const (
	chunkValues = 1 << 12   // of a chunk at most
	chunkUnits  = 1<<16 - 1 // of a chunk at most: bytes, or UTF-16 units of names
	maxValue    = 1 << 14   // units of a value; what is longer is found by its beginning
)

// pool holds different texts, each once with the number of records that have it. They lie in chunks and are known by
// codes that say where. A text is never changed in place; one that nobody has any more is zeroed at once, so nothing of
// an erased value remains. A chunk of which more than a quarter is dead is to be emptied into the last one.
type pool struct {
	class  Class
	width  int // bytes of a unit
	chunks []*chunk
	last   int // the chunk that is appended to; -1 at first
	free   []int
	worn   []int    // chunks that may have to be emptied
	table  []uint32 // codes by their texts' hash, open addressing; a power of two long
	seed   maphash.Seed
	living int
	freq   [256]int // of each byte in the living texts
}

// chunk is a part of a pool; value i ends before unit ends[i].
type chunk struct {
	text  []byte
	ends  []uint16
	cores []uint8  // units before a value's second beginning, 0 for none; codes have none at all
	uses  []uint32 // 0 for a dead value
	dead  int
}

func newPool(class Class) pool {
	p := pool{class: class, width: 1, last: -1, seed: maphash.MakeSeed()}
	if class == Name {
		p.width = 2
	}
	return p
}

// codeOf names a value of a chunk. No code is 0.
func codeOf(number, i int) uint32 { return uint32((number+1)*chunkValues + i) }

// split is the chunk of a code and the value's place there.
func split(code uint32) (number, i int) {
	return int(code/chunkValues) - 1, int(code % chunkValues)
}

// entry is a text and its second beginning.
func (p *pool) entry(code uint32) (text []byte, core uint8) {
	number, i := split(code)
	c := p.chunks[number]
	return c.value(i, p.width), c.core(i)
}

// add answers the code of a text and counts the use.
func (p *pool) add(text []byte, core uint8) uint32 {
	if 4*(p.living+1) > 3*len(p.table) {
		p.rehash(max(64, 2*len(p.table)))
	}
	slot := p.slot(text)
	code := p.table[slot]
	if code == 0 {
		code = p.append(text, core)
		p.table[slot] = code
		p.living++
		p.count(text, 1)
	}
	number, i := split(code)
	p.chunks[number].uses[i]++
	return code
}

// drop takes back a use.
func (p *pool) drop(code uint32) {
	number, i := split(code)
	c := p.chunks[number]
	if c.uses[i]--; c.uses[i] > 0 {
		return
	}
	text := c.value(i, p.width)
	p.vacate(p.slot(text))
	p.living--
	p.count(text, -1)
	clear(text)
	c.dead++
	p.watch(number)
}

// watch notes a chunk that is to be emptied.
func (p *pool) watch(number int) {
	if c := p.chunks[number]; number != p.last && c != nil && c.dead*4 > len(c.ends) {
		p.worn = append(p.worn, number)
	}
}

// append puts a text at the end, in a new chunk if the last one is full.
func (p *pool) append(text []byte, core uint8) uint32 {
	if p.last < 0 || !p.chunks[p.last].fits(text, p.width) {
		full := p.last
		if k := len(p.free); k > 0 {
			p.last, p.free = p.free[k-1], p.free[:k-1]
		} else {
			p.last, p.chunks = len(p.chunks), append(p.chunks, nil)
		}
		p.chunks[p.last] = &chunk{}
		if full >= 0 {
			p.chunks[full].clip()
			p.watch(full)
		}
	}
	c := p.chunks[p.last]
	c.text = appendErasing(c.text, text)
	c.ends = append(c.ends, uint16(len(c.text)/p.width))
	c.uses = append(c.uses, 0)
	if p.class != Code {
		c.cores = append(c.cores, core)
	}
	return codeOf(p.last, len(c.ends)-1)
}

// empty moves a worn chunk's living values into the last one and answers their new codes by their places; nil when there
// is nothing to do.
func (p *pool) empty(number int) []uint32 {
	c := p.chunks[number]
	if number == p.last || c == nil || c.dead*4 <= len(c.ends) {
		return nil
	}
	moved := make([]uint32, len(c.ends))
	for i, uses := range c.uses {
		if uses == 0 {
			continue
		}
		text := c.value(i, p.width)
		slot := p.slot(text)
		code := p.append(text, c.core(i))
		p.table[slot] = code
		to, k := split(code)
		p.chunks[to].uses[k] = uses
		moved[i] = code
	}
	clear(c.text)
	p.chunks[number] = nil
	p.free = append(p.free, number)
	return moved
}

// slot is where a text's code stands in the table, or would.
func (p *pool) slot(text []byte) int {
	mask := len(p.table) - 1
	for i := p.home(text); ; i = (i + 1) & mask {
		code := p.table[i]
		if code == 0 {
			return i
		}
		if there, _ := p.entry(code); bytes.Equal(there, text) {
			return i
		}
	}
}

func (p *pool) home(text []byte) int {
	return int(maphash.Bytes(p.seed, text)) & (len(p.table) - 1)
}

// vacate empties a slot and closes the gap that others would fall into.
func (p *pool) vacate(gap int) {
	mask := len(p.table) - 1
	p.table[gap] = 0
	for i := (gap + 1) & mask; p.table[i] != 0; i = (i + 1) & mask {
		text, _ := p.entry(p.table[i])
		if home := p.home(text); (i-home)&mask >= (i-gap)&mask {
			p.table[gap], p.table[i] = p.table[i], 0
			gap = i
		}
	}
}

// rehash makes the table of all living texts anew.
func (p *pool) rehash(size int) {
	p.table = make([]uint32, size)
	for number, c := range p.chunks {
		if c == nil {
			continue
		}
		for i, uses := range c.uses {
			if uses > 0 {
				p.table[p.slot(c.value(i, p.width))] = codeOf(number, i)
			}
		}
	}
}

// count keeps the frequencies of bytes.
func (p *pool) count(text []byte, by int) {
	for _, b := range text {
		p.freq[b] += by
	}
}

// rarest is the position of the pattern's byte that the pool holds least of.
func (p *pool) rarest(pattern []byte) int {
	best := 0
	for i, b := range pattern {
		if p.freq[b] < p.freq[pattern[best]] {
			best = i
		}
	}
	return best
}

func (p *pool) bytes() int {
	n := 4*cap(p.table) + 8*(cap(p.chunks)+cap(p.free)+cap(p.worn))
	for _, c := range p.chunks {
		if c != nil {
			n += cap(c.text) + 2*cap(c.ends) + cap(c.cores) + 4*cap(c.uses)
		}
	}
	return n
}

func (c *chunk) start(i int) int {
	if i == 0 {
		return 0
	}
	return int(c.ends[i-1])
}

func (c *chunk) value(i, width int) []byte {
	return c.text[c.start(i)*width : int(c.ends[i])*width]
}

func (c *chunk) core(i int) uint8 {
	if c.cores == nil {
		return 0
	}
	return c.cores[i]
}

func (c *chunk) fits(text []byte, width int) bool {
	return len(c.ends) < chunkValues && (len(c.text)+len(text))/width <= chunkUnits
}

// clip gives back what a full chunk does not need.
func (c *chunk) clip() {
	text := c.text
	c.text = append(make([]byte, 0, len(text)), text...)
	clear(text)
	c.ends = append(make([]uint16, 0, len(c.ends)), c.ends...)
	c.uses = append(make([]uint32, 0, len(c.uses)), c.uses...)
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
