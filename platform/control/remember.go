package control

import (
	"context"
	"sync"
	"time"

	"youpeng/platform/db"
)

// remembered is who was found out to be whom, for a moment: every request asks, and the answer hardly ever moves. What
// this process writes holds at once, what another one writes within a second.
type remembered struct {
	mu     sync.Mutex
	writes int // how often this process has written
	since  time.Time
	facts  map[any]any
}

const (
	rememberFor = time.Second
	mostFacts   = 10_000
)

// recall answers a fact under its key as it is remembered, else as ask finds it. Keys of different facts are of different
// types. An error is not remembered.
func recall[T any](c *Control, key any, ask func() (T, error)) (T, error) {
	now := c.clock.Now()
	k := &c.known
	k.mu.Lock()
	if age := now.Sub(k.since); age < 0 || age >= rememberFor || len(k.facts) >= mostFacts {
		k.since, k.facts = now, map[any]any{}
	}
	was, found := k.facts[key]
	writes, since := k.writes, k.since
	k.mu.Unlock()
	if found {
		return was.(T), nil
	}
	fact, err := ask()
	if err != nil {
		return fact, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.writes == writes && k.since.Equal(since) { // else it may be older than what was written meanwhile
		k.facts[key] = fact
	}
	return fact, nil
}

// write changes what is kept, and forgets what was remembered.
func (c *Control) write(ctx context.Context, fn func(tx db.Tx) error) error {
	defer c.known.forget()
	return c.db.Write(ctx, fn)
}

func (k *remembered) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.writes++
	k.facts = map[any]any{}
}
