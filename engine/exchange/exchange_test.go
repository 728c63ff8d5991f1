package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/blob"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/job"
)

var ctx = context.Background()

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

// world is a small workspace that imports and exports.
type world struct {
	t     testing.TB
	deps  *Deps
	queue *job.Queue
	cat   *object.Catalog
	me    *access.Actor
	died  atomic.Int64 // how many runs were cut off
	kill  atomic.Int64 // a run dies at the nth write of a customer, again and again; 0: never
	calls atomic.Int64
	cut   atomic.Pointer[context.CancelFunc] // ends the run at hand
}

func catalogOf() *object.Catalog {
	word := func(zh, en string) object.Text { return object.Text{ZH: zh, EN: en} }
	opt := func(name, zh, en string) object.Option { return object.Option{Name: name, Label: word(zh, en)} }
	user := object.New("user", word("员工", "User"), word("员工", "Users"))
	object.Add[string](user, "name", object.KindText, word("姓名", "Name"), object.Required)
	object.Add[[]object.Item](user, "email", object.KindEmail, word("邮箱", "E-mail"))

	c := object.New("customer", word("客户", "Customer"), word("客户", "Customers"), object.Owned)
	object.Add[string](c, "name", object.KindText, word("名称", "Name"), object.Required, object.Long(200), object.Matched, object.InList(1))
	object.Add[string](c, "level", object.KindChoice, word("级别", "Level"), object.Options(opt("A", "A 级", "Grade A"), opt("B", "B 级", "Grade B")), object.InList(2))
	object.Add[[]object.Item](c, "phones", object.KindPhone, word("电话", "Phones"), object.Matched, object.Personal)
	object.Add[string](c, "uscc", object.KindUSCC, word("统一社会信用代码", "Tax code"), object.Unique, object.Matched)
	object.Add[int64](c, "parent", object.KindLink, word("上级公司", "Parent"), object.To("customer", object.Clear))
	object.Add[object.Money](c, "limit_of_credit", object.KindMoney, word("授信额度", "Credit limit"))
	object.Add[int64](c, "since", object.KindDate, word("合作日期", "Since"))
	object.Add[int64](c, "met_at", object.KindDateTime, word("上次拜访", "Met"))
	object.Add[bool](c, "listed", object.KindBoolean, word("上市", "Listed"))
	object.Add[int64](c, "share", object.KindPercent, word("占比", "Share"), object.Scale(4))
	object.Add[[]object.Item](c, "tags", object.KindTags, word("标签", "Tags"))
	object.Add[string](c, "remark", object.KindLongText, word("备注", "Remark"))
	object.Add[int64](c, "owner", object.KindOwner, word("负责人", "Owner"), object.Default("me"))

	p := object.New("contact", word("联系人", "Contact"), word("联系人", "Contacts"), object.Within("customers"))
	object.Add[string](p, "name", object.KindText, word("姓名", "Name"), object.Required, object.Personal)
	object.Add[[]object.Item](p, "customers", object.KindLinks, word("客户", "Customers"), object.To("customer", object.Follow))
	object.Add[string](p, "title", object.KindText, word("职位", "Title"))
	object.Add[[]object.Item](p, "phones", object.KindPhone, word("电话", "Phones"), object.Matched, object.Personal, object.Labels(opt("mobile", "手机", "Mobile"), opt("work", "工作", "Work")))

	objects := []*object.Object{user, c, p}
	for i, o := range objects {
		o.Number = i + 1
	}
	return object.NewCatalog(1, "CNY", objects)
}

func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) { f(t, build(t, open())) })
}

func build(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, cat: catalogOf()}
	must(t, d.Schema(ctx, func(tx db.Tx) error {
		for _, o := range w.cat.Objects {
			missing, err := table.Missing(tx, o)
			for err == nil && len(missing) > 0 {
				if err = table.Make(tx, missing); err == nil {
					missing, err = table.Missing(tx, o)
				}
			}
			if err != nil {
				return err
			}
		}
		for _, create := range []func(db.Tx) error{job.Create, blob.Create, CreateTables} {
			if err := create(tx); err != nil {
				return err
			}
		}
		return nil
	}))
	tables := table.New(d.Dialect())
	now := clock.Wall{}
	store := column.New(column.Options{Source: table.Source{DB: d, Tables: tables}, Clock: now})
	store.SetCatalog(w.cat)
	t.Cleanup(store.Close)
	e, err := record.Open(ctx, record.Options{DB: d, Catalog: fixed{w.cat}, Tables: tables, Columns: store, Clock: now, Behaviours: []record.Behaviour{record.Before(w.cat.Object("customer"), w.before)}})
	must(t, err)
	files, err := blob.Open(t.TempDir(), d, now)
	must(t, err)
	w.deps = &Deps{Engine: e, DB: d, Tables: tables, Files: files, Clock: now, Changed: func(string) {}, Parser: w.parser,
		Actor: func(context.Context, uuid.UUID, string, []string) (*access.Actor, error) { return w.me, nil }}
	system := &access.Actor{System: true, Zone: time.UTC, Digest: "system"}
	for _, name := range []string{"王敏", "李雷"} {
		res, err := e.Write(ctx, &record.Write{Actor: system, Ops: []record.Op{{Do: record.Create, Object: "user", Values: map[string]any{"name": name, "email": []any{map[string]string{"王敏": "wang@example.com", "李雷": "li@example.com"}[name]}}}}})
		must(t, err)
		u := res.Outcomes[0].Record
		w.me = &access.Actor{User: u.ID, UUID: u.UUID, Name: name, Locale: "zh", Zone: time.FixedZone("CST", 8*3600), Digest: name, Objects: map[string]access.Object{}}
	}
	for _, o := range w.cat.Objects {
		w.me.Objects[o.Name] = access.Object{Create: true, Read: access.All, Update: access.All, Delete: access.All, Import: true, Export: true}
	}
	w.start(d)
	return w
}

// start runs the queue.
func (w *world) start(d *db.DB) {
	disp := job.NewDispatcher(job.Options{Backoff: func(int64) time.Duration { return 0 }})
	disp.Register("import", func(ctx context.Context, run *job.Run) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		w.calls.Store(0)
		w.cut.Store(&cancel)
		err := RunImport(ctx, w.deps, run)
		if ctx.Err() != nil {
			w.died.Add(1)
		}
		return err
	})
	disp.Register("export", func(ctx context.Context, run *job.Run) error { return RunExport(ctx, w.deps, run) })
	var err error
	w.queue, err = disp.Add(ctx, job.Workspace{DB: d})
	must(w.t, err)
	running, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { disp.Run(running); close(done) }()
	w.t.Cleanup(func() { stop(); <-done })
}

// before cuts a run off in the middle of what it writes.
func (w *world) before(*record.Change) error {
	if n := w.kill.Load(); n > 0 && w.calls.Add(1) == n {
		(*w.cut.Load())()
	}
	return nil
}

func (w *world) parser(_ context.Context, a *access.Actor) *query.Parser {
	return &query.Parser{Catalog: w.cat, Context: &field.Context{Now: time.Now(), Zone: a.Zone, Catalog: w.cat, Currency: "CNY"}, Sight: a.Sight, Reads: a.Reads, Who: a.Digest, Key: make([]byte, 32)}
}

func (w *world) put(name string, content []byte) uuid.UUID {
	w.t.Helper()
	f, err := w.deps.Files.Put(ctx, blob.File{Name: name, Owner: w.me.User, Expires: time.Now().Add(time.Hour)}, bytes.NewReader(content), MaxFile)
	must(w.t, err)
	return f.ID
}

func (w *world) insert(n job.New) (j job.Job) {
	w.t.Helper()
	must(w.t, w.deps.DB.Write(ctx, func(tx db.Tx) (err error) { j, err = w.queue.Insert(tx, n); return err }))
	return j
}

// ended waits for a job to end.
func (w *world) ended(j job.Job) job.Job {
	w.t.Helper()
	states, err := w.queue.Watch(ctx, j.UUID)
	must(w.t, err)
	for s := range states {
		j = s
	}
	if j.Error != "" {
		w.t.Logf("the job's error: %s %s", j.Error, j.Detail)
	}
	return j
}

func (w *world) ask(in Import, rows map[string]Choice) job.Job {
	w.t.Helper()
	n, err := w.deps.Ask(ctx, w.me, in, rows)
	must(w.t, err)
	return w.insert(n)
}

// imported imports a file and answers the job and its figures.
func (w *world) imported(in Import, rows map[string]Choice) (job.Job, Progress) {
	w.t.Helper()
	if in.Object == "" {
		in.Object = "customer"
	}
	j := w.ended(w.ask(in, rows))
	var p Progress
	must(w.t, json.Unmarshal(j.Progress, &p))
	if j.State != job.Done {
		w.t.Fatalf("the import ended %s: %s %s", j.State, j.Error, j.Detail)
	}
	return j, p
}

// all reads every living record of an object by its title.
func (w *world) all(name string) map[string]*object.Record {
	w.t.Helper()
	out := map[string]*object.Record{}
	o := w.cat.Object(name)
	must(w.t, w.deps.DB.Read(ctx, func(r db.Reader) error {
		return w.deps.Tables.Scan(ctx, r, o, nil, 0, 500, func(list []*object.Record) error {
			for _, rec := range list {
				if rec.Deleted == 0 {
					title := rec.Title()
					for out[title] != nil {
						title += "#"
					}
					out[title] = rec.Clone()
				}
			}
			return nil
		})
	}))
	return out
}

func (w *world) read(id uuid.UUID) string {
	w.t.Helper()
	f, err := w.deps.Files.Get(ctx, id)
	must(w.t, err)
	r, err := w.deps.Files.Read(f)
	must(w.t, err)
	defer r.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(r)
	must(w.t, err)
	return b.String()
}

// in encodes text.
func in(t testing.TB, encoding, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	out, err := encodedInto(&b, encoding)
	must(t, err)
	_, err = out.Write([]byte(s))
	must(t, err)
	if c, ok := out.(interface{ Close() error }); ok {
		must(t, c.Close())
	}
	return b.Bytes()
}

func figures(p Progress) string {
	return fmt.Sprintf("%d done: %d created, %d updated, %d skipped, %d failed, %d duplicates", p.Done, p.Created, p.Updated, p.Skipped, p.Failed, p.Duplicates)
}

func lines(s ...string) string { return strings.Join(s, "\r\n") + "\r\n" }
