package activity

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/changelog"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/db"
	"youpeng/platform/job"
)

// The kinds of notification.
const (
	Mentioned = "mention"  // somebody named the reader in an activity or a comment
	Reminded  = "reminder" // a task of the reader's is to be brought to mind
	Assigned  = "assigned" // somebody gave the reader a record
)

// told is the space of ids that name a notification by what it tells, so that nothing is told twice.
var told = uuid.MustParse("0f0c8f9e-2d0b-5a53-8f0d-6a8b1d6f7c21")

// sayOnce gives a notification the id of what it tells: to whom, which kind, about which record, and which time of several.
func sayOnce(n notification, about *object.Record, which int64) notification {
	n.UUID = uuid.NewSHA1(told, fmt.Appendf(nil, "%s %d %s %d", n.Kind, n.User, about.UUID, which))
	return n
}

// consumers follow the change log: who is mentioned, who was given a record, and which tasks are to be brought to mind.
func consumers(s *modules.Space) []changelog.Consumer {
	return []changelog.Consumer{{
		Name:   "activity.notify",
		Past:   true,
		Limit:  200,
		Rest:   200 * time.Millisecond,
		Wants:  func(k *changelog.Commit, c changelog.Change) bool { return concerns(s.Engine.Catalog(), k, c) },
		Handle: func(tx db.Tx, batch []changelog.Commit) error { return notify(tx, s, batch) },
	}}
}

// concerns says whether a change may tell anybody anything.
func concerns(cat *object.Catalog, k *changelog.Commit, c changelog.Change) bool {
	o := cat.Numbered(c.Object)
	return o != nil && (o.Name == Activity.Name || assigns(k, c) || slices.Contains(c.Names, "mentions"))
}

// assigns says whether a change gives a record to somebody who is told so.
func assigns(k *changelog.Commit, c changelog.Change) bool {
	return k.Actor != 0 && k.Kind == "write" && k.Via != "import" && (c.Op == record.Create || c.Op == record.Update) && slices.Contains(c.Names, "owner")
}

// notify tells what the commits of a batch give reason to. It looks at the records as they are now: what was taken back
// in the meantime is not told any more.
func notify(tx db.Tx, s *modules.Space, batch []changelog.Commit) error {
	cat := s.Engine.Catalog()
	now, err := concerned(tx, s, cat, batch)
	if err != nil {
		return err
	}
	for _, k := range batch {
		for _, c := range k.Changes {
			if !concerns(cat, &k, c) {
				continue
			}
			o := cat.Numbered(c.Object)
			rec := now[o][c.Record]
			if o.Name == Activity.Name {
				if err := keepReminder(tx, c.Record, rec, k.At); err != nil {
					return err
				}
			}
			if rec == nil || rec.Deleted != 0 {
				continue
			}
			for _, n := range tells(k, c, rec) {
				if err := insertNotification(tx, n); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// concerned reads the records of a batch that may tell somebody something, with one question for each object.
func concerned(r db.Reader, s *modules.Space, cat *object.Catalog, batch []changelog.Commit) (map[*object.Object]map[int64]*object.Record, error) {
	now := map[*object.Object]map[int64]*object.Record{}
	for _, k := range batch {
		for _, c := range k.Changes {
			if concerns(cat, &k, c) {
				o := cat.Numbered(c.Object)
				if now[o] == nil {
					now[o] = map[int64]*object.Record{}
				}
				now[o][c.Record] = nil
			}
		}
	}
	for o, rows := range now {
		ids := slices.Collect(maps.Keys(rows))
		list, err := s.Tables.ByIDs(r, o, ids, nil)
		if err != nil {
			return nil, err
		}
		for i, rec := range list {
			rows[ids[i]] = rec
		}
	}
	return now, nil
}

// tells lists the notifications that a change gives reason to. Nobody is told what they did themselves, and nobody what
// came with an import or with a change of many records at once: that would be as many notifications.
func tells(k changelog.Commit, c changelog.Change, rec *object.Record) (out []notification) {
	base := notification{Actor: k.Actor, Record: object.Ref{Object: c.Object, ID: c.Record}, At: k.At}
	if about, ok := rec.Get("record").(object.Ref); ok && rec.Object.Name == Comment.Name {
		base.Record = about // a comment is read where it stands
	}
	if items, _ := rec.Get("mentions").([]object.Item); slices.Contains(c.Names, "mentions") {
		for _, it := range items {
			if it.Link != k.Actor {
				n := base
				n.User, n.Kind = it.Link, Mentioned
				out = append(out, sayOnce(n, rec, 0))
			}
		}
	}
	owner, _ := rec.Get("owner").(int64)
	if owner != 0 && owner != k.Actor && assigns(&k, c) {
		base.User, base.Kind = owner, Assigned
		out = append(out, sayOnce(base, rec, c.Version))
	}
	return out
}

// keepReminder notes when a task is to be brought to mind, or that it is not. What is done needs no reading any more.
func keepReminder(tx db.Tx, id int64, a *object.Record, at int64) error {
	if when := remindable(a); when != 0 {
		return setReminder(tx, reminder{id, when})
	}
	if a != nil && Kind.Get(a) == KindTask && Status.Get(a) != TaskOpen {
		if err := markReminded(tx, object.Ref{Object: a.Object.Number, ID: id}, Owner.Get(a), at); err != nil {
			return err
		}
	}
	return dropReminder(tx, id)
}

// remindable is when an activity is to be brought to mind; 0 is never, or not any more.
func remindable(a *object.Record) int64 {
	if a == nil || a.Deleted != 0 || Kind.Get(a) != KindTask || Status.Get(a) != TaskOpen || !Owner.Has(a) {
		return 0
	}
	return RemindAt.Get(a)
}

// reminders is how many tasks are brought to mind in one transaction.
const reminders = 200

// remind brings to mind what is due. A reminder goes with its notification, so it is told once however often this runs.
func remind(ctx context.Context, s *modules.Space, _ *job.Run) error {
	now := s.Clock.Now().UnixMicro()
	for {
		n := 0
		err := s.DB.Write(ctx, func(tx db.Tx) error {
			due, err := dueReminders(tx, now, reminders)
			n = len(due)
			for _, x := range due {
				if err == nil {
					err = remindOf(tx, s, x, now)
				}
			}
			return err
		})
		if err != nil || n < reminders {
			return err
		}
	}
}

func remindOf(tx db.Tx, s *modules.Space, x reminder, now int64) error {
	o := s.Engine.Catalog().Object(Activity.Name)
	rows, err := s.Tables.ByIDs(tx, o, []int64{x.Activity}, nil)
	if err != nil {
		return err
	}
	if a := rows[0]; remindable(a) == x.At {
		n := notification{User: Owner.Get(a), Kind: Reminded, Record: object.Ref{Object: o.Number, ID: a.ID}, At: now}
		if err := insertNotification(tx, sayOnce(n, a, x.At)); err != nil {
			return err
		}
	} // one that has moved since is noted anew by what follows the log
	return dropReminder(tx, x.Activity)
}
