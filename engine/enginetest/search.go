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
// the catalog's order of objects, then the newest id.
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
			cmp.Compare(place(x.Object), place(y.Object)), cmp.Compare(y.ID, x.ID))
	})
	return hits
}

// match ranks the best of a field's values; 3 is none. A phone is asked for by digits, with China's code or without.
func match(f *object.Field, v any, q string, pattern *hanzi.Pattern) int {
	best := 3
	switch v := v.(type) {
	case string:
		s := hanzi.Fold(v)
		best = rank(s, q)
		if pattern != nil && best > 1 && pattern.MatchesAt(s) {
			best = 1
		} else if pattern != nil && best > 2 && pattern.Matches(s) {
			best = 2
		}
	case []object.Item:
		for _, it := range v {
			best = min(best, rank(it.Norm, q))
			if f.Kind == object.KindPhone {
				if digits := phoneQuestion(q); digits != "" {
					best = min(best, rank(it.Norm, digits), rank(strings.TrimPrefix(it.Norm, "86"), digits))
				}
			}
		}
	}
	return best
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

func rank(s, q string) int {
	switch {
	case s == q:
		return 0
	case strings.HasPrefix(s, q):
		return 1
	case strings.Contains(s, q):
		return 2
	}
	return 3
}
