package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
)

func TestGatheredWritesShareATransactionAndNotTheirFaults(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := note(t, open())
		must(t, d.Write(t.Context(), func(tx db.Tx) error { return add(tx, "taken") }))
		begun, release := make(chan struct{}), make(chan struct{})
		var once sync.Once
		g := db.NewGather(d, func(tx db.Tx, all []string) error {
			once.Do(func() { close(begun); <-release })
			for _, title := range all {
				switch title {
				case "no":
					return errNo
				case "oh":
					panic("oh")
				}
				if err := add(tx, title); err != nil {
					return err
				}
			}
			return nil
		})
		round := func(titles ...string) (failed map[string]error) {
			before := d.Stats()
			failed = map[string]error{}
			var mu sync.Mutex
			var all sync.WaitGroup
			put := func(ctx context.Context, title string) {
				err := g.Write(ctx, title)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failed[title] = err
				}
			}
			all.Go(func() { put(t.Context(), titles[0]) })
			<-begun
			for _, title := range titles[1:] {
				all.Go(func() { put(t.Context(), title) })
			}
			ctx, leave := context.WithCancel(t.Context())
			all.Go(func() { put(ctx, "left") })
			queued(d, len(titles), 0)
			leave()
			queued(d, len(titles)-1, 0)
			close(release)
			all.Wait()
			if !errors.Is(failed["left"], context.Canceled) {
				t.Errorf("one who left: %v", failed["left"])
			}
			delete(failed, "left")
			after := d.Stats()
			if wrote := after.Writes - before.Writes; wrote != uint64(len(titles)-len(failed)) {
				t.Errorf("%d writes told, of %d of which %d failed", wrote, len(titles), len(failed))
			}
			if made := after.Commits - before.Commits; len(failed) == 0 && made != 2 {
				t.Errorf("%d commits for one write and those that waited", made)
			}
			return failed
		}
		var list []string
		for i := range 20 {
			list = append(list, fmt.Sprintf("note %02d", i))
		}
		if failed := round(list...); len(failed) > 0 {
			t.Errorf("%v", failed)
		}
		once, begun, release = sync.Once{}, make(chan struct{}), make(chan struct{})
		failed := round("first", "a", "taken", "no", "b", "oh", "c")
		_, taken := d.Dialect().Unique(failed["taken"])
		if !taken || !errors.Is(failed["no"], errNo) || failed["oh"] == nil || len(failed) != 3 {
			t.Errorf("each has its own outcome: %v", failed)
		}
		if got := titles(t, d); len(got) != 1+len(list)+4 {
			t.Errorf("%q", got)
		}
		must(t, d.Close())
		if err := g.Write(t.Context(), "late"); err == nil {
			t.Error("written after the end")
		}
	})
}

var errNo = errors.New("no")
