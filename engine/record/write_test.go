package record_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

func TestCreateSaysAllThatIsWrongAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create(w.amy, "customer", map[string]any{"name": "华信", "code": "A1"})
		_, err := w.try(w.bob, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"code": "a1", "size": "many", "colour": 1}})
		var paths []string
		for _, f := range fault.As(err).Fields {
			paths = append(paths, f.Path+" "+f.Code)
			if f.Code == "taken" && (f.Args["hidden"] != true || f.Args["owner"] != "Amy" || f.Args["title"] != nil) {
				t.Errorf("told of another's record: %v", f.Args)
			}
		}
		slices.Sort(paths)
		if len(paths) != 4 || paths[0] != "code taken" || paths[1] != "colour field.unknown" || paths[2] != "name required" {
			t.Errorf("%q %v", paths, err)
		}
		_, err = w.try(w.amy, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"name": "x", "code": "A1"}})
		if f := fault.As(err).Fields; len(f) != 1 || f[0].Args["title"] != "华信" {
			t.Errorf("the holder is not named to its owner: %v", f)
		}
	})
}

func TestRights(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create(w.amy, "customer", map[string]any{"name": "华信"})
		if owner := c.Get("owner"); owner != w.amy.User {
			t.Errorf("owner %v", owner)
		}
		if _, err := w.set(w.bob, c, map[string]any{"size": 1}); !fault.Is(err, fault.Missing) {
			t.Errorf("another's record: %v", err)
		}
		if _, err := w.e.Get(context.Background(), w.bob, "customer", c.UUID, nil, nil); !fault.Is(err, fault.Missing) {
			t.Errorf("another's record was read: %v", err)
		}
		mine := w.create(w.bob, "customer", map[string]any{"name": "b"})
		if _, err := w.set(w.bob, mine, map[string]any{"parent": c.UUID.String()}); !fault.Has(err, "link.unknown") {
			t.Errorf("linked to what one may not see: %v", err)
		}
		narrow := *w.bob
		narrow.Objects = map[string]access.Object{"customer": {Create: true, Read: access.Own, Update: access.Own, Fields: map[string]access.Right{"secret": access.Hidden, "size": access.Read}}}
		_, err := w.set(&narrow, mine, map[string]any{"secret": "x", "size": 3})
		if !fault.Has(err, "field.unknown") || !fault.Has(err, "field.read_only") {
			t.Errorf("%v", err)
		}
		if _, err := w.set(&narrow, mine, map[string]any{"name": "c"}); err != nil {
			t.Error(err)
		}
		if _, err := w.try(&narrow, record.Op{Do: record.Delete, Object: "customer", UUID: mine.UUID}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("deleted without the right: %v", err)
		}
	})
}

func TestMergeByField(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		seen := w.create(w.amy, "customer", map[string]any{"name": "a", "size": 1, "phones": []any{map[string]any{"value": "13800138000"}}})
		must1 := func(_ *record.Result, err error) { t.Helper(); must(t, err) }
		must1(w.set(w.amy, seen, map[string]any{"size": 2, "phones": map[string]any{"add": []any{map[string]any{"value": "13900139000"}}}}))
		must1(w.set(w.amy, seen, map[string]any{"name": "b"})) // another field
		must1(w.set(w.amy, seen, map[string]any{"size": 2}))   // the same value
		must1(w.set(w.amy, seen, map[string]any{"phones": []any{map[string]any{"value": "13800138000"}, map[string]any{"value": "13700137000"}}}))
		now := w.get(seen)
		if phones := now.Get("phones").([]object.Item); now.Get("name") != "b" || now.Get("size") != int64(2) || len(phones) != 3 {
			t.Errorf("merged to %v %v %v", now.Get("name"), now.Get("size"), phones)
		}
		_, err := w.set(w.amy, seen, map[string]any{"size": 3, "name": "b"})
		f := fault.As(err)
		side := func(name string) any { m, _ := f.Extra[name].(map[string]any); return m["size"] }
		if f.Class != fault.Stale || fmt.Sprintf("%v %v %v", side("yours"), side("theirs"), side("base")) != "3 2 1" {
			t.Errorf("clash: %v %v", err, f.Extra)
		}
		if _, err := w.try(w.amy, record.Op{Do: record.Update, Object: "customer", UUID: seen.UUID, Version: seen.Version, Strict: true, Values: map[string]any{"code": "x"}}); !fault.Is(err, fault.Stale) {
			t.Errorf("strict: %v", err)
		}
		if _, err := w.try(w.amy, record.Op{Do: record.Update, Object: "customer", UUID: seen.UUID, Values: map[string]any{"code": "x"}}); !fault.Is(err, fault.VersionNeeded) {
			t.Errorf("no version: %v", err)
		}
		w.sound(seen)
	})
}

func TestDryRunChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		res, err := w.e.Write(context.Background(), &record.Write{Actor: w.amy, DryRun: true, Ops: []record.Op{{Do: record.Create, Object: "customer", Values: map[string]any{"name": "x"}}}})
		must(t, err)
		if v := res.Outcomes[0].View; v.Get("name") != "x" {
			t.Errorf("%v", v)
		}
		if r := w.get(res.Outcomes[0].Record); r != nil {
			t.Error("a dry run was kept")
		}
	})
}

func TestIdempotentInParallel(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		write := func(body string) (*record.Result, error) {
			return w.e.Write(context.Background(), &record.Write{Actor: w.amy, Key: &record.Key{Key: "k", Scope: "POST /x", Body: sha256.Sum256([]byte(body))},
				Ops:    []record.Op{{Do: record.Create, Object: "customer", Values: map[string]any{"name": "once"}}},
				Answer: func(r *record.Result) ([]byte, error) { return r.Outcomes[0].View.MarshalJSON() }})
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		answers := map[string]int{}
		for range 10 {
			all.Go(func() {
				res, err := write("a")
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					answers[string(res.Answer)]++
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(answers) != 1 {
			t.Errorf("answers %v", answers)
		}
		if res, err := write("a"); err != nil || !res.Replayed || answers[string(res.Answer)] == 0 {
			t.Errorf("not replayed: %v", err)
		}
		if _, err := write("b"); !fault.Is(err, fault.Unprocessable) {
			t.Errorf("another body: %v", err)
		}
		w.clock.Advance(25 * time.Hour)
		if res, err := write("b"); err != nil || res.Replayed {
			t.Errorf("after a day: %v", err)
		}
	})
}

func TestDetailLines(t *testing.T) {
	total := record.Behaviour{Object: "order", Moment: record.AtBefore, Run: func(c *record.Change) error {
		lines, err := c.Lines("order_line")
		sum := int64(0)
		for _, l := range lines {
			n, _ := l.Get("amount").(int64)
			sum += n
		}
		if c.New != nil && c.New.Deleted == 0 {
			c.New.Set("total", sum)
		}
		return err
	}}
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c := w.create(w.amy, "customer", map[string]any{"name": "华信"})
		line := func(name string, n int) map[string]any { return map[string]any{"name": name, "amount": n} }
		o := w.create(w.amy, "order", map[string]any{"customer": c.UUID.String(), "lines": []any{line("a", 1), line("b", 2)}})
		if o.Get("total") != int64(3) || o.Get("number") != "O-2026-0001" {
			t.Errorf("order %v %v", o.Get("total"), o.Get("number"))
		}
		names := func() (out []string, views []*record.View) {
			v, err := w.e.Get(ctx, w.amy, "order", o.UUID, nil, []string{"lines"})
			must(t, err)
			views = v.Get("lines").([]*record.View)
			for _, l := range views {
				out = append(out, l.Get("name").(string))
			}
			return out, views
		}
		_, views := names()
		first := views[0].Get("id").(string)
		_, err := w.set(w.amy, o, map[string]any{"lines": map[string]any{"remove": []any{first}, "add": []any{line("c", 5)}}})
		must(t, err)
		if got, _ := names(); !slices.Equal(got, []string{"b", "c"}) || w.get(o).Get("total") != int64(7) {
			t.Errorf("%v %v", got, w.get(o).Get("total"))
		}
		_, err = w.set(w.amy, w.get(o), map[string]any{"lines": []any{map[string]any{"amount": 1}}})
		if f := fault.As(err).Fields; len(f) != 1 || f[0].Path != "lines[0].name" {
			t.Errorf("%v", err)
		}
		if _, err := w.try(w.amy, record.Op{Do: record.Delete, Object: "customer", UUID: c.UUID}); !fault.Has(err, "record.leaned_on") {
			t.Errorf("a customer with orders was deleted: %v", err)
		}
		w.write(w.amy, record.Op{Do: record.Delete, Object: "order", UUID: o.UUID})
		w.write(w.amy, record.Op{Do: record.Restore, Object: "order", UUID: o.UUID})
		if got, _ := names(); !slices.Equal(got, []string{"b", "c"}) {
			t.Errorf("restored with %v", got)
		}
		w.sound(o)
	}, total)
}

func TestDeleteFollowsAndComesBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.create(w.amy, "customer", map[string]any{"name": "a", "code": "1"})
		b := w.create(w.amy, "customer", map[string]any{"name": "b", "parent": a.UUID.String()})
		alone := w.create(w.amy, "contact", map[string]any{"name": "x", "customers": []any{a.UUID.String()}})
		both := w.create(w.amy, "contact", map[string]any{"name": "y", "customers": []any{a.UUID.String(), b.UUID.String()}})
		w.write(w.amy, record.Op{Do: record.Delete, Object: "customer", UUID: a.UUID})
		if w.get(a).Deleted == 0 || w.get(alone).Deleted == 0 || w.get(both).Deleted != 0 || w.get(b).Get("parent") != nil {
			t.Error("what followed is not as the links say")
		}
		rival := w.create(w.amy, "customer", map[string]any{"name": "c", "code": "1"})
		if _, err := w.try(w.amy, record.Op{Do: record.Restore, Object: "customer", UUID: a.UUID}); !fault.Has(err, "taken") {
			t.Errorf("restored into a taken value: %v", err)
		}
		_, err := w.set(w.amy, rival, map[string]any{"code": "2"})
		must(t, err)
		w.write(w.amy, record.Op{Do: record.Restore, Object: "customer", UUID: a.UUID})
		if w.get(a).Deleted != 0 || w.get(alone).Deleted != 0 || w.get(b).Get("parent") != a.ID {
			t.Error("not all came back")
		}
		w.write(w.amy, record.Op{Do: record.Delete, Object: "contact", UUID: alone.UUID})
		w.write(w.amy, record.Op{Do: record.Purge, Object: "contact", UUID: alone.UUID})
		if w.get(alone) != nil {
			t.Error("still there")
		}
		w.sound(a, b, both)
	})
}

func TestRulesWriteFurtherAndWritersInParallelLoseNothing(t *testing.T) {
	count := record.Behaviour{Object: "contact", Moment: record.AtBefore, Run: func(c *record.Change) error {
		if c.Op != record.Create {
			return nil
		}
		for _, it := range c.New.Get("customers").([]object.Item) {
			owner, err := c.Read.Get("customer", it.Link)
			if err != nil {
				return err
			}
			n, _ := owner.Get("contacts").(int64)
			c.Also(record.Op{Do: record.Update, Object: "customer", ID: it.Link, Set: map[string]any{"contacts": n + 1}})
		}
		return nil
	}}
	each(t, func(t *testing.T, w *world) {
		c := w.create(w.amy, "customer", map[string]any{"name": "a"})
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				_, err := w.e.Write(context.Background(), &record.Write{Actor: w.amy, Ops: []record.Op{{Do: record.Create, Object: "contact",
					Values: map[string]any{"name": fmt.Sprint(i), "customers": []any{c.UUID.String()}}}}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if now := w.get(c); now.Get("contacts") != int64(12) || now.Version != 1 {
			t.Errorf("%v contacts at version %d", now.Get("contacts"), now.Version)
		}
	}, count)
}

func TestEachAloneAndBulk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		ops := []record.Op{
			{Do: record.Create, Object: "customer", Values: map[string]any{"name": "a", "code": "1"}},
			{Do: record.Create, Object: "customer", Values: map[string]any{"code": "2"}},
			{Do: record.Create, Object: "customer", Values: map[string]any{"name": "b", "code": "1"}},
			{Do: record.Create, Object: "customer", Values: map[string]any{"name": "c", "code": "3"}},
		}
		res, err := w.e.Write(ctx, &record.Write{Actor: w.amy, Each: true, Ops: ops})
		must(t, err)
		var good []bool
		for _, o := range res.Outcomes {
			good = append(good, o.Err == nil)
		}
		if !slices.Equal(good, []bool{true, false, false, true}) {
			t.Errorf("%v", good)
		}
		if _, err := w.try(w.amy, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"name": "z", "code": "9"}}, ops[0]); err == nil {
			t.Error("half of an atomic write passed")
		}
		set, err := w.e.OpenChangeSet(ctx, w.amy, record.ChangeSet{Kind: "bulk", Via: "import"})
		must(t, err)
		for i := range ops {
			ops[i].Values["code"] = fmt.Sprint("n", i%3)
		}
		marked := 0
		res, err = w.e.Bulk(ctx, &record.Write{Actor: w.amy, Set: set, Ops: ops}, func(_ db.Tx, done int) error { marked = done; return nil })
		must(t, err)
		must(t, w.e.CloseChangeSet(ctx, set, "complete"))
		if len(res.Outcomes) != 4 || res.Outcomes[0].Err != nil || res.Outcomes[1].Err == nil || !fault.Has(res.Outcomes[3].Err, "taken") || marked != 4 {
			t.Errorf("%+v, marked %d", res.Outcomes, marked)
		}
	})
}

func TestBulkDoesJoinedOperationsTogether(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		set, err := w.e.OpenChangeSet(context.Background(), w.amy, record.ChangeSet{Via: "import", Kind: "bulk"})
		must(t, err)
		var ops []record.Op
		for i := range 40 {
			id := uuid.Must(uuid.NewV7())
			contact := map[string]any{"name": fmt.Sprint("p", i), "customers": []any{id.String()}}
			if i%10 == 7 {
				delete(contact, "name") // refused, and its customer with it
			}
			ops = append(ops, record.Op{Do: record.Create, Object: "customer", UUID: id, Values: map[string]any{"name": fmt.Sprint("c", i)}},
				record.Op{Do: record.Create, Object: "contact", Joined: true, Values: contact})
		}
		marked := 0
		res, err := w.e.Bulk(context.Background(), &record.Write{Actor: w.amy, Via: "import", Set: set, Ops: ops}, func(_ db.Tx, done int) error {
			marked = done
			return nil
		})
		must(t, err)
		if len(res.Outcomes) != len(ops) || marked != len(ops) {
			t.Fatalf("%d outcomes, %d marked, of %d", len(res.Outcomes), marked, len(ops))
		}
		for i, out := range res.Outcomes {
			if bad := i/2%10 == 7; bad != (out.Err != nil) {
				t.Errorf("operation %d: %v", i, out.Err)
			}
		}
		for i := 0; i < len(ops); i += 2 {
			rec := object.NewRecord(w.cat.Object("customer"))
			rec.UUID = ops[i].UUID
			if there := w.get(rec) != nil; there == (i/2%10 == 7) {
				t.Errorf("customer %d: there is %v", i/2, there)
			}
		}
	})
}

func TestCreatesInOneTransactionHaveOutcomesOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all sync.WaitGroup
		var mu sync.Mutex
		var made []*object.Record
		sets := map[uuid.UUID]bool{}
		refused := 0
		for i := range 40 {
			all.Go(func() {
				key := &record.Key{Key: fmt.Sprint(i), Scope: "POST /x"}
				res, err := w.e.Write(context.Background(), &record.Write{Actor: w.amy, Key: key, Ops: []record.Op{{Do: record.Create, Object: "customer",
					Values: map[string]any{"name": fmt.Sprint(i), "code": fmt.Sprint("code ", i%35)}}}})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					if !fault.Has(err, "taken") {
						t.Errorf("%d: %v", i, err)
					}
					refused++
					return
				}
				made = append(made, res.Outcomes[0].Record)
				sets[res.ChangeSet] = true
			})
		}
		all.Wait()
		if len(made) != 35 || len(sets) != 35 || refused != 5 {
			t.Errorf("%d made in %d change sets, %d refused", len(made), len(sets), refused)
		}
		w.sound(made...)
		for _, r := range made {
			list, err := w.e.History(context.Background(), w.amy, "customer", r.UUID, "", 10)
			must(t, err)
			if len(list.Data) != 1 || !sets[*list.Data[0].ChangeSet] {
				t.Errorf("the history of %s: %v", r.Title(), list.Data)
			}
		}
	})
}

// late are columns that are not told of commits yet, as in the moment between a commit and its telling.
type late struct {
	record.Columns
	waits bool
}

func (l *late) Apply(changes []column.Change) {
	if !l.waits {
		l.Columns.Apply(changes)
	}
}

// Who writes what somebody else has just written changes nothing, and finds it all the same.
func TestAWriteWithoutAChangeIsFound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create(w.admin, "customer", map[string]any{"name": "华信"})
		columns := &late{w.options.Columns, true}
		w.options.Columns = columns
		other, mine := w.again(), w.e
		found := func() int {
			a, err := columns.Ask(context.Background(), &query.Question{Object: c.Object, Limit: 5, Filter: &query.Leaf{Path: query.Path{c.Object.Field("name")}, Op: "eq", Args: []any{"华为"}}}, w.admin)
			must(t, err)
			return a.Total
		}
		loaded := found()
		w.e = other
		_, err := w.set(w.admin, c, map[string]any{"name": "华为"})
		must(t, err)
		if loaded != 0 || found() != 0 {
			t.Fatal("the columns were told")
		}
		w.e = mine
		res, err := w.set(w.admin, w.get(c), map[string]any{"name": "华为"})
		must(t, err)
		if res.Outcomes[0].Changed || found() != 1 {
			t.Errorf("changed %v, %d found", res.Outcomes[0].Changed, found())
		}
	})
}
