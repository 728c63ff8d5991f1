package object

import (
	"github.com/google/uuid"
)

// Record is a whole record in memory: one value for each field of its object, by Field.Index.
// What a value is depends on the kind, and nil is always "empty":
//
//	text, long_text, url, uscc, series, choice   string
//	number, decimal, percent                     int64 (decimals scaled by Field.Scale)
//	boolean                                      bool
//	date                                         int64, days since 1970-01-01
//	datetime                                     int64, microseconds since 1970 in UTC
//	money                                        Money
//	link, owner                                  int64, the target's private id
//	ref                                          Ref
//	phone, email, messenger, tags, multi_choice, links   []Item, never empty but nil
type Record struct {
	Object  *Object
	ID      int64 // private: ascending with creation, never reused, never leaves the server
	UUID    uuid.UUID
	Version int64 // bumped by what people write
	Rev     int64 // bumped by every write, roll-ups too
	Deleted int64 // when it went to the bin, microseconds; 0 is living
	Values  []any
}

// NewRecord makes an empty record of an object.
func NewRecord(o *Object) *Record {
	return &Record{Object: o, Values: make([]any, len(o.Fields))}
}

// Clone copies a record so that the copy's values can be set. Items are copied on write, never in place.
func (r *Record) Clone() *Record {
	c := *r
	c.Values = make([]any, len(r.Object.Fields))
	copy(c.Values, r.Values)
	return &c
}

// At answers the value of a field; nil for one that the record was loaded before.
func (r *Record) At(f *Field) any {
	if f == nil || f.Index >= len(r.Values) {
		return nil
	}
	return r.Values[f.Index]
}

// Get answers the value of a field by name; nil when empty or unknown.
func (r *Record) Get(name string) any { return r.At(r.Object.Field(name)) }

// Set sets the value of a field by name; an unknown name panics, as it is a fault in the program.
func (r *Record) Set(name string, v any) { r.Values[r.Object.Field(name).Index] = v }

// Title is what people call the record.
func (r *Record) Title() string {
	s, _ := r.Get(r.Object.Title).(string)
	return s
}

// Value is the set of Go types that a typed handle may carry.
type Value interface {
	string | int64 | bool | Money | Ref | []Item
}

// Handle declares a field in code and reads it from a record, so that the compiler checks the names of rules.
type Handle[T Value] struct {
	Object string
	Field  *Field
}

// Get answers the value and the zero value where it is empty.
func (h Handle[T]) Get(r *Record) T {
	v, _ := r.Get(h.Field.Name).(T)
	return v
}

// Has says whether the field is filled.
func (h Handle[T]) Has(r *Record) bool { return r.Get(h.Field.Name) != nil }

// Set sets the value.
func (h Handle[T]) Set(r *Record, v T) { r.Set(h.Field.Name, v) }

// Clear empties the field.
func (h Handle[T]) Clear(r *Record) { r.Set(h.Field.Name, nil) }
