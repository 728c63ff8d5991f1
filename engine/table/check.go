package table

import (
	"context"
	"math"

	"youpeng/engine/object"
	"youpeng/platform/db"
)

// The flaws that Check finds.
const (
	ChildMissing = "child_missing" // a value of a row has no child row
	ChildOrphan  = "child_orphan"  // child rows of a record that is not there
	ChildDiffers = "child_differs" // the child rows say something else than the row
	KeyWrong     = "key_wrong"     // a unique key is not that of the value
	MatchWrong   = "match_wrong"   // a key of the duplicate matcher is not that of the value
)

// Flaw is a place where what is derived does not follow from the row.
type Flaw struct {
	Kind  string
	Field *object.Field
	ID    int64
}

const checkBatch = 512

// Check reads all rows of an object and says in batches what of theirs is derived wrongly. The last batch has no rows:
// it is what stands behind them. A batch is the same memory each time.
func (t *Tables) Check(ctx context.Context, r db.Reader, o *object.Object, each func(batch []*object.Record, after, to int64, flaws []Flaw) error) error {
	p, last := t.of(o), int64(0)
	err := t.Scan(ctx, r, o, nil, 0, checkBatch, func(batch []*object.Record) error {
		after, to := last, batch[len(batch)-1].ID
		last = to
		flaws, err := p.flaws(r, batch, after, to)
		if err != nil {
			return err
		}
		return each(batch, after, to, flaws)
	})
	if err != nil {
		return err
	}
	flaws, err := p.flaws(r, nil, last, math.MaxInt64)
	if err != nil {
		return err
	}
	return each(nil, last, math.MaxInt64, flaws)
}

func (p *plan) flaws(r db.Reader, batch []*object.Record, after, to int64) (flaws []Flaw, err error) {
	for i := range p.fields {
		x := &p.fields[i]
		if x.child != "" {
			flaws, err = p.childFlaws(r, x, batch, after, to, flaws)
		} else if len(batch) > 0 && len(x.columns) > x.loaded {
			flaws, err = p.keyFlaws(r, x, batch, after, to, flaws)
		}
		if err != nil {
			return nil, err
		}
	}
	return flaws, nil
}

// keyFlaws compares the keys beside single values.
func (p *plan) keyFlaws(r db.Reader, x *part, batch []*object.Record, after, to int64, flaws []Flaw) ([]Flaw, error) {
	keys := make([]any, len(x.columns)-x.loaded)
	dest := make([]any, len(keys))
	sql := "SELECT "
	for i, c := range x.columns[x.loaded:] {
		dest[i] = &keys[i]
		if i > 0 {
			sql += ", "
		}
		sql += c
	}
	id := p.d.Quote("id")
	at := 0
	err := each(r, sql+" FROM "+p.name+" WHERE "+id+" > ? AND "+id+" <= ? ORDER BY "+id, []any{after, to}, dest, func() {
		rec := batch[at]
		at++
		want := x.store(p.o, rec.At(x.f), rec.Deleted != 0, nil)[x.loaded:]
		for i, k := range keys {
			if k == want[i] {
				continue
			}
			kind, written := MatchWrong, x.f.Filling
			if i == 0 && x.f.Keyed() {
				kind, written = KeyWrong, x.f.Building
			}
			if written {
				continue // just now
			}
			flaws = append(flaws, Flaw{kind, x.f, rec.ID})
		}
	})
	return flaws, err
}

// childFlaws walks the child rows of a span of records beside the records.
func (p *plan) childFlaws(r db.Reader, x *part, batch []*object.Record, after, to int64, flaws []Flaw) ([]Flaw, error) {
	record := p.d.Quote("record")
	sql := "SELECT " + p.quoted("record", "item", "value", "norm", "label", "link", "verified", "ukey") + " FROM " + x.child +
		" WHERE " + record + " > ? AND " + record + " <= ? ORDER BY " + record + ", " + p.d.Quote("position")
	var id int64
	var it object.Item
	var value, norm, label, link, key any
	there := map[int64][]object.Item{}
	keys := map[int64][]any{}
	var order []int64
	err := each(r, sql, []any{after, to}, []any{&id, &it.ID, &value, &norm, &label, &link, &it.Verified, &key}, func() {
		it.Value, _ = value.(string)
		it.Norm, _ = norm.(string)
		it.Label, _ = label.(string)
		it.Link, _ = link.(int64)
		if len(there[id]) == 0 {
			order = append(order, id)
		}
		there[id] = append(there[id], it)
		keys[id] = append(keys[id], key)
	})
	if err != nil {
		return nil, err
	}
	for _, rec := range batch {
		items, _ := rec.At(x.f).([]object.Item)
		if kind := p.childFlaw(x, rec, items, there[rec.ID], keys[rec.ID]); kind != "" {
			flaws = append(flaws, Flaw{kind, x.f, rec.ID})
		}
		delete(there, rec.ID)
	}
	for _, id := range order {
		if there[id] != nil {
			flaws = append(flaws, Flaw{ChildOrphan, x.f, id})
		}
	}
	return flaws, nil
}

func (p *plan) childFlaw(x *part, rec *object.Record, items, there []object.Item, keys []any) string {
	if len(there) < len(items) {
		return ChildMissing
	}
	if !Same(items, there) && len(items)+len(there) > 0 {
		return ChildDiffers
	}
	for i, it := range there {
		var want any
		if x.f.Keyed() {
			want = orNull(ItemKey(x.f, it), rec.Deleted != 0)
		}
		if keys[i] != want && !x.f.Building {
			return KeyWrong
		}
	}
	return ""
}

// Mend derives anew what Check found wrong. The row is right; whoever doubts that does not call this.
func (t *Tables) Mend(tx db.Tx, o *object.Object, w Flaw) error {
	p := t.of(o)
	x := &p.fields[w.Field.Index]
	rows, err := t.ByIDs(tx, o, []int64{w.ID}, nil)
	if err != nil {
		return err
	}
	rec := rows[0]
	switch {
	case x.child != "":
		return t.Write(tx, func(rows *Writing) error {
			if err := rows.dropChildren(p, x, w.ID); err != nil || rec == nil {
				return err
			}
			rows.putChildren(p, x, rec)
			return nil
		})
	case rec == nil:
		return nil
	}
	keys := x.store(o, rec.At(x.f), rec.Deleted != 0, nil)[x.loaded:]
	sql := "UPDATE " + p.name + " SET "
	for i, c := range x.columns[x.loaded:] {
		if i > 0 {
			sql += ", "
		}
		sql += c + " = ?"
	}
	_, err = tx.Exec(sql+" WHERE "+p.d.Quote("id")+" = ?", append(keys, w.ID)...)
	return p.taken(err)
}
