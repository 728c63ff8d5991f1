package activity

import "youpeng/engine/object"

// Activity is what happened or will with a customer: a note, call, visit or meeting, or a task that is to be done. It is
// seen with the record that it is closest to, and always by its owner.
var Activity = object.New("activity", word("跟进", "Activity"), word("跟进", "Activities"), object.Group("activity"), object.Icon("calendar-check"),
	object.Titled("subject"), object.Timed("at"), object.With("visible_with", "owner"))

// The kinds and statuses that rules know by name.
const (
	KindNote = "note"
	KindTask = "task"

	TaskOpen      = "open"
	TaskDone      = "done"
	TaskCancelled = "cancelled"
)

var (
	Kind = object.Add[string](Activity, "kind", object.KindChoice, word("类型", "Kind"), object.Required, object.Immutable, object.InList(1), object.Options(
		option(KindNote, "记录", "Note", "gray"), option("call", "电话", "Call", "blue"), option("visit", "拜访", "Visit", "green"),
		option("meeting", "会议", "Meeting", "violet"), option(KindTask, "任务", "Task", "amber")))
	Subject  = object.Add[string](Activity, "subject", object.KindText, word("主题", "Subject"), object.Long(200), object.Searched, object.InList(2))
	Body     = object.Add[string](Activity, "body", object.KindLongText, word("内容", "Text"))
	At       = object.Add[int64](Activity, "at", object.KindDateTime, word("时间", "At"), object.Required, object.Default("now"), object.InList(3))
	Duration = object.Add[int64](Activity, "duration", object.KindNumber, word("时长（分钟）", "Duration (minutes)"), object.Between("0", "100000"))
	Result   = object.Add[string](Activity, "outcome", object.KindChoice, word("结果", "Outcome"), object.InList(5), object.Options(
		option("reached", "已接通", "Reached", "green"), option("no_answer", "未接通", "No answer", "gray"), option("refused", "拒绝", "Refused", "red"),
		option("interested", "有意向", "Interested", "blue"), option("other", "其他", "Other", "gray")))

	Customer = object.Add[int64](Activity, "customer", object.KindLink, word("客户", "Customer"), object.To("customer", object.Follow), object.OnTimeline, object.InList(4))
	Contact  = object.Add[int64](Activity, "contact", object.KindLink, word("联系人", "Contact"), object.To("contact", object.Clear), object.OnTimeline)
	Lead     = object.Add[int64](Activity, "lead", object.KindLink, word("线索", "Lead"), object.To("lead", object.Clear), object.OnTimeline)
	Deal     = object.Add[int64](Activity, "deal", object.KindLink, word("商机", "Deal"), object.To("deal", object.Clear), object.OnTimeline)
	Order    = object.Add[int64](Activity, "order", object.KindLink, word("订单", "Order"), object.To("order", object.Clear), object.OnTimeline)
	Ticket   = object.Add[int64](Activity, "ticket", object.KindLink, word("工单", "Ticket"), object.To("ticket", object.Clear), object.OnTimeline)
	// VisibleWith is the record whose rights it follows; with it, it goes to the bin and comes back.
	VisibleWith = object.Add[object.Ref](Activity, "visible_with", object.KindRef, word("随之可见", "Visible with"), object.Hidden, object.ToAny(closest...), followed)

	Status   = object.Add[string](Activity, "status", object.KindChoice, word("状态", "Status"), object.InList(6), object.Options(option(TaskOpen, "待办", "Open", "blue"), option(TaskDone, "已完成", "Done", "green"), option(TaskCancelled, "已取消", "Cancelled", "gray")))
	DueAt    = object.Add[int64](Activity, "due_at", object.KindDateTime, word("截止时间", "Due"), object.InList(7))
	RemindAt = object.Add[int64](Activity, "remind_at", object.KindDateTime, word("提醒时间", "Remind at"))
	DoneAt   = object.Add[int64](Activity, "done_at", object.KindDateTime, word("完成时间", "Done at"), object.ReadOnly)
	Priority = object.Add[string](Activity, "priority", object.KindChoice, word("优先级", "Priority"), object.Options(option("low", "低", "Low", "gray"), option("normal", "普通", "Normal", "blue"), option("high", "高", "High", "red")))

	Mentions = object.Add[[]object.Item](Activity, "mentions", object.KindLinks, word("提到的人", "Mentions"), object.To("user", object.Keep))
	Owner    = object.Add[int64](Activity, "owner", object.KindOwner, word("负责人", "Owner"), object.Default("me"), object.InList(8))
)

// closest are the links of an activity, the one first whose record it is visible with.
var closest = []string{"ticket", "order", "deal", "lead", "customer", "contact"}

// followed makes a record go where the one goes that its ref names.
func followed(f *object.Field) { f.OnDelete = object.Follow }
