package activity

import (
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules/customers"
)

// customerFollows keeps true when a customer was last and will next be spoken with: the newest of its activities that is
// no task, and the nearest of its open tasks. Before.
func customerFollows(c *record.Change) error {
	var ids []int64
	for _, a := range []*object.Record{c.Old, c.New} {
		if a != nil && Customer.Has(a) && (len(ids) == 0 || ids[0] != Customer.Get(a)) {
			ids = append(ids, Customer.Get(a))
		}
	}
	for _, id := range ids {
		was, is := counts(c.Old, id), counts(c.New, id)
		if was == is {
			continue
		}
		c.Follow(customers.Customer.Name, id, func(customer *object.Record) (map[string]any, error) {
			then := moments{customers.CustomerLast.Get(customer), customers.CustomerNext.Get(customer)}
			now, sure := moveOn(then, was, is)
			if !sure {
				list, err := c.Read.Referring(Activity.Name, "customer", customer)
				if err != nil {
					return nil, err
				}
				now = momentsOf(list, id)
			}
			set := map[string]any{}
			if now.last != then.last {
				set["last_activity_at"] = orEmpty(now.last)
			}
			if now.next != then.next {
				set["next_contact_at"] = orEmpty(now.next)
			}
			return set, nil
		})
	}
	return nil
}

func orEmpty(at int64) any {
	if at == 0 {
		return nil
	}
	return at
}

// moments are the last activity and the next task of a customer, or what one activity gives to them; 0 is none.
type moments struct{ last, next int64 }

// counts is what an activity gives to a customer.
func counts(a *object.Record, customer int64) (m moments) {
	switch {
	case a == nil || a.Deleted != 0 || Customer.Get(a) != customer:
	case Kind.Get(a) != KindTask:
		m.last = At.Get(a)
	case Status.Get(a) == TaskOpen:
		m.next = DueAt.Get(a)
	}
	return m
}

// momentsOf counts all activities of a customer.
func momentsOf(list []*object.Record, customer int64) (m moments) {
	for _, a := range list {
		m, _ = moveOn(m, moments{}, counts(a, customer))
	}
	return m
}

// moveOn brings a customer's moments up to one activity's move. It is not sure where the activity stood for one of them
// and gave it up: then others must be asked.
func moveOn(now, was, is moments) (m moments, sure bool) {
	if was.last != 0 && was.last >= now.last && is.last < was.last || was.next != 0 && was.next <= now.next && (is.next == 0 || is.next > was.next) {
		return now, false
	}
	now.last = max(now.last, is.last)
	if is.next != 0 && (now.next == 0 || is.next < now.next) {
		now.next = is.next
	}
	return now, true
}
