package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"youpeng/engine/exchange"
	"youpeng/engine/record"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/job"
	"youpeng/server/app"
)

// ended follows a job's events until it has ended and answers it then.
func (p *person) ended(id string) map[string]any {
	p.s.t.Helper()
	var last map[string]any
	p.stream("/jobs/"+id+"/events", func(event string, data map[string]any) bool {
		last = data
		return event != "job"
	})
	if s := last["state"]; s != "done" && s != "dead" && s != "cancelled" {
		p.s.t.Fatalf("the events of a job ended before the job: %v", last)
	}
	return last
}

// stream reads events until fn is content or there are no more.
func (p *person) stream(path string, fn func(event string, data map[string]any) bool, headers ...string) {
	p.s.t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", p.s.http.URL+"/w/main/api/v1"+path, nil)
	must(p.s.t, err)
	r.AddCookie(&http.Cookie{Name: "session", Value: p.cookie})
	r.Header.Set("Accept", "text/event-stream")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := http.DefaultClient.Do(r)
	must(p.s.t, err)
	defer w.Body.Close()
	if w.StatusCode != 200 || !strings.HasPrefix(w.Header.Get("Content-Type"), "text/event-stream") {
		p.s.t.Fatalf("%s: %d %s", path, w.StatusCode, w.Header.Get("Content-Type"))
	}
	event := ""
	for lines := bufio.NewScanner(w.Body); lines.Scan(); {
		if s, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = s
		}
		if s, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var data map[string]any
			must(p.s.t, json.Unmarshal([]byte(s), &data))
			if fn(event, data) {
				return
			}
		}
	}
}

// A job may be cut off and go on behind an undo that was asked for meanwhile: what it then added would stay, in a change
// set that is said to be undone.
func TestWhatAJobStillAddsToIsNotUndone(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		space, err := s.app.Space(ctx, "main")
		must(t, err)
		var j job.Job
		must(t, space.DB.Write(ctx, func(tx db.Tx) (err error) {
			j, err = space.Queue().Insert(tx, job.New{Kind: "update", Queue: "bulk", Due: time.Now().Add(time.Hour), Args: app.Mass{Asker: exchange.AskerOf(app.System), Object: "customer", Values: []byte(`{"level": "A"}`)}})
			return err
		}))
		set, err := space.Engine.OpenChangeSet(ctx, app.System, record.ChangeSet{Kind: "bulk", Via: "job", Job: j.ID})
		must(t, err)
		_, err = space.Engine.Bulk(ctx, &record.Write{Actor: app.System, Via: "job", Set: set, Ops: []record.Op{{Do: record.Create, Object: "customer", Program: true, Values: map[string]any{"name": "杭州远景"}}}}, nil)
		must(t, err)
		undo := "/change-sets/" + set.UUID.String() + "/undo"
		if r := p.want(409, "POST", undo, map[string]any{}); r.body["code"] != "undo.running" {
			t.Errorf("%v", r.body)
		}
		p.want(200, "GET", undo, nil) // what it would do may be asked
		p.want(200, "POST", "/jobs/"+j.UUID+"/cancel", nil)
		p.want(200, "POST", undo, map[string]any{})
		if n := p.total("/records/customer"); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}

func TestAMassChangeIsAJobAndCanBeUndone(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		const n = 550 // several pages, and more than a request undoes
		for from := 0; from < n; from += 50 {
			var ops []any
			for i := from; i < from+50; i++ {
				ops = append(ops, map[string]any{"method": "POST", "object": "customer", "body": map[string]any{"name": fmt.Sprintf("客户 %d", i), "level": "C"}})
			}
			p.want(200, "POST", "/bulk", map[string]any{"operations": ops})
		}
		other := p.customer("另一家")
		filter := map[string]any{"field": "level", "op": "eq", "value": "C"}
		p.want(422, "POST", "/jobs/update", map[string]any{"object": "customer", "filter": filter, "values": "no"})
		p.want(404, "POST", "/jobs/update", map[string]any{"object": "nothing", "values": map[string]any{}})
		made := p.want(202, "POST", "/jobs/update", map[string]any{"object": "customer", "filter": filter, "values": map[string]any{"level": "A"}})
		done := p.ended(made.body["id"].(string))
		progress := done["progress"].(map[string]any)
		if done["state"] != "done" || progress["done"] != float64(n) || progress["failed"] != float64(0) {
			t.Fatalf("the job: %v", done)
		}
		if got := p.total("/records/customer?level=A"); got != n {
			t.Errorf("%d customers were changed, not %d", got, n)
		}
		if got := p.want(200, "GET", "/records/customer/"+other, nil).body["level"]; got != nil {
			t.Errorf("a customer outside the question was changed: %v", got)
		}
		set := p.want(200, "GET", "/change-sets/"+progress["change_set"].(string), nil).body
		if set["state"] != "complete" || set["count"] != float64(n) {
			t.Errorf("the change set: %v", set)
		}
		undone := p.ended(p.want(202, "POST", "/change-sets/"+set["id"].(string)+"/undo", map[string]any{}).body["id"].(string))
		if undone["state"] != "done" || p.total("/records/customer?level=C") != n {
			t.Errorf("the undo: %v, %d", undone, p.total("/records/customer?level=C"))
		}
		again := p.ended(p.want(202, "POST", "/change-sets/"+set["id"].(string)+"/undo", map[string]any{}).body["id"].(string))
		if again["state"] != "dead" || again["error"].(map[string]any)["code"] != "undo.done" {
			t.Errorf("undone twice: %v", again)
		}
		const people = 40
		for i, c := range p.want(200, "GET", fmt.Sprintf("/records/customer?level=C&limit=%d", people), nil).body["data"].([]any) {
			p.want(201, "POST", "/records/contact", map[string]any{"name": fmt.Sprint("联系人", i), "customers": []any{c.(map[string]any)["id"]}})
		}
		gone := p.ended(p.want(202, "POST", "/jobs/delete", map[string]any{"object": "customer", "filter": filter}).body["id"].(string))
		back := p.ended(p.want(202, "POST", "/change-sets/"+gone["progress"].(map[string]any)["change_set"].(string)+"/undo", map[string]any{}).body["id"].(string))
		if back["progress"].(map[string]any)["done"] != float64(n+people) || p.total("/records/contact") != people || p.total("/records/customer?level=C") != n {
			t.Errorf("the undo of what was deleted with its contacts: %v", back["progress"])
		}
		list := p.want(200, "GET", "/jobs?kind=undo,update", nil).body
		if len(list["data"].([]any)) != 4 {
			t.Errorf("jobs: %v", list)
		}
		colleague := s.invite("li@example.com", "salesperson")
		colleague.want(404, "GET", "/jobs/"+made.body["id"].(string), nil)
		colleague.want(404, "GET", "/change-sets/"+set["id"].(string), nil)
		if got := colleague.want(200, "GET", "/jobs", nil).body["data"].([]any); len(got) != 0 {
			t.Errorf("somebody else's jobs: %v", got)
		}
	})
}

func TestFigures(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		for i := range 6 {
			p.want(201, "POST", "/records/customer", map[string]any{"name": fmt.Sprint("客户", i), "level": string("AAB"[i%3])})
		}
		got := p.want(200, "POST", "/records/customer/aggregate", map[string]any{"group": []any{"level"}, "measures": []any{map[string]any{"fn": "count", "as": "n"}}}).body["data"].([]any)
		if fmt.Sprint(got) != "[map[level:A n:4] map[level:B n:2]]" {
			t.Errorf("figures: %v", got)
		}
		p.want(400, "POST", "/records/customer/aggregate", map[string]any{"group": []any{"nothing"}})
		seller := s.invite("li@example.com", "salesperson")
		if got := seller.want(200, "POST", "/records/customer/aggregate", map[string]any{}).body["data"].([]any); fmt.Sprint(got) != "[map[count:0]]" {
			t.Errorf("figures of what one may not see: %v", got)
		}
	})
}

func TestAnotherSystemsRecords(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		one := p.want(201, "PUT", "/records/customer/external/erp/K-1", map[string]any{"name": "华东机械", "level": "B"})
		two := p.want(200, "PUT", "/records/customer/external/erp/K-1", map[string]any{"level": "A"})
		if one.body["id"] != two.body["id"] || two.body["level"] != "A" || two.body["name"] != "华东机械" {
			t.Errorf("%v then %v", one.body, two.body)
		}
		var all sync.WaitGroup
		codes := make([]int, 8)
		for i := range codes {
			all.Go(func() {
				codes[i] = (&person{s: s, cookie: p.cookie}).do("PUT", "/records/customer/external/erp/K-2", map[string]any{"name": "华南机械"}).code
			})
		}
		all.Wait()
		made := 0
		for _, c := range codes {
			if c == 201 {
				made++
			} else if c != 200 {
				t.Errorf("status %d", c)
			}
		}
		if made != 1 || p.total("/records/customer") != 2 {
			t.Errorf("%d made, %d there", made, p.total("/records/customer"))
		}
	})
}

func TestTheFeedWaitsAndStreams(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		cursor := p.want(200, "GET", "/changes?after=now", nil).body["cursor"].(string)
		heard := make(chan reply)
		go func() {
			heard <- (&person{s: s, cookie: p.cookie}).do("GET", "/changes?objects=customer&wait=30&after="+cursor, nil)
		}()
		id := p.customer("等来的")
		got := (<-heard).body["data"].([]any)
		if len(got) != 1 || got[0].(map[string]any)["id"] != id {
			t.Errorf("waited for %v", got)
		}
		second := p.customer("第二个")
		var seen []any
		last := ""
		(&person{s: s, cookie: p.cookie}).stream("/changes?objects=customer&after="+cursor, func(event string, data map[string]any) bool {
			if event == "change" {
				seen, last = append(seen, data["id"]), data["cursor"].(string)
			}
			return len(seen) == 2
		})
		if fmt.Sprint(seen) != fmt.Sprint([]any{id, second}) {
			t.Errorf("streamed %v", seen)
		}
		third := p.customer("第三个")
		p.stream("/changes?objects=customer", func(event string, data map[string]any) bool {
			if event == "change" && data["id"] != third {
				t.Errorf("told again: %v", data)
			}
			return event == "change"
		}, "Last-Event-ID", last)
	})
}

// What one node wrote another node's answers contain, at once where the caller says what it wrote.
func TestTwoNodesAnswerAsOne(t *testing.T) {
	t.Parallel()
	cfg := app.Config{Data: t.TempDir()}
	cfg.Database, cfg.Schema = dbtest.Server(t)
	a := serve(t, cfg)
	p := a.first()
	b := serve(t, cfg)
	q := &person{s: b, cookie: p.cookie}
	q.want(200, "GET", "/records/customer", nil) // its columns are loaded
	for i := range 20 {
		w := p.want(201, "POST", "/records/customer", map[string]any{"name": fmt.Sprint("客户", i)})
		got := q.want(200, "GET", "/records/customer?limit=1", nil, "After", w.header.Get("Change-Set")).body
		if got["total"] != float64(i+1) {
			t.Fatalf("after %d writes the other node knows of %v", i+1, got["total"])
		}
		if first := got["data"].([]any)[0].(map[string]any)["id"]; first != w.body["id"] {
			t.Fatalf("its newest is %v", first)
		}
	}
	p.want(400, "GET", "/records/customer", nil, "After", "nonsense")
}

// A job is as narrow as the key that asked for it, and happens once for an Idempotency-Key.
func TestJobsAreAsNarrowAsTheirKeyAndHappenOnce(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		const n = 520 // more than a request undoes itself
		for from := 0; from < n; from += 52 {
			var ops []any
			for i := range 52 {
				ops = append(ops, map[string]any{"method": "POST", "object": "customer", "body": map[string]any{"name": fmt.Sprint("客户", from+i), "level": "C"}})
			}
			p.want(200, "POST", "/bulk", map[string]any{"operations": ops})
		}
		mass := map[string]any{"object": "customer", "values": map[string]any{"level": "A"}}
		one := p.want(202, "POST", "/jobs/update", mass, "Idempotency-Key", "k")
		two := p.want(202, "POST", "/jobs/update", mass, "Idempotency-Key", "k")
		if one.body["id"] != two.body["id"] || two.header.Get("Idempotent-Replayed") != "true" || one.header.Get("Idempotent-Replayed") != "" {
			t.Errorf("two jobs for one key: %v %v", one.body["id"], two.body["id"])
		}
		p.want(422, "POST", "/jobs/update", map[string]any{"object": "customer", "values": map[string]any{"level": "B"}}, "Idempotency-Key", "k")
		set := p.ended(one.body["id"].(string))["progress"].(map[string]any)["change_set"].(string)

		reader := s.withKey(p, "records:read")
		reader.want(403, "POST", "/jobs/update", mass)
		reader.want(403, "POST", "/jobs/"+one.body["id"].(string)+"/retry", nil)
		reader.want(403, "POST", "/jobs/"+one.body["id"].(string)+"/cancel", nil)
		s.withKey(p, "schema").want(403, "GET", "/jobs", nil)
		if r := reader.do("POST", "/change-sets/"+set+"/undo", map[string]any{}); r.code == 202 {
			p.ended(r.body["id"].(string))
		}
		if got := p.total("/records/customer?level=A"); got != n {
			t.Errorf("a key that reads has undone %d changes", n-got)
		}
	})
}

// Streams and requests that wait are bounded together, uploads by themselves and by what is kept already.
func TestWhatTakesLongIsBounded(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		send := func(method, path string, body io.Reader, headers ...string) (int, error) {
			r, err := http.NewRequestWithContext(ctx, method, s.http.URL+"/w/main/api/v1"+path, body)
			must(t, err)
			r.AddCookie(&http.Cookie{Name: "session", Value: p.cookie})
			for i := 0; i+1 < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			w, err := http.DefaultClient.Do(r)
			if err != nil {
				return 0, err
			}
			t.Cleanup(func() { w.Body.Close() })
			return w.StatusCode, nil
		}
		for n := range 30 {
			if code, err := send("GET", "/changes?after=now", nil, "Accept", "text/event-stream"); code != 200 || err != nil {
				t.Fatalf("stream %d is answered with %d, %v", n+1, code, err)
			}
		}
		cursor := p.want(200, "GET", "/changes?after=now&objects=deal", nil).body["cursor"].(string)
		answers := make(chan int, 30)
		for range 30 { // 20 of them have room, and wait
			go func() {
				code, _ := send("GET", "/changes?objects=deal&wait=60&after="+cursor, nil)
				answers <- code
			}()
		}
		for range 10 {
			if code := <-answers; code != 429 {
				t.Errorf("a waiting request beyond the bound is answered with %d", code)
			}
		}
		p.want(429, "GET", "/changes?after=now&wait=1", nil)
		p.want(200, "GET", "/changes?after=now", nil)
		p.want(200, "GET", "/records/customer", nil)

		begun := make(chan int, 8)
		for range 8 { // half of each arrives
			r, w := io.Pipe()
			go func() { _, _ = send("POST", "/files?name=a.csv", r) }()
			go func() {
				_, _ = w.Write([]byte("half"))
				begun <- 1
			}()
			<-begun
		}
		for p.do("POST", "/files?name=a.csv", "whole").code != 429 { // the last may still be on its way
		}
		cancel()
	})
}
