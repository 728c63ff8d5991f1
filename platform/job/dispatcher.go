package job

import (
	"container/heap"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"youpeng/platform/clock"
)

// Options tunes a Dispatcher; what is zero gets its default.
type Options struct {
	Clock    clock.Clock    // when jobs are due; the machine's
	Wall     clock.Clock    // leases and heartbeats, which must not run faster with a fast Clock; the machine's
	Log      *slog.Logger   // silence
	Limits   map[string]int // seats per queue in this process; {"default": 4, "bulk": 1}
	Lease    time.Duration  // how long a dead process keeps a job from others; 30 s
	Poll     time.Duration  // how often to look at a database that other processes write too; 2 s
	Keep     time.Duration  // done and cancelled jobs; 14 days
	KeepDead time.Duration  // dead ones; 90 days
	Backoff  func(attempt int64) time.Duration
}

// Dispatcher runs the jobs of all workspaces: a heap says which queue to look at next, and inserts wake it.
type Dispatcher struct {
	o         Options
	handlers  map[string]Handler
	schedules []schedule
	signal    chan struct{}

	mu    sync.Mutex
	heap  queues
	all   map[*Queue]bool
	taken map[string]int // seats in use
	full  map[*Queue]bool
}

// NewDispatcher makes one that runs nothing yet. Handlers and schedules are registered before the first Add.
func NewDispatcher(o Options) *Dispatcher {
	if o.Clock == nil {
		o.Clock = clock.Wall{}
	}
	if o.Wall == nil {
		o.Wall = clock.Wall{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Limits == nil {
		o.Limits = map[string]int{"default": 4, "bulk": 1}
	}
	o.Lease = orElse(o.Lease, 30*time.Second)
	o.Poll = orElse(o.Poll, 2*time.Second)
	o.Keep = orElse(o.Keep, 14*24*time.Hour)
	o.KeepDead = orElse(o.KeepDead, 90*24*time.Hour)
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	return &Dispatcher{o: o, handlers: map[string]Handler{}, signal: make(chan struct{}, 1), all: map[*Queue]bool{}, taken: map[string]int{}, full: map[*Queue]bool{}}
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// backoff is about 2 s after the first failure, doubles to about an hour, and is spread so that jobs that failed
// together do not come back together.
func backoff(attempt int64) time.Duration {
	d := min(time.Second<<min(attempt, 12), time.Hour)
	return d/2 + rand.N(d)
}

// Register says what runs jobs of a kind.
func (d *Dispatcher) Register(kind string, h Handler) {
	if _, twice := d.handlers[kind]; twice {
		panic("job: kind " + kind + " is registered twice")
	}
	d.handlers[kind] = h
}

// Add lets the jobs of a workspace run, from now until Remove.
func (d *Dispatcher) Add(ctx context.Context, w Workspace) (*Queue, error) {
	if w.Zone == nil {
		w.Zone = time.UTC
	}
	q := &Queue{Workspace: w, d: d, slot: -1, running: map[int64]*Run{}, watched: map[int64]map[chan struct{}]bool{}}
	if !q.shared() { // nobody else can be running its jobs: what is said to run died with its process
		if err := q.reclaim(ctx, d.o.Wall.Now().Add(1000*time.Hour)); err != nil {
			return nil, fmt.Errorf("jobs of an earlier process: %w", err)
		}
	}
	d.mu.Lock()
	d.all[q] = true
	d.mu.Unlock()
	d.wake(q, d.o.Clock.Now())
	return q, nil
}

// shared says whether other processes may use the database too.
func (q *Queue) shared() bool { return q.DB.Dialect().Locked() != "" }

// Remove stops the workspace's running jobs and waits for them; they wait for the next Add.
func (d *Dispatcher) Remove(q *Queue) {
	d.mu.Lock()
	q.gone = true
	delete(d.all, q)
	delete(d.full, q)
	if q.slot >= 0 {
		heap.Remove(&d.heap, q.slot)
	}
	d.mu.Unlock()
	q.visited.Lock()
	defer q.visited.Unlock()
	for _, r := range q.runs() {
		r.cancel(errStopping)
	}
	q.ended.Wait()
}

// Pause is Remove where nothing of the workspace runs; else it does nothing and says no.
func (d *Dispatcher) Pause(q *Queue) bool {
	q.visited.Lock()
	defer q.visited.Unlock()
	if len(q.runs()) > 0 {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	q.gone = true
	delete(d.all, q)
	delete(d.full, q)
	if q.slot >= 0 {
		heap.Remove(&d.heap, q.slot)
	}
	return true
}

// Resume takes back a Pause.
func (d *Dispatcher) Resume(q *Queue) {
	d.mu.Lock()
	q.gone = false
	d.all[q] = true
	d.mu.Unlock()
	d.wake(q, d.o.Clock.Now())
}

// away says whether a queue was removed.
func (d *Dispatcher) away(q *Queue) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return q.gone
}

// wake makes the dispatcher look at a queue at a time, or before.
func (d *Dispatcher) wake(q *Queue, when time.Time) {
	d.mu.Lock()
	switch {
	case q.gone:
	case q.slot < 0:
		q.next = when
		heap.Push(&d.heap, q)
	case when.Before(q.next):
		q.next = when
		heap.Fix(&d.heap, q.slot)
	}
	first := q.slot == 0
	d.mu.Unlock()
	if first {
		d.ring()
	}
}

func (d *Dispatcher) ring() {
	select {
	case d.signal <- struct{}{}:
	default:
	}
}

// freed gives a seat back and lets those look again who found none.
func (d *Dispatcher) freed(name string) {
	d.mu.Lock()
	d.taken[name]--
	waiting := slices.Collect(maps.Keys(d.full))
	clear(d.full)
	d.mu.Unlock()
	for _, q := range waiting {
		d.wake(q, d.o.Clock.Now())
	}
}

// Run dispatches until ctx ends, then stops what runs and waits for it.
func (d *Dispatcher) Run(ctx context.Context) {
	run, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	beat, poll := d.o.Wall.After(d.o.Lease/3), d.o.Wall.After(d.o.Poll)
	for ctx.Err() == nil {
		var due <-chan time.Time
		read := d.o.Clock.Now()
		q, in := d.first()
		if q != nil {
			d.visit(run, q)
			continue
		}
		if in > 0 {
			due = d.o.Clock.After(in)
			if d.o.Clock.Now().Sub(read) > time.Minute { // it was moved in between, and due is too late
				continue
			}
		}
		select {
		case <-ctx.Done():
		case <-d.signal:
		case <-due:
		case <-beat:
			d.beat(run)
			beat = d.o.Wall.After(d.o.Lease / 3)
		case <-poll:
			d.poll()
			poll = d.o.Wall.After(d.o.Poll)
		}
	}
	cancel(errStopping)
	for _, q := range d.queues() {
		q.ended.Wait()
	}
}

// first takes the queue that is due off the heap, or says in how long one will be.
func (d *Dispatcher) first() (*Queue, time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.heap) == 0 {
		return nil, 0
	}
	if in := d.heap[0].next.Sub(d.o.Clock.Now()); in > 0 {
		return nil, in
	}
	return heap.Pop(&d.heap).(*Queue), 0
}

// turn is how many jobs a workspace may start before the next workspace has its turn.
const turn = 2

// visit fires the schedules of a workspace, starts what is due and has a seat, and plans the next visit.
func (d *Dispatcher) visit(run context.Context, q *Queue) {
	q.visited.Lock() // Remove waits for what is started here
	defer q.visited.Unlock()
	if d.away(q) {
		return
	}
	ctx, cancel := context.WithTimeout(run, 10*time.Second)
	defer cancel()
	now := d.o.Clock.Now()
	next, err := q.fire(ctx, now)
	for _, name := range slices.Sorted(maps.Keys(d.o.Limits)) {
		if err != nil {
			break
		}
		var then time.Time
		if then, err = d.fill(ctx, run, q, name); !then.IsZero() {
			next = sooner(next, then)
		}
	}
	if err != nil {
		d.o.Log.Error("looking for jobs", "err", err)
		next = now.Add(5 * time.Second)
	}
	if !next.IsZero() {
		d.wake(q, next)
	}
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// fill starts jobs of one queue of a workspace on free seats and says when to look again.
func (d *Dispatcher) fill(ctx, run context.Context, q *Queue, name string) (time.Time, error) {
	d.mu.Lock()
	room := min(turn, d.o.Limits[name]-d.taken[name])
	if q.gone {
		room = 0
	}
	d.taken[name] += max(room, 0) // reserved while we look
	d.mu.Unlock()
	got, next, err := q.claim(ctx, name, room)
	now := d.o.Clock.Now()
	d.mu.Lock()
	d.taken[name] -= max(room, 0) - len(got)
	blocked := d.taken[name] >= d.o.Limits[name]
	if blocked && !next.IsZero() && !next.After(now) {
		d.full[q], next = true, time.Time{} // freed will wake it
	}
	d.mu.Unlock()
	for _, j := range got {
		q.start(run, j)
	}
	return next, err
}

// poll looks at the queues that other processes fill, too.
func (d *Dispatcher) poll() {
	for _, q := range d.queues() {
		if q.shared() {
			d.wake(q, d.o.Clock.Now())
		}
	}
}

// beat renews every workspace's leases, and once an hour throws away what ended long ago.
func (d *Dispatcher) beat(run context.Context) {
	for _, q := range d.queues() {
		ctx, cancel := context.WithTimeout(run, d.o.Lease/3)
		err := q.renew(ctx)
		if now := d.o.Wall.Now(); err == nil && !now.Before(q.sweep) {
			q.sweep = now.Add(time.Hour)
			err = q.forget(ctx)
		}
		cancel()
		if err != nil && !d.away(q) {
			d.o.Log.Error("keeping the jobs of a workspace", "err", err)
		}
	}
}

func (d *Dispatcher) queues() []*Queue {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Keys(d.all))
}

// queues is a heap by the time of the next visit.
type queues []*Queue

func (h queues) Len() int           { return len(h) }
func (h queues) Less(i, j int) bool { return h[i].next.Before(h[j].next) }
func (h queues) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].slot, h[j].slot = i, j
}
func (h *queues) Push(x any) {
	q := x.(*Queue)
	q.slot = len(*h)
	*h = append(*h, q)
}
func (h *queues) Pop() any {
	old := *h
	q := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	q.slot = -1
	return q
}
