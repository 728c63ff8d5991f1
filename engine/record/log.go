package record

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// decode reads an entry's former values, the personal ones opened where their key still exists.
func (e *Engine) decode(r db.Reader, x *entry, o *object.Object) (map[string]any, error) {
	var key []byte
	if x.before == nil && x.Sealed != nil {
		var err error
		if key, _, err = subjectKey(r, x.Object, x.Record); err != nil {
			return nil, err
		}
	}
	err := x.open(o, key)
	return x.before, err
}

// open reads an entry's former values with the key of its record, if there is one.
func (x *entry) open(o *object.Object, key []byte) error {
	if x.before != nil {
		return nil
	}
	x.before = map[string]any{}
	if x.Op == Purge {
		return nil
	}
	if err := readValues(o, []byte(x.Before), x.before); err != nil || x.Sealed == nil {
		return err
	}
	var plain []byte
	var err error
	if key != nil {
		plain, err = openBytes(key, x.Sealed)
	}
	if key == nil || err != nil || len(plain) < 16 {
		x.erased = true
		return nil
	}
	x.Salt = plain[:16]
	return readValues(o, plain[16:], x.before)
}

// was answers what a field held before an entry: what the log says, or empty where the entry made the record.
func (x *entry) was(name string) (any, bool) {
	v, known := x.before[name]
	return v, known || x.Op == Create
}

// movedSince answers the values that the fields changed since a version had then.
func (e *Engine) movedSince(r db.Reader, now *object.Record, version int64) (map[string]any, error) {
	list, err := loadEntries(r, "c.object = ? AND c.record = ? AND c.version > ? ORDER BY c.id DESC", now.Object.Number, now.ID, version)
	if err != nil {
		return nil, err
	}
	base := map[string]any{}
	for _, x := range list {
		was, err := e.decode(r, x, now.Object)
		if err != nil {
			return nil, err
		}
		for _, name := range x.Names {
			if v, known := was[name]; known {
				base[name] = v
			}
		}
	}
	return base, nil
}

// History answers what happened to a record, the newest first, within the asker's field rights.
func (e *Engine) History(ctx context.Context, a *access.Actor, name string, id uuid.UUID, cursor string, limit int) (*Events, error) {
	limit = bounded(limit)
	at := struct{ Change, Record int64 }{1 << 62, 0}
	if cursor != "" && !e.seal.open(cursor, &at) {
		return nil, fault.New(fault.BadRequest, "cursor.invalid")
	}
	rec, err := e.Record(ctx, a, name, id)
	if err != nil {
		return nil, err
	}
	if at.Record != 0 && at.Record != rec.ID {
		return nil, fault.New(fault.BadRequest, "cursor.invalid")
	}
	out := &Events{Data: []*Event{}}
	err = e.db.Read(ctx, func(r db.Reader) error {
		rows, err := e.tables.ByIDs(r, rec.Object, []int64{rec.ID}, nil)
		if err != nil || rows[0] == nil {
			return err
		}
		list, err := entriesSince(r, rec.Object.Number, rec.ID, 0)
		if err != nil {
			return err
		}
		list = withoutRolls(rec.Object, list)
		l, err := e.linksOf(ctx, r, a, e.Catalog())
		if err != nil {
			return err
		}
		moves, err := e.moves(r, list, rows[0])
		if err != nil {
			return err
		}
		shown := 0
		for i, x := range list {
			if x.ID >= at.Change {
				continue
			}
			if shown == limit {
				next, err := e.seal.cursor(struct{ Change, Record int64 }{list[i-1].ID, rec.ID})
				out.Next = &next
				list, moves = list[:i], moves[:i]
				if err != nil {
					return err
				}
				break
			}
			shown++
		}
		from := len(list) - shown
		return e.tell(l, a, rec.Object, list[from:], moves[from:], out)
	})
	return out, err
}

// move is a field's two values in an entry.
type move struct {
	f             *object.Field
	before, after any
	erased        bool
}

// moves walks a record's entries, the newest first, and answers both sides of each: the after-value follows from the
// next change of the field or from the record.
func (e *Engine) moves(r db.Reader, list []*entry, now *object.Record) ([][]move, error) {
	out := make([][]move, len(list))
	next := now.Clone()
	for i, x := range list {
		was, err := e.decode(r, x, now.Object)
		if err != nil {
			return nil, err
		}
		for _, name := range x.Names {
			f := now.Object.Field(name)
			if f == nil || f.Derived {
				continue
			}
			v, known := x.was(name)
			out[i] = append(out[i], move{f, v, next.At(f), !known && was != nil})
			next.Values[f.Index] = v
		}
	}
	return out, nil
}

func (e *Engine) tell(l *links, a *access.Actor, o *object.Object, list []*entry, moves [][]move, out *Events) error {
	user := l.cat.Object("user")
	for i, x := range list {
		if user != nil {
			l.ask(user, x.Actor)
		}
		for _, m := range moves[i] {
			l.want(m.f, m.before)
			l.want(m.f, m.after)
		}
	}
	if err := l.fetch(); err != nil {
		return err
	}
	for i, x := range list {
		set := x.SetUUID
		ev := &Event{At: stamp(x.At), Kind: "change", Op: x.Op, ChangeSet: &set, Version: x.Version, Via: x.Via, Reason: x.Reason}
		if user != nil && x.Actor != 0 {
			ev.Actor = l.named(user, x.Actor)
		}
		for _, m := range moves[i] {
			if a.Field(o, m.f) == access.Hidden {
				continue
			}
			ev.Fields = append(ev.Fields, FieldMoved{m.f.Name, l.shown(o, m.f, m.before), l.shown(o, m.f, m.after), m.erased})
		}
		out.Data = append(out.Data, ev)
	}
	return nil
}

func stamp(us int64) string { return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.999999Z") }

// past answers a record's own fields as they were at a time; nil before it was made.
func (e *Engine) past(r db.Reader, now *object.Record, at int64) (*object.Record, error) {
	list, err := entriesSince(r, now.Object.Number, now.ID, 0)
	if err != nil {
		return nil, err
	}
	then := now.Clone()
	for i, x := range list {
		if x.At <= at {
			then.Version = x.Version
			break
		}
		if x.Op == Create {
			return nil, nil
		}
		was, err := e.decode(r, x, now.Object)
		if err != nil {
			return nil, err
		}
		for name, v := range was {
			then.Set(name, v)
		}
		switch x.Op {
		case Delete:
			then.Deleted = 0
		case Restore:
			then.Deleted = deletedAt(list[i+1:])
		}
	}
	for _, x := range list {
		if x.At > at || rolled(now.Object, x) {
			continue
		}
		then.Values[object.UpdatedAt], then.Values[object.UpdatedBy] = x.At, nil
		if x.Actor != 0 {
			then.Values[object.UpdatedBy] = x.Actor
		}
		break
	}
	for _, f := range now.Object.Fields {
		if f.Derived {
			then.Values[f.Index] = nil // recomputed things have no past of their own
		}
	}
	return then, nil
}

// rolled says whether an entry moved derived fields alone. That is no event in the life of a record.
func rolled(o *object.Object, x *entry) bool {
	return x.Op == Update && len(x.Names) > 0 && len(ownNames(o, x.Names)) == 0
}

func withoutRolls(o *object.Object, list []*entry) []*entry {
	return slices.DeleteFunc(list, func(x *entry) bool { return rolled(o, x) })
}

func ownNames(o *object.Object, names []string) (own []string) {
	for _, n := range names {
		if f := o.Field(n); f != nil && !f.Derived {
			own = append(own, n)
		}
	}
	return own
}

func deletedAt(older []*entry) int64 {
	for _, x := range older {
		if x.Op == Delete {
			return x.At
		}
	}
	return 0
}

// Past answers a record as it was at a time: its own stored fields, with today's rights.
func (e *Engine) Past(ctx context.Context, a *access.Actor, name string, id uuid.UUID, at time.Time) (then *object.Record, err error) {
	rec, err := e.Record(ctx, a, name, id)
	if err != nil {
		return nil, err
	}
	err = e.db.Read(ctx, func(r db.Reader) error {
		rows, err := e.tables.ByIDs(r, rec.Object, []int64{rec.ID}, nil)
		if err != nil || rows[0] == nil {
			return err
		}
		then, err = e.past(r, rows[0], at.UnixMicro())
		return err
	})
	if err == nil && then == nil {
		err = missing(rec.Object)
	}
	return then, err
}

// AsOf is Past in the API's form, with today's titles.
func (e *Engine) AsOf(ctx context.Context, a *access.Actor, name string, id uuid.UUID, at time.Time) (*View, error) {
	then, err := e.Past(ctx, a, name, id, at)
	if err != nil {
		return nil, err
	}
	var views []*View
	err = e.db.Read(ctx, func(r db.Reader) error {
		views, err = e.render(ctx, r, a, then.Object, []*object.Record{then}, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	return views[0], nil
}

// Verify proves for one record that its present values follow from the log; it answers the entries whose commitment
// does not fit. What was erased cannot be proved and is passed over.
func (e *Engine) Verify(r db.Reader, now *object.Record) (broken []int64, err error) {
	list, err := entriesSince(r, now.Object.Number, now.ID, 0)
	if err != nil {
		return nil, err
	}
	moves, err := e.moves(r, list, now)
	if err != nil {
		return nil, err
	}
	for _, f := range now.Object.Fields { // what no entry names is empty
		if !f.System && !f.Derived && now.At(f) != nil && len(list) > 0 && !slices.ContainsFunc(list, func(x *entry) bool { return slices.Contains(x.Names, f.Name) }) {
			broken = append(broken, list[0].ID)
			break
		}
	}
	for i, x := range list {
		if x.erased || x.Op == Purge || slices.ContainsFunc(x.Names, func(n string) bool { return now.Object.Field(n) == nil }) {
			continue
		}
		before, after := object.NewRecord(now.Object), object.NewRecord(now.Object)
		var open, personal []*object.Field
		for _, m := range moves[i] {
			before.Values[m.f.Index], after.Values[m.f.Index] = m.before, m.after
			if m.f.Personal && x.Sealed != nil {
				personal = append(personal, m.f)
			} else {
				open = append(open, m.f)
			}
		}
		sides := [2][]byte{[]byte("{}"), appendValues(nil, open, after)}
		secret := []byte("{}")
		if x.Op != Create {
			sides[0], secret = appendValues(nil, open, before), appendValues(nil, personal, before)
		}
		if x.Sealed != nil {
			sides[0] = append(sides[0], secret...)
			sides[1] = append(sides[1], appendValues(nil, personal, after)...)
		}
		if !slices.Equal(commitment(x.Salt, sides[0], sides[1]), x.Digest) {
			broken = append(broken, x.ID)
		}
	}
	return broken, nil
}

func bounded(limit int) int {
	if limit <= 0 {
		return 50
	}
	return min(limit, 200)
}
