package record

import (
	"bytes"
	"encoding/json"

	"github.com/google/uuid"

	"youpeng/engine/object"
)

// Page is a page of records.
type Page struct {
	Data     []*View            `json:"data"`
	Total    int                `json:"total"`
	Position int                `json:"position"`
	Next     *string            `json:"next"`
	Prev     *string            `json:"prev"`
	Facets   map[string][]Facet `json:"facets,omitempty"`
}

// Facet is how many of the records that a question finds have a value.
type Facet struct {
	Value any `json:"value"`
	Count int `json:"count"`
}

// Figures answers an aggregate: one row per group.
type Figures struct {
	Data []map[string]any `json:"data"`
}

// View is a record in the API's form, its members in the order in which they were asked for.
type View struct {
	names  []string
	values []any
	Record *object.Record
}

// Set adds a member or replaces it.
func (v *View) Set(name string, value any) {
	for i, n := range v.names {
		if n == name {
			v.values[i] = value
			return
		}
	}
	v.names, v.values = append(v.names, name), append(v.values, value)
}

// Get answers a member; nil when there is none.
func (v *View) Get(name string) any {
	for i, n := range v.names {
		if n == name {
			return v.values[i]
		}
	}
	return nil
}

// Names lists the members.
func (v *View) Names() []string { return v.names }

// ID is the record's public id.
func (v *View) ID() uuid.UUID { return v.Record.UUID }

// MarshalJSON writes the members in their order.
func (v *View) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range v.names {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(appendString(nil, name))
		b.WriteByte(':')
		switch x := v.values[i].(type) {
		case nil:
			b.WriteString("null")
		case string:
			b.Write(appendString(nil, x))
		default:
			text, err := json.Marshal(x)
			if err != nil {
				return nil, err
			}
			b.Write(text)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Hit is one thing that a search found.
type Hit struct {
	Object string         `json:"object"`
	ID     uuid.UUID      `json:"id"`
	Title  string         `json:"title"`
	Field  string         `json:"field"`           // where it was found
	Value  any            `json:"value,omitempty"` // what stands there
	Record *object.Record `json:"-"`
}

// Found answers a search: the best hits and how many there are of each object.
type Found struct {
	Data   []Hit          `json:"data"`
	Totals map[string]int `json:"totals"`
}

// Event is one thing that happened to a record, for history and timeline.
type Event struct {
	Cursor    string       `json:"cursor,omitempty"`
	At        string       `json:"at"`
	Kind      string       `json:"kind"` // change, or record on a timeline
	Op        string       `json:"op,omitempty"`
	ChangeSet *uuid.UUID   `json:"change_set,omitempty"`
	Version   int64        `json:"version,omitempty"`
	Actor     any          `json:"actor,omitempty"`
	Via       string       `json:"via,omitempty"`
	Reason    string       `json:"reason,omitempty"`
	Fields    []FieldMoved `json:"fields,omitempty"`
	Object    string       `json:"object,omitempty"` // a record on a timeline: its object and itself
	Record    *View        `json:"record,omitempty"`
}

// FieldMoved is a field's move from one value to another. An erased value and a derived one are not told.
type FieldMoved struct {
	Field  string `json:"field"`
	Before any    `json:"before"`
	After  any    `json:"after"`
	Erased bool   `json:"erased,omitempty"`
}

// Events is a part of a history or timeline, the newest first.
type Events struct {
	Data []*Event `json:"data"`
	Next *string  `json:"next"`
}

// Feed is a part of the change log in commit order.
type Feed struct {
	Data   []Moved `json:"data"`
	Cursor string  `json:"cursor"`
	More   bool    `json:"more"`
	Seq    int64   `json:"-"` // the number of the last commit that it covers
	// Defined is the newest version of the catalog that it tells of: an asker whose rights were resolved with an older one
	// may have rights to more by now.
	Defined int64 `json:"-"`
}

// Moved is one record's change in the feed, or one of the definitions of an object, which has no id.
type Moved struct {
	Cursor    string    `json:"cursor"`
	ChangeSet uuid.UUID `json:"change_set"`
	Object    string    `json:"object,omitempty"`
	ID        uuid.UUID `json:"id,omitzero"`
	Op        string    `json:"op"` // create, update, delete, restore, gone, define
	Version   int64     `json:"version"`
	Fields    []string  `json:"fields,omitempty"`
	Actor     any       `json:"actor,omitempty"`
	At        string    `json:"at"`
}
