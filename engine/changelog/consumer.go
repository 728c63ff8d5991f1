package changelog

import (
	"context"
	"errors"
	"time"

	"youpeng/platform/db"
)

// Consumer reacts to what was written. Its place in the log is saved in the transaction of its effect, so every commit
// has its effect once.
type Consumer struct {
	Name string
	// Past makes a new consumer begin at the start of the log instead of at its end.
	Past bool
	// Wants says which changes of a commit matter; nil means all. Commits without any are passed over without a transaction.
	Wants func(*Commit, Change) bool
	// Handle works on the commits in which something is wanted. It may run again, has its effects in the database
	// alone, and never sleeps or calls out.
	Handle func(tx db.Tx, batch []Commit) error
	// Outside works on every commit instead of Handle, outside any transaction, before its place is saved: for what writes
	// records of its own. It may run again and must be harmless then.
	Outside func(ctx context.Context, after, to int64) error
	// Limit is how many commits it is given at once; 0 means 50.
	Limit int
	// Rest is how long it lets commits gather after it has worked on some, where its effect may be so much later.
	Rest time.Duration
}

// Status is how a consumer stands.
type Status struct {
	Name   string
	Seq    int64
	Behind int64
	Err    error // why it does not get on; nil when all is well
}

type consuming struct {
	Consumer
	saved, at int64 // as stored, and as far as it has read without finding anything it wants
	known     bool
	err       error
}

// lazy is how far a consumer reads past what it does not want before its place is saved.
const lazy = 1000

var errElsewhere = errors.New("changelog: another node was faster")

// Add gives the log a consumer, before Start.
func (l *Log) Add(c Consumer) {
	if c.Limit <= 0 {
		c.Limit = 50
	}
	k := &consuming{Consumer: c}
	if !c.Past {
		k.at = l.Head()
	}
	l.consumers = append(l.consumers, k)
}

// Statuses answers how the consumers stand, in the order in which they were added.
func (l *Log) Statuses() []Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Status, len(l.consumers))
	for i, c := range l.consumers {
		out[i] = Status{c.Name, c.at, max(0, l.head-c.at), c.err}
	}
	return out
}

func (l *Log) consume(c *consuming) {
	wait := l.poll
	for l.ctx.Err() == nil {
		saved := c.saved
		err := l.step(l.ctx, c)
		if err == nil && c.saved != saved {
			l.pause(c.Rest)
		}
		if l.ctx.Err() != nil {
			return
		}
		l.note(c, err)
		if err == nil {
			wait = l.poll
			if _, err = l.Await(l.ctx, c.at); err != nil {
				return
			}
			continue
		}
		l.log.Error("following the change log", "consumer", c.Name, "after", c.saved, "err", err)
		select {
		case <-time.After(wait):
			wait = min(2*wait, 30*time.Second)
		case <-l.ctx.Done():
			return
		}
	}
}

// pause waits, unless the log is closed.
func (l *Log) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-l.ctx.Done():
	}
}

func (l *Log) note(c *consuming, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.err = err
}

// step takes a consumer over one batch.
func (l *Log) step(ctx context.Context, c *consuming) error {
	if !c.known {
		if err := l.place(ctx, c); err != nil {
			return err
		}
	}
	batch, err := l.batch(ctx, c.at, c.Limit)
	if err != nil || len(batch) == 0 {
		return err
	}
	to, mine := batch[len(batch)-1].Seq, wanted(batch, c.Wants)
	if c.Outside != nil && len(mine) > 0 {
		if err := c.Outside(ctx, c.at, to); err != nil {
			return err
		}
	}
	if len(mine) == 0 && to-c.saved < lazy {
		l.arrived(c, c.saved, to)
		return nil
	}
	err = l.db.Write(ctx, func(tx db.Tx) error {
		moved, err := moveCursor(tx, c.Name, c.saved, to)
		switch {
		case err != nil:
			return err
		case !moved:
			return errElsewhere
		case len(mine) == 0 || c.Handle == nil:
			return nil
		}
		return c.Handle(tx, mine)
	})
	if errors.Is(err, errElsewhere) {
		c.known = false
		return nil
	}
	if err == nil {
		l.arrived(c, to, to)
	}
	return err
}

// place reads where a consumer stands.
func (l *Log) place(ctx context.Context, c *consuming) error {
	var seq int64
	err := l.db.Write(ctx, func(tx db.Tx) (err error) {
		seq, err = cursorOf(tx, c.Name, c.at)
		return err
	})
	if err == nil {
		c.known = true
		l.arrived(c, seq, seq)
	}
	return err
}

func (l *Log) arrived(c *consuming, saved, at int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.saved, c.at = saved, at
}

// Verify walks the whole chain on one snapshot.
func (l *Log) Verify(ctx context.Context) (p Proof, err error) {
	err = l.db.Read(ctx, func(r db.Reader) error {
		p, err = verify(r)
		return err
	})
	return p, err
}
