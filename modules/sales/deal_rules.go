package sales

import (
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/fault"
)

// dealBegins puts a new deal into the default pipeline and at its first stage. Default.
func dealBegins(c *record.Change) error {
	if !DealPipeline.Has(c.New) {
		if stage, err := c.Read.Linked(c.New, "stage"); err != nil {
			return err
		} else if stage != nil {
			DealPipeline.Set(c.New, StagePipeline.Get(stage))
		} else if all, err := c.Read.All("pipeline"); err != nil {
			return err
		} else if p := defaultOf(all); p != nil {
			DealPipeline.Set(c.New, p.ID)
		}
	}
	if DealStage.Has(c.New) {
		return nil
	}
	return enter(c)
}

// enter puts a deal at the first open stage of its pipeline.
func enter(c *record.Change) error {
	pipeline, err := c.Read.Linked(c.New, "pipeline")
	if err != nil || pipeline == nil {
		return err
	}
	stages, err := c.Read.Referring("stage", "pipeline", pipeline)
	if s := first(stages, Open); s != nil {
		DealStage.Set(c.New, s.ID)
	}
	return err
}

// dealMoves keeps with the stage what follows from it, and each move in the history of stages. Before.
func dealMoves(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	if c.Old != nil && c.Changed("pipeline") && !c.Changed("stage") {
		if err := enter(c); err != nil {
			return err
		}
	}
	stage, err := c.Read.Linked(c.New, "stage")
	if err != nil || stage == nil {
		return err
	}
	if !follow(c.Old, c.New, stage, c.Now.UnixMicro()) {
		return nil
	}
	move := object.NewRecord(StageChange)
	ChangeDeal.Set(move, c.New.ID)
	ChangeTo.Set(move, DealStage.Get(c.New))
	ChangeAt.Set(move, DealSince.Get(c.New))
	if c.Old != nil && DealStage.Has(c.Old) {
		ChangeFrom.Set(move, DealStage.Get(c.Old))
	}
	if DealAmount.Has(c.New) {
		ChangeAmount.Set(move, DealAmount.Get(c.New))
	}
	c.Also(record.Op{Do: record.Create, Object: "stage_change", Record: move})
	return nil
}

// follow gives a deal what its stage says, and answers whether it entered the stage with this write. One that is put
// back by an undo has not: it brings the time of its stage along, and its history is put back by itself.
func follow(old, deal, stage *object.Record, now int64) bool {
	kind := StageKind.Get(stage)
	DealStatus.Set(deal, kind)
	if kind != Lost {
		DealReason.Clear(deal)
	}
	if kind == Open {
		DealClosedAt.Clear(deal)
	} else if !DealClosedAt.Has(deal) {
		DealClosedAt.Set(deal, now)
	}
	moved := old == nil || DealStage.Get(old) != DealStage.Get(deal)
	untold := !DealProbability.Has(deal) || old != nil && moved && DealProbability.Get(old) == DealProbability.Get(deal)
	if untold || kind != Open {
		DealProbability.Set(deal, StageProbability.Get(stage))
	}
	switch {
	case !moved:
		return false
	case old == nil:
		if !DealSince.Has(deal) {
			DealSince.Set(deal, now)
		}
		return true
	case DealSince.Get(old) != DealSince.Get(deal):
		return false
	}
	DealSince.Set(deal, now)
	return true
}

// dealHolds refuses a deal that its stage does not fit. Check.
func dealHolds(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	stage, err := c.Read.Linked(c.New, "stage")
	if err != nil || stage == nil {
		return err
	}
	return fault.Faulty(checkDeal(c.Old, c.New, stage))
}

// checkDeal: the stage is of the deal's pipeline, won deals have an amount, lost ones a reason, and what has ended one
// way ends the other way only after it was reopened.
func checkDeal(old, deal, stage *object.Record) (faults []fault.Field) {
	add := func(path, code string) { faults = append(faults, fault.Field{Path: path, Code: code}) }
	if StagePipeline.Get(stage) != DealPipeline.Get(deal) {
		add("stage", "deal.stage_elsewhere")
	}
	status := DealStatus.Get(deal)
	if status == Won && !DealAmount.Has(deal) {
		add("amount", "deal.amount_needed")
	}
	if status == Lost && !DealReason.Has(deal) {
		add("lost_reason", "deal.reason_needed")
	}
	if old != nil && status != Open && DealStatus.Get(old) != Open && DealStatus.Get(old) != status {
		add("stage", "deal.closed")
	}
	return faults
}
