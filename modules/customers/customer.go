package customers

import "youpeng/engine/object"

// Customer is a company or a person we sell to; companies may have a parent (集团). When it was last and will next be
// spoken with follows from its activities.
var Customer = object.New("customer", word("客户", "Customer"), word("客户", "Customers"), object.Group("customers"), object.Icon("building-2"), object.Owned)

var (
	CustomerName   = object.Add[string](Customer, "name", object.KindText, word("名称", "Name"), object.Required, object.Long(200), object.Searched, object.Matched, object.InList(1))
	CustomerKind   = object.Add[string](Customer, "kind", object.KindChoice, word("类型", "Kind"), object.Default("company"), object.Options(option("company", "企业", "Company", "blue"), option("person", "个人", "Person", "violet")), object.InList(4))
	CustomerLevel  = object.Add[string](Customer, "level", object.KindChoice, word("级别", "Level"), object.Options(option("A", "A 级", "A", "red"), option("B", "B 级", "B", "amber"), option("C", "C 级", "C", "blue"), option("D", "D 级", "D", "gray")), object.InList(2))
	CustomerStatus = object.Add[string](Customer, "status", object.KindChoice, word("状态", "Status"), object.Default("potential"), object.InList(3), object.Options(
		option("potential", "潜在", "Potential", "blue"), option("active", "合作中", "Active", "green"), option("dormant", "沉睡", "Dormant", "amber"), option("lost", "流失", "Lost", "gray")))
	CustomerIndustry = object.Add[string](Customer, "industry", object.KindChoice, word("行业", "Industry"), industries)
	CustomerSource   = object.Add[string](Customer, "source", object.KindChoice, word("来源", "Source"), sources)
	CustomerRegion   = object.Add[string](Customer, "region", object.KindText, word("地区", "Region"), object.Long(100), object.Helped("省、市", "Province and city"))
	CustomerStaff    = object.Add[int64](Customer, "employees", object.KindNumber, word("员工人数", "Employees"), object.Between("0", "10000000"))
	CustomerPhone    = object.Add[[]object.Item](Customer, "phones", object.KindPhone, word("电话", "Phones"), object.Searched, object.Matched, object.Personal, phoneLabels, object.InList(5))
	CustomerEmail    = object.Add[[]object.Item](Customer, "emails", object.KindEmail, word("邮箱", "E-mails"), object.Searched, object.Personal)
	CustomerChat     = object.Add[[]object.Item](Customer, "messengers", object.KindMessenger, word("即时通讯", "Messengers"), object.Personal, messengerLabels)
	CustomerUSCC     = object.Add[string](Customer, "uscc", object.KindUSCC, word("统一社会信用代码", "Unified social credit code"), object.Unique, object.Searched, object.Matched)
	CustomerGroup    = object.Add[int64](Customer, "parent", object.KindLink, word("上级公司", "Parent company"), object.To("customer", object.Clear), object.Tree)
	CustomerSite     = object.Add[string](Customer, "website", object.KindURL, word("网站", "Website"))
	CustomerPlace    = object.Add[string](Customer, "address", object.KindText, word("地址", "Address"), object.Long(300))
	CustomerLast     = object.Add[int64](Customer, "last_activity_at", object.KindDateTime, word("最近跟进", "Last activity"), object.Derived, object.InList(6))
	CustomerNext     = object.Add[int64](Customer, "next_contact_at", object.KindDateTime, word("下次联系", "Next contact"), object.Derived, object.InList(7))
	CustomerTags     = object.Add[[]object.Item](Customer, "tags", object.KindTags, word("标签", "Tags"))
	CustomerNote     = object.Add[string](Customer, "remark", object.KindLongText, word("备注", "Remark"))
	CustomerOwner    = object.Add[int64](Customer, "owner", object.KindOwner, word("负责人", "Owner"), object.Default("me"), object.InList(8))
)

var industries = object.Options(
	option("manufacturing", "制造业", "Manufacturing", ""), option("retail", "零售", "Retail", ""), option("internet", "互联网", "Internet", ""), option("finance", "金融", "Finance", ""),
	option("education", "教育", "Education", ""), option("medical", "医疗", "Medical", ""), option("construction", "建筑", "Construction", ""), option("logistics", "物流", "Logistics", ""),
	option("energy", "能源", "Energy", ""), option("food", "餐饮食品", "Food", ""), option("government", "政府", "Government", ""), option("other", "其他", "Other", ""))

var sources = object.Options(
	option("website", "官网", "Website", "blue"), option("referral", "转介绍", "Referral", "green"), option("exhibition", "展会", "Exhibition", "violet"),
	option("advertising", "广告", "Advertising", "amber"), option("wechat", "微信", "WeChat", "green"), option("call", "电话", "Phone call", "blue"),
	option("import", "导入", "Import", "gray"), option("other", "其他", "Other", "gray"))
