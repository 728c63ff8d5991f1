package table_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// samples has a value for every kind.
var samples = map[object.Kind]any{
	object.KindText: "华信科技 'x\" \\ 😀", object.KindLongText: "一\n二", object.KindNumber: int64(-7), object.KindDecimal: int64(1234567), object.KindPercent: int64(125),
	object.KindMoney: object.Money{Minor: 123450, Currency: "USD", Base: 890000}, object.KindBoolean: false, object.KindDate: int64(20781), object.KindDateTime: int64(1795500000000001),
	object.KindChoice: "a", object.KindMultiChoice: []object.Item{{Value: "a", Norm: "a"}, {Value: "b", Norm: "b"}}, object.KindLink: int64(5), object.KindOwner: int64(6),
	object.KindLinks: []object.Item{{Link: 5, Label: "boss"}, {Link: 6}}, object.KindRef: object.Ref{Object: 2, ID: 9},
	object.KindPhone: []object.Item{{Value: "+8613800138000", Norm: "8613800138000", Label: "mobile", Verified: true}}, object.KindEmail: []object.Item{{Value: "A@x.cn", Norm: "a@x.cn"}},
	object.KindMessenger: []object.Item{{Value: "Wei", Norm: "wei", Label: "wechat"}}, object.KindURL: "https://x.cn/?a=1", object.KindTags: []object.Item{{Value: "重要", Norm: "重要"}},
	object.KindSeries: "QT-0001", object.KindUSCC: "91110000600037341L",
}

// everything is an object with a field of every kind, after some fillers.
func everything(name string, fillers int) *object.Object {
	o := object.New(name, object.Text{EN: name}, object.Text{EN: name})
	o.Number = 1
	for i := range fillers {
		object.Add[int64](o, fmt.Sprintf("x_filler_%d", i), object.KindNumber, object.Text{})
	}
	object.Add[string](o, "name", object.KindText, object.Text{})
	for kind := range samples {
		f := object.Add[string](o, "f_"+string(kind), kind, object.Text{}, object.To("thing", object.Clear), object.ToAny("thing"), object.Scale(2)).Field
		f.Options = []object.Option{{Name: "a"}, {Name: "b"}}
	}
	return o.Seal()
}

func ready(t testing.TB, d *db.DB, objects ...*object.Object) *table.Tables {
	t.Helper()
	must(t, d.Schema(context.Background(), func(tx db.Tx) error {
		for _, o := range objects {
			for { // a new table brings its columns
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
	return table.New(d.Dialect())
}

func fresh(o *object.Object, name string) *object.Record {
	r := object.NewRecord(o)
	r.UUID = uuid.Must(uuid.NewV7())
	r.Values[object.CreatedAt] = time.Now().UnixMicro()
	r.Set("name", name)
	return r
}

func get(t testing.TB, d *db.DB, tables *table.Tables, o *object.Object, id int64) (r *object.Record) {
	t.Helper()
	must(t, d.Read(context.Background(), func(q db.Reader) error {
		list, err := tables.ByIDs(q, o, []int64{id}, nil)
		r = list[0]
		return err
	}))
	return r
}

// TestEveryKind saves, reads, empties and fills every kind, on a narrow object and on a wide one.
func TestEveryKind(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		for _, k := range field.Kinds() {
			if _, there := samples[k]; !there {
				t.Errorf("there is no sample of a %s", k)
			}
		}
		d := open()
		narrow, wide := everything("narrow", 0), everything("x_wide", 174)
		if len(wide.Fields) < 200 {
			t.Fatalf("%d fields", len(wide.Fields))
		}
		tables := ready(t, d, narrow, wide)
		for _, o := range []*object.Object{narrow, wide} {
			for _, f := range o.Fields[object.SystemFields:] {
				v, ok := samples[f.Kind]
				if !ok || f.Name == "name" || f.Name[:2] != "f_" {
					continue
				}
				r := fresh(o, "x")
				write := func(fn func(tx db.Tx) error) { t.Helper(); must(t, d.Write(t.Context(), fn)) }
				write(func(tx db.Tx) error { return tables.Write(tx, func(w *table.Writing) error { return w.Insert(r) }) })
				expect(t, d, tables, r, f)
				for _, next := range []any{v, nil, v} {
					old := r
					r = old.Clone()
					r.Values[f.Index] = next
					write(func(tx db.Tx) error {
						return tables.Write(tx, func(w *table.Writing) error { return w.Update(old, r) })
					})
					expect(t, d, tables, r, f)
				}
				direct := fresh(o, "y")
				direct.Values[f.Index] = v
				write(func(tx db.Tx) error {
					return tables.Write(tx, func(w *table.Writing) error { return w.Insert(direct) })
				})
				expect(t, d, tables, direct, f)
			}
		}
	})
}

func expect(t *testing.T, d *db.DB, tables *table.Tables, want *object.Record, f *object.Field) {
	t.Helper()
	got := get(t, d, tables, want.Object, want.ID)
	if got == nil || !reflect.DeepEqual(got.Values, want.Values) || got.Rev != want.Rev || got.UUID != want.UUID {
		t.Fatalf("%s.%s: got %+v, want %+v", want.Object.Name, f.Name, got, want)
	}
	must(t, d.Read(t.Context(), func(q db.Reader) error {
		part, err := tables.ByUUIDs(q, want.Object, []uuid.UUID{uuid.New(), want.UUID}, []*object.Field{f})
		if err != nil || part[0] != nil || !reflect.DeepEqual(part[1].At(f), want.At(f)) {
			t.Fatalf("%s alone: %v %v", f.Name, part, err)
		}
		if items, ok := want.At(f).([]object.Item); ok && f.Kind == object.KindLinks {
			ids, err := tables.Leaning(q, want.Object, f, 0, []int64{items[0].Link, items[1].Link})
			if list := ids[items[1].Link]; err != nil || list[len(list)-1] != want.ID {
				t.Fatalf("links: %v %v", ids, err)
			}
		}
		return nil
	}))
}

// company is an object with keys.
func company() (o *object.Object, code, phones *object.Field) {
	o = object.New("company", object.Text{}, object.Text{})
	object.Add[string](o, "name", object.KindText, object.Text{}, object.Matched)
	code = object.Add[string](o, "code", object.KindText, object.Text{}, object.Unique).Field
	phones = object.Add[[]object.Item](o, "phones", object.KindPhone, object.Text{}, object.Unique, object.Matched).Field
	o.Seal()
	return o, code, phones
}

func phone(n string) []object.Item {
	return []object.Item{{Value: "+86" + n, Norm: "86" + n}}
}

func TestUniqueHoldsOverTheLiving(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := open()
		o, code, phones := company()
		tables := ready(t, d, o)
		add := func(code string, items []object.Item) (*object.Record, error) {
			r := fresh(o, "华信")
			r.Set("code", code)
			r.Set("phones", items)
			return r, d.Write(t.Context(), func(tx db.Tx) error { return tables.Write(tx, func(w *table.Writing) error { return w.Insert(r) }) })
		}
		taken := func(err error, f *object.Field) {
			t.Helper()
			var e *table.Taken
			if !errors.As(err, &e) || e.Field != f {
				t.Errorf("want %s taken: %v", f.Name, err)
			}
		}
		first, err := add("A1", phone("13800000001"))
		must(t, err)
		_, err = add("Ａ1 ", phone("13800000002"))
		taken(err, code)
		_, err = add("B", phone("13800000001"))
		taken(err, phones)

		binned := first.Clone()
		binned.Deleted = 5
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			return tables.Write(tx, func(w *table.Writing) error { return w.Update(first, binned) })
		}))
		second, err := add("a1", phone("13800000001"))
		must(t, err)
		back := binned.Clone()
		back.Deleted = 0
		err = d.Write(t.Context(), func(tx db.Tx) error {
			return tables.Write(tx, func(w *table.Writing) error { return w.Update(binned, back) })
		})
		taken(err, code)
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			for _, f := range []*object.Field{code, phones} {
				key := "a1"
				if f == phones {
					key = table.ItemKey(f, phone("13800000001")[0])
				}
				if id, found, err := tables.Holder(r, o, f, key); id != second.ID || !found || err != nil {
					t.Errorf("holder of %s: %d %v %v", f.Name, id, found, err)
				}
			}
			return nil
		}))
		must(t, d.Write(t.Context(), func(tx db.Tx) error { return tables.Write(tx, func(w *table.Writing) error { return w.Purge(second) }) }))
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			return tables.Write(tx, func(w *table.Writing) error { return w.Update(binned, back) })
		}))
		_, err = add("C", phone("13800000001"))
		taken(err, phones)
	})
}

func TestMatchTitlesVersionsScan(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := open()
		o, _, phones := company()
		tables := ready(t, d, o)
		var all []*object.Record
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			all = nil
			for i := range 25 {
				r := fresh(o, fmt.Sprintf("北京华信（%d）科技有限公司", i%5))
				if i == 7 {
					r.Set("phones", phone("13800000001"))
				}
				if err := tables.Write(tx, func(w *table.Writing) error { return w.Insert(r) }); err != nil {
					return err
				}
				all = append(all, r)
			}
			return nil
		}))
		must(t, d.Read(t.Context(), func(r db.Reader) error {
			name := o.Field("name")
			keys := table.MatchKeys(o, name, "华信 (3) 科技")
			found, err := tables.Match(r, o, name, append(keys, "none"))
			if err != nil || len(keys) != 1 || len(found[keys[0]]) != 5 {
				t.Errorf("match %q: %v %v", keys, found, err)
			}
			found, err = tables.Match(r, o, phones, table.MatchKeys(o, phones, phone("13800000001")))
			if err != nil || len(found) != 1 || found["8613800000001"][0] != all[7].ID {
				t.Errorf("match phones: %v %v", found, err)
			}
			titles, err := tables.Titles(r, o, []int64{all[1].ID, 999, all[2].ID})
			if err != nil || len(titles) != 2 || titles[all[1].ID].Title != all[1].Title() || titles[all[2].ID].UUID != all[2].UUID {
				t.Errorf("titles: %v %v", titles, err)
			}
			stamps, err := tables.Versions(r, o, []int64{all[3].ID, 999})
			if err != nil || len(stamps) != 1 || stamps[all[3].ID] != (table.Stamp{Version: 1, Rev: 1}) {
				t.Errorf("versions: %v %v", stamps, err)
			}
			ids, err := tables.IDs(r, o, []uuid.UUID{all[4].UUID, uuid.New()})
			if err != nil || len(ids) != 1 || ids[all[4].UUID] != all[4].ID {
				t.Errorf("ids: %v %v", ids, err)
			}
			var seen []string
			err = tables.Scan(t.Context(), r, o, []*object.Field{name}, all[0].ID, 7, func(batch []*object.Record) error {
				for _, rec := range batch {
					seen = append(seen, rec.Title())
				}
				return nil
			})
			if err != nil || len(seen) != 24 || seen[23] != all[24].Title() {
				t.Errorf("scan: %d %v", len(seen), err)
			}
			return nil
		}))
	})
}

func TestStale(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := open()
		o, _, _ := company()
		tables := ready(t, d, o)
		old := fresh(o, "a")
		must(t, d.Write(t.Context(), func(tx db.Tx) error { return tables.Write(tx, func(w *table.Writing) error { return w.Insert(old) }) }))
		one, two := old.Clone(), old.Clone()
		one.Set("name", "b")
		two.Set("name", "c")
		must(t, d.Write(t.Context(), func(tx db.Tx) error {
			return tables.Write(tx, func(w *table.Writing) error { return w.Update(old, one) })
		}))
		if err := d.Write(t.Context(), func(tx db.Tx) error {
			return tables.Write(tx, func(w *table.Writing) error { return w.Update(old, two) })
		}); !fault.Is(err, fault.Stale) {
			t.Errorf("%v", err)
		}
		if got := get(t, d, tables, o, old.ID); got.Title() != "b" || got.Rev != 2 {
			t.Errorf("%+v", got)
		}
	})
}

func TestLongKeysFit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		d := open()
		o, code, _ := company()
		tables := ready(t, d, o)
		long := ""
		for i := range 3000 {
			long += string(rune(0x4e00 + i*7%20000))
		}
		add := func(code string) error {
			r := fresh(o, code)
			r.Set("code", code)
			return d.Write(t.Context(), func(tx db.Tx) error { return tables.Write(tx, func(w *table.Writing) error { return w.Insert(r) }) })
		}
		must(t, add(long))
		must(t, add(long+"x"))
		var e *table.Taken
		if err := add(long); !errors.As(err, &e) || e.Field != code {
			t.Errorf("%v", err)
		}
	})
}

// BenchmarkInsert writes 25 columns and 3 child rows, many in one transaction, as the writer does under load.
func BenchmarkInsert(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run(kind, func(b *testing.B) {
			d := dbtest.Open(b, dbtest.URL(b, kind), db.Options{})
			o, _, _ := company()
			o = o.Clone()
			for i := range 18 {
				object.Add[string](o, fmt.Sprintf("f%d", i), object.KindText, object.Text{})
			}
			tables := ready(b, d, o.Seal())
			n := 0
			for b.Loop() {
				n++
				must(b, d.Write(context.Background(), func(tx db.Tx) error {
					r := fresh(o, "华信科技有限公司")
					for i := range 18 {
						r.Set(fmt.Sprintf("f%d", i), "some text of usual length")
					}
					var items []object.Item
					for j := range 3 {
						items = append(items, phone(fmt.Sprintf("%d%010d", j, n))...)
					}
					r.Set("phones", items)
					return tables.Write(tx, func(w *table.Writing) error { return w.Insert(r) })
				}))
			}
		})
	}
}
