package api

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"youpeng/platform/control"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

// keyForm is a key as it is listed; its secret was told once, when it was made.
func keyForm(k control.Key, owner any) map[string]any {
	m := map[string]any{"id": k.UUID, "name": k.Name, "scopes": k.Scopes, "created_at": k.Created, "used_at": nil, "user": owner}
	if !k.Used.IsZero() {
		m["used_at"] = k.Used
	}
	return m
}

// keys lists the caller's own keys, and everybody's for an administrator.
func (api *API) keys(c *call) error {
	list, err := api.app.Control.Keys(c.ctx(), c.space.ID)
	if err != nil {
		return err
	}
	owners, err := c.owners()
	if err != nil {
		return err
	}
	data := []map[string]any{}
	for _, k := range slices.Backward(list) {
		if k.Account == c.who || c.actor.Admin {
			data = append(data, keyForm(k, owners[k.Account]))
		}
	}
	return rest.JSON(c.w, http.StatusOK, map[string]any{"data": data})
}

// owners names the users by their accounts.
func (c *call) owners() (map[int64]any, error) {
	list, err := c.members()
	if err != nil {
		return nil, err
	}
	out := map[int64]any{}
	for _, m := range list {
		title := m.Email
		if rec, err := c.space.Engine.Record(c.ctx(), c.actor, "user", m.User); err == nil {
			title = rec.Title()
		}
		out[m.Account] = map[string]any{"id": m.User, "title": title}
	}
	return out, nil
}

// addKey makes a key that acts as the caller, within what they may do themselves, and tells its secret this once.
func (api *API) addKey(c *call) error {
	body, err := c.body(rest.MaxBody)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(text(body, "name"))
	if n := utf8.RuneCountInString(name); n == 0 || n > 100 || strings.ContainsRune(name, 0) {
		if n == 0 {
			return fault.Invalid("name", "required")
		}
		return fault.Invalid("name", "text.too_long", "max", 100)
	}
	list, _ := body["scopes"].([]any)
	scopes := []string{}
	for _, x := range list {
		s, _ := x.(string)
		if !c.scopeKnown(s) {
			return fault.Invalid("scopes", "scope.unknown", "scope", s[:min(len(s), 100)])
		}
		if !c.actor.Allows(s) || (s == "admin" || s == "schema") && !c.actor.Admin {
			return fault.Invalid("scopes", "scope.wide", "scope", s)
		}
		if !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	if len(scopes) == 0 {
		return fault.Invalid("scopes", "required")
	}
	secret, k, err := api.app.Control.AddKey(c.ctx(), name, c.who, c.space.ID, scopes)
	if err != nil {
		return err
	}
	m := keyForm(*k, map[string]any{"id": c.actor.UUID, "title": c.actor.Name})
	m["secret"] = secret
	return rest.JSON(c.w, http.StatusCreated, m)
}

// scopeKnown says whether there is a scope of a name: of all records, of one object's, or of the configuration.
func (c *call) scopeKnown(s string) bool {
	if s == "admin" || s == "schema" {
		return true
	}
	for _, p := range []string{"records:read", "records:write"} {
		if s == p {
			return true
		}
		if name, ok := strings.CutPrefix(s, p+":"); ok {
			return c.space.Engine.Catalog().Object(name) != nil
		}
	}
	return false
}

// revokeKey ends a key: one's own, or anybody's for an administrator.
func (api *API) revokeKey(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	list, err := api.app.Control.Keys(c.ctx(), c.space.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(k control.Key) bool { return k.UUID == id && (k.Account == c.who || c.actor.Admin) })
	if i < 0 {
		return fault.New(fault.Missing, "key.missing")
	}
	if err := api.app.Control.RevokeKey(c.ctx(), c.space.ID, id); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *call) members() ([]control.Member, error) {
	return c.control.MembersOf(c.ctx(), c.space.ID)
}

// uuidIn reads an id of a body; Nil where it is not given.
func uuidIn(body map[string]any, name, code string) (uuid.UUID, error) {
	s := text(body, name)
	if s == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, fault.Invalid(name, code)
	}
	return id, nil
}
