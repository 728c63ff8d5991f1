package arena

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"
)

// Hits collects the records of one object that answer a question, each with its best rank over all arenas asked. It is
// for one goroutine; Merge joins what several have found.
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
	for n >= len(h.pages) {
		h.pages = append(h.pages, [ranks]*page{})
	}
	p := h.pages[n][rank]
	if p == nil {
		p = pagePool.Get().(*page)
		h.pages[n][rank] = p
	}
	return p
}

// Merge adds what another has found.
func (h *Hits) Merge(other *Hits) {
	for n, list := range other.pages {
		for rank, from := range list {
			if from == nil {
				continue
			}
			to := h.page(n, Rank(rank))
			for i, word := range from {
				to[i] |= word
			}
		}
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
		h.each(rank, func(ord uint32) { visit(ord, rank) })
	}
}

// each visits the records of one rank, the highest ordinal first.
func (h *Hits) each(rank Rank, visit func(ord uint32)) {
	for n := len(h.pages) - 1; n >= 0; n-- {
		if h.pages[n][rank] == nil {
			continue
		}
		for i := pageWords - 1; i >= 0; i-- {
			for w := h.word(n, rank, i); w != 0; {
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
	Created int64
}

// Compare orders an answer: the better rank, then the newer, then the object's place in the catalog, then the record.
func Compare(a, b Hit) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(b.Created, a.Created), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Ord, b.Ord))
}

// Top gives the first k records of an answer in order. A rank is only looked through if the better ones leave room.
func (h *Hits) Top(k, object int, created func(ord uint32) int64) []Hit {
	var out []Hit
	for rank := Exact; rank < ranks && len(out) < k; rank++ {
		sure := len(out)
		h.each(rank, func(ord uint32) {
			hit := Hit{object, ord, rank, created(ord)}
			if len(out) == k {
				if Compare(hit, out[k-1]) >= 0 {
					return
				}
				out = out[:k-1]
			}
			at, _ := slices.BinarySearchFunc(out[sure:], hit, Compare)
			out = slices.Insert(out, sure+at, hit)
		})
	}
	return out
}

// First joins the answers of several objects and gives the first k.
func First(k int, answers ...[]Hit) []Hit {
	all := slices.Concat(answers...)
	slices.SortFunc(all, Compare)
	return all[:min(k, len(all))]
}
