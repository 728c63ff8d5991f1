package record

import (
	"context"
	"math"
	"slices"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

const dayMicros = int64(24 * 60 * 60 * 1e6)

// timelineCursor is the last thing told: its time, its object (0 is a change of the record itself) and its id.
type timelineCursor struct {
	Of, At, ID int64
	Object     int
}

// moment is one thing on a timeline, before it is shown.
type moment struct {
	at, id int64
	o      *object.Object
	rec    *object.Record
	x      *entry
	moves  []move
}

func (m moment) number() int {
	if m.o == nil {
		return 0
	}
	return m.o.Number
}

// older orders a timeline: the newest first, then by object and age.
func older(a, b moment) int {
	switch {
	case a.at != b.at:
		return compareInts(b.at, a.at)
	case a.number() != b.number():
		return compareInts(int64(b.number()), int64(a.number()))
	}
	return compareInts(b.id, a.id)
}

func compareInts(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Timeline merges by time what happened around a record: the records that stand on its timeline and its own changes,
// within rights, the newest first.
func (e *Engine) Timeline(ctx context.Context, a *access.Actor, name string, id uuid.UUID, cursor string, limit int) (*Events, error) {
	limit = bounded(limit)
	rec, err := e.Record(ctx, a, name, id)
	if err != nil {
		return nil, err
	}
	from := timelineCursor{Of: rec.ID, At: math.MaxInt64, ID: math.MaxInt64, Object: math.MaxInt}
	if cursor != "" && (!e.seal.open(cursor, &from) || from.Of != rec.ID) {
		return nil, fault.New(fault.BadRequest, "cursor.invalid")
	}
	var all []moment
	for _, o := range e.Catalog().Objects {
		if part, err := e.standing(ctx, a, o, rec, from, limit+1); err != nil {
			return nil, err
		} else if part != nil {
			all = append(all, part...)
		}
	}
	out := &Events{Data: []*Event{}}
	return out, e.db.Read(ctx, func(r db.Reader) error {
		list, err := entriesSince(r, rec.Object.Number, rec.ID, 0)
		if err != nil {
			return err
		}
		rows, err := e.tables.ByIDs(r, rec.Object, []int64{rec.ID}, nil)
		if err != nil || rows[0] == nil {
			return err
		}
		list = withoutRolls(rec.Object, list)
		moves, err := e.moves(r, list, rows[0])
		if err != nil {
			return err
		}
		last := moment{at: from.At, id: from.ID}
		for i, x := range list {
			m := moment{at: x.At, id: x.ID, x: x, moves: moves[i]}
			if x.At < from.At || x.At == from.At && (from.Object > 0 || older(last, m) < 0) {
				all = append(all, m)
			}
		}
		slices.SortFunc(all, older)
		if len(all) > limit {
			all = all[:limit]
			m := all[limit-1]
			next, err := e.seal.cursor(timelineCursor{rec.ID, m.at, m.id, m.number()})
			if err != nil {
				return err
			}
			out.Next = &next
		}
		return e.tellTimeline(ctx, r, a, rec.Object, all, out)
	})
}

// standing asks for the records of one object that stand on a record's timeline, from a place on.
func (e *Engine) standing(ctx context.Context, a *access.Actor, o *object.Object, rec *object.Record, from timelineCursor, limit int) ([]moment, error) {
	var either query.Or
	for _, f := range o.Fields {
		switch {
		case !f.Timeline || f.Retired || !leadsTo(f, rec.Object) || a.Field(o, f) < access.Read:
		case f.Kind == object.KindRef:
			either = append(either, &query.Leaf{Path: query.Path{f}, Op: "eq", Args: []any{object.Ref{Object: rec.Object.Number, ID: rec.ID}}})
		default:
			either = append(either, &query.Leaf{Path: query.Path{f}, Op: "eq", Args: []any{rec.ID}})
		}
	}
	at := o.Field(o.Time)
	if len(either) == 0 || at == nil || a.Reading(o) == access.None {
		return nil, nil
	}
	unit := int64(1)
	if at.Kind == object.KindDate {
		unit = dayMicros
	}
	q := &query.Question{Object: o, Filter: either, Limit: limit, Sort: []query.Key{{Path: query.Path{at}, Desc: true}}}
	if from.At != math.MaxInt64 {
		beside := &query.Beside{Keys: []any{from.At / unit}, ID: math.MaxInt64}
		switch {
		case from.At%unit != 0 || o.Number < from.Object: // all of this very time are still to come
		case o.Number > from.Object:
			beside.ID = 0
		default:
			beside.ID = from.ID
		}
		q.Beside = beside
	}
	answer, err := e.columns.Ask(ctx, q, a)
	if err != nil {
		return nil, err
	}
	var out []moment
	err = e.db.Read(ctx, func(r db.Reader) error {
		rows, err := e.tables.ByIDs(r, o, answer.IDs, nil)
		for _, row := range rows {
			if row == nil || row.Deleted != 0 {
				continue
			}
			if t, ok := row.At(at).(int64); ok {
				out = append(out, moment{at: t * unit, id: row.ID, o: o, rec: row})
			}
		}
		return err
	})
	return out, err
}

func (e *Engine) tellTimeline(ctx context.Context, r db.Reader, a *access.Actor, o *object.Object, all []moment, out *Events) error {
	l, err := e.linksOf(ctx, r, a, e.Catalog())
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.x != nil {
			if err := e.tell(l, a, o, []*entry{m.x}, [][]move{m.moves}, out); err != nil {
				return err
			}
			continue
		}
		views, err := e.render(ctx, r, a, m.o, []*object.Record{m.rec}, nil)
		if err != nil {
			return err
		}
		out.Data = append(out.Data, &Event{At: stamp(m.at), Kind: "record", Object: m.o.Name, Record: views[0]})
	}
	return nil
}
