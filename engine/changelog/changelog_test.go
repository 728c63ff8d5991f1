package changelog_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/changelog"
	"youpeng/engine/record"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// each gives a test a database with the tables of the log, and a way to open the log.
func each(t *testing.T, f func(t *testing.T, d *db.DB, open func() *changelog.Log, time *clock.Manual)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, another func() *db.DB) {
		d, c := another(), clock.NewManual(start)
		_, err := record.Open(t.Context(), record.Options{DB: d, Clock: c})
		must(t, err)
		f(t, d, func() *changelog.Log {
			t.Helper()
			l, err := changelog.Open(t.Context(), changelog.Options{DB: d, Clock: c})
			must(t, err)
			t.Cleanup(l.Close)
			return l
		}, c)
	})
}

// write is a transaction of the record room, as far as the log sees it; hold keeps it open before it commits.
func write(ctx context.Context, d *db.DB, at time.Time, record int64, changes int, hold func()) error {
	return d.Write(ctx, func(tx db.Tx) error {
		id := uuid.New()
		set, err := tx.Insert("INSERT INTO sys_change_set (uuid, at, actor, via, reason, kind, state, counts) VALUES (?, ?, 1, 'api', '', 'write', 'complete', 1)", id[:], at.UnixMicro())
		if err != nil {
			return err
		}
		commit, err := tx.Insert("INSERT INTO sys_commit (change_set, at) VALUES (?, ?)", set, at.UnixMicro())
		if err != nil {
			return err
		}
		for i := range changes {
			_, err := tx.Insert("INSERT INTO sys_change (commit_id, change_set, object, record, op, version, rev, before, names, salt, digest) VALUES (?, ?, 1, ?, 'update', 1, 1, '{}', 'name,size', ?, ?)",
				commit, set, record+int64(i), []byte{1}, []byte{byte(record), byte(i)})
			if err != nil {
				return err
			}
		}
		if hold != nil {
			hold()
		}
		return nil
	})
}

// gate keeps transactions open and lets them go in a random order.
type gate struct {
	mu            sync.Mutex
	width, coming int
	waiting       []chan struct{}
}

func (g *gate) pass() {
	leave := make(chan struct{})
	g.mu.Lock()
	g.waiting = append(g.waiting, leave)
	g.open()
	g.mu.Unlock()
	<-leave
}

// done says that a writer will not come again.
func (g *gate) done() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.coming--
	g.open()
}

// open lets one go as soon as as many wait as may be under way at once.
func (g *gate) open() {
	for len(g.waiting) > 0 && len(g.waiting) >= min(g.width, g.coming) {
		i := rand.IntN(len(g.waiting))
		close(g.waiting[i])
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
}

// TestNothingIsSkippedOrToldTwice has 16 writers whose transactions commit in another order than they began, while a
// reader and a consumer are stopped and started again.
func TestNothingIsSkippedOrToldTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, open func() *changelog.Log, _ *clock.Manual) {
		const writers, times = 16, 25
		must(t, d.Schema(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec("CREATE TABLE seen (id " + tx.Dialect().Type(db.Int) + " PRIMARY KEY)")
			return err
		}))
		g := &gate{width: 8, coming: writers}
		if d.Dialect().Name() == "sqlite" {
			g.width = 1 // it has one writer
		}
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				defer g.done()
				for i := range times {
					if err := write(context.Background(), d, start, int64(1000*w+10*i), 1+i%3, g.pass); err != nil {
						t.Errorf("write: %v", err)
						return
					}
				}
			})
		}
		told, at := map[int64]int{}, int64(0)
		errStop := errors.New("stop")
		for run := 0; at < writers*times; run++ {
			l := open()
			l.Add(changelog.Consumer{Name: "seen", Past: true, Limit: 7, Handle: func(tx db.Tx, batch []changelog.Commit) error {
				for _, k := range batch {
					for _, c := range k.Changes {
						if _, err := tx.Exec("INSERT INTO seen (id) VALUES (?)", c.ID); err != nil {
							return err
						}
					}
				}
				return nil
			}})
			l.Start()
			batches := 0
			err := l.Follow(t.Context(), at, 1+rand.IntN(40), func(batch []changelog.Commit) error {
				for _, k := range batch {
					if k.Seq != at+1 || len(k.Changes) == 0 {
						t.Errorf("commit %d with %d changes after %d", k.Seq, len(k.Changes), at)
					}
					at = k.Seq
					for _, c := range k.Changes {
						told[c.ID]++
					}
				}
				if batches++; batches == 5 || at == writers*times {
					return errStop
				}
				return nil
			})
			if !errors.Is(err, errStop) {
				t.Fatal(err)
			}
			l.Close()
		}
		all.Wait()
		var changes int64
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			_, err := r.One([]any{&changes}, "SELECT count(*) FROM sys_change")
			return err
		}))
		if int64(len(told)) != changes {
			t.Errorf("%d of %d changes told", len(told), changes)
		}
		for id, n := range told {
			if n != 1 {
				t.Errorf("change %d told %d times", id, n)
			}
		}
		last := open()
		done := make(chan struct{}, 1)
		last.Add(changelog.Consumer{Name: "seen", Limit: 50, Handle: func(tx db.Tx, batch []changelog.Commit) error {
			for _, k := range batch {
				for _, c := range k.Changes {
					if _, err := tx.Exec("INSERT INTO seen (id) VALUES (?)", c.ID); err != nil {
						return err
					}
				}
				if k.Seq == writers*times+1 {
					tx.AfterCommit(func() { done <- struct{}{} })
				}
			}
			return nil
		}})
		must(t, write(t.Context(), d, start, 1, 1, nil))
		last.Start()
		<-done
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			var seen int64
			_, err := r.One([]any{&seen}, "SELECT count(*) FROM seen")
			if seen != changes+1 {
				t.Errorf("the consumer saw %d of %d changes", seen, changes+1)
			}
			return err
		}))
		if p, err := last.Verify(t.Context()); err != nil || p.Commits != writers*times+1 || p.Gaps != nil || p.Broken != nil {
			t.Errorf("%+v %v", p, err)
		}
	})
}

func TestOrderFollowsWhatBuildsUponWhat(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, open func() *changelog.Log, _ *clock.Manual) {
		l := open()
		must(t, write(t.Context(), d, start, 1, 1, nil))
		must(t, write(t.Context(), d, start, 2, 1, nil))
		// The first began first and wrote last: it waited for the second.
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec("UPDATE sys_change SET id = id + 10 WHERE record = 1")
			return err
		}))
		n, err := l.Number(t.Context())
		must(t, err)
		var got []int64
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			batch, err := changelog.After(r, 0, 10)
			for _, k := range batch {
				got = append(got, k.Changes[0].Record)
				if !slices.Equal(k.Changes[0].Names, []string{"name", "size"}) || k.Actor != 1 || k.Via != "api" || k.UUID == uuid.Nil {
					t.Errorf("%+v", k)
				}
			}
			return err
		}))
		if n != 2 || !slices.Equal(got, []int64{2, 1}) || l.Head() != 2 {
			t.Errorf("%d: %v, head %d", n, got, l.Head())
		}
	})
}

func TestChainShowsDamage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, open func() *changelog.Log, _ *clock.Manual) {
		l := open()
		for i := range 9 {
			must(t, write(t.Context(), d, start, int64(i), 2, nil))
		}
		_, err := l.Number(t.Context())
		must(t, err)
		for _, c := range []struct{ sql, want string }{
			{"UPDATE sys_change SET digest = salt WHERE id = 7", "[] [4]"},
			{"DELETE FROM sys_change WHERE id = 12", "[] [4 6]"},
			{"UPDATE sys_commit SET link = NULL WHERE seq = 8", "[] [4 6 8 9]"},
			{"DELETE FROM sys_commit WHERE seq = 2", "[2] [3 4 6 8 9]"},
		} {
			must(t, d.Write(t.Context(), func(tx db.Tx) error { _, err := tx.Exec(c.sql); return err }))
			p, err := l.Verify(t.Context())
			must(t, err)
			if got := fmt.Sprint(p.Gaps, p.Broken); got != c.want {
				t.Errorf("%s: %s", c.sql, got)
			}
		}
	})
}

func TestCursorsExpire(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, open func() *changelog.Log, now *clock.Manual) {
		l := open()
		for i := range 3 {
			now.Advance(20 * 24 * time.Hour)
			must(t, write(t.Context(), d, now.Now(), int64(i), 1, nil))
		}
		_, err := l.Number(t.Context())
		must(t, err)
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			for seq, gone := range map[int64]bool{-1: true, 0: true, 1: false, 3: false, 4: true} {
				if err := l.Check(r, seq); fault.Is(err, fault.Gone) != gone || !gone && err != nil {
					t.Errorf("%d: %v", seq, err)
				}
			}
			return nil
		}))
	})
}

func TestConsumerPassesOverAndTriesAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, open func() *changelog.Log, _ *clock.Manual) {
		l := open()
		for i := range 20 {
			must(t, write(t.Context(), d, start, int64(i), 1, nil))
		}
		_, err := l.Number(t.Context())
		must(t, err)
		var got []int64
		tries := 0
		done := make(chan struct{})
		l.Add(changelog.Consumer{Name: "odd", Past: true, Limit: 4, Wants: func(_ *changelog.Commit, c changelog.Change) bool { return c.Record%10 == 3 }, Handle: func(tx db.Tx, batch []changelog.Commit) error {
			if tries++; tries == 1 {
				return errors.New("not now")
			}
			for _, k := range batch {
				got = append(got, k.Changes[0].Record)
				if k.Changes[0].Record == 13 {
					tx.AfterCommit(func() { close(done) })
				}
			}
			return nil
		}})
		l.Start()
		<-done
		l.Close()
		if !slices.Equal(got, []int64{3, 13}) || tries != 3 {
			t.Errorf("%v after %d tries", got, tries)
		}
		if s := l.Statuses()[0]; s.Name != "odd" || s.Seq < 14 {
			t.Errorf("%+v", s)
		}
	})
}
