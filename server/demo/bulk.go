package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/control"
	"youpeng/server/app"
)

// Viewers are the people of a large company through whom its speed is measured: each sees what they own, and owns so
// many customers; the last sees all, the first nothing.
var Viewers = []struct {
	Mail, Role string
	Customers  int
}{{"v0", "salesperson", 0}, {"v500", "salesperson", 500}, {"v6k", "salesperson", 6_000}, {"v60k", "salesperson", 60_000}, {"v300k", "salesperson", 300_000}, {"vall", "administrator", 0}}

// Sizes of a large company for each of its customers, in tenths.
const contactTenths, dealTenths, activityTenths = 12, 3, 30

// fillBatch is how many records one transaction writes.
const fillBatch = 1000

// Fill makes a company of very many customers to measure with. Its records are written as the engine writes them, in one
// change set, but by nobody's rules; they spread over two years before now.
func Fill(ctx context.Context, a *app.App, customers int, seed uint64, now time.Time, said func(string)) error {
	s, err := a.AddWorkspace(ctx, "main", "百万客户有限公司")
	if err != nil {
		return err
	}
	f := &filler{world: &world{ctx: ctx, space: s, rand: rand.New(rand.NewPCG(seed, 1)), taken: map[string]bool{}}, now: now, said: said}
	if err := f.hire(a); err != nil {
		return err
	}
	if f.set, err = s.Engine.OpenChangeSet(ctx, app.System, record.ChangeSet{Kind: "bulk", Via: "job", Reason: "demo"}); err != nil {
		return err
	}
	if err := f.stages(); err != nil {
		return err
	}
	for _, step := range []struct {
		object string
		n      int
		make   func(i int) *object.Record
	}{{"customer", customers, f.customer}, {"contact", customers * contactTenths / 10, f.contact}, {"deal", customers * dealTenths / 10, f.deal}, {"activity", customers * activityTenths / 10, f.activity}} {
		if err := f.many(step.object, step.n, step.make); err != nil {
			return fmt.Errorf("filling %s: %w", step.object, err)
		}
	}
	return s.Engine.CloseChangeSet(ctx, f.set, "complete")
}

type filler struct {
	*world
	now       time.Time
	said      func(string)
	set       *record.ChangeSet
	owners    []int64 // viewers first, then others who own the rest
	pipeline  int64
	stage     []*object.Record
	customers int
	deals     int
	n         int     // records of the object that is being made
	owner     []int32 // of each customer
}

// hire makes the viewers and twenty others who own the rest.
func (f *filler) hire(a *app.App) error {
	add := func(mail, role string) error {
		if _, err := a.Invite(f.ctx, f.space, mail+Domain, mail, role, control.LinkInvite); err != nil {
			return err
		}
		account, err := a.Control.AccountBy(f.ctx, mail+Domain)
		if err != nil {
			return err
		}
		rec, err := f.space.Engine.Record(f.ctx, app.System, "user", account.UUID)
		if err == nil {
			f.owners = append(f.owners, rec.ID)
		}
		return err
	}
	for _, v := range Viewers {
		if err := add(v.Mail, v.Role); err != nil {
			return err
		}
	}
	for i := range 20 {
		if err := add(fmt.Sprintf("seller%02d", i), "salesperson"); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) stages() error {
	ids, err := f.list("stage", "position")
	if err != nil {
		return err
	}
	for _, id := range ids {
		rec, err := f.space.Engine.Record(f.ctx, app.System, "stage", id)
		if err != nil {
			return err
		}
		f.stage = append(f.stage, rec)
		f.pipeline = rec.Get("pipeline").(int64)
	}
	return nil
}

// many writes n records of an object, made while the ones before are being written.
func (f *filler) many(name string, n int, make1 func(i int) *object.Record) error {
	f.n = n
	batches := make(chan []*object.Record, 2)
	go func() {
		defer close(batches)
		for from := 0; from < n; from += fillBatch {
			var list []*object.Record
			for i := from; i < min(n, from+fillBatch); i++ {
				list = append(list, make1(i))
			}
			select {
			case batches <- list:
			case <-f.ctx.Done():
				return
			}
		}
	}()
	start, done := time.Now(), 0
	for list := range batches {
		if err := f.space.Engine.Fill(f.ctx, app.System, f.set, f.now, list); err != nil {
			for range batches { // lets the maker end
			}
			return err
		}
		done += len(list)
		if done%100_000 == 0 || done == n {
			f.said(fmt.Sprintf("%s: %d of %d, %.0f a second", name, done, n, float64(done)/time.Since(start).Seconds()))
		}
	}
	return f.ctx.Err()
}

// blank is a new record of somebody, made at a time that grows with its place.
func (f *filler) blank(name string, i int, owner int64) *object.Record {
	r := object.NewRecord(f.space.Engine.Catalog().Object(name))
	r.UUID = uuid.Must(uuid.NewV7())
	at := f.now.Add(-2 * 365 * 24 * time.Hour).Add(time.Duration(float64(2*365*24*time.Hour) * float64(i) / float64(f.n+1))).UnixMicro()
	r.Values[object.CreatedAt], r.Values[object.UpdatedAt] = at, at+f.rand.Int64N(1+f.now.UnixMicro()-at)
	if owner != 0 {
		r.Values[object.CreatedBy], r.Values[object.UpdatedBy] = owner, owner
		r.Set("owner", owner)
	}
	return r
}

func (f *filler) phone(i int) []object.Item {
	n := fmt.Sprintf("861%02d%08d", 30+i%60, (i*7919)%100_000_000)
	return []object.Item{{Value: "+" + n, Norm: n, Label: "mobile"}}
}

// ownerOf shares customers out: to each viewer their number, evenly over time, the rest to the others.
func (f *filler) ownerOf(i int) int64 {
	slot := (i * 7907) % 1_000_000
	for v, x := range Viewers {
		if slot < x.Customers {
			return f.owners[v]
		}
		slot -= x.Customers
	}
	return f.owners[len(Viewers)+i%20]
}

func (f *filler) customer(i int) *object.Record {
	owner := f.ownerOf(i)
	f.owner = append(f.owner, int32(owner))
	f.customers = len(f.owner)
	r := f.blank("customer", i, owner)
	c, t := pick(f.rand, cities), pick(f.rand, trades)
	r.Set("name", fmt.Sprintf("%s%s%s%s有限公司", c.name, pick(f.rand, brands), pick(f.rand, givenNames), t.word))
	r.Set("kind", "company")
	r.Set("status", pick(f.rand, []string{"potential", "potential", "active", "dormant", "lost"}))
	r.Set("level", pick(f.rand, []string{"A", "B", "B", "C", "C", "C", "C", "D", "D", "D"}))
	r.Set("source", pick(f.rand, sources))
	r.Set("industry", t.industry)
	r.Set("region", c.province+c.name)
	r.Set("address", c.province+c.name+pick(f.rand, streets)+fmt.Sprint(1+i%900)+" 号")
	r.Set("employees", int64(5+f.rand.IntN(5000)))
	r.Set("phones", f.phone(i))
	if i%4 == 0 {
		r.Set("tags", []object.Item{f.tag(i)})
	}
	if i%10_000 == 7 {
		r.Set("website", "https://rare.example.com/")
	}
	r.Set("last_activity_at", f.now.UnixMicro()-f.rand.Int64N(int64(200*24*time.Hour/time.Microsecond)))
	return r
}

func (f *filler) tag(i int) object.Item {
	t := []string{"重点", "展会", "老客户介绍", "价格敏感"}[i/4%4]
	return object.Item{Value: t, Norm: t}
}

func (f *filler) contact(i int) *object.Record {
	first := 1 + (i*5)%f.customers
	r := f.blank("contact", i, int64(f.owner[first-1]))
	r.Set("name", pick(f.rand, surnames)+pick(f.rand, givenNames)+pick(f.rand, givenNames))
	r.Set("title", pick(f.rand, titles))
	links := []object.Item{{Link: int64(first)}}
	for n := i % 10; n >= 8; n-- {
		links = append(links, object.Item{Link: int64(1 + (first+n*1009)%f.customers)})
	}
	r.Set("customers", links)
	r.Set("phones", f.phone(1_500_000+i))
	return r
}

func (f *filler) deal(i int) *object.Record {
	c := 1 + (i*3)%f.customers
	r := f.blank("deal", i, int64(f.owner[c-1]))
	stage := pick(f.rand, f.stage)
	amount := int64(1+f.rand.IntN(500)) * 100_000
	r.Set("name", pick(f.rand, products).name+fmt.Sprintf(" × %d", 1+i%5))
	r.Set("customer", int64(c))
	r.Set("pipeline", f.pipeline)
	r.Set("stage", stage.ID)
	r.Set("status", stage.Get("kind"))
	r.Set("probability", stage.Get("probability"))
	r.Set("amount", object.Money{Minor: amount, Currency: app.Currency, Base: amount})
	r.Set("expected_close", f.now.Unix()/86400+int64(f.rand.IntN(120))-60)
	r.Set("stage_since", r.Values[object.UpdatedAt])
	if stage.Get("kind") == "lost" {
		r.Set("lost_reason", "price")
	}
	f.deals = i + 1
	return r
}

func (f *filler) activity(i int) *object.Record {
	c := 1 + (i*11)%f.customers
	r := f.blank("activity", i, int64(f.owner[c-1]))
	cat := f.space.Engine.Catalog()
	r.Set("kind", pick(f.rand, []string{"call", "call", "visit", "meeting", "note"}))
	r.Set("subject", "与客户沟通"+pick(f.rand, callWords))
	r.Set("at", r.Values[object.CreatedAt])
	r.Set("customer", int64(c))
	with := object.Ref{Object: cat.Object("customer").Number, ID: int64(c)}
	if i%10 == 0 && f.deals > 0 {
		d := 1 + (i/10)%f.deals
		r.Set("deal", int64(d))
		with = object.Ref{Object: cat.Object("deal").Number, ID: int64(d)}
	}
	r.Set("visible_with", with)
	return r
}
