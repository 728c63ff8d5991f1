// Package modules is the contract between the program and its modules: what one brings, and what it is given.
package modules

import (
	"context"
	"net/http"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/changelog"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/job"
)

// Module is one part of the business: its objects, its rules, its verbs, and what it does beside them.
type Module struct {
	Name       string
	Objects    []*object.Object
	Behaviours []record.Behaviour
	Verbs      []record.Verb
	// Tables makes the tables of the module's facts where they are missing.
	Tables func(tx db.Tx) error
	// Consumers follow the change log.
	Consumers func(s *Space) []changelog.Consumer
	// Jobs are the kinds of long work that the module does, and when some of it happens by itself.
	Jobs []Job
	// Routes are doors beside those that every object has.
	Routes []Route
	// Seed makes the records that a new workspace begins with. It may be said again: what is there already stays.
	Seed func(ctx context.Context, s *Space) error
	// Names are what the records bear that a new workspace begins with. They are made in Chinese, and named anew when the
	// first administrator comes in by another language: from then on they are names like any other.
	Names []Name
}

// Name is what a field of some record bears at the beginning, in both languages.
type Name struct {
	Object *object.Object
	Field  object.Handle[string]
	Text   object.Text
}

// Space is an open workspace as modules see it.
type Space struct {
	Engine *record.Engine
	DB     *db.DB
	Tables *table.Tables
	Queue  *job.Queue
	Clock  clock.Clock
	Zone   *time.Location
}

// Job is a kind of long work. With a distance it happens by itself at that distance, and with a rule of the clock
// ("minute hour day month weekday", on the workspace's wall) at those times.
type Job struct {
	Kind  string
	Run   func(ctx context.Context, s *Space, run *job.Run) error
	Every time.Duration
	Cron  string
	// Until says when work that happens by itself next has something to do, zero for not before something is written;
	// without it, at each of its times. A workspace that nobody uses may sleep until then.
	Until job.Until
}

// Route is one line of the table of doors: method and path below /w/{workspace}/api/v1.
type Route struct {
	Pattern string
	Run     func(r *Request) error
}

// Request is one request within a workspace, by somebody known. What Run answers as an error becomes a problem document.
type Request struct {
	*http.Request
	Writer http.ResponseWriter
	Space  *Space
	Actor  *access.Actor
	Base   record.Write // actor, way, reason and dry run of the request; set Ops on a copy and write it
}
