package catalog_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"youpeng/engine/access"
	"youpeng/engine/catalog"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
)

func project() *object.Object {
	return &object.Object{Name: "x_project", Label: word("项目"), Scope: object.Scope{Owner: true}, Fields: []*object.Field{
		{Name: "x_stage", Kind: object.KindChoice, Label: word("阶段"), Options: []object.Option{{Name: "open", Label: word("open")}, {Name: "done", Label: word("done")}}},
		{Name: "x_customer", Kind: object.KindLink, Label: word("客户"), Target: "customer", OnDelete: object.Clear},
	}}
}

// total counts the living records of an object whose field equals a value, sorted by it.
func (w *world) total(of, field string, value any) int {
	w.t.Helper()
	o := w.cat.Current().Object(of)
	f := o.Field(field)
	q := &query.Question{Object: o, Limit: 10, Sort: []query.Key{{Path: query.Path{f}}},
		Filter: &query.Leaf{Path: query.Path{f}, Op: "eq", Args: []any{value}}}
	a, err := w.columns.Ask(ctx, q, w.person())
	must(w.t, err)
	return a.Total
}

func TestDefinedWhileOthersWrite(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("customer", map[string]any{"name": "before"})
		w.total("customer", "name", "before") // the columns are there when the definitions change
		var stop atomic.Bool
		var made atomic.Int64
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				for i := 0; !stop.Load(); i++ {
					r, err := w.try(system, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"name": fmt.Sprint(n, "-", i)}})
					if err == nil {
						_, err = w.try(system, record.Op{Do: record.Update, Object: "customer", UUID: r.UUID, Any: true, Values: map[string]any{"level": "A"}})
					}
					if err != nil {
						t.Errorf("a writer lost its write: %v", err)
						return
					}
					made.Add(1)
				}
			})
		}
		for i := range 4 {
			name := fmt.Sprint("x_n", i)
			w.change(add("customer", &object.Field{Name: name, Kind: object.KindNumber, Label: word(name)}))
			w.create("customer", map[string]any{"name": "with " + name, name: int64(41 + i)})
			if n := w.total("customer", name, int64(41+i)); n != 1 {
				t.Errorf("%d have %s", n, name)
			}
		}
		w.change(func(d *catalog.Draft) error { return d.AddObject(project()) })
		p := w.create("x_project", map[string]any{"name": "一号", "x_stage": "open"})
		if n := w.total("x_project", "x_stage", "open"); n != 1 || p.Title() != "一号" {
			t.Errorf("%d projects", n)
		}
		stop.Store(true)
		all.Wait()
		if n := w.total("customer", "level", "A"); n != int(made.Load()) {
			t.Errorf("%d in the columns of %d written", n, made.Load())
		}
		if broken, err := w.columns.Compare(ctx); err != nil || len(broken) > 0 {
			t.Errorf("columns and rows: %v %v", broken, err)
		}
		w.sound()
	})
}

func TestWhatIsWrongIsSaidAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bad := project()
		bad.Name, bad.Label = "project", object.Text{}
		bad.Fields = append(bad.Fields,
			&object.Field{Name: "x_a__b", Kind: "nothing", Label: word("a")},
			&object.Field{Name: "x_link", Kind: object.KindLink, Label: word("l"), Target: "nobody"},
			&object.Field{Name: "x_none", Kind: object.KindChoice, Label: word("c")},
			&object.Field{Name: "x_series", Kind: object.KindSeries, Label: word("s"), Series: &object.Series{Digits: 4, Reset: "month"}},
			&object.Field{Name: "x_stage", Kind: object.KindText, Label: word("twice"), Pattern: "(", Default: 7})
		_, err := w.cat.Change(ctx, 0, catalog.By{}, func(d *catalog.Draft) error { return d.AddObject(bad) })
		var paths []string
		for _, f := range fault.As(err).Fields {
			paths = append(paths, f.Path+" "+f.Code)
		}
		for _, want := range []string{"name catalog.name", "label required", "fields[2].name catalog.name", "fields[2].kind catalog.kind_unknown", "fields[3].target object.unknown",
			"fields[4].options required", "fields[5].series.date series.date_needed", "fields[6].name catalog.name_taken", "fields[6].pattern field.pattern"} {
			if !slices.Contains(paths, want) {
				t.Errorf("%q is not among %q", want, paths)
			}
		}
		many := project()
		for i := range 400 {
			many.Fields = append(many.Fields, &object.Field{Name: fmt.Sprint("x_", i), Kind: object.KindText, Label: word("f")})
		}
		if _, err := w.cat.Change(ctx, 0, catalog.By{}, func(d *catalog.Draft) error { return d.AddObject(many) }); !fault.Has(err, "catalog.fields_many") {
			t.Errorf("%v", err)
		}
		wide := project()
		for i := range 390 {
			wide.Fields = append(wide.Fields, &object.Field{Name: fmt.Sprint("x_", i), Kind: object.KindMoney, Label: word("f"), Unique: true})
		}
		if _, err := w.cat.Change(ctx, 0, catalog.By{}, func(d *catalog.Draft) error { return d.AddObject(wide) }); !fault.Has(err, "catalog.columns_many") {
			t.Errorf("%v", err)
		}
		for what, fn := range map[string]func(*catalog.Draft) error{
			"catalog.fixed":  edit("customer", "code", func(f *object.Field) { f.Kind = object.KindNumber }),
			"catalog.needed": edit("customer", "name", func(f *object.Field) { f.Retired = true }),
			"required":       edit("customer", "name", func(f *object.Field) { f.Label = object.Text{} }),
		} {
			if _, err := w.cat.Change(ctx, 0, catalog.By{}, fn); !fault.Has(err, what) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if w.cat.Current().Object("x_project") != nil {
			t.Error("something of it is there")
		}
		w.sound()
	})
}

func TestTwinTakesEveryKind(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("customer", map[string]any{"name": "华东机械"})
		amy := w.user.UUID.String()
		opt := []object.Option{{Name: "a", Label: word("a")}, {Name: "b", Label: word("b")}}
		kinds := []struct {
			f     object.Field
			value any
		}{
			{object.Field{Kind: object.KindText, Search: true, Match: true}, "文字"},
			{object.Field{Kind: object.KindLongText}, "长文字"},
			{object.Field{Kind: object.KindNumber, Min: "1", Max: "9"}, int64(7)},
			{object.Field{Kind: object.KindDecimal, Scale: 2}, "1.50"},
			{object.Field{Kind: object.KindPercent, Scale: 2}, "0.15"},
			{object.Field{Kind: object.KindMoney}, map[string]any{"amount": "12.50", "currency": "CNY"}},
			{object.Field{Kind: object.KindBoolean}, true},
			{object.Field{Kind: object.KindDate, Default: "today"}, "2026-11-24"},
			{object.Field{Kind: object.KindDateTime}, "2026-11-24T01:02:03Z"},
			{object.Field{Kind: object.KindChoice, Options: opt}, "a"},
			{object.Field{Kind: object.KindMultiChoice, Options: opt}, []any{"a", "b"}},
			{object.Field{Kind: object.KindLink, Target: "customer"}, c.UUID.String()},
			{object.Field{Kind: object.KindLinks, Target: "customer"}, []any{c.UUID.String()}},
			{object.Field{Kind: object.KindOwner}, amy},
			{object.Field{Kind: object.KindRef, Targets: []string{"customer", "x_twin"}}, map[string]any{"object": "customer", "id": c.UUID.String()}},
			{object.Field{Kind: object.KindPhone, Search: true, Unique: true}, []any{map[string]any{"value": "13800138000"}}},
			{object.Field{Kind: object.KindEmail}, []any{map[string]any{"value": "a@example.com"}}},
			{object.Field{Kind: object.KindMessenger}, []any{map[string]any{"value": "wx-1", "label": "wechat"}}},
			{object.Field{Kind: object.KindURL}, "https://example.com/"},
			{object.Field{Kind: object.KindTags}, []any{"vip"}},
			{object.Field{Kind: object.KindSeries, Series: &object.Series{Prefix: "T", Digits: 3}}, nil},
			{object.Field{Kind: object.KindUSCC, Unique: true}, "91330106MA2CFLDG4R"},
		}
		o := &object.Object{Name: "x_twin", Label: word("twin")}
		values := map[string]any{"name": "一"}
		for _, k := range kinds {
			f := k.f
			f.Name, f.Label = "x_"+string(f.Kind), word(string(f.Kind))
			o.Fields = append(o.Fields, &f)
			if k.value != nil {
				values[f.Name] = k.value
			}
		}
		cat := w.change(func(d *catalog.Draft) error { return d.AddObject(o) })
		r, err := w.try(w.person(), record.Op{Do: record.Create, Object: "x_twin", Values: values})
		must(t, err)
		r = w.get("x_twin", r.UUID)
		for _, f := range cat.Object("x_twin").Fields {
			if f.Custom && r.At(f) == nil {
				t.Errorf("%s is empty", f.Kind)
			}
		}
		if r.Get("x_series") != "T-001" {
			t.Errorf("series: %v", r.Get("x_series"))
		}
		w.sound()
	})
}

func TestRetiredIsNeitherShownNorWritten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.change(add("customer", &object.Field{Name: "x_note", Kind: object.KindText, Label: word("note"), Required: true}))
		c := w.create("customer", map[string]any{"name": "a", "x_note": "kept"})
		w.change(edit("customer", "x_note", func(f *object.Field) { f.Retired = true }))
		if _, err := w.try(w.person(), record.Op{Do: record.Update, Object: "customer", UUID: c.UUID, Any: true, Values: map[string]any{"x_note": "lost"}}); !fault.Has(err, "field.unknown") {
			t.Errorf("written: %v", err)
		}
		w.create("customer", map[string]any{"name": "b"})
		w.change(edit("customer", "x_note", func(f *object.Field) { f.Retired = false }))
		if got := w.get("customer", c.UUID).Get("x_note"); got != "kept" {
			t.Errorf("came back as %v", got)
		}
		w.change(func(d *catalog.Draft) error { return d.AddObject(project()) })
		w.create("x_project", map[string]any{"name": "p"})
		w.change(func(d *catalog.Draft) error {
			return d.EditObject("x_project", func(o *object.Object) error { o.Retired = true; return nil })
		})
		a := w.person()
		if o := w.cat.Current().Object("x_project"); a.Reading(o) != access.None {
			t.Error("a retired object is read")
		}
		if _, err := w.try(a, record.Op{Do: record.Create, Object: "x_project", Values: map[string]any{"name": "q"}}); !fault.Is(err, fault.Missing) {
			t.Errorf("a retired object is written: %v", err)
		}
	})
}

func TestOptionsLeftOutAreRetired(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.change(edit("customer", "level", func(f *object.Field) {
			f.Label = word("等级")
			f.Options = []object.Option{{Name: "C", Label: word("C"), Color: "red"}, {Name: "B", Label: word("乙")}}
		}))
		want := "[C 0 B 0 A 1]"
		say := func() string {
			var out []any
			for _, o := range w.field("customer", "level").Options {
				n := 0
				if o.Retired {
					n = 1
				}
				out = append(out, o.Name, n)
			}
			return fmt.Sprint(out)
		}
		if say() != want {
			t.Errorf("%s", say())
		}
		again, err := catalog.Open(ctx, w.d, w.clock, standard(), "CNY")
		must(t, err)
		if f := again.Current().Object("customer").Field("level"); f.Label.ZH != "等级" || f.Options[1].Label.ZH != "乙" || again.Current().Version != w.cat.Current().Version {
			t.Errorf("after a start: %+v at %d", f, again.Current().Version)
		}
	})
}

func TestHistoryAndUndo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.change(edit("customer", "code", func(f *object.Field) { f.Label, f.Required = word("编号"), true }))
		w.change(add("customer", &object.Field{Name: "x_a", Kind: object.KindText, Label: word("a")}))
		w.change(edit("customer", "x_a", func(f *object.Field) { f.Label = word("b") }))
		list, err := w.cat.History(ctx, "customer", "", 0, 10)
		must(t, err)
		if len(list) != 3 || list[0].By.User != 7 || list[0].Changes[0].Field != "x_a" || list[2].Changes[0].Field != "code" {
			t.Fatalf("%+v", list)
		}
		undo := func(id int64) error { _, err := w.cat.Undo(ctx, id, catalog.By{User: 8}); return err }
		if err := undo(list[1].ID); !fault.Has(err, "catalog.undo_moved") {
			t.Errorf("what was changed since is undone: %v", err)
		}
		must(t, undo(list[0].ID))
		must(t, undo(list[1].ID))
		if f := w.field("customer", "x_a"); f == nil || !f.Retired || f.Label.ZH != "a" {
			t.Errorf("%+v", f)
		}
		must(t, undo(list[2].ID))
		if f := w.field("customer", "code"); f.Label.ZH != "code" || f.Required {
			t.Errorf("%+v", f)
		}
		if err := undo(list[2].ID); !fault.Has(err, "catalog.undone") {
			t.Errorf("twice: %v", err)
		}
		now, err := w.cat.History(ctx, "customer", "code", 0, 1)
		must(t, err)
		if now[0].Undoes != list[2].ID || now[0].By.User != 8 {
			t.Errorf("%+v", now)
		}
		must(t, undo(now[0].ID))
		if f := w.field("customer", "code"); f.Label.ZH != "编号" || !f.Required {
			t.Errorf("the undo undone: %+v", f)
		}
		w.change(func(d *catalog.Draft) error { return d.AddObject(project()) })
		last, err := w.cat.History(ctx, "x_project", "", 0, 1)
		must(t, err)
		must(t, undo(last[0].ID))
		if o := w.cat.Current().Object("x_project"); !o.Retired {
			t.Error("an object that was made is not retired by its undo")
		}
	})
}

func TestDeathBetweenStepsLeavesNothingHalf(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		before := w.cat.Current()
		change := func(d *catalog.Draft) error {
			if err := d.AddObject(project()); err != nil {
				return err
			}
			return add("customer", &object.Field{Name: "x_a", Kind: object.KindPhone, Label: word("a"), Unique: true})(d)
		}
		died := errors.New("died")
		for _, at := range []string{"numbered", "made", "saved", "done"} {
			w.cat.FailAt(func(step string) error {
				if step == at {
					return died
				}
				return nil
			})
			if _, err := w.cat.Change(ctx, 0, catalog.By{}, change); !errors.Is(err, died) {
				t.Fatalf("%s: %v", at, err)
			}
			must(t, w.d.Read(ctx, func(r db.Reader) error {
				names, err := r.Dialect().Tables(r)
				if slices.Contains(names, "x_project") || slices.Contains(names, "customer__x_a") {
					t.Errorf("%s: tables are left", at)
				}
				return err
			}))
			again, err := catalog.Open(ctx, w.d, w.clock, standard(), "CNY")
			must(t, err)
			if list, err := again.History(ctx, "", "", 0, 10); again.Current().Version != before.Version || len(list) > 0 || err != nil {
				t.Errorf("%s: version %d, history %v, %v", at, again.Current().Version, list, err)
			}
		}
		w.cat.FailAt(nil)
		w.change(change)
		w.sound()
	})
}

func TestAnotherNode(t *testing.T) {
	t.Parallel()
	at := dbtest.URL(t, "postgres")
	here, there := open(t, dbtest.Open(t, at, db.Options{})), open(t, dbtest.Open(t, at, db.Options{}))
	here.change(add("customer", &object.Field{Name: "x_a", Kind: object.KindNumber, Label: word("a")}))
	if _, err := there.cat.Change(ctx, there.cat.Current().Version, catalog.By{}, add("customer", &object.Field{Name: "x_b", Kind: object.KindNumber, Label: word("b")})); !fault.Has(err, "catalog.moved") {
		t.Errorf("a change of what has moved: %v", err)
	}
	here.change(add("customer", &object.Field{Name: "x_c", Kind: object.KindNumber, Label: word("c")}))
	// The other node has not heard of it yet: its write is refused at first, then done with the new definitions.
	c := there.create("customer", map[string]any{"name": "n"})
	if there.field("customer", "x_c") == nil {
		t.Error("the writer did not take the new definitions")
	}
	there.write(record.Op{Do: record.Update, Object: "customer", UUID: c.UUID, Any: true, Values: map[string]any{"x_c": int64(5)}})
	if got := here.get("customer", c.UUID).Get("x_c"); got != int64(5) {
		t.Errorf("%v", got)
	}
	here.sound()
}

func TestDatabasesThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ sql, code, word string }{
		"newer":   {"UPDATE sys_catalog SET format = 99", "catalog.newer", "99"},
		"column":  {`ALTER TABLE "customer" DROP COLUMN "code"`, "catalog.damaged", "missing column code of customer"},
		"table":   {`DROP TABLE "customer__phones"`, "catalog.damaged", "missing table customer__phones of customer"},
		"index":   {`DROP INDEX "n_customer__phones"`, "catalog.damaged", "missing index n_customer__phones of customer"},
		"foreign": {`ALTER TABLE "customer" ADD COLUMN "stranger" TEXT`, "catalog.damaged", "foreign column customer.stranger"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, opened func() *db.DB) {
				d := opened()
				w := open(t, d)
				must(t, d.Schema(ctx, func(tx db.Tx) error { _, err := tx.Exec(x.sql); return err }))
				_, err := catalog.Open(ctx, d, w.clock, standard(), "CNY")
				if f := fault.As(err); f.Code != x.code || !strings.Contains(fmt.Sprint(f.Args), x.word) {
					t.Errorf("%v %v", err, f.Args)
				}
			})
		})
	}
}

// Each change is told of once, in its transaction; what a newer program brings, when it is opened.
func TestEachChangeIsToldOfOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var told []string
		hear := func(_ db.Tx, x catalog.Told) error {
			told = append(told, fmt.Sprint(x.Version, " ", x.User, " ", x.What))
			return nil
		}
		must(t, w.cat.Tell(ctx, hear))
		v := w.cat.Current().Version
		w.change(add("customer", &object.Field{Name: "x_a", Kind: object.KindText, Label: word("a")}))
		w.change(edit("customer", "code", unique(true)))
		must(t, w.cat.Build(ctx))
		again, err := catalog.Open(ctx, w.d, w.clock, standard(), "CNY")
		must(t, err)
		must(t, again.Tell(ctx, hear))
		more := standard()
		object.Add[string](more[1], "brought", object.KindText, word("brought"))
		for range 2 {
			again, err = catalog.Open(ctx, w.d, w.clock, more, "CNY")
			must(t, err)
			must(t, again.Tell(ctx, hear))
		}
		want := []string{fmt.Sprint(v+1, " 7 [customer.x_a]"), fmt.Sprint(v+2, " 7 [customer.code]"), fmt.Sprint(v+3, " 0 [customer.code]"), fmt.Sprint(v+4, " 0 []")}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, not %q", told, want)
		}
		failed := errors.New("the log is full")
		must(t, again.Tell(ctx, func(db.Tx, catalog.Told) error { return failed }))
		if _, err := again.Change(ctx, 0, catalog.By{}, add("customer", &object.Field{Name: "x_b", Kind: object.KindText, Label: word("b")})); !errors.Is(err, failed) {
			t.Errorf("a change that could not be told of: %v", err)
		}
		if again.Current().Object("customer").Field("x_b") != nil {
			t.Error("it stands nevertheless")
		}
	})
}
