package changelog

import (
	"context"
	"slices"
	"sync"

	"youpeng/platform/db"
)

// Written is a commit as its writer knows it, without a number yet.
type Written struct {
	Commit
	Digests [][]byte // the commitments to its changes
}

// written are the commits of this node that wait for their numbers. It is a help and no more: what is not in it is read.
type written struct {
	mu      sync.Mutex
	commits map[int64]*Written
	changes int
}

// mostWritten bounds the changes that wait for their numbers, and mostRecent those that are remembered with them.
const (
	mostWritten = 8000
	mostRecent  = 2000
)

// Wrote tells of a commit of this node, before the log is woken.
func (l *Log) Wrote(w *Written) {
	s := &l.written
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.commits == nil || s.changes > mostWritten { // nobody numbers, or another node does
		s.commits, s.changes = map[int64]*Written{}, 0
	}
	s.commits[w.ID] = w
	s.changes += len(w.Changes)
}

func (s *written) get(id int64) *Written {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commits[id]
}

// take answers what is known of commits that have got their numbers, in their order; nil when it is not known of all.
func (s *written) take(links []*link) (out []Commit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	whole := true
	for _, k := range links {
		w := s.commits[k.id]
		if whole = whole && w != nil; w == nil {
			continue
		}
		delete(s.commits, k.id)
		s.changes -= len(w.Changes)
		w.Seq = k.seq
		out = append(out, w.Commit)
	}
	if !whole {
		return nil
	}
	return out
}

// remember keeps what was numbered for those who follow.
func (l *Log) remember(links []*link) {
	batch := l.written.take(links)
	if len(batch) == 0 {
		return
	}
	l.reading.Lock()
	defer l.reading.Unlock()
	l.keep(batch)
}

// keep puts commits behind those that are remembered; where they do not follow them, the newer ones stay.
func (l *Log) keep(batch []Commit) {
	if n := len(l.recent); n > 0 {
		switch last := l.recent[n-1].Seq; {
		case batch[len(batch)-1].Seq <= last:
			return
		case batch[0].Seq != last+1:
			l.recent = nil
		}
	}
	l.recent = append(l.recent, batch...)
	changes := 0
	for i, k := range slices.Backward(l.recent) {
		if changes += len(k.Changes); changes > mostRecent {
			l.recent = l.recent[i+1:]
			break
		}
	}
}

// batch answers the commits after a number. Whoever asks first for what is not remembered reads it for all, who wait for
// it; nobody changes what is answered.
func (l *Log) batch(ctx context.Context, after int64, limit int) (batch []Commit, err error) {
	l.reading.Lock()
	defer l.reading.Unlock()
	if i := slices.IndexFunc(l.recent, func(k Commit) bool { return k.Seq == after+1 }); i >= 0 {
		return slices.Clip(l.recent[i:min(i+limit, len(l.recent))]), nil
	}
	err = l.db.Read(ctx, func(r db.Reader) error {
		batch, err = After(r, after, limit)
		return err
	})
	if err != nil || len(batch) == 0 {
		return nil, err
	}
	l.keep(batch)
	return batch, nil
}
