package sales

import "youpeng/engine/object"

// StageChange is one move of a deal from a stage to another: what funnels count. The program writes them, within the deal.
var StageChange = object.New("stage_change", word("阶段变化", "Stage change"), word("阶段变化", "Stage changes"), object.Group("sales"), object.Icon("arrow-right-left"),
	object.LinesOf("deal"), object.Titled("to"), object.Timed("at"))

var (
	ChangeDeal   = object.Add[int64](StageChange, "deal", object.KindLink, word("商机", "Deal"), object.Required, object.Immutable, object.To("deal", object.Follow), object.ReadOnly, object.InList(1))
	ChangeFrom   = object.Add[int64](StageChange, "from", object.KindLink, word("原阶段", "From"), object.To("stage", object.Keep), object.ReadOnly, object.InList(2))
	ChangeTo     = object.Add[int64](StageChange, "to", object.KindLink, word("新阶段", "To"), object.Required, object.To("stage", object.Keep), object.ReadOnly, object.InList(3))
	ChangeAt     = object.Add[int64](StageChange, "at", object.KindDateTime, word("时间", "At"), object.Required, object.ReadOnly, object.InList(4))
	ChangeAmount = object.Add[object.Money](StageChange, "amount", object.KindMoney, word("当时金额", "Amount then"), object.ReadOnly, object.InList(5))
)
