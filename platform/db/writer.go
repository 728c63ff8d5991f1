package db

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"youpeng/platform/fault"
)

// writer is the one goroutine that writes to a SQLite database. Whatever waits becomes savepoints of one commit, and
// each caller is answered only after that commit has returned: a disk makes few commits a second, but each may be large.
type writer struct {
	c     *liteConn
	meter *meter
	log   *slog.Logger

	people, bulk chan *request
	held         *request // taken from its lane, but must begin a commit of its own
	passed       int      // commits since bulk work had its turn
	batch        []*request
	open         bool // a transaction has begun
	kept         bool // the batch is committed and only its answers are missing

	mu     sync.RWMutex // held for reading while a request is put in its lane
	closed bool
	quit   chan struct{}
	ended  chan struct{}
}

const (
	maxBatch = 128                   // savepoints in one commit
	maxHold  = 20 * time.Millisecond // a commit that is older gathers no more
	bulkTurn = 8                     // commits of people's writes that bulk work lets pass
	queue    = 1024
)

var errClosed = fault.New(fault.Unavailable, "db.closed")

type request struct {
	ctx     context.Context
	fn      func(Tx) error
	outside func(*liteConn) error // runs between transactions instead of fn
	alone   bool                  // shares its commit with nobody
	state   atomic.Int32
	tx      *liteTx
	err     error
	done    chan error
}

const (
	waiting int32 = iota
	begun
	abandoned
)

func newWriter(c *liteConn, m *meter, log *slog.Logger) *writer {
	w := &writer{c: c, meter: m, log: log, people: make(chan *request, queue), bulk: make(chan *request, queue),
		quit: make(chan struct{}), ended: make(chan struct{})}
	go w.run()
	return w
}

// put waits for the outcome. A caller who gives up before its turn is forgotten; after that the outcome is only a
// commit away, so it waits for it.
func (w *writer) put(r *request, lane chan *request) error {
	r.done = make(chan error, 1)
	if err := w.enqueue(r, lane); err != nil {
		return err
	}
	select {
	case err := <-r.done:
		return err
	case <-r.ctx.Done():
		if r.state.CompareAndSwap(waiting, abandoned) {
			return r.ctx.Err()
		}
		return <-r.done
	}
}

func (w *writer) enqueue(r *request, lane chan *request) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	select {
	case lane <- r:
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

func (w *writer) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true // nobody is in enqueue now, so what waits is all there will be
	w.mu.Unlock()
	close(w.quit)
	<-w.ended
	return w.c.close()
}

func (w *writer) run() {
	orderly := false
	defer func() {
		if orderly {
			close(w.ended)
			return
		}
		// A callback ended its goroutine, which is this one: its whole batch fails and the work goes on in another.
		if w.kept {
			w.answer(nil)
		} else {
			w.fail(errors.New("db: a callback in the same commit ended the writer's goroutine"))
		}
		go w.run()
	}()
	for r := w.take(); r != nil; r = w.take() {
		w.commit(r)
	}
	orderly = true
}

// take waits for what comes next: people before bulk work, but bulk work not never. Nil means that the writer is closed
// and everybody is answered.
func (w *writer) take() *request {
	if r := w.held; r != nil {
		w.held = nil
		return r
	}
	if w.passed < bulkTurn {
		if r := w.more(); r != nil {
			w.passed++
			return r
		}
	}
	select {
	case r := <-w.bulk:
		w.passed = 0
		return r
	default:
	}
	select {
	case r := <-w.people:
		w.passed++
		return r
	case r := <-w.bulk:
		w.passed = 0
		return r
	case <-w.quit:
		select {
		case r := <-w.people:
			return r
		case r := <-w.bulk:
			return r
		default:
			return nil
		}
	}
}

func (w *writer) more() *request {
	select {
	case r := <-w.people:
		return r
	default:
		return nil
	}
}

// commit runs first and whatever else waits in one transaction.
func (w *writer) commit(first *request) {
	if first.outside != nil {
		if first.begin() {
			first.done <- guarded(func() error { return first.outside(w.c) })
		}
		return
	}
	start := time.Now()
	for r := first; r != nil; r = w.more() {
		if r != first && (r.alone || first.alone) {
			w.held = r
			break
		}
		if r.begin() && !w.attempt(r) {
			return
		}
		if first.alone || len(w.batch) >= maxBatch || time.Since(start) > maxHold {
			break
		}
	}
	w.finish()
}

// begin claims a request, unless its caller has gone.
func (r *request) begin() bool {
	if r.ctx.Err() == nil {
		return r.state.CompareAndSwap(waiting, begun)
	}
	if r.state.CompareAndSwap(waiting, abandoned) {
		r.done <- r.ctx.Err()
	}
	return false
}

// attempt runs one callback so that its failure is its own. It answers false when the whole batch is lost.
func (w *writer) attempt(r *request) bool {
	r.tx = &liteTx{c: w.c, ctx: r.ctx, callers: 1}
	w.batch = append(w.batch, r)
	run := r.tx.Nested
	if !w.open { // whatever it writes is all that there is, so it needs no savepoint, which would copy each page
		if err := w.c.run("BEGIN IMMEDIATE"); err != nil {
			w.fail(err)
			return false
		}
		w.open, run = true, func(fn func(Tx) error) error { return w.whole(r.tx, fn) }
	}
	r.err = run(r.fn)
	r.tx.end()
	if grave := r.tx.grave; grave != nil || w.open && w.c.lost() {
		if grave == nil {
			grave = fmt.Errorf("db: the transaction was lost: %w", r.err)
		}
		w.fail(grave)
		return false
	}
	return true
}

// whole runs the callback that begins a transaction. If it fails there is none.
func (w *writer) whole(t *liteTx, fn func(Tx) error) error {
	err := t.run(fn)
	if err == nil || t.grave != nil || w.c.lost() {
		return err
	}
	if back := w.c.run("ROLLBACK"); back != nil {
		t.grave = back
		return t.note(back)
	}
	w.open = false
	return err
}

// finish commits, runs what was to follow, and answers. Those who failed are answered after the commit as well: what
// they were refused for may be a neighbour's row that is not there until now.
func (w *writer) finish() {
	good, bad := 0, 0
	for _, r := range w.batch {
		if r.err == nil {
			good += r.tx.callers
		} else {
			bad++
		}
	}
	if len(w.batch) == 0 {
		return
	}
	start, last := time.Now(), "COMMIT"
	if good == 0 {
		last = "ROLLBACK"
	}
	if w.open {
		if err := w.c.run(last); err != nil {
			w.fail(err)
			return
		}
		w.open = false
	}
	if good > 0 {
		w.meter.committed(good, time.Since(start))
	}
	w.meter.failed(bad)
	w.kept = true
	for _, r := range w.batch {
		if r.err == nil {
			w.follow(r.tx.hooks)
		}
	}
	w.answer(nil)
}

// answer tells every member its own outcome, or the one error that befell all.
func (w *writer) answer(all error) {
	for i, r := range w.batch {
		r.tx.end()
		if all != nil {
			r.err = all
		}
		r.done <- r.err
		w.batch[i] = nil
	}
	w.batch, w.kept = w.batch[:0], false
}

// follow runs what waits for a commit. The commit stands, so a panic here is only told to the log.
func (w *writer) follow(hooks []func()) {
	for _, h := range hooks {
		if err := guarded(func() error { h(); return nil }); err != nil {
			w.log.Error("after a commit", "err", err)
		}
	}
}

// fail undoes a batch and tells every member why: nobody may be told that a write is kept which is not.
func (w *writer) fail(cause error) {
	if !w.c.lost() {
		if err := w.c.run("ROLLBACK"); err != nil {
			cause = errors.Join(cause, err)
		}
	}
	w.open = false
	w.meter.failed(len(w.batch))
	w.log.Error("a commit failed", "writes", len(w.batch), "err", cause)
	err := later("db.unavailable", cause)
	if known := told(cause); fault.Is(known, fault.Unavailable) {
		err = known
	}
	w.answer(err)
}
