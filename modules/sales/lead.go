package sales

import "youpeng/engine/object"

// Lead is somebody who may become a customer. What it became is written by the program when it is converted.
var Lead = object.New("lead", word("线索", "Lead"), word("线索", "Leads"), object.Group("sales"), object.Icon("user-plus"), object.Owned)

// The statuses of a lead that rules know by name.
const (
	LeadNew         = "new"
	LeadUnqualified = "unqualified"
	LeadDone        = "converted"
)

var (
	LeadName       = object.Add[string](Lead, "name", object.KindText, word("姓名", "Name"), object.Required, object.Long(100), object.Searched, object.Personal, object.InList(1))
	LeadCompany    = object.Add[string](Lead, "company", object.KindText, word("公司", "Company"), object.Long(200), object.Searched, object.Matched, object.InList(2))
	LeadTitle      = object.Add[string](Lead, "title", object.KindText, word("职位", "Title"), object.Long(100))
	LeadPhones     = object.Add[[]object.Item](Lead, "phones", object.KindPhone, word("电话", "Phones"), object.Searched, object.Matched, object.Personal, phoneLabels, object.InList(3))
	LeadEmails     = object.Add[[]object.Item](Lead, "emails", object.KindEmail, word("邮箱", "E-mails"), object.Searched, object.Personal)
	LeadMessengers = object.Add[[]object.Item](Lead, "messengers", object.KindMessenger, word("即时通讯", "Messengers"), object.Personal, messengerLabels)
	LeadSource     = object.Add[string](Lead, "source", object.KindChoice, word("来源", "Source"), sources, object.InList(5))
	LeadStatus     = object.Add[string](Lead, "status", object.KindChoice, word("状态", "Status"), object.Default(LeadNew), object.InList(4), object.Options(
		option(LeadNew, "新线索", "New", "blue"), option("contacting", "跟进中", "Contacting", "amber"), option("qualified", "已确认", "Qualified", "green"),
		option(LeadUnqualified, "无效", "Unqualified", "gray"), option(LeadDone, "已转化", "Converted", "violet")))
	LeadReason      = object.Add[string](Lead, "unqualified_reason", object.KindText, word("无效原因", "Why unqualified"), object.Long(300))
	LeadRegion      = object.Add[string](Lead, "region", object.KindText, word("地区", "Region"), object.Long(100))
	LeadRemark      = object.Add[string](Lead, "remark", object.KindLongText, word("备注", "Remark"))
	LeadOwner       = object.Add[int64](Lead, "owner", object.KindOwner, word("负责人", "Owner"), object.Default("me"), object.InList(6))
	LeadConvertedAt = object.Add[int64](Lead, "converted_at", object.KindDateTime, word("转化时间", "Converted"), object.ReadOnly)
	LeadCustomer    = object.Add[int64](Lead, "customer", object.KindLink, word("转为客户", "Became customer"), object.To("customer", object.Keep), object.ReadOnly, object.OnTimeline)
	LeadContact     = object.Add[int64](Lead, "contact", object.KindLink, word("转为联系人", "Became contact"), object.To("contact", object.Keep), object.ReadOnly, object.OnTimeline)
	LeadDeal        = object.Add[int64](Lead, "deal", object.KindLink, word("转为商机", "Became deal"), object.To("deal", object.Keep), object.ReadOnly, object.OnTimeline)
)
