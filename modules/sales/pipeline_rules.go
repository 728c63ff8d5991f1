package sales

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/db"
)

// oneDefault takes the mark from the others when a pipeline becomes the default one. Before.
func oneDefault(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 || !PipelineDefault.Get(c.New) || !c.Changed("default") {
		return nil
	}
	all, err := c.Read.All("pipeline")
	for _, p := range all {
		if p.ID != c.New.ID && PipelineDefault.Get(p) {
			c.Also(record.Op{Do: record.Update, Object: "pipeline", ID: p.ID, Set: map[string]any{"default": false}})
		}
	}
	return err
}

// defaultOf is the pipeline that new deals enter: the default one, else the oldest; nil without any.
func defaultOf(pipelines []*object.Record) *object.Record {
	if i := slices.IndexFunc(pipelines, PipelineDefault.Get); i >= 0 {
		return pipelines[i]
	}
	if len(pipelines) > 0 {
		return pipelines[0]
	}
	return nil
}

// first is the first stage of a kind by position; nil without one.
func first(stages []*object.Record, kind string) *object.Record {
	var out *object.Record
	for _, s := range stages {
		if StageKind.Get(s) == kind && (out == nil || StagePosition.Get(s) < StagePosition.Get(out)) {
			out = s
		}
	}
	return out
}

// standard is the pipeline that a new workspace begins with.
var standard = []struct {
	name        object.Text
	probability int64
	kind        string
}{{word("初步接触", "First contact"), 10, Open}, {word("需求确认", "Needs confirmed"), 30, Open}, {word("方案报价", "Quotation"), 50, Open},
	{word("商务谈判", "Negotiation"), 70, Open}, {word("赢单", "Won"), 100, Won}, {word("输单", "Lost"), 0, Lost}}

var standardName = word("标准销售流程", "Standard pipeline")

// names are what the standard pipeline and its stages are called.
func names() []modules.Name {
	out := []modules.Name{{Object: Pipeline, Field: PipelineName, Text: standardName}}
	for _, x := range standard {
		out = append(out, modules.Name{Object: Stage, Field: StageName, Text: x.name})
	}
	return out
}

// seedPipeline makes the standard pipeline where none was ever made.
func seedPipeline(ctx context.Context, s *modules.Space) error {
	made := false
	err := s.DB.Read(ctx, func(r db.Reader) error {
		return s.Tables.Scan(ctx, r, s.Engine.Catalog().Object("pipeline"), nil, 0, 1, func([]*object.Record) error {
			made = true
			return nil
		})
	})
	if err != nil || made {
		return err
	}
	id := uuid.Must(uuid.NewV7())
	ops := []record.Op{{Do: record.Create, Object: "pipeline", UUID: id, Values: map[string]any{"name": standardName.ZH, "default": true}}}
	for i, x := range standard {
		ops = append(ops, record.Op{Do: record.Create, Object: "stage", Values: map[string]any{
			"name": x.name.ZH, "pipeline": id.String(), "position": int64(i + 1), "probability": x.probability, "kind": x.kind}})
	}
	program := &access.Actor{System: true, Name: "system", Zone: time.UTC, Digest: "system"}
	_, err = s.Engine.Write(ctx, &record.Write{Actor: program, Via: "job", Ops: ops})
	return err
}
