package column

import (
	"slices"
	"sort"
	"sync"
)

// order is the filled rows of a column in the order of their keys, kept between questions: whoever sorts by what a link
// leads to counts the rows of each target and walks over the targets, instead of looking up a key for each row. Rows that
// changed are put in their new places by the next question.
type order struct {
	mu    sync.Mutex // one question at a time: rows may have to be moved
	by    keyed
	rows  []uint32
	keyed bitmap   // the same as a set
	late  []uint32 // changed since
	moved bitmap   // the same as a set
}

// lateShare is the part of the rows, one in so many, from which on all are sorted again.
const lateShare = 8

// order answers the order of a column of links' targets; nil where the column has none of its own.
func (q *asking) order(u *table, by keyed) *order {
	switch by.(type) {
	case constant, via, *flat:
		return nil
	}
	s := q.s
	s.orderMu.Lock()
	defer s.orderMu.Unlock()
	r := u.orders[by]
	if r == nil {
		if u.orders == nil {
			u.orders = map[keyed]*order{}
		}
		r = &order{by: by}
		u.orders[by] = r
	}
	return r
}

// touch notes that a row changed; the store's lock is held.
func (r *order) touch(o uint32) {
	if r.rows == nil {
		return
	}
	if r.moved = r.moved.grown(int(o) + 1); r.moved.has(o) {
		return
	}
	r.moved.put(o, true)
	if r.late = append(r.late, o); len(r.late)*lateShare > len(r.rows)+1024 {
		*r = order{by: r.by}
	}
}

// fresh brings the order up to the present state. Its lock is held.
func (r *order) fresh(rows int) {
	if r.rows == nil {
		r.sort(rows)
		return
	}
	if len(r.late) == 0 {
		return
	}
	kept := r.rows[:0]
	for _, o := range r.rows {
		if !r.moved.has(o) {
			kept = append(kept, o)
		}
	}
	late := slices.DeleteFunc(r.late, func(o uint32) bool {
		r.moved.put(o, false)
		has := r.by.key(o) != 0
		r.keyed = r.keyed.grown(int(o) + 1)
		r.keyed.put(o, has)
		return !has
	})
	slices.SortFunc(late, func(a, b uint32) int { return r.compare(a, b) })
	n := len(kept)
	r.rows = slices.Grow(kept, len(late))[:n+len(late)]
	for i := len(late) - 1; i >= 0; i-- { // from the end, so that each row is moved once
		at := sort.Search(n, func(k int) bool { return r.compare(r.rows[k], late[i]) > 0 })
		copy(r.rows[at+i+1:n+i+1], r.rows[at:n])
		r.rows[at+i], n = late[i], at
	}
	r.late = r.late[:0]
}

func (r *order) compare(a, b uint32) int {
	x, y := r.by.key(a), r.by.key(b)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return int(a) - int(b)
}

// sort puts all filled rows in order, by one byte of their keys after the other.
func (r *order) sort(rows int) {
	type pair struct {
		key uint64
		row uint32
	}
	all := make([]pair, 0, max(rows, 0))
	var union uint64
	for o := range rows {
		if k := r.by.key(uint32(o)); k != 0 {
			all = append(all, pair{k, uint32(o)})
		}
	}
	for _, p := range all {
		union |= p.key ^ all[0].key
	}
	other := make([]pair, len(all))
	for shift := 0; shift < 64; shift += 8 {
		if union>>shift&255 == 0 {
			continue
		}
		var from [257]int
		for _, p := range all {
			from[p.key>>shift&255+1]++
		}
		for i := 1; i < len(from); i++ {
			from[i] += from[i-1]
		}
		for _, p := range all {
			b := p.key >> shift & 255
			other[from[b]] = p
			from[b]++
		}
		all, other = other, all
	}
	r.rows, r.keyed = make([]uint32, len(all)), bitmap(nil).grown(rows)
	for i, p := range all {
		r.rows[i] = p.row
		r.keyed.put(p.row, true)
	}
	r.late, r.moved = nil, bitmap(nil).grown(rows)
}

// byTargetFrom is the number of rows from which the targets are walked over.
const byTargetFrom = 50_000

// byTarget is part where the key is one of the link's target.
func (r *ranking) byTarget(v via, set bitmap, from, total, at, n int) []uint32 {
	counts, err := v.q.counted(set, v.link.above(), v.link.counter(0))
	if err != nil {
		return nil
	}
	var out []uint32
	for len(out) < n && at < total {
		want := min(n-len(out), total-at)
		x := v.window(counts, r.keys[from].desc, at, want)
		var got []uint32
		switch {
		case at >= x.filled:
			rest := v.naming(set, x.targets)
			for w := range rest {
				rest[w] = set[w] &^ rest[w]
			}
			got = r.part(rest, from+1, total-x.filled, at-x.filled, want)
		case x.rows > collectFrom: // all of one key
			got = r.part(v.naming(set, x.targets), from+1, x.rows, at-x.begin, min(want, x.begin+x.rows-at))
		default:
			in := v.gather(set, x.targets, x.rows)
			r.sort(from, in)
			in = slices.Compact(in)
			got = in[min(at-x.begin, len(in)):]
			got = got[:min(len(got), want)]
		}
		if len(got) == 0 {
			break
		}
		out = append(out, got...)
		at += len(got)
	}
	return out
}

// window is the targets among whose rows a page lies: how many rows come before theirs, how many they have, and how many
// rows in all have a key. Behind those, it is all targets that have a key.
type window struct {
	targets             bitmap
	begin, rows, filled int
}

func (v via) window(counts []uint32, desc bool, at, n int) window {
	v.order.mu.Lock()
	defer v.order.mu.Unlock()
	v.order.fresh(len(v.seen) * 64)
	rows, last := v.order.rows, len(v.order.rows)-1
	x := window{targets: bitmap(nil).grown(len(counts))}
	for t := range counts { // those that are not seen or have no key count for nothing
		counts[t] &= -uint32(v.seen.bit(uint32(t)) & v.order.keyed.bit(uint32(t)))
		x.filled += int(counts[t])
	}
	if at >= x.filled {
		for w := range min(len(x.targets), len(v.seen), len(v.order.keyed)) {
			x.targets[w] = v.seen[w] & v.order.keyed[w]
		}
		return x
	}
	target := func(i int) uint32 {
		if desc {
			return rows[last-i]
		}
		return rows[i]
	}
	has := func(t uint32) int {
		if int(t) < len(counts) {
			return int(counts[t])
		}
		return 0
	}
	first, begin := v.order.reach(counts, desc, at, x.filled)
	x.begin = begin
	for key := v.to.key(target(first)); first > 0 && v.to.key(target(first-1)) == key; first-- {
		x.begin -= has(target(first - 1))
	}
	for i := first; i < len(rows) && x.begin+x.rows < at+n; {
		key, group, end := v.to.key(target(i)), 0, i
		for ; end < len(rows) && v.to.key(target(end)) == key; end++ {
			group += has(target(end))
		}
		if x.rows > 0 && x.rows+group > collectFrom {
			break
		}
		for ; i < end; i++ {
			if t := target(i); has(t) > 0 {
				x.targets.put(t, true)
			}
		}
		x.rows += group
	}
	return x
}

// reach walks to the target among whose rows a position is, from the end that is nearer, and answers its place in the
// direction of the sort and how many rows come before its own.
func (r *order) reach(counts []uint32, desc bool, at, filled int) (place, begin int) {
	rows := r.rows
	if desc {
		place, begin = r.reach(counts, false, filled-1-at, filled)
		end := begin
		if t := rows[place]; int(t) < len(counts) {
			end += int(counts[t])
		}
		return len(rows) - 1 - place, filled - end
	}
	count := func(t uint32) int {
		if int(t) < len(counts) {
			return int(counts[t])
		}
		return 0
	}
	if at < filled/2 {
		for i, t := range rows {
			c := count(t)
			if begin+c > at {
				return i, begin
			}
			begin += c
		}
	}
	begin = filled
	for i := len(rows) - 1; i >= 0; i-- {
		if begin -= count(rows[i]); begin <= at {
			return i, begin
		}
	}
	return 0, 0
}

// gather is naming for few rows; some may come twice.
func (v via) gather(set, targets bitmap, n int) []uint32 {
	out := make([]uint32, 0, n)
	back := v.q.s.back(v.link, 0)
	targets.each(func(t uint32) {
		back.each(t, func(o uint32) {
			if set.has(o) && v.link.at(o) == t {
				out = append(out, o)
			}
		})
	})
	return out
}

// naming is the part of a set whose rows name one of some targets.
func (v via) naming(set, targets bitmap) bitmap {
	out := v.q.borrow(len(set) * 64)
	_, _ = v.q.run(len(set)*64, func(b int, m *mask) { *m = *set.block(b) }, member(&v.link.num, targets), out) // the question itself says that it was given up
	return out
}
