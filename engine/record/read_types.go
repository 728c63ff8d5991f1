package record

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

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
func (v *View) MarshalJSON() ([]byte, error) { return v.appendJSON(make([]byte, 0, 64*len(v.names))) }

func (v *View) appendJSON(b []byte) (_ []byte, err error) {
	b = append(b, '{')
	for i, name := range v.names {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendJSON(append(appendString(b, name), ':'), v.values[i]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// appendJSON writes what the kinds of fields answer, which is what most answers consist of, without the detour of
// reflection.
func appendJSON(b []byte, v any) (_ []byte, err error) {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case string:
		return appendString(b, x), nil
	case bool:
		return strconv.AppendBool(b, x), nil
	case int64:
		return strconv.AppendInt(b, x, 10), nil
	case *View:
		if x != nil {
			return x.appendJSON(b)
		}
	case []any:
		b = append(b, '[')
		for i, one := range x {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendJSON(b, one); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case map[string]any:
		b = append(b, '{')
		for i, name := range slices.Sorted(maps.Keys(x)) {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendJSON(append(appendString(b, name), ':'), x[name]); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	}
	text, err := json.Marshal(v)
	return append(b, text...), err
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
