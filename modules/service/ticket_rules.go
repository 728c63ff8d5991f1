package service

import (
	"context"
	"time"

	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/fault"
)

// spans are how long a ticket of each priority may take.
var spans = map[string]time.Duration{"urgent": 4 * time.Hour, "high": 8 * time.Hour, "normal": 24 * time.Hour, "low": 72 * time.Hour}

// due is when a ticket made at a time is due by its priority.
func due(priority string, made int64) int64 { return made + spans[priority].Microseconds() }

// ticketBegins takes the customer and the contact of a ticket from its order where nobody says otherwise. Default.
func ticketBegins(c *record.Change) error {
	order, err := c.Read.Linked(c.New, "order")
	if err != nil || order == nil || TicketCustomer.Has(c.New) {
		return err
	}
	for _, name := range []string{"customer", "contact"} {
		if c.New.Get(name) == nil {
			c.New.Set(name, order.Get(name))
		}
	}
	return nil
}

// ticketMoves keeps deadline and stamps true. Before.
func ticketMoves(c *record.Change) error {
	if c.New != nil && c.New.Deleted == 0 {
		setDue(c.Old, c.New)
		stamp(c.New, c.Now.UnixMicro())
	}
	return nil
}

// setDue gives a ticket the deadline of its priority. It follows the priority until somebody sets another.
func setDue(old, ticket *object.Record) {
	made, _ := ticket.At(ticket.Object.Fields[object.CreatedAt]).(int64)
	priority := TicketPriority.Get(ticket)
	if old == nil {
		if !TicketDue.Has(ticket) && priority != "" {
			TicketDue.Set(ticket, due(priority, made))
		}
		return
	}
	was := TicketPriority.Get(old)
	if was != priority && TicketDue.Get(ticket) == TicketDue.Get(old) && TicketDue.Get(old) == due(was, made) {
		TicketDue.Set(ticket, due(priority, made))
	}
}

// stamp notes when a ticket was solved and closed, and forgets it when it is open again.
func stamp(ticket *object.Record, now int64) {
	switch TicketStatus.Get(ticket) {
	case Solved:
		TicketClosedAt.Clear(ticket)
		if !TicketSolvedAt.Has(ticket) {
			TicketSolvedAt.Set(ticket, now)
		}
	case Closed:
		if !TicketClosedAt.Has(ticket) {
			TicketClosedAt.Set(ticket, now)
		}
	default:
		TicketSolvedAt.Clear(ticket)
		TicketClosedAt.Clear(ticket)
	}
}

// ticketHolds refuses a solved ticket without its solution. Check.
func ticketHolds(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	return checkTicket(c.New)
}

func checkTicket(ticket *object.Record) error {
	if TicketStatus.Get(ticket) == Solved && !TicketSolution.Has(ticket) {
		return fault.Invalid("solution", "ticket.solution_needed")
	}
	return nil
}

// ticketSolve says how a ticket was solved: {"solution"}.
func ticketSolve(ctx context.Context, c *record.Call) (*record.Result, error) {
	if err := modules.Only(c.Body, "solution"); err != nil {
		return nil, err
	}
	if TicketStatus.Get(c.Record) == Closed {
		return nil, fault.New(fault.Conflict, "ticket.closed")
	}
	values := map[string]any{"status": Solved}
	if in, given := c.Body["solution"]; given {
		values["solution"] = in
	}
	return modules.Change(ctx, c, values, nil)
}

// ticketClose ends a ticket, solved or not.
func ticketClose(ctx context.Context, c *record.Call) (*record.Result, error) {
	if err := modules.Only(c.Body); err != nil {
		return nil, err
	}
	if TicketStatus.Get(c.Record) == Closed {
		return nil, fault.New(fault.Conflict, "ticket.closed")
	}
	return modules.Change(ctx, c, map[string]any{"status": Closed}, nil)
}

// ticketReopen takes up a ticket that was solved or closed.
func ticketReopen(ctx context.Context, c *record.Call) (*record.Result, error) {
	if err := modules.Only(c.Body); err != nil {
		return nil, err
	}
	if s := TicketStatus.Get(c.Record); s != Solved && s != Closed {
		return nil, fault.New(fault.Conflict, "ticket.not_ended")
	}
	return modules.Change(ctx, c, map[string]any{"status": Opened}, nil)
}
