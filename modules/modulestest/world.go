// Package modulestest opens a small workspace with some modules on each database, for the modules' own tests.
package modulestest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/catalog"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/modules"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
)

// World is a workspace in which nothing runs by itself. Its clock moves a second with each write.
type World struct {
	T      testing.TB
	Engine *record.Engine
	Space  *modules.Space
	Clock  *clock.Manual
	Amy    *access.Actor // sees and changes her own
	Bob    *access.Actor // sees and changes his own
	Admin  *access.Actor // sees and changes everything, configuration too
}

// Program is the program itself.
var Program = &access.Actor{System: true, Name: "system", Zone: time.UTC, Digest: "system"}

// Each runs a test in a world of its own on both databases.
func Each(t *testing.T, list []modules.Module, f func(t *testing.T, w *World)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, at func() *db.DB) { f(t, open(t, at(), list)) })
}

func open(t testing.TB, d *db.DB, list []modules.Module) *World {
	t.Helper()
	ctx := context.Background()
	w := &World{T: t, Clock: clock.NewManual(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))}
	o := record.Options{DB: d, Clock: w.Clock, Zone: time.UTC}
	var objects []*object.Object
	for _, m := range list {
		objects = append(objects, m.Objects...)
		o.Behaviours, o.Verbs = append(o.Behaviours, m.Behaviours...), append(o.Verbs, m.Verbs...)
	}
	cat, err := catalog.Open(ctx, d, w.Clock, objects, "CNY")
	w.Must(err)
	tables := table.New(d.Dialect())
	columns := column.New(column.Options{Source: table.Source{DB: d, Tables: tables}, Clock: w.Clock})
	columns.SetCatalog(cat.Current())
	t.Cleanup(columns.Close)
	o.Catalog, o.Tables, o.Columns = cat, tables, columns
	w.Engine, err = record.Open(ctx, o)
	w.Must(err)
	w.Space = &modules.Space{Engine: w.Engine, DB: d, Tables: tables, Clock: w.Clock, Zone: time.UTC}
	for _, m := range list {
		if m.Tables != nil {
			w.Must(d.Schema(ctx, m.Tables))
		}
		if m.Seed != nil {
			w.Must(m.Seed(ctx, w.Space))
		}
	}
	w.Amy, w.Bob, w.Admin = w.Person("Amy", access.Own), w.Person("Bob", access.Own), w.Person("Chen", access.All)
	w.Admin.Admin = true
	return w
}

// Must ends the test where something failed.
func (w *World) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Person makes a user with one scope over every object.
func (w *World) Person(name string, scope access.Scope) *access.Actor {
	w.T.Helper()
	u := w.Create(Program, "user", map[string]any{"name": name})
	a := &access.Actor{User: u.ID, UUID: u.UUID, Name: name, Locale: "en", Zone: time.UTC, Digest: name, Objects: map[string]access.Object{},
		Reach: map[access.Scope][]int64{access.Own: {u.ID}}}
	for _, o := range w.Engine.Catalog().Objects {
		a.Objects[o.Name] = access.Object{Create: true, Read: scope, Update: scope, Delete: scope}
		if o.Setup {
			a.Objects[o.Name] = access.Object{Read: access.All, Create: scope == access.All, Update: scope, Delete: scope}
		}
	}
	return a
}

// Write writes and answers what came of it.
func (w *World) Write(a *access.Actor, ops ...record.Op) (*record.Result, error) {
	w.Clock.Advance(time.Second)
	return w.Engine.Write(context.Background(), &record.Write{Actor: a, Via: "api", Ops: ops})
}

// Create makes a record.
func (w *World) Create(a *access.Actor, name string, values map[string]any) *object.Record {
	w.T.Helper()
	res, err := w.Write(a, record.Op{Do: record.Create, Object: name, Values: values})
	w.Must(err)
	return res.Outcomes[0].Record
}

// Set changes a record as it is now.
func (w *World) Set(a *access.Actor, r *object.Record, values map[string]any) (*record.Result, error) {
	w.T.Helper()
	return w.Write(a, record.Op{Do: record.Update, Object: r.Object.Name, UUID: r.UUID, Version: w.Get(r).Version, Values: values})
}

// Do uses a verb and answers what the caller is told.
func (w *World) Do(a *access.Actor, r *object.Record, verb string, body map[string]any, dry bool) (map[string]any, *record.Result, error) {
	w.T.Helper()
	w.Clock.Advance(time.Second)
	res, err := w.Engine.Do(context.Background(), r.Object.Name, verb, r.UUID, body, record.Write{Actor: a, Via: "api", DryRun: dry})
	if err != nil {
		return nil, nil, err
	}
	var told map[string]any
	w.Must(json.Unmarshal(res.Answer, &told))
	return told, res, nil
}

// Undo takes a change set back.
func (w *World) Undo(a *access.Actor, set uuid.UUID) *record.Result {
	w.T.Helper()
	w.Clock.Advance(time.Second)
	res, err := w.Engine.Undo(context.Background(), a, set, "", record.Write{Via: "api"})
	w.Must(err)
	return res
}

// Get reads a record as it is now.
func (w *World) Get(r *object.Record) *object.Record {
	w.T.Helper()
	return w.Find(r.Object.Name, r.UUID)
}

// Find reads a record by its public id.
func (w *World) Find(name string, id uuid.UUID) *object.Record {
	w.T.Helper()
	rec, err := w.Engine.Record(context.Background(), Program, name, id)
	w.Must(err)
	return rec
}

// All reads all living records of an object, the oldest first.
func (w *World) All(name string) (out []*object.Record) {
	w.T.Helper()
	w.Must(w.Engine.Look(context.Background(), func(r *record.Reader) (err error) {
		out, err = r.All(name)
		return err
	}))
	return out
}

// Sound proves that what stands of all records follows from the log.
func (w *World) Sound() {
	w.T.Helper()
	w.Must(w.Space.DB.Read(context.Background(), func(r db.Reader) error {
		for _, o := range w.Engine.Catalog().Objects {
			err := w.Space.Tables.Scan(context.Background(), r, o, nil, 0, 256, func(list []*object.Record) error {
				for _, rec := range list {
					broken, err := w.Engine.Verify(r, rec)
					if err != nil {
						return err
					}
					if len(broken) > 0 {
						w.T.Errorf("%s %s: entries %v do not follow", o.Name, rec.UUID, broken)
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
}
