// Package app wires the program by hand: which rooms there are, in which order they open, and what they are given.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/catalog"
	"youpeng/engine/changelog"
	"youpeng/engine/column"
	"youpeng/engine/exchange"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/modules"
	"youpeng/platform/clock"
	"youpeng/platform/control"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/job"
)

// Config says where things are.
type Config struct {
	Data     string // the folder of the embedded databases
	Database string // postgres://… instead
	Schema   string // what the schemas there begin with; "youpeng"
	Open     int    // how many workspaces on SQLite are open at once while more are not in use; 0 is DefaultOpen
	Memory   int64  // bytes that the columns of all workspaces may take; 0 is as much as they need
	Clock    clock.Clock
	Log      *slog.Logger
	// Rights may change the resolved rights of whoever asks; nil does not. It is there to switch a filter off and see that
	// the tests of rights notice.
	Rights func(*access.Actor)
}

// App is the running program: the control database and the workspaces that are open.
type App struct {
	Control *control.Control
	cfg     Config
	control *db.DB
	jobs    *job.Dispatcher
	stop    func() // ends the dispatcher and what tends the workspaces, and waits for what runs
	awake   awake
	budget  *column.Budget
}

// Space is one open workspace.
type Space struct {
	control.Workspace
	Engine   *record.Engine
	Catalog  *catalog.Store
	Log      *changelog.Log
	DB       *db.DB
	Tables   *table.Tables
	columns  *column.Store
	clock    clock.Clock
	people   people
	queue    *job.Queue
	module   *modules.Space
	ready    chan struct{} // closed when all rooms are open
	exchange *exchange.Deps
	log      *slog.Logger
	rights   func(*access.Actor)

	seen     atomic.Int64 // the last commit that the columns of this node contain
	unfollow context.CancelFunc
}

// System is the program itself, as an actor.
var System = &access.Actor{System: true, Name: "system", Locale: "zh", Zone: time.UTC, Digest: "system"}

// Currency is the currency of new workspaces.
const Currency = "CNY"

// Open opens the control database; workspaces open when they are first asked for.
func Open(ctx context.Context, cfg Config) (*App, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.Wall{}
	}
	if cfg.Schema == "" {
		cfg.Schema = "youpeng"
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	a := &App{cfg: cfg, budget: column.NewBudget(cfg.Memory),
		awake: awake{seats: map[string]*seat{}, asleep: map[string]time.Time{}, nudge: make(chan struct{}, 1)}}
	if cfg.Database == "" {
		if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
			return nil, fmt.Errorf("making the data folder: %w", err)
		}
	}
	var err error
	if a.control, err = db.Open(ctx, a.address("control"), db.Options{Log: cfg.Log}); err != nil {
		return nil, err
	}
	if a.Control, err = control.Open(ctx, a.control, cfg.Clock); err != nil {
		return nil, err
	}
	a.work()
	return a, nil
}

// address is where the database of a name is: a file of the data folder, or a schema of the server.
func (a *App) address(name string) string {
	if a.cfg.Database == "" {
		return "sqlite:" + filepath.Join(a.cfg.Data, name+".db")
	}
	sep := "?"
	if strings.Contains(a.cfg.Database, "?") {
		sep = "&"
	}
	return a.cfg.Database + sep + "schema=" + url.QueryEscape(a.cfg.Schema+"_"+strings.ReplaceAll(name, "-", "_"))
}

// Close closes everything.
func (a *App) Close() {
	w := &a.awake
	w.mu.Lock()
	w.over = true
	w.mu.Unlock()
	a.stop()
	w.mu.Lock()
	seats := slices.Collect(maps.Values(w.seats))
	w.mu.Unlock()
	for _, s := range seats {
		if <-s.opened; s.err == nil {
			s.space.close()
		}
	}
	_ = a.control.Close()
}

func (a *App) open(ctx context.Context, w control.Workspace) (*Space, error) {
	d, err := db.Open(ctx, a.address(w.URL), db.Options{Log: a.cfg.Log})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, d, steps); err != nil {
		_ = d.Close()
		return nil, err
	}
	s := &Space{Workspace: w, DB: d, clock: a.cfg.Clock, log: a.cfg.Log, rights: a.cfg.Rights, ready: make(chan struct{})}
	if err := s.build(ctx, a); err != nil {
		if s.queue != nil {
			a.jobs.Remove(s.queue)
		}
		_ = d.Close()
		return nil, err
	}
	return s, nil
}

// build opens the rooms of a workspace in their order, each on what stands below it.
func (s *Space) build(ctx context.Context, a *App) (err error) {
	var behaviours []record.Behaviour
	var verbs []record.Verb
	after := false
	for _, m := range Modules {
		behaviours = append(behaviours, m.Behaviours...)
		verbs = append(verbs, m.Verbs...)
	}
	for _, b := range behaviours {
		after = after || b.Moment == record.AtAfter
	}
	if s.Catalog, err = catalog.Open(ctx, s.DB, a.cfg.Clock, standard(), Currency); err != nil {
		return err
	}
	s.Tables = table.New(s.DB.Dialect())
	var log atomic.Pointer[changelog.Log]
	s.columns = column.New(s.columnOptions(a, log.Load))
	s.columns.SetCatalog(s.Catalog.Current())
	s.Catalog.Watch(s.defined)
	s.Engine, err = record.Open(ctx, record.Options{DB: s.DB, Catalog: s.Catalog, Tables: s.Tables, Columns: applied{s.columns, &log}, Clock: a.cfg.Clock, Behaviours: behaviours, Verbs: verbs, Log: a.cfg.Log, Zone: Zone, Later: s.later, Kept: kept(&log)})
	if err != nil {
		return err
	}
	if err := s.Catalog.Tell(ctx, func(tx db.Tx, t catalog.Told) error { return s.Engine.Defined(tx, t.User, t.Via, t.Version, t.What) }); err != nil {
		return err
	}
	if err := tables(ctx, s.DB); err != nil {
		return err
	}
	if s.Log, err = changelog.Open(ctx, changelog.Options{DB: s.DB, Clock: a.cfg.Clock, Log: a.cfg.Log}); err != nil {
		return err
	}
	log.Store(s.Log)
	if err := s.openExchange(ctx, a); err != nil {
		return err
	}
	if s.queue, err = a.jobs.Add(ctx, job.Workspace{DB: s.DB, Zone: Zone, Value: s}); err != nil {
		return err
	}
	s.module = &modules.Space{Engine: s.Engine, DB: s.DB, Tables: s.Tables, Queue: s.queue, Clock: a.cfg.Clock, Zone: Zone}
	s.follow(ctx, after, a.cfg.Database != "")
	s.Catalog.Start(a.cfg.Database != "", a.cfg.Log)
	close(s.ready)
	return nil
}

// standard are the objects of all modules.
func standard() (list []*object.Object) {
	for _, m := range Modules {
		list = append(list, m.Objects...)
	}
	return list
}

// Zone is where the wall stands by whose clock a workspace's schedules are meant.
var Zone = time.FixedZone("Asia/Shanghai", 8*3600)

// AddWorkspace makes a workspace with its roles and answers it open, for as long as the program runs.
func (a *App) AddWorkspace(ctx context.Context, slug, name string) (*Space, error) {
	if err := a.NewWorkspace(ctx, slug, name); err != nil {
		return nil, err
	}
	return a.Space(ctx, slug)
}

// NewWorkspace makes a workspace with its roles.
func (a *App) NewWorkspace(ctx context.Context, slug, name string) error {
	if _, err := a.Control.AddWorkspace(ctx, slug, name, "workspace-"+slug); err != nil {
		return err
	}
	s, release, err := a.Hold(ctx, slug)
	if err != nil {
		return err
	}
	defer release()
	return s.seed(ctx)
}

// FirstName is what the first workspace is called until its administrator says otherwise.
var FirstName = object.Text{ZH: "我的公司", EN: "My company"}

// First makes the first workspace and its administrator, and answers the administrator's one-time link: on every start
// until it was used, however often the process died in between; empty afterwards.
func (a *App) First(ctx context.Context, slug, name, email string) (secret string, err error) {
	list, err := a.Control.Workspaces(ctx, 0)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		if err := a.NewWorkspace(ctx, slug, name); err != nil {
			return "", err
		}
	} else {
		slug = list[0].Slug
	}
	s, release, err := a.Hold(ctx, slug)
	if err != nil {
		return "", err
	}
	defer release()
	if err := a.Settle(ctx, 0); err != nil {
		return "", err
	}
	members, err := a.Control.Members(ctx, s.ID)
	if err != nil {
		return "", err
	}
	first, err := a.Control.AccountBy(ctx, email)
	switch {
	case err == nil && first.Active, err != nil && members > 0:
		return "", nil
	case err != nil && !fault.Is(err, fault.Missing):
		return "", err
	}
	if err := s.seed(ctx); err != nil {
		return "", err
	}
	return a.Invite(ctx, s, email, "管理员", "administrator", control.LinkSetup)
}

// Invite makes a person a user of a workspace in a role and answers a one-time link that lets them in; none where they
// have a password already. It may be said again: what is there already stays.
func (a *App) Invite(ctx context.Context, s *Space, email, name, role, kind string) (secret string, err error) {
	account, err := a.Control.AddAccount(ctx, email, name, "zh")
	if err != nil {
		return "", err
	}
	if err := s.addUser(ctx, account, nameOf(account, name), role); err != nil {
		return "", err
	}
	if err := a.Control.Join(ctx, account.ID, s.ID, account.UUID); err != nil {
		return "", err
	}
	return a.inviteLink(ctx, account, kind)
}

// nameOf is what a person is called before they say so themselves.
func nameOf(account *control.Account, name string) string {
	if name == "" {
		name, _, _ = strings.Cut(account.Email, "@")
	}
	return name
}

// LinkLife is how long an invitation waits.
const LinkLife = 72 * time.Hour

// Enter gives the users of an account the name by which its person came in. With a language, the first administrator's,
// their workspaces speak it.
func (a *App) Enter(ctx context.Context, account *control.Account, locale string) error {
	list, err := a.Control.Workspaces(ctx, account.ID)
	if err != nil {
		return err
	}
	for _, w := range list {
		if err := a.enter(ctx, account, w, locale); err != nil {
			return err
		}
	}
	if locale == "" {
		return nil
	}
	return a.Control.Settled(ctx, account.ID)
}

func (a *App) enter(ctx context.Context, account *control.Account, w control.Workspace, locale string) error {
	user, ok, err := a.Control.Member(ctx, account.ID, w.ID)
	if err != nil || !ok {
		return err
	}
	s, release, err := a.Hold(ctx, w.Slug)
	if err != nil {
		return err
	}
	defer release()
	if err := s.Rename(ctx, user, account.Name); err != nil || locale == "" {
		return err
	}
	if err := s.Speak(ctx, locale); err != nil || w.Name != FirstName.ZH {
		return err
	}
	return a.Control.RenameWorkspace(ctx, w.ID, FirstName.In(locale))
}

// Settle has the first administrator's workspaces speak their language where a death came between their link and that: of
// one account, or of all.
func (a *App) Settle(ctx context.Context, account int64) error {
	list, err := a.Control.Unsettled(ctx, account)
	for _, account := range list {
		if err == nil {
			err = a.Enter(ctx, account, account.Locale)
		}
	}
	return err
}

// Ping says whether the program can serve.
func (a *App) Ping(ctx context.Context) error {
	if err := a.control.Ping(ctx); err != nil {
		f := fault.New(fault.Unavailable, "unavailable").Because(err)
		f.Retry = 5
		return f
	}
	return nil
}
