package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// Handler does the work of one kind. Its context ends when the job is cancelled, when the server stops, and when the
// lease is lost; it then returns soon, with an error. An error is tried again later, unless it is Final.
type Handler func(ctx context.Context, run *Run) error

// Run is a job while it is being run.
type Run struct {
	Job
	Workspace Workspace
	q         *Queue
	cancel    context.CancelCauseFunc
}

var (
	errCancelled = errors.New("job: cancelled")
	errStopping  = errors.New("job: the server stops")
	errLost      = errors.New("job: the lease was lost, another run has it")
)

// Decode reads the arguments into v.
func (r *Run) Decode(v any) error { return json.Unmarshal(r.Args, v) }

// Resume reads the progress of an earlier run into v and says whether there was any.
func (r *Run) Resume(v any) (bool, error) {
	if r.Job.Progress == nil {
		return false, nil
	}
	return true, json.Unmarshal(r.Job.Progress, v)
}

// Save writes progress in the same transaction as the work it counts, so that after a crash neither is there without
// the other. It fails when another run has the job, and the work is undone with it.
func (r *Run) Save(tx db.Tx, progress any) error {
	b, err := encode(progress)
	if err != nil {
		return err
	}
	n, err := tx.Exec("UPDATE job SET progress = ? WHERE id = ? AND fence = ? AND state = 'running'", string(b), r.ID, r.fence)
	if err == nil && n == 0 {
		err = errLost
	}
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { r.Job.Progress = b; r.q.notify(r.ID) })
	return nil
}

// Progress writes how far the work is, for people to see and a later run to resume from.
func (r *Run) Progress(ctx context.Context, progress any) error {
	return r.q.DB.Write(ctx, func(tx db.Tx) error { return r.Save(tx, progress) })
}

type final struct{ error }

func (f final) Unwrap() error { return f.error }

// Final marks an error that would be the same at every attempt: the job is dead at once.
func Final(err error) error {
	if err == nil {
		return nil
	}
	return final{err}
}

// start runs a claimed job in a goroutine of its own.
func (q *Queue) start(ctx context.Context, j Job) {
	runCtx, cancel := context.WithCancelCause(ctx)
	r := &Run{Job: j, Workspace: q.Workspace, q: q, cancel: cancel}
	q.mu.Lock()
	q.running[j.ID] = r
	q.mu.Unlock()
	q.ended.Add(1)
	go func() {
		defer q.ended.Done()
		q.notify(j.ID)
		o := q.d.judge(runCtx, j, q.d.handlers[j.Kind].run(runCtx, r))
		cancel(nil)
		q.finish(ctx, r, o)
		q.mu.Lock()
		delete(q.running, j.ID)
		q.mu.Unlock()
		q.d.freed(j.Queue)
	}()
}

// run calls the handler and makes an error of its panic.
func (h Handler) run(ctx context.Context, r *Run) (err error) {
	if h == nil {
		return fault.New(fault.Internal, "job.unknown_kind", "kind", r.Kind)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "job.panic").Because(fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
	}()
	return h(ctx, r)
}

// judge says what becomes of a job after a run.
func (d *Dispatcher) judge(ctx context.Context, j Job, err error) outcome {
	if err == nil {
		return outcome{state: Done}
	}
	var end final
	cause := context.Cause(ctx)
	o := outcome{state: Waiting, code: fault.As(err).Code, detail: fmt.Sprintf("%.1000s", err.Error())}
	switch {
	case errors.Is(cause, errCancelled):
		return outcome{state: Cancelled}
	case errors.Is(cause, errStopping), errors.Is(cause, context.Canceled): // the server stops: nothing is wrong with the job
		return outcome{state: Waiting, due: j.Due, giveBack: true}
	case errors.As(err, &end), j.Attempt >= j.Attempts:
		o.state = Dead
	}
	o.due = d.o.Clock.Now().Add(d.o.Backoff(j.Attempt))
	return o
}

// finish writes the outcome and does not give up while the database is in trouble and the lease is ours.
func (q *Queue) finish(ctx context.Context, r *Run, o outcome) {
	use := context.WithoutCancel(ctx)
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := q.DB.Write(use, func(tx db.Tx) error {
			_, err := q.settle(tx, r.Job, o, q.d.o.Clock.Now())
			return err
		})
		if err == nil {
			return
		}
		q.d.o.Log.Error("a job's outcome could not be written", "job", r.UUID, "kind", r.Kind, "err", err)
		if !fault.Is(err, fault.Unavailable) || fault.Has(err, "db.closed") {
			return // its lease runs out, and it runs again
		}
		select {
		case <-q.d.o.Wall.After(wait):
		case <-ctx.Done():
			return
		}
	}
}

func (q *Queue) runs() []*Run {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([]*Run, 0, len(q.running))
	for _, r := range q.running {
		out = append(out, r)
	}
	return out
}

func (q *Queue) stop(id int64, why error) {
	q.mu.Lock()
	r := q.running[id]
	q.mu.Unlock()
	if r != nil {
		r.cancel(why)
	}
}
