package org

import "youpeng/engine/object"

// Department is a node of the organisation's tree; scopes of rights are read from it.
var Department = object.New("department", word("部门", "Department"), word("部门", "Departments"), object.Group("org"), object.Icon("network"), object.Setup)

var (
	DepartmentName   = object.Add[string](Department, "name", object.KindText, word("名称", "Name"), object.Required, object.Long(100), object.InList(1))
	DepartmentParent = object.Add[int64](Department, "parent", object.KindLink, word("上级部门", "Part of"), object.To("department", object.Refuse), object.Tree, object.InList(2))
	DepartmentHead   = object.Add[int64](Department, "head", object.KindOwner, word("负责人", "Head"), object.InList(3))
)
