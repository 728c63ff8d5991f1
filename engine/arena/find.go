package arena

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"

	"youpeng/platform/hanzi"
)

// Ask says for whom an arena is asked.
type Ask struct {
	Visible   []uint64 // a bit for each ordinal that may be found, none beyond its end; nil: everything
	Few       []uint32 // the same ordinals, if they are so few that looking at each may be less than a scan
	WholeOnly bool     // a masked field answers only its whole value
}

const (
	// apart is the number of chunks, or of pages of ordinals, from which a second core pays.
	apart = 8
	// fewer is how many values are scanned in the time in which one is looked at.
	fewer = 16
)

// Find adds every record with a matching value to hits. It looks at the context once a chunk and ends with its error.
func (a *Arena) Find(ctx context.Context, q *Query, ask Ask, hits *Hits) error {
	switch {
	case !q.Looks(a.class):
		return nil
	case ask.Few != nil && (a.class == Digits || len(ask.Few)*fewer < a.pool.living):
		a.FindIn(q, ask.Few, ask.WholeOnly, hits)
		return ctx.Err()
	case a.class == Digits:
		return a.findNumbers(ctx, q, ask, hits)
	}
	s := newScan(a, q, ask)
	if err := inHalves(len(a.pool.chunks), func(from, to int) error { return s.chunks(ctx, from, to) }); err != nil {
		return err
	}
	if s.gather(); len(s.some) == 0 {
		return nil
	}
	hits.reach(len(a.codes.pages))
	return inHalves(len(a.codes.pages), func(from, to int) error {
		for n := from; n < to; n++ {
			s.page(n, hits)
		}
		return ctx.Err()
	})
}

// inHalves does parts of a work on two cores if there are enough of them.
func inHalves(parts int, work func(from, to int) error) error {
	if parts < apart {
		return work(0, parts)
	}
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() { failed = work(parts/2, parts) })
	err := work(0, parts/2)
	wg.Wait()
	if err == nil {
		err = failed
	}
	return err
}

// FindIn is Find among a few records, without a scan; whether they are visible is the caller's to know.
func (a *Arena) FindIn(q *Query, ords []uint32, wholeOnly bool, hits *Hits) {
	if !q.Looks(a.class) {
		return
	}
	for _, ord := range ords {
		best := ranks
		for _, code := range a.codes.of(ord) {
			text, core := a.pool.entry(code)
			best = min(best, q.rank(a.class, text, int(core), wholeOnly))
		}
		best = min(best, a.rankNumbers(q, ord, wholeOnly))
		if best < ranks {
			hits.Add(ord, best)
		}
	}
}

// rankNumbers judges the phones of a record.
func (a *Arena) rankNumbers(q *Query, ord uint32, wholeOnly bool) Rank {
	best := ranks
	if a.class != Digits {
		return best
	}
	if len(q.sought.each) > 0 {
		for _, x := range a.numbers.of(ord) {
			best = min(best, q.sought.rank(x))
		}
	}
	for _, text := range a.long[ord] {
		best = min(best, q.rank(Digits, text, coreOf(text), false))
	}
	if wholeOnly && best != Exact {
		return ranks
	}
	return best
}

func coreOf(digits []byte) int {
	if isChinese(string(digits)) {
		return len(countryCode)
	}
	return 0
}

// findNumbers compares every visible phone.
func (a *Arena) findNumbers(ctx context.Context, q *Query, ask Ask, hits *Hits) error {
	for ord := range a.long {
		if ask.sees(ord) {
			a.FindIn(q, []uint32{ord}, ask.WholeOnly, hits)
		}
	}
	if len(q.sought.each) == 0 {
		return ctx.Err()
	}
	hits.reach(len(a.numbers.pages))
	return inHalves(len(a.numbers.pages), func(from, to int) error {
		for n := from; n < to; n++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			a.findOnPage(n, q, ask, hits)
		}
		return nil
	})
}

func (a *Arena) findOnPage(n int, q *Query, ask Ask, hits *Hits) {
	page := a.numbers.pages[n]
	if page == nil {
		return
	}
	sought := q.sought
	for i := range pageWords {
		found := [ranks + 1]uint64{}
		for w := ask.word(n, i); w != 0; w &= w - 1 {
			bit := bits.TrailingZeros64(w) & 63
			switch x := page[i<<6|bit]; {
			case x >= several[uint64]():
				rank := ranks
				for _, y := range a.numbers.run(x) {
					rank = min(rank, sought.rank(y))
				}
				found[rank] |= 1 << bit
			case sought.holds(x):
				found[sought.rank(x)] |= 1 << bit
			}
		}
		for rank := Exact; rank < ranks && (rank == Exact || !ask.WholeOnly); rank++ {
			hits.addWord(n, i, rank, found[rank])
		}
	}
}

// word is which of 64 ordinals of a page may be found.
func (k *Ask) word(n, i int) uint64 {
	if k.Visible == nil {
		return ^uint64(0)
	}
	if w := n*pageWords + i; w < len(k.Visible) {
		return k.Visible[w]
	}
	return 0
}

func (k *Ask) sees(ord uint32) bool {
	return k.word(int(ord/pageRows), int(ord%pageRows)>>6)>>(ord&63)&1 != 0
}

// scan is one question on its way through the texts of an arena. It first marks the texts that answer, by rank a bit for
// each code, then the records that have them.
type scan struct {
	a      *Arena
	q      *Query
	ask    Ask
	marked [ranks][]uint64
	some   []Rank   // that any text has
	any    []uint64 // the marks of all ranks
}

func newScan(a *Arena, q *Query, ask Ask) *scan {
	s := &scan{a: a, q: q, ask: ask}
	for rank := range s.marked {
		s.marked[rank] = make([]uint64, (len(a.pool.chunks)+1)*chunkValues/64)
	}
	return s
}

// chunks marks the texts of some chunks.
func (s *scan) chunks(ctx context.Context, from, to int) error {
	p, q := &s.a.pool, s.q
	form := q.forms[p.class]
	text := p.class != Name || q.plain || s.ask.WholeOnly
	pinyin := p.class == Name && q.pattern != nil && !s.ask.WholeOnly
	formRare, anchorRare := p.rarest(form), p.rarest(q.anchor)
	for number := from; number < to; number++ {
		if p.chunks[number] == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		at := within{s, p.chunks[number], codeOf(number, 0)}
		if text {
			at.literal(form, formRare)
		}
		switch {
		case pinyin && len(q.anchor) > 0:
			at.anchored(anchorRare)
		case pinyin:
			at.pinyin()
		}
	}
	return nil
}

// gather makes of the marks what page reads: the ranks that any text has, and the texts that have any.
func (s *scan) gather() {
	for rank, marked := range s.marked {
		if !slices.ContainsFunc(marked, func(w uint64) bool { return w != 0 }) {
			continue
		}
		s.some = append(s.some, Rank(rank))
		if s.any == nil {
			s.any = marked
			continue
		}
		all := slices.Clone(s.any)
		for i, w := range marked {
			all[i] |= w
		}
		s.any = all
	}
}

// page notes the visible records of a page that have a marked text, each by its best one.
func (s *scan) page(n int, hits *Hits) {
	page := s.a.codes.pages[n]
	if page == nil {
		return
	}
	last := len(s.some) - 1
	for i := range pageWords {
		w := s.ask.word(n, i)
		if w == 0 {
			continue
		}
		codes := (*[64]uint32)(page[i<<6:])
		w = s.having(s.any, codes, w)
		for _, rank := range s.some[:last] {
			better := s.having(s.marked[rank], codes, w)
			hits.addWord(n, i, rank, better)
			w &^= better
		}
		hits.addWord(n, i, s.some[last], w)
	}
}

// having keeps those of 64 records that have a marked text.
func (s *scan) having(marked []uint64, codes *[64]uint32, among uint64) (found uint64) {
	if bits.OnesCount64(among) < 20 {
		for w := among; w != 0; w &= w - 1 {
			i := bits.TrailingZeros64(w) & 63
			found |= s.one(marked, codes[i]) << i
		}
		return found
	}
	for i, code := range codes {
		if w := int(code >> 6); w < len(marked) {
			found |= marked[w] >> (code & 63) & 1 << (i & 63)
		} else {
			found |= s.one(marked, code) << (i & 63)
		}
	}
	return found & among
}

// one is 1 if a record's text is marked, or one of several.
func (s *scan) one(marked []uint64, code uint32) (found uint64) {
	if w := int(code >> 6); w < len(marked) {
		return marked[w] >> (code & 63) & 1
	}
	for _, code := range s.a.codes.run(code) {
		found |= marked[code>>6] >> (code & 63) & 1
	}
	return found
}

// within is a scan in one chunk, whose values' codes begin at first.
type within struct {
	*scan
	c     *chunk
	first uint32
}

// literal looks for the question's text by its rarest byte. Once a value answers, the scan goes on behind it.
func (s within) literal(form []byte, rare int) {
	c, width, value := s.c, s.a.pool.width, 0
	for p := rare; p < len(c.text); {
		i := bytes.IndexByte(c.text[p:], form[rare])
		if i < 0 {
			return
		}
		first := p + i - rare
		p += i + 1
		if first&(width-1) != 0 || !bytes.HasPrefix(c.text[first:], form) {
			continue
		}
		value = c.valueAt(value, first/width)
		start, end := c.start(value)*width, int(c.ends[value])*width
		if first+len(form) > end {
			continue
		}
		p = end + rare
		s.mark(value, s.q.literalRank(s.a.class, c.text[start:end], int(c.core(value)), first-start))
	}
}

// anchored looks for the characters beyond ASCII of a mixed question, and judges the values in which they stand.
func (s within) anchored(rare int) {
	c, anchor, value := s.c, s.q.anchor, 0
	for p := rare; p < len(c.text); {
		i := bytes.IndexByte(c.text[p:], anchor[rare])
		if i < 0 {
			return
		}
		first := p + i - rare
		p += i + 1
		if first&1 != 0 || !bytes.HasPrefix(c.text[first:], anchor) {
			continue
		}
		value = c.valueAt(value, first/2)
		start, end := c.start(value)*2, int(c.ends[value])*2
		p = end + rare
		s.mark(value, s.q.patternRank(c.text[start:end], int(c.core(value))))
	}
}

// pinyin sieves the characters two by two and looks closer where something is left.
func (s within) pinyin() {
	c, sieve, text, value := s.c, s.q.sieve(), s.c.text, 0
	if len(text) == 0 {
		return
	}
	here := sieve[binary.LittleEndian.Uint16(text)]
	for p := 0; p < len(text); p += 2 {
		for p+10 <= len(text) { // four places at once, as long as nothing is left at any
			four := binary.LittleEndian.Uint64(text[p+2:])
			w, x, y, z := sieve[uint16(four)], sieve[uint16(four>>16)], sieve[uint16(four>>32)], sieve[uint16(four>>48)]
			if here&(w>>8)|w&(x>>8)|x&(y>>8)|y&(z>>8) != 0 {
				break
			}
			here = z
			p += 8
		}
		next := sieve[0]
		if rest := text[p:]; len(rest) >= 4 {
			next = sieve[binary.LittleEndian.Uint16(rest[2:])]
		}
		left, whole := here&(next>>8), hanzi.Ends(here)
		here = next
		if left == 0 {
			continue
		}
		value = c.valueAt(value, p/2)
		start, end := c.start(value)*2, int(c.ends[value])*2
		if !whole && !s.q.patternAt(text[p:end]) {
			continue
		}
		s.mark(value, s.q.patternRankAt(text[start:end], int(c.core(value)), p-start))
		if p = end - 2; end < len(text) {
			here = sieve[binary.LittleEndian.Uint16(text[end:])]
		}
	}
}

// mark notes that a value answers, unless it is dead.
func (s within) mark(value int, rank Rank) {
	if s.c.uses[value] > 0 && (rank == Exact || rank < ranks && !s.ask.WholeOnly) {
		code := s.first + uint32(value)
		s.marked[rank][code>>6] |= 1 << (code & 63)
	}
}
