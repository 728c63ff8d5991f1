package service

import (
	"fmt"
	"testing"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

const hour = int64(3_600_000_000)

func rec(pairs ...any) *object.Record {
	r := object.NewRecord(Ticket)
	for i := 0; i < len(pairs); i += 2 {
		r.Set(pairs[i].(string), pairs[i+1])
	}
	return r
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	const made = 1000 * hour
	ticket := func(priority any, due any) *object.Record {
		return rec("created_at", made, "priority", priority, "due_at", due)
	}
	for name, x := range map[string]struct {
		old, ticket *object.Record
		want        any
	}{
		"urgent":                    {nil, ticket("urgent", nil), made + 4*hour},
		"high":                      {nil, ticket("high", nil), made + 8*hour},
		"normal":                    {nil, ticket("normal", nil), made + 24*hour},
		"low":                       {nil, ticket("low", nil), made + 72*hour},
		"said by hand":              {nil, ticket("low", hour), hour},
		"more urgent":               {ticket("low", made+72*hour), ticket("urgent", made+72*hour), made + 4*hour},
		"less urgent":               {ticket("high", made+8*hour), ticket("low", made+8*hour), made + 72*hour},
		"more urgent, date by hand": {ticket("low", 7*hour), ticket("urgent", 7*hour), 7 * hour},
		"both at once":              {ticket("low", made+72*hour), ticket("urgent", 9*hour), 9 * hour},
		"emptied":                   {ticket("low", made+72*hour), ticket("low", nil), nil},
	} {
		if setDue(x.old, x.ticket); x.ticket.Get("due_at") != x.want {
			t.Errorf("%s: due %v, not %v", name, x.ticket.Get("due_at"), x.want)
		}
	}
}

func TestStampsFollowTheStatus(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		status         string
		solved, closed any
		want           string
	}{
		"new":                      {"new", nil, nil, "<nil> <nil>"},
		"solved":                   {Solved, nil, nil, "9 <nil>"},
		"solved before":            {Solved, int64(5), nil, "5 <nil>"},
		"closed after it was so":   {Closed, int64(5), nil, "5 9"},
		"closed unsolved":          {Closed, nil, nil, "<nil> 9"},
		"closed before":            {Closed, int64(5), int64(6), "5 6"},
		"solved, no longer closed": {Solved, int64(5), int64(6), "5 <nil>"},
		"reopened":                 {Opened, int64(5), int64(6), "<nil> <nil>"},
		"waiting":                  {"waiting", int64(5), nil, "<nil> <nil>"},
	} {
		r := rec("status", x.status, "solved_at", x.solved, "closed_at", x.closed)
		stamp(r, 9)
		if got := fmt.Sprint(r.Get("solved_at"), r.Get("closed_at")); got != x.want {
			t.Errorf("%s: %s, not %s", name, got, x.want)
		}
	}
}

func TestSolvedNeedsItsSolution(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		status, solution any
		refused          bool
	}{{Solved, nil, true}, {Solved, "x", false}, {Closed, nil, false}, {"new", nil, false}} {
		if err := checkTicket(rec("status", x.status, "solution", x.solution)); fault.Has(err, "ticket.solution_needed") != x.refused {
			t.Errorf("%v with %v: %v", x.status, x.solution, err)
		}
	}
}
