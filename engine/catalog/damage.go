package catalog

import (
	"context"
	"slices"

	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// Damage is one place where the database is not as its catalog says.
type Damage struct {
	Object string
	Field  string // empty: the object itself
	What   string // "table", "column" or "index" is missing; "foreign": a column that nobody declared
	Name   string // of the table, column or index

	piece table.Piece
}

// Make makes an index that is missing, from the rows there are; where values stand twice a unique one cannot be made.
func (d Damage) Make(tx db.Tx) error {
	if d.What != "index" {
		return fault.New(fault.Conflict, "catalog.damaged", "what", []string{d.String()})
	}
	return table.Make(tx, []table.Piece{d.piece})
}

func (d Damage) String() string {
	if d.What == "foreign" {
		return "foreign column " + d.Object + "." + d.Name
	}
	return "missing " + d.What + " " + d.Name + " of " + d.Object
}

// Check compares the tables of all objects with their definitions; nothing found is nothing wrong.
func (s *Store) Check(ctx context.Context, r db.Reader) (all []Damage, err error) {
	was, err := load(r)
	if err != nil {
		return nil, err
	}
	objects, err := s.assemble(was)
	if err != nil {
		return nil, err
	}
	for _, o := range objects {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		missing, foreign, err := table.Compare(r, o)
		if err != nil {
			return nil, err
		}
		for _, p := range missing {
			all = append(all, lost(o, p))
		}
		all = append(all, strangers(was, o, foreign)...)
	}
	return all, nil
}

// Damaged lists what keeps a database from being opened: what its definitions made once and is gone.
func Damaged(ctx context.Context, d *db.DB, standard []*object.Object) (all []Damage, err error) {
	s, err := prepare(d, nil, standard, "")
	if err != nil {
		return nil, err
	}
	err = d.Read(ctx, func(r db.Reader) error {
		was, err := load(r)
		if err != nil {
			return err
		}
		objects, err := s.assemble(was)
		for _, o := range objects {
			if err == nil {
				var broken []Damage
				_, broken, err = compared(r, was, o)
				all = append(all, broken...)
			}
		}
		return err
	})
	return all, err
}

// compared tells what an object newly needs from what was made once and is gone.
func compared(r db.Reader, was *stored, o *object.Object) (fresh []table.Piece, broken []Damage, err error) {
	known := was.object(o.Name) != nil
	missing, foreign, err := table.Compare(r, o)
	if err != nil {
		return nil, nil, err
	}
	broken = strangers(was, o, foreign)
	for _, p := range missing {
		lostField := p.Field != nil && was.field(o.Number, p.Field.Name) != nil && slices.Contains(was.field(o.Number, p.Field.Name).pieces, nameOf(p))
		if p.Field == nil && known || lostField {
			broken = append(broken, lost(o, p))
		} else {
			fresh = append(fresh, p)
		}
	}
	return fresh, broken, nil
}

// grow makes what an object newly needs. What was made once and is gone is damage, for its values are gone with it.
func grow(tx db.Tx, was *stored, o *object.Object) (made bool, broken []Damage, err error) {
	for {
		fresh, broken, err := compared(tx, was, o)
		if err != nil || len(fresh) == 0 || len(broken) > 0 {
			return made, broken, err
		}
		if err := table.Make(tx, fresh); err != nil {
			return made, nil, err
		}
		made = true
	}
}

func lost(o *object.Object, p table.Piece) Damage {
	d := Damage{Object: o.Name, What: "column", Name: p.Name, piece: p}
	if p.Field != nil {
		d.Field = p.Field.Name
	}
	switch {
	case p.Index:
		d.What = "index"
	case p.Name == "":
		d.What, d.Name = "table", p.Table
	}
	return d
}

// strangers are columns that no field of today or of the past has made.
func strangers(was *stored, o *object.Object, foreign []string) (list []Damage) {
	for _, c := range foreign {
		if !slices.ContainsFunc(was.fields[o.Number], func(f *storedField) bool { return slices.Contains(f.pieces, o.Name+"/"+c) }) {
			list = append(list, Damage{Object: o.Name, What: "foreign", Name: c})
		}
	}
	return list
}

// refuse says all damage in one sentence.
func refuse(damage []Damage) error {
	if len(damage) == 0 {
		return nil
	}
	var words []string
	for i, d := range damage {
		if i == 20 {
			words = append(words, "…")
			break
		}
		words = append(words, d.String())
	}
	return fault.New(fault.Conflict, "catalog.damaged", "what", words)
}
