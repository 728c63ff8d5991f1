package job

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// Workspace is what a queue belongs to.
type Workspace struct {
	DB    *db.DB
	Zone  *time.Location // schedules by the clock on the wall are meant in it; nil is UTC
	Value any            // handed to handlers as it is
}

// Queue is the jobs of one workspace. Its methods may be called from anywhere.
type Queue struct {
	Workspace
	d *Dispatcher

	next time.Time // when to look again; guarded by the dispatcher
	slot int       // place in its heap, -1 outside
	gone bool

	sweep   time.Time  // when old jobs are next thrown away; only the dispatcher's loop touches it
	visited sync.Mutex // held while the dispatcher starts jobs

	mu      sync.Mutex
	running map[int64]*Run
	ended   sync.WaitGroup
	watched map[int64]map[chan struct{}]bool
}

// Filter chooses jobs for a list; the zero value means all.
type Filter struct {
	States []State
	Kinds  []string
	Actor  int64 // only those this user asked for
	Before int64 // only those made before the one with this ID, for the next page
	Limit  int   // 50
}

// List answers the newest first.
func (q *Queue) List(ctx context.Context, f Filter) (out []Job, err error) {
	where, args := []string{"1 = 1"}, []any{}
	if len(f.States) > 0 {
		where = append(where, "state IN (?"+strings.Repeat(", ?", len(f.States)-1)+")")
		for _, s := range f.States {
			args = append(args, string(s))
		}
	}
	if len(f.Kinds) > 0 {
		where = append(where, "kind IN (?"+strings.Repeat(", ?", len(f.Kinds)-1)+")")
		for _, k := range f.Kinds {
			args = append(args, k)
		}
	}
	if f.Actor != 0 {
		where, args = append(where, "actor = ?"), append(args, f.Actor)
	}
	if f.Before != 0 {
		where, args = append(where, "id < ?"), append(args, f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	args = append(args, f.Limit)
	err = q.DB.Read(ctx, func(r db.Reader) error {
		out, err = list(r, "WHERE "+strings.Join(where, " AND ")+" ORDER BY id DESC LIMIT ?", args...)
		return err
	})
	return out, err
}

// Get finds a job by its public id.
func (q *Queue) Get(ctx context.Context, uuid string) (j Job, err error) {
	err = q.DB.Read(ctx, func(r db.Reader) error {
		j, err = get(r, uuid)
		return err
	})
	return j, err
}

func get(r db.Reader, uuid string) (Job, error) {
	found, err := list(r, "WHERE uuid = ?", uuid)
	if err != nil {
		return Job{}, err
	}
	if len(found) == 0 {
		return Job{}, fault.New(fault.Missing, "job.missing")
	}
	return found[0], nil
}

// Going says whether a job waits or runs; one that was thrown away does not.
func (q *Queue) Going(ctx context.Context, id int64) (going bool, err error) {
	var n int64
	err = q.DB.Read(ctx, func(r db.Reader) error {
		_, err := r.One([]any{&n}, "SELECT count(*) FROM job WHERE id = ? AND state IN ('waiting', 'running')", id)
		return err
	})
	return n > 0, err
}

// Counts says how many jobs stand in each state.
func (q *Queue) Counts(ctx context.Context) (map[State]int64, error) {
	n := map[State]int64{}
	err := q.DB.Read(ctx, func(r db.Reader) error {
		rows, err := r.Query("SELECT state, count(*) FROM job GROUP BY state")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			var c int64
			if err := rows.Scan(&s, &c); err != nil {
				return err
			}
			n[State(s)] = c
		}
		return rows.Err()
	})
	return n, err
}

// Cancel ends a waiting job at once and asks a running one to stop, wherever it runs. An ended job is a conflict.
func (q *Queue) Cancel(ctx context.Context, uuid string) (j Job, err error) {
	err = q.DB.Write(ctx, func(tx db.Tx) error {
		if j, err = get(tx, uuid); err != nil {
			return err
		}
		now := q.d.o.Clock.Now()
		n, err := tx.Exec("UPDATE job SET state = 'cancelled', finished = ? WHERE id = ? AND state = 'waiting'", now.UnixMilli(), j.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			if n, err = tx.Exec("UPDATE job SET stopping = 1 WHERE id = ? AND state = 'running'", j.ID); err != nil {
				return err
			}
		}
		if n == 0 {
			return fault.New(fault.Conflict, "job.ended", "state", string(j.State))
		}
		tx.AfterCommit(func() { q.stop(j.ID, errCancelled); q.notify(j.ID) })
		j, err = get(tx, uuid)
		return err
	})
	return j, err
}

// Retry runs an ended job again, with all its attempts and what progress it had.
func (q *Queue) Retry(ctx context.Context, uuid string) (j Job, err error) {
	err = q.DB.Write(ctx, func(tx db.Tx) error {
		if j, err = get(tx, uuid); err != nil {
			return err
		}
		now := q.d.o.Clock.Now()
		var n int64
		err := tx.Nested(func(tx db.Tx) (err error) {
			n, err = tx.Exec("UPDATE job SET state = 'waiting', attempt = 0, stopping = 0, finished = NULL, error = NULL, detail = NULL, due = ? WHERE id = ? AND state IN ('done', 'dead', 'cancelled')", now.UnixMilli(), j.ID)
			return err
		})
		if _, taken := tx.Dialect().Unique(err); taken {
			return fault.New(fault.Conflict, "job.another_runs").Because(err)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "job.not_ended", "state", string(j.State))
		}
		tx.AfterCommit(func() { q.d.wake(q, now); q.notify(j.ID) })
		j, err = get(tx, uuid)
		return err
	})
	return j, err
}

// claim takes up to room jobs of one queue that are due, and says when the next one is.
func (q *Queue) claim(ctx context.Context, name string, room int) (got []Job, next time.Time, err error) {
	now, lease := q.d.o.Clock.Now(), q.d.o.Wall.Now().Add(q.d.o.Lease)
	var due *int64
	if next, due, err = q.due(ctx, name); err != nil || due == nil || next.After(now) || room <= 0 {
		return nil, next, err
	}
	err = q.DB.Write(ctx, func(tx db.Tx) error {
		got, err = list(tx, "WHERE state = 'waiting' AND queue = ? AND due <= ? ORDER BY priority DESC, due, id LIMIT ?"+tx.Dialect().Locked(), name, now.UnixMilli(), room)
		if err != nil {
			return err
		}
		for i := range got {
			j := &got[i]
			j.State, j.Started, j.Attempt, j.fence = Running, now, j.Attempt+1, j.fence+1
			if _, err := tx.Exec("UPDATE job SET state = 'running', attempt = ?, fence = ?, lease = ?, started = ? WHERE id = ?", j.Attempt, j.fence, lease.UnixMilli(), now.UnixMilli(), j.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, time.Time{}, err
	}
	if len(got) < room {
		next, _, err = q.due(ctx, name)
		if next.Before(now) && !next.IsZero() { // others hold what is left
			next = now.Add(100 * time.Millisecond)
		}
	}
	return got, next, err
}

// due looks when the first job of a queue is due, without writing: an idle workspace costs one read.
func (q *Queue) due(ctx context.Context, name string) (next time.Time, ms *int64, err error) {
	err = q.DB.Read(ctx, func(r db.Reader) error {
		var v any
		if _, err := r.One([]any{&v}, "SELECT min(due) FROM job WHERE state = 'waiting' AND queue = ?", name); err != nil {
			return err
		}
		if n, ok := v.(int64); ok {
			next, ms = time.UnixMilli(n), &n
		}
		return nil
	})
	return next, ms, err
}

// renew prolongs the leases of what runs here, learns what is to be stopped, and takes back what others let lapse.
func (q *Queue) renew(ctx context.Context) error {
	runs := q.runs()
	now := q.d.o.Wall.Now()
	var stop, lost []*Run
	if len(runs) > 0 {
		err := q.DB.Write(ctx, func(tx db.Tx) error {
			stop, lost = stop[:0], lost[:0]
			for _, r := range runs {
				n, err := tx.Exec("UPDATE job SET lease = ? WHERE id = ? AND fence = ? AND state = 'running'", now.Add(q.d.o.Lease).UnixMilli(), r.ID, r.fence)
				if err != nil {
					return err
				}
				var stopping bool
				if _, err := tx.One([]any{&stopping}, "SELECT stopping FROM job WHERE id = ?", r.ID); err != nil {
					return err
				}
				switch {
				case n == 0:
					lost = append(lost, r)
				case stopping:
					stop = append(stop, r)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, r := range stop {
		r.cancel(errCancelled)
	}
	for _, r := range lost {
		r.cancel(errLost)
	}
	return q.reclaim(ctx, now)
}

// reclaim makes jobs wait again whose process is gone: their lease ended before the given time.
func (q *Queue) reclaim(ctx context.Context, before time.Time) error {
	var n int64
	err := q.DB.Read(ctx, func(r db.Reader) error {
		_, err := r.One([]any{&n}, "SELECT count(*) FROM job WHERE state = 'running' AND lease < ?", before.UnixMilli())
		return err
	})
	if err != nil || n == 0 {
		return err
	}
	now := q.d.o.Clock.Now()
	return q.DB.Write(ctx, func(tx db.Tx) error {
		var gone []Job
		if gone, err = list(tx, "WHERE state = 'running' AND lease < ?"+tx.Dialect().Locked(), before.UnixMilli()); err != nil {
			return err
		}
		for _, j := range gone {
			o := outcome{state: Waiting, due: now, code: "job.lost", detail: "the process that ran it went away"}
			switch {
			case j.Stopping:
				o.state = Cancelled
			case j.Attempt >= j.Attempts:
				o.state = Dead
			}
			if _, err := q.settle(tx, j, o, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// outcome is how a run ended.
type outcome struct {
	state        State
	due          time.Time // of the next run, where the state is Waiting
	code, detail string
	giveBack     bool // the attempt does not count
}

// settle writes an outcome, unless the run had lost its lease.
func (q *Queue) settle(tx db.Tx, j Job, o outcome, now time.Time) (bool, error) {
	var finished any
	if o.state.Ended() {
		finished = now.UnixMilli()
	} else {
		finished, j.Due = nil, o.due
	}
	if o.giveBack {
		j.Attempt--
	}
	n, err := tx.Exec("UPDATE job SET state = ?, attempt = ?, due = ?, lease = NULL, stopping = 0, error = ?, detail = ?, finished = ? WHERE id = ? AND fence = ? AND state = 'running'",
		string(o.state), j.Attempt, j.Due.UnixMilli(), null(o.code), null(o.detail), finished, j.ID, j.fence)
	if err == nil && n > 0 {
		tx.AfterCommit(func() {
			q.notify(j.ID)
			if o.state == Waiting {
				q.d.wake(q, o.due)
			}
		})
	}
	return n > 0, err
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// forget throws away what ended long ago, a piece at a time.
func (q *Queue) forget(ctx context.Context) error {
	now := q.d.o.Clock.Now()
	for state, keep := range map[State]time.Duration{Done: q.d.o.Keep, Cancelled: q.d.o.Keep, Dead: q.d.o.KeepDead} {
		for more := true; more; {
			err := q.DB.WriteBulk(ctx, func(tx db.Tx) error {
				n, err := tx.Exec("DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state = ? AND finished < ? LIMIT 200)", string(state), now.Add(-keep).UnixMilli())
				more = n == 200
				return err
			})
			if err != nil {
				return fmt.Errorf("forgetting old jobs: %w", err)
			}
		}
	}
	return nil
}
