// Package changelog puts what was written into one order that all can follow. A sequencer numbers the commits as they
// become visible and chains them by hashes; whoever reads by these numbers skips nothing and is told nothing twice,
// however long a transaction lasted and on whichever node it ran.
package changelog

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// Options is what a log stands on.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Poll      time.Duration // how often to look for what other processes wrote; 0 means 50 ms while there is work
	Retention time.Duration // how long a cursor handed to a caller lasts; 0 means 30 days
}

// Log is the change log of one open workspace.
type Log struct {
	db        *db.DB
	clock     clock.Clock
	log       *slog.Logger
	poll      time.Duration
	retention time.Duration
	holder    string
	wake      chan struct{}
	written   written

	reading sync.Mutex
	recent  []Commit // the last that are known here, without a gap

	mu        sync.Mutex
	head      int64
	moved     chan struct{} // closed when head grows
	consumers []*consuming

	begin sync.Once
	stop  context.CancelFunc
	ctx   context.Context
	all   sync.WaitGroup
}

// Open makes the tables of leases and cursors where they are missing. The tables of the log itself are the record
// room's, which is opened before.
func Open(ctx context.Context, o Options) (*Log, error) {
	l := &Log{db: o.DB, clock: o.Clock, log: o.Log, poll: o.Poll, retention: o.Retention, holder: rand.Text(),
		wake: make(chan struct{}, 1), moved: make(chan struct{})}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if l.poll <= 0 {
		l.poll = 50 * time.Millisecond
	}
	if l.retention <= 0 {
		l.retention = 30 * 24 * time.Hour
	}
	l.ctx, l.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := l.db.Schema(ctx, createTables); err != nil {
		return nil, err
	}
	return l, l.look(ctx)
}

// Start begins to number commits and to run the consumers that were added.
func (l *Log) Start() {
	l.begin.Do(func() {
		l.all.Go(l.sequence)
		for _, c := range l.consumers {
			l.all.Go(func() { l.consume(c) })
		}
	})
}

// Close stops the work and waits for what is under way.
func (l *Log) Close() {
	l.stop()
	l.all.Wait()
}

// Wake says that something was committed. Whoever writes calls it after a commit; it never waits.
func (l *Log) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Head is the highest number known here.
func (l *Log) Head() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head
}

// Await answers the head as soon as it is above a number.
func (l *Log) Await(ctx context.Context, after int64) (int64, error) {
	for {
		l.mu.Lock()
		head, moved := l.head, l.moved
		l.mu.Unlock()
		if head > after {
			return head, nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return head, ctx.Err()
		case <-l.ctx.Done():
			return head, l.ctx.Err()
		}
	}
}

// Wait is Await for at most a while.
func (l *Log) Wait(ctx context.Context, after int64, most time.Duration) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	return l.Await(ctx, after)
}

// see takes notice of a number.
func (l *Log) see(head int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if head > l.head {
		l.head = head
		close(l.moved)
		l.moved = make(chan struct{})
	}
}

// look reads the head, which another node may have moved.
func (l *Log) look(ctx context.Context) error {
	return l.db.Read(ctx, func(r db.Reader) error {
		head, err := lastSeq(r)
		if err == nil {
			l.see(head)
		}
		return err
	})
}

// rest is how long the sequencer lets commits gather after it has numbered some.
const rest = 20 * time.Millisecond

// maxIdle is the longest pause between two looks at a log where nothing happens.
const maxIdle = 10

// sequence numbers whenever it is woken, and looks by itself for what other processes wrote. The pause counts in the
// machine's time, because that is where they live.
func (l *Log) sequence() {
	for idle := 1; ; {
		n, err := l.Number(l.ctx)
		switch {
		case l.ctx.Err() != nil:
			return
		case err != nil:
			l.log.Error("numbering commits", "err", err)
			idle = maxIdle
		case n == round:
			continue
		case n > 0:
			idle = 1
			select {
			case <-time.After(rest):
				continue
			case <-l.ctx.Done():
				return
			}
		default:
			idle = min(idle+1, maxIdle)
		}
		select {
		case <-l.wake:
			idle = 1
		case <-time.After(time.Duration(idle) * l.poll):
		case <-l.ctx.Done():
			return
		}
	}
}

// Number gives numbers to the commits that are visible and have none, and answers how many it gave. Whoever needs a
// commit numbered at once may call it; two at once wait for each other.
func (l *Log) Number(ctx context.Context) (n int, err error) {
	open, head := false, int64(0)
	var links []*link
	err = l.db.Read(ctx, func(r db.Reader) (err error) {
		open, head, err = unnumbered(r)
		return err
	})
	if err != nil || !open {
		l.see(head)
		return 0, err
	}
	// In the lane of bulk work, which on SQLite has its turn when what was committed before is known here.
	err = l.db.WriteBulk(ctx, func(tx db.Tx) error {
		if err := lease(tx, "sequencer", l.holder, l.clock.Now().UnixMicro()); err != nil {
			return err
		}
		links, head, err = number(tx, l.written.get)
		return err
	})
	if err == nil {
		l.remember(links)
		l.see(head)
	}
	return len(links), err
}

// Follow hands the numbered commits after a number to fn, in order and in batches, until ctx ends or fn fails. It is
// for what lives in memory; what has an effect in the database is a Consumer.
func (l *Log) Follow(ctx context.Context, after int64, limit int, fn func([]Commit) error) error {
	for {
		if _, err := l.Await(ctx, after); err != nil {
			return err
		}
		batch, err := l.batch(ctx, after, limit)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			continue
		}
		if err := fn(batch); err != nil {
			return err
		}
		after = batch[len(batch)-1].Seq
	}
}

// Check refuses a caller's cursor that is older than cursors last, or ahead of a log that was replaced by an older one.
func (l *Log) Check(r db.Reader, seq int64) error {
	head, err := lastSeq(r)
	if err != nil {
		return err
	}
	if seq >= 0 && seq <= head {
		at, found, err := nextAt(r, seq)
		if err != nil || !found || at >= l.clock.Now().Add(-l.retention).UnixMicro() {
			return err
		}
	}
	return fault.New(fault.Gone, "cursor.expired")
}
