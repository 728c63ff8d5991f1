package sales_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"youpeng/engine/object"
	"youpeng/engine/record"
	. "youpeng/modules/modulestest"
	"youpeng/modules/sales"
	"youpeng/platform/fault"
)

// stagesOf are the stages by name.
func stagesOf(w *World) map[string]*object.Record {
	out := map[string]*object.Record{}
	for _, s := range w.All("stage") {
		out[s.Title()] = s
	}
	return out
}

// history tells a deal's moves: from, to, the amount then.
func history(w *World, deal *object.Record) string {
	names := map[int64]string{0: "-"}
	for _, s := range w.All("stage") {
		names[s.ID] = s.Title()
	}
	var out []string
	for _, m := range w.All("stage_change") {
		if sales.ChangeDeal.Get(m) == deal.ID {
			out = append(out, fmt.Sprint(names[sales.ChangeFrom.Get(m)], ">", names[sales.ChangeTo.Get(m)], " ", sales.ChangeAmount.Get(m).Minor))
		}
	}
	return strings.Join(out, ", ")
}

func TestStandardPipeline(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		w.Must(sales.Module().Seed(context.Background(), w.Space)) // a second time makes nothing
		var got []string
		for _, s := range w.All("stage") {
			got = append(got, fmt.Sprint(sales.StagePosition.Get(s), s.Title(), sales.StageProbability.Get(s), sales.StageKind.Get(s)))
		}
		if len(w.All("pipeline")) != 1 || strings.Join(got, " ") != "1初步接触10open 2需求确认30open 3方案报价50open 4商务谈判70open 5赢单100won 6输单0lost" {
			t.Errorf("%q", got)
		}
		second := w.Create(w.Admin, "pipeline", map[string]any{"name": "渠道", "default": true})
		for _, p := range w.All("pipeline") {
			if sales.PipelineDefault.Get(p) != (p.UUID == second.UUID) {
				t.Errorf("%s is default: %v", p.Title(), sales.PipelineDefault.Get(p))
			}
		}
	})
}

func TestDealThroughItsStages(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		stage := stagesOf(w)
		c := w.Create(w.Amy, "customer", map[string]any{"name": "华信"})
		deal := w.Create(w.Amy, "deal", map[string]any{"name": "设备", "customer": c.UUID.String()})
		if sales.DealStage.Get(deal) != stage["初步接触"].ID || sales.DealProbability.Get(deal) != 10 || sales.DealStatus.Get(deal) != sales.Open {
			t.Fatalf("a new deal: %v", deal.Values)
		}
		drag := func(name string) (*record.Result, error) {
			w.Clock.Advance(time.Hour)
			return w.Set(w.Amy, deal, map[string]any{"stage": stage[name].UUID.String()})
		}
		_, err := w.Set(w.Amy, deal, map[string]any{"amount": "800"})
		w.Must(err)
		_, err = drag("方案报价")
		w.Must(err)
		before := w.Get(deal)
		moved, err := drag("商务谈判")
		w.Must(err)
		if now := w.Get(deal); sales.DealProbability.Get(now) != 70 || sales.DealSince.Get(now) != w.Clock.Now().UnixMicro() {
			t.Errorf("dragged: %v", now.Values)
		}
		undone := w.Undo(w.Amy, moved.ChangeSet)
		same(t, w.Get(deal), before)
		if got := history(w, deal); got != "->初步接触 0, 初步接触>方案报价 80000" {
			t.Errorf("after the undo: %s", got)
		}
		w.Undo(w.Amy, undone.ChangeSet)

		if _, err := drag("输单"); !fault.Has(err, "deal.reason_needed") {
			t.Errorf("lost without a reason: %v", err)
		}
		told, _, err := w.Do(w.Amy, deal, "win", nil, false)
		w.Must(err)
		if told["status"] != "won" || told["probability"] != "100" || told["closed_at"] == nil {
			t.Errorf("won: %v", told)
		}
		if _, _, err := w.Do(w.Amy, deal, "lose", map[string]any{"reason": "price"}, false); !fault.Has(err, "deal.closed") {
			t.Errorf("lost after it was won: %v", err)
		}
		if _, err := w.Set(w.Amy, deal, map[string]any{"stage": stage["输单"].UUID.String(), "lost_reason": "price"}); !fault.Has(err, "deal.closed") {
			t.Errorf("dragged from won to lost: %v", err)
		}
		told, _, err = w.Do(w.Amy, deal, "reopen", nil, false)
		w.Must(err)
		if told["status"] != "open" || told["closed_at"] != nil || sales.DealStage.Get(w.Get(deal)) != stage["商务谈判"].ID {
			t.Errorf("reopened: %v", told)
		}
		w.Clock.Advance(time.Hour)
		told, _, err = w.Do(w.Amy, deal, "lose", map[string]any{"reason": "competitor", "remark": "低价"}, false)
		w.Must(err)
		if told["status"] != "lost" || told["lost_reason"] != "competitor" || told["remark"] != "低价" {
			t.Errorf("lost: %v", told)
		}
		if got := history(w, deal); got != "->初步接触 0, 初步接触>方案报价 80000, 方案报价>商务谈判 80000, 商务谈判>赢单 80000, 赢单>商务谈判 80000, 商务谈判>输单 80000" {
			t.Errorf("history: %s", got)
		}
		last := int64(0)
		for _, m := range w.All("stage_change") {
			if sales.ChangeAt.Get(m) < last {
				t.Error("a move before the one before it")
			}
			last = sales.ChangeAt.Get(m)
		}
		w.Sound()
	})
}

func TestWhoseDealsAndStages(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		other := w.Create(w.Admin, "pipeline", map[string]any{"name": "渠道"})
		theirs := w.Create(w.Admin, "stage", map[string]any{"name": "报备", "pipeline": other.UUID.String(), "position": 1, "probability": 5})
		c := w.Create(w.Amy, "customer", map[string]any{"name": "华信"})
		deal := w.Create(w.Amy, "deal", map[string]any{"name": "设备", "customer": c.UUID.String()})
		if _, err := w.Set(w.Amy, deal, map[string]any{"stage": theirs.UUID.String()}); !fault.Has(err, "deal.stage_elsewhere") {
			t.Errorf("a stage of another pipeline: %v", err)
		}
		_, err := w.Set(w.Amy, deal, map[string]any{"pipeline": other.UUID.String()})
		w.Must(err)
		if now := w.Get(deal); sales.DealStage.Get(now) != theirs.ID || sales.DealProbability.Get(now) != 5 {
			t.Errorf("moved to another pipeline: %v", now.Values)
		}
		if _, _, err := w.Do(w.Amy, deal, "win", map[string]any{"amount": "1"}, false); !fault.Has(err, "pipeline.no_won") {
			t.Errorf("won where nothing can be: %v", err)
		}
		begun := w.Create(w.Amy, "deal", map[string]any{"name": "x", "customer": c.UUID.String(), "stage": theirs.UUID.String()})
		if sales.DealPipeline.Get(begun) != other.ID {
			t.Error("a stage without its pipeline")
		}
		for name, values := range map[string]map[string]any{"status": {"status": "won"}, "closed_at": {"closed_at": "2026-01-01T00:00:00Z"}, "stage_since": {"stage_since": nil}} {
			if _, err := w.Set(w.Amy, deal, values); !fault.Has(err, "field.read_only") {
				t.Errorf("%s by hand: %v", name, err)
			}
		}
		move := w.All("stage_change")[0]
		for _, op := range []record.Op{
			{Do: record.Create, Object: "stage_change", Values: map[string]any{"deal": deal.UUID.String()}},
			{Do: record.Update, Object: "stage_change", UUID: move.UUID, Version: 1},
			{Do: record.Delete, Object: "stage_change", UUID: move.UUID},
		} {
			if _, err := w.Write(w.Admin, op); !fault.Has(err, "record.line_alone") {
				t.Errorf("history was %sd by hand: %v", op.Do, err)
			}
		}
		if _, err := w.Engine.Record(context.Background(), w.Bob, "stage_change", move.UUID); !fault.Is(err, fault.Missing) {
			t.Errorf("he sees the moves of her deal: %v", err)
		}
		if _, err := w.Engine.Record(context.Background(), w.Amy, "stage_change", move.UUID); err != nil {
			t.Errorf("she does not see the moves of her own: %v", err)
		}
		if _, _, err := w.Do(w.Bob, deal, "win", nil, false); !fault.Is(err, fault.Missing) {
			t.Errorf("he won her deal: %v", err)
		}
		if _, err := w.Write(w.Admin, record.Op{Do: record.Delete, Object: "stage", UUID: theirs.UUID}); !fault.Has(err, "record.leaned_on") {
			t.Errorf("a stage with deals was deleted: %v", err)
		}
		w.Must(func() error {
			_, err := w.Write(w.Amy, record.Op{Do: record.Delete, Object: "deal", UUID: deal.UUID})
			return err
		}())
		if got := history(w, deal); got != "" {
			t.Errorf("the history of a deal in the bin: %s", got)
		}
		_, err = w.Write(w.Amy, record.Op{Do: record.Restore, Object: "deal", UUID: deal.UUID})
		w.Must(err)
		if got := history(w, deal); got != "->初步接触 0, 初步接触>报备 0" {
			t.Errorf("restored with %s", got)
		}
		for _, do := range []string{record.Delete, record.Purge} {
			_, err = w.Write(w.Amy, record.Op{Do: do, Object: "deal", UUID: deal.UUID})
			w.Must(err)
		}
		if _, err := w.Engine.Record(context.Background(), Program, "stage_change", move.UUID); !fault.Is(err, fault.Missing) {
			t.Errorf("the history of a deal that is gone for good: %v", err)
		}
	})
}
