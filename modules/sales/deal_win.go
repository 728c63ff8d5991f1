package sales

import (
	"context"
	"slices"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/fault"
)

// dealWin moves a deal to the won stage of its pipeline: {"closed_at","amount"}, both if they are not yet true.
func dealWin(ctx context.Context, c *record.Call) (*record.Result, error) {
	if err := modules.Only(c.Body, "closed_at", "amount"); err != nil {
		return nil, err
	}
	set := map[string]any{}
	if in := c.Body["closed_at"]; in != nil {
		at, err := field.Of(DealClosedAt.Field).Read(DealClosedAt.Field, in, nil, nil)
		if err != nil {
			return nil, err
		}
		set["closed_at"] = at
	}
	values := map[string]any{}
	if in := c.Body["amount"]; in != nil {
		values["amount"] = in
	}
	return end(ctx, c, Won, values, set)
}

// dealLose moves a deal to the lost stage of its pipeline: {"reason","remark"}.
func dealLose(ctx context.Context, c *record.Call) (*record.Result, error) {
	if err := modules.Only(c.Body, "reason", "remark"); err != nil {
		return nil, err
	}
	values := map[string]any{"lost_reason": c.Body["reason"]}
	if in := c.Body["remark"]; in != nil {
		values["remark"] = in
	}
	return end(ctx, c, Lost, values, nil)
}

func end(ctx context.Context, c *record.Call, kind string, values, set map[string]any) (*record.Result, error) {
	if DealStatus.Get(c.Record) != Open {
		return nil, fault.New(fault.Conflict, "deal.closed")
	}
	stages, _, err := around(ctx, c)
	if err != nil {
		return nil, err
	}
	stage := first(stages, kind)
	if stage == nil {
		return nil, fault.New(fault.Conflict, "pipeline.no_"+kind)
	}
	values["stage"] = stage.UUID.String()
	return modules.Change(ctx, c, values, set)
}

// dealReopen takes a deal back to the stage from which it was won or lost.
func dealReopen(ctx context.Context, c *record.Call) (*record.Result, error) {
	if err := modules.Only(c.Body); err != nil {
		return nil, err
	}
	if DealStatus.Get(c.Record) == Open {
		return nil, fault.New(fault.Conflict, "deal.open")
	}
	stages, moves, err := around(ctx, c)
	if err != nil {
		return nil, err
	}
	stage := before(stages, moves)
	if stage == nil {
		return nil, fault.New(fault.Conflict, "pipeline.no_open")
	}
	return modules.Change(ctx, c, map[string]any{"stage": stage.UUID.String()}, nil)
}

// before is the open stage at which a deal stood last by its history, else the first one.
func before(stages, moves []*object.Record) *object.Record {
	for _, m := range slices.Backward(moves) {
		i := slices.IndexFunc(stages, func(s *object.Record) bool { return s.ID == ChangeFrom.Get(m) && StageKind.Get(s) == Open })
		if i >= 0 {
			return stages[i]
		}
	}
	return first(stages, Open)
}

// around reads the stages of a deal's pipeline and the deal's moves so far, the oldest first.
func around(ctx context.Context, c *record.Call) (stages, moves []*object.Record, err error) {
	err = c.Engine.Look(ctx, func(r *record.Reader) error {
		pipeline, err := r.Linked(c.Record, "pipeline")
		if err != nil || pipeline == nil {
			return err
		}
		if stages, err = r.Referring("stage", "pipeline", pipeline); err != nil {
			return err
		}
		moves, err = r.Referring("stage_change", "deal", c.Record)
		return err
	})
	slices.SortFunc(moves, func(a, b *object.Record) int { return int(a.ID - b.ID) })
	return stages, moves, err
}
