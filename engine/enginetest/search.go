package enginetest

import (
	"cmp"
	"slices"
	"strings"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/platform/hanzi"
)

// Hit is a record that a search finds. Rank 0: a value is the question; 1: one begins with it; 2: one contains it.
type Hit struct {
	Object *object.Object
	ID     int64
	Rank   int
}

// Search looks at every searched field of every living record that the actor sees: best rank first, then newest, then
// the catalog's order of objects, then the id.
func (w *World) Search(question string, a *access.Actor) []Hit {
	q := hanzi.Fold(strings.TrimSpace(question))
	if q == "" {
		return nil
	}
	pattern := hanzi.NewPattern(q)
	var hits []Hit
	created := map[Hit]int64{}
	for _, o := range w.Catalog.Objects {
		for _, r := range w.found(o, nil, false, a) {
			best := 3
			for _, f := range o.Fields {
				if right := a.Field(o, f); f.Search && !f.Retired && right != access.Hidden && r.At(f) != nil {
					if rank := match(f, r.At(f), q, pattern); rank == 0 || right != access.Masked {
						best = min(best, rank)
					}
				}
			}
			if best < 3 {
				h := Hit{o, r.ID, best}
				hits = append(hits, h)
				created[h], _ = r.Values[object.CreatedAt].(int64)
			}
		}
	}
	place := func(o *object.Object) int { return slices.Index(w.Catalog.Objects, o) }
	slices.SortFunc(hits, func(x, y Hit) int {
		return cmp.Or(cmp.Compare(x.Rank, y.Rank), cmp.Compare(created[y], created[x]),
			cmp.Compare(place(x.Object), place(y.Object)), cmp.Compare(x.ID, y.ID))
	})
	return hits
}

// match ranks the best of a field's values; 3 is none. A name is found by pinyin too and begins also where its core
// does, an e-mail at its domain; a phone is asked for by digits, with China's code or without; codes leave out separators.
func match(f *object.Field, v any, q string, pattern *hanzi.Pattern) int {
	if items, ok := v.([]object.Item); ok {
		best := 3
		for _, it := range items {
			best = min(best, matchItem(f, it.Norm, q))
		}
		return best
	}
	s := hanzi.Fold(v.(string))
	if f.Kind == object.KindSeries || f.Kind == object.KindUSCC {
		plain := plainCode.Replace(q)
		if plain == "" {
			return 3 // separators alone ask for nothing
		}
		return rank(plainCode.Replace(s), plain, 0)
	}
	core, _ := hanzi.Core(s)
	best := rank(s, q, core)
	if pattern == nil {
		return best
	}
	switch {
	case spells(pattern, s):
		return 0
	case pattern.MatchesAt(s) || pattern.MatchesAt(s[core:]):
		return min(best, 1)
	case pattern.Matches(s):
		return min(best, 2)
	}
	return best
}

func matchItem(f *object.Field, norm, q string) int {
	switch f.Kind {
	case object.KindPhone:
		digits := phoneQuestion(q)
		if digits == "" {
			return 3
		}
		return min(rank(norm, digits, 0), rank(strings.TrimPrefix(norm, "86"), digits, 0))
	case object.KindEmail:
		return rank(norm, q, strings.IndexByte(norm, '@')+1)
	}
	return rank(norm, q, 0)
}

var plainCode = strings.NewReplacer(" ", "", "-", "", "_", "", "/", "", ".", "")

// spells says whether a question spells a whole text in full syllables.
func spells(pattern *hanzi.Pattern, s string) bool {
	state := hanzi.Begin
	for _, r := range s {
		state = pattern.NextWhole(state, r)
	}
	return pattern.Done(state)
}

func phoneQuestion(q string) string {
	digits := strings.Map(func(r rune) rune {
		switch {
		case '0' <= r && r <= '9':
			return r
		case strings.ContainsRune("+-() ", r):
			return -1
		}
		return 'x'
	}, q)
	if strings.Contains(digits, "x") {
		return ""
	}
	return digits
}

// rank compares a text with a question; a beginning is also where the core of the text begins.
func rank(s, q string, core int) int {
	switch {
	case s == q:
		return 0
	case strings.HasPrefix(s, q) || strings.HasPrefix(s[core:], q):
		return 1
	case strings.Contains(s, q):
		return 2
	}
	return 3
}
