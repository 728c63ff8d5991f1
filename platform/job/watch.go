package job

import (
	"context"
	"time"
)

// Watch answers a job as it stands and again after each change, until it has ended or ctx does; then the channel is
// closed. Changes that come faster than they are read are seen as one.
func (q *Queue) Watch(ctx context.Context, uuid string) (<-chan Job, error) {
	j, err := q.Get(ctx, uuid)
	if err != nil {
		return nil, err
	}
	bell := make(chan struct{}, 1)
	q.mu.Lock()
	if q.watched[j.ID] == nil {
		q.watched[j.ID] = map[chan struct{}]bool{}
	}
	q.watched[j.ID][bell] = true
	q.mu.Unlock()
	out := make(chan Job)
	go q.watch(ctx, j, bell, out)
	return out, nil
}

func (q *Queue) watch(ctx context.Context, last Job, bell chan struct{}, out chan<- Job) {
	defer close(out)
	defer q.unwatch(last.ID, bell)
	for told := false; ; told = true {
		j, err := q.Get(ctx, last.UUID) // read after the bell is hung, so that no change is missed
		if err != nil {
			return
		}
		if !told || !same(j, last) {
			select {
			case out <- j:
			case <-ctx.Done():
				return
			}
		}
		if last = j; j.State.Ended() {
			return
		}
		var poll <-chan time.Time
		if q.shared() { // another process may be running it
			poll = q.d.o.Wall.After(time.Second)
		}
		select {
		case <-bell:
		case <-poll:
		case <-ctx.Done():
			return
		}
	}
}

func same(a, b Job) bool {
	return a.State == b.State && a.Attempt == b.Attempt && a.Stopping == b.Stopping && a.Error == b.Error && a.Due.Equal(b.Due) && string(a.Progress) == string(b.Progress)
}

func (q *Queue) unwatch(id int64, bell chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.watched[id], bell)
	if len(q.watched[id]) == 0 {
		delete(q.watched, id)
	}
}

// notify rings for everybody who watches a job.
func (q *Queue) notify(id int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for bell := range q.watched[id] {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
}
