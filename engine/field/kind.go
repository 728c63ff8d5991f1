// Package field knows what each kind of field means: how a value is read from the API, checked, stored,
// compared and written again. One file for each kind; nothing else in the program switches on kinds.
package field

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/platform/db"
)

// Kind is what fields of one kind have in common. Values are those of object.Record; nil is empty and is never handed in.
type Kind interface {
	Kind() object.Kind
	// Ops lists the operators that a filter may use, in the order in which a person is offered them.
	Ops() []Op
	// Sorts says whether lists can be sorted and grouped by it.
	Sorts() bool
	// Class says which typed column holds it in memory.
	Class() Class
	// Define checks the definition of a field of this kind.
	Define(f *object.Field) error
	// Read turns the API's form (JSON decoded with UseNumber) into a value, or says what is wrong with it.
	// It checks the kind's own rules and the field's: length, range, pattern, options. Paths of faults begin at the field's name.
	// A multi-valued kind receives the whole list, or {"add", "set", "remove"}; old is the present value, so that items
	// keep their ids and verified marks. New items have the id 0 until Numbered gives them one.
	// null and "" are empty, and {"masked"} or {"no_right"} keep the old value: it comes from one who could not see it.
	Read(f *object.Field, in any, old any, c *Context) (any, error)
	// Write turns a value into the API's form.
	Write(f *object.Field, v any, c *Context) any
	// Mask turns a value into what one sees of it who may know only its shape: "138****8000".
	Mask(f *object.Field, v any) string
	// Columns are the columns of the object's table that hold a value; the first has the field's own name.
	Columns(f *object.Field) []Column
	// Store appends the column values of v (nil too), in the order of Columns.
	Store(f *object.Field, v any, dst []any) []any
	// Load reads them back; nil is empty.
	Load(f *object.Field, src []any) (any, error)
	// Compare reads one operand of a filter into the form in which the column compares (see query.Leaf). Where an operand
	// stands for several (my_subordinates, a phone with and without its country), the answer is the list of them, []any.
	Compare(f *object.Field, in any, c *Context) (any, error)
	// Schema is the JSON Schema (2020-12) of the API's form.
	Schema(f *object.Field) map[string]any
	// Equal says whether two values are the same to a person (an update that changes nothing writes nothing).
	Equal(a, b any) bool
}

// Column is a stored column of a field.
type Column struct {
	Name string
	Type db.Type
}

// Class is the shape of a column in memory.
type Class int

const (
	Number  Class = iota // int64: number, decimal, percent, date, datetime, boolean (0, 1), money (its base amount)
	Dict                 // few values, many rows: choice
	String               // text and its order: text, url, uscc, series
	Link                 // the ordinal of a record of one object: link, owner
	AnyLink              // object number and ordinal: ref
	List                 // several: multi_choice, tags, phone, email, messenger (by Norm) and links (by ordinal)
	Filled               // one bit: long_text
)

// Context is what reading and writing values needs to know of its surroundings.
type Context struct {
	Now      time.Time
	Zone     *time.Location // the asker's
	Locale   string
	Currency string // the workspace's
	// Rate answers how many workspace units one unit of a currency is worth on a day, scaled by 1e9; false when unknown.
	Rate func(currency string, day time.Time) (int64, bool)
	// Resolve finds the private id of a record that the asker may link to; false when there is none.
	Resolve func(object string, id uuid.UUID) (int64, bool)
	// Linked answers how a linked record is shown: its public id and title, or false where the asker has no right to it.
	Linked func(object string, id int64) (uuid.UUID, string, bool)
	// Objects names objects by number and back (ref).
	Catalog *object.Catalog
	// Owners resolves me, my_subordinates, my_department to users.
	Owners func(word string) ([]int64, bool)
}

// Of answers the kind of a field. Every kind of package object has one.
func Of(f *object.Field) Kind { return kinds[f.Kind] }

// Kinds lists all kinds, by name.
func Kinds() []object.Kind { return slices.Sorted(maps.Keys(kinds)) }

// Known says whether a kind exists.
func Known(k object.Kind) bool { return kinds[k] != nil }

var kinds = func() map[object.Kind]Kind {
	m := map[object.Kind]Kind{}
	for _, k := range []Kind{
		textKind, longTextKind, numberKind, decimalKind, percentKind, moneyKind, booleanKind, dateKind, dateTimeKind,
		choiceKind, multiChoiceKind, linkKind, linksKind, ownerKind, refKind, phoneKind, emailKind, messengerKind,
		urlKind, tagsKind, seriesKind, usccKind,
	} {
		if m[k.Kind()] != nil {
			panic("field: two kinds " + string(k.Kind()))
		}
		m[k.Kind()] = k
	}
	return m
}()
