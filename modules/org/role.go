package org

import "youpeng/engine/object"

// Role says what its people may do. Its rights are kept as JSON and edited on a screen of their own.
var Role = object.New("role", word("角色", "Role"), word("角色", "Roles"), object.Group("org"), object.Icon("shield"), object.Setup)

var (
	RoleName   = object.Add[string](Role, "name", object.KindText, word("标识", "Name"), object.Required, object.Unique, object.Long(60), object.InList(1))
	RoleLabel  = object.Add[string](Role, "label", object.KindText, word("名称", "Label"), object.Required, object.Long(60), object.InList(2))
	RoleRights = object.Add[string](Role, "rights", object.KindLongText, word("权限", "Rights"), object.Required)
)
