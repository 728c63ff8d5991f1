package api

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"youpeng/engine/record"
	"youpeng/platform/fault"
	"youpeng/platform/i18n"
	"youpeng/platform/rest"
	"youpeng/server/app"
)

// administers refuses everybody but an administrator.
func (c *call) administers() error {
	if c.actor.Admin {
		return nil
	}
	return fault.New(fault.Forbidden, "right.admin")
}

// people tells how the users of the workspace sign in; what else is known of them stands in their records.
func (api *API) people(c *call) error {
	if err := c.administers(); err != nil {
		return err
	}
	list, err := c.members()
	if err != nil {
		return err
	}
	data := make([]map[string]any, len(list))
	for i, m := range list {
		state := "active"
		if !m.Active {
			state = "invited"
		}
		data[i] = map[string]any{"id": m.User, "email": m.Email, "state": state, "seen_at": nil}
		if !m.Seen.IsZero() {
			data[i]["seen_at"] = m.Seen
		}
	}
	return rest.JSON(c.w, http.StatusOK, map[string]any{"data": data, "mail": api.opts.Mail != nil})
}

// invite lets a colleague in: in roles, in a department, under a manager.
func (api *API) invite(c *call) error {
	if err := c.administers(); err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	w, err := c.write()
	if err != nil {
		return err
	}
	w.Key = nil // the answer holds a link that works once
	inv := app.Invitation{Email: text(body, "email"), Name: strings.TrimSpace(text(body, "name")), Values: map[string]any{}}
	for name, code := range map[string]string{"department": "people.department", "manager": "people.manager"} {
		id, err := uuidIn(body, name, code)
		if err != nil {
			return err
		}
		if id != uuid.Nil {
			inv.Values[name] = id.String()
		}
	}
	roles, _ := body["roles"].([]any)
	if len(roles) == 0 {
		return fault.Invalid("roles", "required")
	}
	inv.Values["roles"] = roles
	if s := text(body, "title"); s != "" {
		inv.Values["title"] = s
	}
	done, err := api.app.InviteBy(c.ctx(), c.space, w, inv)
	if err != nil {
		return err
	}
	out := map[string]any{"id": done.User, "link": nil, "sent": false}
	locale, link := c.actor.Locale, api.base(c.r)+"/w/"+c.space.Slug
	if done.Secret != "" {
		out["link"], link = "/link/"+done.Secret, api.base(c.r)+"/link/"+done.Secret
		out["expires_at"] = c.space.Now().Add(app.LinkLife)
	}
	out["sent"] = api.write(c.r, inv.Email, locale, "invite", "link", link, "who", c.actor.Name, "workspace", api.called(c))
	return rest.JSON(c.w, http.StatusCreated, out)
}

// relink makes a new one-time link for a person: their invitation again, or a new password.
func (api *API) relink(c *call) error {
	if err := c.administers(); err != nil {
		return err
	}
	id, err := c.id()
	if err != nil {
		return err
	}
	if _, err := c.space.Engine.Record(c.ctx(), c.actor, "user", id); err != nil {
		return err
	}
	m, kind, secret, err := api.app.Relink(c.ctx(), c.space, id)
	if err != nil {
		return err
	}
	sent := api.write(c.r, m.Email, c.actor.Locale, kind, "link", api.base(c.r)+"/link/"+secret, "who", c.actor.Name, "workspace", api.called(c))
	return rest.JSON(c.w, http.StatusCreated, map[string]any{"kind": kind, "link": "/link/" + secret, "sent": sent, "expires_at": c.space.Now().Add(app.LinkLife)})
}

func (api *API) deactivate(c *call) error { return api.activity(c, false) }

func (api *API) reactivate(c *call) error { return api.activity(c, true) }

// activity says whether a person works here. Whoever does not is refused at every door, and their keys end.
func (api *API) activity(c *call, active bool) error {
	if err := c.administers(); err != nil {
		return err
	}
	id, err := c.id()
	if err != nil {
		return err
	}
	if id == c.actor.UUID {
		return fault.New(fault.Conflict, "people.self")
	}
	if _, err := c.body(rest.MaxBody); err != nil {
		return err
	}
	if err := api.change(c, record.Op{Do: record.Update, Object: "user", UUID: id, Any: true, Values: map[string]any{"active": active}}, http.StatusOK); err != nil {
		return err
	}
	c.space.Changed("user")
	if active || c.dry() {
		return nil
	}
	if err := api.app.Dismiss(c.ctx(), c.space, id); err != nil {
		api.log.Error("what a deactivated user held could not be taken away", "error", err) // the answer has gone out, and every door is closed to them already
	}
	return nil
}

// changeWorkspace gives the workspace another name.
func (api *API) changeWorkspace(c *call) error {
	if err := c.administers(); err != nil {
		return err
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(text(body, "name"))
	switch {
	case name == "":
		return fault.Invalid("name", "required")
	case utf8.RuneCountInString(name) > 100 || strings.ContainsRune(name, 0):
		return fault.Invalid("name", "text.too_long", "max", 100)
	}
	if c.dry() {
		return api.answerMe(c, func(_, workspace map[string]any) { workspace["name"] = name })
	}
	if err := api.app.Rename(c.ctx(), c.space, c.by(), name); err != nil {
		return err
	}
	return api.me(c)
}

// called is the name of the workspace as it is now: it may have been renamed since it was opened.
func (api *API) called(c *call) string {
	if name, err := api.app.Control.WorkspaceName(c.ctx(), c.space.ID); err == nil {
		return name
	}
	return c.space.Name
}

// changeMe changes what a person says of themselves: name and language everywhere, the time zone here.
func (api *API) changeMe(c *call) error {
	if c.via == "api" {
		return fault.New(fault.Forbidden, "right.session")
	}
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	name, locale := strings.TrimSpace(text(body, "name")), text(body, "locale")
	if utf8.RuneCountInString(name) > 100 || strings.ContainsRune(name, 0) {
		return fault.Invalid("name", "text.too_long", "max", 100)
	}
	if locale != "" && i18n.Known(locale) != locale {
		return fault.Invalid("locale", "locale.unknown")
	}
	zone, set := body["time_zone"].(string)
	if set && zone != "" {
		if _, err := time.LoadLocation(zone); err != nil || zone == "Local" || len(zone) > 64 {
			return fault.Invalid("time_zone", "zone.unknown")
		}
	}
	if c.dry() {
		return api.answerMe(c, func(user, _ map[string]any) {
			for of, s := range map[string]string{"name": name, "locale": locale, "time_zone": zone} {
				if s != "" {
					user[of] = s
				}
			}
		})
	}
	if err := api.app.Control.SetAccount(c.ctx(), c.who, name, locale); err != nil {
		return err
	}
	if name != "" {
		account, err := api.app.Control.AccountOf(c.ctx(), c.who)
		if err != nil {
			return err
		}
		if err := api.app.Enter(c.ctx(), account, ""); err != nil {
			return err
		}
	}
	if set {
		w := record.Write{Actor: app.System, Via: c.via, Ops: []record.Op{{Do: record.Update, Object: "user", UUID: c.actor.UUID, Any: true, Program: true, Values: map[string]any{"time_zone": zone}}}}
		if _, err := c.space.Engine.Write(c.ctx(), &w); err != nil {
			return err
		}
	}
	c.space.Changed("user")
	if c.actor, c.roles, err = c.space.Actor(c.ctx(), c.actor.UUID, rest.Locale(c.r), nil); err != nil {
		return err
	}
	return api.me(c)
}
