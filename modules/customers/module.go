// Package customers holds whom we sell to: companies and people, and the persons to talk to.
package customers

import (
	"youpeng/engine/object"
	"youpeng/modules"
)

func word(zh, en string) object.Text { return object.Text{ZH: zh, EN: en} }

func option(name, zh, en, color string) object.Option {
	return object.Option{Name: name, Label: word(zh, en), Color: color}
}

var phoneLabels = object.Labels(option("mobile", "手机", "Mobile", ""), option("work", "工作", "Work", ""), option("home", "住宅", "Home", ""))

// Customer is a company or a person we sell to; companies may have a parent (集团).
var Customer = object.New("customer", word("客户", "Customer"), word("客户", "Customers"), object.Group("customers"), object.Icon("building-2"), object.Owned)

var (
	CustomerName  = object.Add[string](Customer, "name", object.KindText, word("名称", "Name"), object.Required, object.Long(200), object.Searched, object.Matched, object.InList(1))
	CustomerKind  = object.Add[string](Customer, "kind", object.KindChoice, word("类型", "Kind"), object.Default("company"), object.Options(option("company", "企业", "Company", "blue"), option("person", "个人", "Person", "violet")), object.InList(3))
	CustomerLevel = object.Add[string](Customer, "level", object.KindChoice, word("级别", "Level"), object.Options(option("A", "A 级", "A", "red"), option("B", "B 级", "B", "amber"), option("C", "C 级", "C", "blue"), option("D", "D 级", "D", "gray")), object.InList(2))
	CustomerPhone = object.Add[[]object.Item](Customer, "phones", object.KindPhone, word("电话", "Phones"), object.Searched, object.Matched, object.Personal, phoneLabels, object.InList(4))
	CustomerEmail = object.Add[[]object.Item](Customer, "emails", object.KindEmail, word("邮箱", "E-mails"), object.Searched, object.Personal)
	CustomerUSCC  = object.Add[string](Customer, "uscc", object.KindUSCC, word("统一社会信用代码", "Unified social credit code"), object.Unique, object.Searched, object.Matched)
	CustomerGroup = object.Add[int64](Customer, "parent", object.KindLink, word("上级公司", "Parent company"), object.To("customer", object.Clear))
	CustomerSite  = object.Add[string](Customer, "website", object.KindURL, word("网站", "Website"))
	CustomerPlace = object.Add[string](Customer, "address", object.KindText, word("地址", "Address"), object.Long(300))
	CustomerNext  = object.Add[int64](Customer, "next_contact_at", object.KindDateTime, word("下次联系", "Next contact"), object.InList(5))
	CustomerTags  = object.Add[[]object.Item](Customer, "tags", object.KindTags, word("标签", "Tags"))
	CustomerNote  = object.Add[string](Customer, "remark", object.KindLongText, word("备注", "Remark"))
	CustomerOwner = object.Add[int64](Customer, "owner", object.KindOwner, word("负责人", "Owner"), object.Default("me"), object.InList(6))
)

// Contact is a person, linked to one or several customers with a role in each.
var Contact = object.New("contact", word("联系人", "Contact"), word("联系人", "Contacts"), object.Group("customers"), object.Icon("contact"), object.Within("customers"))

var (
	ContactName      = object.Add[string](Contact, "name", object.KindText, word("姓名", "Name"), object.Required, object.Long(100), object.Searched, object.Personal, object.InList(1))
	ContactCustomers = object.Add[[]object.Item](Contact, "customers", object.KindLinks, word("客户", "Customers"), object.To("customer", object.Follow), object.InList(2), object.Labels(option("decides", "决策人", "Decides", ""), option("uses", "使用者", "Uses", ""), option("pays", "财务", "Pays", "")))
	ContactTitle     = object.Add[string](Contact, "title", object.KindText, word("职位", "Title"), object.Long(100), object.InList(3))
	ContactPhone     = object.Add[[]object.Item](Contact, "phones", object.KindPhone, word("电话", "Phones"), object.Searched, object.Matched, object.Personal, phoneLabels, object.InList(4))
	ContactEmail     = object.Add[[]object.Item](Contact, "emails", object.KindEmail, word("邮箱", "E-mails"), object.Searched, object.Personal, object.InList(5))
	ContactOwner     = object.Add[int64](Contact, "owner", object.KindOwner, word("负责人", "Owner"), object.Default("me"), object.InList(6))
)

// Module lists all that this package does.
func Module() modules.Module {
	return modules.Module{Name: "customers", Objects: []*object.Object{Customer, Contact}}
}
