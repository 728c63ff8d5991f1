package api

import (
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"youpeng/platform/control"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

// account is the table of what belongs to a person and not to a workspace, and how often one address may ask for it:
// what can be guessed is asked slowly.
var account = []struct {
	pattern string
	run     func(*API, http.ResponseWriter, *http.Request) error
	pace    *pace
}{
	{"GET /api/v1/options", (*API).options, nil},
	{"POST /api/v1/sign-in", (*API).signIn, &guesses},
	{"POST /api/v1/sign-out", (*API).signOut, nil},
	{"GET /api/v1/workspaces", (*API).workspaces, nil},
	{"GET /api/v1/links/{token}", (*API).link, &guesses},
	{"POST /api/v1/links/{token}", (*API).useLink, &guesses},
	{"GET /api/v1/sessions", (*API).sessions, nil},
	{"DELETE /api/v1/sessions", (*API).revokeOthers, nil},
	{"DELETE /api/v1/sessions/{id}", (*API).revoke, nil},
	{"POST /api/v1/password", (*API).password, &guesses},
	{"POST /api/v1/password/reset", (*API).reset, &resets},
}

// options says what somebody who is not signed in yet may do.
func (api *API) options(w http.ResponseWriter, r *http.Request) error {
	return rest.JSON(w, http.StatusOK, map[string]any{"reset_by_mail": api.opts.Mail != nil})
}

func text(body map[string]any, name string) string {
	s, _ := body[name].(string)
	return s
}

func (api *API) signIn(w http.ResponseWriter, r *http.Request) error {
	body, _, err := rest.Body(w, r, rest.MaxBody)
	if err != nil {
		return err
	}
	secret, a, err := api.app.Control.SignIn(r.Context(), text(body, "email"), text(body, "password"), r.UserAgent())
	if err != nil {
		return err
	}
	if err := api.app.Settle(r.Context(), a.ID); err != nil {
		api.log.Error("the first administrator's language could not be made the workspace's; the next start tries again", "error", err)
	}
	return api.entered(w, r, secret, a.ID)
}

// entered answers a sign-in: the cookie, and where one may go.
func (api *API) entered(w http.ResponseWriter, r *http.Request, secret string, account int64) error {
	list, err := api.app.Control.Workspaces(r.Context(), account)
	if err != nil {
		return err
	}
	if secret != "" {
		api.setSession(w, secret)
	}
	out := make([]map[string]string, len(list))
	for i, x := range list {
		out[i] = map[string]string{"slug": x.Slug, "name": x.Name}
	}
	return rest.JSON(w, http.StatusOK, map[string]any{"workspaces": out})
}

func (api *API) signOut(w http.ResponseWriter, r *http.Request) error {
	if k, err := r.Cookie(api.cookie()); err == nil {
		if err := api.app.Control.SignOut(r.Context(), k.Value); err != nil {
			return err
		}
	}
	api.setSession(w, "")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (api *API) workspaces(w http.ResponseWriter, r *http.Request) error {
	s, err := api.session(r)
	if err != nil {
		return err
	}
	return api.entered(w, r, "", s.Account)
}

func (api *API) link(w http.ResponseWriter, r *http.Request) error {
	l, err := api.app.Control.LinkOf(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return rest.JSON(w, http.StatusOK, map[string]any{"kind": l.Kind, "email": l.Account.Email, "name": l.Account.Name, "needs_password": l.NeedsPassword})
}

func (api *API) useLink(w http.ResponseWriter, r *http.Request) error {
	body, _, err := rest.Body(w, r, rest.MaxBody)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(text(body, "name"))
	if utf8.RuneCountInString(name) > 100 {
		return fault.Invalid("name", "text.too_long", "max", 100)
	}
	l, err := api.app.Control.LinkOf(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	locale := rest.Locale(r) // the language in which they came in
	secret, a, err := api.app.Control.UseLink(r.Context(), r.PathValue("token"), name, locale, text(body, "password"), r.UserAgent())
	if err != nil {
		return err
	}
	if name != "" {
		if l.Kind != control.LinkSetup {
			locale = ""
		}
		if err := api.app.Enter(r.Context(), a, locale); err != nil {
			return err
		}
	}
	return api.entered(w, r, secret, a.ID)
}

func (api *API) sessions(w http.ResponseWriter, r *http.Request) error {
	s, err := api.session(r)
	if err != nil {
		return err
	}
	list, err := api.app.Control.Sessions(r.Context(), s.Account)
	if err != nil {
		return err
	}
	out := make([]map[string]any, len(list))
	for i, x := range list {
		out[i] = map[string]any{"id": x.UUID, "agent": x.Agent, "created_at": x.Created, "seen_at": x.Seen, "current": x.ID == s.ID}
	}
	return rest.JSON(w, http.StatusOK, map[string]any{"data": out})
}

func (api *API) revoke(w http.ResponseWriter, r *http.Request) error {
	s, err := api.session(r)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return fault.New(fault.BadRequest, "id.invalid")
	}
	if err := api.app.Control.Revoke(r.Context(), s.Account, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// revokeOthers ends every session of the person but this one.
func (api *API) revokeOthers(w http.ResponseWriter, r *http.Request) error {
	s, err := api.session(r)
	if err != nil {
		return err
	}
	k, err := r.Cookie(api.cookie())
	if err != nil {
		return fault.New(fault.Unauthorized, "session.ended")
	}
	if err := api.app.Control.RevokeAll(r.Context(), s.Account, k.Value); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// resetLife is how long a link for a new password works that came by mail.
const resetLife = time.Hour

// reset mails a link for a new password. The answer is the same whether the address is known or not, and comes before
// anything is sent.
func (api *API) reset(w http.ResponseWriter, r *http.Request) error {
	body, _, err := rest.Body(w, r, rest.MaxBody)
	if err != nil {
		return err
	}
	a, err := api.app.Control.AccountBy(r.Context(), text(body, "email"))
	if err != nil && !fault.Is(err, fault.Missing) {
		return err
	}
	if a != nil && api.opts.Mail != nil && api.pace.take("reset "+a.Email, letters) == 0 {
		kind := control.LinkReset
		if !a.Active {
			kind = control.LinkInvite
		}
		secret, err := api.app.Control.NewLink(r.Context(), kind, a.ID, resetLife)
		if err != nil {
			return err
		}
		api.write(r, a.Email, a.Locale, "reset", "link", api.base(r)+"/link/"+secret)
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func (api *API) password(w http.ResponseWriter, r *http.Request) error {
	s, err := api.session(r)
	if err != nil {
		return err
	}
	body, _, err := rest.Body(w, r, rest.MaxBody)
	if err != nil {
		return err
	}
	k, err := r.Cookie(api.cookie())
	if err != nil {
		return fault.New(fault.Unauthorized, "session.ended")
	}
	if err := api.app.Control.ChangePassword(r.Context(), s.Account, text(body, "current"), text(body, "new"), k.Value); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// reasonOf reads why a change is made: percent-encoded UTF-8, kept in history.
func reasonOf(r *http.Request) (string, error) {
	s, err := url.PathUnescape(r.Header.Get("Change-Reason"))
	if err != nil || len(s) > 1000 || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", fault.New(fault.BadRequest, "reason.invalid")
	}
	return s, nil
}
