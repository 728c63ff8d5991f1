package arena

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"

	"youpeng/platform/fault"
	"youpeng/platform/hanzi"
)

// snapshotForm counts changes to the form of a snapshot.
const snapshotForm = 3

// Copy is what the arena holds now, to be written while the arena goes on; it can be written and nothing else.
func (a *Arena) Copy() *Arena {
	c := &Arena{class: a.class, codes: a.codes.clone(), numbers: a.numbers.clone(), long: map[uint32][][]byte{}}
	c.pool = pool{class: a.class, width: a.pool.width, chunks: make([]*chunk, len(a.pool.chunks))}
	for i, k := range a.pool.chunks {
		if k != nil {
			c.pool.chunks[i] = &chunk{text: slices.Clone(k.text), ends: slices.Clone(k.ends), cores: slices.Clone(k.cores)}
		}
	}
	for ord, list := range a.long {
		for _, text := range list {
			c.long[ord] = append(c.long[ord], slices.Clone(text))
		}
	}
	return c
}

// WriteTo writes the arena for ReadFrom.
func (a *Arena) WriteTo(w io.Writer) (int64, error) {
	out := &counter{w: bufio.NewWriterSize(w, 1<<16)}
	version := hanzi.Version()
	out.put(snapshotForm, uint32(a.class), uint32(len(version)))
	out.bytes([]byte(version))
	out.put(uint32(len(a.pool.chunks)))
	for _, c := range a.pool.chunks {
		if c == nil {
			c = &chunk{}
		}
		out.put(uint32(len(c.text)), uint32(len(c.ends)), uint32(len(c.cores)))
		out.bytes(c.text)
		out.fixed(c.ends)
		out.bytes(c.cores)
	}
	writeRows(out, &a.codes)
	writeRows(out, &a.numbers)
	out.put(uint32(len(a.long)))
	for _, ord := range slices.Sorted(maps.Keys(a.long)) {
		out.put(ord, uint32(len(a.long[ord])))
		for _, text := range a.long[ord] {
			out.put(uint32(len(text)))
			out.bytes(text)
		}
	}
	if out.err == nil {
		out.err = out.w.Flush()
	}
	return out.n, out.err
}

// writeRows writes of each page what stands before its last word, and the items.
func writeRows[T uint32 | uint64](out *counter, r *rows[T]) {
	out.put(uint32(len(r.pages)))
	for _, page := range r.pages {
		for len(page) > 0 && page[len(page)-1] == 0 {
			page = page[:len(page)-1]
		}
		out.put(uint32(len(page)))
		out.fixed(page)
	}
	out.put(uint32(len(r.items)), uint32(r.waste))
	out.fixed(r.items)
}

// ReadFrom replaces the arena by a snapshot. One of another class, or made with other readings, or damaged, is
// refused and leaves the arena empty. It reads its own bytes and no more.
func (a *Arena) ReadFrom(r io.Reader) (int64, error) {
	*a = *New(a.class)
	in := &reader{r: r}
	form, class, length := in.get(), in.get(), in.get()
	if in.err == nil && (form != snapshotForm || class != uint32(a.class) || length > 256) {
		return in.n, damaged("another form")
	}
	if version := in.bytes(int(length)); in.err == nil && string(version) != hanzi.Version() {
		return in.n, damaged("other readings")
	}
	for range in.get() {
		if c := in.chunk(a.pool.width, a.class != Code); in.err == nil {
			a.pool.chunks = append(a.pool.chunks, c)
		} else {
			break
		}
	}
	readRows(in, &a.codes)
	readRows(in, &a.numbers)
	a.readLong(in)
	if in.err == nil {
		in.err = a.adopt()
	}
	if in.err != nil {
		*a = *New(a.class)
	}
	return in.n, in.err
}

func (a *Arena) readLong(in *reader) {
	for range in.get() {
		ord, n := in.get(), in.get()
		for range min(n, maxOfRecord) {
			length := in.get()
			if in.err == nil && (length > maxValue || ord == 0 || a.class != Digits) {
				in.err = damaged("long numbers")
			}
			text := in.bytes(int(length))
			if in.err != nil {
				return
			}
			a.long[ord] = append(a.long[ord], text)
		}
	}
}

// readRows reads what writeRows wrote; every word that says where several stand is checked.
func readRows[T uint32 | uint64](in *reader, r *rows[T]) {
	pages := in.get()
	if in.err == nil && pages > 1<<16 {
		in.err = damaged("rows")
	}
	for n := range pages {
		length := in.get()
		if in.err == nil && length > pageRows {
			in.err = damaged("rows")
		}
		if in.err != nil {
			return
		}
		if length == 0 {
			r.pages = append(r.pages, nil)
			continue
		}
		r.pages = append(r.pages, make([]T, pageRows))
		readWords(in, r.pages[n][:length])
	}
	length := in.get()
	r.waste = int(in.get())
	for length > 0 && in.err == nil {
		k := min(length, pageRows)
		r.items = append(r.items, make([]T, k)...)
		readWords(in, r.items[len(r.items)-int(k):])
		length -= k
	}
	r.each(func(x T) bool {
		p := x &^ several[T]()
		if n := T(len(r.items)); p >= n || r.items[p] > n-p-1 || r.items[p] < 2 {
			in.err = damaged("items")
		}
		return in.err == nil
	})
}

// each visits the words that say where several stand, until one is not well.
func (r *rows[T]) each(well func(x T) bool) {
	for _, page := range r.pages {
		for _, x := range page {
			if x >= several[T]() && !well(x) {
				return
			}
		}
	}
}

func readWords[T uint32 | uint64](in *reader, to []T) {
	wide := binary.Size(T(0))
	b := in.bytes(wide * len(to))
	if in.err != nil {
		return
	}
	for i := range to {
		if wide == 4 {
			to[i] = T(binary.LittleEndian.Uint32(b[4*i:]))
		} else {
			to[i] = T(binary.LittleEndian.Uint64(b[8*i:]))
		}
	}
}

// adopt checks what was read, counts the records and how many have each text, and makes the table.
func (a *Arena) adopt() error {
	p := &a.pool
	for n := range max(len(a.codes.pages), len(a.numbers.pages)) {
		for i := range pageRows {
			ord := uint32(n*pageRows + i)
			for _, code := range a.codes.of(ord) {
				number, k := split(code)
				if a.class == Digits || number < 0 || number >= len(p.chunks) || p.chunks[number] == nil || k >= len(p.chunks[number].ends) {
					return damaged("codes")
				}
				p.chunks[number].uses[k]++
			}
			a.recount(false, a.has(ord))
		}
	}
	if a.class != Digits && len(a.numbers.pages) > 0 || a.has(0) {
		return damaged("rows")
	}
	for ord := range a.long {
		a.recount(int(ord) < pageRows*len(a.numbers.pages), true) // what is on a page was counted
	}
	p.adopt()
	return nil
}

// adopt takes stock of chunks whose uses are counted.
func (p *pool) adopt() {
	for number, c := range p.chunks {
		if c == nil {
			p.free = append(p.free, number)
			continue
		}
		p.last = number
		for i, uses := range c.uses {
			if text := c.value(i, p.width); uses > 0 {
				p.living++
				p.count(text, 1)
			} else {
				c.dead++
				clear(text)
			}
		}
	}
	size := 64
	for 4*(p.living+1) > 3*size {
		size *= 2
	}
	p.rehash(size)
}

func damaged(why string) error {
	return fault.New(fault.Internal, "snapshot.damaged").Because(fmt.Errorf("arena: %s", why))
}

// counter writes until the first error.
type counter struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *counter) bytes(b []byte) {
	if c.err == nil {
		var n int
		n, c.err = c.w.Write(b)
		c.n += int64(n)
	}
}

func (c *counter) put(numbers ...uint32) { c.fixed(numbers) }

func (c *counter) fixed(list any) {
	if c.err == nil {
		c.err = binary.Write(c.w, binary.LittleEndian, list)
		c.n += int64(binary.Size(list))
	}
}

// reader reads until the first error.
type reader struct {
	r   io.Reader
	n   int64
	err error
}

func (in *reader) bytes(n int) []byte {
	if in.err != nil {
		return nil
	}
	b := make([]byte, n)
	var got int
	got, in.err = io.ReadFull(in.r, b)
	in.n += int64(got)
	return b
}

func (in *reader) get() uint32 {
	if b := in.bytes(4); in.err == nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// chunk reads one chunk, nil for an empty one; its lengths are bounded before anything is made of them.
func (in *reader) chunk(width int, cored bool) *chunk {
	text, values, cores := in.get(), in.get(), in.get()
	if in.err == nil && (text > 2*chunkUnits || values > chunkValues || cored && cores != values || !cored && cores != 0) {
		in.err = damaged("lengths")
	}
	if in.err != nil || values == 0 {
		return nil
	}
	c := &chunk{text: in.bytes(int(text)), ends: make([]uint16, values), uses: make([]uint32, values)}
	ends := in.bytes(2 * int(values))
	if cored {
		c.cores = in.bytes(int(cores))
	}
	if in.err != nil {
		return nil
	}
	for i := range c.ends {
		c.ends[i] = binary.LittleEndian.Uint16(ends[2*i:])
		if start, end := c.start(i), int(c.ends[i]); start >= end || start+int(c.core(i)) > end || end*width > len(c.text) {
			in.err = damaged("bounds")
			return nil
		}
	}
	if c.start(int(values))*width != len(c.text) {
		in.err = damaged("lengths")
	}
	return c
}
