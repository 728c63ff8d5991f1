package sales

import "youpeng/engine/object"

// Stage is one step of a pipeline. Its kind is fixed, for the deals that stand there are open, won or lost by it.
var Stage = object.New("stage", word("阶段", "Stage"), word("阶段", "Stages"), object.Group("sales"), object.Icon("columns-3"), object.Setup)

// What a stage says of the deals that stand there; the statuses of a deal too.
const (
	Open = "open"
	Won  = "won"
	Lost = "lost"
)

var ends = object.Options(option(Open, "进行中", "Open", "blue"), option(Won, "赢单", "Won", "green"), option(Lost, "输单", "Lost", "gray"))

var (
	StageName        = object.Add[string](Stage, "name", object.KindText, word("名称", "Name"), object.Required, object.Long(60), object.InList(2))
	StagePipeline    = object.Add[int64](Stage, "pipeline", object.KindLink, word("销售流程", "Pipeline"), object.Required, object.Immutable, object.To("pipeline", object.Follow), object.InList(1))
	StagePosition    = object.Add[int64](Stage, "position", object.KindNumber, word("次序", "Position"), object.Required, object.Between("1", "1000"), object.InList(3))
	StageProbability = object.Add[int64](Stage, "probability", object.KindPercent, word("赢率", "Probability"), object.Required, object.Between("0", "100"), object.InList(4))
	StageKind        = object.Add[string](Stage, "kind", object.KindChoice, word("结果", "Kind"), object.Required, object.Immutable, object.Default(Open), ends, object.InList(5))
)
