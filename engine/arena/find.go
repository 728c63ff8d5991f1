package arena

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"sync"

	"youpeng/platform/hanzi"
)

// Ask says for whom an arena is asked.
type Ask struct {
	Visible   func(ord uint32) bool // nil: everything; asked from two cores at once
	WholeOnly bool                  // a masked field answers only its whole value
}

// apart is the number of chunks from which a second core pays: about a hundred thousand names.
const apart = 32

// Find adds every record with a matching value to hits. It looks at the context once a chunk and ends with its error.
func (a *Arena) Find(ctx context.Context, q *Query, ask Ask, hits *Hits) error {
	if !q.Looks(a.class) {
		return nil
	}
	if len(a.chunks) < apart {
		return a.findAmong(ctx, a.chunks, q, ask, hits)
	}
	half := len(a.chunks) / 2
	var other Hits
	defer other.Release()
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() { failed = a.findAmong(ctx, a.chunks[half:], q, ask, &other) })
	err := a.findAmong(ctx, a.chunks[:half], q, ask, hits)
	wg.Wait()
	hits.Merge(&other)
	return errors.Join(err, failed)
}

func (a *Arena) findAmong(ctx context.Context, chunks []*chunk, q *Query, ask Ask, hits *Hits) error {
	s := scan{a: a, q: q, ask: ask, hits: hits}
	form := q.forms[a.class]
	text := a.class != Name || q.plain || ask.WholeOnly
	pinyin := a.class == Name && q.pattern != nil && !ask.WholeOnly
	formRare, anchorRare := a.rarest(form), a.rarest(q.anchor)
	for _, c := range chunks {
		if c == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if text {
			s.literal(c, form, formRare)
		}
		switch {
		case pinyin && len(q.anchor) > 0:
			s.anchored(c, anchorRare)
		case pinyin:
			s.pinyin(c)
		}
	}
	return nil
}

// FindIn is Find among a few records, without a scan; whether they are visible is the caller's to know.
func (a *Arena) FindIn(q *Query, ords []uint32, wholeOnly bool, hits *Hits) {
	if !q.Looks(a.class) {
		return
	}
	for _, ord := range ords {
		place := a.place(ord)
		if place == 0 {
			continue
		}
		_, i, c := a.values(place)
		best := ranks
		for ; i < len(c.ords) && c.ords[i] == ord && best > Exact; i++ {
			text := c.text[c.start(i)*a.width : int(c.ends[i])*a.width]
			best = min(best, q.rank(a.class, text, int(c.core(i)), wholeOnly))
		}
		if best < ranks {
			hits.Add(ord, best)
		}
	}
}

// scan is one question on its way through an arena.
type scan struct {
	a    *Arena
	q    *Query
	ask  Ask
	hits *Hits
}

// literal looks for the question's text by its rarest byte. Once a value answers, the scan goes on behind it.
func (s *scan) literal(c *chunk, form []byte, rare int) {
	width, value := s.a.width, 0
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
		if ord := c.ords[value]; s.sees(ord) {
			s.add(ord, s.q.literalRank(s.a.class, c.text[start:end], int(c.core(value)), first-start))
		}
	}
}

// anchored looks for the characters beyond ASCII of a mixed question, and judges the values in which they stand.
func (s *scan) anchored(c *chunk, rare int) {
	anchor, value := s.q.anchor, 0
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
		if ord := c.ords[value]; s.sees(ord) {
			s.add(ord, s.q.patternRank(c.text[start:end], int(c.core(value))))
		}
	}
}

// pinyin sieves the characters two by two and looks closer where something is left.
func (s *scan) pinyin(c *chunk) {
	sieve, text, value := s.q.sieve(), c.text, 0
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
		if ord := c.ords[value]; s.sees(ord) {
			s.add(ord, s.q.patternRankAt(text[start:end], int(c.core(value)), p-start))
		}
		if p = end - 2; end < len(text) {
			here = sieve[binary.LittleEndian.Uint16(text[end:])]
		}
	}
}

func (s *scan) sees(ord uint32) bool {
	return ord != 0 && (s.ask.Visible == nil || s.ask.Visible(ord))
}

func (s *scan) add(ord uint32, rank Rank) {
	if rank == Exact || rank < ranks && !s.ask.WholeOnly {
		s.hits.Add(ord, rank)
	}
}
