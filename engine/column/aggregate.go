package column

import (
	"cmp"
	"context"
	"math/big"
	"math/bits"
	"slices"
	"sync"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/query"
)

// tally is one measure of one group.
type tally struct {
	n        int64
	lo       uint64
	hi       int64 // hi and lo are a sum in 128 bits
	best     uint64
	row      uint32
	distinct map[uint64]struct{}
}

// measure feeds a tally with a row and reads the figure.
type measure struct {
	fn     query.Fn
	sorter sorter
	group  *grouping
	number func(key uint64) int64
	zero   uint64 // what a key is more than its number
}

func (q *asking) measure(t *table, m query.Measure) measure {
	x := measure{fn: m.Fn}
	switch m.Fn {
	case query.CountAll:
	case query.CountDistinct:
		x.group = q.grouping(t, m.Path)
	default:
		x.sorter = q.sorter(t, m.Path)
		if x.number = q.decoder(t, m.Path); x.number != nil {
			x.zero = uint64(x.number(0))
		}
	}
	return x
}

// decoder reads the numbers behind the keys of a path; nil if it does not lead to numbers.
func (q *asking) decoder(t *table, p query.Path) func(uint64) int64 {
	if len(p) > 1 {
		if u, _ := q.target(p[0]); u != nil {
			return q.decoder(u, p[1:])
		}
		return nil
	}
	if c, ok := t.cells[p[0].Index].(numeric); ok {
		return c.decode
	}
	return nil
}

func (m *measure) add(t *tally, o uint32) {
	if m.fn == query.CountAll {
		t.n++
		return
	}
	if m.group != nil {
		m.group.words(o, func(w uint64) {
			if w != 0 {
				if t.distinct == nil {
					t.distinct = map[uint64]struct{}{}
				}
				t.distinct[w] = struct{}{}
			}
		})
		return
	}
	key := m.sorter.key(o)
	if key == 0 {
		return
	}
	if m.fn == query.Sum || m.fn == query.Avg {
		if m.number != nil {
			t.sumUp(m.number(key))
		}
		return
	}
	t.n++
	switch m.fn {
	case query.Min:
		if t.n == 1 || key < t.best {
			t.best, t.row = key, o
		}
	case query.Max:
		if t.n == 1 || key > t.best {
			t.best, t.row = key, o
		}
	}
}

func (t *tally) sumUp(v int64) {
	var carry uint64
	t.n++
	t.lo, carry = bits.Add64(t.lo, uint64(v), 0)
	t.hi += v>>63 + int64(carry)
}

func (m *measure) figure(t *tally) any {
	switch m.fn {
	case query.CountAll:
		return t.n
	case query.CountDistinct:
		return int64(len(t.distinct))
	case query.Sum:
		return small(t.sum())
	}
	if t.n == 0 {
		return nil
	}
	if m.fn == query.Avg {
		return small(rounded(t.sum(), t.n))
	}
	return m.sorter.value(t.row)
}

func (t *tally) sum() *big.Int {
	x := new(big.Int).Lsh(big.NewInt(t.hi), 64)
	return x.Add(x, new(big.Int).SetUint64(t.lo))
}

// rounded divides, half away from zero.
func rounded(sum *big.Int, n int64) *big.Int {
	twice := new(big.Int).Lsh(new(big.Int).Abs(sum), 1)
	twice.Add(twice, big.NewInt(n))
	twice.Quo(twice, big.NewInt(2*n))
	if sum.Sign() < 0 {
		twice.Neg(twice)
	}
	return twice
}

func small(x *big.Int) any {
	if x.IsInt64() {
		return x.Int64()
	}
	return x
}

// bucket is one group: its words and its figures.
type bucket struct {
	words   []uint64
	tallies []tally
}

// buckets finds a group by its words: the words of each key are numbered, and pairs of numbers are numbered again.
type buckets struct {
	groups  []*grouping
	pairs   []map[[2]uint64]uint64
	list    []*bucket
	figures int
}

func (bs *buckets) each(o uint32, f func(*bucket)) {
	words := make([]uint64, 0, 4)
	var walk func(i int, node uint64)
	walk = func(i int, node uint64) {
		if i == len(bs.groups) {
			f(bs.list[node])
			return
		}
		bs.groups[i].words(o, func(w uint64) {
			words = append(words[:i], w)
			walk(i+1, bs.number(i, node, w, words))
		})
	}
	walk(0, 0)
}

func (bs *buckets) number(i int, node, w uint64, words []uint64) uint64 {
	key := [2]uint64{node, w}
	n, ok := bs.pairs[i][key]
	if ok {
		return n
	}
	n = uint64(len(bs.pairs[i]))
	if i == len(bs.groups)-1 {
		n = uint64(len(bs.list))
		bs.list = append(bs.list, &bucket{slices.Clone(words), make([]tally, bs.figures)})
	}
	bs.pairs[i][key] = n
	return n
}

// denseGroups is the number of possible groups up to which all of them are laid out side by side.
const denseGroups = 1 << 18

// sharedGroups is the number up to which each core has them for itself.
const sharedGroups = 1 << 14

// fill adds all rows of a set.
func (bs *buckets) fill(q *asking, set bitmap, measures []measure) error {
	product, single := 1, true
	for _, g := range bs.groups {
		single = single && g.one != nil
		product *= min(max(g.size, 0), denseSize)
		if product > denseGroups {
			product = 0
		}
	}
	if single && product > 0 {
		return bs.fillDense(q, set, measures, product)
	}
	return q.blocks(set, func(b int, m *mask) {
		eachRow(b, m, func(o uint32) {
			bs.each(o, func(x *bucket) {
				for i := range measures {
					measures[i].add(&x.tallies[i], o)
				}
			})
		})
	})
}

// dense are the figures of all possible groups side by side: how many rows each has, and the tallies of each measure.
type dense struct {
	rows    []uint32
	tallies []tally
}

// fillDense is fill where all groups together have few possible places: a group is found by one access. Two cores share
// the work where it is large.
func (bs *buckets) fillDense(q *asking, set bitmap, measures []measure, product int) error {
	blocks := len(set) / blockWords
	part := func(from, to int) (*dense, error) {
		d := &dense{make([]uint32, product), make([]tally, product*len(measures))}
		var place [blockRows]uint32
		var buf [blockRows]uint64
		for b := from; b < to; b++ {
			if err := q.ctx.Err(); err != nil {
				return nil, err
			}
			if m := set.block(b); some(m) {
				bs.places(b, m, &place, &buf)
				d.add(b, m, &place, &buf, measures)
			}
		}
		return d, nil
	}
	if blocks < parallelFrom || product > sharedGroups {
		d, err := part(0, blocks)
		bs.collect(d, measures)
		return err
	}
	var first *dense
	var wg sync.WaitGroup
	wg.Go(func() { first, _ = part(0, blocks/2) })
	d, err := part(blocks/2, blocks)
	wg.Wait()
	if err != nil || first == nil {
		return q.ctx.Err()
	}
	for i, n := range first.rows {
		if n > 0 {
			d.rows[i] += n
			for j := range measures {
				at := i*len(measures) + j
				d.tallies[at].merge(&first.tallies[at], measures[j].fn)
			}
		}
	}
	bs.collect(d, measures)
	return nil
}

// places finds the group of each of a block's rows.
func (bs *buckets) places(b int, m *mask, place *[blockRows]uint32, buf *[blockRows]uint64) {
	clear(place[:])
	for _, g := range bs.groups {
		words, size, low := g.block(b, m, buf), uint32(g.size), g.low
		for w, x := range m {
			for ; x != 0; x &= x - 1 {
				i := w*64 + bits.TrailingZeros64(x)
				at := words[i]
				if at != 0 {
					at -= low
				}
				place[i] = place[i]*size + uint32(at)
			}
		}
	}
}

func (d *dense) add(b int, m *mask, place *[blockRows]uint32, buf *[blockRows]uint64, measures []measure) {
	eachRow(0, m, func(i uint32) { d.rows[place[i]]++ })
	n := len(measures)
	for j := range measures {
		ms := &measures[j]
		switch {
		case ms.fn == query.CountAll: // rows tells
		case ms.number == nil || ms.fn != query.Sum && ms.fn != query.Avg:
			eachRow(0, m, func(i uint32) { ms.add(&d.tallies[int(place[i])*n+j], uint32(b*blockRows)+i) })
		default:
			keys := ms.sorter.keys(b, m, buf)
			for w, x := range m {
				for ; x != 0; x &= x - 1 {
					i := w*64 + bits.TrailingZeros64(x)
					if key := keys[i]; key != 0 {
						d.tallies[int(place[i])*n+j].sumUp(int64(key + ms.zero))
					}
				}
			}
		}
	}
}

// merge adds another tally of the same group, whose rows come before.
func (t *tally) merge(o *tally, fn query.Fn) {
	var carry uint64
	if o.n > 0 && (t.n == 0 || fn == query.Min && o.best <= t.best || fn == query.Max && o.best >= t.best) {
		t.best, t.row = o.best, o.row
	}
	t.n += o.n
	t.lo, carry = bits.Add64(t.lo, o.lo, 0)
	t.hi += o.hi + int64(carry)
	if t.distinct == nil {
		t.distinct = o.distinct
		return
	}
	for w := range o.distinct {
		t.distinct[w] = struct{}{}
	}
}

// collect makes the groups that have rows.
func (bs *buckets) collect(d *dense, measures []measure) {
	if d == nil {
		return
	}
	n := len(measures)
	for at, rows := range d.rows {
		if rows == 0 {
			continue
		}
		b := &bucket{make([]uint64, len(bs.groups)), d.tallies[at*n : at*n+n]}
		for i, rest := len(bs.groups)-1, uint64(at); i >= 0; i-- {
			g := bs.groups[i]
			if word := rest % uint64(g.size); word != 0 {
				b.words[i] = word + g.low
			}
			rest /= uint64(g.size)
		}
		for j := range measures {
			if measures[j].fn == query.CountAll {
				b.tallies[j].n = int64(rows)
			}
		}
		if len(bs.groups) == 0 {
			bs.list = bs.list[:0]
		}
		bs.list = append(bs.list, b)
	}
}

// Aggregate answers figures by group within the asker's rights.
func (s *Store) Aggregate(ctx context.Context, g *query.Aggregate, a *access.Actor) ([]query.Row, error) {
	q, t, err := s.begin(ctx, a, g.Object, func(w wish) {
		s.wishExpr(w, a, g.Object, g.Filter)
		for _, x := range g.Groups {
			s.wishPath(w, a, g.Object, x.Path, false)
		}
		for _, m := range g.Measures {
			if m.Path != nil {
				s.wishPath(w, a, g.Object, m.Path, true)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	defer q.end()
	set, _, err := q.find(t, g.Filter, g.Deleted)
	if err != nil {
		return nil, err
	}
	bs := &buckets{figures: len(g.Measures)}
	for _, x := range g.Groups {
		in := q.grouping(t, x.Path)
		if x.By != "" {
			in = q.spans(in, x, g.Zone)
		}
		bs.groups = append(bs.groups, in)
		bs.pairs = append(bs.pairs, map[[2]uint64]uint64{})
	}
	if len(bs.groups) == 0 {
		bs.list = []*bucket{{nil, make([]tally, bs.figures)}}
	}
	var measures []measure
	for _, m := range g.Measures {
		measures = append(measures, q.measure(t, m))
	}
	if err := bs.fill(q, set, measures); err != nil {
		return nil, err
	}
	return bs.rows(g, measures), nil
}

// rows sorts the groups and writes them out.
func (bs *buckets) rows(g *query.Aggregate, measures []measure) []query.Row {
	figures := make(map[*bucket][]any, len(bs.list))
	for _, b := range bs.list {
		f := make([]any, len(measures))
		for i := range measures {
			f[i] = measures[i].figure(&b.tallies[i])
		}
		figures[b] = f
	}
	slices.SortFunc(bs.list, func(a, b *bucket) int {
		for _, col := range g.Order {
			i, sign := max(col, -col)-1, 1
			if col < 0 {
				sign = -1
			}
			c := 0
			switch {
			case i < len(bs.groups):
				x, y := a.words[i], b.words[i]
				if c = bs.groups[i].compare(x, y); x == 0 || y == 0 {
					sign = 1
				}
			case i-len(bs.groups) < len(measures):
				x, y := figures[a][i-len(bs.groups)], figures[b][i-len(bs.groups)]
				if c = compareFigures(x, y); x == nil || y == nil {
					sign = 1
				}
			}
			if c != 0 {
				return sign * c
			}
		}
		for i, in := range bs.groups {
			if c := in.compare(a.words[i], b.words[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	var out []query.Row
	for _, b := range bs.list {
		if g.Limit > 0 && len(out) == g.Limit {
			break
		}
		keys := make([]any, len(bs.groups))
		for i, in := range bs.groups {
			keys[i] = in.show(b.words[i])
		}
		out = append(out, query.Row{Keys: keys, Figures: figures[b]})
	}
	return out
}

// compareFigures orders numbers and texts, nothing last.
func compareFigures(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	if s, ok := a.(string); ok {
		t, _ := b.(string)
		return cmp.Compare(s, t)
	}
	return wide(a).Cmp(wide(b))
}

func wide(v any) *big.Int {
	switch x := v.(type) {
	case int64:
		return big.NewInt(x)
	case *big.Int:
		return x
	}
	return new(big.Int)
}

// spans groups dates and times by the first day of the span in which they lie.
func (q *asking) spans(in *grouping, g query.Group, zone *time.Location) *grouping {
	if zone == nil {
		zone = time.UTC
	}
	const quarter = int64(15 * time.Minute / time.Microsecond)
	day := g.Path.Field().Kind == object.KindDate
	memo := map[int64]uint64{}
	cut := func(w uint64) uint64 {
		if w == 0 {
			return 0
		}
		v, _ := in.value(w).(int64)
		slot := v
		if !day {
			slot = floorDiv(v, quarter) // every zone's offset is a multiple of it
		}
		if out, ok := memo[slot]; ok {
			return out
		}
		at := time.Unix(0, 0).UTC().AddDate(0, 0, int(v))
		if !day {
			at = time.UnixMicro(v).In(zone)
		}
		out := uint64(firstDay(at, g.By)) + 1<<63
		memo[slot] = out
		return out
	}
	out := &grouping{value: func(w uint64) any { return int64(w - 1<<63) }}
	if in.one != nil {
		out.one = func(o uint32) uint64 { return cut(in.one(o)) }
	} else {
		out.each = func(o uint32, f func(w uint64)) {
			var had []uint64
			in.each(o, func(w uint64) {
				if w = cut(w); !slices.Contains(had, w) {
					had = append(had, w)
					f(w)
				}
			})
		}
	}
	return out
}

func floorDiv(a, b int64) int64 {
	d := a / b
	if a%b < 0 {
		d--
	}
	return d
}

// firstDay is the first day of the span around a time, as days since 1970.
func firstDay(t time.Time, by string) int64 {
	y, m, d := t.Date()
	switch by {
	case "week":
		d -= (int(t.Weekday()) + 6) % 7
	case "month":
		d = 1
	case "quarter":
		m, d = (m-1)/3*3+1, 1
	case "year":
		m, d = 1, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400
}
