package column

import (
	"context"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/fault"
)

// begin loads what a question reads, takes the read lock and answers its table.
func (s *Store) begin(ctx context.Context, a *access.Actor, o *object.Object, fill func(w wish)) (*asking, *table, error) {
	if a == nil {
		return nil, nil, fault.New(fault.Forbidden, "actor.missing")
	}
	w := wish{}
	s.mu.RLock()
	s.wishSight(w, a, o, 0)
	fill(w)
	s.mu.RUnlock()
	if err := s.take(ctx, w); err != nil {
		return nil, nil, err
	}
	t := s.tables[o.Number]
	if t == nil || !s.knows(w) {
		s.mu.RUnlock()
		<-s.turns
		return nil, nil, fault.New(fault.Unavailable, "catalog.behind", "object", o.Name)
	}
	return &asking{s: s, ctx: ctx, actor: a}, t, nil
}

// knows says whether the store has heard of all objects and fields: a question may be of a newer catalog.
func (s *Store) knows(w wish) bool {
	for number, set := range w {
		t := s.tables[number]
		for i := range set {
			if t == nil || t.slot(i) == nil {
				return false
			}
		}
	}
	return true
}

// take is hold for a question, which waits for its turn. What it needs is loaded before: who waits holds nothing that
// others need to go on.
func (s *Store) take(ctx context.Context, w wish) error {
	if err := s.hold(ctx, w); err != nil {
		return err
	}
	s.mu.RUnlock()
	select {
	case s.turns <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	err := s.hold(ctx, w)
	if err != nil {
		<-s.turns
	}
	return err
}

func (q *asking) end() {
	q.done()
	q.s.mu.RUnlock()
	<-q.s.turns
	if b := q.s.opt.Budget; b.over.Load() {
		b.fit(q.s, nil)
	}
}

// find answers the rows that the asker sees and for which a condition holds, and their number.
func (q *asking) find(t *table, filter query.Expr, deleted bool) (bitmap, int, error) {
	in, err := q.compile(t, filter)
	if err != nil {
		return nil, 0, err
	}
	seen := q.s.sight(q.actor, t).rows()
	out := q.borrow(t.rows)
	total, err := q.run(t.rows, func(b int, m *mask) {
		rows, living := seen.block(b), t.living.block(b)
		for w := range m {
			if deleted {
				m[w] = rows[w] &^ living[w]
			} else {
				m[w] = rows[w] & living[w]
			}
		}
	}, in, out)
	return out, total, err
}

// Ask answers a page of records within the asker's rights.
func (s *Store) Ask(ctx context.Context, question *query.Question, a *access.Actor) (*query.Answer, error) {
	o := question.Object
	q, t, err := s.begin(ctx, a, o, func(w wish) {
		s.wishExpr(w, a, o, question.Filter)
		for _, k := range question.Sort {
			s.wishPath(w, a, o, k.Path, true)
		}
		for _, p := range question.Facets {
			s.wishPath(w, a, o, p, false)
		}
	})
	if err != nil {
		return nil, err
	}
	defer q.end()
	set, total, err := q.find(t, question.Filter, question.Deleted)
	if err != nil {
		return nil, err
	}
	answer := &query.Answer{Total: total}
	for _, p := range question.Facets {
		counts, err := q.facet(t, set, p)
		if err != nil {
			return nil, err
		}
		answer.Facets = append(answer.Facets, counts)
	}
	r := q.ranking(t, question.Sort)
	at, n := r.position(set, total, question)
	answer.Position = at
	for _, o := range r.page(set, total, at, n) {
		answer.IDs = append(answer.IDs, int64(o))
		answer.Revs = append(answer.Revs, int64(t.rev.at(o)))
	}
	if n := len(answer.IDs); n > 0 {
		answer.First = &query.Beside{Keys: r.values(uint32(answer.IDs[0])), ID: answer.IDs[0], Before: true}
		answer.Last = &query.Beside{Keys: r.values(uint32(answer.IDs[n-1])), ID: answer.IDs[n-1]}
	}
	return answer, ctx.Err()
}

// position is where the page begins and how many rows it has at most.
func (r *ranking) position(set bitmap, total int, question *query.Question) (at, n int) {
	n = max(0, question.Limit)
	switch b := question.Beside; {
	case b != nil && b.Before:
		end := r.count(set, r.marks(b.Keys), b.ID, false)
		at = max(0, end-n)
		n = end - at
	case b != nil:
		at = r.count(set, r.marks(b.Keys), b.ID, true)
	case question.Seek != nil && len(r.keys) > 0:
		first := &ranking{keys: r.keys[:1], desc: r.desc}
		at = first.count(set, first.marks([]any{question.Seek}), -1, false)
	default:
		at = max(0, question.At)
	}
	return min(at, total), n
}
