// Package activity holds what happens around customers and what is to be done: notes, calls, visits, meetings, tasks and
// comments; and it tells people what concerns them.
package activity

import (
	"time"

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
		Name:    "activity",
		Objects: []*object.Object{Activity, Comment},
		Behaviours: []record.Behaviour{
			record.Default(Activity, activityBegins), record.Before(Activity, activityMoves), record.Check(Activity, activityHolds),
			record.Before(Activity, customerFollows),
			{Object: "lead", Moment: record.AtBefore, Run: leadBecame}, {Moment: record.AtBefore, Run: returned},
			record.Check(Comment, commentHolds),
		},
		Verbs: []record.Verb{
			{Object: "activity", Name: "complete", Run: activityComplete}, {Object: "activity", Name: "reopen", Run: activityReopen},
		},
		Tables:    createTables,
		Consumers: consumers,
		Jobs:      []modules.Job{{Kind: "activity.remind", Run: remind, Every: 30 * time.Second, Until: firstReminder}},
		Routes: []modules.Route{
			{Pattern: "GET /notifications", Run: notificationList},
			{Pattern: "POST /notifications/read", Run: notificationRead},
			{Pattern: "GET /notifications/stream", Run: notificationStream},
		},
	}
}
