package query

import (
	"slices"
	"strconv"
	"strings"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// The bounds of what a caller may ask.
const (
	MaxDepth     = 5
	MaxLeaves    = 100
	MaxValues    = 200
	MaxKeys      = 5
	MaxFacets    = 10
	MaxGroups    = 4
	MaxMeasures  = 20
	MaxPage      = 200
	DefaultPage  = 50
	MaxPosition  = 1_000_000_000
	MaxRows      = 10_000
	DefaultRows  = 1_000
	longestField = 130 // two names and a point
)

// Sight is what an asker may know of a field.
type Sight int

const (
	Unseen Sight = iota // as if there were no such field
	Shape               // masked: equal, empty and filled, nothing else
	Seen
)

// Parser turns what a caller wrote into a checked question, within the asker's rights.
type Parser struct {
	Catalog *object.Catalog
	Context *field.Context // the asker's zone, and what resolves ids and owners
	Sight   func(*object.Object, *object.Field) Sight
	Reads   func(*object.Object) bool // whether the asker may read any record of an object
	Who     string                    // stands in the seal of cursors: one asker's are no use to another
	Key     []byte                    // 32 bytes that seal cursors
}

// Request is a question as the doors receive it.
type Request struct {
	Filter  any      // the tree, decoded with UseNumber; nil holds for all
	Sort    []string // "-amount", "customer.name"
	Facets  []string
	Deleted bool
	Limit   any // numbers in any form; nil is the default
	At      any
	Seek    any
	Cursor  string
}

// Question checks a request for a page of an object's records.
func (p *Parser) Question(o *object.Object, r Request) (*Question, error) {
	q := &Question{Object: o, Deleted: r.Deleted}
	var err error
	if q.Filter, err = p.Filter(o, r.Filter); err != nil {
		return nil, err
	}
	if q.Sort, err = p.sort(o, r.Sort); err != nil {
		return nil, err
	}
	if q.Facets, err = p.facets(o, r.Facets); err != nil {
		return nil, err
	}
	if q.Limit, err = whole(r.Limit, "limit", DefaultPage, 0, MaxPage); err != nil {
		return nil, err
	}
	return q, p.place(q, r)
}

// place reads where the page begins.
func (p *Parser) place(q *Question, r Request) error {
	places := 0
	for _, given := range []bool{r.Cursor != "", r.At != nil, r.Seek != nil} {
		if given {
			places++
		}
	}
	if places > 1 {
		return bad("cursor", "page.one_place")
	}
	var err error
	switch {
	case r.Cursor != "":
		q.Beside, err = p.Open(q.Object, r, r.Cursor)
	case r.At != nil:
		q.At, err = whole(r.At, "at", 0, 0, MaxPosition)
	case r.Seek != nil:
		q.Seek, err = p.seek(q, r.Seek)
	}
	return err
}

func (p *Parser) seek(q *Question, in any) (any, error) {
	if len(q.Sort) == 0 {
		return nil, bad("seek", "page.seek")
	}
	f := q.Sort[0].Path.Field()
	if field.Of(f).Class() == field.Link {
		f = &object.Field{Name: "seek", Kind: object.KindText} // linked records sort by their titles
	}
	args, err := p.operands(f, in, "seek")
	if err != nil {
		return nil, err
	}
	if len(args) != 1 {
		return nil, bad("seek", "page.seek")
	}
	return args[0], nil
}

func (p *Parser) sort(o *object.Object, in []string) ([]Key, error) {
	if len(in) > MaxKeys {
		return nil, bad("sort", "sort.too_many", "max", MaxKeys)
	}
	var keys []Key
	for _, text := range in {
		name, desc := strings.CutPrefix(text, "-")
		path, err := p.seen(o, name, "sort", "sort.field", sortable)
		if err != nil {
			return nil, err
		}
		keys = append(keys, Key{path, desc})
	}
	return keys, nil
}

func (p *Parser) facets(o *object.Object, in []string) ([]Path, error) {
	if len(in) > MaxFacets {
		return nil, bad("facets", "group.too_many", "max", MaxFacets)
	}
	var paths []Path
	for _, name := range in {
		path, err := p.seen(o, name, "facets", "group.field", groupable)
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func sortable(f *object.Field) bool  { return field.Of(f).Sorts() }
func groupable(f *object.Field) bool { return field.Groups(field.Of(f)) }

// seen finds a path whose values the asker may know and that is fit for a use; a path over link-to-many is fit for none.
func (p *Parser) seen(o *object.Object, name, at, code string, fit func(*object.Field) bool) (Path, error) {
	path, sight, err := p.path(o, name, at)
	if err != nil {
		return nil, err
	}
	if sight == Seen && fit(path.Field()) && (len(path) == 1 || path[0].Kind != object.KindLinks) {
		return path, nil
	}
	var names []string
	for _, f := range o.Fields {
		if !f.Retired && p.Sight(o, f) == Seen && fit(f) {
			names = append(names, f.Name)
		}
	}
	return nil, bad(at, code, "field", name, "fields", brief(names))
}

// path finds a field, or one of a linked object's, as far as the asker may know of them.
func (p *Parser) path(o *object.Object, name, at string) (Path, Sight, error) {
	if len(name) > longestField {
		name = name[:longestField]
	}
	first, rest, over := strings.Cut(name, ".")
	f := o.Field(first)
	if f == nil || f.Retired || p.Sight(o, f) == Unseen {
		return nil, Unseen, p.unknown(o, name, at)
	}
	if !over {
		return Path{f}, p.Sight(o, f), nil
	}
	if strings.Contains(rest, ".") {
		return nil, Unseen, bad(at, "filter.path")
	}
	if !f.Kind.Links() || f.Kind == object.KindRef || p.Sight(o, f) != Seen {
		return nil, Unseen, p.unknown(o, name, at)
	}
	target := p.Catalog.Object(f.Target)
	if target == nil || !p.Reads(target) {
		return nil, Unseen, p.unknown(o, name, at)
	}
	g := target.Field(rest)
	if g == nil || g.Retired || p.Sight(target, g) == Unseen {
		return nil, Unseen, p.unknown(target, name, at)
	}
	return Path{f, g}, p.Sight(target, g), nil
}

func (p *Parser) unknown(o *object.Object, name, at string) error {
	var names []string
	for _, f := range o.Fields {
		if !f.Retired && p.Sight(o, f) != Unseen {
			names = append(names, f.Name)
		}
	}
	return bad(at, "filter.unknown_field", "field", name, "fields", brief(names))
}

// brief keeps a list short enough for a sentence.
func brief(names []string) []string {
	if len(names) > 50 {
		return append(slices.Clone(names[:50]), "…")
	}
	return names
}

// bad refuses a request that cannot be understood, and says where.
func bad(at, code string, args ...any) error {
	e := fault.Invalid(at, code, args...)
	e.Class = fault.BadRequest
	return e
}

// whole reads a whole number of a request.
func whole(in any, at string, absent, least, most int) (int, error) {
	if in == nil {
		return absent, nil
	}
	n, err := field.Of(plainNumber).Compare(plainNumber, in, nil)
	if i, ok := n.(int64); err == nil && ok && i >= int64(least) && i <= int64(most) {
		return int(i), nil
	}
	if at == "at" {
		return 0, bad(at, "page.at", "max", most)
	}
	return 0, bad(at, "page.limit", "min", least, "max", most)
}

var plainNumber = &object.Field{Name: "number", Kind: object.KindNumber}

func index(at, name string, i int) string { return at + "." + name + "[" + strconv.Itoa(i) + "]" }
