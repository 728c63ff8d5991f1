package activity

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/modules"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/i18n"
	"youpeng/platform/rest"
)

// notificationView is a notification as its reader sees it.
type notificationView struct {
	ID     uuid.UUID      `json:"id"`
	Kind   string         `json:"kind"`
	At     string         `json:"at"`
	Read   bool           `json:"read"`
	Text   string         `json:"text"`
	Actor  any            `json:"actor"`
	Object string         `json:"object"`
	Record map[string]any `json:"record"`
}

const (
	notificationsShown = 50
	notificationsMost  = 200
)

// notificationList answers what the caller was told, the newest first: ?unread=true&cursor=&limit=.
func notificationList(r *modules.Request) error {
	if err := r.Actor.Need("records:read"); err != nil {
		return err
	}
	limit, values := notificationsShown, r.URL.Query()
	if text := values.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fault.New(fault.BadRequest, "limit.invalid", "max", notificationsMost)
		}
		limit = min(n, notificationsMost)
	}
	views, unread, next, err := notificationPage(r.Context(), r.Space, r.Actor, values.Get("unread") == "true", values.Get("cursor"), limit)
	if err != nil {
		return err
	}
	return rest.JSON(r.Writer, http.StatusOK, map[string]any{"data": views, "unread": unread, "next": next})
}

// notificationPage reads a part of what somebody was told and words it within their rights of today. The cursor is the
// last notification of the part before.
func notificationPage(ctx context.Context, s *modules.Space, a *access.Actor, unread bool, cursor string, limit int) (views []notificationView, count int64, next *string, err error) {
	var list []notification
	err = s.DB.Read(ctx, func(r db.Reader) error {
		before := int64(math.MaxInt64)
		if cursor != "" {
			id, err := uuid.Parse(cursor)
			found := false
			if err == nil {
				if before, found, err = placeOfNotification(r, a.User, id); err != nil {
					return err
				}
			}
			if !found {
				return fault.New(fault.BadRequest, "cursor.invalid")
			}
		}
		if count, err = countUnread(r, a.User); err != nil {
			return err
		}
		list, err = notificationsOf(r, a.User, unread, before, limit+1)
		return err
	})
	if err != nil {
		return nil, 0, nil, err
	}
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1].UUID.String()
		next = &last
	}
	views, err = wordAll(ctx, s, a, list)
	return views, count, next, err
}

// wordAll words notifications for their reader.
func wordAll(ctx context.Context, s *modules.Space, a *access.Actor, list []notification) ([]notificationView, error) {
	cat := s.Engine.Catalog()
	user := cat.Object("user")
	wanted := map[int][]int64{}
	for _, n := range list {
		wanted[n.Record.Object] = append(wanted[n.Record.Object], n.Record.ID)
		if n.Actor != 0 {
			wanted[user.Number] = append(wanted[user.Number], n.Actor)
		}
	}
	public := map[object.Ref]uuid.UUID{}
	err := s.DB.Read(ctx, func(r db.Reader) error {
		for number, ids := range wanted {
			o := cat.Numbered(number)
			if o == nil {
				continue
			}
			titles, err := s.Tables.Titles(r, o, ids)
			if err != nil {
				return err
			}
			for id, t := range titles {
				public[object.Ref{Object: number, ID: id}] = t.UUID
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	seen := map[object.Ref]*object.Record{} // nil is one that the reader may not see
	look := func(ref object.Ref) (*object.Record, error) {
		if rec, known := seen[ref]; known {
			return rec, nil
		}
		id, there := public[ref]
		if !there {
			return nil, nil
		}
		rec, err := s.Engine.Record(ctx, a, cat.Numbered(ref.Object).Name, id)
		if err != nil && !fault.Is(err, fault.Missing) {
			return nil, err
		}
		seen[ref] = rec
		return rec, nil
	}
	views := make([]notificationView, len(list))
	for i, n := range list {
		rec, err := look(n.Record)
		if err != nil {
			return nil, err
		}
		var actor *object.Record
		if n.Actor != 0 {
			if actor, err = look(object.Ref{Object: user.Number, ID: n.Actor}); err != nil {
				return nil, err
			}
		}
		views[i] = worded(a, n, rec, actor, cat.Numbered(n.Record.Object))
	}
	return views, nil
}

// worded is one notification in its reader's words. Of a record that they may not see it says only that there is one.
func worded(a *access.Actor, n notification, rec, actor *object.Record, o *object.Object) notificationView {
	v := notificationView{ID: n.UUID, Kind: n.Kind, At: time.UnixMicro(n.At).UTC().Format(time.RFC3339Nano), Read: n.ReadAt != 0,
		Record: map[string]any{"id": nil, "no_right": true}}
	args := map[string]any{"actor": i18n.Message(a.Locale, "notification.somebody", nil)}
	if actor != nil {
		args["actor"] = actor.Title()
		v.Actor = map[string]any{"id": actor.UUID, "title": actor.Title()}
	}
	if o != nil {
		v.Object = o.Name
	}
	code := "notification." + n.Kind
	if rec == nil {
		v.Text = i18n.Message(a.Locale, code+".hidden", args)
		return v
	}
	args["object"], args["title"] = o.Label.In(a.Locale), titleFor(a, rec)
	v.Record = map[string]any{"id": rec.UUID, "title": args["title"]}
	v.Text = i18n.Message(a.Locale, code, args)
	return v
}

// titleFor is what a record is called for somebody: its title where they may read it and it has one, else what it is.
func titleFor(a *access.Actor, rec *object.Record) string {
	if rec.Title() != "" && a.Field(rec.Object, rec.Object.TitleField()) >= access.Read {
		return rec.Title()
	}
	if kind := rec.Object.Field("kind"); kind != nil && rec.Object.Name == Activity.Name {
		for _, opt := range kind.Options {
			if opt.Name == Kind.Get(rec) {
				return opt.Label.In(a.Locale)
			}
		}
	}
	return rec.Object.Label.In(a.Locale)
}

// notificationRead notes what the caller has read: {"ids":[…]} or {"all":true}.
func notificationRead(r *modules.Request) error {
	if err := r.Actor.Need("records:write"); err != nil {
		return err
	}
	body, _, err := rest.Body(r.Writer, r.Request, rest.MaxBody)
	if err != nil {
		return err
	}
	if err := modules.Only(body, "ids", "all"); err != nil {
		return err
	}
	var ids []uuid.UUID
	if all, _ := body["all"].(bool); !all {
		if ids, err = idsOf(body["ids"]); err != nil {
			return err
		}
	}
	var unread int64
	err = r.Space.DB.Write(r.Context(), func(tx db.Tx) (err error) {
		if err = markRead(tx, r.Actor.User, r.Space.Clock.Now().UnixMicro(), ids); err == nil {
			unread, err = countUnread(tx, r.Actor.User)
		}
		return err
	})
	if err != nil {
		return err
	}
	return rest.JSON(r.Writer, http.StatusOK, map[string]any{"unread": unread})
}

func idsOf(in any) (ids []uuid.UUID, err error) {
	list, ok := in.([]any)
	if !ok || len(list) == 0 || len(list) > notificationsMost {
		return nil, fault.Invalid("ids", "notification.ids", "max", notificationsMost)
	}
	for i, x := range list {
		text, _ := x.(string)
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, fault.Invalid(fmt.Sprintf("ids[%d]", i), "link.id")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

const (
	streamLook = 3 * time.Second  // how often a stream looks: what another node wrote is told too
	streamBeat = 25 * time.Second // the longest silence, so that nothing between takes the connection for dead
	streamLife = 10 * time.Minute // then the reader comes again, with the rights that they have then
)

// notificationStream tells how many notifications are unread, now and whenever the number moves.
func notificationStream(r *modules.Request) error {
	if err := r.Actor.Need("records:read"); err != nil {
		return err
	}
	count := func() (n int64, err error) {
		err = r.Space.DB.Read(r.Context(), func(q db.Reader) error {
			n, err = countUnread(q, r.Actor.User)
			return err
		})
		return n, err
	}
	last, err := count()
	if err != nil {
		return err
	}
	h := r.Writer.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	r.Writer.WriteHeader(http.StatusOK)
	out := http.NewResponseController(r.Writer)
	send := func(n int64) error {
		data, err := json.Marshal(map[string]any{"unread": n})
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(r.Writer, "event: unread\ndata: %s\n\n", data); err != nil {
			return err
		}
		return out.Flush()
	}
	if send(last) != nil {
		return nil // the reader hung up
	}
	look, end, said := time.NewTicker(streamLook), time.NewTimer(streamLife), time.Now()
	defer look.Stop()
	defer end.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-end.C:
			return nil
		case <-look.C:
		}
		n, err := count()
		if err != nil {
			return nil // the answer has begun; the reader comes again
		}
		if n == last && time.Since(said) < streamBeat {
			continue
		}
		if last, said = n, time.Now(); send(n) != nil {
			return nil
		}
	}
}
