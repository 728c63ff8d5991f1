package record

import (
	"context"
	"slices"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
	"youpeng/platform/fault"

	"github.com/google/uuid"
)

// Twin is a record that somebody may already be: itself where the asker may see it, else the whitelist's fields.
type Twin struct {
	Fields []string       `json:"fields"` // the fields that agree
	Record *View          `json:"record,omitempty"`
	Hidden map[string]any `json:"hidden,omitempty"`
	ID     int64          `json:"-"`
}

// Duplicates finds the records that agree with some values in a field of the matcher: all records, binned ones too.
func (e *Engine) Duplicates(ctx context.Context, a *access.Actor, name string, values map[string]any, except uuid.UUID) ([]Twin, error) {
	o := e.Catalog().Object(name)
	if o == nil {
		return nil, fault.New(fault.Missing, "object.unknown", "object", name)
	}
	if err := e.warm(ctx, a, o); err != nil {
		return nil, err
	}
	rec := object.NewRecord(o)
	rec.UUID = except
	c := e.context(a, e.Catalog())
	for _, f := range o.Fields {
		in, given := values[f.Name]
		if !f.Match || !given || a.Field(o, f) < access.Write {
			continue
		}
		v, err := field.Of(f).Read(f, in, nil, c)
		if err != nil {
			continue // what is half typed matches nothing yet
		}
		rec.Values[f.Index] = v
	}
	var out []Twin
	err := e.db.Read(ctx, func(r db.Reader) (err error) {
		out, err = e.twins(ctx, r, a, rec)
		return err
	})
	return out, err
}

// Twins is Duplicates for a record from code.
func (e *Engine) Twins(ctx context.Context, a *access.Actor, rec *object.Record) (out []Twin, err error) {
	if err := e.warm(ctx, a, rec.Object); err != nil {
		return nil, err
	}
	err = e.db.Read(ctx, func(r db.Reader) (err error) {
		out, err = e.twins(ctx, r, a, rec)
		return err
	})
	return out, err
}

func (e *Engine) twins(ctx context.Context, r db.Reader, a *access.Actor, rec *object.Record) ([]Twin, error) {
	const most = 20
	o := rec.Object
	agree := map[int64][]string{}
	for _, f := range o.Fields {
		if !f.Match || f.Retired || rec.At(f) == nil {
			continue
		}
		found, err := e.tables.Match(r, o, f, table.MatchKeys(o, f, rec.At(f)))
		if err != nil {
			return nil, err
		}
		for _, ids := range found {
			for _, id := range ids {
				if id != rec.ID && !slices.Contains(agree[id], f.Name) {
					agree[id] = append(agree[id], f.Name)
				}
			}
		}
	}
	ids := make([]int64, 0, len(agree))
	for id := range agree {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y int64) int { // the more fields agree the surer, then the newest
		if d := len(agree[y]) - len(agree[x]); d != 0 {
			return d
		}
		return int(y - x)
	})
	out := []Twin{}
	read := newReader(ctx, r, e.tables, e.Catalog())
	for _, id := range ids[:min(len(ids), most)] {
		twin, err := read.Get(o.Name, id)
		if err != nil {
			return nil, err
		}
		if twin == nil || twin.UUID == rec.UUID {
			continue
		}
		t := Twin{Fields: agree[id], ID: id}
		sees, err := e.columns.Sees(ctx, a, o, id)
		if err != nil {
			return nil, err
		}
		if sees {
			views, err := e.render(ctx, r, a, o, []*object.Record{twin}, Listed(o))
			if err != nil {
				return nil, err
			}
			t.Record = views[0]
		} else if t.Hidden, err = e.holder(ctx, read, a, o, id); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// Decision is what somebody may do with a record and by what: all, owner, shared, parent, author; or why not: unseen,
// role, scope.
type Decision struct {
	Read   Verdict `json:"read"`
	Update Verdict `json:"update"`
	Delete Verdict `json:"delete"`
}

// Verdict is one answer with its reason.
type Verdict struct {
	Allowed bool   `json:"allowed"`
	Why     string `json:"why"`
}

// Access says why somebody may see and change a record. One may ask about oneself, an administrator about everybody.
func (e *Engine) Access(ctx context.Context, a *access.Actor, name string, id uuid.UUID, about *access.Actor) (*Decision, error) {
	if about.User != a.User && !a.Admin && !a.System {
		return nil, fault.New(fault.Forbidden, "right.admin")
	}
	rec, err := e.Record(ctx, a, name, id)
	if err != nil {
		return nil, err
	}
	var d Decision
	for doing, v := range map[column.Doing]*Verdict{column.Reading: &d.Read, column.Updating: &d.Update, column.Deleting: &d.Delete} {
		if v.Allowed, v.Why, err = e.columns.May(ctx, about, rec.Object, rec.ID, doing); err != nil {
			return nil, err
		}
	}
	return &d, nil
}
