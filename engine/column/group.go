package column

import (
	"cmp"
	"errors"
	"math/bits"
	"slices"
	"sync"

	"youpeng/engine/object"
	"youpeng/engine/query"
)

// grouping gives the words of a row by which it is grouped, 0 for empty, and what a word stands for.
type grouping struct {
	one   func(o uint32) uint64            // single-valued
	list  *lists                           // the lists themselves, where all that is in them counts
	keys  blockKeys                        // the same for a block, where there is a faster way
	each  func(o uint32, f func(w uint64)) // several; not called for single-valued ones
	size  int                              // one more than the greatest word less low, where that is small
	low   uint64                           // one less than the least filled word
	value func(w uint64) any
	order func(w uint64) uint64 // nil: by the word itself
	// count adds the dense words of a block's rows to their counters, where that is faster than keys; words that hides
	// holds for are counted so too and are empty in truth.
	count func(b int, m *mask, n []uint32)
	hides func(w uint64) bool
}

// blockKeys hands out the words of a block's rows in m; what stands at other rows is not said.
type blockKeys = func(b int, m *mask, buf *[blockRows]uint64) []uint64

// dense is a word's place among size places.
func (g *grouping) dense(w uint64) uint64 {
	if w == 0 {
		return 0
	}
	return w - g.low
}

// block is one for all rows of a block.
func (g *grouping) block(b int, m *mask, buf *[blockRows]uint64) []uint64 {
	if g.keys != nil {
		return g.keys(b, m, buf)
	}
	for w, x := range m {
		for ; x != 0; x &= x - 1 {
			i := w*64 + bits.TrailingZeros64(x)
			buf[i] = g.one(uint32(b*blockRows + i))
		}
	}
	return buf[:]
}

// words calls f with each of a row's words, once with 0 if it has none.
func (g *grouping) words(o uint32, f func(w uint64)) {
	if g.one != nil {
		f(g.one(o))
		return
	}
	none := true
	g.each(o, func(w uint64) {
		none = false
		f(w)
	})
	if none {
		f(0)
	}
}

func (q *asking) grouping(t *table, p query.Path) *grouping {
	f := p[0]
	if len(p) > 1 {
		return q.groupingVia(t, p)
	}
	switch c := t.cells[f.Index].(type) {
	case numeric:
		g := &grouping{one: c.key, keys: c.keys, value: func(w uint64) any { return c.decode(w) }}
		lo, hi := ^uint64(0), uint64(0)
		for b := range blocksOf(t.rows) {
			if l, h := c.zone(b); l <= h {
				lo, hi = min(lo, l), max(hi, h)
			}
		}
		if lo <= hi && hi-lo < denseSize-2 {
			g.low, g.size = lo-1, int(hi-lo)+2
			g.count = c.counter(g.low)
		}
		return g
	case *choices:
		return &grouping{one: func(o uint32) uint64 { return uint64(c.at(o)) }, keys: c.num.keys, size: len(c.names), count: c.counter(0),
			value: func(w uint64) any { return c.names[w] }, order: func(w uint64) uint64 { return c.rank[w] }}
	case *texts:
		return &grouping{one: func(o uint32) uint64 { return uint64(c.at(o)) }, keys: c.num.keys, size: len(c.dict.at), count: c.counter(0),
			value: func(w uint64) any { return c.dict.value(uint32(w)) }, order: func(w uint64) uint64 { return c.dict.label[w] }}
	case *links:
		u, seen := q.target(f)
		if u == nil {
			break
		}
		return &grouping{one: func(o uint32) uint64 {
			x := c.at(o)
			return uint64(x) * seen.bit(x)
		}, keys: seenKeys(c, seen), size: c.above(), count: c.counter(0), hides: func(w uint64) bool { return !seen.has(uint32(w)) },
			value: func(w uint64) any { return int64(w) }}
	case *refs:
		seen := q.seenRefs()
		return &grouping{one: func(o uint32) uint64 {
			if w := c.at(o); w != 0 && seen(w) {
				return w
			}
			return 0
		}, value: func(w uint64) any { return object.Ref{Object: int(w >> refShift), ID: int64(uint32(w))} }}
	case *lists:
		return q.groupingList(c, f)
	case *filled:
		return &grouping{one: func(o uint32) uint64 { return c.is.bit(o) }, size: 2, value: func(uint64) any { return int64(1) }}
	}
	return &grouping{one: func(uint32) uint64 { return 0 }, size: 1, value: func(uint64) any { return nil }}
}

// seenKeys are the targets of a block's rows that the asker may see.
func seenKeys(c *links, seen bitmap) blockKeys {
	return func(b int, m *mask, buf *[blockRows]uint64) []uint64 {
		v := c.block(b)
		for w, x := range m {
			for ; x != 0; x &= x - 1 {
				i := w*64 + bits.TrailingZeros64(x)
				buf[i] = uint64(v[i]) * seen.bit(v[i])
			}
		}
		return buf[:]
	}
}

func (q *asking) groupingList(c *lists, f *object.Field) *grouping {
	g := &grouping{}
	if c.dict != nil {
		g.each = func(o uint32, f func(w uint64)) {
			for _, x := range c.list(o) {
				f(uint64(x))
			}
		}
		g.size, g.list = len(c.dict.at), c
		g.value = func(w uint64) any { return c.dict.value(uint32(w)) }
		return g
	}
	u, seen := q.target(f)
	g.each = func(o uint32, f func(w uint64)) {
		for _, x := range c.list(o) {
			if seen.has(x) {
				f(uint64(x))
			}
		}
	}
	if u != nil {
		g.size = u.rows
	}
	g.value = func(w uint64) any { return int64(w) }
	return g
}

// groupingVia groups by something of what a link leads to; over several links each value counts once for a row.
func (q *asking) groupingVia(t *table, p query.Path) *grouping {
	u, seen := q.target(p[0])
	g := *q.grouping(u, p[1:])
	one, each := g.one, g.each
	g.keys, g.list, g.count, g.hides = nil, nil, nil, nil
	switch c := t.cells[p[0].Index].(type) {
	case *links:
		if one != nil {
			g.one = func(o uint32) uint64 {
				if x := c.at(o); seen.has(x) {
					return one(x)
				}
				return 0
			}
			return &g
		}
		g.each = func(o uint32, f func(w uint64)) {
			if x := c.at(o); seen.has(x) {
				each(x, f)
			}
		}
	case *lists:
		inner := g
		g.one = nil
		g.each = func(o uint32, f func(w uint64)) {
			var had []uint64
			for _, x := range c.list(o) {
				if !seen.has(x) {
					continue
				}
				inner.words(x, func(w uint64) {
					if w != 0 && !slices.Contains(had, w) {
						had = append(had, w)
						f(w)
					}
				})
			}
		}
	}
	return &g
}

const (
	maxFacet  = 1000
	denseSize = 1 << 22
)

// facet counts the values of a path over a set.
func (q *asking) facet(t *table, set bitmap, p query.Path) ([]query.Count, error) {
	g := q.grouping(t, p)
	var counts []query.Count
	var words []uint64
	var err error
	if g.size > 0 && g.size <= denseSize {
		words, counts, err = q.facetDense(g, set)
	} else {
		words, counts, err = q.facetSparse(g, set)
	}
	if err != nil {
		return nil, err
	}
	order := make([]int, len(words))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if c := counts[b].N - counts[a].N; c != 0 {
			return c
		}
		return g.compare(words[a], words[b])
	})
	out := make([]query.Count, 0, min(len(order), maxFacet))
	for _, i := range order[:min(len(order), maxFacet)] {
		out = append(out, query.Count{Value: g.show(words[i]), N: counts[i].N})
	}
	return out, nil
}

// facetDense counts in arrays, one for each core.
func (q *asking) facetDense(g *grouping, set bitmap) (words []uint64, counts []query.Count, err error) {
	n, err := q.counted(set, g.size, g.counting())
	if err != nil {
		return nil, nil, err
	}
	empty := int(n[0])
	for i, c := range n[1:] {
		w := uint64(i+1) + g.low
		switch {
		case c == 0:
		case g.hides != nil && g.hides(w):
			empty += int(c)
		default:
			words, counts = append(words, w), append(counts, query.Count{N: int(c)})
		}
	}
	if empty > 0 {
		words, counts = append(words, 0), append(counts, query.Count{N: empty})
	}
	return words, counts, nil
}

// counting is how the rows of a block are counted by their dense words.
func (g *grouping) counting() func(b int, m *mask, n []uint32) {
	switch {
	case g.count != nil:
		return g.count
	case g.list != nil:
		return g.list.countItems
	case g.one == nil:
		return func(b int, m *mask, n []uint32) {
			eachRow(b, m, func(o uint32) { g.words(o, func(w uint64) { n[g.dense(w)]++ }) })
		}
	}
	return func(b int, m *mask, n []uint32) {
		var buf [blockRows]uint64
		words := g.block(b, m, &buf)
		eachRow(0, m, func(i uint32) { n[g.dense(words[i])]++ })
	}
}

// counted lets the blocks of a set be counted, on two cores where there are many.
func (q *asking) counted(set bitmap, size int, count func(b int, m *mask, n []uint32)) ([]uint32, error) {
	blocks := len(set) / blockWords
	part := func(from, to int) ([]uint32, error) {
		n := make([]uint32, size)
		for b := from; b < to; b++ {
			if err := q.ctx.Err(); err != nil {
				return nil, err
			}
			if m := set.block(b); some(m) {
				count(b, m, n)
			}
		}
		return n, nil
	}
	if blocks < parallelFrom || size > blocks*blockRows {
		return part(0, blocks)
	}
	var first []uint32
	var err1 error
	var wg sync.WaitGroup
	wg.Go(func() { first, err1 = part(0, blocks/2) })
	n, err := part(blocks/2, blocks)
	wg.Wait()
	if err = errors.Join(err, err1); err != nil {
		return nil, q.ctx.Err()
	}
	for i, c := range first {
		n[i] += c
	}
	return n, nil
}

func (q *asking) facetSparse(g *grouping, set bitmap) (words []uint64, counts []query.Count, err error) {
	sparse := map[uint64]int{}
	var buf [blockRows]uint64
	err = q.blocks(set, func(b int, m *mask) {
		if g.one == nil {
			eachRow(b, m, func(o uint32) { g.words(o, func(w uint64) { sparse[w]++ }) })
			return
		}
		keys := g.block(b, m, &buf)
		eachRow(0, m, func(i uint32) { sparse[keys[i]]++ })
	})
	for w, n := range sparse {
		words, counts = append(words, w), append(counts, query.Count{N: n})
	}
	return words, counts, err
}

// counter counts the words of a block less low.
func (c *num[T]) counter(low uint64) func(b int, m *mask, n []uint32) {
	base := T(low)
	return func(b int, m *mask, n []uint32) {
		v := c.block(b)
		for w, x := range m {
			if x == 0 {
				continue
			}
			q := v[w*64 : w*64+64]
			if x == ^uint64(0) {
				for _, y := range q {
					i := y - base
					if y == 0 {
						i = 0
					}
					n[i]++
				}
				continue
			}
			for ; x != 0; x &= x - 1 {
				y := q[bits.TrailingZeros64(x)&63]
				i := y - base
				if y == 0 {
					i = 0
				}
				n[i]++
			}
		}
	}
}

// above is one more than the greatest word that ever was.
func (c *num[T]) above() int {
	top := T(0)
	for _, h := range c.hi {
		top = max(top, h)
	}
	return int(top) + 1
}

// countItems counts the items of a block's lists, and at 0 the lists without any.
func (c *lists) countItems(b int, m *mask, n []uint32) {
	v := c.block(b)
	for w, x := range m {
		for ; x != 0; x &= x - 1 {
			z := v[w*64+bits.TrailingZeros64(x)]
			if z&many == 0 {
				n[z]++
				continue
			}
			p := z &^ many
			for _, code := range c.items[p+1 : p+1+c.items[p]] {
				n[code]++
			}
		}
	}
}

// compare orders words by their values, empty last.
func (g *grouping) compare(a, b uint64) int {
	if g.order != nil {
		x, y := uint64(0), uint64(0)
		if a != 0 {
			x = g.order(a)
		}
		if b != 0 {
			y = g.order(b)
		}
		if x != y {
			return cmp.Compare(x-1, y-1)
		}
	}
	if s, ok := g.show(a).(string); ok && g.order == nil {
		if t, ok := g.show(b).(string); ok {
			return cmp.Compare(s, t)
		}
	}
	return cmp.Compare(a-1, b-1)
}

func (g *grouping) show(w uint64) any {
	if w == 0 {
		return nil
	}
	return g.value(w)
}

func (q *asking) blocks(set bitmap, f func(b int, m *mask)) error {
	for b := range len(set) / blockWords {
		if err := q.ctx.Err(); err != nil {
			return err
		}
		if m := set.block(b); some(m) {
			f(b, m)
		}
	}
	return nil
}

func eachRow(b int, m *mask, f func(o uint32)) {
	for w, x := range m {
		for ; x != 0; x &= x - 1 {
			f(uint32(b*blockRows + w*64 + bits.TrailingZeros64(x)))
		}
	}
}
