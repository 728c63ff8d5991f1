package column

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
	"sync"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/query"
)

// sorter is one sort key: keys in the column's order, and how values of the API's form compare with them.
type sorter struct {
	keyed
	desc  bool
	mark  func(v any) mark
	value func(o uint32) any
}

// mark is the place of a value among keys; below: just before the key, as no row has the value itself.
type mark struct {
	key   uint64
	below bool
}

// ranking is the order of a list. Empty values come last in both directions; the id settles what is equal.
type ranking struct {
	q    *asking
	ctx  context.Context // of the question; once it is given up, what comes out is not looked at
	keys []sorter
	desc bool // of the ids
}

func (r *ranking) gone() bool { return r.ctx != nil && r.ctx.Err() != nil }

func (q *asking) ranking(t *table, keys []query.Key) *ranking {
	r := &ranking{q: q, ctx: q.ctx, desc: true}
	for _, k := range keys {
		s := q.sorter(t, k.Path)
		s.desc = k.Desc
		r.keys = append(r.keys, s)
		r.desc = k.Desc
	}
	return r
}

// constant sorts nothing: by a field that the asker may not see, all are empty.
type constant struct{}

func (constant) key(uint32) uint64 { return 0 }
func (constant) keys(_ int, _ *mask, buf *[blockRows]uint64) []uint64 {
	clear(buf[:])
	return buf[:]
}
func (constant) zone(int) (lo, hi uint64) { return 1, 0 }

func unseen() sorter {
	return sorter{keyed: constant{}, mark: func(any) mark { return mark{} }, value: func(uint32) any { return nil }}
}

// via sorts by something of what a link leads to; targets that the asker may not see are empty.
type via struct {
	link  *links
	to    keyed
	seen  bitmap
	order *order // of the targets; nil where there is none
	q     *asking
}

func (v via) key(o uint32) uint64 {
	if t := v.link.at(o); v.seen.has(t) {
		return v.to.key(t)
	}
	return 0
}

func (v via) keys(b int, m *mask, buf *[blockRows]uint64) []uint64 {
	d := v.link.block(b)
	labels, direct := v.to.(*texts)
	for w, x := range m {
		for ; x != 0; x &= x - 1 {
			i := w*64 + bits.TrailingZeros64(x)
			t := d[i]
			switch {
			case !v.seen.has(t):
				buf[i] = 0
			case direct:
				buf[i] = labels.label.v[t]
			default:
				buf[i] = v.to.key(t)
			}
		}
	}
	return buf[:]
}

func (v via) zone(int) (lo, hi uint64) { return 1, ^uint64(0) }

// flats keeps the arrays of flattened keys between questions.
var flats = sync.Pool{New: func() any { return new(flat) }}

// flat is the keys of a set's rows side by side, for sorts that look at them several times.
type flat struct{ num[uint64] }

// flatten looks up every key once, on two cores.
func (v via) flatten(set bitmap) *flat {
	f := flats.Get().(*flat)
	n := len(set) / blockWords
	if cap(f.v) < len(set)*64 { // of the heap, as the pool lets go without a word
		f.num = num[uint64]{make([]uint64, len(set)*64), make([]uint64, n), make([]uint64, n)}
	}
	f.v, f.lo, f.hi = f.v[:len(set)*64], f.lo[:n], f.hi[:n]
	part := func(from, to int) {
		var buf [blockRows]uint64
		for b := from; b < to; b++ {
			f.lo[b], f.hi[b] = ^uint64(0), 0
			m := set.block(b)
			if !some(m) {
				continue
			}
			out := f.block(b)
			keys := v.keys(b, m, &buf)
			eachRow(0, m, func(i uint32) {
				if out[i] = keys[i]; keys[i] != 0 {
					f.lo[b], f.hi[b] = min(f.lo[b], keys[i]), max(f.hi[b], keys[i])
				}
			})
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { part(0, n/2) })
	part(n/2, n)
	wg.Wait()
	return f
}

// sorter makes the key of a path within the asker's rights.
func (q *asking) sorter(t *table, p query.Path) sorter {
	f := p[0]
	switch c := t.cells[f.Index].(type) {
	case numeric:
		return sorter{keyed: c,
			mark: func(v any) mark { n, _ := v.(int64); return mark{key: c.encode(n)} },
			value: func(o uint32) any {
				if k := c.key(o); k != 0 {
					return c.decode(k)
				}
				return nil
			}}
	case *choices:
		return sorter{keyed: c,
			mark: func(v any) mark {
				name, _ := v.(string)
				code, ok := c.codes[name]
				if !ok {
					return mark{^uint64(0), true}
				}
				return mark{key: c.rank[code]}
			},
			value: func(o uint32) any {
				if code := c.at(o); code != 0 {
					return c.names[code]
				}
				return nil
			}}
	case *texts:
		return sorter{keyed: c,
			mark: func(v any) mark {
				fold, _ := v.(string)
				label, exact := c.dict.place(fold)
				return mark{label, !exact}
			},
			value: func(o uint32) any {
				if code := c.at(o); code != 0 {
					return string(c.dict.folded(code))
				}
				return nil
			}}
	case *links:
		u, seen := q.target(f)
		if u == nil {
			break
		}
		var in sorter
		switch title := u.o.TitleField(); {
		case len(p) > 1:
			in = q.sorter(u, p[1:])
		case title != nil && (q.actor.System || q.actor.Field(u.o, title) >= access.Read) && title.Kind != object.KindLink:
			in = q.sorter(u, query.Path{title})
		default:
			return unseen()
		}
		value := in.value
		in.value = func(o uint32) any {
			if t := c.at(o); seen.has(t) {
				return value(t)
			}
			return nil
		}
		in.keyed = via{c, in.keyed, seen, q.order(u, in.keyed), q}
		return in
	}
	return unseen()
}

// span turns a key into its distance from the first of a range in the direction of the sort; the range is of filled keys.
func (s *sorter) span(lo, hi, key uint64) uint64 {
	if s.desc {
		return hi - key
	}
	return key - lo
}

// rank is the place of a key in the order: less is earlier, empty the last.
func (s *sorter) rank(key uint64) uint64 {
	if s.desc {
		return ^key
	}
	return key - 1
}

// best is the earliest rank that a block can have.
func (s *sorter) best(b int) uint64 {
	lo, hi := s.zone(b)
	if lo > hi {
		return ^uint64(0)
	}
	if s.desc {
		return ^hi
	}
	return lo - 1
}

// compare orders two rows by the keys from one on, then by id.
func (r *ranking) compare(from int, a, b uint32) int {
	for i := from; i < len(r.keys); i++ {
		k := &r.keys[i]
		if x, y := k.rank(k.key(a)), k.rank(k.key(b)); x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	if r.desc {
		a, b = b, a
	}
	return int(int64(a) - int64(b))
}

// sort puts rows into the order by the keys from one on. It looks up the first of them once a row.
func (r *ranking) sort(from int, rows []uint32) {
	k := &r.keys[from]
	hits := make([]hit, len(rows))
	for i, o := range rows {
		hits[i] = hit{k.rank(k.key(o)), o}
	}
	slices.SortFunc(hits, func(a, b hit) int { return r.compareHits(from, a, b) })
	for i := range hits {
		rows[i] = hits[i].row
	}
}

// compareHits is compare for rows whose rank by the first key is known.
func (r *ranking) compareHits(from int, a, b hit) int {
	if a.rank != b.rank {
		if a.rank < b.rank {
			return -1
		}
		return 1
	}
	return r.compare(from+1, a.row, b.row)
}

// page answers the rows of set at positions at to at+n.
func (r *ranking) page(set bitmap, total, at, n int) []uint32 {
	n = min(n, total-at)
	if n <= 0 {
		return nil
	}
	return r.part(set, 0, total, at, n)
}

// topFrom is the depth up to which the first rows are collected instead of counted.
const topFrom = 1500

// part is page by the keys from one on.
func (r *ranking) part(set bitmap, from, total, at, n int) []uint32 {
	if from == len(r.keys) {
		return byID(set, at, n, r.desc)
	}
	v, linked := r.keys[from].keyed.(via)
	c, coded := r.keys[from].keyed.(*choices)
	switch {
	case coded && total >= byCodeFrom:
		return r.byCode(c, set, from, total, at, n)
	case linked && v.order != nil && total >= byTargetFrom:
		return r.byTarget(v, set, from, total, at, n)
	case at+n <= topFrom:
		top := r.top(set, from, at+n)
		return top[min(at, len(top)):]
	case linked:
		flat := v.flatten(set)
		defer flats.Put(flat)
		q := *r
		q.keys = slices.Clone(r.keys)
		q.keys[from].keyed = flat
		return q.middle(set, from, total, at, n)
	}
	return r.middle(set, from, total, at, n)
}

// byID walks over the bits.
func byID(set bitmap, at, n int, desc bool) []uint32 {
	out := make([]uint32, 0, n)
	for i := range set {
		w := i
		if desc {
			w = len(set) - 1 - i
		}
		x := set[w]
		if c := bits.OnesCount64(x); at >= c {
			at -= c
			continue
		}
		for x != 0 {
			p := bits.TrailingZeros64(x)
			if desc {
				p = 63 - bits.LeadingZeros64(x)
			}
			x &^= 1 << p
			if at > 0 {
				at--
				continue
			}
			if out = append(out, uint32(w*64+p)); len(out) == n {
				return out
			}
		}
	}
	return out
}

type hit struct {
	rank uint64
	row  uint32
}

// byCodeFrom is the number of rows from which a choice is sorted by counting its options.
const byCodeFrom = 50_000

// byCode is part where the key is a choice: its few options are counted, and only those are looked at whose rows the page
// has.
func (r *ranking) byCode(c *choices, set bitmap, from, total, at, n int) (out []uint32) {
	counts, err := r.q.counted(set, len(c.names), c.counter(0))
	if err != nil {
		return nil
	}
	codes := make([]uint16, len(c.names))
	for i := range codes {
		codes[i] = uint16(i)
	}
	k := &r.keys[from]
	slices.SortFunc(codes, func(a, b uint16) int {
		return cmp.Compare(k.rank(c.rank[a]), k.rank(c.rank[b]))
	})
	for _, code := range codes {
		rows := int(counts[code])
		if at >= rows {
			at -= rows
			continue
		}
		want := min(n-len(out), rows-at)
		of := between(&c.num, code, code)
		if code == 0 {
			of = not(between(&c.num, 1, ^uint16(0)))
		}
		if from+1 == len(r.keys) && at+want <= topFrom {
			out = append(out, byIDOf(set, of, at, want, r.desc)...)
		} else {
			in := r.q.borrow(len(set) * 64)
			if _, err := r.q.run(len(set)*64, func(b int, m *mask) { *m = *set.block(b) }, of, in); err != nil {
				return nil
			}
			out = append(out, r.part(in, from+1, rows, at, want)...)
		}
		if at = 0; len(out) == n {
			break
		}
	}
	return out
}

// byIDOf is byID over the rows of a set that pass a test, of which it looks at no more than it needs.
func byIDOf(set bitmap, t test, at, n int, desc bool) []uint32 {
	out := make([]uint32, 0, n)
	blocks := len(set) / blockWords
	for i := range blocks {
		b := i
		if desc {
			b = blocks - 1 - i
		}
		m := *set.block(b)
		if !some(&m) {
			continue
		}
		t(b, &m)
		if c := bitmap(m[:]).count(); at >= c {
			at -= c
			continue
		}
		for _, row := range byID(bitmap(m[:]), at, n-len(out), desc) {
			out = append(out, uint32(b*blockRows)+row)
		}
		if at = 0; len(out) == n {
			break
		}
	}
	return out
}

// top answers the first n rows. Blocks are visited by the best that they can have; a full set of candidates gives the
// bound that the others must beat.
func (r *ranking) top(set bitmap, from, n int) []uint32 {
	k := &r.keys[from]
	compare := func(a, b hit) int { return r.compareHits(from, a, b) }
	type place struct {
		best uint64
		b    int
	}
	var order []place
	for b := range len(set) / blockWords {
		if some(set.block(b)) {
			order = append(order, place{k.best(b), b})
		}
	}
	if r.desc {
		slices.Reverse(order)
	}
	slices.SortStableFunc(order, func(a, b place) int {
		switch {
		case a.best < b.best:
			return -1
		case a.best > b.best:
			return 1
		}
		return 0
	})
	limit := 2*n + 64
	hits := make([]hit, 0, limit)
	full := false
	var worst hit
	byID := from+1 == len(r.keys)
	later := func(b int, row uint32) bool { return b != int(row/blockRows) && (b > int(row/blockRows)) != r.desc }
	cut := func() {
		slices.SortFunc(hits, compare)
		if len(hits) >= n {
			hits = hits[:n]
			worst, full = hits[n-1], true
		}
	}
	var buf [blockRows]uint64
	for _, p := range order {
		if full && (p.best > worst.rank || p.best == worst.rank && byID && later(p.b, worst.row)) || r.gone() {
			break // what is left can at best be equal, and has later ids
		}
		m := set.block(p.b)
		keys := k.keys(p.b, m, &buf)
		for w := range m {
			if r.desc {
				w = blockWords - 1 - w
			}
			for x := m[w]; x != 0; {
				i := bits.TrailingZeros64(x)
				if r.desc {
					i = 63 - bits.LeadingZeros64(x)
				}
				x &^= 1 << i
				h := hit{k.rank(keys[w*64+i]), uint32(p.b*blockRows + w*64 + i)}
				if full && (h.rank > worst.rank || compare(h, worst) > 0) {
					continue
				}
				if hits = append(hits, h); len(hits) == limit {
					cut()
				}
			}
		}
	}
	cut()
	out := make([]uint32, len(hits))
	for i := range hits {
		out[i] = hits[i].row
	}
	return out
}

// before says on which side of a key a value's place is: -1 the key comes first, 0 it is the value's, 1 later.
func (s *sorter) before(key uint64, m mark) int {
	a, b := s.rank(key), s.rank(m.key)
	switch {
	case a == b && m.below && s.desc:
		return -1
	case a == b && m.below:
		return 1
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// marks are the places of keys as query.Beside has them.
func (r *ranking) marks(values []any) []mark {
	out := make([]mark, len(r.keys))
	for i := range r.keys {
		if i < len(values) && values[i] != nil {
			out[i] = r.keys[i].mark(values[i])
		}
	}
	return out
}

// count is how many rows of a set come before a place; with id, equal keys are settled by it, and it itself counts if
// through is set. Without id all of equal keys come after.
func (r *ranking) count(set bitmap, marks []mark, id int64, through bool) int {
	n := 0
	tie := func(o uint32) bool {
		for i := 1; i < len(marks); i++ {
			if c := r.keys[i].before(r.keys[i].key(o), marks[i]); c != 0 {
				return c < 0
			}
		}
		switch {
		case id < 0:
			return false
		case int64(o) == id:
			return through
		}
		return (int64(o) < id) != r.desc
	}
	if len(marks) == 0 {
		set.each(func(o uint32) {
			if tie(o) {
				n++
			}
		})
		return n
	}
	k := &r.keys[0]
	var parts [2]int
	halves(set, func(half, from, to int) {
		n := 0
		r.eachKey(set, k, from, to, 0, 0, func(b int, m *mask, keys []uint64) {
			for w, x := range m {
				for ; x != 0; x &= x - 1 {
					i := w*64 + bits.TrailingZeros64(x)
					if c := k.before(keys[i], marks[0]); c < 0 || c == 0 && tie(uint32(b*blockRows+i)) {
						n++
					}
				}
			}
		})
		parts[half] = n
	})
	return parts[0] + parts[1]
}

// values are the keys of a row in the form of query.Beside.
func (r *ranking) values(o uint32) []any {
	out := make([]any, len(r.keys))
	for i := range r.keys {
		out[i] = r.keys[i].value(o)
	}
	return out
}
