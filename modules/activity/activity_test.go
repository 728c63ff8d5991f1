package activity_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/changelog"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/modules/activity"
	"youpeng/modules/customers"
	. "youpeng/modules/modulestest"
	"youpeng/modules/org"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// others stand for what other modules bring: a lead and a deal, with scopes of their own.
func others() modules.Module {
	m := modules.Module{Name: "others"}
	for _, name := range []string{"lead", "deal"} {
		o := object.New(name, object.Text{EN: name}, object.Text{EN: name + "s"}, object.Owned)
		object.Add[string](o, "name", object.KindText, object.Text{EN: "name"}, object.Required)
		object.Add[int64](o, "customer", object.KindLink, object.Text{EN: "customer"}, object.To("customer", object.Keep))
		object.Add[int64](o, "contact", object.KindLink, object.Text{EN: "contact"}, object.To("contact", object.Keep))
		object.Add[int64](o, "owner", object.KindOwner, object.Text{EN: "owner"}, object.Default("me"))
		m.Objects = append(m.Objects, o)
	}
	return m
}

func each(t *testing.T, f func(t *testing.T, w *World)) {
	Each(t, []modules.Module{org.Module(), customers.Module(), activity.Module(), others()}, f)
}

type values = map[string]any

// timeline lists the subjects of what stands around a record, the newest first.
func timeline(w *World, a *access.Actor, rec *object.Record) string {
	w.T.Helper()
	events, err := w.Engine.Timeline(context.Background(), a, rec.Object.Name, rec.UUID, "", 50)
	w.Must(err)
	var out []string
	for _, e := range events.Data {
		if e.Kind == "record" {
			out = append(out, fmt.Sprint(e.Record.Record.Title()))
		}
	}
	return strings.Join(out, " ")
}

func sees(w *World, a *access.Actor, rec *object.Record) bool {
	w.T.Helper()
	_, err := w.Engine.Get(context.Background(), a, rec.Object.Name, rec.UUID, nil, nil)
	if err != nil && !fault.Is(err, fault.Missing) {
		w.T.Fatal(err)
	}
	return err == nil
}

// moments are when a customer was last and will next be spoken with, in minutes after nine.
func moments(w *World, customer *object.Record) string {
	w.T.Helper()
	now, nine := w.Get(customer), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixMicro()
	show := func(at int64) string {
		if at == 0 {
			return "-"
		}
		return fmt.Sprint((at - nine) / time.Minute.Microseconds())
	}
	return show(customers.CustomerLast.Get(now)) + " " + show(customers.CustomerNext.Get(now))
}

func at(minutes int) string {
	return time.Date(2026, 3, 2, 9, minutes, 0, 0, time.UTC).Format(time.RFC3339)
}

func TestOneTimelineForACustomerAndAContact(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		c := w.Create(w.Amy, "customer", values{"name": "华信"})
		p := w.Create(w.Amy, "contact", values{"name": "李雷", "customers": []any{c.UUID.String()}})
		d := w.Create(w.Amy, "deal", values{"name": "设备", "customer": c.UUID.String(), "contact": p.UUID.String()})
		w.Create(w.Amy, "activity", values{"kind": "note", "subject": "A", "customer": c.UUID.String(), "at": at(1)})
		w.Create(w.Amy, "activity", values{"kind": "call", "subject": "B", "contact": p.UUID.String(), "at": at(3), "outcome": "reached", "duration": 5})
		w.Create(w.Amy, "activity", values{"kind": "visit", "subject": "C", "deal": d.UUID.String(), "at": at(2)})
		w.Create(w.Amy, "activity", values{"kind": "meeting", "subject": "D", "at": at(9)})
		w.Clock.Advance(time.Hour)
		w.Create(w.Amy, "comment", values{"record": values{"object": "customer", "id": c.UUID.String()}, "body": "E"})
		if got := timeline(w, w.Amy, c); got != "E B C A" {
			t.Errorf("the customer's: %s", got)
		}
		if got := timeline(w, w.Amy, p); got != "B C" {
			t.Errorf("the contact's: %s", got)
		}
		if got := timeline(w, w.Amy, d); got != "C" {
			t.Errorf("the deal's: %s", got)
		}
		w.Sound()
	})
}

func TestWithWhichRecordAnActivityIsSeen(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		c := w.Create(w.Amy, "customer", values{"name": "华信"})
		d := w.Create(w.Bob, "deal", values{"name": "设备"})
		_, err := w.Set(w.Admin, d, values{"customer": c.UUID.String()})
		w.Must(err)
		ofCustomer := w.Create(w.Amy, "activity", values{"kind": "note", "body": "x", "customer": c.UUID.String()})
		ofDeal := w.Create(w.Admin, "activity", values{"kind": "note", "body": "y", "deal": d.UUID.String()})
		if activity.Customer.Get(ofDeal) != c.ID {
			t.Error("an activity of a deal is not its customer's")
		}
		if !sees(w, w.Amy, ofCustomer) || sees(w, w.Bob, ofCustomer) || !sees(w, w.Bob, ofDeal) || sees(w, w.Amy, ofDeal) {
			t.Error("an activity is not seen as the record that it is closest to")
		}
		own := w.Create(w.Admin, "activity", values{"kind": "task", "subject": "z", "customer": c.UUID.String(), "owner": w.Bob.UUID.String()})
		if !sees(w, w.Bob, own) {
			t.Error("a task is not seen by whose it is")
		}
		said := w.Create(w.Amy, "comment", values{"record": values{"object": "activity", "id": ofCustomer.UUID.String()}, "body": "oh"})
		about := w.Create(w.Bob, "comment", values{"record": values{"object": "activity", "id": ofDeal.UUID.String()}, "body": "ah"})
		if sees(w, w.Bob, said) || sees(w, w.Amy, about) || !sees(w, w.Amy, said) || !sees(w, w.Bob, about) || !sees(w, w.Admin, said) {
			t.Error("a comment is not seen as what it is about")
		}
		if _, err := w.Write(w.Bob, record.Op{Do: record.Create, Object: "comment", Values: values{"record": values{"object": "activity", "id": ofCustomer.UUID.String()}, "body": "x"}}); !fault.Has(err, "link.unknown") {
			t.Errorf("commented on what one does not see: %v", err)
		}
		_, err = w.Set(w.Admin, c, values{"owner": w.Bob.UUID.String()})
		w.Must(err)
		if !sees(w, w.Bob, ofCustomer) || !sees(w, w.Bob, said) {
			t.Error("a customer's new owner does not see what belongs to it")
		}
		if _, err := w.Set(w.Bob, said, values{"body": "mine"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another's comment changed: %v", err)
		}
		if _, err := w.Set(w.Amy, said, values{"body": "still mine"}); err != nil {
			t.Errorf("one's own comment: %v", err)
		}
	})
}

func refTo(rec *object.Record) object.Ref {
	return object.Ref{Object: rec.Object.Number, ID: rec.ID}
}

func TestWhatFollowsItsRecordToTheBin(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		c := w.Create(w.Amy, "customer", values{"name": "华信"})
		d := w.Create(w.Amy, "deal", values{"name": "设备", "customer": c.UUID.String()})
		alone := w.Create(w.Amy, "deal", values{"name": "另一个"})
		both := w.Create(w.Amy, "activity", values{"kind": "call", "subject": "x", "deal": d.UUID.String(), "at": at(5)})
		only := w.Create(w.Amy, "activity", values{"kind": "note", "body": "y", "deal": alone.UUID.String()})
		said := w.Create(w.Amy, "comment", values{"record": values{"object": "activity", "id": both.UUID.String()}, "body": "oh"})
		remove := func(rec *object.Record) *record.Result {
			res, err := w.Write(w.Amy, record.Op{Do: record.Delete, Object: rec.Object.Name, UUID: rec.UUID})
			w.Must(err)
			return res
		}
		dropped := remove(d)
		if now := w.Get(both); now.Deleted != 0 || activity.Deal.Has(now) || activity.VisibleWith.Get(now) != refTo(c) {
			t.Error("a customer's history went with a deal")
		}
		w.Undo(w.Amy, dropped.ChangeSet)
		if now := w.Get(both); activity.Deal.Get(now) != d.ID || activity.VisibleWith.Get(now) != refTo(d) {
			t.Error("a deal came back without its history")
		}
		remove(d)
		_, err := w.Write(w.Amy, record.Op{Do: record.Restore, Object: "deal", UUID: d.UUID})
		w.Must(err)
		if now := w.Get(both); activity.Deal.Get(now) != d.ID || activity.VisibleWith.Get(now) != refTo(d) {
			t.Error("a deal came out of the bin without its history")
		}
		dropped = remove(alone)
		if w.Get(only).Deleted == 0 {
			t.Error("an activity stays that nobody could find")
		}
		w.Undo(w.Amy, dropped.ChangeSet)
		if now := w.Get(only); now.Deleted != 0 || activity.Deal.Get(now) != alone.ID {
			t.Error("a deal came back without what was its alone")
		}
		dropped = remove(c)
		if w.Get(both).Deleted == 0 || w.Get(said).Deleted == 0 {
			t.Error("a customer went without its history")
		}
		if _, err := w.Write(w.Amy, record.Op{Do: record.Restore, Object: "customer", UUID: c.UUID}); err != nil {
			t.Fatal(err)
		}
		if w.Get(both).Deleted != 0 || w.Get(said).Deleted != 0 || moments(w, c) != "5 -" {
			t.Errorf("a customer came back without its history: %s", moments(w, c))
		}
		w.Sound()
	})
}

// The newest call goes in the moment in which an older one is told: what is left counts.
func TestACustomersMomentsInARace(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		for range 15 {
			c := w.Create(w.Amy, "customer", values{"name": "华信"})
			newest := w.Create(w.Amy, "activity", values{"kind": "call", "customer": c.UUID.String(), "at": at(50)})
			var both sync.WaitGroup
			both.Go(func() {
				if _, err := w.Write(w.Amy, record.Op{Do: record.Delete, Object: "activity", UUID: newest.UUID}); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() {
				if _, err := w.Write(w.Amy, record.Op{Do: record.Create, Object: "activity", Values: values{"kind": "call", "customer": c.UUID.String(), "at": at(5)}}); err != nil {
					t.Error(err)
				}
			})
			both.Wait()
			if got := moments(w, c); got != "5 -" {
				t.Fatalf("after the newest went and an older one came: %s", got)
			}
		}
	})
}

func TestWhenACustomerWasAndWillBeSpokenWith(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		c := w.Create(w.Amy, "customer", values{"name": "华信"})
		other := w.Create(w.Amy, "customer", values{"name": "长城"})
		is := func(why, want string) {
			t.Helper()
			if got := moments(w, c); got != want {
				t.Errorf("%s: %s, not %s", why, got, want)
			}
		}
		logged := func(kind, subject string, more values) record.Op {
			v := values{"kind": kind, "subject": subject, "customer": c.UUID.String()}
			for name, x := range more {
				v[name] = x
			}
			return record.Op{Do: record.Create, Object: "activity", Values: v}
		}
		res, err := w.Write(w.Amy, logged("call", "电话", values{"at": at(10)}), logged("task", "报价", values{"due_at": at(40)}))
		w.Must(err)
		call, task := res.Outcomes[0].Record, res.Outcomes[1].Record
		is("a call and the next step in one", "10 40")
		if w.Get(c).Version != 1 {
			t.Error("a customer's version moved by itself")
		}
		w.Create(w.Amy, "activity", values{"kind": "visit", "customer": c.UUID.String(), "at": at(5)})
		is("a visit told later", "10 40")
		second := w.Create(w.Amy, "activity", values{"kind": "task", "subject": "回访", "customer": c.UUID.String(), "due_at": at(60)})
		_, _, err = w.Do(w.Amy, task, "complete", values{"outcome": "interested"}, false)
		w.Must(err)
		is("the task done", "10 60")
		if now := w.Get(task); activity.Status.Get(now) != activity.TaskDone || !activity.DoneAt.Has(now) || activity.Result.Get(now) != "interested" {
			t.Error("a task is done without its stamp")
		}
		if _, _, err := w.Do(w.Amy, task, "complete", nil, false); !fault.Has(err, "activity.task_ended") {
			t.Errorf("done twice: %v", err)
		}
		if _, _, err := w.Do(w.Amy, call, "complete", nil, false); !fault.Has(err, "activity.not_task") {
			t.Errorf("a call done: %v", err)
		}
		_, _, err = w.Do(w.Amy, task, "reopen", nil, false)
		w.Must(err)
		is("the task open again", "10 40")
		_, err = w.Set(w.Amy, task, values{"due_at": at(90)})
		w.Must(err)
		is("the task put off", "10 60")
		_, err = w.Set(w.Amy, second, values{"customer": other.UUID.String()})
		w.Must(err)
		is("a task that was another's", "10 90")
		if got := moments(w, other); got != "- 60" {
			t.Errorf("the other's: %s", got)
		}
		if _, err := w.Write(w.Amy, record.Op{Do: record.Delete, Object: "activity", UUID: call.UUID}, record.Op{Do: record.Delete, Object: "activity", UUID: task.UUID}); err != nil {
			t.Fatal(err)
		}
		is("both deleted", "5 -")
		w.Undo(w.Amy, res.ChangeSet)
		is("what was deleted is undone: nothing more", "5 -")
		_, err = w.Write(w.Amy, record.Op{Do: record.Restore, Object: "activity", UUID: call.UUID})
		w.Must(err)
		is("the call restored", "10 -")
		w.Sound()
	})
}

func TestUndoBringsACustomersMomentsBack(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		c := w.Create(w.Amy, "customer", values{"name": "华信"})
		var ops []record.Op
		for i := range 5 {
			ops = append(ops, record.Op{Do: record.Create, Object: "activity", Values: values{"kind": "call", "customer": c.UUID.String(), "at": at(10 * (i + 1))}},
				record.Op{Do: record.Create, Object: "activity", Values: values{"kind": "task", "subject": "x", "customer": c.UUID.String(), "due_at": at(60 + i)}})
		}
		made, err := w.Write(w.Amy, ops...)
		w.Must(err)
		if got := moments(w, c); got != "50 60" {
			t.Errorf("made: %s", got)
		}
		undone := w.Undo(w.Amy, made.ChangeSet)
		if got := moments(w, c); got != "- -" {
			t.Errorf("undone: %s", got)
		}
		w.Undo(w.Amy, undone.ChangeSet)
		if got := moments(w, c); got != "50 60" {
			t.Errorf("the undo undone: %s", got)
		}
	})
}

func TestALeadsHistoryComesAlong(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		lead := w.Create(w.Amy, "lead", values{"name": "李雷"})
		call := w.Create(w.Amy, "activity", values{"kind": "call", "subject": "A", "lead": lead.UUID.String(), "at": at(1)})
		w.Create(w.Amy, "activity", values{"kind": "call", "subject": "B", "lead": lead.UUID.String(), "at": at(2)})
		c := w.Create(w.Amy, "customer", values{"name": "华信"})
		res, err := w.Set(w.Amy, lead, values{"customer": c.UUID.String()})
		w.Must(err)
		if got := timeline(w, w.Amy, c); got != "B A" || moments(w, c) != "2 -" {
			t.Errorf("%s, %s", got, moments(w, c))
		}
		w.Undo(w.Amy, res.ChangeSet)
		if activity.Customer.Has(w.Get(call)) || moments(w, c) != "- -" {
			t.Errorf("the history stayed: %s", moments(w, c))
		}
	})
}

// desk is where notifications are made and read.
type desk struct {
	*World
	log    *changelog.Log
	notify changelog.Consumer
}

func deskOf(w *World) *desk {
	log, err := changelog.Open(context.Background(), changelog.Options{DB: w.Space.DB, Clock: w.Clock})
	w.Must(err)
	w.T.Cleanup(log.Close)
	return &desk{w, log, activity.Module().Consumers(w.Space)[0]}
}

// follow lets the consumer see the whole log, as if its place had been lost.
func (d *desk) follow() {
	d.T.Helper()
	for {
		n, err := d.log.Number(context.Background())
		d.Must(err)
		if n == 0 {
			break
		}
	}
	d.Must(d.Space.DB.Write(context.Background(), func(tx db.Tx) error {
		batch, err := changelog.After(tx, 0, 1000)
		if err != nil {
			return err
		}
		return d.notify.Handle(tx, batch)
	}))
}

// remind does the work of the job.
func (d *desk) remind() {
	d.T.Helper()
	d.Must(activity.Module().Jobs[0].Run(context.Background(), d.Space, nil))
}

type inbox struct {
	Data []struct {
		ID     string
		Kind   string
		Read   bool
		Text   string
		Object string
		Record struct{ ID, Title string }
		Actor  struct{ Title string }
	}
	Unread int
	Next   *string
}

// call uses a route.
func (d *desk) call(a *access.Actor, pattern, target, body string) (in inbox) {
	d.T.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	for _, route := range activity.Module().Routes {
		if route.Pattern != pattern {
			continue
		}
		out := httptest.NewRecorder()
		req := httptest.NewRequest(method, path+target, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		d.Must(route.Run(&modules.Request{Request: req, Writer: out, Space: d.Space, Actor: a}))
		d.Must(json.Unmarshal(out.Body.Bytes(), &in))
		return in
	}
	d.T.Fatalf("no route %s", pattern)
	return in
}

func (d *desk) inbox(a *access.Actor) inbox { return d.call(a, "GET /notifications", "", "") }

func TestAMentionIsToldOnce(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		d := deskOf(w)
		c := w.Create(w.Amy, "customer", values{"name": "华信", "owner": w.Bob.UUID.String()})
		note := w.Create(w.Admin, "activity", values{"kind": "note", "subject": "请看", "customer": c.UUID.String(), "mentions": []any{w.Bob.UUID.String(), w.Admin.UUID.String()}})
		d.follow()
		d.follow()
		in := d.inbox(w.Bob)
		if len(in.Data) != 2 || in.Unread != 2 || in.Data[0].Kind != "mention" || in.Data[0].Text != "Chen mentioned you in “请看”" || in.Data[0].Record.ID != note.UUID.String() {
			t.Fatalf("%+v", in)
		}
		if in.Data[1].Kind != "assigned" || in.Data[1].Text != "Amy gave you “华信” (Customer)" || in.Data[1].Actor.Title != "" && in.Data[1].Actor.Title != "Amy" {
			t.Errorf("%+v", in.Data[1])
		}
		if got := d.inbox(w.Admin); len(got.Data) != 0 {
			t.Errorf("told of what one wrote: %+v", got)
		}
		read := d.call(w.Bob, "POST /notifications/read", "", `{"ids":["`+in.Data[0].ID+`"]}`)
		if read.Unread != 1 {
			t.Errorf("unread after one was read: %d", read.Unread)
		}
		w.Create(w.Admin, "comment", values{"record": values{"object": "activity", "id": note.UUID.String()}, "body": "@Bob", "mentions": []any{w.Bob.UUID.String()}})
		d.follow()
		in = d.inbox(w.Bob)
		if len(in.Data) != 3 || in.Data[0].Object != "activity" || in.Data[0].Record.Title != "请看" || !in.Data[1].Read {
			t.Errorf("%+v", in)
		}
		first := d.call(w.Bob, "GET /notifications", "?unread=true&limit=1", "")
		if len(first.Data) != 1 || first.Next == nil {
			t.Fatalf("%+v", first)
		}
		if rest := d.call(w.Bob, "GET /notifications", "?unread=true&limit=1&cursor="+*first.Next, ""); len(rest.Data) != 1 || rest.Next != nil || rest.Data[0].Kind != "assigned" {
			t.Errorf("%+v", rest)
		}
		if d.call(w.Bob, "POST /notifications/read", "", `{"all":true}`).Unread != 0 || len(d.call(w.Bob, "GET /notifications", "?unread=true", "").Data) != 0 {
			t.Error("something is unread after all was read")
		}
	})
}

func TestWhoLosesSightIsToldNoTitle(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		d := deskOf(w)
		c := w.Create(w.Admin, "customer", values{"name": "华信", "owner": w.Bob.UUID.String()})
		d.follow()
		if in := d.inbox(w.Bob); len(in.Data) != 1 || in.Data[0].Record.Title != "华信" {
			t.Fatalf("%+v", in)
		}
		_, err := w.Set(w.Admin, c, values{"owner": w.Amy.UUID.String()})
		w.Must(err)
		d.follow()
		in := d.inbox(w.Bob)
		if raw, _ := json.Marshal(in); len(in.Data) != 1 || strings.Contains(string(raw), "华信") || in.Data[0].Record.ID != "" || in.Data[0].Text == "" {
			t.Errorf("%+v", in)
		}
	})
}

func TestWhatIsDoneNeedsNoReadingAnyMore(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		d := deskOf(w)
		task := w.Create(w.Amy, "activity", values{"kind": "task", "subject": "回访", "remind_at": at(30)})
		w.Create(w.Amy, "activity", values{"kind": "task", "subject": "报价", "remind_at": at(30)})
		d.follow()
		w.Clock.Set(time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC))
		d.remind()
		if in := d.inbox(w.Amy); in.Unread != 2 {
			t.Fatalf("%d unread at its time", in.Unread)
		}
		_, _, err := w.Do(w.Amy, task, "complete", nil, false)
		w.Must(err)
		d.follow()
		if in := d.inbox(w.Amy); in.Unread != 1 || len(in.Data) != 2 {
			t.Errorf("%d unread of %d after one is done", in.Unread, len(in.Data))
		}
		unread := d.call(w.Amy, "GET /notifications", "?unread=true", "")
		if len(unread.Data) != 1 || unread.Data[0].Record.Title != "报价" {
			t.Errorf("%+v", unread.Data)
		}
	})
}

func TestATaskIsBroughtToMindAtItsTime(t *testing.T) {
	each(t, func(t *testing.T, w *World) {
		d := deskOf(w)
		task := w.Create(w.Amy, "activity", values{"kind": "task", "subject": "回访", "remind_at": at(30)})
		done := w.Create(w.Amy, "activity", values{"kind": "task", "subject": "报价", "remind_at": at(30)})
		_, _, err := w.Do(w.Amy, done, "complete", nil, false)
		w.Must(err)
		told := func(when string, want int) {
			t.Helper()
			d.follow()
			d.remind()
			d.remind()
			if in := d.inbox(w.Amy); len(in.Data) != want {
				t.Errorf("%s: %+v", when, in.Data)
			}
		}
		told("before its time", 0)
		w.Clock.Set(time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC))
		told("at its time", 1)
		_, err = w.Set(w.Amy, task, values{"body": "about the price"})
		w.Must(err)
		told("edited since", 1)
		if in := d.inbox(w.Amy); in.Data[0].Text != "Time for the task “回访”" || in.Data[0].Kind != "reminder" {
			t.Errorf("%+v", in.Data[0])
		}
		_, err = w.Set(w.Amy, task, values{"remind_at": at(50)})
		w.Must(err)
		told("put off", 1)
		w.Clock.Set(time.Date(2026, 3, 2, 9, 51, 0, 0, time.UTC))
		told("at the new time", 2)
		_, err = w.Set(w.Amy, task, values{"remind_at": at(55)})
		w.Must(err)
		d.follow()
		_, err = w.Write(w.Amy, record.Op{Do: record.Delete, Object: "activity", UUID: task.UUID})
		w.Must(err)
		w.Clock.Set(time.Date(2026, 3, 2, 9, 59, 0, 0, time.UTC))
		d.remind() // before what follows the log has seen the deletion
		told("deleted", 2)
	})
}
