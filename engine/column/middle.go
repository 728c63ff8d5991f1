package column

import (
	"math/bits"
	"sync"
)

const (
	// histogramBits is the width of one look at the keys.
	histogramBits = 13
	// collectFrom is the number of rows that are sorted rather than looked at more closely.
	collectFrom = 20_000
)

// middle finds positions by counting keys in ever narrower ranges, so that no rows are moved.
func (r *ranking) middle(set bitmap, from, total, at, n int) []uint32 {
	k := &r.keys[from]
	out := make([]uint32, 0, n)
	hist := histograms.Get().(*histogram)
	defer histograms.Put(hist)
	filled := -1
	for len(out) < n {
		lo, hi := uint64(1), ^uint64(0)
		if l, h := r.bounds(set, k); l <= h {
			lo, hi = l, h
		}
		first, count := 0, 0
		for {
			clear(hist[:])
			seen := r.histogram(set, k, lo, hi, max(0, bits.Len64(hi-lo)-histogramBits), hist)
			if r.gone() {
				return out
			}
			if filled < 0 {
				filled = seen
			}
			if at >= filled {
				break
			}
			bucket := 0
			for at >= first+hist[bucket].n {
				first += hist[bucket].n
				bucket++
			}
			count, lo, hi = hist[bucket].n, hist[bucket].lo, hist[bucket].hi
			if count <= collectFrom { // with those behind it that the page reaches into, or each would be another round
				for _, b := range hist[bucket+1:] {
					if count >= at-first+n-len(out) || count+b.n > collectFrom {
						break
					}
					if b.n > 0 {
						count, lo, hi = count+b.n, min(lo, b.lo), max(hi, b.hi)
					}
				}
			}
			if lo == hi || count <= collectFrom {
				break
			}
		}
		var got []uint32
		want := n - len(out)
		switch {
		case at >= filled:
			in := r.among(set, k, 0, 0)
			got = r.part(in, from+1, total-filled, at-filled, min(want, total-at))
		case count <= collectFrom:
			in := r.rowsAmong(set, k, lo, hi, count)
			if r.gone() {
				return out
			}
			r.sort(from, in)
			got = in[at-first:]
			got = got[:min(len(got), want)]
		default: // all of one key
			in := r.among(set, k, lo, lo)
			got = r.part(in, from+1, count, at-first, min(want, count-(at-first)))
		}
		if len(got) == 0 {
			break
		}
		out = append(out, got...)
		at += len(got)
	}
	return out
}

// bin counts the rows of a range of keys, and bounds the keys that it met.
type bin struct {
	n      int
	lo, hi uint64
}

type histogram [1 << histogramBits]bin

// histograms keeps them between questions.
var histograms = sync.Pool{New: func() any { return new(histogram) }}

func (b *bin) add(o bin) {
	switch {
	case o.n == 0:
	case b.n == 0:
		*b = o
	default:
		*b = bin{b.n + o.n, min(b.lo, o.lo), max(b.hi, o.hi)}
	}
}

// bounds are the least and greatest filled keys that the blocks of a set can have.
func (r *ranking) bounds(set bitmap, k *sorter) (lo, hi uint64) {
	lo = ^uint64(0)
	for b := range len(set) / blockWords {
		if l, h := k.zone(b); l <= h && some(set.block(b)) {
			lo, hi = min(lo, l), max(hi, h)
		}
	}
	return lo, hi
}

// halves does something with both halves of a set's blocks, on two cores where there are many.
func halves(set bitmap, f func(half, from, to int)) {
	n := len(set) / blockWords
	if n < parallelFrom {
		f(0, 0, n)
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() { f(1, n/2, n) })
	f(0, 0, n/2)
	wg.Wait()
}

// eachKey hands out the keys of some blocks' rows in a set, skipping blocks without keys in a range.
func (r *ranking) eachKey(set bitmap, k *sorter, from, to int, lo, hi uint64, f func(b int, m *mask, keys []uint64)) {
	var buf [blockRows]uint64
	for b := from; b < to; b++ {
		if r.gone() {
			return
		}
		if l, h := k.zone(b); lo > 0 && (l > hi || h < lo) {
			continue
		}
		if m := set.block(b); some(m) {
			f(b, m, k.keys(b, m, &buf))
		}
	}
}

// histogram counts the rows of a set by narrower ranges of their keys, and in all.
func (r *ranking) histogram(set bitmap, k *sorter, lo, hi uint64, shift int, all *histogram) int {
	other := histograms.Get().(*histogram)
	defer histograms.Put(other)
	var n [2]int
	halves(set, func(half, from, to int) {
		hist, seen := all, 0 // of its own: counters side by side would have both cores wait for each other
		if half == 1 {
			clear(other[:])
			hist = other
		}
		r.eachKey(set, k, from, to, lo, hi, func(_ int, m *mask, keys []uint64) {
			for w, x := range m {
				for ; x != 0; x &= x - 1 {
					key := keys[w*64+bits.TrailingZeros64(x)]
					if key-lo <= hi-lo {
						h := &hist[k.span(lo, hi, key)>>shift&(1<<histogramBits-1)]
						if h.n == 0 {
							h.lo, h.hi = key, key
						}
						h.n++
						h.lo, h.hi = min(h.lo, key), max(h.hi, key)
						seen++
					}
				}
			}
		})
		n[half] = seen
	})
	if n[1] > 0 {
		for i := range all {
			all[i].add(other[i])
		}
	}
	return n[0] + n[1]
}

// among is the part of a set whose keys lie in a range.
func (r *ranking) among(set bitmap, k *sorter, lo, hi uint64) bitmap {
	out := r.q.borrow(len(set) * 64)
	clear(out)
	halves(set, func(_, from, to int) {
		r.eachKey(set, k, from, to, lo, hi, func(b int, m *mask, keys []uint64) {
			o := out.block(b)
			for w, x := range m {
				for ; x != 0; x &= x - 1 {
					i := bits.TrailingZeros64(x)
					if keys[w*64+i]-lo <= hi-lo {
						o[w] |= 1 << i
					}
				}
			}
		})
	})
	return out
}

func (r *ranking) rowsAmong(set bitmap, k *sorter, lo, hi uint64, n int) []uint32 {
	var parts [2][]uint32
	halves(set, func(half, from, to int) {
		out := make([]uint32, 0, n)
		r.eachKey(set, k, from, to, lo, hi, func(b int, m *mask, keys []uint64) {
			for w, x := range m {
				for ; x != 0; x &= x - 1 {
					i := w*64 + bits.TrailingZeros64(x)
					if keys[i]-lo <= hi-lo {
						out = append(out, uint32(b*blockRows+i))
					}
				}
			}
		})
		parts[half] = out
	})
	return append(parts[0], parts[1]...)
}
