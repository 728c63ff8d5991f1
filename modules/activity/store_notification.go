package activity

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/platform/db"
)

// notification is one thing that a person is told. It names the record and keeps none of its words: what is shown follows
// from the record, and from the reader's rights, when it is read.
type notification struct {
	id     int64
	UUID   uuid.UUID
	User   int64
	Kind   string
	Actor  int64      // who did it; 0 is the program
	Record object.Ref // what it leads to
	At     int64      // µs
	ReadAt int64
}

// reminder is when an open task is to be brought to mind.
type reminder struct {
	Activity int64
	At       int64
}

func createTables(tx db.Tx) error {
	d := tx.Dialect()
	i := " " + d.Type(db.Int)
	for _, sql := range []string{
		"CREATE TABLE IF NOT EXISTS sys_notification (" + d.Key("id") + ", uuid " + d.Type(db.Bytes) + " NOT NULL, recipient" + i + " NOT NULL, kind " + d.Type(db.Text) +
			" NOT NULL, actor" + i + " NOT NULL, object" + i + " NOT NULL, record" + i + " NOT NULL, at" + i + " NOT NULL, read_at" + i + ")",
		"CREATE UNIQUE INDEX IF NOT EXISTS sys_notification_uuid ON sys_notification (uuid)",
		"CREATE INDEX IF NOT EXISTS sys_notification_recipient ON sys_notification (recipient, id)",
		"CREATE INDEX IF NOT EXISTS sys_notification_unread ON sys_notification (recipient) WHERE read_at IS NULL",
		"CREATE TABLE IF NOT EXISTS sys_reminder (activity" + i + " PRIMARY KEY, at" + i + " NOT NULL)",
		"CREATE INDEX IF NOT EXISTS sys_reminder_at ON sys_reminder (at)",
	} {
		if _, err := tx.Exec(sql); err != nil {
			return err
		}
	}
	return nil
}

// insertNotification tells somebody something; what was told already, by its public id, stays as it is.
func insertNotification(tx db.Tx, n notification) error {
	_, err := tx.Exec(tx.Dialect().Ignore("INSERT INTO sys_notification (uuid, recipient, kind, actor, object, record, at) VALUES (?, ?, ?, ?, ?, ?, ?)"),
		n.UUID[:], n.User, n.Kind, n.Actor, int64(n.Record.Object), n.Record.ID, n.At)
	return err
}

// notificationsOf lists what a person was told, the newest first, from before a private id.
func notificationsOf(r db.Reader, user int64, unread bool, before int64, limit int) (out []notification, err error) {
	where := ""
	if unread {
		where = " AND read_at IS NULL"
	}
	rows, err := r.Query("SELECT id, uuid, recipient, kind, actor, object, record, at, coalesce(read_at, 0) FROM sys_notification WHERE recipient = ? AND id < ?"+where+" ORDER BY id DESC LIMIT ?", user, before, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n notification
		var public []byte
		if err := rows.Scan(&n.id, &public, &n.User, &n.Kind, &n.Actor, &n.Record.Object, &n.Record.ID, &n.At, &n.ReadAt); err != nil {
			return nil, err
		}
		n.UUID = uuid.UUID(public)
		out = append(out, n)
	}
	return out, rows.Err()
}

// placeOfNotification finds a person's notification by its public id.
func placeOfNotification(r db.Reader, user int64, id uuid.UUID) (private int64, found bool, err error) {
	found, err = r.One([]any{&private}, "SELECT id FROM sys_notification WHERE uuid = ? AND recipient = ?", id[:], user)
	return private, found, err
}

func countUnread(r db.Reader, user int64) (n int64, err error) {
	_, err = r.One([]any{&n}, "SELECT count(*) FROM sys_notification WHERE recipient = ? AND read_at IS NULL", user)
	return n, err
}

// markRead notes that a person has read some of what they were told; nil is all.
func markRead(tx db.Tx, user, now int64, ids []uuid.UUID) error {
	where, args := "", []any{now, user}
	if ids != nil {
		where = " AND uuid IN (" + strings.Repeat("?, ", len(ids)-1) + "?)"
		for _, id := range ids {
			args = append(args, id[:])
		}
	}
	_, err := tx.Exec("UPDATE sys_notification SET read_at = ? WHERE recipient = ? AND read_at IS NULL"+where, args...)
	return err
}

// markReminded notes that a person need not read any more that a task of theirs was due.
func markReminded(tx db.Tx, task object.Ref, user, now int64) error {
	_, err := tx.Exec("UPDATE sys_notification SET read_at = ? WHERE recipient = ? AND read_at IS NULL AND kind = ? AND object = ? AND record = ?",
		now, user, Reminded, int64(task.Object), task.ID)
	return err
}

func setReminder(tx db.Tx, r reminder) error {
	_, err := tx.Exec("INSERT INTO sys_reminder (activity, at) VALUES (?, ?) ON CONFLICT (activity) DO UPDATE SET at = excluded.at", r.Activity, r.At)
	return err
}

func dropReminder(tx db.Tx, activity int64) error {
	_, err := tx.Exec("DELETE FROM sys_reminder WHERE activity = ?", activity)
	return err
}

// firstReminder is when the next reminder is due; zero where none is noted.
func firstReminder(r db.Reader) (time.Time, error) {
	var at any
	if _, err := r.One([]any{&at}, "SELECT min(at) FROM sys_reminder"); err != nil {
		return time.Time{}, err
	}
	if n, ok := at.(int64); ok {
		return time.UnixMicro(n), nil
	}
	return time.Time{}, nil
}

// dueReminders lists what is to be brought to mind by now, the longest overdue first.
func dueReminders(r db.Reader, now int64, limit int) (out []reminder, err error) {
	rows, err := r.Query("SELECT activity, at FROM sys_reminder WHERE at <= ? ORDER BY at, activity LIMIT ?", now, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x reminder
		if err := rows.Scan(&x.Activity, &x.At); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}
