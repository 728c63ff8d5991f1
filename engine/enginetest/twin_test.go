package enginetest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"youpeng/engine/access"
	"youpeng/engine/catalog"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
)

const twinName, twinFields = "x_twin", 200

// of is the twin's name of a customer's field.
func of(f *object.Field) string {
	if f.System || f.Name == "name" || f.Name == "owner" {
		return f.Name
	}
	return "x_" + f.Name
}

// twin makes an object at run time with the fields of customer, and others between them up to 200.
func twin(t *testing.T, s *stored) *object.Object {
	t.Helper()
	word := object.Text{ZH: "孪生", EN: "Twin"}
	o := &object.Object{Name: twinName, Label: word, Plural: word, Scope: object.Scope{Owner: true}}
	fillers := 0
	for _, f := range s.Catalog.Object("customer").Fields[object.SystemFields:] {
		if of(f) == f.Name {
			continue
		}
		for range 8 {
			fillers++
			o.Fields = append(o.Fields, &object.Field{Name: fmt.Sprintf("x_filler%d", fillers), Kind: object.KindText, Label: word})
		}
		mine := *f
		mine.Name, mine.Label = of(f), word
		mine.Options = slices.Clone(f.Options)
		for i := range mine.Options {
			mine.Options[i].Label = word
		}
		o.Fields = append(o.Fields, &mine)
	}
	for len(o.Fields)+2+object.SystemFields < twinFields {
		fillers++
		o.Fields = append(o.Fields, &object.Field{Name: fmt.Sprintf("x_filler%d", fillers), Kind: object.KindText, Label: word})
	}
	cat, err := s.catalog.Change(context.Background(), 0, catalog.By{}, func(d *catalog.Draft) error { return d.AddObject(o) })
	if err != nil {
		t.Fatal(err)
	}
	s.columns.SetCatalog(cat)
	s.tables.Keep(cat)
	for name, list := range s.Records {
		for i, r := range list {
			list[i] = r.Clone()
			list[i].Object = cat.Object(name)
		}
	}
	s.Catalog = cat
	made := cat.Object(twinName)
	if len(made.Fields) < twinFields {
		t.Fatalf("the twin has %d fields", len(made.Fields))
	}
	return made
}

// copyOf is a customer's record as the twin's.
func copyOf(o *object.Object, r *object.Record) *object.Record {
	c := object.NewRecord(o)
	c.UUID, c.Deleted = r.UUID, r.Deleted
	c.UUID[1] = 0x77
	for _, f := range r.Object.Fields {
		if v := r.At(f); v != nil {
			c.Values[o.Field(of(f)).Index] = v
		}
	}
	return c
}

// onto asks of the twin what is asked of customers.
type onto struct{ twin *object.Object }

func (x onto) path(p query.Path) query.Path {
	return append(query.Path{x.twin.Field(of(p[0]))}, p[1:]...)
}

func (x onto) expr(e query.Expr) query.Expr {
	switch e := e.(type) {
	case query.And:
		var out query.And
		for _, y := range e {
			out = append(out, x.expr(y))
		}
		return out
	case query.Or:
		var out query.Or
		for _, y := range e {
			out = append(out, x.expr(y))
		}
		return out
	case query.Not:
		return query.Not{X: x.expr(e.X)}
	case *query.Leaf:
		return &query.Leaf{Path: x.path(e.Path), Op: e.Op, Args: e.Args}
	}
	return e
}

func (x onto) question(q *query.Question) *query.Question {
	c := *q
	c.Object, c.Filter, c.Sort, c.Facets = x.twin, x.expr(q.Filter), nil, nil
	for _, k := range q.Sort {
		c.Sort = append(c.Sort, query.Key{Path: x.path(k.Path), Desc: k.Desc})
	}
	for _, f := range q.Facets {
		c.Facets = append(c.Facets, x.path(f))
	}
	return &c
}

// actor has the same rights to the twin as to customers.
func (x onto) actor(a *access.Actor) *access.Actor {
	c := *a
	c.Objects = maps.Clone(a.Objects)
	if right, ok := a.Objects["customer"]; ok {
		fields := map[string]access.Right{}
		for name, r := range right.Fields {
			if name != "name" && name != "owner" {
				name = "x_" + name
			}
			fields[name] = r
		}
		right.Fields = fields
		c.Objects[twinName] = right
	}
	return &c
}

// An object made at run time has the same powers as one of code: filled with the same records in the same order, it
// answers every question as customer does, every kind with every operator and with empty fields, on both databases.
func TestARunTimeTwinAnswersAlike(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		ctx := context.Background()
		s := store(t, open(), Random(31, 120))
		o := twin(t, s)
		x := onto{o}
		set, err := s.engine.OpenChangeSet(ctx, system, record.ChangeSet{Kind: "bulk", Via: "job"})
		if err != nil {
			t.Fatal(err)
		}
		var copies, shares []*object.Record
		for _, r := range s.Records["customer"] {
			copies = append(copies, copyOf(o, r))
		}
		customer := s.Catalog.Object("customer")
		for _, r := range s.Records[collaborator] {
			if ref, ok := r.Get("record").(object.Ref); ok && ref.Object == customer.Number {
				c := r.Clone()
				c.UUID[1] = 0x77
				c.Set("record", object.Ref{Object: o.Number, ID: ref.ID})
				shares = append(shares, c)
			}
		}
		for _, list := range [][]*object.Record{copies, shares} {
			if err := s.engine.Fill(ctx, system, set, s.Now, list); err != nil {
				t.Fatal(err)
			}
		}
		for i, r := range s.rows(t, o) {
			want := s.Records["customer"][i]
			for _, f := range customer.Fields {
				if got := r.At(o.Field(of(f))); r.ID != want.ID || !table.Same(got, want.At(f)) {
					t.Fatalf("%s of %d: %v was saved, %v came back", f.Name, r.ID, want.At(f), got)
				}
			}
		}
		r := rand.New(rand.NewPCG(31, 31))
		ask := func(q *query.Question, a *access.Actor) {
			t.Helper()
			b := x.actor(a)
			_, want, err := s.engine.Ask(ctx, b, q, []string{"id"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			page, got, err := s.engine.Ask(ctx, b, x.question(q), []string{"id"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.Total != want.Total || got.Position != want.Position || !slices.Equal(got.IDs, want.IDs) || len(page.Data) != len(want.IDs) || !reflect.DeepEqual(got.Facets, want.Facets) {
				t.Fatalf("%s sort %s: the twin answers %d %v, customers %d %v", Describe(q.Filter), DescribeKeys(q.Sort), got.Total, got.IDs, want.Total, want.IDs)
			}
		}
		for _, f := range customer.Fields {
			for _, op := range field.Of(f).Ops() {
				for range 20 {
					ask(&query.Question{Object: customer, Filter: s.Leaf(r, query.Path{f}, op), Limit: 200}, s.Actors[r.IntN(len(s.Actors))])
				}
			}
		}
		for asked := 0; asked < 500; {
			q, a := s.Question(r)
			if q.Object == customer {
				ask(q, a)
				asked++
			}
		}
	})
}
