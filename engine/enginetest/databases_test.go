package enginetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/catalog"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
)

// stored is a world in a database, behind the engine.
type stored struct {
	*World
	db      *db.DB
	tables  *table.Tables
	columns *column.Store
	engine  *record.Engine
	catalog *catalog.Store
}

var system = &access.Actor{System: true, Zone: time.UTC, Digest: "system"}

// store saves a world, record for record under the same ids.
func store(t *testing.T, d *db.DB, w *World) *stored {
	t.Helper()
	ctx, tick := context.Background(), clock.NewManual(w.Now)
	cat, err := catalog.Open(ctx, d, tick, w.Catalog.Objects, "CNY")
	if err != nil {
		t.Fatal(err)
	}
	now := cat.Current()
	for name, list := range w.Records {
		o := now.Object(name)
		if o.Number != w.Catalog.Object(name).Number {
			t.Fatalf("%s has another number", name)
		}
		for i, r := range list {
			list[i] = r.Clone()
			list[i].Object = o
		}
	}
	w.Catalog = now
	s := &stored{World: w, db: d, tables: table.New(d.Dialect()), catalog: cat}
	s.columns = s.fresh()
	t.Cleanup(s.columns.Close)
	if s.engine, err = record.Open(ctx, record.Options{DB: d, Catalog: cat, Tables: s.tables, Columns: s.columns, Clock: tick}); err != nil {
		t.Fatal(err)
	}
	set, err := s.engine.OpenChangeSet(ctx, system, record.ChangeSet{Kind: "bulk", Via: "job"})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range now.Objects {
		if err := s.engine.Fill(ctx, system, set, w.Now, clones(w.Records[o.Name])); err != nil {
			t.Fatalf("filling %s: %v", o.Name, err)
		}
		s.numbered(t, o)
	}
	return s
}

// numbered takes over the numbers that the database drew for records which had none.
func (s *stored) numbered(t *testing.T, o *object.Object) {
	for _, f := range o.Fields {
		if f.Series == nil {
			continue
		}
		for i, r := range s.rows(t, o) {
			if s.Records[o.Name][i].At(f) == nil {
				s.Records[o.Name][i].Values[f.Index] = r.At(f)
			}
		}
	}
}

func clones(list []*object.Record) []*object.Record {
	out := make([]*object.Record, len(list))
	for i, r := range list {
		out[i] = r.Clone()
	}
	return out
}

// fresh are columns that know nothing yet.
func (s *stored) fresh() *column.Store {
	c := column.New(column.Options{Source: table.Source{DB: s.db, Tables: s.tables}, Clock: clock.NewManual(s.Now)})
	c.SetCatalog(s.Catalog)
	return c
}

// rows reads all records of an object as they stand.
func (s *stored) rows(t *testing.T, o *object.Object) (out []*object.Record) {
	t.Helper()
	err := s.db.Read(context.Background(), func(r db.Reader) error {
		out = nil
		return s.tables.Scan(context.Background(), r, o, nil, 0, 100, func(list []*object.Record) error {
			out = append(out, clones(list)...)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every kind, filled and empty, comes back from either database as it was saved.
func TestEveryKindIsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		s := store(t, open(), Random(21, 120))
		for _, o := range s.Catalog.Objects {
			got, want := s.rows(t, o), s.Records[o.Name]
			if len(got) != len(want) {
				t.Fatalf("%d of %d %s", len(got), len(want), o.Name)
			}
			filled := make([][2]int, len(o.Fields))
			for i, r := range got {
				if r.ID != want[i].ID || r.UUID != want[i].UUID || r.Deleted != want[i].Deleted {
					t.Fatalf("%s %d came back as %d", o.Name, want[i].ID, r.ID)
				}
				for _, f := range o.Fields {
					if !table.Same(r.At(f), want[i].At(f)) {
						t.Fatalf("%s.%s: %v was saved, %v came back", o.Name, f.Name, want[i].At(f), r.At(f))
					}
					if r.At(f) == nil {
						filled[f.Index][0]++
					} else {
						filled[f.Index][1]++
					}
				}
			}
			for _, f := range o.Fields[object.SystemFields:] {
				if o.Name == "customer" && f.Series == nil && (filled[f.Index][0] < 5 || filled[f.Index][1] < 5) {
					t.Errorf("%s.%s was empty %d times and filled %d times", o.Name, f.Name, filled[f.Index][0], filled[f.Index][1])
				}
			}
		}
	})
}

// Random questions are answered through the engine as the oracle answers them, from either database.
func TestTheEngineAgreesWithTheOracle(t *testing.T) {
	t.Parallel()
	const questions = 10_000
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		s := store(t, open(), Random(22, 150))
		r := rand.New(rand.NewPCG(22, 22))
		telling := 0
		for range questions {
			q, a := s.Question(r)
			want := s.agree(t, q, a)
			if n := len(s.Records[q.Object.Name]); want.Total*100 >= n && want.Total*10 <= 9*n {
				telling++
			}
			if t.Failed() {
				return
			}
		}
		if telling < questions/2 {
			t.Errorf("only %d of %d answers hold 1 to 90 %%", telling, questions)
		}
	})
}

// agree asks the engine and the oracle.
func (s *stored) agree(t *testing.T, q *query.Question, a *access.Actor) query.Answer {
	t.Helper()
	want := s.Ask(q, a)
	if a.Reading(q.Object) == access.None && !a.System {
		return want // the doors refuse such a question before it is asked
	}
	page, got, err := s.engine.Ask(context.Background(), a, q, []string{"id"}, nil)
	if err != nil {
		t.Fatalf("%s: %v", q.Object.Name, err)
	}
	same := got.Total == want.Total && slices.Equal(got.IDs, want.IDs) && len(page.Data) == len(want.IDs) && (q.Limit == 0 || got.Position == want.Position)
	for i := 0; same && i < len(want.Facets); i++ {
		same = len(got.Facets[i]) == len(want.Facets[i]) && (len(want.Facets[i]) == 0 || reflect.DeepEqual(got.Facets[i], want.Facets[i]))
	}
	if !same {
		t.Errorf("%s of %d: %s sort %s limit %d at %d\n got %d at %d: %v\nwant %d at %d: %v", q.Object.Name, a.User, Describe(q.Filter), DescribeKeys(q.Sort), q.Limit, q.At,
			got.Total, got.Position, got.IDs, want.Total, want.Position, want.IDs)
	}
	return want
}

// Sixteen writers at once: afterwards the columns that followed every write equal the rows, columns loaded anew, and the
// oracle over the rows; meanwhile everybody found what they had just written, and roles changed: what those may see who
// asked in between was kept true by every write that came after.
func TestColumnsFollowEveryWrite(t *testing.T) {
	t.Parallel()
	const writers, writes = 16, 1250
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		s := store(t, open(), Random(23, 100))
		ctx := context.Background()
		var all sync.WaitGroup
		var made atomic.Int64
		var mu sync.Mutex
		var between []asked
		for n := range writers {
			all.Go(func() {
				r := rand.New(rand.NewPCG(23, uint64(n)))
				for i := range writes {
					if i%50 == n {
						x := s.promoted(r, fmt.Sprint(n, " ", i))
						if _, _, err := s.engine.Ask(ctx, x.by, x.q, []string{"id"}, nil); err != nil && fault.As(err).Class == fault.Internal {
							t.Errorf("between the writes: %v", err)
						}
						mu.Lock()
						between = append(between, x)
						mu.Unlock()
					}
					o := s.Catalog.Objects[1+r.IntN(len(s.Catalog.Objects)-1)]
					op := s.randomOp(r, o)
					res, err := s.engine.Write(ctx, &record.Write{Actor: system, Via: "job", Ops: []record.Op{op}})
					if err != nil {
						if !fault.Has(err, "record.binned") {
							t.Errorf("%s %s: %v", op.Do, o.Name, err)
							return
						}
						continue
					}
					made.Add(1)
					if now := res.Outcomes[0].Record; r.IntN(4) == 0 && now != nil {
						s.finds(t, r, now)
					}
				}
			})
		}
		all.Wait()
		if made.Load() < writers*writes*3/4 {
			t.Errorf("only %d writes", made.Load())
		}
		if t.Failed() {
			return
		}
		if differences, err := s.columns.Compare(ctx); err != nil || len(differences) > 0 {
			t.Fatalf("columns and rows: %v %v", differences, err)
		}
		for _, o := range s.Catalog.Objects {
			s.Records[o.Name] = s.rows(t, o)
		}
		r := rand.New(rand.NewPCG(23, 99))
		anew := s.fresh()
		defer anew.Close()
		for i := range 400 {
			x := asked{}
			if x.q, x.by = s.Question(r); i%7 == 0 {
				x = s.promoted(r, fmt.Sprint("after ", i))
			}
			between = append(between, x)
		}
		for _, x := range between {
			want := s.agree(t, x.q, x.by)
			got, err := anew.Ask(ctx, x.q, x.by)
			if err != nil || got.Total != want.Total || !slices.Equal(got.IDs, want.IDs) {
				t.Fatalf("columns loaded anew answer %v %v, not %v", got, err, want)
			}
			if t.Failed() {
				return
			}
		}
	})
}

// asked is a question and who asks it.
type asked struct {
	q  *query.Question
	by *access.Actor
}

// promoted is a question of somebody whose role has just changed: another scope, another digest.
func (s *stored) promoted(r *rand.Rand, mark string) asked {
	q, a := s.Question(r)
	b := *a
	b.Objects = map[string]access.Object{}
	for name, o := range a.Objects {
		o.Read = access.Scope(1 + r.IntN(5))
		b.Objects[name] = o
	}
	b.Digest = fmt.Sprint(a.Digest, " changed ", mark)
	return asked{q, &b}
}

// randomOp is one write at random: a new record, other values, the bin, or back.
func (s *stored) randomOp(r *rand.Rand, o *object.Object) record.Op {
	values := map[string]any{}
	fields := o.Fields[object.SystemFields:]
	for range 1 + r.IntN(3) {
		f := fields[r.IntN(len(fields))]
		v := s.value(r, f)
		if items, ok := v.([]object.Item); ok {
			for i := range items {
				items[i].ID = 0
			}
		}
		values[f.Name] = v
	}
	op := record.Op{Do: record.Update, Object: o.Name, ID: int64(1 + r.IntN(len(s.Records[o.Name]))), Any: true, Program: true, Set: values}
	switch r.IntN(10) {
	case 0:
		op = record.Op{Do: record.Create, Object: o.Name, Program: true, Set: values}
	case 1:
		op.Do, op.Set = record.Delete, nil
	case 2, 3, 4:
		op.Do, op.Set = record.Restore, nil
	}
	return op
}

// finds looks in the columns for what was just written, as it was written or as somebody has written it since.
func (s *stored) finds(t *testing.T, r *rand.Rand, now *object.Record) {
	t.Helper()
	q := &query.Question{Object: now.Object, Limit: 200, Deleted: now.Deleted != 0, Filter: &query.Leaf{Path: query.Path{now.Object.Fields[object.UpdatedAt]}, Op: "filled"}}
	a, err := s.columns.Ask(context.Background(), q, system)
	if err != nil {
		t.Error(err)
		return
	}
	if a.Total > 200 || slices.Contains(a.IDs, now.ID) {
		return
	}
	err = s.db.Read(context.Background(), func(r db.Reader) error {
		rows, err := s.tables.ByIDs(r, now.Object, []int64{now.ID}, nil)
		if err == nil && rows[0] != nil && rows[0].Rev == now.Rev {
			t.Errorf("%s %d at rev %d is not found by its writer", now.Object.Name, now.ID, now.Rev)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Rows are read after the columns answered: what was written in between is asked again, so no row of a page contradicts
// the question.
func TestEveryRowFitsItsQuestion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		s := store(t, open(), Random(24, 60))
		ctx := context.Background()
		o := s.Catalog.Object("customer")
		level := o.Field("level")
		stop := make(chan struct{})
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				for i := n; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					op := record.Op{Do: record.Update, Object: o.Name, ID: int64(1 + i%len(s.Records[o.Name])), Any: true, Program: true, Set: map[string]any{"level": []string{"A", "B", "C"}[i/7%3]}}
					if _, err := s.engine.Write(ctx, &record.Write{Actor: system, Via: "job", Ops: []record.Op{op}}); err != nil && !fault.Has(err, "record.binned") {
						t.Error(err)
						return
					}
				}
			})
		}
		q := &query.Question{Object: o, Filter: &query.Leaf{Path: query.Path{level}, Op: "eq", Args: []any{"A"}}, Limit: 50}
		for range 400 {
			page, _, err := s.engine.Ask(ctx, system, q, []string{"level"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range page.Data {
				if v.Get("level") != "A" {
					t.Fatalf("a customer of level %v among those of level A", v.Get("level"))
				}
			}
		}
		close(stop)
		all.Wait()
	})
}
