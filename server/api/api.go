// Package api is the HTTP door: one table of routes over the engine, the web application beside it.
package api

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/clock"
	"youpeng/platform/control"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
	"youpeng/server/app"
)

// API serves one program.
type API struct {
	app     *app.App
	log     *slog.Logger
	secure  bool // behind TLS: the cookie is bound to the host
	table   []route
	open    seats // streams and requests that wait
	sending seats // uploads
	opts    Options
	pace    *paces
}

// call is one request within a workspace, by somebody known.
type call struct {
	w     http.ResponseWriter
	r     *http.Request
	space *app.Space
	actor *access.Actor
	via   string
	roles []string
	who   int64  // the account
	leave func() // lets the workspace go
	raw   []byte

	control *control.Control
}

// route is one line of the table.
type route struct {
	pattern string // method and path below /w/{workspace}/api/v1
	run     func(*API, *call) error
}

var routes = []route{
	{"GET /me", (*API).me},
	{"PATCH /me", (*API).changeMe},
	{"PATCH /workspace", (*API).changeWorkspace},
	{"GET /people", (*API).people},
	{"POST /people", (*API).invite},
	{"POST /people/{id}/link", (*API).relink},
	{"POST /people/{id}/deactivate", (*API).deactivate},
	{"POST /people/{id}/reactivate", (*API).reactivate},
	{"GET /keys", (*API).keys},
	{"POST /keys", (*API).addKey},
	{"DELETE /keys/{id}", (*API).revokeKey},
	{"GET /meta/objects", (*API).objects},
	{"GET /meta/objects/{object}", (*API).oneObject},
	{"POST /meta/objects", (*API).addObject},
	{"PATCH /meta/objects/{object}", (*API).patchObject},
	{"POST /meta/objects/{object}/fields", (*API).addField},
	{"PATCH /meta/objects/{object}/fields/{field}", (*API).patchField},
	{"GET /meta/objects/{object}/fields/{field}/unique", (*API).uniqueness},
	{"GET /meta/views", (*API).views},
	{"POST /meta/views", (*API).addView},
	{"PATCH /meta/views/{id}", (*API).patchView},
	{"DELETE /meta/views/{id}", (*API).dropView},
	{"GET /meta/layouts", (*API).layouts},
	{"PATCH /meta/layouts/{object}", (*API).patchLayout},
	{"GET /meta/history", (*API).metaHistory},
	{"POST /meta/history/{id}/undo", (*API).metaUndo},
	{"GET /records/{object}", (*API).list},
	{"POST /records/{object}/query", (*API).query},
	{"POST /records/{object}/aggregate", (*API).aggregate},
	{"POST /records/{object}", (*API).create},
	{"PUT /records/{object}/external/{source}/{external_id}", (*API).upsert},
	{"GET /records/{object}/{id}", (*API).get},
	{"PATCH /records/{object}/{id}", (*API).update},
	{"DELETE /records/{object}/{id}", (*API).remove},
	{"POST /records/{object}/{id}/restore", (*API).restore},
	{"POST /records/{object}/{id}/actions/{verb}", (*API).act},
	{"GET /records/{object}/{id}/history", (*API).history},
	{"GET /records/{object}/{id}/timeline", (*API).timeline},
	{"GET /records/{object}/{id}/access", (*API).access},
	{"POST /records/{object}/duplicates", (*API).duplicates},
	{"POST /files", (*API).upload},
	{"GET /files/{id}/{name}", (*API).download},
	{"POST /imports/preview", (*API).previewImport},
	{"GET /imports/{id}/rows", (*API).importRows},
	{"POST /jobs/import", (*API).importFile},
	{"POST /jobs/export", (*API).exportFile},
	{"POST /search", (*API).search},
	{"POST /bulk", (*API).bulk},
	{"GET /changes", (*API).changes},
	{"GET /change-sets/{id}", (*API).changeSet},
	{"GET /change-sets/{id}/undo", (*API).planUndo},
	{"POST /change-sets/{id}/undo", (*API).undo},
	{"GET /openapi.json", (*API).openAPI},
	{"GET /docs", (*API).docs},
	{"POST /jobs/update", (*API).massUpdate},
	{"POST /jobs/delete", (*API).massDelete},
	{"GET /jobs", (*API).jobs},
	{"GET /jobs/{id}", (*API).job},
	{"GET /jobs/{id}/events", (*API).jobEvents},
	{"POST /jobs/{id}/cancel", (*API).jobCancel},
	{"POST /jobs/{id}/retry", (*API).jobRetry},
}

// table is every door within a workspace: those above and those of the modules.
func table() []route {
	list := slices.Clone(routes)
	for _, m := range app.Modules {
		for _, x := range m.Routes {
			list = append(list, route{x.Pattern, func(_ *API, c *call) error {
				base, err := c.write()
				if err != nil {
					return err
				}
				return x.Run(&modules.Request{Request: c.r, Writer: c.w, Space: c.space.Module(), Actor: c.actor, Base: base})
			}})
		}
	}
	return list
}

// New makes the handler of everything that is served. Unsafe requests of other sites are refused before anything else.
func New(a *app.App, log *slog.Logger, secure bool, options ...Options) http.Handler {
	api := &API{app: a, log: log, secure: secure, table: table(), pace: newPaces(clock.Wall{}), opts: Options{Rate: DefaultRate},
		open: seats{most: mostStreams, code: "streams.many"}, sending: seats{most: mostUploads, code: "uploads.many"}}
	for _, o := range options {
		api.opts = o
	}
	mux := http.NewServeMux()
	for _, x := range account {
		mux.Handle(x.pattern, rest.Handle(log, func(w http.ResponseWriter, r *http.Request) error {
			if err := api.paced(w, r, x.pattern, x.pace); err != nil {
				return err
			}
			return x.run(api, w, r)
		}))
	}
	for _, x := range api.table {
		method, path, _ := strings.Cut(x.pattern, " ")
		mux.Handle(method+" /w/{workspace}/api/v1"+path, rest.Handle(log, func(w http.ResponseWriter, r *http.Request) error {
			c, err := api.enter(w, api.streaming(r))
			if err != nil {
				return err
			}
			defer c.leave()
			if streams(r) || r.URL.Query().Has("wait") {
				if err := api.open.take(c.who); err != nil {
					return err
				}
				defer api.open.give(c.who)
			}
			if err := c.sure(x.pattern); err != nil {
				return err
			}
			return x.run(api, c)
		}))
	}
	unknown := rest.Handle(log, func(w http.ResponseWriter, r *http.Request) error { return unknown(mux, w, r) })
	mux.Handle("/api/", unknown)
	mux.Handle("/w/{workspace}/api/", unknown)
	mux.Handle("/healthz", rest.Handle(log, func(w http.ResponseWriter, r *http.Request) error {
		if err := a.Ping(r.Context()); err != nil {
			return err
		}
		return rest.JSON(w, http.StatusOK, map[string]string{"status": "ok"})
	}))
	mux.Handle("/", webApp(log))
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(rest.Handle(log, func(http.ResponseWriter, *http.Request) error { return fault.New(fault.Forbidden, "origin.other") }))
	return rest.Patient(headers(api.knows(guard.Handler(mux))), api.opts.patience())
}

// unknown answers where no door is, and where one is that is opened in another way.
func unknown(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) error {
	var allow []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := *r
		other.Method = method
		if _, pattern := mux.Handler(&other); strings.HasPrefix(pattern, method+" ") || method == http.MethodHead && strings.HasPrefix(pattern, http.MethodGet+" ") {
			allow = append(allow, method)
		}
	}
	if allow == nil {
		return fault.New(fault.Missing, "route.unknown")
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	return fault.New(fault.NotThus, "route.method", "allow", strings.Join(allow, ", "))
}

// headers are what every answer carries.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		next.ServeHTTP(w, r)
	})
}

// streams says whether a request asks for a stream of events.
func streams(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

// streaming lets a request for a stream end when the server is about to stop.
func (api *API) streaming(r *http.Request) *http.Request {
	if api.opts.Stopping == nil || !streams(r) {
		return r
	}
	ctx, cancel := context.WithCancel(r.Context())
	forget := context.AfterFunc(api.opts.Stopping, cancel)
	context.AfterFunc(ctx, func() { forget() })
	return r.WithContext(ctx)
}

// enter finds out who asks in which workspace: by a key, else by the session.
func (api *API) enter(w http.ResponseWriter, r *http.Request) (c *call, err error) {
	ctx := r.Context()
	c = &call{w: w, r: r, via: "screen", control: api.app.Control}
	var account int64
	var scopes []string
	var key *control.Key
	if secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		k, err := api.app.Control.KeyOf(ctx, secret)
		if err != nil {
			return nil, api.stranger(w, r, err)
		}
		if err := api.bound(w, "key "+k.UUID.String()); err != nil {
			return nil, err
		}
		account, scopes, key, c.via = k.Account, k.Scopes, k, "api"
		if scopes == nil {
			scopes = []string{}
		}
	} else {
		s, err := api.session(r)
		if err != nil {
			return nil, api.stranger(w, r, err)
		}
		if err := api.bound(w, "session "+s.UUID.String()); err != nil {
			return nil, err
		}
		account = s.Account
	}
	if c.space, c.leave, err = api.app.Hold(ctx, r.PathValue("workspace")); err != nil {
		return nil, err
	}
	if err := api.admit(c, account, key, scopes); err != nil {
		c.leave()
		return nil, err
	}
	return c, nil
}

// admit lets an account into the workspace of a call, with the rights that it has there.
func (api *API) admit(c *call, account int64, key *control.Key, scopes []string) error {
	ctx := c.r.Context()
	if err := c.space.Catalog.Fresh(ctx); err != nil {
		return err
	}
	if key != nil && key.Workspace != c.space.ID {
		return fault.New(fault.Missing, "workspace.missing")
	}
	user, member, err := api.app.Control.Member(ctx, account, c.space.ID)
	if err != nil {
		return err
	}
	if !member {
		return fault.New(fault.Missing, "workspace.missing")
	}
	c.who = account
	if c.actor, c.roles, err = c.space.Actor(ctx, user, rest.Locale(c.r), scopes); err != nil {
		return err
	}
	return c.after()
}

// after lets a reading wait for the change that its caller made before.
func (c *call) after() error {
	s := c.r.Header.Get("After")
	if s == "" {
		return nil
	}
	set, err := uuid.Parse(s)
	if err != nil {
		return fault.New(fault.BadRequest, "after.invalid")
	}
	return c.space.Contains(c.ctx(), set)
}

func (c *call) ctx() context.Context { return c.r.Context() }

// id reads the record's id of the path.
func (c *call) id() (uuid.UUID, error) {
	id, err := uuid.Parse(c.r.PathValue("id"))
	if err != nil {
		return id, fault.New(fault.BadRequest, "id.invalid")
	}
	return id, nil
}

// body reads the request's body, and keeps its bytes: a key that is used again must come with the same ones.
func (c *call) body(limit int64) (body map[string]any, err error) {
	body, c.raw, err = rest.Body(c.w, c.r, limit)
	return body, err
}

// write begins a write with what the request's headers say of it.
func (c *call) write() (record.Write, error) {
	w := record.Write{Actor: c.actor, Via: c.via, DryRun: c.dry()}
	reason, err := reasonOf(c.r)
	if err != nil {
		return w, err
	}
	w.Reason = reason
	if key := c.r.Header.Get("Idempotency-Key"); key != "" {
		if len(key) > 255 {
			return w, fault.New(fault.BadRequest, "key.long", "max", 255)
		}
		w.Key = &record.Key{Key: key, Scope: c.r.Method + " " + c.r.URL.Path, Body: sha256.Sum256(c.raw)}
	}
	return w, nil
}

// sessionLife is how long a browser keeps the cookie; the server ends sessions by itself.
const sessionLife = 14 * 24 * time.Hour

func (api *API) cookie() string {
	if api.secure {
		return "__Host-session"
	}
	return "session"
}

func (api *API) session(r *http.Request) (*control.Session, error) {
	secret := ""
	if k, err := r.Cookie(api.cookie()); err == nil {
		secret = k.Value
	}
	return api.app.Control.Session(r.Context(), secret)
}

func (api *API) setSession(w http.ResponseWriter, secret string) {
	age := int(sessionLife.Seconds())
	if secret == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: api.cookie(), Value: secret, Path: "/", MaxAge: age, HttpOnly: true, Secure: api.secure, SameSite: http.SameSiteLaxMode})
}
