package catalog_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/catalog"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
)

var ctx = context.Background()

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is a small workspace whose definitions change.
type world struct {
	t       testing.TB
	d       *db.DB
	clock   *clock.Manual
	cat     *catalog.Store
	columns *column.Store
	e       *record.Engine
	user    *object.Record
}

func word(s string) object.Text { return object.Text{ZH: s, EN: s} }

// standard are objects as code declares them, anew for each world.
func standard() []*object.Object {
	user := object.New("user", word("user"), word("users"))
	object.Add[string](user, "name", object.KindText, word("name"), object.Required)
	customer := object.New("customer", word("customer"), word("customers"), object.Owned)
	object.Add[string](customer, "name", object.KindText, word("name"), object.Required, object.Searched)
	object.Add[string](customer, "code", object.KindText, word("code"))
	object.Add[string](customer, "level", object.KindChoice, word("level"), object.Options(object.Option{Name: "A", Label: word("A")}, object.Option{Name: "B", Label: word("B")}))
	object.Add[[]object.Item](customer, "phones", object.KindPhone, word("phones"))
	object.Add[int64](customer, "owner", object.KindOwner, word("owner"), object.Default("me"))
	return []*object.Object{user, customer}
}

func open(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, d: d, clock: clock.NewManual(time.Date(2026, 12, 31, 9, 0, 0, 0, time.UTC))}
	var err error
	w.cat, err = catalog.Open(ctx, d, w.clock, standard(), "CNY")
	must(t, err)
	tables := table.New(d.Dialect())
	w.columns = column.New(column.Options{Source: table.Source{DB: d, Tables: tables}, Clock: w.clock})
	w.columns.SetCatalog(w.cat.Current())
	t.Cleanup(w.columns.Close)
	w.cat.Watch(func(c *object.Catalog) {
		w.columns.SetCatalog(c)
		tables.Keep(c)
	})
	w.e, err = record.Open(ctx, record.Options{DB: d, Catalog: w.cat, Tables: tables, Columns: w.columns, Clock: w.clock})
	must(t, err)
	return w
}

// each runs a scenario on both databases.
func each(t *testing.T, run func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, opened func() *db.DB) {
		w := open(t, opened())
		w.user = w.write(record.Op{Do: record.Create, Object: "user", Values: map[string]any{"name": "Amy"}})
		run(t, w)
	})
}

var system = &access.Actor{System: true, Name: "system", Zone: time.UTC, Digest: "system"}

// person sees and writes everything there is now, as one with the rights to all objects.
func (w *world) person() *access.Actor {
	a := &access.Actor{User: w.user.ID, UUID: w.user.UUID, Name: "Amy", Locale: "en", Zone: time.UTC, Digest: "amy", Objects: map[string]access.Object{}, Reach: map[access.Scope][]int64{access.Own: {w.user.ID}}}
	for _, o := range w.cat.Current().Objects {
		a.Objects[o.Name] = access.Object{Create: true, Read: access.All, Update: access.All, Delete: access.All}
	}
	return a
}

func (w *world) try(a *access.Actor, op record.Op) (*object.Record, error) {
	res, err := w.e.Write(ctx, &record.Write{Actor: a, Via: "api", Ops: []record.Op{op}})
	if err != nil {
		return nil, err
	}
	return res.Outcomes[0].Record, nil
}

func (w *world) write(op record.Op) *object.Record {
	w.t.Helper()
	r, err := w.try(system, op)
	must(w.t, err)
	return r
}

func (w *world) create(of string, values map[string]any) *object.Record {
	w.t.Helper()
	return w.write(record.Op{Do: record.Create, Object: of, Values: values})
}

func (w *world) get(of string, id uuid.UUID) *object.Record {
	w.t.Helper()
	r, err := w.e.Record(ctx, system, of, id)
	must(w.t, err)
	return r
}

func (w *world) change(fn func(*catalog.Draft) error) *object.Catalog {
	w.t.Helper()
	cat, err := w.cat.Change(ctx, 0, catalog.By{User: 7, Via: "screen"}, fn)
	must(w.t, err)
	return cat
}

func add(of string, fields ...*object.Field) func(*catalog.Draft) error {
	return func(d *catalog.Draft) error {
		for _, f := range fields {
			g := *f
			if err := d.AddField(of, &g); err != nil {
				return err
			}
		}
		return nil
	}
}

func edit(of, field string, fn func(f *object.Field)) func(*catalog.Draft) error {
	return func(d *catalog.Draft) error {
		return d.EditField(of, field, func(f *object.Field) error { fn(f); return nil })
	}
}

func (w *world) field(of, name string) *object.Field {
	return w.cat.Current().Object(of).Field(name)
}

// sound fails the test unless the database is as its catalog says.
func (w *world) sound() {
	w.t.Helper()
	must(w.t, w.d.Read(ctx, func(r db.Reader) error {
		damage, err := w.cat.Check(ctx, r)
		if len(damage) > 0 {
			w.t.Errorf("damage: %v", damage)
		}
		for _, o := range w.cat.Current().Objects {
			if err != nil {
				break
			}
			err = table.New(r.Dialect()).Check(ctx, r, o, func(_ []*object.Record, _, _ int64, flaws []table.Flaw) error {
				for _, x := range flaws {
					w.t.Errorf("%s: %s.%s of %d", x.Kind, o.Name, x.Field.Name, x.ID)
				}
				return nil
			})
		}
		return err
	}))
}
