package sales

import "youpeng/engine/object"

// Deal is one chance to sell to a customer. It is open, won or lost as its stage says.
var Deal = object.New("deal", word("商机", "Deal"), word("商机", "Deals"), object.Group("sales"), object.Icon("handshake"), object.Owned)

var (
	DealName        = object.Add[string](Deal, "name", object.KindText, word("名称", "Name"), object.Required, object.Long(200), object.Searched, object.InList(1))
	DealCustomer    = object.Add[int64](Deal, "customer", object.KindLink, word("客户", "Customer"), object.Required, object.To("customer", object.Refuse), object.OnTimeline, object.InList(2))
	DealContact     = object.Add[int64](Deal, "contact", object.KindLink, word("联系人", "Contact"), object.To("contact", object.Clear), object.OnTimeline)
	DealPipeline    = object.Add[int64](Deal, "pipeline", object.KindLink, word("销售流程", "Pipeline"), object.Required, object.Given, object.To("pipeline", object.Refuse))
	DealStage       = object.Add[int64](Deal, "stage", object.KindLink, word("阶段", "Stage"), object.Required, object.Given, object.To("stage", object.Refuse), object.InList(3))
	DealAmount      = object.Add[object.Money](Deal, "amount", object.KindMoney, word("金额", "Amount"), object.Between("0", ""), object.InList(4))
	DealProbability = object.Add[int64](Deal, "probability", object.KindPercent, word("赢率", "Probability"), object.Between("0", "100"), object.Helped("随阶段变化，进行中的商机可以修改", "Follows the stage; may be changed while the deal is open"))
	DealExpected    = object.Add[int64](Deal, "expected_close", object.KindDate, word("预计成交日期", "Expected to close"), object.InList(5))
	DealClosedAt    = object.Add[int64](Deal, "closed_at", object.KindDateTime, word("结束时间", "Closed"), object.ReadOnly)
	DealStatus      = object.Add[string](Deal, "status", object.KindChoice, word("状态", "Status"), ends, object.ReadOnly, object.InList(6))
	DealReason      = object.Add[string](Deal, "lost_reason", object.KindChoice, word("输单原因", "Why lost"), object.Options(
		option("price", "价格", "Price", "amber"), option("competitor", "竞争对手", "Competitor", "red"), option("no_budget", "没有预算", "No budget", "gray"),
		option("no_need", "没有需求", "No need", "gray"), option("timing", "时机不合", "Timing", "blue"), option("other", "其他", "Other", "gray")))
	DealSource = object.Add[string](Deal, "source", object.KindChoice, word("来源", "Source"), sources)
	DealRemark = object.Add[string](Deal, "remark", object.KindLongText, word("备注", "Remark"))
	DealSince  = object.Add[int64](Deal, "stage_since", object.KindDateTime, word("进入当前阶段", "In stage since"), object.ReadOnly)
	DealOwner  = object.Add[int64](Deal, "owner", object.KindOwner, word("负责人", "Owner"), object.Default("me"), object.InList(7))
)
