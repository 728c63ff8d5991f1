package app

import (
	"context"

	"github.com/google/uuid"

	"youpeng/engine/record"
	"youpeng/platform/control"
	"youpeng/platform/fault"
)

// Invitation says whom to let in, and as what.
type Invitation struct {
	Email, Name string
	Values      map[string]any // of the user record: roles, department, manager, …
}

// Invited is what came of it: the user, and the one-time link; none where the person has a password already, who then
// comes in with it.
type Invited struct {
	User   uuid.UUID
	Secret string
}

// InviteBy lets a colleague in, as a write of whoever asks. It may be said again after a death in the middle.
func (a *App) InviteBy(ctx context.Context, s *Space, w record.Write, inv Invitation) (*Invited, error) {
	account, err := a.Control.AddAccount(ctx, inv.Email, inv.Name, "zh")
	if err != nil {
		return nil, err
	}
	if _, member, err := a.Control.Member(ctx, account.ID, s.ID); err != nil || member {
		if err == nil {
			err = fault.Invalid("email", "people.member")
		}
		return nil, err
	}
	if elsewhere, err := a.Control.Elsewhere(ctx, account.ID, s.ID); err != nil || elsewhere && !account.Active {
		// Whoever holds that other link would come in here too.
		if err == nil {
			err = fault.Invalid("email", "people.pending")
		}
		return nil, err
	}
	there, err := s.Has(ctx, s.Engine.Catalog().Object("user"), account.UUID)
	if err != nil {
		return nil, err
	}
	if !there {
		inv.Values["name"] = nameOf(account, inv.Name)
		inv.Values["email"] = []any{map[string]any{"value": account.Email}}
		inv.Values["active"] = true
		w.Ops = []record.Op{{Do: record.Create, Object: "user", UUID: account.UUID, Values: inv.Values}}
		if _, err := s.Engine.Write(ctx, &w); err != nil {
			return nil, err
		}
		s.people.forget()
	}
	if err := a.Control.Join(ctx, account.ID, s.ID, account.UUID); err != nil {
		return nil, err
	}
	secret, err := a.inviteLink(ctx, account, control.LinkInvite)
	return &Invited{User: account.UUID, Secret: secret}, err
}

// inviteLink makes the link of an invitation; none for whoever has a password, which it would let somebody in without,
// unless it is meant to.
func (a *App) inviteLink(ctx context.Context, account *control.Account, kind string) (string, error) {
	if account.Active && kind != control.LinkSignIn {
		return "", nil
	}
	return a.Control.NewLink(ctx, kind, account.ID, LinkLife)
}

// Relink makes a new one-time link for a user: the invitation again, or a new password for whoever has one.
func (a *App) Relink(ctx context.Context, s *Space, user uuid.UUID) (m *control.Member, kind, secret string, err error) {
	if m, err = a.Control.MemberBy(ctx, s.ID, user); err != nil {
		return nil, "", "", err
	}
	elsewhere, err := a.Control.Elsewhere(ctx, m.Account, s.ID)
	if err != nil {
		return nil, "", "", err
	}
	if elsewhere {
		// An administrator here must not get at what the person may see there.
		return nil, "", "", fault.New(fault.Forbidden, "people.elsewhere")
	}
	kind = control.LinkReset
	if !m.Active {
		kind = control.LinkInvite
	}
	secret, err = a.Control.NewLink(ctx, kind, m.Account, LinkLife)
	return m, kind, secret, err
}

// Dismiss takes away what a deactivated user still holds: their keys here, and their sessions when they serve nowhere else.
func (a *App) Dismiss(ctx context.Context, s *Space, user uuid.UUID) error {
	m, err := a.Control.MemberBy(ctx, s.ID, user)
	if fault.Is(err, fault.Missing) {
		return nil // a user record that nobody ever came in by
	}
	if err != nil {
		return err
	}
	if err := a.Control.RevokeKeys(ctx, m.Account, s.ID); err != nil {
		return err
	}
	elsewhere, err := a.Control.Elsewhere(ctx, m.Account, s.ID)
	if err != nil || elsewhere {
		return err
	}
	return a.Control.RevokeAll(ctx, m.Account, "")
}
