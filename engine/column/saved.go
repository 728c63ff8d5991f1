package column

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash"
	"slices"
	"unsafe"

	"youpeng/engine/arena"
)

// errMoved ends the writing of a snapshot whose column was dropped or rearranged meanwhile; the next one will do.
var errMoved = errors.New("column: a column moved while it was written")

// saver writes one section of a snapshot. What it reads of a column it reads under the lock, in pieces, so that writes
// wait for a fraction of a millisecond; rows that change between two pieces are read again when the snapshot is used.
type saver struct {
	out  *bufio.Writer
	sum  hash.Hash32
	n    int64
	rows int                 // whole blocks
	hold func(f func()) bool // f under the read lock; false where the column is no longer there
	buf  []byte
	err  error
}

func (w *saver) write(b []byte) {
	if w.err != nil {
		return
	}
	w.sum.Write(b)
	w.n += int64(len(b))
	_, w.err = w.out.Write(b)
}

// Write makes the saver an io.Writer.
func (w *saver) Write(b []byte) (int, error) {
	w.write(b)
	return len(b), w.err
}

func (w *saver) number(n int) {
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], uint64(n))
	w.write(b[:])
}

// locked runs f under the lock.
func (w *saver) locked(f func()) {
	if w.err == nil && !w.hold(f) {
		w.err = errMoved
	}
}

// piece is how many bytes are copied at a time.
const piece = 1 << 18

// saveArray writes the first n of an array that may move between two pieces.
func saveArray[T word](w *saver, n int, array func() []T) {
	var z T
	step := piece / int(unsafe.Sizeof(z))
	for i := 0; i < n && w.err == nil; i += step {
		w.locked(func() { w.buf = append(w.buf[:0], rawOf(array()[i:min(n, i+step)])...) })
		w.write(w.buf)
	}
}

// saveWhole writes an array that nobody changes any more, after its length.
func saveWhole[T word](w *saver, v []T) {
	w.number(len(v))
	w.write(rawOf(v))
}

func rawOf[T word](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	var z T
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(z)))
}

// loader reads a section whose checksum was found right.
type loader struct {
	b    []byte
	rows int
	err  error
}

func (r *loader) take(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.b) {
		r.err = errDamaged
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

func (r *loader) number() int {
	if b := r.take(8); b != nil {
		return int(binary.NativeEndian.Uint64(b))
	}
	return 0
}

func loadArray[T word](r *loader, v []T) {
	copy(rawOf(v), r.take(len(rawOf(v))))
}

func loadWhole[T word](r *loader) []T {
	var z T
	n := r.number()
	if n < 0 || n > len(r.b)/int(unsafe.Sizeof(z)) {
		r.err = errDamaged
		return nil
	}
	v := extended[T](nil, n)
	loadArray(r, v)
	return v
}

// loadTable is loadWhole for a table of hashes, which has no room to grow.
func loadTable(r *loader) []uint32 {
	n := r.number()
	if n < 0 || n > len(r.b)/4 {
		r.err = errDamaged
		return nil
	}
	v := allocate[uint32](n)
	loadArray(r, v)
	return v
}

func (c *num[T]) save(w *saver) { saveArray(w, w.rows, func() []T { return c.v }) }

func (c *num[T]) load(r *loader) {
	c.grow(r.rows)
	loadArray(r, c.v[:r.rows])
	c.rezone()
}

func saveSet(w *saver, set func() bitmap) {
	saveArray(w, w.rows/64, func() []uint64 { return set() })
}

func (c *choices) save(w *saver) {
	c.num.save(w)
	var names []string
	w.locked(func() { names = slices.Clone(c.names) })
	w.number(len(names))
	for _, n := range names {
		w.number(len(n))
		w.write([]byte(n))
	}
}

func (c *choices) load(r *loader) {
	c.num.load(r)
	n := r.number()
	c.names, c.codes = nil, map[string]uint16{}
	for i := 0; i < n && r.err == nil; i++ {
		name := string(r.take(r.number()))
		c.names = append(c.names, name)
		if i > 0 {
			c.codes[name] = uint16(i)
		}
	}
	if len(c.names) == 0 {
		r.err = errDamaged
		c.names = []string{""}
	}
	c.rank = make([]uint64, len(c.names))
}

func (c *texts) save(w *saver) {
	c.num.save(w)
	w.words(func() *words { return c.dict })
}

func (c *texts) load(r *loader) {
	c.num.load(r)
	c.label.grow(r.rows)
	c.dict.load(r)
	c.loading = false
	for _, code := range c.v {
		if !c.dict.counted(code) {
			r.err = errDamaged
			return
		}
	}
	c.dict.settle()
	c.relabel()
}

func (c *lists) save(w *saver) {
	moves, items := 0, 0
	w.locked(func() { moves = c.moves })
	c.num.save(w)
	w.locked(func() { items = len(c.items) })
	w.number(items)
	saveArray(w, items, func() []uint32 {
		if c.moves != moves {
			w.err = errMoved
			return make([]uint32, items)
		}
		return c.items
	})
	w.words(func() *words { return c.dict })
}

func (c *lists) load(r *loader) {
	c.num.load(r)
	c.items = loadWhole[uint32](r)
	if c.dict != nil {
		c.dict.load(r)
	}
	used := 1
	for o, x := range c.v {
		if x&many != 0 {
			p := int(x &^ many)
			if p >= len(c.items) || p+1+int(c.items[p]) > len(c.items) {
				r.err = errDamaged
				return
			}
			used += 1 + int(c.items[p])
		}
		if c.dict == nil {
			continue
		}
		for _, code := range c.list(uint32(o)) {
			if !c.dict.counted(code) {
				r.err = errDamaged
				return
			}
		}
	}
	c.waste = max(0, len(c.items)-used)
	if c.dict != nil {
		c.dict.settle()
	}
}

func (c *filled) save(w *saver) { saveSet(w, func() bitmap { return c.is }) }

func (c *filled) load(r *loader) {
	c.is = c.is.grown(r.rows)
	loadArray(r, c.is[:r.rows/64])
}

func (c *searched) save(w *saver) {
	var still *arena.Arena
	w.locked(func() { still = c.a.Copy() })
	if w.err == nil {
		_, w.err = still.WriteTo(w)
	}
}

func (c *searched) load(r *loader) {
	if _, err := c.a.ReadFrom(r); err != nil && r.err == nil {
		r.err = errDamaged
	}
}

// Read makes the loader an io.Reader.
func (r *loader) Read(p []byte) (int, error) {
	n := copy(p, r.b)
	r.b = r.b[n:]
	if n == 0 && len(p) > 0 {
		return 0, errDamaged
	}
	return n, nil
}

// words writes a column's texts, if it has any.
func (w *saver) words(of func() *words) {
	var d *words
	w.locked(func() { d = of() })
	if w.err == nil && d != nil {
		d.save(w)
	}
}

// save writes the texts and their order. Texts are only ever added, so that what stood at one moment is the beginning of
// what stands later.
func (d *words) save(w *saver) {
	var order, hash []uint32
	var label []uint64
	var n, size int
	w.locked(func() {
		n, size = len(d.at), len(d.buf)
		hash, label = slices.Clone(d.hash), slices.Clone(d.label)
		for _, run := range d.order {
			order = append(order, run...)
		}
	})
	w.number(int(d.seed))
	saveWhole(w, hash)
	saveWhole(w, label)
	saveWhole(w, order)
	w.number(n)
	saveArray(w, n, func() []uint64 { return d.at })
	w.number(size)
	saveArray(w, size, func() []byte { return d.buf })
}

func (d *words) load(r *loader) {
	d.seed = uint64(r.number())
	d.hash = loadTable(r)
	label, order := loadWhole[uint64](r), loadWhole[uint32](r)
	defer release(order)
	d.at, d.buf = loadWhole[uint64](r), loadWhole[uint8](r)
	if n := len(d.hash); r.err == nil && (n == 0 || n&(n-1) != 0 || len(d.at) == 0 || d.order != nil && len(label) != len(d.at)) {
		r.err = errDamaged
	}
	if r.err != nil {
		return
	}
	d.uses = extended[uint32](nil, len(d.at))
	if d.order != nil {
		d.label = label
		d.runs(order)
	}
	for _, c := range d.buf {
		d.freq[c]++
	}
}

// counted notes a use that a loaded row makes of a code; false for one that there is not.
func (d *words) counted(code uint32) bool {
	if int(code) >= len(d.uses) {
		return false
	}
	if code != 0 {
		d.uses[code]++
	}
	return true
}

// settle counts the codes without use once all rows are counted.
func (d *words) settle() {
	d.dead = 0
	for _, n := range d.uses[1:] {
		if n == 0 {
			d.dead++
		}
	}
}
