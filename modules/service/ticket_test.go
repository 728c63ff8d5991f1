package service_test

import (
	"fmt"
	"testing"
	"time"

	"youpeng/engine/object"
	"youpeng/modules"
	"youpeng/modules/customers"
	. "youpeng/modules/modulestest"
	"youpeng/modules/org"
	"youpeng/modules/service"
	"youpeng/platform/fault"
)

// order stands for the object of that name, which a ticket may be about.
func all() []modules.Module {
	order := object.New("order", object.Text{EN: "order"}, object.Text{EN: "orders"}, object.Owned)
	object.Add[string](order, "name", object.KindText, object.Text{EN: "name"})
	object.Add[int64](order, "customer", object.KindLink, object.Text{EN: "customer"}, object.To("customer", object.Refuse))
	object.Add[int64](order, "contact", object.KindLink, object.Text{EN: "contact"}, object.To("contact", object.Clear))
	object.Add[int64](order, "owner", object.KindOwner, object.Text{EN: "owner"}, object.Default("me"))
	return []modules.Module{org.Module(), customers.Module(), {Name: "orders", Objects: []*object.Object{order}}, service.Module()}
}

func TestTicketFromComplaintToClosed(t *testing.T) {
	Each(t, all(), func(t *testing.T, w *World) {
		customer := w.Create(w.Amy, "customer", map[string]any{"name": "华信"})
		order := w.Create(w.Amy, "order", map[string]any{"name": "o", "customer": customer.UUID.String()})
		ticket := w.Create(w.Amy, "ticket", map[string]any{"subject": "电机有异响", "order": order.UUID.String(), "kind": "complaint", "priority": "high"})
		made := w.Clock.Now()
		if service.TicketNumber.Get(ticket) != "TK-2026-00001" || service.TicketCustomer.Get(ticket) != customer.ID || service.TicketDue.Get(ticket) != made.Add(8*time.Hour).UnixMicro() || service.TicketOwner.Get(ticket) != w.Amy.User {
			t.Fatalf("%v", ticket.Values)
		}
		_, err := w.Set(w.Amy, ticket, map[string]any{"priority": "urgent"})
		w.Must(err)
		if got := service.TicketDue.Get(w.Get(ticket)); got != made.Add(4*time.Hour).UnixMicro() {
			t.Errorf("an urgent one is due %v", time.UnixMicro(got))
		}
		do := func(verb string, body map[string]any, code string) map[string]any {
			t.Helper()
			told, _, err := w.Do(w.Amy, ticket, verb, body, false)
			if code == "" && err != nil || code != "" && !fault.Has(err, code) {
				t.Errorf("%s: %v, not %q", verb, err, code)
			}
			return told
		}
		do("reopen", nil, "ticket.not_ended")
		do("solve", nil, "ticket.solution_needed")
		do("solve", map[string]any{"solution": "x", "status": "new"}, "field.unknown")
		if told := do("solve", map[string]any{"solution": "换轴承"}, ""); told["status"] != "solved" || told["solved_at"] == nil || told["closed_at"] != nil {
			t.Errorf("solved: %v", told)
		}
		solved := w.Get(ticket)
		told, res, err := w.Do(w.Amy, ticket, "close", nil, false)
		w.Must(err)
		if told["status"] != "closed" || told["closed_at"] == nil || told["solved_at"] == nil {
			t.Errorf("closed: %v", told)
		}
		do("close", nil, "ticket.closed")
		do("solve", map[string]any{"solution": "x"}, "ticket.closed")
		undone := w.Undo(w.Amy, res.ChangeSet)
		if now := w.Get(ticket); service.TicketStatus.Get(now) != service.Solved || service.TicketSolvedAt.Get(now) != service.TicketSolvedAt.Get(solved) || service.TicketClosedAt.Has(now) {
			t.Errorf("the closing undone: %v", now.Values)
		}
		w.Undo(w.Amy, undone.ChangeSet)
		if told := do("reopen", nil, ""); told["status"] != "open" || told["solved_at"] != nil || told["closed_at"] != nil {
			t.Errorf("reopened: %v", told)
		}
		if _, err := w.Set(w.Amy, ticket, map[string]any{"solved_at": nil}); !fault.Has(err, "field.read_only") {
			t.Errorf("a stamp by hand: %v", err)
		}
		if _, _, err := w.Do(w.Bob, ticket, "close", nil, false); !fault.Is(err, fault.Missing) {
			t.Errorf("another's ticket: %v", err)
		}
		w.Clock.Advance(365 * 24 * time.Hour)
		if next := w.Create(w.Amy, "ticket", map[string]any{"subject": "x"}); service.TicketNumber.Get(next) != "TK-2027-00001" {
			t.Errorf("the next year begins with %s", service.TicketNumber.Get(next))
		}
		w.Sound()
		events, err := w.Engine.Timeline(t.Context(), w.Amy, "customer", customer.UUID, "", 50)
		w.Must(err)
		found := false
		for _, e := range events.Data {
			found = found || e.Object == "ticket" && fmt.Sprint(e.Record.Get("number")) == "TK-2026-00001"
		}
		if !found {
			t.Errorf("the ticket does not stand on its customer's timeline: %+v", events.Data)
		}
	})
}
