package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/exchange"
	"youpeng/engine/record"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/i18n"
	"youpeng/platform/job"
	"youpeng/platform/rest"
	"youpeng/server/app"
)

// undoAtOnce is how many changes a request undoes itself; more is a job.
const undoAtOnce = 500

func (api *API) massUpdate(c *call) error { return c.mass("update", "records:write:", true) }

func (api *API) massDelete(c *call) error { return c.mass("delete", "records:write:", false) }

// mass puts a change of all that a question finds into the queue.
func (c *call) mass(kind, scope string, values bool) error {
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	m := app.Mass{Asker: exchange.AskerOf(c.actor), Object: text(body, "object")}
	if m.Reason, err = reasonOf(c.r); err != nil {
		return err
	}
	if err := c.actor.Need(scope + m.Object); err != nil {
		return err
	}
	if m.Filter, err = json.Marshal(body["filter"]); err != nil {
		return err
	}
	if values {
		if m.Values, err = json.Marshal(body["values"]); err != nil {
			return err
		}
	}
	if err := c.space.CheckMass(c.ctx(), c.actor, &m); err != nil {
		return err
	}
	return c.enqueue(job.New{Kind: kind, Queue: "bulk", Args: m})
}

// enqueue makes a job for the caller and answers 202 with it; used again with the same key, with the job of the first time
// as it stands now.
func (c *call) enqueue(n job.New) error {
	n.Actor = c.actor.User
	w, err := c.write()
	if err != nil {
		return err
	}
	made, replayed, err := c.space.Engine.Once(c.ctx(), c.actor, w.Key, func(tx db.Tx) ([]byte, error) {
		j, err := c.space.Queue().Insert(tx, n)
		return []byte(j.UUID), err
	})
	if err != nil {
		return err
	}
	if replayed {
		c.w.Header().Set("Idempotent-Replayed", "true")
	}
	j, err := c.space.Queue().Get(c.ctx(), string(made))
	if err != nil {
		return err
	}
	view, err := c.jobView(j)
	if err != nil {
		return err
	}
	return rest.JSON(c.w, http.StatusAccepted, view)
}

// jobView is a job in the API's form. What went wrong is worded for its reader; the detail is the administrator's.
func (c *call) jobView(j job.Job) (map[string]any, error) {
	m := map[string]any{"id": j.UUID, "kind": j.Kind, "state": j.State, "progress": nil, "args_summary": j.Args, "error": nil, "actor": nil, "stopping": j.Stopping,
		"created_at": stamp(j.Created), "due_at": stamp(j.Due), "started_at": stamp(j.Started), "finished_at": stamp(j.Finished), "attempt": j.Attempt, "attempts": j.Attempts}
	if len(j.Progress) > 0 {
		m["progress"] = j.Progress
	}
	if j.Error != "" {
		e := map[string]any{"code": j.Error, "message": i18n.Message(c.actor.Locale, j.Error, nil)}
		if c.actor.Admin {
			e["detail"] = j.Detail
		}
		m["error"] = e
	}
	if j.Actor != 0 {
		title, err := c.space.UserTitle(c.ctx(), j.Actor)
		if err != nil {
			return nil, err
		}
		m["actor"] = title
	}
	return m, nil
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// jobs lists the caller's own jobs, or everybody's for an administrator, the newest first.
func (api *API) jobs(c *call) error {
	if err := c.actor.Need("records:read"); err != nil {
		return err
	}
	values := c.r.URL.Query()
	f := job.Filter{Limit: 50, Actor: c.actor.User}
	if c.actor.Admin && values.Get("mine") != "true" {
		f.Actor = 0
	}
	for _, s := range names(values.Get("state")) {
		f.States = append(f.States, job.State(s))
	}
	f.Kinds = names(values.Get("kind"))
	if s := values.Get("cursor"); s != "" {
		n, err := strconv.ParseInt(s, 36, 64)
		if err != nil {
			return fault.New(fault.BadRequest, "cursor.invalid")
		}
		f.Before = n
	}
	list, err := c.space.Queue().List(c.ctx(), f)
	if err != nil {
		return err
	}
	out := map[string]any{"data": []any{}, "next": nil}
	data := make([]any, 0, len(list))
	for _, j := range list {
		v, err := c.jobView(j)
		if err != nil {
			return err
		}
		data = append(data, v)
	}
	out["data"] = data
	if len(list) == f.Limit {
		out["next"] = strconv.FormatInt(list[len(list)-1].ID, 36)
	}
	if c.actor.Admin {
		if out["counts"], err = c.space.Queue().Counts(c.ctx()); err != nil {
			return err
		}
	}
	return rest.JSON(c.w, http.StatusOK, out)
}

// mine finds the job of the path; somebody else's is there for an administrator alone.
func (c *call) mine(scope string) (job.Job, error) {
	if err := c.actor.Need(scope); err != nil {
		return job.Job{}, err
	}
	j, err := c.space.Queue().Get(c.ctx(), c.r.PathValue("id"))
	if err == nil && j.Actor != c.actor.User && !c.actor.Admin {
		return j, fault.New(fault.Missing, "job.missing")
	}
	return j, err
}

func (c *call) answerJob(j job.Job, err error) error {
	if err != nil {
		return err
	}
	v, err := c.jobView(j)
	if err != nil {
		return err
	}
	return rest.JSON(c.w, http.StatusOK, v)
}

func (api *API) job(c *call) error { return c.answerJob(c.mine("records:read")) }

func (api *API) jobCancel(c *call) error {
	j, err := c.mine("records:write")
	if err != nil {
		return err
	}
	return c.answerJob(c.space.Queue().Cancel(c.ctx(), j.UUID))
}

func (api *API) jobRetry(c *call) error {
	j, err := c.mine("records:write")
	if err != nil {
		return err
	}
	return c.answerJob(c.space.Queue().Retry(c.ctx(), j.UUID))
}

// jobEvents streams a job as it goes on, until it has ended.
func (api *API) jobEvents(c *call) error {
	j, err := c.mine("records:read")
	if err != nil {
		return err
	}
	states, err := c.space.Queue().Watch(c.ctx(), j.UUID)
	if err != nil {
		return err
	}
	s := newStream(c.w)
	for j := range states {
		v, err := c.jobView(j)
		if err != nil {
			return nil // the answer has begun; the reader asks again
		}
		if s.send("job", "", v) != nil {
			return nil
		}
	}
	return nil
}

// stream writes server-sent events.
type stream struct {
	w    http.ResponseWriter
	send func(event, id string, v any) error
}

func newStream(w http.ResponseWriter) stream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	s := stream{w: w}
	s.send = func(event, id string, v any) error {
		data, err := json.Marshal(v)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if id != "" {
			fmt.Fprintf(&b, "id: %s\n", id)
		}
		fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", event, data)
		if _, err := w.Write(b.Bytes()); err != nil {
			return err
		}
		return out.Flush()
	}
	return s
}

// changes answers the feed: a part of it at once, after a wait for something new, or as a stream.
func (api *API) changes(c *call) error {
	if err := c.actor.Need("records:read"); err != nil {
		return err
	}
	values := c.r.URL.Query()
	after, objects := values.Get("after"), names(values.Get("objects"))
	if id := c.r.Header.Get("Last-Event-ID"); id != "" {
		after = id
	}
	wait := 0
	if s := values.Get("wait"); s != "" {
		var err error
		if wait, err = strconv.Atoi(s); err != nil || wait < 0 || wait > 60 {
			return fault.New(fault.BadRequest, "wait.invalid", "max", 60)
		}
	}
	feed, err := c.feed(after, objects)
	if err != nil {
		return err
	}
	if strings.Contains(c.r.Header.Get("Accept"), "text/event-stream") {
		return c.streamChanges(feed, objects)
	}
	for end := time.Now().Add(time.Duration(wait) * time.Second); len(feed.Data) == 0 && !feed.More && time.Now().Before(end); {
		if !c.await(feed.Seq, time.Until(end)) {
			break
		}
		if feed, err = c.feed(feed.Cursor, objects); err != nil {
			return err
		}
	}
	return rest.JSON(c.w, http.StatusOK, feed)
}

// feed reads the feed with the rights of now: again, where it tells of definitions newer than those rights.
func (c *call) feed(after string, objects []string) (*record.Feed, error) {
	for {
		version := c.space.Engine.Catalog().Version
		actor, _, err := c.space.Actor(c.ctx(), c.actor.UUID, c.actor.Locale, c.actor.Scopes)
		if err != nil {
			return nil, err
		}
		c.actor = actor
		feed, err := c.space.Engine.Changes(c.ctx(), actor, after, objects)
		if err != nil || feed.Defined <= version {
			return feed, err
		}
	}
}

// streamLife is how long a stream of changes lasts before its reader comes again, with the rights that it has then.
const streamLife = 10 * time.Minute

func (c *call) streamChanges(feed *record.Feed, objects []string) error {
	s := newStream(c.w)
	for end := time.Now().Add(streamLife); time.Now().Before(end) && c.ctx().Err() == nil; {
		for _, m := range feed.Data {
			if s.send("change", m.Cursor, m) != nil {
				return nil
			}
		}
		if len(feed.Data) == 0 && s.send("at", feed.Cursor, map[string]any{"cursor": feed.Cursor}) != nil {
			return nil
		}
		if !feed.More && !c.await(feed.Seq, 25*time.Second) && c.ctx().Err() != nil {
			return nil
		}
		var err error
		if feed, err = c.feed(feed.Cursor, objects); err != nil {
			return nil
		}
	}
	return nil
}

// await waits for a commit after a number.
func (c *call) await(seq int64, most time.Duration) bool {
	_, err := c.space.Log.Wait(c.ctx(), seq, most)
	return err == nil
}

// changeSet tells what a change set is.
func (api *API) changeSet(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	set, err := c.space.Engine.ChangeSetOf(c.ctx(), id)
	if err != nil {
		return err
	}
	if set.Actor != c.actor.User && !c.actor.Admin {
		return fault.New(fault.Missing, "change_set.missing")
	}
	out := map[string]any{"id": set.UUID, "at": stamp(time.UnixMicro(set.At)), "via": set.Via, "reason": set.Reason, "kind": set.Kind, "state": set.State, "count": set.Counts, "actor": nil}
	if set.Actor != 0 {
		if out["actor"], err = c.space.UserTitle(c.ctx(), set.Actor); err != nil {
			return err
		}
	}
	return rest.JSON(c.w, http.StatusOK, out)
}

// undo takes back a change set at once, or as a job where it is large.
func (api *API) undo(c *call) error {
	if c.dry() {
		return api.planUndo(c)
	}
	id, err := c.id()
	if err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	w, err := c.write()
	if err != nil {
		return err
	}
	set, err := c.space.Undoable(c.ctx(), id)
	if err != nil {
		return err
	}
	if set.Counts > undoAtOnce {
		return c.enqueue(job.New{Kind: "undo", Queue: "bulk", Unique: "undo " + id.String(), Args: app.Undoing{Asker: exchange.AskerOf(c.actor), ChangeSet: id, Plan: text(body, "plan"), Reason: w.Reason}})
	}
	res, err := c.space.Engine.Undo(c.ctx(), c.actor, id, text(body, "plan"), w)
	if err != nil {
		return err
	}
	for _, x := range res.Outcomes {
		if x.Record != nil {
			c.space.Changed(x.Record.Object.Name)
		}
	}
	return answer(c, res, http.StatusOK)
}

// external is the space of ids that name a record by what another system calls it (RFC 9562, version 8: ours to define).
var external = uuid.MustParse("6f1d2a4e-2b7c-8c55-9a0e-3d7f6f0b5a11")

// upsert creates the record that another system calls by a name, or updates it.
func (api *API) upsert(c *call) error {
	o, err := c.object()
	if err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	source, name := c.r.PathValue("source"), c.r.PathValue("external_id")
	if source == "" || name == "" || len(source) > 64 || len(name) > 255 {
		return fault.New(fault.BadRequest, "external.invalid")
	}
	id := uuid.NewSHA1(external, []byte(o.Name+"\x00"+source+"\x00"+name))
	there, err := c.space.Has(c.ctx(), o, id)
	if err != nil {
		return err
	}
	if !there {
		err := api.change(c, record.Op{Do: record.Create, Object: o.Name, UUID: id, Values: body}, http.StatusCreated)
		if f := fault.As(err); err == nil || len(f.Fields) != 1 || f.Fields[0].Path != "id" { // somebody was faster
			return err
		}
	}
	delete(body, "version")
	return api.change(c, record.Op{Do: record.Update, Object: o.Name, UUID: id, Any: true, Values: body}, http.StatusOK)
}
