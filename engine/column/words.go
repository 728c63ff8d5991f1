package column

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sort"
	"sync"

	"youpeng/platform/hanzi"
)

// words numbers the different texts of a column: the text as written, and as folded for comparing. Code 0 is none.
// Codes are given in ascending order of place in the buffer and never again, so a hit in the buffer names its code.
type words struct {
	buf  []byte
	at   []uint64 // by code: where its entry begins
	uses []uint32 // by code: rows that hold it
	dead int      // codes without use
	hash []uint32 // open addressing by value
	seed uint64
	freq [256]int

	order [][]uint32 // codes by folded text's pinyin key, in runs; nil when the column is not sorted
	heads [][]byte   // by run: the key of its last code, where it was computed already
	label []uint64   // by code: its place in the order; equal folds share one
}

func appended[T word](v []T, x T) []T {
	v = extended(v, len(v)+1)
	v[len(v)-1] = x
	return v
}

// free gives the memory back.
func (d *words) free() {
	release(d.buf)
	release(d.at)
	release(d.uses)
	release(d.hash)
	release(d.label)
	*d = words{}
}

func newWords(ordered bool) *words {
	d := &words{at: []uint64{0}, uses: []uint32{0}, hash: make([]uint32, 64), seed: rand.Uint64()}
	if ordered {
		d.label = []uint64{0}
		d.order = [][]uint32{}
	}
	return d
}

func (d *words) value(code uint32) string {
	v, _ := d.entry(code)
	return string(v)
}

func (d *words) folded(code uint32) []byte {
	v, f := d.entry(code)
	if f == nil {
		return v
	}
	return f
}

// entry answers the text as written and, where it differs, as folded.
func (d *words) entry(code uint32) (value, fold []byte) {
	if code == 0 {
		return nil, nil
	}
	p := d.buf[d.at[code]:]
	n, k := binary.Uvarint(p)
	value = p[k : k+int(n)]
	p = p[k+int(n):]
	switch n, k = binary.Uvarint(p); n {
	case foldsToItself:
		return value, nil
	case foldsToRest:
		return value, value[1:]
	}
	return value, p[k : k+int(n)-foldsApart]
}

// How an entry goes on behind its value: with the length of the fold and this more, or with what makes that needless.
const (
	foldsToItself = iota
	foldsToRest   // the value without its first byte, as most phones
	foldsApart
)

// sum is the hash of a text: words of eight bytes folded into a secret start by multiplication. It is our own so that a
// snapshot can keep the table.
func (d *words) sum(s string) uint64 {
	const odd = 0x9E3779B97F4A7C15
	h := d.seed ^ uint64(len(s))*odd
	for len(s) > 0 {
		var w [8]byte
		s = s[copy(w[:], s):]
		hi, lo := bits.Mul64(binary.LittleEndian.Uint64(w[:])^h, d.seed|odd)
		h ^= hi ^ lo
	}
	hi, lo := bits.Mul64(h, odd)
	return hi ^ lo
}

// find answers the code of a text as written.
func (d *words) find(value string) uint32 {
	for i := d.sum(value) & uint64(len(d.hash)-1); ; i = (i + 1) & uint64(len(d.hash)-1) {
		code := d.hash[i]
		if code == 0 {
			return 0
		}
		if v, _ := d.entry(code); string(v) == value {
			return code
		}
	}
}

// add answers the code of a text, a new one if need be, and counts the use. place puts a new one into the order.
func (d *words) add(value, fold string, place bool) uint32 {
	code := d.find(value)
	if code == 0 {
		code = d.append(value, fold)
		if place && d.order != nil {
			d.insert(code)
		}
	}
	if d.uses[code] == 0 {
		d.dead--
	}
	d.uses[code]++
	return code
}

func (d *words) append(value, fold string) uint32 {
	code := uint32(len(d.at))
	start := len(d.buf)
	d.at = appended(d.at, uint64(start))
	d.uses = appended(d.uses, 0)
	d.dead++
	d.buf = extended(d.buf, start+len(value)+len(fold)+2*binary.MaxVarintLen64)[:start]
	d.buf = append(binary.AppendUvarint(d.buf, uint64(len(value))), value...)
	switch fold {
	case value:
		d.buf = append(d.buf, foldsToItself)
	case value[1:]:
		d.buf = append(d.buf, foldsToRest)
	default:
		d.buf = append(binary.AppendUvarint(d.buf, uint64(len(fold))+foldsApart), fold...)
	}
	for _, c := range d.buf[start:] {
		d.freq[c]++
	}
	if d.order != nil {
		d.label = appended(d.label, 0)
	}
	if 3*len(d.at) > 2*len(d.hash) {
		size := 2 * len(d.hash)
		release(d.hash)
		d.hash = allocate[uint32](size)
		for c := uint32(1); c <= code; c++ {
			d.enter(c)
		}
	} else {
		d.enter(code)
	}
	return code
}

func (d *words) enter(code uint32) {
	v, _ := d.entry(code)
	i := d.sum(string(v)) & uint64(len(d.hash)-1)
	for d.hash[i] != 0 {
		i = (i + 1) & uint64(len(d.hash)-1)
	}
	d.hash[i] = code
}

// drop takes back a use.
func (d *words) drop(code uint32) {
	if code == 0 {
		return
	}
	if d.uses[code]--; d.uses[code] == 0 {
		d.dead++
	}
}

// wasteful says whether the column should be made anew to forget texts that no row holds.
func (d *words) wasteful() bool { return d.dead > 1024 && 2*d.dead > len(d.at) }

// scrub overwrites a text that no row holds any more. Its code stays taken and is found by nobody.
func (d *words) scrub(code uint32) {
	if code == 0 || d.uses[code] != 0 {
		return
	}
	v, f := d.entry(code)
	d.unplace(code)
	clear(v)
	clear(f)
}

// equal answers the codes whose folded text is one of some.
func (d *words) equal(folds []string) bitmap {
	set := make(bitmap, len(d.at)/64+1)
	for _, f := range folds {
		if f == "" {
			continue
		}
		d.holding(f, set, func(code uint32) bool { return string(d.folded(code)) == f })
	}
	return set
}

// containing answers the codes whose folded text has a part, or begins with it.
func (d *words) containing(part string, start bool) bitmap {
	set := make(bitmap, len(d.at)/64+1)
	needle := []byte(part)
	d.holding(part, set, func(code uint32) bool {
		f := d.folded(code)
		return d.uses[code] > 0 && (start && bytes.HasPrefix(f, needle) || !start && bytes.Contains(f, needle))
	})
	return set
}

// scanFrom is the number of bytes from which a second core pays.
const scanFrom = 4 << 20

// holding puts into a set the codes in whose entry a part stands and for which f holds, by looking for the part's rarest
// byte.
func (d *words) holding(part string, set bitmap, f func(code uint32) bool) {
	n := len(d.at)
	if len(d.buf) < scanFrom {
		d.scan(part, 1, n, set, f)
		return
	}
	half := n / 2 &^ 63 // the halves share no word of the set
	var wg sync.WaitGroup
	wg.Go(func() { d.scan(part, 1, half, set, f) })
	d.scan(part, half, n, set, f)
	wg.Wait()
}

// scan is holding for the codes from one to another.
func (d *words) scan(part string, from, to int, set bitmap, f func(code uint32) bool) {
	if part == "" {
		for c := from; c < to; c++ {
			set.put(uint32(c), f(uint32(c)))
		}
		return
	}
	if from >= to {
		return
	}
	rare := 0
	for i := range len(part) {
		if d.freq[part[i]] < d.freq[part[rare]] {
			rare = i
		}
	}
	end, code := len(d.buf), from
	if to < len(d.at) {
		end = int(d.at[to])
	}
	buf := d.buf[:end]
	for p := int(d.at[from]) + rare; p < end; {
		i := bytes.IndexByte(buf[p:], part[rare])
		if i < 0 {
			return
		}
		p += i
		at := p - rare
		if at+len(part) > end || string(buf[at:at+len(part)]) != part {
			p++
			continue
		}
		if code = d.codeAt(code, to, uint64(at)); f(uint32(code)) {
			set.put(uint32(code), true)
		}
		if code+1 >= to {
			return
		}
		p = max(int(d.at[code+1])+rare, p+1)
	}
}

// codeAt is the code in whose entry a place is, looked for from one on in growing steps.
func (d *words) codeAt(code, to int, at uint64) int {
	step := 1
	for code+step < to && d.at[code+step] <= at {
		code += step
		step *= 2
	}
	for ; step > 0; step /= 2 {
		if code+step < to && d.at[code+step] <= at {
			code += step
		}
	}
	return code
}

const (
	runLength = 512
	// firstLabel leaves room below, and 0 to the empty ones.
	firstLabel = uint64(1) << 62
)

// sort makes the order of all codes at once.
func (d *words) sort() {
	if d.order == nil {
		return
	}
	type keyed struct {
		head uint64
		key  []byte
		code uint32
	}
	list := make([]keyed, 0, len(d.at))
	var all []byte
	for c := 1; c < len(d.at); c++ {
		k := hanzi.Key(string(d.folded(uint32(c))))
		start := len(all)
		all = append(all, k...)
		var head [8]byte
		copy(head[:], k)
		list = append(list, keyed{binary.BigEndian.Uint64(head[:]), all[start:len(all):len(all)], uint32(c)})
	}
	slices.SortFunc(list, func(a, b keyed) int {
		if a.head != b.head {
			if a.head < b.head {
				return -1
			}
			return 1
		}
		if c := bytes.Compare(a.key, b.key); c != 0 {
			return c
		}
		return int(a.code) - int(b.code)
	})
	codes := make([]uint32, len(list))
	for i := range list {
		codes[i] = list[i].code
	}
	d.runs(codes)
	d.spread()
}

// runs takes an order.
func (d *words) runs(codes []uint32) {
	d.order = d.order[:0]
	for run := range slices.Chunk(codes, runLength/2) {
		d.order = append(d.order, append(make([]uint32, 0, runLength), run...))
	}
	d.heads = make([][]byte, len(d.order))
}

// spread gives labels anew, at equal distances.
func (d *words) spread() {
	step := ^uint64(0) / 2 / uint64(len(d.at)+1)
	at := firstLabel / 2
	var before uint32
	for _, run := range d.order {
		for _, code := range run {
			if before == 0 || !bytes.Equal(d.folded(before), d.folded(code)) {
				at += step
			}
			d.label[code] = at
			before = code
		}
	}
}

// search finds the first place in the order whose key is not below a key. Who changes the order keeps what it computes.
func (d *words) search(key []byte, keep bool) (run, i int) {
	run = sort.Search(len(d.order), func(run int) bool {
		head := d.heads[run]
		if head == nil {
			head = d.key(d.order[run][len(d.order[run])-1])
			if keep {
				d.heads[run] = head
			}
		}
		return bytes.Compare(head, key) >= 0
	})
	if run == len(d.order) {
		return run, 0
	}
	i, _ = slices.BinarySearchFunc(d.order[run], key, func(c uint32, k []byte) int { return bytes.Compare(d.key(c), k) })
	return run, i
}

func (d *words) key(code uint32) []byte { return hanzi.Key(string(d.folded(code))) }

// insert places a code and labels it; the label stays 0 where there is no room, and the order must be spread.
func (d *words) insert(code uint32) {
	run, i := d.search(d.key(code), true)
	var left, right uint32
	switch {
	case run < len(d.order):
		right = d.order[run][i]
		if i > 0 {
			left = d.order[run][i-1]
		} else if run > 0 {
			left = d.order[run-1][len(d.order[run-1])-1]
		}
	case run > 0:
		run--
		i = len(d.order[run])
		left = d.order[run][i-1]
	default:
		d.order, d.heads = append(d.order, make([]uint32, 0, runLength)), append(d.heads, nil)
	}
	d.order[run] = slices.Insert(d.order[run], i, code)
	if i == len(d.order[run])-1 {
		d.heads[run] = nil
	}
	if r := d.order[run]; len(r) >= runLength {
		half := append(make([]uint32, 0, runLength), r[runLength/2:]...)
		d.order, d.heads = slices.Insert(d.order, run+1, half), slices.Insert(d.heads, run+1, d.heads[run])
		d.order[run], d.heads[run] = r[:runLength/2], nil
	}
	if right != 0 && bytes.Equal(d.folded(right), d.folded(code)) {
		d.label[code] = d.label[right]
		return
	}
	d.label[code] = d.room(code, left, right)
}

// recent is how many texts back a series may have been left: several may grow side by side.
const recent = 64

// room finds a label between two neighbours; 0 when there is none. Beside a text that came lately a series grows, up or
// down, and uses little of the room.
func (d *words) room(code, left, right uint32) uint64 {
	lo, hi := firstLabel/2, ^uint64(0)-firstLabel/2
	if left != 0 {
		lo = d.label[left]
	}
	if right != 0 {
		hi = d.label[right]
	}
	if lo == 0 || hi == 0 || hi <= lo || hi-lo < 2 {
		return 0
	}
	gap := hi - lo
	switch {
	case left > right && left+recent > code:
		return lo + max(1, gap/256)
	case right > left && right+recent > code:
		return hi - max(1, gap/256)
	}
	return lo + gap/2
}

// unplace takes a code out of the order.
func (d *words) unplace(code uint32) {
	if d.order == nil {
		return
	}
	run, _ := d.search(d.key(code), true)
	for ; run < len(d.order); run++ {
		if i := slices.Index(d.order[run], code); i >= 0 {
			if d.order[run], d.heads[run] = slices.Delete(d.order[run], i, i+1), nil; len(d.order[run]) == 0 {
				d.order, d.heads = slices.Delete(d.order, run, run+1), slices.Delete(d.heads, run, run+1)
			}
			return
		}
	}
}

// place answers the label at which a folded text stands, and whether it is there; else that of the first one after it.
func (d *words) place(fold string) (label uint64, exact bool) {
	run, i := d.search(hanzi.Key(fold), false)
	if run == len(d.order) {
		return ^uint64(0), false
	}
	code := d.order[run][i]
	return d.label[code], string(d.folded(code)) == fold
}

func (d *words) bytes() int64 {
	return int64(cap(d.buf) + 8*cap(d.at) + 4*cap(d.uses) + 4*cap(d.hash) + 12*cap(d.label))
}
