// Package org knows who works here: people, departments and roles.
package org

import (
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
)

func word(zh, en string) object.Text { return object.Text{ZH: zh, EN: en} }

// User is a person who works with the records of this workspace.
var User = object.New("user", word("员工", "User"), word("员工", "Users"), object.Group("org"), object.Icon("user"), object.Setup)

var (
	UserName       = object.Add[string](User, "name", object.KindText, word("姓名", "Name"), object.Required, object.Long(100), object.Searched, object.InList(1))
	UserEmail      = object.Add[[]object.Item](User, "email", object.KindEmail, word("邮箱", "E-mail"), object.InList(2))
	UserPhone      = object.Add[[]object.Item](User, "phone", object.KindPhone, word("手机", "Phone"), object.InList(3))
	UserTitle      = object.Add[string](User, "title", object.KindText, word("职位", "Title"), object.Long(100), object.InList(4))
	UserDepartment = object.Add[int64](User, "department", object.KindLink, word("部门", "Department"), object.To("department", object.Clear), object.InList(5))
	UserManager    = object.Add[int64](User, "manager", object.KindOwner, word("直属上级", "Manager"), object.InList(6))
	UserRoles      = object.Add[[]object.Item](User, "roles", object.KindLinks, word("角色", "Roles"), object.To("role", object.Refuse), object.InList(7))
	UserActive     = object.Add[bool](User, "active", object.KindBoolean, word("在职", "Active"), object.Default(true), object.InList(8))
	UserZone       = object.Add[string](User, "time_zone", object.KindText, word("时区", "Time zone"), object.Long(64))
)

// Department is a node of the organisation's tree; scopes of rights are read from it.
var Department = object.New("department", word("部门", "Department"), word("部门", "Departments"), object.Group("org"), object.Icon("network"), object.Setup)

var (
	DepartmentName   = object.Add[string](Department, "name", object.KindText, word("名称", "Name"), object.Required, object.Long(100), object.InList(1))
	DepartmentParent = object.Add[int64](Department, "parent", object.KindLink, word("上级部门", "Part of"), object.To("department", object.Refuse), object.InList(2))
	DepartmentHead   = object.Add[int64](Department, "head", object.KindOwner, word("负责人", "Head"), object.InList(3))
)

// Role says what its people may do. Its rights are kept as JSON and edited on a screen of their own.
var Role = object.New("role", word("角色", "Role"), word("角色", "Roles"), object.Group("org"), object.Icon("shield"), object.Setup)

var (
	RoleName   = object.Add[string](Role, "name", object.KindText, word("标识", "Name"), object.Required, object.Unique, object.Long(60), object.InList(1))
	RoleLabel  = object.Add[string](Role, "label", object.KindText, word("名称", "Label"), object.Required, object.Long(60), object.InList(2))
	RoleRights = object.Add[string](Role, "rights", object.KindLongText, word("权限", "Rights"), object.Required)
)

// Module lists all that this package does.
func Module() modules.Module {
	return modules.Module{Name: "org", Objects: []*object.Object{User, Department, Role}, Behaviours: []record.Behaviour{record.Check(Role, rightsHold), record.Check(Role, someoneStays), record.Check(User, someoneStays)}}
}
