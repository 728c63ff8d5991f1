package org

import "youpeng/engine/object"

// Collaborator shares one record with a user beyond their role, to read or to write, until a time or for good. The engine
// knows it by its name. It goes to the bin and comes back with the record.
var Collaborator = object.New("collaborator", word("协作人", "Collaborator"), word("协作人", "Collaborators"), object.Group(""), object.Icon("users"),
	object.Titled("right"), object.With("record", "created_by"))

// The rights that a collaborator may have.
const (
	ShareRead  = "read"
	ShareWrite = "write"
)

var (
	CollaboratorRecord = object.Add[object.Ref](Collaborator, "record", object.KindRef, word("记录", "Record"), object.Required, object.Immutable,
		object.ToAny("customer", "lead", "deal", "order", "ticket"), onDelete(object.Follow), object.InList(1))
	CollaboratorUser  = object.Add[int64](Collaborator, "user", object.KindOwner, word("协作人", "User"), object.Required, object.Immutable, object.InList(2))
	CollaboratorRight = object.Add[string](Collaborator, "right", object.KindChoice, word("权限", "Right"), object.Required, object.Default(ShareRead), object.InList(3),
		object.Options(option(ShareRead, "只读", "Read", "gray"), option(ShareWrite, "可编辑", "Write", "blue")))
	CollaboratorUntil = object.Add[int64](Collaborator, "until", object.KindDateTime, word("有效期至", "Until"), object.InList(4))
)

// onDelete says what becomes of a record whose ref names one that goes to the bin.
func onDelete(rule object.OnDelete) func(*object.Field) {
	return func(f *object.Field) { f.OnDelete = rule }
}
