// Package modules is the contract between the program and its modules: what one brings.
package modules

import (
	"youpeng/engine/object"
	"youpeng/engine/record"
)

// Module is one part of the business: its objects, its rules and its verbs.
type Module struct {
	Name       string
	Objects    []*object.Object
	Behaviours []record.Behaviour
	Verbs      []record.Verb
}
