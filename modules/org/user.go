package org

import "youpeng/engine/object"

// User is a person who works with the records of this workspace.
var User = object.New("user", word("员工", "User"), word("员工", "Users"), object.Group("org"), object.Icon("user"), object.Setup)

var (
	UserName       = object.Add[string](User, "name", object.KindText, word("姓名", "Name"), object.Required, object.Long(100), object.Searched, object.InList(1))
	UserEmail      = object.Add[[]object.Item](User, "email", object.KindEmail, word("邮箱", "E-mail"), object.InList(2))
	UserPhone      = object.Add[[]object.Item](User, "phone", object.KindPhone, word("手机", "Phone"), object.InList(3))
	UserTitle      = object.Add[string](User, "title", object.KindText, word("职位", "Title"), object.Long(100), object.InList(4))
	UserDepartment = object.Add[int64](User, "department", object.KindLink, word("部门", "Department"), object.To("department", object.Clear), object.InList(5))
	UserManager    = object.Add[int64](User, "manager", object.KindOwner, word("直属上级", "Manager"), object.Tree, object.InList(6))
	UserRoles      = object.Add[[]object.Item](User, "roles", object.KindLinks, word("角色", "Roles"), object.To("role", object.Refuse), object.InList(7))
	UserActive     = object.Add[bool](User, "active", object.KindBoolean, word("在职", "Active"), object.Default(true), object.InList(8))
	UserZone       = object.Add[string](User, "time_zone", object.KindText, word("时区", "Time zone"), object.Long(64))
	UserLocale     = object.Add[string](User, "locale", object.KindChoice, word("语言", "Language"), object.Options(option("zh", "中文", "Chinese", ""), option("en", "英文", "English", "")))
)
