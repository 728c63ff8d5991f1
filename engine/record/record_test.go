package record_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fixed is a catalog that does not change.
type fixed struct{ cat *object.Catalog }

func (f fixed) Current() *object.Catalog    { return f.cat }
func (fixed) Verify(db.Reader, int64) error { return nil }
func (fixed) Refresh(context.Context) error { return nil }

// world is a small workspace.
type world struct {
	t       testing.TB
	d       *db.DB
	e       *record.Engine
	clock   *clock.Manual
	cat     *object.Catalog
	tables  *table.Tables
	options record.Options
	amy     *access.Actor // sees her own
	bob     *access.Actor // sees his own
	admin   *access.Actor
	system  *access.Actor
}

func catalogOf() *object.Catalog {
	text := func(s string) object.Text { return object.Text{EN: s} }
	user := object.New("user", text("user"), text("users"))
	object.Add[string](user, "name", object.KindText, text("name"), object.Required)

	customer := object.New("customer", text("customer"), text("customers"), object.Owned)
	object.Add[string](customer, "name", object.KindText, text("name"), object.Required, object.Matched)
	object.Add[string](customer, "code", object.KindText, text("code"), object.Unique)
	object.Add[string](customer, "origin", object.KindText, text("origin"), object.Immutable)
	object.Add[int64](customer, "owner", object.KindOwner, text("owner"), object.Default("me"))
	object.Add[int64](customer, "size", object.KindNumber, text("size"))
	object.Add[string](customer, "secret", object.KindText, text("secret"))
	object.Add[[]object.Item](customer, "phones", object.KindPhone, text("phones"), object.Personal, object.Matched)
	object.Add[int64](customer, "parent", object.KindLink, text("parent"), object.To("customer", object.Clear))
	object.Add[string](customer, "card", object.KindSeries, text("card"), object.Unique, object.Numbered(object.Series{Prefix: "C", Date: "2006", Digits: 5, Reset: "year", Gapped: true}))
	object.Add[int64](customer, "contacts", object.KindNumber, text("contacts"), object.Derived)

	contact := object.New("contact", text("contact"), text("contacts"), object.Within("customers"))
	object.Add[string](contact, "name", object.KindText, text("name"), object.Required, object.Personal)
	object.Add[[]object.Item](contact, "customers", object.KindLinks, text("customers"), object.To("customer", object.Follow))

	order := object.New("order", text("order"), text("orders"), object.Within("customer"), object.Details("order_line"), object.Titled("number"))
	object.Add[string](order, "number", object.KindSeries, text("number"), object.Numbered(object.Series{Prefix: "O", Date: "2006", Digits: 4, Reset: "year"}))
	object.Add[int64](order, "customer", object.KindLink, text("customer"), object.To("customer", object.Refuse), object.OnTimeline)
	object.Add[int64](order, "total", object.KindNumber, text("total"), object.ReadOnly)

	line := object.New("order_line", text("line"), text("lines"), object.LinesOf("order"))
	object.Add[string](line, "name", object.KindText, text("name"), object.Required)
	object.Add[int64](line, "order", object.KindLink, text("order"), object.To("order", object.Follow))
	object.Add[int64](line, "amount", object.KindNumber, text("amount"))
	object.Add[int64](line, "position", object.KindNumber, text("position"))

	objects := []*object.Object{user, customer, contact, order, line}
	for i, o := range objects {
		o.Number = i + 1
	}
	return object.NewCatalog(1, "CNY", objects)
}

func open(t testing.TB, d *db.DB, behaviours ...record.Behaviour) *world {
	t.Helper()
	w := &world{t: t, d: d, cat: catalogOf(), clock: clock.NewManual(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))}
	must(t, d.Schema(context.Background(), func(tx db.Tx) error {
		for _, o := range w.cat.Objects {
			for {
				missing, err := table.Missing(tx, o)
				if err != nil {
					return err
				}
				if len(missing) == 0 {
					break
				}
				if err := table.Make(tx, missing); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	w.tables = table.New(d.Dialect())
	store := column.New(column.Options{Source: table.Source{DB: d, Tables: w.tables}, Clock: w.clock})
	store.SetCatalog(w.cat)
	t.Cleanup(store.Close)
	w.options = record.Options{DB: d, Catalog: fixed{w.cat}, Tables: w.tables, Columns: store, Clock: w.clock, Behaviours: behaviours, Zone: time.FixedZone("Asia/Shanghai", 8*3600)}
	w.e = w.again()
	w.system = &access.Actor{System: true, Name: "system", Zone: time.UTC, Digest: "system"}
	w.amy, w.bob = w.person("Amy", access.Own), w.person("Bob", access.Own)
	w.admin = w.person("Chen", access.All)
	w.admin.Admin = true
	return w
}

// again opens the engine once more on the same database.
func (w *world) again() *record.Engine {
	w.t.Helper()
	e, err := record.Open(context.Background(), w.options)
	must(w.t, err)
	return e
}

func (w *world) person(name string, scope access.Scope) *access.Actor {
	w.t.Helper()
	res := w.write(w.system, record.Op{Do: record.Create, Object: "user", Values: map[string]any{"name": name}})
	u := res.Outcomes[0].Record
	a := &access.Actor{User: u.ID, UUID: u.UUID, Name: name, Locale: "en", Zone: time.UTC, Digest: name, Objects: map[string]access.Object{},
		Reach: map[access.Scope][]int64{access.Own: {u.ID}}}
	for _, o := range w.cat.Objects {
		a.Objects[o.Name] = access.Object{Create: true, Read: scope, Update: scope, Delete: scope}
	}
	a.Objects["user"] = access.Object{Read: access.All}
	return a
}

// try writes and answers what came of it.
func (w *world) try(a *access.Actor, ops ...record.Op) (*record.Result, error) {
	w.clock.Advance(time.Second)
	return w.e.Write(context.Background(), &record.Write{Actor: a, Via: "api", Ops: ops})
}

func (w *world) write(a *access.Actor, ops ...record.Op) *record.Result {
	w.t.Helper()
	res, err := w.try(a, ops...)
	must(w.t, err)
	return res
}

func (w *world) create(a *access.Actor, name string, values map[string]any) *object.Record {
	w.t.Helper()
	return w.write(a, record.Op{Do: record.Create, Object: name, Values: values}).Outcomes[0].Record
}

func (w *world) set(a *access.Actor, r *object.Record, values map[string]any) (*record.Result, error) {
	return w.try(a, record.Op{Do: record.Update, Object: r.Object.Name, UUID: r.UUID, Version: r.Version, Values: values})
}

func (w *world) get(r *object.Record) *object.Record {
	w.t.Helper()
	var out *object.Record
	must(w.t, w.d.Read(context.Background(), func(q db.Reader) error {
		rows, err := w.tables.ByUUIDs(q, r.Object, []uuid.UUID{r.UUID}, nil)
		out = rows[0]
		return err
	}))
	return out
}

// sound proves that what stands follows from the log.
func (w *world) sound(records ...*object.Record) {
	w.t.Helper()
	for _, r := range records {
		now := w.get(r)
		must(w.t, w.d.Read(context.Background(), func(q db.Reader) error {
			broken, err := w.e.Verify(q, now)
			if len(broken) > 0 {
				w.t.Errorf("%s: entries %v do not follow", r.Object.Name, broken)
			}
			return err
		}))
	}
}

func each(t *testing.T, f func(t *testing.T, w *world), behaviours ...record.Behaviour) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, at func() *db.DB) { f(t, open(t, at(), behaviours...)) })
}
