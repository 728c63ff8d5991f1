package demo

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/server/app"
)

// What the company knows of its work while it goes on.
type customer struct {
	id, contact uuid.UUID
	owner, name string
	person      string
	bought      bool
	last        time.Time
}

type lead struct {
	id          uuid.UUID
	owner       string
	name, firm  string
	since       time.Time
	contactedAt time.Time
}

type deal struct {
	id     uuid.UUID
	c      *customer
	stage  int
	amount int
	moved  time.Time
}

type ticket struct {
	id    uuid.UUID
	owner string
	since time.Time
	what  int
}

type task struct {
	id    uuid.UUID
	owner string
	due   time.Time
}

func question(sort string) query.Request {
	r, err := query.FromBody(map[string]any{"sort": sort, "limit": 200})
	if err != nil {
		panic(err) // a constant
	}
	return r
}

// event is something that somebody does at a time of the day.
type event struct {
	at  time.Time
	run func() error
}

var sellers = []string{"sales", "zhao", "qian", "lin", "he", "manager", "south"}

// live goes through the working days: each brings what the day before left to do.
func (w *world) live(first time.Time) error {
	days := workdays(first, w.until)
	for i, day := range days {
		var events []event
		plan := func(n int, run func() error) {
			for range n {
				at := day.Add(time.Duration(9*60+w.rand.IntN(8*60+30)) * time.Minute).Add(time.Duration(w.rand.IntN(60)) * time.Second)
				events = append(events, event{at, run})
			}
		}
		left := len(days) - i
		plan(share(w.aims.Customers*4/5-w.made["customer"]-len(w.leads)/2, left), w.newCustomer)
		if left <= 5 { // the last week brings what is still missing
			plan(share(w.aims.Customers-w.made["customer"], max(1, left-2)), w.newCustomer)
		}
		plan(share(w.aims.Customers*2/5-w.made["lead"], max(1, left-8)), w.newLead)
		plan(2, w.workLead)
		plan(max(2, w.aims.Customers/11), w.follow)
		plan(share(w.aims.Customers*6/10-w.made["deal"], left), w.newDeal)
		plan(max(1, w.aims.Customers/60), w.moveDeal)
		plan(1+w.rand.IntN(2), w.newTicket)
		plan(2, w.workTicket)
		plan(max(1, w.aims.Customers/25), w.finishTask)
		slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
		for _, e := range events {
			if e.at.After(w.until) {
				continue
			}
			w.clock.Set(e.at)
			if err := e.run(); err != nil {
				return fmt.Errorf("%s: %w", e.at.Format("2006-01-02 15:04"), err)
			}
		}
	}
	w.clock.Set(w.until)
	return nil
}

// workdays are the mornings on which people come to work. The wall's weekdays are enough for a company that is played.
func workdays(from, to time.Time) (out []time.Time) {
	y, m, d := from.In(app.Zone).Date()
	for day := time.Date(y, m, d, 0, 0, 0, 0, app.Zone); day.Before(to); day = day.AddDate(0, 0, 1) {
		if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
			out = append(out, day)
		}
	}
	return out
}

// share is today's part of what is left to be made.
func share(rest, days int) int {
	if rest <= 0 {
		return 0
	}
	return (rest + days - 1) / days
}

func phones(n string) []any { return []any{map[string]any{"value": n, "label": "mobile"}} }

var sources = []string{"website", "referral", "exhibition", "advertising", "wechat", "call"}

func (w *world) newCustomer() error {
	if w.made["customer"] >= w.aims.Customers {
		return nil
	}
	owner := pick(w.rand, sellers)
	name, region, industry, place := w.company()
	values := map[string]any{"name": name, "region": region, "industry": industry, "level": pick(w.rand, []string{"A", "B", "B", "C", "C", "C", "D"}), "source": pick(w.rand, sources),
		"phones": phones(w.mobile()), "employees": 20 + w.rand.IntN(800), "address": region + pick(w.rand, streets) + fmt.Sprint(1+w.rand.IntN(300)) + " 号"}
	if w.rand.IntN(3) > 0 {
		values["uscc"] = w.credit(place)
	}
	if w.rand.IntN(4) == 0 {
		values["tags"] = []any{pick(w.rand, tags).name}
	}
	id, err := w.write(w.actors[owner], record.Op{Do: record.Create, Object: "customer", Values: values})
	if err != nil {
		return err
	}
	c := &customer{id: id, owner: owner, name: name, person: person(w.rand), last: w.clock.Now()}
	c.contact, err = w.write(w.actors[owner], record.Op{Do: record.Create, Object: "contact", Values: map[string]any{"name": c.person, "customers": []any{id.String()}, "title": pick(w.rand, titles), "phones": phones(w.mobile())}})
	w.customers = append(w.customers, c)
	return err
}

func (w *world) newLead() error {
	owner := pick(w.rand, sellers)
	l := &lead{owner: owner, name: person(w.rand), since: w.clock.Now()}
	l.firm, _, _, _ = w.company()
	var err error
	l.id, err = w.write(w.actors["market"], record.Op{Do: record.Create, Object: "lead", Values: map[string]any{"name": l.name, "company": l.firm, "title": pick(w.rand, titles), "phones": phones(w.mobile()),
		"source": pick(w.rand, sources), "owner": w.actors[owner].UUID.String(), "remark": "想了解" + pick(w.rand, products).name}})
	w.leads = append(w.leads, l)
	return err
}

// workLead calls a lead first, and a few days later makes a customer of it or gives it up.
func (w *world) workLead() error {
	if len(w.leads) == 0 {
		return nil
	}
	i := w.rand.IntN(len(w.leads))
	l, now := w.leads[i], w.clock.Now()
	a := w.actors[l.owner]
	switch {
	case l.contactedAt.IsZero():
		l.contactedAt = now
		if _, err := w.write(a, record.Op{Do: record.Create, Object: "activity", Values: map[string]any{"kind": "call", "subject": "首次联系 " + l.name, "outcome": "reached", "lead": l.id.String(), "body": "介绍了公司与产品，对方希望收到资料。"}}); err != nil {
			return err
		}
		_, err := w.write(a, record.Op{Do: record.Update, Object: "lead", UUID: l.id, Any: true, Values: map[string]any{"status": "contacting"}})
		return err
	case now.Sub(l.contactedAt) < 48*time.Hour:
		return nil
	}
	if w.made["customer"] >= w.aims.Customers {
		return nil
	}
	w.leads = slices.Delete(w.leads, i, i+1)
	if w.rand.IntN(4) == 0 {
		_, err := w.do(a, "lead", "unqualify", l.id, map[string]any{"reason": "预算不足，明年再联系"})
		return err
	}
	amount := 40000 + w.rand.IntN(60)*10000
	_, err := w.do(a, "lead", "convert", l.id, map[string]any{"customer": map[string]any{"name": l.firm, "source": "website", "level": "B"}, "contact": map[string]any{"name": l.name},
		"deal": map[string]any{"name": l.firm + " 设备采购", "amount": money(amount)}})
	if err != nil {
		return err
	}
	rec, err := w.space.Engine.Get(w.ctx, a, "lead", l.id, []string{"customer", "contact", "deal"}, nil)
	if err != nil {
		return err
	}
	c := &customer{id: linked(rec.Get("customer")), contact: linked(rec.Get("contact")), owner: l.owner, name: l.firm, person: l.name, last: now}
	w.customers = append(w.customers, c)
	w.deals = append(w.deals, &deal{id: linked(rec.Get("deal")), c: c, amount: amount, moved: now})
	w.made["converted"]++
	w.made["customer"]++
	w.made["contact"]++
	w.made["deal"]++
	return nil
}

// linked reads the id of a link in the API's form.
func linked(v any) uuid.UUID {
	m, _ := v.(map[string]any)
	switch id := m["id"].(type) {
	case uuid.UUID:
		return id
	case string:
		return uuid.MustParse(id)
	}
	return uuid.Nil
}

func money(n int) map[string]any {
	return map[string]any{"amount": fmt.Sprintf("%d.00", n), "currency": app.Currency}
}

// follow talks to a customer, mostly to one that has waited long, and sometimes sets the next talk.
func (w *world) follow() error {
	if len(w.customers) == 0 {
		return nil
	}
	c := pick(w.rand, w.customers)
	for range 2 {
		if other := pick(w.rand, w.customers); other.last.Before(c.last) {
			c = other
		}
	}
	now := w.clock.Now()
	a, topic := w.actors[c.owner], pick(w.rand, callWords)
	kind := pick(w.rand, []string{"call", "call", "call", "visit", "meeting", "note", "call"})
	values := map[string]any{"kind": kind, "customer": c.id.String(), "contact": c.contact.String(), "at": now.UTC().Format(time.RFC3339)}
	switch kind {
	case "call":
		values["subject"], values["outcome"], values["duration"] = "与"+c.person+"沟通"+topic, pick(w.rand, []string{"reached", "reached", "interested", "no_answer"}), 2+w.rand.IntN(25)
	case "visit":
		values["subject"], values["body"] = "上门拜访："+topic, "到现场看了产线，"+c.person+"接待，讨论"+topic+"。"
	case "meeting":
		values["subject"], values["duration"] = topic+"会议", 30+w.rand.IntN(60)
	default:
		values["subject"], values["body"] = "记录："+topic, c.person+"反馈"+topic+"方面还需内部讨论。"
	}
	for _, d := range w.deals {
		if d.c == c {
			values["deal"] = d.id.String()
			break
		}
	}
	if _, err := w.write(a, record.Op{Do: record.Create, Object: "activity", Values: values}); err != nil {
		return err
	}
	c.last = now
	if w.rand.IntN(3) > 0 {
		return nil
	}
	due := w.appointment(now)
	id, err := w.write(a, record.Op{Do: record.Create, Object: "activity", Values: map[string]any{"kind": "task", "subject": "回访" + c.person + "：" + topic, "customer": c.id.String(), "contact": c.contact.String(),
		"due_at": due.UTC().Format(time.RFC3339), "remind_at": due.Add(-time.Hour).UTC().Format(time.RFC3339), "priority": pick(w.rand, []string{"normal", "normal", "high"})}})
	w.tasks = append(w.tasks, &task{id, c.owner, due})
	return err
}

// appointment is an hour of work within the next two weeks.
func (w *world) appointment(now time.Time) time.Time {
	y, m, d := now.In(app.Zone).Date()
	day := time.Date(y, m, d+1+w.rand.IntN(10), 9+w.rand.IntN(9), 30*w.rand.IntN(2), 0, 0, app.Zone)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// finishTask completes the task that has been due the longest; a few stay open, as everywhere.
func (w *world) finishTask() error {
	best := -1
	for i, t := range w.tasks {
		if t.due.Before(w.clock.Now().Add(12*time.Hour)) && (best < 0 || t.due.Before(w.tasks[best].due)) {
			best = i
		}
	}
	if best < 0 || w.rand.IntN(12) == 0 {
		return nil
	}
	t := w.tasks[best]
	w.tasks = slices.Delete(w.tasks, best, best+1)
	_, err := w.do(w.actors[t.owner], "activity", "complete", t.id, map[string]any{})
	return err
}

func (w *world) newDeal() error {
	if len(w.customers) == 0 {
		return nil
	}
	c, p := pick(w.rand, w.customers), pick(w.rand, products)
	n := 1 + w.rand.IntN(4)
	d := &deal{c: c, amount: p.price * n, moved: w.clock.Now()}
	var err error
	d.id, err = w.write(w.actors[c.owner], record.Op{Do: record.Create, Object: "deal", Values: map[string]any{"name": fmt.Sprintf("%s × %d", p.name, n), "customer": c.id.String(), "contact": c.contact.String(),
		"amount": money(d.amount), "expected_close": w.clock.Now().AddDate(0, 0, 20+w.rand.IntN(60)).In(app.Zone).Format("2006-01-02")}})
	w.deals = append(w.deals, d)
	return err
}

// moveDeal brings the deal that has stood the longest a stage further, or ends it. Some are always under way: a company
// without any has no work for tomorrow.
func (w *world) moveDeal() error {
	if len(w.deals) <= w.aims.Customers/7 {
		return nil
	}
	best := -1
	for i, d := range w.deals {
		if w.clock.Now().Sub(d.moved) > 72*time.Hour && (best < 0 || d.moved.Before(w.deals[best].moved)) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	d := w.deals[best]
	a, open := w.actors[d.c.owner], len(w.stages)-2
	d.moved = w.clock.Now()
	switch {
	case w.rand.IntN(7) == 0:
		w.deals = slices.Delete(w.deals, best, best+1)
		w.made["lost"]++
		_, err := w.do(a, "deal", "lose", d.id, map[string]any{"reason": pick(w.rand, []string{"price", "competitor", "no_budget", "no_need", "timing"})})
		return err
	case d.stage < open-1:
		d.stage++
		_, err := w.write(a, record.Op{Do: record.Update, Object: "deal", UUID: d.id, Any: true, Values: map[string]any{"stage": w.stages[d.stage].String()}})
		return err
	}
	w.deals = slices.Delete(w.deals, best, best+1)
	w.made["won"]++
	if _, err := w.do(a, "deal", "win", d.id, map[string]any{}); err != nil {
		return err
	}
	if !d.c.bought {
		d.c.bought = true
		if _, err := w.write(a, record.Op{Do: record.Update, Object: "customer", UUID: d.c.id, Any: true, Values: map[string]any{"status": "active"}}); err != nil {
			return err
		}
	}
	return w.order(d)
}

// order writes down what was sold.
func (w *world) order(d *deal) error {
	var lines []any
	for range 1 + w.rand.IntN(3) {
		line := map[string]any{"product": pick(w.rand, w.goods).String(), "quantity": fmt.Sprint(1 + w.rand.IntN(3))}
		if w.rand.IntN(3) == 0 {
			line["discount_percent"] = "5"
		}
		lines = append(lines, line)
	}
	a := w.actors[d.c.owner]
	id, err := w.write(a, record.Op{Do: record.Create, Object: "order", Values: map[string]any{"customer": d.c.id.String(), "contact": d.c.contact.String(), "deal": d.id.String(), "order_line": lines}})
	if err != nil || w.rand.IntN(5) == 0 {
		return err
	}
	_, err = w.write(a, record.Op{Do: record.Update, Object: "order", UUID: id, Any: true, Values: map[string]any{"status": "confirmed"}})
	return err
}

func (w *world) newTicket() error {
	var buyers []*customer
	for _, c := range w.customers {
		if c.bought {
			buyers = append(buyers, c)
		}
	}
	if len(buyers) == 0 {
		return nil
	}
	c, what, owner := pick(w.rand, buyers), w.rand.IntN(len(complaints)), "service"
	if w.rand.IntN(4) == 0 { // what they can answer themselves, sellers keep
		owner = c.owner
	}
	id, err := w.write(w.actors[c.owner], record.Op{Do: record.Create, Object: "ticket", Values: map[string]any{"subject": complaints[what], "description": c.person + "来电：" + complaints[what] + "，请尽快处理。",
		"customer": c.id.String(), "contact": c.contact.String(), "kind": pick(w.rand, []string{"complaint", "repair", "question"}), "priority": pick(w.rand, []string{"low", "normal", "normal", "high", "urgent"}),
		"owner": w.actors[owner].UUID.String()}})
	w.tickets = append(w.tickets, &ticket{id, owner, w.clock.Now(), what})
	return err
}

// workTicket solves the oldest ticket once it has waited a little; the newest few are still being looked into.
func (w *world) workTicket() error {
	if len(w.tickets) <= w.aims.Customers/60 || w.clock.Now().Sub(w.tickets[0].since) < 5*time.Hour {
		return nil
	}
	t := w.tickets[0]
	w.tickets = w.tickets[1:]
	if _, err := w.do(w.actors[t.owner], "ticket", "solve", t.id, map[string]any{"solution": remedies[t.what%len(remedies)]}); err != nil {
		return err
	}
	if w.rand.IntN(3) == 0 {
		return nil
	}
	_, err := w.do(w.actors[t.owner], "ticket", "close", t.id, map[string]any{})
	return err
}
