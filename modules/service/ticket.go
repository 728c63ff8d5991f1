package service

import "youpeng/engine/object"

// Ticket is a customer's question or complaint, due by its priority.
var Ticket = object.New("ticket", word("工单", "Ticket"), word("工单", "Tickets"), object.Group("service"), object.Icon("life-buoy"), object.Owned, object.Titled("subject"))

// The statuses that rules know by name.
const (
	Opened = "open"
	Solved = "solved"
	Closed = "closed"
)

var (
	TicketNumber = object.Add[string](Ticket, "number", object.KindSeries, word("工单号", "Number"), object.ReadOnly, object.Unique, object.Searched, object.InList(1),
		object.Numbered(object.Series{Prefix: "TK", Date: "2006", Digits: 5, Reset: "year"}))
	TicketSubject  = object.Add[string](Ticket, "subject", object.KindText, word("主题", "Subject"), object.Required, object.Long(200), object.Searched, object.InList(2))
	TicketText     = object.Add[string](Ticket, "description", object.KindLongText, word("描述", "Description"))
	TicketCustomer = object.Add[int64](Ticket, "customer", object.KindLink, word("客户", "Customer"), object.To("customer", object.Refuse), object.OnTimeline, object.InList(3))
	TicketContact  = object.Add[int64](Ticket, "contact", object.KindLink, word("联系人", "Contact"), object.To("contact", object.Clear), object.OnTimeline)
	TicketOrder    = object.Add[int64](Ticket, "order", object.KindLink, word("订单", "Order"), object.To("order", object.Clear), object.OnTimeline)
	TicketKind     = object.Add[string](Ticket, "kind", object.KindChoice, word("类型", "Kind"), object.Options(
		option("complaint", "投诉", "Complaint", "red"), option("question", "咨询", "Question", "blue"), option("repair", "报修", "Repair", "amber"),
		option("return", "退换", "Return", "violet"), option("other", "其他", "Other", "gray")))
	TicketPriority = object.Add[string](Ticket, "priority", object.KindChoice, word("优先级", "Priority"), object.Required, object.Default("normal"), object.InList(5), object.Options(
		option("low", "低", "Low", "gray"), option("normal", "普通", "Normal", "blue"), option("high", "高", "High", "amber"), option("urgent", "紧急", "Urgent", "red")))
	TicketStatus = object.Add[string](Ticket, "status", object.KindChoice, word("状态", "Status"), object.Required, object.Default("new"), object.InList(4), object.Options(
		option("new", "新建", "New", "blue"), option(Opened, "处理中", "Open", "amber"), option("waiting", "等待客户", "Waiting", "violet"),
		option(Solved, "已解决", "Solved", "green"), option(Closed, "已关闭", "Closed", "gray")))
	TicketDue      = object.Add[int64](Ticket, "due_at", object.KindDateTime, word("截止时间", "Due"), object.InList(6), object.Helped("不填时按优先级计算：紧急 4 小时、高 8 小时、普通 24 小时、低 72 小时", "By priority unless you say otherwise: urgent 4 hours, high 8, normal 24, low 72"))
	TicketSolution = object.Add[string](Ticket, "solution", object.KindLongText, word("解决方案", "Solution"))
	TicketSolvedAt = object.Add[int64](Ticket, "solved_at", object.KindDateTime, word("解决时间", "Solved"), object.ReadOnly)
	TicketClosedAt = object.Add[int64](Ticket, "closed_at", object.KindDateTime, word("关闭时间", "Closed"), object.ReadOnly)
	TicketOwner    = object.Add[int64](Ticket, "owner", object.KindOwner, word("负责人", "Owner"), object.Default("me"), object.InList(7))
)
