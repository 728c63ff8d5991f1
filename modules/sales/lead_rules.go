package sales

import (
	"context"

	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/fault"
)

// leadMoves keeps what belongs to a status with it, and brings along what was done about a lead when it becomes a
// customer. Before.
func leadMoves(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	converted := LeadCustomer.Has(c.New) && !LeadConvertedAt.Has(c.New) // an undo that comes back brings the time, and the rest by itself
	stampLead(c.New, c.Now.UnixMicro())
	if !converted {
		return nil
	}
	list, err := c.Read.Referring("activity", "lead", c.New)
	for _, a := range list {
		if set := brought(c.New, a); len(set) > 0 {
			c.Also(record.Op{Do: record.Update, Object: "activity", ID: a.ID, Set: set})
		}
	}
	return err
}

// brought is what an activity of a lead is linked to beside it from now on, where it is linked to nothing yet.
func brought(lead, activity *object.Record) map[string]any {
	set := map[string]any{}
	for _, name := range []string{"customer", "contact", "deal"} {
		if f := activity.Object.Field(name); f != nil && activity.At(f) == nil && lead.Get(name) != nil {
			set[name] = lead.Get(name)
		}
	}
	return set
}

// stampLead notes when a lead became a customer, and forgets why one was no good that is good again.
func stampLead(lead *object.Record, now int64) {
	if LeadCustomer.Has(lead) && !LeadConvertedAt.Has(lead) {
		LeadConvertedAt.Set(lead, now)
	}
	if LeadStatus.Get(lead) != LeadUnqualified {
		LeadReason.Clear(lead)
	}
}

// leadHolds refuses to convert by hand, and to convert twice. Check.
func leadHolds(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	return checkLead(c.Old, c.New)
}

// checkLead: a lead has the status converted exactly when the program has said what it became, and that is said once.
func checkLead(old, lead *object.Record) error {
	done := LeadConvertedAt.Has(lead)
	switch {
	case done && old != nil && LeadConvertedAt.Has(old) && LeadCustomer.Get(old) != LeadCustomer.Get(lead):
		return fault.New(fault.Conflict, "lead.converted")
	case done && LeadStatus.Get(lead) != LeadDone:
		return fault.Invalid("status", "lead.converted")
	case !done && LeadStatus.Get(lead) == LeadDone:
		return fault.Invalid("status", "lead.convert_needed")
	}
	return nil
}

// leadUnqualify says that a lead will not become a customer, and why.
func leadUnqualify(ctx context.Context, c *record.Call) (*record.Result, error) {
	if err := modules.Only(c.Body, "reason"); err != nil {
		return nil, err
	}
	if LeadStatus.Get(c.Record) == LeadDone {
		return nil, fault.New(fault.Conflict, "lead.converted")
	}
	if c.Body["reason"] == nil || c.Body["reason"] == "" {
		return nil, fault.Invalid("reason", "required")
	}
	return modules.Change(ctx, c, map[string]any{"status": LeadUnqualified, "unqualified_reason": c.Body["reason"]}, nil)
}
