package table

import (
	"strings"

	"youpeng/engine/object"
	"youpeng/platform/db"
)

// Keys are the keys that may be written for a field later than its values: those that hold it unique, and those of the
// duplicate matcher. Items bring theirs for the matcher with them, so Matches is of single values alone.
type Keys string

// The text of each is the end of its column's name.
const (
	Uniques Keys = "__ukey"
	Matches Keys = "__match"
)

func (k Keys) index(o *object.Object, f *object.Field) string {
	prefix := "u_"
	if k == Matches {
		prefix = "m_"
	}
	return prefix + o.Name + "__" + f.Name
}

// IndexOf is the index over a field's keys once they are built.
func IndexOf(d db.Dialect, o *object.Object, f *object.Field, keys Keys) Piece {
	g := *f
	g.Unique, g.Match = keys == Uniques, keys == Matches
	list := fieldPieces(d, o, &g)
	return list[len(list)-1]
}

// Unindex takes the index over a field's keys away.
func Unindex(tx db.Tx, o *object.Object, f *object.Field, keys Keys) error {
	_, err := tx.Exec("DROP INDEX IF EXISTS " + tx.Dialect().Quote(keys.index(o, f)))
	return err
}

// keyed is a place of a key: a row, or an item of one.
type keyed struct {
	id, rev, item int64
	key           string
}

// FillKeys brings the keys of a field up to its values in the rows after an id, some rows at a time, and answers the last
// row that it looked at, 0 at the end. A row that is written meanwhile keeps what its writer gave it.
func (t *Tables) FillKeys(tx db.Tx, o *object.Object, f *object.Field, keys Keys, after int64, rows int) (last int64, err error) {
	p := t.of(o)
	x := &p.fields[f.Index]
	last, n, err := p.span(tx, after, rows)
	if err != nil || n == 0 {
		return 0, err
	}
	var wrong []keyed
	if x.child == "" {
		wrong, err = p.wrongKeys(tx, f, keys, after, last)
	} else {
		wrong, err = p.wrongItemKeys(tx, x, after, last)
	}
	for _, k := range wrong {
		if err != nil {
			return 0, err
		}
		if x.child == "" {
			_, err = tx.Exec("UPDATE "+p.name+" SET "+p.d.Quote(f.Name+string(keys))+" = ? WHERE "+p.d.Quote("id")+" = ? AND "+p.d.Quote("rev")+" = ?", orNull(k.key, false), k.id, k.rev)
		} else {
			_, err = tx.Exec("UPDATE "+x.child+" SET "+p.d.Quote("ukey")+" = ? WHERE "+p.d.Quote("record")+" = ? AND "+p.d.Quote("item")+" = ? AND EXISTS (SELECT 1 FROM "+p.name+" WHERE "+
				p.d.Quote("id")+" = ? AND "+p.d.Quote("rev")+" = ?)", orNull(k.key, false), k.id, k.item, k.id, k.rev)
		}
	}
	if n < int64(rows) {
		last = 0
	}
	return last, err
}

// span answers the last of some rows after an id, and how many they are.
func (p *plan) span(r db.Reader, after int64, rows int) (last, n int64, err error) {
	id := p.d.Quote("id")
	_, err = r.One([]any{&last, &n}, "SELECT coalesce(max("+id+"), 0), count(*) FROM (SELECT "+id+" FROM "+p.name+" WHERE "+id+" > ? ORDER BY "+id+" LIMIT ?) AS span", after, int64(rows))
	return last, n, err
}

// wrongKeys finds the rows between two ids whose key is not that of their value.
func (p *plan) wrongKeys(r db.Reader, f *object.Field, keys Keys, after, last int64) (wrong []keyed, err error) {
	s := p.shape([]*object.Field{f})
	w := s.row()
	rec := object.NewRecord(p.o)
	var had any
	w.dest = append(w.dest, &had)
	rows, err := r.Query("SELECT "+s.list+", "+p.d.Quote(f.Name+string(keys))+" FROM "+p.name+" WHERE "+p.d.Quote("id")+" > ? AND "+p.d.Quote("id")+" <= ?", after, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := w.into(rows, rec); err != nil {
			return nil, err
		}
		key := ""
		switch v := rec.At(f); {
		case v == nil:
		case keys == Matches:
			key = MatchKey(p.o, f, v)
		case rec.Deleted == 0:
			key = UniqueKey(f, v)
		}
		if is, _ := had.(string); is != key {
			wrong = append(wrong, keyed{id: rec.ID, rev: rec.Rev, key: key})
		}
	}
	return wrong, rows.Err()
}

func (p *plan) wrongItemKeys(r db.Reader, x *part, after, last int64) (wrong []keyed, err error) {
	var k keyed
	var it object.Item
	var value, norm, label, link, had, gone any
	sql := "SELECT c." + strings.ReplaceAll(p.quoted("record", "item", "value", "norm", "label", "link", "ukey"), ", ", ", c.") + ", o." + p.d.Quote("rev") + ", o." + p.d.Quote("deleted_at") +
		" FROM " + x.child + " c JOIN " + p.name + " o ON o." + p.d.Quote("id") + " = c." + p.d.Quote("record") + " WHERE c." + p.d.Quote("record") + " > ? AND c." + p.d.Quote("record") + " <= ?"
	err = each(r, sql, []any{after, last}, []any{&k.id, &it.ID, &value, &norm, &label, &link, &had, &k.rev, &gone}, func() {
		it.Value, _ = value.(string)
		it.Norm, _ = norm.(string)
		it.Label, _ = label.(string)
		it.Link, _ = link.(int64)
		k.item, k.key = it.ID, ""
		if gone == nil {
			k.key = ItemKey(x.f, it)
		}
		if is, _ := had.(string); is != k.key {
			wrong = append(wrong, k)
		}
	})
	return wrong, err
}

// Twice answers how many keys of a field stand more than once, and of the first few the rows that have them.
func Twice(r db.Reader, o *object.Object, f *object.Field, most int) (count int, groups [][]int64, err error) {
	q := r.Dialect().Quote
	from, key, record := q(o.Name), q(f.Name+"__ukey"), q("id")
	if f.Kind.Multi() {
		from, key, record = q(childTable(o, f)), q("ukey"), q("record")
	}
	var n int64
	double := "SELECT " + key + " FROM " + from + " WHERE " + key + " IS NOT NULL GROUP BY " + key + " HAVING count(*) > 1"
	if _, err := r.One([]any{&n}, "SELECT count(*) FROM ("+double+") AS twice"); err != nil || n == 0 {
		return 0, nil, err
	}
	var was, is string
	var id int64
	err = each(r, "SELECT "+key+", "+record+" FROM "+from+" WHERE "+key+" IN ("+double+" ORDER BY 1 LIMIT ?) ORDER BY 1, 2", []any{int64(most)}, []any{&is, &id}, func() {
		if len(groups) == 0 || is != was {
			groups, was = append(groups, nil), is
		}
		if g := &groups[len(groups)-1]; len(*g) < 5 {
			*g = append(*g, id)
		}
	})
	return int(n), groups, err
}
