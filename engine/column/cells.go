package column

import (
	"math"
	"math/bits"
	"slices"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/platform/hanzi"
)

// cells is the column of one field.
type cells interface {
	grow(rows int)
	// set takes a value as object.Record holds it; nil empties.
	set(o uint32, v any)
	// wipe empties and forgets what was there, for rows that are purged.
	wipe(o uint32)
	// finish is called once after loading, before the first question.
	finish()
	bytes() int64
	free()
	// save and load are for snapshots.
	save(w *saver)
	load(r *loader)
}

// newCells makes the empty column of a field.
func newCells(f *object.Field) cells {
	switch field.Of(f).Class() {
	case field.Number:
		switch f.Kind {
		case object.KindBoolean:
			return &number[uint8]{zero: -1}
		case object.KindDate:
			return &number[uint32]{zero: math.MinInt32}
		}
		return &number[uint64]{zero: math.MinInt64}
	case field.Dict:
		d := &choices{names: []string{""}, codes: map[string]uint16{}}
		d.redefine(f)
		return d
	case field.String:
		return &texts{dict: newWords(true), loading: true}
	case field.Link:
		return &links{}
	case field.AnyLink:
		return &refs{}
	case field.List:
		if f.Kind == object.KindLinks {
			return &lists{items: []uint32{0}}
		}
		return &lists{items: []uint32{0}, dict: newWords(false)}
	}
	return &filled{}
}

// number holds int64 values as their distance from a value below all of them, so that 0 is empty.
type number[T word] struct {
	num[T]
	zero int64
}

// numeric is what questions ask of a number column of any width.
type numeric interface {
	keyed
	between(lo, hi int64) test
	oneOf(values []int64) test
	encode(x int64) uint64
	decode(u uint64) int64
	counter(low uint64) func(b int, m *mask, n []uint32)
}

func (c *number[T]) set(o uint32, v any) {
	switch x := v.(type) {
	case int64:
		c.put(o, T(c.encode(x)))
	case bool:
		n := int64(0)
		if x {
			n = 1
		}
		c.put(o, T(c.encode(n)))
	case object.Money:
		c.put(o, T(c.encode(x.Base)))
	default:
		c.put(o, 0)
	}
}

func (c *number[T]) wipe(o uint32) { c.put(o, 0) }
func (c *number[T]) finish()       {}

// encode brings values outside the width to its ends.
func (c *number[T]) encode(x int64) uint64 {
	if x <= c.zero {
		return 1
	}
	return min(uint64(x)-uint64(c.zero), uint64(^T(0)))
}

func (c *number[T]) decode(u uint64) int64 { return int64(u + uint64(c.zero)) }

// holds says whether the width has room for a value.
func (c *number[T]) holds(x int64) bool {
	return x > c.zero && uint64(x)-uint64(c.zero) <= uint64(^T(0))
}

func (c *number[T]) between(lo, hi int64) test {
	if lo > hi || hi <= c.zero || (lo > c.zero && !c.holds(lo)) {
		return never
	}
	return between(&c.num, T(c.encode(lo)), T(c.encode(hi)))
}

func (c *number[T]) oneOf(values []int64) test {
	var ts []test
	for _, x := range values {
		if c.holds(x) {
			ts = append(ts, c.between(x, x))
		}
	}
	switch len(ts) {
	case 0:
		return never
	case 1:
		return ts[0]
	}
	if len(ts) < 5 {
		return either(ts)
	}
	set := make(map[T]bool, len(values))
	for _, x := range values {
		if c.holds(x) {
			set[T(c.encode(x))] = true
		}
	}
	return byRow(func(o uint32) bool { return set[c.v[o]] })
}

// choices holds the options of a choice by code. rank is their order; names that are no option come after all options.
type choices struct {
	num[uint16]
	names []string
	codes map[string]uint16
	rank  []uint64
}

func (c *choices) code(name string) uint16 {
	code, ok := c.codes[name]
	if !ok {
		code = uint16(len(c.names))
		c.names = append(c.names, name)
		c.codes[name] = code
		c.rank = append(c.rank, 1<<20+uint64(code))
	}
	return code
}

// redefine takes the options and their order from the definition.
func (c *choices) redefine(f *object.Field) {
	c.rank = make([]uint64, len(c.names), len(c.names)+len(f.Options))
	for i := range c.rank {
		c.rank[i] = 1<<20 + uint64(i)
	}
	c.rank[0] = 0
	for i, o := range f.Options {
		c.rank[c.code(o.Name)] = uint64(i + 1)
	}
}

func (c *choices) set(o uint32, v any) {
	s, _ := v.(string)
	if s == "" {
		c.put(o, 0)
		return
	}
	c.put(o, c.code(s))
}

func (c *choices) wipe(o uint32)       { c.put(o, 0) }
func (c *choices) finish()             {}
func (c *choices) key(o uint32) uint64 { return c.rank[c.at(o)] }

func (c *choices) keys(b int, m *mask, buf *[blockRows]uint64) []uint64 {
	for w, x := range m {
		if x == 0 {
			continue
		}
		for i, code := range c.block(b)[w*64 : w*64+64] {
			buf[w*64+i] = c.rank[code]
		}
	}
	return buf[:]
}

func (c *choices) zone(int) (lo, hi uint64) { return 1, 1<<20 + uint64(len(c.names)) }

func (c *choices) among(names []string) bitmap {
	set := make(bitmap, len(c.names)/64+1)
	for _, n := range names {
		if code, ok := c.codes[n]; ok {
			set.put(uint32(code), true)
		}
	}
	return set
}

// texts holds the codes of texts, and beside them their places in the order of all texts, by which rows are sorted.
type texts struct {
	num[uint32]
	label   num[uint64]
	dict    *words
	loading bool
}

func (c *texts) grow(rows int) {
	c.num.grow(rows)
	c.label.grow(rows)
}

func (c *texts) set(o uint32, v any) {
	s, _ := v.(string)
	old, code := c.v[o], uint32(0)
	if s != "" {
		code = c.dict.add(s, hanzi.Fold(s), !c.loading)
	}
	c.dict.drop(old)
	c.put(o, code)
	if c.loading {
		return
	}
	if code != 0 && c.dict.label[code] == 0 {
		c.dict.spread()
		c.relabel()
		return
	}
	c.label.put(o, c.dict.label[code])
}

func (c *texts) wipe(o uint32) {
	old := c.v[o]
	c.set(o, nil)
	if old != 0 && !c.loading {
		c.dict.scrub(old)
	}
}

func (c *texts) finish() {
	c.loading = false
	c.dict.sort()
	c.relabel()
}

// relabel copies every row's label from its text.
func (c *texts) relabel() {
	for o, code := range c.v {
		c.label.v[o] = c.dict.label[code]
	}
	c.label.rezone()
}

func (c *texts) key(o uint32) uint64                                  { return c.label.key(o) }
func (c *texts) zone(b int) (lo, hi uint64)                           { return c.label.zone(b) }
func (c *texts) bytes() int64                                         { return c.num.bytes() + c.label.bytes() + c.dict.bytes() }
func (c *texts) keys(b int, m *mask, buf *[blockRows]uint64) []uint64 { return c.label.keys(b, m, buf) }

func (c *texts) free() {
	c.num.free()
	c.label.free()
	if c.dict != nil {
		c.dict.free()
	}
	c.dict = nil
}

// links holds the target's row.
type links struct {
	num[uint32]
	back *reverse
}

func (c *links) set(o uint32, v any) {
	id, _ := v.(int64)
	if id < 0 || id > maxRow {
		id = 0
	}
	if uint32(id) != c.v[o] {
		c.back.add(uint32(id), o)
	}
	c.put(o, uint32(id))
}

func (c *links) wipe(o uint32) { c.put(o, 0) }
func (c *links) bytes() int64  { return c.num.bytes() + c.back.bytes() }
func (c *links) finish()       {}

func (c *links) list(o uint32) []uint32 {
	if c.at(o) == 0 {
		return nil
	}
	return c.v[o : o+1]
}

func (c *links) reverse(int) *reverse {
	if c.back == nil {
		c.back = newReverse(func(f func(t, o uint32)) {
			for o, t := range c.v {
				if t != 0 {
					f(t, uint32(o))
				}
			}
		})
	}
	return c.back
}

func (c *links) names(o uint32, _ int, t uint32) bool { return c.at(o) == t }

// refs holds object number and row.
type refs struct {
	num[uint64]
	back map[int]*reverse
}

const refShift = 32

func refWord(r object.Ref) uint64 {
	if r.ID <= 0 || r.ID > maxRow || r.Object <= 0 {
		return 0
	}
	return uint64(r.Object)<<refShift | uint64(r.ID)
}

func (c *refs) set(o uint32, v any) {
	r, _ := v.(object.Ref)
	w := refWord(r)
	if w != 0 && w != c.v[o] {
		c.back[r.Object].add(uint32(r.ID), o)
	}
	c.put(o, w)
}

func (c *refs) wipe(o uint32) { c.put(o, 0) }
func (c *refs) finish()       {}

func (c *refs) bytes() int64 {
	n := c.num.bytes()
	for _, r := range c.back {
		n += r.bytes()
	}
	return n
}

func (c *refs) reverse(number int) *reverse {
	if c.back == nil {
		c.back = map[int]*reverse{}
	}
	if c.back[number] == nil {
		c.back[number] = newReverse(func(f func(t, o uint32)) {
			for o, w := range c.v {
				if int(w>>refShift) == number {
					f(uint32(w), uint32(o))
				}
			}
		})
	}
	return c.back[number]
}

func (c *refs) names(o uint32, number int, t uint32) bool {
	return c.at(o) == uint64(number)<<refShift|uint64(t)
}

// lists holds several codes or target rows: one lies in the array itself, more in items after their count, where the
// array's upper bit is set and the rest says where.
type lists struct {
	num[uint32]
	items []uint32
	waste int
	moves int    // how often items were moved
	dict  *words // nil for links
	back  *reverse
}

const many = 1 << 31

func (c *lists) list(o uint32) []uint32 {
	switch x := c.at(o); {
	case x == 0:
		return nil
	case x&many == 0:
		return c.v[o : o+1]
	default:
		p := x &^ many
		return c.items[p+1 : p+1+c.items[p]]
	}
}

func (c *lists) set(o uint32, v any) {
	in, _ := v.([]object.Item)
	old := c.list(o)
	codes := make([]uint32, 0, len(in))
	for _, it := range in {
		switch {
		case c.dict != nil && it.Value != "":
			code := c.dict.add(it.Value, it.Norm, false)
			if codes = append(codes, code); !slices.Contains(old, code) {
				c.back.add(code, o)
			}
		case c.dict == nil && it.Link > 0 && it.Link <= maxRow:
			codes = append(codes, uint32(it.Link))
			if !slices.Contains(old, uint32(it.Link)) {
				c.back.add(uint32(it.Link), o)
			}
		}
	}
	if c.dict != nil {
		for _, code := range old {
			c.dict.drop(code)
		}
	}
	if len(old) > 1 {
		c.waste += len(old) + 1
	}
	switch len(codes) {
	case 0:
		c.put(o, 0)
	case 1:
		c.put(o, codes[0])
	default:
		c.put(o, many|uint32(len(c.items)))
		c.items = append(append(c.items, uint32(len(codes))), codes...)
	}
	if c.waste > 1<<16 && 2*c.waste > len(c.items) {
		c.compact()
	}
}

func (c *lists) compact() {
	fresh := make([]uint32, 1, len(c.items)-c.waste)
	for o, x := range c.v {
		if x&many != 0 {
			l := c.list(uint32(o))
			c.v[o] = many | uint32(len(fresh))
			fresh = append(append(fresh, uint32(len(l))), l...)
		}
	}
	c.items, c.waste = fresh, 0
	c.moves++
}

func (c *lists) wipe(o uint32) {
	old := append([]uint32(nil), c.list(o)...)
	c.set(o, nil)
	if c.dict != nil {
		for _, code := range old {
			c.dict.scrub(code)
		}
	}
}

func (c *lists) finish() {}

func (c *lists) bytes() int64 {
	n := c.num.bytes() + int64(4*len(c.items)) + c.back.bytes()
	if c.dict != nil {
		n += c.dict.bytes()
	}
	return n
}

func (c *lists) free() {
	c.num.free()
	if c.dict != nil {
		c.dict.free()
	}
	c.items, c.dict, c.back = nil, nil, nil
}

func (c *lists) reverse(int) *reverse {
	if c.back == nil {
		c.back = newReverse(func(f func(t, o uint32)) {
			for o := range c.v {
				for _, t := range c.list(uint32(o)) {
					f(t, uint32(o))
				}
			}
		})
	}
	return c.back
}

func (c *lists) names(o uint32, _ int, t uint32) bool {
	return slices.Contains(c.list(o), t)
}

// anyOf keeps the rows of which some item is in a set.
func (c *lists) anyOf(set bitmap) test {
	last := uint32(min(len(set)*64, many-1))
	return func(b int, m *mask) {
		v := c.block(b)
		for w, x := range m {
			if x == 0 {
				continue
			}
			q := v[w*64 : w*64+64]
			var r uint64
			for y := x; y != 0; y &= y - 1 {
				i := bits.TrailingZeros64(y) & 63
				z := q[i]
				if z < last {
					r |= set[z>>6] >> (z & 63) & 1 << i
					continue
				}
				if z&many == 0 {
					continue
				}
				p := z &^ many
				for _, t := range c.items[p+1 : p+1+c.items[p]] {
					r |= set.bit(t) << i
				}
			}
			m[w] = x & r
		}
	}
}

// filled keeps only whether there is a value.
type filled struct{ is bitmap }

func (c *filled) grow(rows int)       { c.is = c.is.grown(rows) }
func (c *filled) set(o uint32, v any) { c.is.put(o, v != nil && v != "") }
func (c *filled) wipe(o uint32)       { c.is.put(o, false) }
func (c *filled) finish()             {}
func (c *filled) bytes() int64        { return int64(8 * len(c.is)) }
func (c *filled) free()               { c.is = nil }

// linking is a column whose values name other records.
type linking interface {
	cells
	// reverse answers who names a record of an object, perhaps with rows that no longer do.
	reverse(number int) *reverse
	// names says whether a row names a record.
	names(o uint32, number int, t uint32) bool
}

// reverse lists, for each target, the rows that name it or once did; whoever reads it looks at the forward link.
type reverse struct {
	from  []uint32
	rows  []uint32
	extra map[uint32][]uint32
}

func newReverse(each func(f func(t, o uint32))) *reverse {
	r := &reverse{extra: map[uint32][]uint32{}}
	last := uint32(0)
	each(func(t, _ uint32) { last = max(last, t) })
	r.from = make([]uint32, last+2)
	each(func(t, _ uint32) { r.from[t+1]++ })
	for i := 1; i < len(r.from); i++ {
		r.from[i] += r.from[i-1]
	}
	r.rows = make([]uint32, r.from[last+1])
	next := append([]uint32(nil), r.from...)
	each(func(t, o uint32) {
		r.rows[next[t]] = o
		next[t]++
	})
	return r
}

// size is how many rows each hands out for a target.
func (r *reverse) size(t uint32) int {
	n := len(r.extra[t])
	if int(t)+1 < len(r.from) {
		n += int(r.from[t+1] - r.from[t])
	}
	return n
}

func (r *reverse) bytes() int64 {
	if r == nil {
		return 0
	}
	return int64(4*len(r.from) + 4*len(r.rows) + 48*len(r.extra))
}

func (r *reverse) add(t, o uint32) {
	if r == nil || t == 0 {
		return
	}
	r.extra[t] = append(r.extra[t], o)
}

func (r *reverse) each(t uint32, f func(o uint32)) {
	if int(t)+1 < len(r.from) {
		for _, o := range r.rows[r.from[t]:r.from[t+1]] {
			f(o)
		}
	}
	for _, o := range r.extra[t] {
		f(o)
	}
}

// keyed is a column by which rows are sorted: 0 is empty, and the order of keys is the order of values.
type keyed interface {
	key(o uint32) uint64
	// keys answers the keys of a block's rows in m; what stands at other rows is not said.
	keys(b int, m *mask, buf *[blockRows]uint64) []uint64
	// zone bounds the keys of a block's filled rows; lo > hi means there are none.
	zone(b int) (lo, hi uint64)
}

// A column of words is stale when most of its texts belong to no row.
func (c *texts) stale() bool { return c.dict.wasteful() }
func (c *lists) stale() bool { return c.dict != nil && c.dict.wasteful() }
