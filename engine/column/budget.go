package column

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// Budget is the memory that the columns and visible sets of several stores may take together.
type Budget struct {
	limit  int64
	mu     sync.Mutex
	stores map[*Store]bool
	over   atomic.Bool // what questions now running need is more than there is
	tick   atomic.Int64
}

// NewBudget makes a budget of so many bytes; 0 is without bound.
func NewBudget(limit int64) *Budget { return &Budget{limit: limit, stores: map[*Store]bool{}} }

func (b *Budget) join(s *Store) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stores[s] = true
}

func (b *Budget) leave(s *Store) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.stores, s)
}

// fit drops the columns that were asked longest ago until the rest fits, but none that a question of a store now waits
// for: a question is never refused, and what it needs beyond the bound goes when it is answered.
func (b *Budget) fit(asking *Store, keep wish) {
	if b.limit <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	total := int64(0)
	for s := range b.stores {
		total += s.Bytes()
	}
	for total > b.limit {
		var from *Store
		number, slot, least := 0, 0, int64(math.MaxInt64)
		for s := range b.stores {
			w := keep
			if s != asking {
				w = nil
			}
			if n, i, at := s.oldest(w); at < least {
				from, number, slot, least = s, n, i, at
			}
		}
		if from == nil {
			b.over.Store(true)
			return
		}
		total -= from.evict(number, slot)
	}
	b.over.Store(false)
}

// oldest finds the column that was asked longest ago.
func (s *Store) oldest(keep wish) (number, slot int, at int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at = math.MaxInt64
	for n, t := range s.tables {
		for i := range t.cells {
			for _, k := range []int{i, i + searchSlot} {
				if c := t.slot(k); *c != nil && !keep[n][k] && t.asked(k).Load() < at {
					number, slot, at = n, k, t.asked(k).Load()
				}
			}
		}
	}
	return number, slot, at
}

// evict drops a column and answers how much that gives back.
func (s *Store) evict(number, slot int) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[number]
	if t == nil || t.slot(slot) == nil || *t.slot(slot) == nil {
		return 0
	}
	c := t.slot(slot)
	n := (*c).bytes()
	(*c).free()
	*c, t.orders = nil, nil
	s.forgetSights()
	return n
}

// asked is when a column was last asked for.
func (t *table) asked(slot int) *atomic.Int64 {
	if slot >= searchSlot {
		return &t.used[2*(slot-searchSlot)+1]
	}
	return &t.used[2*slot]
}

// turns bounds how many questions of a store are worked on at once; the others wait.
type turns chan struct{}

func newTurns() turns { return make(turns, max(4, 2*runtime.GOMAXPROCS(0))) }
