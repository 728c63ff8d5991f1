// Package demo makes a company that was lived and not inserted: twelve people work for half a year, through the same
// engine and with the same rights as anybody, while the clock is moved from their first day to now. So histories,
// stages, timelines and funnels are true.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/record"
	"youpeng/platform/clock"
	"youpeng/platform/control"
	"youpeng/platform/fault"
	"youpeng/server/app"
)

// Domain is where the people of the demo company have their mail; nobody else does.
const Domain = "@demo.youpeng.local"

// Faces are the three through whose eyes a visitor sees the company.
var Faces = []struct{ Mail, Role string }{{"admin", "管理员 administrator"}, {"manager", "经理 manager"}, {"sales", "销售 salesperson"}}

// Options says how large the company is.
type Options struct {
	Customers int // 300
	Seed      uint64
	Until     time.Time // nothing happens later
}

// months is for how long the company has worked.
const months = 6

// world is the company while it is played.
type world struct {
	ctx    context.Context
	space  *app.Space
	clock  *clock.Manual
	rand   *rand.Rand
	taken  map[string]bool
	actors map[string]*access.Actor
	until  time.Time
	stages []uuid.UUID // of the standard pipeline, in order: open ones, won, lost
	goods  []uuid.UUID
	aims   Options

	customers []*customer
	leads     []*lead
	deals     []*deal
	tickets   []*ticket
	tasks     []*task
	made      map[string]int
}

// Play makes the workspace "main" and lets its company work until now. The clock is the one that the app was opened with.
func Play(ctx context.Context, a *app.App, c *clock.Manual, o Options) (map[string]int, error) {
	if o.Customers <= 0 {
		o.Customers = 300
	}
	list, err := a.Control.Workspaces(ctx, 0)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		return nil, fault.New(fault.Conflict, "demo.not_empty")
	}
	w := &world{ctx: ctx, clock: c, rand: rand.New(rand.NewPCG(o.Seed, 20261124)), taken: map[string]bool{}, actors: map[string]*access.Actor{}, until: o.Until, aims: o, made: map[string]int{}}
	first := o.Until.AddDate(0, -months, 0)
	c.Set(first)
	if w.space, err = a.AddWorkspace(ctx, "main", "东海智能装备有限公司"); err != nil {
		return nil, err
	}
	if err := w.hire(a); err != nil {
		return nil, fmt.Errorf("hiring: %w", err)
	}
	if err := w.stock(); err != nil {
		return nil, fmt.Errorf("stocking: %w", err)
	}
	if err := w.live(first); err != nil {
		return nil, err
	}
	return w.made, nil
}

// Links answers fresh one-time links for the three faces; none where this is not the demo company.
func Links(ctx context.Context, a *app.App) ([]string, error) {
	var out []string
	for _, f := range Faces {
		account, err := a.Control.AccountBy(ctx, f.Mail+Domain)
		if fault.Is(err, fault.Missing) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		secret, err := a.Control.NewLink(ctx, control.LinkSignIn, account.ID, 24*time.Hour)
		if err != nil {
			return nil, err
		}
		out = append(out, secret)
	}
	return out, nil
}

// hire makes departments and people, everybody where they belong.
func (w *world) hire(a *app.App) error {
	deps := map[string]uuid.UUID{}
	for _, d := range departments {
		values := map[string]any{"name": d.name}
		if d.parent != "" {
			values["parent"] = deps[d.parent].String()
		}
		id, err := w.write(app.System, record.Op{Do: record.Create, Object: "department", Values: values})
		if err != nil {
			return err
		}
		deps[d.name] = id
	}
	users := map[string]uuid.UUID{}
	for _, p := range people {
		if _, err := a.Invite(w.ctx, w.space, p.mail+Domain, p.name, p.role, control.LinkInvite); err != nil {
			return err
		}
		account, err := a.Control.AccountBy(w.ctx, p.mail+Domain)
		if err != nil {
			return err
		}
		users[p.mail] = account.UUID
		values := map[string]any{"title": p.title, "department": deps[p.department].String(), "phone": []any{map[string]any{"value": w.mobile(), "label": "mobile"}}}
		if p.manager != "" {
			values["manager"] = users[p.manager].String()
		}
		if _, err := w.write(app.System, record.Op{Do: record.Update, Object: "user", UUID: account.UUID, Any: true, Values: values}); err != nil {
			return err
		}
	}
	w.space.Changed("user")
	for _, p := range people {
		actor, _, err := w.space.Actor(w.ctx, users[p.mail], "zh", nil)
		if err != nil {
			return err
		}
		w.actors[p.mail] = actor
	}
	return nil
}

// stock makes the tags and the products and finds the stages of the standard pipeline.
func (w *world) stock() error {
	for _, t := range tags {
		if _, err := w.write(w.actors["admin"], record.Op{Do: record.Create, Object: "tag", Values: map[string]any{"name": t.name, "color": t.color}}); err != nil {
			return err
		}
	}
	for _, p := range products {
		id, err := w.write(w.actors["admin"], record.Op{Do: record.Create, Object: "product", Values: map[string]any{"code": p.code, "name": p.name, "unit": p.unit, "category": p.category,
			"price": map[string]any{"amount": fmt.Sprintf("%d.00", p.price), "currency": app.Currency}}})
		if err != nil {
			return err
		}
		w.goods = append(w.goods, id)
	}
	views, err := w.list("stage", "position")
	if err != nil {
		return err
	}
	for _, v := range views {
		w.stages = append(w.stages, v)
	}
	if len(w.stages) < 3 {
		return fmt.Errorf("the standard pipeline has %d stages", len(w.stages))
	}
	return nil
}

// list answers the ids of an object's records in an order.
func (w *world) list(object, sort string) (out []uuid.UUID, err error) {
	p := w.space.Parser(w.ctx, app.System)
	q, err := p.Question(w.space.Engine.Catalog().Object(object), question(sort))
	if err != nil {
		return nil, err
	}
	page, err := w.space.Engine.Page(w.ctx, app.System, q, "", []string{"id"}, nil)
	if err != nil {
		return nil, err
	}
	for _, v := range page.Data {
		out = append(out, v.ID())
	}
	return out, nil
}

// write does operations as somebody, now, and answers the id of the first record.
func (w *world) write(a *access.Actor, ops ...record.Op) (uuid.UUID, error) {
	if a == app.System {
		for i := range ops {
			ops[i].Program = true
		}
	}
	res, err := w.space.Engine.Write(w.ctx, &record.Write{Actor: a, Via: "screen", Ops: ops})
	if err != nil {
		return uuid.Nil, fmt.Errorf("%s %s: %w", ops[0].Do, ops[0].Object, err)
	}
	for _, x := range ops {
		if x.Do == record.Create {
			w.made[x.Object]++
		}
	}
	return res.Outcomes[0].Record.UUID, nil
}

// do uses a verb as somebody, now.
func (w *world) do(a *access.Actor, object, verb string, id uuid.UUID, body map[string]any) (*record.Result, error) {
	res, err := w.space.Engine.Do(w.ctx, object, verb, id, body, record.Write{Actor: a, Via: "screen"})
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", verb, object, err)
	}
	return res, nil
}
