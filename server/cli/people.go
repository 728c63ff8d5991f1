package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"youpeng/platform/control"
	"youpeng/platform/fault"
	"youpeng/server/app"
)

type workspace struct {
	Add workspaceAdd `cmd:"" help:"Add a workspace."`
}

type workspaceAdd struct {
	place `json:"-"`
	Slug  string `arg:"" help:"Its name in addresses: small letters, digits, hyphens."`
	Name  string `arg:"" help:"Its name for people."`
}

func (*workspaceAdd) Help() string {
	return "Example: youpeng workspace add north 北方公司"
}

func (v *workspaceAdd) run(ctx context.Context, d *desk) (answer, error) {
	err := d.NewWorkspace(ctx, v.Slug, v.Name)
	if err != nil {
		return answer{}, err
	}
	s, err := d.Space(ctx, v.Slug)
	if err == nil {
		err = s.Speak(ctx, d.locale)
	}
	if err != nil {
		return answer{}, err
	}
	return answer{Text: s.Slug, Data: map[string]any{"workspace": s.Slug, "name": s.Name}}, nil
}

// within is where a command on people or keys is meant.
type within struct {
	place     `json:"-"`
	Workspace string `help:"The workspace." default:"main" env:"YOUPENG_WORKSPACE"`
}

func (w *within) space(ctx context.Context, d *desk) (*app.Space, error) {
	return d.Space(ctx, w.Workspace)
}

type user struct {
	Add  userAdd  `cmd:"" help:"Invite somebody: prints a one-time link."`
	Link userLink `cmd:"" help:"Print a one-time sign-in link."`
	List userList `cmd:"" help:"List the people of a workspace."`
}

type userAdd struct {
	within
	Email string `arg:""`
	Name  string `help:"The person's name."`
	Role  string `help:"administrator, manager, salesperson or a role of your own." default:"salesperson"`
}

func (*userAdd) Help() string {
	return "Example: youpeng user add li.lei@example.com --name 李雷 --role manager"
}

func (v *userAdd) run(ctx context.Context, d *desk) (answer, error) {
	s, err := v.space(ctx, d)
	if err != nil {
		return answer{}, err
	}
	secret, err := d.Invite(ctx, s, v.Email, v.Name, v.Role, control.LinkInvite)
	if err != nil {
		return answer{}, err
	}
	if secret == "" {
		return answer{Text: "This person has a password and signs in with it.", Data: map[string]any{"email": v.Email, "link": nil}}, nil
	}
	return answer{Text: d.link(secret), Data: map[string]any{"email": v.Email, "link": d.link(secret)}}, nil
}

type userLink struct {
	place `json:"-"`
	Email string `arg:""`
}

func (*userLink) Help() string {
	return "The link works once, within an hour. Example: youpeng user link li.lei@example.com"
}

func (v *userLink) run(ctx context.Context, d *desk) (answer, error) {
	account, err := d.Control.AccountBy(ctx, v.Email)
	if err != nil {
		return answer{}, err
	}
	secret, err := d.Control.NewLink(ctx, control.LinkSignIn, account.ID, time.Hour)
	return answer{Text: d.link(secret), Data: map[string]any{"email": account.Email, "link": d.link(secret)}}, err
}

type userList struct{ within }

func (v *userList) run(ctx context.Context, d *desk) (answer, error) {
	s, err := v.space(ctx, d)
	if err != nil {
		return answer{}, err
	}
	list, err := d.Control.MembersOf(ctx, s.ID)
	if err != nil {
		return answer{}, err
	}
	lines, data := make([]string, 0, len(list)), make([]map[string]any, 0, len(list))
	for _, m := range list {
		state := "active"
		if !m.Active {
			state = "invited"
		}
		lines = append(lines, m.Email+"\t"+state)
		data = append(data, map[string]any{"id": m.User, "email": m.Email, "state": state})
	}
	return answer{Text: strings.Join(lines, "\n"), Data: data}, nil
}

type key struct {
	Add    keyAdd    `cmd:"" help:"Make a key: prints it, this once."`
	List   keyList   `cmd:"" help:"List the keys of a workspace."`
	Revoke keyRevoke `cmd:"" help:"End a key."`
}

type keyAdd struct {
	within
	Name  string   `arg:"" help:"What it is for."`
	User  string   `required:"" help:"The e-mail of the person as whom it acts."`
	Scope []string `required:"" help:"What it may do of what that person may: records:read, records:write, records:write:deal, schema, admin."`
}

func (*keyAdd) Help() string {
	return "Example: youpeng key add website --user li.lei@example.com --scope records:write:lead"
}

func (v *keyAdd) run(ctx context.Context, d *desk) (answer, error) {
	s, err := v.space(ctx, d)
	if err != nil {
		return answer{}, err
	}
	for _, x := range v.Scope {
		if !scopeKnown(s, x) {
			return answer{}, fault.Invalid("scope", "scope.unknown", "scope", x)
		}
	}
	account, err := d.Control.AccountBy(ctx, v.User)
	if err != nil {
		return answer{}, err
	}
	if _, member, err := d.Control.Member(ctx, account.ID, s.ID); err != nil || !member {
		if err == nil {
			err = fault.New(fault.Missing, "workspace.missing")
		}
		return answer{}, err
	}
	secret, k, err := d.Control.AddKey(ctx, v.Name, account.ID, s.ID, v.Scope)
	if err != nil {
		return answer{}, err
	}
	return answer{Text: secret, Data: map[string]any{"id": k.UUID, "key": secret, "name": k.Name, "scopes": k.Scopes}}, nil
}

// scopeKnown says whether a scope means anything in a workspace.
func scopeKnown(s *app.Space, scope string) bool {
	if slices.Contains([]string{"admin", "schema", "records:read", "records:write"}, scope) {
		return true
	}
	name, narrow := strings.CutPrefix(scope, "records:read:")
	if !narrow {
		name, narrow = strings.CutPrefix(scope, "records:write:")
	}
	return narrow && s.Engine.Catalog().Object(name) != nil
}

type keyList struct{ within }

func (v *keyList) run(ctx context.Context, d *desk) (answer, error) {
	s, err := v.space(ctx, d)
	if err != nil {
		return answer{}, err
	}
	list, err := d.Control.Keys(ctx, s.ID)
	if err != nil {
		return answer{}, err
	}
	lines, data := make([]string, 0, len(list)), make([]map[string]any, 0, len(list))
	for _, k := range list {
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s", k.UUID, k.Name, strings.Join(k.Scopes, " ")))
		data = append(data, map[string]any{"id": k.UUID, "name": k.Name, "scopes": k.Scopes, "created_at": k.Created})
	}
	return answer{Text: strings.Join(lines, "\n"), Data: data}, nil
}

type keyRevoke struct {
	within
	ID string `arg:"" name:"id" help:"Its id, as key list says it."`
}

func (v *keyRevoke) run(ctx context.Context, d *desk) (answer, error) {
	s, err := v.space(ctx, d)
	if err != nil {
		return answer{}, err
	}
	id, err := uuid.Parse(v.ID)
	if err != nil {
		return answer{}, fault.New(fault.BadRequest, "id.invalid")
	}
	return answer{Text: v.ID, Data: map[string]any{"id": id, "revoked": true}}, d.Control.RevokeKey(ctx, s.ID, id)
}
