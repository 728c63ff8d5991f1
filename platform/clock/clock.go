// Package clock is the program's only source of time, so that a month can pass in a minute and a rule can be
// rehearsed on last quarter.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time and waits for it. Everything that stamps, expires or schedules asks one.
type Clock interface {
	Now() time.Time
	// After fires once d of this clock's time has passed.
	After(d time.Duration) <-chan time.Time
}

// Wall is the machine's clock, in UTC.
type Wall struct{}

func (Wall) Now() time.Time                         { return time.Now().UTC() }
func (Wall) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Scaled starts at a given time and runs at a given speed.
type Scaled struct {
	start, origin time.Time
	speed         float64
}

// NewScaled starts at start; speed 1 is ordinary time, 60 an hour a minute.
func NewScaled(start time.Time, speed float64) *Scaled {
	return &Scaled{start: start.UTC(), origin: time.Now(), speed: speed}
}

func (c *Scaled) Now() time.Time {
	return c.start.Add(time.Duration(float64(time.Since(c.origin)) * c.speed))
}

func (c *Scaled) After(d time.Duration) <-chan time.Time {
	return time.After(time.Duration(float64(d) / c.speed))
}

// Manual stands still until it is moved: for tests and for work played through at a moved date.
type Manual struct {
	mu      sync.Mutex
	now     time.Time
	waiting []waiter
}

type waiter struct {
	at time.Time
	ch chan time.Time
}

func NewManual(now time.Time) *Manual { return &Manual{now: now.UTC()} }

func (c *Manual) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *Manual) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	if d <= 0 {
		ch <- c.now
		return ch
	}
	c.waiting = append(c.waiting, waiter{c.now.Add(d), ch})
	return ch
}

// Set moves the clock, forwards or backwards, and fires what has come due.
func (c *Manual) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now.UTC()
	rest := c.waiting[:0]
	for _, w := range c.waiting {
		if w.at.After(c.now) {
			rest = append(rest, w)
			continue
		}
		w.ch <- c.now
	}
	c.waiting = rest
}

// Advance moves the clock forwards by d.
func (c *Manual) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }
