package job

import (
	"context"
	"fmt"
	"time"

	"github.com/adhocore/gronx"

	"youpeng/platform/db"
)

// schedule is a job that every workspace makes by itself, again and again.
type schedule struct {
	name string
	rule string // as it stands in the database, to notice a change
	next func(after time.Time, zone *time.Location) (time.Time, error)
	job  New

	until Until // nil: it has something to do at each of its times
}

// planned is a schedule as a workspace has it.
type planned struct {
	rule string
	next int64
}

// plan reads when the schedules of a workspace are next due.
func (q *Queue) plan(ctx context.Context) (map[string]planned, error) {
	plan := map[string]planned{}
	err := q.DB.Read(ctx, func(r db.Reader) error {
		rows, err := r.Query("SELECT name, rule, next FROM job_schedule")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var p planned
			if err := rows.Scan(&name, &p.rule, &p.next); err != nil {
				return err
			}
			plan[name] = p
		}
		return rows.Err()
	})
	return plan, err
}

// Every makes a job at a fixed distance. Times missed while nothing ran are made up once, not each.
func (d *Dispatcher) Every(name string, distance time.Duration, n New) {
	d.schedule(schedule{name: name, rule: distance.String(), job: n, next: func(after time.Time, _ *time.Location) (time.Time, error) {
		return after.Add(distance), nil
	}})
}

// Cron makes a job by a rule of the clock on the workspace's wall, "minute hour day month weekday". An hour that a
// change of clocks repeats counts once, one that it skips happens when the clocks have jumped.
func (d *Dispatcher) Cron(name, rule string, n New) {
	if !gronx.IsValid(rule) {
		panic(fmt.Sprintf("job: schedule %s: %q is no rule", name, rule))
	}
	d.schedule(schedule{name: name, rule: rule, job: n, next: func(after time.Time, zone *time.Location) (time.Time, error) {
		return nextTick(rule, after, zone)
	}})
}

// Until says when work that happens by itself next has something to do in a workspace; zero is not before something is
// written.
type Until func(r db.Reader) (time.Time, error)

// Sleeps says of a schedule until when it may be passed over in a workspace that sleeps.
func (d *Dispatcher) Sleeps(name string, until Until) {
	for i := range d.schedules {
		if d.schedules[i].name == name {
			d.schedules[i].until = until
		}
	}
}

// Next is when somebody must look at the workspace again: when a job is due, or a schedule that has something to do by
// then; zero is never.
func (q *Queue) Next(ctx context.Context) (first time.Time, err error) {
	for name := range q.d.o.Limits {
		next, due, err := q.due(ctx, name)
		if err != nil {
			return first, err
		}
		if due != nil {
			first = sooner(first, next)
		}
	}
	plan, err := q.plan(ctx)
	if err != nil {
		return first, err
	}
	for _, s := range q.d.schedules {
		at := time.UnixMilli(plan[s.name].next)
		if s.until != nil {
			var until time.Time
			if err := q.DB.Read(ctx, func(r db.Reader) (err error) {
				until, err = s.until(r)
				return err
			}); err != nil {
				return first, err
			}
			if until.IsZero() {
				continue
			}
			if until.After(at) {
				at = until
			}
		}
		first = sooner(first, at)
	}
	return first, nil
}

func (d *Dispatcher) schedule(s schedule) {
	for _, other := range d.schedules {
		if other.name == s.name {
			panic("job: schedule " + s.name + " is registered twice")
		}
	}
	s.job.Unique = "schedule " + s.name // one that still runs is not joined by a second
	d.schedules = append(d.schedules, s)
}

// nextTick reads the wall's clock as if it were UTC, where no hour is missing or twice, and looks up the instant.
func nextTick(rule string, after time.Time, zone *time.Location) (time.Time, error) {
	wall := func(t time.Time) time.Time {
		t = t.In(zone)
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	}
	for from := wall(after); ; {
		tick, err := gronx.NextTickAfter(rule, from, false)
		if err != nil {
			return time.Time{}, err
		}
		if at := instant(tick, zone); at.After(after) {
			return at, nil
		}
		from = tick
	}
}

// instant is when a wall shows a time: the first time, where it shows it twice, and moved on, where it never does.
func instant(wall time.Time, zone *time.Location) time.Time {
	at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	_, before := at.Add(-3 * time.Hour).Zone()
	if first := wall.Add(-time.Duration(before) * time.Second).In(zone); first.Before(at) && first.Hour() == wall.Hour() && first.Minute() == wall.Minute() {
		return first
	}
	return at
}

// fire makes the jobs whose time has come and says when the next one's comes; zero when there is no schedule. A row's
// time moves in the transaction that makes its job, so of several processes one makes it.
func (q *Queue) fire(ctx context.Context, now time.Time) (first time.Time, err error) {
	if len(q.d.schedules) == 0 {
		return time.Time{}, nil
	}
	plan, err := q.plan(ctx)
	if err != nil {
		return time.Time{}, err
	}
	for _, s := range q.d.schedules {
		old, known := plan[s.name]
		if known && old.rule == s.rule && old.next > now.UnixMilli() {
			first = sooner(first, time.UnixMilli(old.next))
			continue
		}
		next, err := s.next(now, q.Zone)
		if err != nil {
			return time.Time{}, fmt.Errorf("schedule %s: %w", s.name, err)
		}
		err = q.DB.Write(ctx, func(tx db.Tx) error {
			if !known {
				_, err := tx.Exec(tx.Dialect().Ignore("INSERT INTO job_schedule (name, rule, next) VALUES (?, ?, ?)"), s.name, s.rule, next.UnixMilli())
				return err
			}
			n, err := tx.Exec("UPDATE job_schedule SET rule = ?, next = ? WHERE name = ? AND rule = ? AND next = ?", s.rule, next.UnixMilli(), s.name, old.rule, old.next)
			if err != nil || n == 0 || old.next > now.UnixMilli() {
				return err
			}
			_, err = q.Insert(tx, s.job)
			return err
		})
		if err != nil {
			return time.Time{}, err
		}
		first = sooner(first, next)
	}
	return first, nil
}
