// Package org knows who works here: people, departments and roles, and with whom a record is shared.
package org

import (
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
)

func word(zh, en string) object.Text { return object.Text{ZH: zh, EN: en} }

func option(name, zh, en, color string) object.Option {
	return object.Option{Name: name, Label: word(zh, en), Color: color}
}

// Module lists all that this package does.
func Module() modules.Module {
	return modules.Module{
		Name:    "org",
		Objects: []*object.Object{User, Department, Role, Collaborator},
		Behaviours: []record.Behaviour{
			record.Check(Role, rightsHold), record.Check(Role, someoneStays), record.Check(User, someoneStays), record.Check(Collaborator, sharesHold),
		},
		Names: names(),
	}
}
