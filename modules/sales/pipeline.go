package sales

import "youpeng/engine/object"

// Pipeline is an ordered set of stages that deals pass through. New deals enter the default one.
var Pipeline = object.New("pipeline", word("销售流程", "Pipeline"), word("销售流程", "Pipelines"), object.Group("sales"), object.Icon("git-branch"), object.Setup)

var (
	PipelineName    = object.Add[string](Pipeline, "name", object.KindText, word("名称", "Name"), object.Required, object.Unique, object.Long(100), object.InList(1))
	PipelineDefault = object.Add[bool](Pipeline, "default", object.KindBoolean, word("默认", "Default"), object.InList(2))
)
