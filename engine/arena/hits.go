package arena

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"
)

// Hits collects the records of one object that answer a question, each with its best rank over all arenas asked. It is
// for one goroutine, except that several may fill different pages.
type Hits struct {
	pages [][ranks]*page
}

// page is a bitmap of 65,536 ordinals.
type page [pageWords]uint64

const pageWords = 1 << 10

var pagePool = sync.Pool{New: func() any { return new(page) }}

// Add notes a record.
func (h *Hits) Add(ord uint32, rank Rank) {
	h.page(int(ord>>16), rank)[ord>>6%pageWords] |= 1 << (ord & 63)
}

func (h *Hits) page(n int, rank Rank) *page {
	h.reach(n + 1)
	p := h.pages[n][rank]
	if p == nil {
		p = pagePool.Get().(*page)
		h.pages[n][rank] = p
	}
	return p
}

// reach makes room for a number of pages, so that each can be filled by a goroutine of its own.
func (h *Hits) reach(pages int) {
	for len(h.pages) < pages {
		h.pages = append(h.pages, [ranks]*page{})
	}
}

// addWord notes those of 64 ordinals side by side whose bits are set.
func (h *Hits) addWord(n, i int, rank Rank, bits uint64) {
	if bits != 0 {
		h.page(n, rank)[i] |= bits
	}
}

// word gives 64 ordinals of a page whose best rank is this.
func (h *Hits) word(n int, rank Rank, i int) uint64 {
	p := h.pages[n][rank]
	if p == nil {
		return 0
	}
	w := p[i]
	for better := Exact; better < rank; better++ {
		if b := h.pages[n][better]; b != nil {
			w &^= b[i]
		}
	}
	return w
}

// Total is the number of records found.
func (h *Hits) Total() int {
	total := 0
	for n := range h.pages {
		for i := range pageWords {
			all := uint64(0)
			for _, p := range h.pages[n] {
				if p != nil {
					all |= p[i]
				}
			}
			total += bits.OnesCount64(all)
		}
	}
	return total
}

// Each visits all records found, with their ranks, in no promised order.
func (h *Hits) Each(visit func(ord uint32, rank Rank)) {
	for rank := Exact; rank < ranks; rank++ {
		h.each(rank, func(uint32) bool { return true }, func(ord uint32) { visit(ord, rank) })
	}
}

// each visits the records of one rank, the highest ordinal first; of 64 side by side only if the first one is worth it.
func (h *Hits) each(rank Rank, worth func(ord uint32) bool, visit func(ord uint32)) {
	for n := len(h.pages) - 1; n >= 0; n-- {
		if h.pages[n][rank] == nil {
			continue
		}
		for i := pageWords - 1; i >= 0; i-- {
			w := h.word(n, rank, i)
			if w == 0 || !worth(uint32(n<<16|i<<6)) {
				continue
			}
			for w != 0 {
				bit := bits.Len64(w) - 1
				w &^= 1 << bit
				visit(uint32(n<<16 | i<<6 | bit))
			}
		}
	}
}

// Release gives the memory back; the hits are empty after it.
func (h *Hits) Release() {
	for _, list := range h.pages {
		for _, p := range list {
			if p != nil {
				*p = page{}
				pagePool.Put(p)
			}
		}
	}
	h.pages = h.pages[:0]
}

// Hit is a record in an answer.
type Hit struct {
	Object  int // its object's place in the catalog
	Ord     uint32
	Rank    Rank
	Created uint64 // as Ages has it
}

// Compare orders an answer: the better rank, then the newer, then the object's place in the catalog, then the record.
func Compare(a, b Hit) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(b.Created, a.Created), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Ord, b.Ord))
}

// Ages says how new records are: Of each a number that is greater for the newer, and of every Block of them one that
// none of them exceeds. A record beyond the end is as old as can be.
type Ages struct {
	Of    []uint64
	Most  []uint64
	Block int // a multiple of 64 that divides 65,536
}

func (a Ages) of(ord uint32) uint64 {
	if int(ord) < len(a.Of) {
		return a.Of[ord]
	}
	return 0
}

// most is what none of the 64 records around one exceeds.
func (a Ages) most(ord uint32) uint64 {
	if b := int(ord) / a.Block; b < len(a.Most) {
		return a.Most[b]
	}
	return 0
}

// First joins the first k records of other objects, which are in order, with those that were found of one object. A rank
// is only looked through while the better ones leave room, and a record only where it may be new enough.
func (h *Hits) First(k int, others []Hit, object int, ages Ages) []Hit {
	out := slices.Clone(others)
	for rank := Exact; rank < ranks && k > 0; rank++ {
		if len(out) >= k && out[k-1].Rank < rank {
			break
		}
		least := uint64(0) // of an age that is of use
		full := func() {
			if least = 0; len(out) >= k && out[k-1].Rank == rank {
				least = out[k-1].Created
			}
		}
		full()
		h.each(rank, func(ord uint32) bool { return ages.most(ord) >= least }, func(ord uint32) {
			created := ages.of(ord)
			if created < least {
				return
			}
			hit := Hit{object, ord, rank, created}
			at, _ := slices.BinarySearchFunc(out, hit, Compare)
			if out = slices.Insert(out, at, hit); len(out) > k {
				out = out[:k]
			}
			full()
		})
	}
	return out
}
