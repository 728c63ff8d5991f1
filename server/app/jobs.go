package app

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/exchange"
	"youpeng/engine/query"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/job"
)

// Queue is the workspace's queue.
func (s *Space) Queue() *job.Queue { return s.queue }

// Module is the workspace as modules see it.
func (s *Space) Module() *modules.Space { return s.module }

// Mass is a change of all records that a question finds.
type Mass struct {
	exchange.Asker                 // their rights of the time of the work hold, as narrow as their key's
	Object         string          `json:"object"`
	Filter         json.RawMessage `json:"filter,omitempty"`
	Values         json.RawMessage `json:"values,omitempty"`
	Reason         string          `json:"reason,omitempty"`
}

// MassProgress is how far it is.
type MassProgress struct {
	ChangeSet uuid.UUID `json:"change_set,omitzero"`
	Cursor    string    `json:"cursor,omitempty"`
	Done      int       `json:"done"`
	Failed    int       `json:"failed"`
	Total     int       `json:"total"`
	Faults    []string  `json:"faults,omitempty"` // the first codes of what was refused
}

// massPage is how many records are read at once; what was done of a page is kept with its effect.
const massPage = 200

func massUpdate(ctx context.Context, m *modules.Space, run *job.Run) error {
	return mass(ctx, run, record.Update)
}

func massDelete(ctx context.Context, m *modules.Space, run *job.Run) error {
	return mass(ctx, run, record.Delete)
}

// mass changes all that a question finds, oldest first, page by page behind a cursor, so that a record is met once even
// when it leaves the question by being changed. After a death it goes on behind the last whole page; what of the next
// page is done already is done again with the same values, which changes nothing.
func mass(ctx context.Context, run *job.Run, do string) error {
	s := run.Workspace.Value.(*Space)
	var m Mass
	var p MassProgress
	if err := run.Decode(&m); err != nil {
		return job.Final(err)
	}
	if _, err := run.Resume(&p); err != nil {
		return job.Final(err)
	}
	a, _, err := s.Actor(ctx, m.User, m.Locale, m.Scopes)
	if err != nil {
		return job.Final(err)
	}
	q, values, err := s.massQuestion(ctx, a, &m)
	if err != nil {
		return job.Final(err)
	}
	set, err := s.changeSet(ctx, a, &p.ChangeSet, record.ChangeSet{Via: "job", Reason: m.Reason, Kind: "bulk", Job: run.ID})
	if err != nil {
		return err
	}
	if err := run.Progress(ctx, p); err != nil { // so that another run goes on with this change set
		return err
	}
	for {
		page, err := s.Engine.Page(ctx, a, q, p.Cursor, []string{"id"}, nil)
		if err != nil {
			return err
		}
		if p.Total == 0 {
			p.Total = page.Total
		}
		w := &record.Write{Actor: a, Via: "job", Reason: m.Reason, Set: set}
		for _, v := range page.Data {
			w.Ops = append(w.Ops, record.Op{Do: do, Object: m.Object, UUID: v.ID(), Any: true, Values: values})
		}
		next := p
		next.Done += len(w.Ops)
		if page.Next != nil {
			next.Cursor = *page.Next
		}
		if len(w.Ops) > 0 {
			res, err := s.Engine.Bulk(ctx, w, func(tx db.Tx, done int) error {
				if done < len(w.Ops) {
					return nil
				}
				return run.Save(tx, next)
			})
			if err != nil {
				return err
			}
			for _, x := range res.Outcomes {
				if x.Err != nil {
					next.Failed++
					if len(next.Faults) < 10 {
						next.Faults = append(next.Faults, fault.As(x.Err).Code)
					}
				}
			}
		}
		p = next
		if err := run.Progress(ctx, p); err != nil {
			return err
		}
		s.Changed(m.Object)
		if page.Next == nil {
			break
		}
	}
	state := "complete"
	if p.Failed > 0 {
		state = "partial"
	}
	return s.Engine.CloseChangeSet(ctx, set, state)
}

// CheckMass refuses a mass change that could not be done, before it is put into the queue.
func (s *Space) CheckMass(ctx context.Context, a *access.Actor, m *Mass) error {
	_, _, err := s.massQuestion(ctx, a, m)
	return err
}

func (s *Space) massQuestion(ctx context.Context, a *access.Actor, m *Mass) (*query.Question, map[string]any, error) {
	o := s.Engine.Catalog().Object(m.Object)
	if o == nil || a.Reading(o) == access.None {
		return nil, nil, fault.New(fault.Missing, "object.unknown", "object", m.Object)
	}
	body := map[string]any{"limit": json.Number("200"), "sort": "created_at"}
	if len(m.Filter) > 0 && string(m.Filter) != "null" {
		filter, err := decode(m.Filter)
		if err != nil {
			return nil, nil, fault.Invalid("filter", "filter.invalid")
		}
		body["filter"] = filter
	}
	r, err := query.FromBody(body)
	if err != nil {
		return nil, nil, err
	}
	q, err := s.Parser(ctx, a).Question(o, r)
	if err != nil {
		return nil, nil, err
	}
	q.Limit = massPage
	var values map[string]any
	if len(m.Values) > 0 {
		v, err := decode(m.Values)
		if values, _ = v.(map[string]any); err != nil || values == nil {
			return nil, nil, fault.Invalid("values", "json.invalid")
		}
	}
	return q, values, nil
}

// changeSet opens the change set of a long work, or finds the one that an earlier run opened.
func (s *Space) changeSet(ctx context.Context, a *access.Actor, id *uuid.UUID, n record.ChangeSet) (*record.ChangeSet, error) {
	if *id != uuid.Nil {
		set, err := s.Engine.ChangeSetOf(ctx, *id)
		if err == nil && set.State == record.Undone {
			err = job.Final(fault.New(fault.Conflict, "undo.done"))
		}
		return set, err
	}
	set, err := s.Engine.OpenChangeSet(ctx, a, n)
	if err == nil {
		*id = set.UUID
	}
	return set, err
}

// Undoable answers a change set that may be undone: not one that a job still adds to, for what it adds afterwards would
// stay.
func (s *Space) Undoable(ctx context.Context, id uuid.UUID) (*record.ChangeSet, error) {
	set, err := s.Engine.ChangeSetOf(ctx, id)
	if err != nil || set.Job == 0 {
		return set, err
	}
	going, err := s.queue.Going(ctx, set.Job)
	if err == nil && going {
		err = fault.New(fault.Conflict, "undo.running")
	}
	return set, err
}

// Undoing is the undo of a large change set.
type Undoing struct {
	exchange.Asker
	ChangeSet uuid.UUID `json:"change_set"`
	Plan      string    `json:"plan,omitempty"`
	Reason    string    `json:"reason,omitempty"`
}

// undo takes back a change set; one that was cut off goes on where it stood.
func undo(ctx context.Context, _ *modules.Space, run *job.Run) error {
	s := run.Workspace.Value.(*Space)
	var u Undoing
	if err := run.Decode(&u); err != nil {
		return job.Final(err)
	}
	a, _, err := s.Actor(ctx, u.User, u.Locale, u.Scopes)
	if err != nil {
		return job.Final(err)
	}
	if _, err := s.Undoable(ctx, u.ChangeSet); err != nil {
		return job.Final(err)
	}
	res, err := s.Engine.Undo(ctx, a, u.ChangeSet, u.Plan, record.Write{Actor: a, Via: "job", Reason: u.Reason})
	if err != nil {
		if fault.As(err).Class != fault.Internal {
			return job.Final(err)
		}
		return err
	}
	p := MassProgress{ChangeSet: res.ChangeSet}
	for _, x := range res.Outcomes {
		if x.Err != nil {
			p.Failed++
			continue
		}
		s.Changed(x.Record.Object.Name)
	}
	// What came back with another record, or in a run that was cut off, is none of these outcomes, but was brought back.
	set, err := s.Engine.ChangeSetOf(ctx, res.ChangeSet)
	if err != nil {
		return err
	}
	p.Done = max(len(res.Outcomes), int(set.Counts)+p.Failed)
	p.Total = p.Done
	return run.Progress(ctx, p)
}

// follow takes along to the bin, or back, what hangs from a record with very many children.
func follow(ctx context.Context, _ *modules.Space, run *job.Run) error {
	s := run.Workspace.Value.(*Space)
	var t record.Task
	if err := run.Decode(&t); err != nil {
		return job.Final(err)
	}
	return s.Engine.Run(ctx, t, record.Write{Actor: System, Via: "job"})
}
