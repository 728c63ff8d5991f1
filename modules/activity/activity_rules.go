package activity

import (
	"context"

	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/fault"
)

// activityBegins takes the customer and the contact of an activity from what it is about where nobody says otherwise, and
// a task is open. Default.
func activityBegins(c *record.Change) error {
	if Kind.Get(c.New) == KindTask && !Status.Has(c.New) {
		Status.Set(c.New, TaskOpen)
	}
	for _, name := range closest {
		about, err := c.Read.Linked(c.New, name)
		if err != nil {
			return err
		}
		if about != nil {
			inherit(c.New, about)
		}
	}
	return nil
}

// inherit fills the customer and the contact of an activity from a record that it is about. A person of several customers
// says nothing of which one it is.
func inherit(a, about *object.Record) {
	if !Customer.Has(a) {
		switch x := about.Get("customer").(type) {
		case int64:
			Customer.Set(a, x)
		case nil:
			if items, _ := about.Get("customers").([]object.Item); len(items) == 1 {
				Customer.Set(a, items[0].Link)
			}
		}
	}
	if contact, ok := about.Get("contact").(int64); ok && !Contact.Has(a) {
		Contact.Set(a, contact)
	}
}

// activityMoves keeps what follows from the rest: when a task was done, and with which record the activity is seen. Before.
func activityMoves(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	stampTask(c.New, c.Now.UnixMicro())
	about, err := seenWith(c.Read, c.New)
	if err == nil && about != (object.Ref{}) {
		VisibleWith.Set(c.New, about)
	}
	return err
}

// seenWith is the closest living record that an activity is about; none where it stays with the record that left it last,
// and goes to the bin with that.
func seenWith(read *record.Reader, a *object.Record) (object.Ref, error) {
	for _, name := range closest {
		about, err := read.Linked(a, name)
		if err != nil {
			return object.Ref{}, err
		}
		if about != nil && about.Deleted == 0 {
			return object.Ref{Object: about.Object.Number, ID: about.ID}, nil
		}
	}
	return object.Ref{}, nil
}

// returned has the activities that are now to be seen with a record look again, once that is out of the bin: an undo gives
// them their link back while it is still in there. Before.
func returned(c *record.Change) error {
	if c.Op != record.Restore || c.New == nil {
		return nil
	}
	here := object.Ref{Object: c.New.Object.Number, ID: c.New.ID}
	for _, name := range closest {
		if f := Activity.Field(name); f.Target != c.New.Object.Name || f.OnDelete != object.Clear {
			continue // what follows a record comes back with it
		}
		list, err := c.Read.Referring(Activity.Name, name, c.New)
		if err != nil {
			return err
		}
		for _, a := range list {
			if VisibleWith.Get(a) == here {
				continue
			}
			about, err := seenWith(c.Read, a)
			if err != nil {
				return err
			}
			if about == here {
				c.Also(record.Op{Do: record.Update, Object: Activity.Name, ID: a.ID})
			}
		}
	}
	return nil
}

// stampTask notes when a task was done, and forgets it when it is open again.
func stampTask(a *object.Record, now int64) {
	if Status.Get(a) != TaskDone {
		DoneAt.Clear(a)
	} else if !DoneAt.Has(a) {
		DoneAt.Set(a, now)
	}
}

// activityHolds refuses on a call what belongs to a task. Check.
func activityHolds(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	return checkActivity(c.New)
}

func checkActivity(a *object.Record) error {
	var faults []fault.Field
	task := Kind.Get(a) == KindTask
	for _, name := range []string{"status", "due_at", "remind_at", "priority"} {
		if !task && Kind.Has(a) && a.Get(name) != nil {
			faults = append(faults, fault.Field{Path: name, Code: "activity.task_only"})
		}
	}
	switch {
	case task && !Status.Has(a):
		faults = append(faults, fault.Field{Path: "status", Code: "required"})
	case task && !Subject.Has(a):
		faults = append(faults, fault.Field{Path: "subject", Code: "required"})
	case Kind.Get(a) == KindNote && !Subject.Has(a) && !Body.Has(a):
		faults = append(faults, fault.Field{Path: "body", Code: "required"})
	}
	return fault.Faulty(faults)
}

// leadBecame brings the history of a lead to the customer that it becomes, in the change set of the conversion. Before.
func leadBecame(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 || c.Old == nil || !c.Changed("customer") || c.New.Get("customer") == nil {
		return nil
	}
	list, err := c.Read.Referring(Activity.Name, "lead", c.New)
	if err != nil {
		return err
	}
	for _, a := range list {
		set := map[string]any{}
		for _, name := range []string{"customer", "contact"} {
			if a.Get(name) == nil && c.New.Get(name) != nil {
				set[name] = c.New.Get(name)
			}
		}
		if len(set) > 0 {
			c.Also(record.Op{Do: record.Update, Object: Activity.Name, ID: a.ID, Set: set})
		}
	}
	return nil
}

// activityComplete says that a task is done, and what came of it: {"outcome", "body"}.
func activityComplete(ctx context.Context, c *record.Call) (*record.Result, error) {
	if err := modules.Only(c.Body, "outcome", "body"); err != nil {
		return nil, err
	}
	switch {
	case Kind.Get(c.Record) != KindTask:
		return nil, fault.New(fault.Conflict, "activity.not_task")
	case Status.Get(c.Record) != TaskOpen:
		return nil, fault.New(fault.Conflict, "activity.task_ended")
	}
	values := map[string]any{"status": TaskDone}
	for name, v := range c.Body {
		values[name] = v
	}
	return modules.Change(ctx, c, values, nil)
}

// activityReopen takes up a task that was done or cancelled.
func activityReopen(ctx context.Context, c *record.Call) (*record.Result, error) {
	if err := modules.Only(c.Body); err != nil {
		return nil, err
	}
	switch {
	case Kind.Get(c.Record) != KindTask:
		return nil, fault.New(fault.Conflict, "activity.not_task")
	case Status.Get(c.Record) == TaskOpen:
		return nil, fault.New(fault.Conflict, "activity.task_open")
	}
	return modules.Change(ctx, c, map[string]any{"status": TaskOpen}, nil)
}
