// Package query is the checked form of a question: which records, in which order, which part of them.
// It is made from the REST form by Parse, which knows the catalog, or by code; whoever answers it may rely on it.
package query

import (
	"time"

	"youpeng/engine/field"
	"youpeng/engine/object"
)

// Expr is a condition: And, Or, Not, *Leaf, or Const. nil holds for every record.
type Expr interface{ expr() }

type (
	And   []Expr
	Or    []Expr
	Not   struct{ X Expr }
	Const bool // holds for every record, or for none
)

// Path leads to a field: the field itself, or a link (of any kind but ref) and a field of its target.
// Over a links field a condition means "any of them"; ne, nin, none and empty always hold where eq, in, any and filled
// do not, so that they mean "none of them". A link to a record that the asker may not see is as good as empty,
// alone and as part of a path; a target in the bin counts with its values.
type Path []*object.Field

// Leaf compares one field. Logic has two values: a leaf on an empty field is false, but true for ne, nin, none and empty.
//
// Parse has already reduced what a caller may write, so that these forms remain:
//
//	Number classes  eq ne lt lte gt gte: Args[0] int64 · in nin: all int64 · between: Args[0], Args[1], both included
//	                within: Args[0] ≤ x < Args[1] · before: x < Args[0] · after: x ≥ Args[0] (spans already resolved)
//	Dict            eq ne in nin: option names
//	String          eq ne in nin contains starts: folded text (hanzi.Fold)
//	Link            eq ne in nin: private ids (int64); me and the like already resolved; unknown ids are 0
//	AnyLink         eq ne in nin: object.Ref
//	List            any all none: folded norms, or private ids for links; eq ne in nin mean: some item equals / none does;
//	                contains starts: some item's norm does (phones: digits; e-mails)
//	all             empty, filled: no Args
type Leaf struct {
	Path Path
	Op   field.Op
	Args []any
}

func (And) expr()   {}
func (Or) expr()    {}
func (Not) expr()   {}
func (Const) expr() {}
func (*Leaf) expr() {}

// Field is the field at the end of the path.
func (p Path) Field() *object.Field { return p[len(p)-1] }

// String writes the path as callers do: "customer.level".
func (p Path) String() string {
	s := p[0].Name
	for _, f := range p[1:] {
		s += "." + f.Name
	}
	return s
}

// Key is one sort key. Empty values come last in both directions. Text sorts by its pinyin key, then by code point;
// a choice by the order of its options; a link by its target's title (empty where the asker may not see the target, or
// its title); a boolean false first.
type Key struct {
	Path Path
	Desc bool
}

// Question asks for a page of records. Equal keys are settled by creation (the private id) in the direction of the
// last key; without keys the newest come first.
type Question struct {
	Object  *object.Object
	Filter  Expr
	Sort    []Key
	Deleted bool // ask the bin instead of the living
	Limit   int  // 0: only the total
	// Where the page begins: at a position (At), at the first record whose first key is not before a value (Seek),
	// or beside a record (Beside); else at the start.
	At     int
	Seek   any // the first key's value, as a Leaf's argument for a sortable field; text as its folded form
	Beside *Beside
	Facets []Path // count the values of these over all that the question finds
}

// Beside is a place in a sorted list: the keys of the record there and its id, whether or not it is still there.
type Beside struct {
	Keys   []any // as Answer.Keys
	ID     int64
	Before bool // the page ends just before it, instead of beginning just after it
}

// Answer is a page: ids in order, the exact total, the position of the first one. First and Last carry the places
// from which the neighbouring pages are asked.
type Answer struct {
	IDs         []int64
	Revs        []int64 // of each row, as whoever answered knew it
	Total       int
	Position    int
	First, Last *Beside
	Facets      [][]Count // for each facet, its values by count, then by value; at most 1,000
}

// Count is how many records have a value: an int64, a string (text as it is; items that fold alike are one, shown as one of them is written), nil for empty. A link to a
// record that the asker may not see counts as empty. Equal counts go by value as lists sort it
// (links by id, items by bytes), empty last.
type Count struct {
	Value any
	N     int
}

// Fn is what a measure computes.
type Fn string

const (
	CountAll      Fn = "count"
	CountDistinct Fn = "count_distinct"
	Sum           Fn = "sum"
	Avg           Fn = "avg"
	Min           Fn = "min"
	Max           Fn = "max"
)

// Measure is one figure of a group. Sums are exact (128 bits inside); averages are rounded half away from zero at the field's scale.
type Measure struct {
	Fn   Fn
	Path Path // nil for count
}

// Group is one key of an aggregate; By cuts dates: day, week (Monday), month, quarter, year, in Zone.
type Group struct {
	Path Path
	By   string
}

// Aggregate asks for figures by group. A multi-valued group counts a record once for each of its values.
type Aggregate struct {
	Object   *object.Object
	Filter   Expr
	Deleted  bool
	Groups   []Group
	Measures []Measure
	Order    []int // by column: 1… for groups then measures, negative for descending; empty: by groups
	Limit    int
	Zone     *time.Location
}

// Row is one group: its keys (int64, string, nil; dates as the first day of the span) and its figures (int64, or
// *big.Int where a sum does not fit). Without groups there is one row, over no records too; the sum of nothing is 0, any
// other figure of nothing is nil. Rows go by Order, then by their groups as lists sort them (links by id, items by bytes);
// nil comes last in both directions.
type Row struct {
	Keys    []any
	Figures []any
}
