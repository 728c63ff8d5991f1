package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/record"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/server/app"
	"youpeng/server/ops"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// few opens a program on SQLite that keeps few workspaces open, with some of them made.
func few(t *testing.T, c clock.Clock, data string, open, made int) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), app.Config{Data: data, Clock: c, Open: open})
	must(t, err)
	t.Cleanup(a.Close)
	for i := range made {
		must(t, a.NewWorkspace(t.Context(), fmt.Sprint("w", i), fmt.Sprint("公司 ", i)))
	}
	return a
}

// until lets others work until something holds.
func until(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); {
		if time.Now().After(end) {
			t.Fatal("it did not come to be within a minute")
		}
		runtime.Gosched()
	}
}

func write(ctx context.Context, s *app.Space, ops ...record.Op) (*record.Result, error) {
	return s.Engine.Write(ctx, &record.Write{Actor: app.System, Via: "api", Ops: ops})
}

func count(t *testing.T, s *app.Space, table string) (n int64) {
	t.Helper()
	must(t, s.DB.Read(t.Context(), func(r db.Reader) error {
		_, err := r.One([]any{&n}, "SELECT count(*) FROM "+table)
		return err
	}))
	return n
}

// task makes a user and a task of theirs that is to be brought to mind at a time.
func task(t *testing.T, s *app.Space, at time.Time) {
	t.Helper()
	user := uuid.Must(uuid.NewV7())
	_, err := write(t.Context(), s, record.Op{Do: record.Create, Object: "user", UUID: user, Program: true, Values: map[string]any{"name": "王敏", "active": true}})
	must(t, err)
	_, err = write(t.Context(), s, record.Op{Do: record.Create, Object: "activity", Program: true, Values: map[string]any{"kind": "task", "subject": "回电", "owner": user.String(), "remind_at": at.Format(time.RFC3339)}})
	must(t, err)
}

func TestWorkspacesThatNobodyUsesSleep(t *testing.T) {
	t.Parallel()
	a := few(t, nil, t.TempDir(), 2, 5)
	until(t, func() bool { return len(a.OpenNow()) == 2 })
	// The one that is held stays, whoever else is asked for.
	held, release, err := a.Hold(t.Context(), "w0")
	must(t, err)
	for i := range 4 {
		_, letGo, err := a.Hold(t.Context(), fmt.Sprint("w", i+1))
		must(t, err)
		letGo()
		letGo() // twice is once
	}
	until(t, func() bool { now := a.OpenNow(); return len(now) == 2 && now["w0"] })
	_, err = write(t.Context(), held, record.Op{Do: record.Create, Object: "tag", Values: map[string]any{"name": "重要"}})
	must(t, err)
	release()
	until(t, func() bool {
		for i := range 2 {
			_, letGo, err := a.Hold(t.Context(), fmt.Sprint("w", i+1))
			must(t, err)
			letGo()
		}
		return fault.Is(held.DB.Read(t.Context(), func(db.Reader) error { return nil }), fault.Unavailable)
	})
	again, release, err := a.Hold(t.Context(), "w0")
	must(t, err)
	defer release()
	if n := count(t, again, "tag"); n != 1 || again == held {
		t.Errorf("%d tags", n)
	}
	if _, _, err := a.Hold(t.Context(), "nothing"); !fault.Is(err, fault.Missing) {
		t.Errorf("%v", err)
	}
}

func TestASleepingWorkspaceIsWokenWhenSomethingIsDue(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 11, 29, 1, 0, 0, 0, time.UTC))
	data := t.TempDir()
	told := func(a *app.App, slug string) int64 {
		s, release, err := a.Hold(t.Context(), slug)
		must(t, err)
		defer release()
		return count(t, s, "sys_notification")
	}
	a := few(t, c, data, 1, 4)
	s, release, err := a.Hold(t.Context(), "w1")
	must(t, err)
	task(t, s, c.Now().Add(50*time.Hour))
	task(t, s, c.Now().Add(100*time.Hour))
	release()
	_, release, err = a.Hold(t.Context(), "w3")
	must(t, err)
	until(t, func() bool { return len(a.OpenNow()) == 1 })
	for range 49 { // schedules of every half minute come and go, and nobody is woken for nothing
		c.Advance(time.Hour)
		if _, woken := a.Awake(); woken > 0 {
			t.Fatal("woken before anything is due")
		}
	}
	c.Advance(time.Hour + time.Minute)
	until(t, func() bool { _, woken := a.Awake(); return woken == 1 })
	until(t, func() bool { return told(a, "w1") == 1 })
	release()
	a.Close()

	// What became due while the program did not run is done although nobody asks.
	c.Advance(50 * time.Hour)
	b := few(t, c, data, 4, 0)
	if len(b.OpenNow()) != 0 {
		t.Error("all are open at once")
	}
	must(t, b.Wake(t.Context()))
	until(t, func() bool { _, woken := b.Awake(); return woken == 4 })
	until(t, func() bool { return told(b, "w1") == 2 })
}

func TestManyAskForManyWorkspacesAndFewAreOpen(t *testing.T) {
	t.Parallel()
	const spaces, askers, turns = 5, 8, 40
	a := few(t, nil, t.TempDir(), 2, spaces)
	var all sync.WaitGroup
	var mu sync.Mutex
	made := map[string]int64{}
	for n := range askers {
		all.Go(func() {
			for i := range turns {
				ctx, slug := t.Context(), fmt.Sprint("w", rand.IntN(spaces))
				if i%10 == 9 { // one that hangs up
					short, cancel := context.WithCancel(ctx)
					cancel()
					if _, release, err := a.Hold(short, slug); err == nil {
						release()
					}
					continue
				}
				s, release, err := a.Hold(ctx, slug)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := write(ctx, s, record.Op{Do: record.Create, Object: "tag", Values: map[string]any{"name": fmt.Sprint(n, " ", i)}}); err != nil {
					t.Errorf("%s: %v", slug, err)
				}
				release()
				mu.Lock()
				made[slug]++
				mu.Unlock()
			}
		})
	}
	all.Go(func() {
		for range 20 {
			a.EachOpen(func(s *app.Space) { count(t, s, "tag") })
		}
	})
	all.Wait()
	until(t, func() bool { return len(a.OpenNow()) <= 2 })
	for slug, n := range made {
		s, release, err := a.Hold(t.Context(), slug)
		must(t, err)
		if got := count(t, s, "tag"); got != n {
			t.Errorf("%s has %d, not %d", slug, got, n)
		}
		release()
	}
	report, err := ops.Examine(t.Context(), a, false)
	must(t, err)
	if report.Ill() {
		t.Errorf("%+v", report.Findings)
	}
}
