// Package object says what a record is made of: objects, fields, links and their rules, as pure data.
// Standard objects are declared in code with typed handles, custom ones at run time; both are the same Object.
package object

import (
	"slices"
)

// Text is a word or sentence in the languages of the product.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In answers the text in a language ("zh", "en"), the other where that one is missing.
func (t Text) In(locale string) string {
	if (locale == "en" && t.EN != "") || t.ZH == "" {
		return t.EN
	}
	return t.ZH
}

// Object is one kind of record. After it has entered a catalog it never changes; a change makes another one.
type Object struct {
	Number  int      `json:"number"` // its number in this workspace, given by the catalog; stands in logs and polymorphic links
	Name    string   `json:"name"`   // fixed for life; custom ones begin with x_
	Label   Text     `json:"label"`
	Plural  Text     `json:"plural"`
	Icon    string   `json:"icon"`  // a lucide icon's name
	Group   string   `json:"group"` // where navigation shows it: customers, sales, service, activity, org, custom
	Custom  bool     `json:"custom"`
	Retired bool     `json:"retired,omitempty"` // no longer shown, read or written by people; its table stays
	Setup   bool     `json:"setup"`             // configuration (stages, departments): written with the admin right, not in the main navigation
	Title   string   `json:"title_field"`
	Scope   Scope    `json:"scope"`
	Fields  []*Field `json:"fields"`            // Fields[i].Index == i; the system fields first, then code's, then run time's
	Lines   string   `json:"lines,omitempty"`   // the link field that makes these detail lines of their parent ("order" on order_line)
	Details []string `json:"details,omitempty"` // objects whose records are written inside this one's
	Time    string   `json:"time_field"`        // the field that places it on a timeline; created_at unless it has its own

	// Layout is how an administrator arranged the fields on forms and record pages; nil where nobody did. It may name
	// fields that are retired, and need not name all: package view says where the others stand.
	Layout []FormSection `json:"layout,omitempty"`

	byName map[string]*Field
}

// Scope says whose rights an object's records follow.
type Scope struct {
	// Owner: the record's own owner and collaborators, by the role's scope.
	Owner bool `json:"owner,omitempty"`
	// Parents: visible with any living record that one of these link fields names; without one, by its owner.
	// A contact has {"customers"}; detail lines have their parent.
	Parents []string `json:"parents,omitempty"`
	// With: visible with the record that this ref field names ("visible_with"), and always for Author.
	With   string `json:"with,omitempty"`
	Author string `json:"author,omitempty"`
	// none of these: everyone whose role may read the object sees all of it (products, stages, users).
}

// The system fields that every object has, at these indexes.
const (
	CreatedAt = iota
	UpdatedAt
	CreatedBy
	UpdatedBy
	SystemFields
)

// Kind is the name of a field kind; package field has one file for each.
type Kind string

const (
	KindText        Kind = "text"
	KindLongText    Kind = "long_text"
	KindNumber      Kind = "number"
	KindDecimal     Kind = "decimal"
	KindPercent     Kind = "percent"
	KindMoney       Kind = "money"
	KindBoolean     Kind = "boolean"
	KindDate        Kind = "date"
	KindDateTime    Kind = "datetime"
	KindChoice      Kind = "choice"
	KindMultiChoice Kind = "multi_choice"
	KindLink        Kind = "link"
	KindLinks       Kind = "links"
	KindOwner       Kind = "owner"
	KindRef         Kind = "ref" // a link to a record of one of several objects
	KindPhone       Kind = "phone"
	KindEmail       Kind = "email"
	KindMessenger   Kind = "messenger"
	KindURL         Kind = "url"
	KindTags        Kind = "tags"
	KindSeries      Kind = "series"
	KindUSCC        Kind = "uscc" // 统一社会信用代码, GB 32100-2015
)

// Multi says whether a kind holds several items, kept in a child table.
func (k Kind) Multi() bool {
	switch k {
	case KindMultiChoice, KindLinks, KindPhone, KindEmail, KindMessenger, KindTags:
		return true
	}
	return false
}

// Links says whether a kind's values name other records.
func (k Kind) Links() bool {
	return k == KindLink || k == KindLinks || k == KindOwner || k == KindRef
}

// Field is one property of an object.
type Field struct {
	Index     int    `json:"-"`
	Name      string `json:"name"` // fixed for life; the column's name too
	Kind      Kind   `json:"kind"`
	Label     Text   `json:"label"`
	Help      Text   `json:"help,omitzero"`
	Section   string `json:"group,omitempty"` // the form section it stands in
	System    bool   `json:"system,omitempty"`
	Custom    bool   `json:"custom,omitempty"`
	Required  bool   `json:"required,omitempty"`
	Given     bool   `json:"given,omitempty"` // the object's rules give a new record a value where nobody does
	Unique    bool   `json:"unique,omitempty"`
	Immutable bool   `json:"immutable,omitempty"` // fixed once created
	Tree      bool   `json:"tree,omitempty"`      // names who stands above, of the same object: nobody stands above themselves
	ReadOnly  bool   `json:"read_only,omitempty"` // written by the program alone
	Hidden    bool   `json:"internal,omitempty"`  // not for people at all (visible_with)
	Personal  bool   `json:"personal,omitempty"`  // sealed in the log with the subject's key
	Derived   bool   `json:"derived,omitempty"`   // a roll-up: outside the log, does not bump the version
	Search    bool   `json:"search,omitempty"`    // found by the search of names and numbers
	Match     bool   `json:"match,omitempty"`     // a key of the duplicate matcher
	Retired   bool   `json:"retired,omitempty"`   // no longer shown or written; its column stays

	// Uniqueness that was switched on later: first its keys are written and the index is built, then Unique holds; where
	// values stood twice it failed.
	Building   bool `json:"building,omitempty"`
	Duplicates int  `json:"duplicates,omitempty"` // how many values stood twice when it failed

	// The matcher that was switched on later: first the keys of the rows there are and their index are made, then Match holds.
	Filling bool `json:"filling,omitempty"`

	MaxLength int      `json:"max_length,omitempty"` // characters; 0 is the kind's own bound
	Min       string   `json:"min,omitempty"`        // as the API writes the kind's values
	Max       string   `json:"max,omitempty"`
	Pattern   string   `json:"pattern,omitempty"` // RE2, matches the whole value
	Scale     int      `json:"scale,omitempty"`   // decimals: digits after the point
	Options   []Option `json:"options,omitempty"`
	Labels    []Option `json:"labels,omitempty"`  // labels of multi-valued items (work, home; the role of a link)
	Target    string   `json:"target,omitempty"`  // link, links, owner: the object
	Targets   []string `json:"targets,omitempty"` // ref: the objects
	OnDelete  OnDelete `json:"on_delete,omitempty"`
	Series    *Series  `json:"series,omitempty"`
	Default   any      `json:"default,omitempty"`  // as the API writes it; "me" for an owner, "today" or "now" for dates
	List      int      `json:"list,omitempty"`     // its place in the default list view, from 1; 0 is not shown at first
	Timeline  bool     `json:"timeline,omitempty"` // link: the record stands on the timeline of what this names
}

// FormSection is a part of a form under a heading of its own, which may be empty.
type FormSection struct {
	Label  Text     `json:"label"`
	Fields []string `json:"fields"`
}

// Option is one choice: its name is stored and fixed for life, its label and colour change.
type Option struct {
	Name    string `json:"name"`
	Label   Text   `json:"label"`
	Color   string `json:"color,omitempty"` // a token: gray, blue, green, amber, red, violet …
	Retired bool   `json:"retired,omitempty"`
}

// OnDelete says what happens to a record when the one it links to goes to the bin.
type OnDelete string

const (
	Keep   OnDelete = ""       // the link stays and shows the binned title
	Refuse OnDelete = "refuse" // the target cannot be deleted while this links to it
	Clear  OnDelete = "clear"  // the link is emptied, and filled again when the target is restored
	Follow OnDelete = "follow" // this record goes with it, and comes back with it; a links field follows its last target
)

// Series makes numbers such as QT-20261124-0007.
type Series struct {
	Prefix string `json:"prefix,omitempty"`
	Date   string `json:"date,omitempty"`   // "", "2006", "200601", "20060102": in the workspace's zone
	Digits int    `json:"digits"`           // least width of the running part
	Reset  string `json:"reset,omitempty"`  // "", year, month, day
	Gapped bool   `json:"gapped,omitempty"` // numbers may be lost when a write fails; cheaper under many writers
}

// Item is one value of a multi-valued field.
type Item struct {
	ID       int64  // the child row; 0 before it is saved
	Value    string // as shown: an E.164 phone, an e-mail, a tag, an option's name; empty for links
	Norm     string // as compared and searched
	Label    string // work, home, mobile; a messenger's service; the role of a link
	Link     int64  // links: the target's private id
	Verified bool
}

// Ref names a record of any object.
type Ref struct {
	Object int // its number
	ID     int64
}

// Money is an amount in minor units of its currency and, at its day's rate, in the workspace's currency.
type Money struct {
	Minor    int64
	Currency string // ISO 4217
	Base     int64  // minor units of the workspace's currency
}

// Keyed says whether the keys that hold a field unique are written.
func (f *Field) Keyed() bool { return f.Unique || f.Building }

// Compared says whether the keys of the duplicate matcher are written.
func (f *Field) Compared() bool { return f.Match || f.Filling }

// Field finds a field by name; nil when there is none.
func (o *Object) Field(name string) *Field {
	if o.byName == nil {
		for _, f := range o.Fields {
			if f.Name == name {
				return f
			}
		}
		return nil
	}
	return o.byName[name]
}

// TitleField is the field whose value names a record to people.
func (o *Object) TitleField() *Field { return o.Field(o.Title) }

// Seal numbers the fields and builds the index of names. What is sealed stays as it is: others read it already.
func (o *Object) Seal() *Object {
	if o.byName != nil {
		return o
	}
	o.byName = make(map[string]*Field, len(o.Fields))
	for i, f := range o.Fields {
		f.Index = i
		o.byName[f.Name] = f
	}
	return o
}

// Clone copies an object and its fields, so that the copy can be changed before it enters a catalog.
func (o *Object) Clone() *Object {
	c := *o
	c.Fields = make([]*Field, len(o.Fields))
	for i, f := range o.Fields {
		g := *f
		g.Options = slices.Clone(f.Options)
		g.Labels = slices.Clone(f.Labels)
		g.Targets = slices.Clone(f.Targets)
		c.Fields[i] = &g
	}
	c.Layout = slices.Clone(o.Layout) // its sections are replaced whole, never changed
	c.byName = nil
	return &c
}

// Catalog is an immutable set of objects: what the records of a workspace look like at one version.
type Catalog struct {
	Version  int64
	Currency string    // the workspace's currency
	Objects  []*Object // in the catalog's order
	byName   map[string]*Object
	byNumber map[int]*Object
}

// NewCatalog seals a set of objects.
func NewCatalog(version int64, currency string, objects []*Object) *Catalog {
	c := &Catalog{Version: version, Currency: currency, Objects: objects, byName: map[string]*Object{}, byNumber: map[int]*Object{}}
	for _, o := range objects {
		c.byName[o.Name] = o.Seal()
		c.byNumber[o.Number] = o
	}
	return c
}

// Object finds an object by name; nil when there is none.
func (c *Catalog) Object(name string) *Object { return c.byName[name] }

// Numbered finds an object by number; nil when there is none.
func (c *Catalog) Numbered(n int) *Object { return c.byNumber[n] }
