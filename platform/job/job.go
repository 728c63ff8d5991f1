// Package job is the queue for work that a person could name: an import, an export, a send, something every morning.
// Jobs are rows of the workspace's own database, so one is made in the same transaction as what it is about, and one
// Dispatcher runs those of all workspaces.
//
// A job may run more than once: after an error, or when the process died in the middle. Its handler resumes from
// Args and Progress, and what it saves together with Save happens once.
package job

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// State is where a job stands.
type State string

const (
	Waiting   State = "waiting" // for its time, or for a seat
	Running   State = "running"
	Done      State = "done"
	Dead      State = "dead" // failed for good; a person may look and run it again
	Cancelled State = "cancelled"
)

// Ended says whether nothing more happens by itself.
func (s State) Ended() bool { return s == Done || s == Dead || s == Cancelled }

// Job is one piece of work as it stands in the database.
type Job struct {
	ID       int64
	UUID     string
	Kind     string // which handler runs it
	Queue    string // whose seats it takes
	Args     json.RawMessage
	State    State
	Priority int64 // greater goes first
	Attempt  int64 // runs begun since it was made or run again
	Attempts int64 // runs it gets before it is dead
	Progress json.RawMessage
	Error    string // code of the last failure
	Detail   string // the same for an administrator
	Actor    int64  // the user who asked for it; 0 is the program itself
	Stopping bool   // cancelled while running, and not yet stopped
	Created  time.Time
	Due      time.Time // not before
	Started  time.Time // the last run; zero before the first
	Finished time.Time
	fence    int64 // grows with every claim, so that a run that lost its lease can change nothing
}

// New is a job to be made. Kind is required; the rest has defaults.
type New struct {
	Kind     string
	Queue    string // "default"
	Args     any    // becomes JSON
	Unique   string // while a job with this key waits or runs, another is not made
	Priority int64
	Due      time.Time // now
	Attempts int64     // 10
	Actor    int64
}

const bounds = 1 << 20 // bytes of args or progress

// Create makes the tables. It is a step of the workspace's migrations.
func Create(tx db.Tx) error {
	d := tx.Dialect()
	number, text := " "+d.Type(db.Int), " "+d.Type(db.Text)
	for _, s := range []string{
		"CREATE TABLE job (" + d.Key("id") + ", uuid" + text + " NOT NULL, kind" + text + " NOT NULL, queue" + text + " NOT NULL, args" + text + " NOT NULL, state" + text +
			" NOT NULL, priority" + number + " NOT NULL, attempt" + number + " NOT NULL, attempts" + number + " NOT NULL, fence" + number + " NOT NULL, lease" + number +
			", unique_key" + text + ", progress" + text + ", stopping" + number + " NOT NULL, error" + text + ", detail" + text + ", actor" + number +
			" NOT NULL, created" + number + " NOT NULL, due" + number + " NOT NULL, started" + number + ", finished" + number + ")",
		"CREATE UNIQUE INDEX job_uuid ON job (uuid)",
		"CREATE UNIQUE INDEX job_unique ON job (unique_key) WHERE unique_key IS NOT NULL AND state IN ('waiting', 'running')",
		"CREATE INDEX job_ready ON job (queue, priority DESC, due, id) WHERE state = 'waiting'",
		"CREATE INDEX job_due ON job (queue, due) WHERE state = 'waiting'",
		"CREATE INDEX job_lease ON job (lease) WHERE state = 'running'",
		"CREATE INDEX job_ended ON job (state, finished) WHERE finished IS NOT NULL",
		"CREATE TABLE job_schedule (name" + text + " PRIMARY KEY, rule" + text + " NOT NULL, next" + number + " NOT NULL)",
	} {
		if _, err := tx.Exec(s); err != nil {
			return err
		}
	}
	return nil
}

// Insert makes a job in the caller's transaction; it may begin as soon as that is committed. Where a job with the same
// Unique key waits or runs, that one is answered.
func (q *Queue) Insert(tx db.Tx, n New) (Job, error) {
	now := q.d.o.Clock.Now()
	j := Job{UUID: uuid.Must(uuid.NewV7()).String(), Kind: n.Kind, Queue: n.Queue, State: Waiting, Priority: n.Priority, Attempts: n.Attempts, Actor: n.Actor, Created: now, Due: n.Due}
	if j.Queue == "" {
		j.Queue = "default"
	}
	if j.Attempts <= 0 {
		j.Attempts = 10
	}
	if j.Due.IsZero() {
		j.Due = now
	}
	if q.d.o.Limits[j.Queue] <= 0 {
		return Job{}, fmt.Errorf("job: no queue %q", j.Queue)
	}
	if _, ok := q.d.handlers[j.Kind]; !ok {
		return Job{}, fmt.Errorf("job: no handler for kind %q", j.Kind)
	}
	var err error
	if j.Args, err = encode(n.Args); err != nil {
		return Job{}, err
	}
	var key any
	if n.Unique != "" {
		key = n.Unique
	}
	insert := tx.Dialect().Ignore("INSERT INTO job (uuid, kind, queue, args, state, priority, attempt, attempts, fence, unique_key, stopping, actor, created, due) VALUES (?, ?, ?, ?, 'waiting', ?, 0, ?, 0, ?, 0, ?, ?, ?)")
	for range 3 { // the holder of the key may end between the two statements
		j.ID, err = tx.Insert(insert, j.UUID, j.Kind, j.Queue, string(j.Args), j.Priority, j.Attempts, key, j.Actor, j.Created.UnixMilli(), j.Due.UnixMilli())
		if err != nil {
			return Job{}, err
		}
		if j.ID != 0 {
			tx.AfterCommit(func() { q.d.wake(q, j.Due) })
			return j, nil
		}
		held, err := list(tx, "WHERE unique_key = ? AND state IN ('waiting', 'running')", n.Unique)
		if err != nil {
			return Job{}, err
		}
		if len(held) > 0 {
			return held[0], nil
		}
	}
	return Job{}, fault.New(fault.Unavailable, "job.busy")
}

func encode(v any) (json.RawMessage, error) {
	if v == nil {
		return json.RawMessage("{}"), nil
	}
	b, err := json.Marshal(v)
	if err == nil && len(b) > bounds {
		return nil, fault.New(fault.TooLarge, "job.too_large", "most", bounds)
	}
	return b, err
}

// list reads jobs; rest is what follows FROM.
func list(r db.Reader, rest string, args ...any) ([]Job, error) {
	rows, err := r.Query("SELECT id, uuid, kind, queue, args, state, priority, attempt, attempts, fence, coalesce(progress, ''), stopping, coalesce(error, ''), coalesce(detail, ''), actor, created, due, coalesce(started, 0), coalesce(finished, 0) FROM job "+rest, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Job
	for rows.Next() {
		var j Job
		var args, state, progress string
		var created, due, started, finished int64
		if err := rows.Scan(&j.ID, &j.UUID, &j.Kind, &j.Queue, &args, &state, &j.Priority, &j.Attempt, &j.Attempts, &j.fence, &progress, &j.Stopping,
			&j.Error, &j.Detail, &j.Actor, &created, &due, &started, &finished); err != nil {
			return nil, err
		}
		j.Args, j.State = json.RawMessage(args), State(state)
		if progress != "" {
			j.Progress = json.RawMessage(progress)
		}
		j.Created, j.Due, j.Started, j.Finished = at(created), at(due), at(started), at(finished)
		out = append(out, j)
	}
	return out, rows.Err()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
