package customers

import "youpeng/engine/object"

// Contact is a person, linked to one or several customers with a role in each.
var Contact = object.New("contact", word("联系人", "Contact"), word("联系人", "Contacts"), object.Group("customers"), object.Icon("contact"), object.Within("customers"))

var (
	ContactName      = object.Add[string](Contact, "name", object.KindText, word("姓名", "Name"), object.Required, object.Long(100), object.Searched, object.Personal, object.InList(1))
	ContactCustomers = object.Add[[]object.Item](Contact, "customers", object.KindLinks, word("客户", "Customers"), object.To("customer", object.Follow), object.InList(2), object.Labels(option("decides", "决策人", "Decides", ""), option("uses", "使用者", "Uses", ""), option("pays", "财务", "Pays", "")))
	ContactTitle     = object.Add[string](Contact, "title", object.KindText, word("职位", "Title"), object.Long(100), object.InList(3))
	ContactPhone     = object.Add[[]object.Item](Contact, "phones", object.KindPhone, word("电话", "Phones"), object.Searched, object.Matched, object.Personal, phoneLabels, object.InList(4))
	ContactEmail     = object.Add[[]object.Item](Contact, "emails", object.KindEmail, word("邮箱", "E-mails"), object.Searched, object.Personal, object.InList(5))
	ContactChat      = object.Add[[]object.Item](Contact, "messengers", object.KindMessenger, word("即时通讯", "Messengers"), object.Personal, messengerLabels)
	ContactBirthday  = object.Add[int64](Contact, "birthday", object.KindDate, word("生日", "Birthday"), object.Personal)
	ContactGender    = object.Add[string](Contact, "gender", object.KindChoice, word("性别", "Gender"), object.Personal, object.Options(option("male", "男", "Male", ""), option("female", "女", "Female", "")))
	ContactNote      = object.Add[string](Contact, "remark", object.KindLongText, word("备注", "Remark"))
	ContactOwner     = object.Add[int64](Contact, "owner", object.KindOwner, word("负责人", "Owner"), object.Default("me"), object.InList(6))
)
