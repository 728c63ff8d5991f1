package column

import (
	"context"
	"slices"

	"youpeng/engine/access"
	"youpeng/engine/arena"
	"youpeng/engine/object"
)

// searched holds a field's names or numbers for the search.
type searched struct{ a *arena.Arena }

func newSearched(f *object.Field) *searched {
	class := arena.Name
	switch f.Kind {
	case object.KindPhone:
		class = arena.Digits
	case object.KindEmail:
		class = arena.Email
	case object.KindSeries, object.KindUSCC:
		class = arena.Code
	}
	return &searched{arena.New(class)}
}

func (c *searched) set(o uint32, v any) {
	switch x := v.(type) {
	case string:
		c.a.Set(o, x)
	case []object.Item:
		values := make([]string, 0, len(x))
		for _, it := range x {
			values = append(values, it.Value)
		}
		c.a.Set(o, values...)
	default:
		c.a.Remove(o)
	}
}

func (c *searched) grow(int)      {}
func (c *searched) wipe(o uint32) { c.a.Remove(o) }
func (c *searched) finish()       {}
func (c *searched) bytes() int64  { return int64(c.a.Bytes()) }
func (c *searched) free()         { c.a = nil }

// Hit is a record that search found, and the field in which it fits best.
type Hit struct {
	Object *object.Object
	ID     int64
	Field  *object.Field
	Rank   arena.Rank
}

// fewRows is the share of rows, one in so many, below which an asker's rows are looked at one by one.
const fewRows = 50

// Search finds records by their names and numbers within the asker's rights: the first ones of all objects, the best
// fit before the newest, and for each object asked how many there are.
func (s *Store) Search(ctx context.Context, text string, objects []*object.Object, limit int, a *access.Actor) ([]Hit, []int, error) {
	query, err := arena.Parse(text)
	totals := make([]int, len(objects))
	if err != nil || query.Empty() || len(objects) == 0 {
		return nil, totals, err
	}
	q, _, err := s.begin(ctx, a, objects[0], func(w wish) {
		for _, o := range objects {
			s.wishSight(w, a, o, 0)
			w.add(o, o.Fields[object.CreatedAt])
			for _, f := range searchable(a, o) {
				w[o.Number][searchSlot+f.Index] = true
			}
		}
	})
	if err != nil {
		return nil, nil, err
	}
	defer q.end()
	var found []arena.Hit
	for i, o := range objects {
		hits := new(arena.Hits)
		if err := q.search(query, s.tables[o.Number], hits); err != nil {
			hits.Release()
			return nil, nil, err
		}
		totals[i] = hits.Total()
		created, _ := cellsOf[*number[uint64]](s.tables[o.Number], o.Fields[object.CreatedAt].Name)
		found = hits.First(limit, found, i, arena.Ages{Of: created.v, Most: created.hi, Block: blockRows})
		hits.Release()
	}
	out := make([]Hit, len(found))
	for i, h := range found {
		o := objects[h.Object]
		out[i] = Hit{o, int64(h.Ord), q.fitting(query, s.tables[o.Number], h), h.Rank}
	}
	return out, totals, nil
}

// searchable are the fields in which an asker may search; masked ones answer only their whole value.
func searchable(a *access.Actor, o *object.Object) []*object.Field {
	return slices.DeleteFunc(slices.Clone(o.Fields), func(f *object.Field) bool {
		return !f.Search || f.Retired || a.Field(o, f) == access.Hidden
	})
}

func (q *asking) wholeOnly(o *object.Object, f *object.Field) bool {
	return q.actor.Field(o, f) == access.Masked
}

func (q *asking) search(query *arena.Query, t *table, hits *arena.Hits) error {
	rows := q.s.sight(q.actor, t).rows()
	set := q.borrow(t.rows)
	n := 0
	for b := range len(set) / blockWords {
		m, seen, living := set.block(b), rows.block(b), t.living.block(b)
		for w := range m {
			m[w] = seen[w] & living[w]
		}
		n += bitmap(m[:]).count()
	}
	var few []uint32
	if n < t.rows/fewRows {
		set.each(func(o uint32) { few = append(few, o) })
	}
	for _, f := range searchable(q.actor, t.o) {
		c, ok := t.search[f.Index].(*searched)
		if !ok || n == 0 {
			continue
		}
		if err := c.a.Find(q.ctx, query, arena.Ask{Visible: set, Few: few, WholeOnly: q.wholeOnly(t.o, f)}, hits); err != nil {
			return err
		}
	}
	return nil
}

// fitting is the first field in which a hit has its rank.
func (q *asking) fitting(query *arena.Query, t *table, h arena.Hit) *object.Field {
	for _, f := range searchable(q.actor, t.o) {
		c, ok := t.search[f.Index].(*searched)
		if !ok {
			continue
		}
		var hits arena.Hits
		c.a.FindIn(query, []uint32{h.Ord}, q.wholeOnly(t.o, f), &hits)
		fits := false
		hits.Each(func(_ uint32, rank arena.Rank) { fits = fits || rank == h.Rank })
		hits.Release()
		if fits {
			return f
		}
	}
	return nil
}
