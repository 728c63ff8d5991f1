package db

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Gather lets the writes of many callers share one transaction, and with it its statements: whatever came while one was
// under way makes the next. Where a shared one fails, each of its callers is tried alone, so that everybody has the
// outcome that they would have had by themselves.
type Gather[T any] struct {
	db *DB
	do func(tx Tx, all []T) error

	mu      sync.Mutex
	waiting []*gathered[T]
	leads   bool          // somebody takes what waits
	crowd   int           // how many there were last time: who was answered then comes back, if they write all the time
	full    chan struct{} // as many wait again
	took    time.Duration // one transaction, smoothed
}

type gathered[T any] struct {
	what T
	done chan error
}

const (
	mostGathered = 64                   // callers that share a transaction
	mostLinger   = 2 * time.Millisecond // that a transaction waits for those who are likely to come
)

// NewGather makes a gathering of writes that do does, several in one transaction. They must get along in any order.
func NewGather[T any](d *DB, do func(tx Tx, all []T) error) *Gather[T] {
	return &Gather[T]{db: d, do: do, full: make(chan struct{}, 1)}
}

// Write does what is asked and answers once it is durable. As with DB.Write, ctx counts while it waits for its turn.
func (g *Gather[T]) Write(ctx context.Context, what T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	x := &gathered[T]{what, make(chan error, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, x)
	g.db.gathered.Add(1)
	switch {
	case !g.leads:
		g.leads = true
		go g.lead()
	case len(g.waiting) == g.crowd:
		select {
		case g.full <- struct{}{}:
		default:
		}
	}
	g.mu.Unlock()
	select {
	case err := <-x.done:
		return err
	case <-ctx.Done():
		if g.leave(x) {
			return ctx.Err()
		}
		return <-x.done
	}
}

// leave forgets a caller whose turn has not come.
func (g *Gather[T]) leave(x *gathered[T]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, x)
	if i < 0 {
		return false
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	g.db.gathered.Add(-1)
	return true
}

// take answers those whose turn it is.
func (g *Gather[T]) take() (batch []*gathered[T], all []T) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), mostGathered)
	batch = append(make([]*gathered[T], 0, n), g.waiting[:n]...)
	for _, x := range batch {
		all = append(all, x.what)
	}
	g.waiting = slices.Delete(g.waiting, 0, n)
	g.db.gathered.Add(int64(-n))
	return batch, all
}

// more says whether somebody waits; else the lead is given up.
func (g *Gather[T]) more() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.leads = len(g.waiting) > 0
	return g.leads
}

// linger waits, for half the time of a transaction at most, until as many wait as there were last time. Without it those
// who were just answered would always meet the transaction of the others, and each would serve half of them.
func (g *Gather[T]) linger() {
	g.mu.Lock()
	few, limit := len(g.waiting) < min(g.crowd, mostGathered), min(g.took/2, mostLinger)
	select {
	case <-g.full: // told of an earlier crowd
	default:
	}
	g.mu.Unlock()
	if few {
		select {
		case <-g.full:
		case <-time.After(limit):
		}
	}
}

// served remembers how many there were and how long it took.
func (g *Gather[T]) served(callers int, took time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.crowd = callers + len(g.waiting)
	g.took += (took - g.took) / 8
}

// lead writes until nobody waits. Who is tried alone is not waited for.
func (g *Gather[T]) lead() {
	for g.more() {
		g.linger()
		start := time.Now()
		var batch []*gathered[T]
		var all []T
		err := told(g.db.share(context.Background(), func(tx Tx) error {
			if batch == nil { // taken as late as can be, and once
				batch, all = g.take()
			}
			share(tx, len(all))
			if len(all) == 0 {
				return nil
			}
			return g.do(tx, all)
		}))
		if batch == nil {
			batch, _ = g.take() // it did not come to that
		}
		g.served(len(batch), time.Since(start))
		for _, x := range batch {
			if err == nil {
				x.done <- nil
				continue
			}
			go func() {
				x.done <- g.db.Write(context.Background(), func(tx Tx) error { return g.do(tx, []T{x.what}) })
			}()
		}
	}
}

// share notes how many callers a transaction serves.
func share(tx Tx, callers int) {
	switch t := tx.(type) {
	case *liteTx:
		t.callers = callers
	case *pgTx:
		t.callers = callers
	}
}
