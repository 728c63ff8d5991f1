// Package service holds what customers ask and complain about.
package service

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
		Name:       "service",
		Objects:    []*object.Object{Ticket},
		Behaviours: []record.Behaviour{record.Default(Ticket, ticketBegins), record.Before(Ticket, ticketMoves), record.Check(Ticket, ticketHolds)},
		Verbs: []record.Verb{
			{Object: "ticket", Name: "solve", Run: ticketSolve}, {Object: "ticket", Name: "close", Run: ticketClose}, {Object: "ticket", Name: "reopen", Run: ticketReopen},
		},
	}
}
