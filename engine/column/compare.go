package column

import (
	"context"
	"slices"
)

// Difference is a place where the columns do not say what the rows say. Field is empty where the row itself differs:
// missing, too many, in the wrong place of bin and living, or of another revision.
type Difference struct {
	Object, Field string
	ID            int64
}

// maxDifferences bounds what Compare reports of one object.
const maxDifferences = 100

// Compare reads the rows of all loaded columns again and reports where they differ.
func (s *Store) Compare(ctx context.Context) ([]Difference, error) {
	var out []Difference
	s.mu.RLock()
	objects := s.catalog.Objects
	s.mu.RUnlock()
	for _, o := range objects {
		s.mu.RLock()
		t := s.tables[o.Number]
		var indexes []int
		for i, c := range t.cells {
			if c != nil {
				indexes = append(indexes, i)
			}
		}
		loaded := t.loaded
		s.mu.RUnlock()
		if !loaded {
			continue
		}
		fresh, err := s.rows(ctx, o, indexes)
		if err != nil {
			return nil, err
		}
		s.mu.RLock()
		out = append(out, t.differences(fresh)...)
		s.mu.RUnlock()
		fresh.clear()
	}
	return out, nil
}

// differences leaves out rows that have moved on since they were read.
func (t *table) differences(fresh *table) (out []Difference) {
	for o := uint32(1); int(o) < max(t.rows, fresh.rows) && len(out) < maxDifferences; o++ {
		held, read := t.rev.at(o), fresh.rev.at(o)
		if held > read {
			if held == purgedRev || !t.exists.has(o) || fresh.exists.has(o) {
				continue
			}
		}
		if held != read || t.exists.has(o) != fresh.exists.has(o) || t.living.has(o) != fresh.living.has(o) {
			out = append(out, Difference{t.o.Name, "", int64(o)})
			continue
		}
		for i, c := range fresh.cells {
			if c != nil && i < len(t.cells) && t.cells[i] != nil && !same(t.cells[i], c, o) {
				out = append(out, Difference{t.o.Name, t.o.Fields[i].Name, int64(o)})
			}
		}
	}
	return out
}

// same compares one row of two columns of a field.
func same(a, b cells, o uint32) bool {
	switch x := a.(type) {
	case numeric:
		return x.key(o) == b.(numeric).key(o)
	case *choices:
		y := b.(*choices)
		return x.names[x.at(o)] == y.names[y.at(o)]
	case *texts:
		y := b.(*texts)
		return x.dict.value(x.at(o)) == y.dict.value(y.at(o))
	case *links:
		return x.at(o) == b.(*links).at(o)
	case *refs:
		return x.at(o) == b.(*refs).at(o)
	case *lists:
		y := b.(*lists)
		return slices.EqualFunc(x.list(o), y.list(o), func(u, v uint32) bool {
			if x.dict == nil {
				return u == v
			}
			return x.dict.value(u) == y.dict.value(v)
		})
	case *filled:
		return x.is.has(o) == b.(*filled).is.has(o)
	}
	return true
}
