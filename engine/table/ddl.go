package table

import (
	"slices"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/platform/db"
)

// Piece is one thing that an object needs in the database: a table, a column or an index.
type Piece struct {
	Table  string
	Name   string        // the column's or the index's; empty for the table itself
	Field  *object.Field // nil for what every object has
	Index  bool
	Unique bool   // an index that holds a field unique
	Column string // what a unique index is over
	SQL    string // makes it
}

// The names of what a field needs. Names hold no double underscore, so no two of these are ever the same.
func childTable(o *object.Object, f *object.Field) string  { return o.Name + "__" + f.Name }
func uniqueIndex(o *object.Object, f *object.Field) string { return Uniques.index(o, f) }

// keyColumns are the columns of a single-valued field's keys.
func keyColumns(f *object.Field) []string {
	var names []string
	if f.Keyed() {
		names = append(names, f.Name+"__ukey")
	}
	if f.Compared() {
		names = append(names, f.Name+"__match")
	}
	return names
}

// Width is how many columns an object's table has.
func Width(o *object.Object) int {
	n := 1 + len(system)
	for _, f := range o.Fields {
		n += len(field.Of(f).Columns(f))
		if !f.Kind.Multi() {
			n += len(keyColumns(f))
		}
	}
	return n
}

// Pieces lists all that an object needs, in the order in which it is made.
func Pieces(d db.Dialect, o *object.Object) []Piece {
	q := d.Quote
	table := "CREATE TABLE " + q(o.Name) + " (" + d.Key("id") + ", " + q("uuid") + " " + d.Type(db.Bytes) + " NOT NULL, " +
		q("version") + " " + d.Type(db.Int) + " NOT NULL, " + q("rev") + " " + d.Type(db.Int) + " NOT NULL, " + q("deleted_at") + " " + d.Type(db.Int)
	for _, f := range o.Fields {
		for _, c := range columns(f) {
			table += ", " + q(c.Name) + " " + d.Type(c.Type)
		}
	}
	list := []Piece{
		{Table: o.Name, SQL: table + ")"},
		{Table: o.Name, Name: "u_" + o.Name, Index: true, SQL: "CREATE UNIQUE INDEX " + q("u_"+o.Name) + " ON " + q(o.Name) + " (" + q("uuid") + ")"},
	}
	for _, f := range o.Fields {
		list = append(list, fieldPieces(d, o, f)...)
	}
	return list
}

// columns are all the columns of the object's own table that a field needs.
func columns(f *object.Field) []field.Column {
	list := field.Of(f).Columns(f)
	if !f.Kind.Multi() {
		for _, name := range keyColumns(f) {
			list = append(list, field.Column{Name: name, Type: db.Text})
		}
	}
	return list
}

func fieldPieces(d db.Dialect, o *object.Object, f *object.Field) (list []Piece) {
	q := d.Quote
	for _, c := range columns(f) {
		list = append(list, Piece{Table: o.Name, Name: c.Name, Field: f,
			SQL: "ALTER TABLE " + q(o.Name) + " ADD COLUMN " + q(c.Name) + " " + d.Type(c.Type)})
	}
	index := func(prefix, table string, columns string) {
		name := prefix + o.Name + "__" + f.Name
		list = append(list, Piece{Table: table, Name: name, Field: f, Index: true, SQL: "CREATE INDEX " + q(name) + " ON " + q(table) + " (" + columns + ")"})
	}
	home, key := o.Name, f.Name+"__ukey"
	if f.Kind.Multi() {
		home, key = childTable(o, f), "ukey"
		list = append(list, Piece{Table: home, Field: f, SQL: childSQL(d, home)})
		if f.Kind == object.KindLinks {
			index("l_", home, q("link"))
		} else {
			index("n_", home, q("norm"))
		}
	} else {
		if f.Match {
			index("m_", home, q(f.Name+"__match"))
		}
		switch {
		case f.Kind == object.KindRef && f.OnDelete != object.Keep:
			index("l_", home, q(f.Name)+", "+q(f.Name+"__object"))
		case f.Kind.Links() && (f.OnDelete != object.Keep || f.Name == o.Lines):
			index("l_", home, q(f.Name))
		}
	}
	if f.Unique {
		list = append(list, Piece{Table: home, Name: uniqueIndex(o, f), Field: f, Index: true, Unique: true, Column: key,
			SQL: "CREATE UNIQUE INDEX " + q(uniqueIndex(o, f)) + " ON " + q(home) + " (" + q(key) + ")"})
	}
	return list
}

func childSQL(d db.Dialect, name string) string {
	q := d.Quote
	sql := "CREATE TABLE " + q(name) + " ("
	for _, c := range []struct {
		name string
		t    db.Type
		null string
	}{{"record", db.Int, " NOT NULL"}, {"item", db.Int, " NOT NULL"}, {"position", db.Int, " NOT NULL"}, {"value", db.Text, ""}, {"norm", db.Text, ""},
		{"label", db.Text, ""}, {"link", db.Int, ""}, {"verified", db.Int, " NOT NULL"}, {"ukey", db.Text, ""}} {
		sql += q(c.name) + " " + d.Type(c.t) + c.null + ", "
	}
	return sql + "PRIMARY KEY (" + q("record") + ", " + q("item") + "))"
}

// Missing lists what an object needs and the database lacks, in the order in which it is made.
func Missing(r db.Reader, o *object.Object) ([]Piece, error) {
	missing, _, err := Compare(r, o)
	return missing, err
}

// Compare is Missing, and the columns of the object's table that it does not need.
func Compare(r db.Reader, o *object.Object) (missing []Piece, foreign []string, err error) {
	d := r.Dialect()
	there := map[string][2][]string{}
	for _, p := range Pieces(d, o) {
		have, known := there[p.Table]
		if !known {
			if have[0], err = d.Columns(r, p.Table); err != nil {
				return nil, nil, err
			}
			if len(have[0]) > 0 {
				if have[1], err = d.Indexes(r, p.Table); err != nil {
					return nil, nil, err
				}
			}
			there[p.Table] = have
		}
		switch {
		case p.Name == "" && len(have[0]) > 0, p.Index && slices.Contains(have[1], p.Name):
			continue
		case p.Name != "" && !p.Index && (len(have[0]) == 0 || slices.Contains(have[0], p.Name)):
			continue // a column comes with its table
		}
		missing = append(missing, p)
	}
	needed := append([]string{"id"}, system...)
	for _, f := range o.Fields {
		for _, c := range columns(f) {
			needed = append(needed, c.Name)
		}
	}
	for _, c := range there[o.Name][0] {
		if !slices.Contains(needed, c) {
			foreign = append(foreign, c)
		}
	}
	return missing, foreign, nil
}

// Make executes pieces in a change of schema.
func Make(tx db.Tx, pieces []Piece) error {
	for _, p := range pieces {
		if _, err := tx.Exec(p.SQL); err != nil {
			return err
		}
	}
	return nil
}
