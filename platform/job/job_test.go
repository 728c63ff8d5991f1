package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
	"youpeng/platform/job"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// bench is one dispatcher over one database, with clocks that the test moves.
type bench struct {
	*job.Dispatcher
	*job.Queue
	t     *testing.T
	clock *clock.Manual
	wall  *clock.Manual
	stop  func()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func migrate(t *testing.T, d *db.DB) *db.DB {
	must(t, db.Migrate(t.Context(), d, []db.Migration{{Number: 1, Name: "jobs", Up: func(tx db.Tx) error {
		if _, err := tx.Exec("CREATE TABLE effect (name " + tx.Dialect().Type(db.Text) + " PRIMARY KEY)"); err != nil {
			return err
		}
		return job.Create(tx)
	}}}))
	return d
}

// on starts a dispatcher. Its walls' clock stands, so nothing is renewed or taken back unless the test says so.
func on(t *testing.T, d *db.DB, o job.Options, register func(*job.Dispatcher)) *bench {
	t.Helper()
	b := &bench{t: t, clock: clock.NewManual(start), wall: clock.NewManual(time.Now())}
	if o.Clock != nil {
		b.clock = o.Clock.(*clock.Manual)
	}
	o.Clock, o.Wall = b.clock, b.wall
	if o.Backoff == nil {
		o.Backoff = func(n int64) time.Duration { return time.Duration(n) * time.Minute }
	}
	b.Dispatcher = job.NewDispatcher(o)
	register(b.Dispatcher)
	var err error
	b.Queue, err = b.Add(t.Context(), job.Workspace{DB: d, Zone: time.FixedZone("CST", 8*3600), Value: "ws"})
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { b.Run(ctx) })
	b.stop = func() { cancel(); ended.Wait() }
	t.Cleanup(b.stop)
	return b
}

func (b *bench) insert(n job.New) (j job.Job) {
	b.t.Helper()
	must(b.t, b.DB.Write(b.t.Context(), func(tx db.Tx) (err error) { j, err = b.Queue.Insert(tx, n); return err }))
	return j
}

// until waits for a job to stand as wanted. The walls' clock moves with every look, as it would with time.
func (b *bench) until(uuid string, want func(job.Job) bool) job.Job {
	b.t.Helper()
	for {
		j, err := b.Get(b.t.Context(), uuid)
		must(b.t, err)
		if want(j) {
			return j
		}
		b.wall.Advance(20 * time.Millisecond)
	}
}

func is(s job.State) func(job.Job) bool { return func(j job.Job) bool { return j.State == s } }

func TestRunsAfterTheCommit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		b := on(t, migrate(t, open()), job.Options{}, func(d *job.Dispatcher) {
			d.Register("greet", func(ctx context.Context, run *job.Run) error {
				var name string
				if err := run.Decode(&name); err != nil || run.Workspace.Value != "ws" || run.Actor != 7 {
					return fmt.Errorf("%v %v %d", err, run.Workspace.Value, run.Actor)
				}
				return run.Progress(ctx, map[string]string{"hello": name})
			})
		})
		err := b.DB.Write(t.Context(), func(tx db.Tx) error {
			_, err := b.Insert(tx, job.New{Kind: "greet", Args: "nobody"})
			return errors.Join(err, errors.New("undo"))
		})
		if err == nil {
			t.Error("no error")
		}
		j := b.until(b.insert(job.New{Kind: "greet", Args: "有朋", Actor: 7}).UUID, is(job.Done))
		if string(j.Progress) != `{"hello":"有朋"}` || j.Attempt != 1 || !j.Finished.Equal(start) {
			t.Errorf("%+v", j)
		}
		all, err := b.List(t.Context(), job.Filter{})
		if err != nil || len(all) != 1 {
			t.Errorf("%d jobs, %v; the undone one must not be there", len(all), err)
		}
		for _, bad := range []job.New{{Kind: "unknown"}, {Kind: "greet", Queue: "unknown"}, {Kind: "greet", Args: string(make([]byte, 2<<20))}} {
			if err := b.DB.Write(t.Context(), func(tx db.Tx) error { _, err := b.Insert(tx, bad); return err }); err == nil {
				t.Errorf("%s %s was taken", bad.Kind, bad.Queue)
			}
		}
		if _, err := b.Get(t.Context(), "nothing"); !fault.Is(err, fault.Missing) {
			t.Errorf("missing: %v", err)
		}
	})
}

func TestUniquePriorityDueAndLimits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		gate := make(chan struct{})
		var mu sync.Mutex
		var order []string
		var at, most atomic.Int64
		b := on(t, migrate(t, open()), job.Options{Limits: map[string]int{"one": 1, "three": 3}}, func(d *job.Dispatcher) {
			d.Register("gate", func(ctx context.Context, run *job.Run) error { <-gate; return nil })
			d.Register("note", func(ctx context.Context, run *job.Run) error {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, string(run.Args))
				return nil
			})
			d.Register("count", func(ctx context.Context, run *job.Run) error {
				n := at.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				err := run.Progress(ctx, n)
				at.Add(-1)
				return err
			})
		})
		b.until(b.insert(job.New{Kind: "gate", Queue: "one"}).UUID, is(job.Running))
		first := b.insert(job.New{Kind: "note", Queue: "one", Args: 1, Unique: "u"})
		if again := b.insert(job.New{Kind: "note", Queue: "one", Args: 2, Unique: "u"}); again.ID != first.ID || string(again.Args) != "1" {
			t.Errorf("a second with the same key: %+v", again)
		}
		b.insert(job.New{Kind: "note", Queue: "one", Args: 3, Priority: 5})
		later := b.insert(job.New{Kind: "note", Queue: "one", Args: 4, Priority: 9, Due: start.Add(time.Hour)})
		last := b.insert(job.New{Kind: "note", Queue: "one", Args: 5})
		close(gate)
		b.until(last.UUID, is(job.Done))
		if j, err := b.Get(t.Context(), later.UUID); err != nil || j.State != job.Waiting {
			t.Errorf("before its time: %s %v", j.State, err)
		}
		b.clock.Advance(time.Hour)
		b.until(later.UUID, is(job.Done))
		b.until(b.insert(job.New{Kind: "note", Queue: "one", Args: 6, Unique: "u"}).UUID, is(job.Done)) // the key is free again
		if want := []string{"3", "1", "5", "4", "6"}; !slices.Equal(order, want) {
			t.Errorf("%v, want %v", order, want)
		}
		var many []job.Job
		for range 12 {
			many = append(many, b.insert(job.New{Kind: "count", Queue: "three"}))
		}
		for _, j := range many {
			b.until(j.UUID, is(job.Done))
		}
		if most.Load() > 3 {
			t.Errorf("%d at once on three seats", most.Load())
		}
	})
}

func TestFailuresAreRetriedAndDieInTheEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		var healed atomic.Bool
		b := on(t, migrate(t, open()), job.Options{}, func(d *job.Dispatcher) {
			d.Register("fail", func(context.Context, *job.Run) error {
				if healed.Load() {
					return nil
				}
				return fault.New(fault.Unavailable, "mail.down")
			})
			d.Register("panic", func(context.Context, *job.Run) error { panic("oh") })
			d.Register("final", func(context.Context, *job.Run) error { return job.Final(fault.New(fault.BadRequest, "import.no_file")) })
		})
		j := b.insert(job.New{Kind: "fail", Attempts: 3})
		for n := int64(1); n < 3; n++ {
			j = b.until(j.UUID, func(j job.Job) bool { return j.State == job.Waiting && j.Attempt == n })
			if want := b.clock.Now().Add(time.Duration(n) * time.Minute); !j.Due.Equal(want) || j.Error != "mail.down" {
				t.Errorf("attempt %d: due %v, want %v; %s", n, j.Due, want, j.Error)
			}
			b.clock.Advance(time.Duration(n) * time.Minute)
		}
		b.until(j.UUID, is(job.Dead))
		if j := b.until(b.insert(job.New{Kind: "final"}).UUID, is(job.Dead)); j.Attempt != 1 || j.Error != "import.no_file" {
			t.Errorf("final: %+v", j)
		}
		if j := b.until(b.insert(job.New{Kind: "panic", Attempts: 1}).UUID, is(job.Dead)); j.Error != "job.panic" {
			t.Errorf("panic: %+v", j)
		}
		dead, err := b.List(t.Context(), job.Filter{States: []job.State{job.Dead}, Kinds: []string{"fail", "final"}, Limit: 1})
		if err != nil || len(dead) != 1 || dead[0].Kind != "final" {
			t.Errorf("%+v %v", dead, err)
		}
		if dead, err = b.List(t.Context(), job.Filter{States: []job.State{job.Dead}, Before: dead[0].ID}); err != nil || len(dead) != 1 || dead[0].UUID != j.UUID {
			t.Errorf("the next page: %+v %v", dead, err)
		}
		if n, err := b.Counts(t.Context()); err != nil || n[job.Dead] != 3 {
			t.Errorf("%v %v", n, err)
		}
		healed.Store(true)
		if _, err := b.Retry(t.Context(), j.UUID); err != nil {
			t.Error(err)
		}
		b.until(j.UUID, is(job.Done))
		if _, err := b.Cancel(t.Context(), j.UUID); !fault.Has(err, "job.ended") {
			t.Errorf("cancel what has ended: %v", err)
		}
	})
}

func TestCancel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := migrate(t, open())
		register := func(d *job.Dispatcher) {
			d.Register("long", func(ctx context.Context, run *job.Run) error { <-ctx.Done(); return ctx.Err() })
		}
		b := on(t, d, job.Options{}, register)
		waiting := b.insert(job.New{Kind: "long", Due: start.Add(time.Hour)})
		if j, err := b.Cancel(t.Context(), waiting.UUID); err != nil || j.State != job.Cancelled {
			t.Errorf("%+v %v", j, err)
		}
		running := b.insert(job.New{Kind: "long", Unique: "one"})
		b.until(running.UUID, is(job.Running))
		if _, err := b.Retry(t.Context(), running.UUID); !fault.Has(err, "job.not_ended") {
			t.Errorf("retry what runs: %v", err)
		}
		_, err := b.Cancel(t.Context(), running.UUID)
		must(t, err)
		b.until(running.UUID, is(job.Cancelled))
		b.until(b.insert(job.New{Kind: "long", Unique: "one"}).UUID, is(job.Running))
		if _, err := b.Retry(t.Context(), running.UUID); !fault.Has(err, "job.another_runs") {
			t.Errorf("retry while another has its key: %v", err)
		}
	})
}

// Another process cancels: the one that runs the job learns it with its next heartbeat.
func TestCancelFromAnotherProcess(t *testing.T) {
	t.Parallel()
	at := dbtest.URL(t, "postgres")
	register := func(d *job.Dispatcher) {
		d.Register("long", func(ctx context.Context, run *job.Run) error { <-ctx.Done(); return ctx.Err() })
	}
	a := on(t, migrate(t, dbtest.Open(t, at, db.Options{})), job.Options{}, register)
	j := a.insert(job.New{Kind: "long"})
	a.until(j.UUID, is(job.Running))
	b := on(t, dbtest.Open(t, at, db.Options{}), job.Options{}, register)
	if j, err := b.Cancel(t.Context(), j.UUID); err != nil || !j.Stopping {
		t.Fatalf("%+v %v", j, err)
	}
	a.until(j.UUID, is(job.Cancelled))
}

// A process dies in the middle: the next one runs the job again from its progress, and what the dead one still tries
// to save is refused.
func TestCrashResumesOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		const rows = 10
		frozen, thaw := make(chan struct{}), make(chan struct{})
		work := func(freeze bool) func(*job.Dispatcher) {
			return func(d *job.Dispatcher) {
				d.Register("import", func(ctx context.Context, run *job.Run) error {
					var done int
					if _, err := run.Resume(&done); err != nil {
						return err
					}
					for ; done < rows; done++ {
						if freeze && done == 4 {
							close(frozen)
							<-thaw
							ctx = context.WithoutCancel(ctx)
						}
						err := run.Workspace.DB.Write(ctx, func(tx db.Tx) error {
							if _, err := tx.Exec("INSERT INTO effect (name) VALUES (?)", fmt.Sprint(done)); err != nil {
								return err
							}
							return run.Save(tx, done+1)
						})
						if err != nil {
							return err
						}
					}
					return nil
				})
			}
		}
		first, second := migrate(t, open()), open()
		a := on(t, first, job.Options{}, work(true))
		j := a.insert(job.New{Kind: "import"})
		<-frozen
		b := on(t, second, job.Options{}, work(false))
		b.wall.Advance(31 * time.Second)
		j = b.until(j.UUID, is(job.Done))
		if j.Attempt != 2 || string(j.Progress) != fmt.Sprint(rows) {
			t.Errorf("%+v", j)
		}
		close(thaw)
		a.stop()
		after, err := b.Get(t.Context(), j.UUID)
		if err != nil || after.State != job.Done || after.Attempt != 2 {
			t.Errorf("the dead one spoke: %+v %v", after, err)
		}
	})
}

func TestStopGivesJobsBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := migrate(t, open())
		b := on(t, d, job.Options{}, func(d *job.Dispatcher) {
			d.Register("long", func(ctx context.Context, run *job.Run) error { <-ctx.Done(); return ctx.Err() })
		})
		j := b.insert(job.New{Kind: "long", Attempts: 1})
		b.until(j.UUID, is(job.Running))
		b.Remove(b.Queue)
		if j, err := b.Get(t.Context(), j.UUID); err != nil || j.State != job.Waiting || j.Attempt != 0 {
			t.Errorf("removed: %+v %v", j, err)
		}
		b.stop()
		c := on(t, d, job.Options{}, func(d *job.Dispatcher) {
			d.Register("long", func(ctx context.Context, run *job.Run) error { return nil })
		})
		c.until(j.UUID, is(job.Done))
	})
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		var mu sync.Mutex
		ran := map[string][]time.Time{}
		moving := clock.NewManual(start) // 16:00 in the workspace's zone
		register := func(d *job.Dispatcher) {
			d.Register("tick", func(ctx context.Context, run *job.Run) error {
				mu.Lock()
				defer mu.Unlock()
				ran[string(run.Args)] = append(ran[string(run.Args)], moving.Now())
				return nil
			})
			d.Cron("morning", "30 8 * * *", job.New{Kind: "tick", Args: "morning"})
			d.Every("often", 4*time.Hour, job.New{Kind: "tick", Args: "often"})
		}
		b := on(t, migrate(t, open()), job.Options{Clock: moving}, register)
		times := func(name string) int {
			mu.Lock()
			defer mu.Unlock()
			return len(ran[`"`+name+`"`])
		}
		planned := func() (n int64) {
			must(t, b.DB.Read(t.Context(), func(r db.Reader) error {
				_, err := r.One([]any{&n}, "SELECT count(*) FROM job_schedule WHERE next > ?", moving.Now().UnixMilli())
				return err
			}))
			return n
		}
		settle := func(morning, often int) {
			for done := int64(-1); planned() != 2 || done < int64(morning+often); {
				b.wall.Advance(100 * time.Millisecond)
				n, err := b.Counts(t.Context())
				must(t, err)
				done = n[job.Done]
			}
		}
		settle(0, 0)
		moving.Set(start.Add(16*time.Hour + 31*time.Minute)) // 08:31
		settle(1, 1)
		moving.Set(start.Add(5 * 24 * time.Hour)) // asleep for days: each once
		settle(2, 2)
		b.stop()
		if m, o := times("morning"), times("often"); m != 2 || o != 2 {
			t.Errorf("morning ran %d times and often %d times", m, o)
		}
	})
}

func TestWatch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		step := make(chan struct{})
		b := on(t, migrate(t, open()), job.Options{}, func(d *job.Dispatcher) {
			d.Register("steps", func(ctx context.Context, run *job.Run) error {
				for i := range 3 {
					<-step
					if err := run.Progress(ctx, i); err != nil {
						return err
					}
				}
				<-step
				return nil
			})
		})
		j := b.insert(job.New{Kind: "steps"})
		b.until(j.UUID, is(job.Running))
		seen, err := b.Watch(t.Context(), j.UUID)
		must(t, err)
		if first := <-seen; first.State != job.Running {
			t.Errorf("%+v", first)
		}
		for i := range 3 {
			step <- struct{}{}
			var n int
			if j := <-seen; json.Unmarshal(j.Progress, &n) != nil || n != i {
				t.Errorf("step %d: %+v", i, j)
			}
		}
		step <- struct{}{}
		if last := <-seen; last.State != job.Done {
			t.Errorf("%+v", last)
		}
		if _, more := <-seen; more {
			t.Error("not closed after the end")
		}
	})
}

func TestOldJobsAreForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		b := on(t, migrate(t, open()), job.Options{}, func(d *job.Dispatcher) {
			d.Register("ok", func(context.Context, *job.Run) error { return nil })
			d.Register("bad", func(context.Context, *job.Run) error { return job.Final(errors.New("no")) })
		})
		b.until(b.insert(job.New{Kind: "ok"}).UUID, is(job.Done))
		b.until(b.insert(job.New{Kind: "bad"}).UUID, is(job.Dead))
		b.clock.Advance(15 * 24 * time.Hour)
		for n := (map[job.State]int64{job.Done: 1}); n[job.Done] > 0; {
			b.wall.Advance(time.Hour)
			var err error
			n, err = b.Counts(t.Context())
			must(t, err)
			if n[job.Dead] != 1 {
				t.Errorf("%v: the dead are kept longer", n)
			}
		}
	})
}

func TestManyWorkspacesOneDispatcher(t *testing.T) {
	t.Parallel()
	d := job.NewDispatcher(job.Options{})
	var sum atomic.Int64
	d.Register("add", func(ctx context.Context, run *job.Run) error { sum.Add(1); return nil })
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() { d.Run(ctx) })
	var last []job.Job
	var queues []*job.Queue
	for range 8 {
		q, err := d.Add(t.Context(), job.Workspace{DB: migrate(t, dbtest.Open(t, dbtest.URL(t, "sqlite"), db.Options{}))})
		must(t, err)
		queues = append(queues, q)
		var j job.Job
		for range 10 {
			must(t, q.DB.Write(t.Context(), func(tx db.Tx) (err error) { j, err = q.Insert(tx, job.New{Kind: "add"}); return err }))
		}
		last = append(last, j)
	}
	for i, q := range queues {
		seen, err := q.Watch(t.Context(), last[i].UUID)
		must(t, err)
		for range seen {
		}
	}
	cancel()
	ended.Wait()
	if sum.Load() != 80 {
		t.Errorf("%d of 80 ran, each workspace's last among them", sum.Load())
	}
}
