package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules/org"
	"youpeng/platform/control"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// people keeps the organisation for a moment, and who was resolved from it: a change of roles holds within a second on
// every node, here at once.
type people struct {
	mu     sync.Mutex
	until  time.Time
	now    *org.People
	actors map[asker]resolved
}

// asker is what the rights of an actor follow from, beside the organisation.
type asker struct {
	user   uuid.UUID
	locale string
	cat    *object.Catalog
	scopes string
}

type resolved struct {
	actor *access.Actor
	roles []string
}

const peopleLife = time.Second

func (p *people) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = nil
}

// Actor answers who asks, with all rights resolved and narrowed by a key's scopes, and the names of their roles.
func (s *Space) Actor(ctx context.Context, user uuid.UUID, locale string, scopes []string) (*access.Actor, []string, error) {
	s.people.mu.Lock()
	defer s.people.mu.Unlock()
	if now := time.Now(); s.people.now == nil || now.After(s.people.until) {
		p, err := s.loadPeople(ctx)
		if err != nil {
			return nil, nil, err
		}
		s.people.now, s.people.until, s.people.actors = p, now.Add(peopleLife), map[asker]resolved{}
	}
	key := asker{user: user, locale: locale, cat: s.Engine.Catalog()}
	if scopes != nil { // a key, be it one that may do nothing
		key.scopes = fmt.Sprintf("%q", scopes)
	}
	known, ok := s.people.actors[key]
	if !ok {
		known.actor, known.roles = s.people.now.Actor(user, locale, key.cat, scopes)
		if known.actor == nil {
			return nil, nil, fault.New(fault.Missing, "workspace.missing")
		}
		if s.rights == nil {
			s.people.actors[key] = known
		} else {
			s.rights(known.actor)
		}
	}
	return known.actor, known.roles, nil
}

func (s *Space) loadPeople(ctx context.Context) (p *org.People, err error) {
	err = s.DB.Read(ctx, func(r db.Reader) error {
		var lists [3][]*object.Record
		for i, name := range []string{"user", "department", "role"} {
			if lists[i], err = s.all(ctx, r, name); err != nil {
				return err
			}
		}
		p = org.NewPeople(lists[0], lists[1], lists[2])
		return nil
	})
	return p, err
}

// all reads every record of a small object.
func (s *Space) all(ctx context.Context, r db.Reader, name string) (out []*object.Record, err error) {
	err = s.Tables.Scan(ctx, r, s.Engine.Catalog().Object(name), nil, 0, 256, func(list []*object.Record) error {
		for _, rec := range list {
			out = append(out, rec.Clone())
		}
		return nil
	})
	return out, err
}

// seed makes what a new workspace begins with.
func (s *Space) seed(ctx context.Context) error {
	if err := s.addRoles(ctx); err != nil {
		return err
	}
	for _, m := range Modules {
		if m.Seed == nil {
			continue
		}
		if err := m.Seed(ctx, s.module); err != nil {
			return err
		}
	}
	return nil
}

// addRoles makes the first roles that are not there; said again after a death in the middle, it makes the rest.
func (s *Space) addRoles(ctx context.Context) error {
	var ops []record.Op
	for _, r := range org.FirstRoles {
		if id, err := s.roleID(ctx, r.Name); err != nil || id != uuid.Nil {
			if err != nil {
				return err
			}
			continue
		}
		text, err := json.Marshal(r.Rights)
		if err != nil {
			return err
		}
		ops = append(ops, record.Op{Do: record.Create, Object: "role", Program: true, Values: map[string]any{"name": r.Name, "label": r.Label.ZH, "rights": string(text)}})
	}
	if len(ops) == 0 {
		return nil
	}
	_, err := s.Engine.Write(ctx, &record.Write{Actor: System, Via: "job", Ops: ops})
	return err
}

// Speak names what a workspace began with in a language, where it still bears its first name.
func (s *Space) Speak(ctx context.Context, locale string) error {
	var ops []record.Op
	for _, m := range Modules {
		for _, n := range m.Names {
			name := n.Text.In(locale)
			err := s.DB.Read(ctx, func(r db.Reader) error {
				list, err := s.all(ctx, r, n.Object.Name)
				for _, rec := range list {
					if rec.Deleted == 0 && n.Field.Get(rec) == n.Text.ZH && name != n.Text.ZH {
						ops = append(ops, record.Op{Do: record.Update, Object: n.Object.Name, UUID: rec.UUID, Any: true, Program: true, Values: map[string]any{n.Field.Field.Name: name}})
					}
				}
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	if len(ops) == 0 {
		return nil
	}
	defer s.people.forget()
	_, err := s.Engine.Write(ctx, &record.Write{Actor: System, Via: "job", Ops: ops})
	return err
}

// roleID finds a role by its name; Nil when there is none.
func (s *Space) roleID(ctx context.Context, name string) (id uuid.UUID, err error) {
	err = s.DB.Read(ctx, func(r db.Reader) error {
		list, err := s.all(ctx, r, "role")
		if i := slices.IndexFunc(list, func(x *object.Record) bool { return org.RoleName.Get(x) == name && x.Deleted == 0 }); i >= 0 {
			id = list[i].UUID
		}
		return err
	})
	return id, err
}

// addUser makes the user record of an account. The record bears the account's id, so a second try finds the first.
func (s *Space) addUser(ctx context.Context, a *control.Account, name, role string) error {
	id, err := s.roleID(ctx, role)
	if err != nil {
		return err
	}
	if id == uuid.Nil {
		return fault.Invalid("role", "role.unknown")
	}
	there := false
	err = s.DB.Read(ctx, func(r db.Reader) error {
		ids, err := s.Tables.IDs(r, s.Engine.Catalog().Object("user"), []uuid.UUID{a.UUID})
		there = len(ids) > 0
		return err
	})
	if err != nil || there {
		return err
	}
	defer s.people.forget()
	_, err = s.Engine.Write(ctx, &record.Write{Actor: System, Via: "job", Ops: []record.Op{{Do: record.Create, Object: "user", UUID: a.UUID, Program: true,
		Values: map[string]any{"name": name, "email": []any{map[string]any{"value": a.Email}}, "roles": []any{id.String()}, "active": true}}}})
	return err
}

// Rename gives a user the name by which the person came in. The user may have been made a moment ago on another node, so
// the row is asked and not what this node has followed so far.
func (s *Space) Rename(ctx context.Context, user uuid.UUID, name string) error {
	now := ""
	err := s.DB.Read(ctx, func(r db.Reader) error {
		rows, err := s.Tables.ByUUIDs(r, s.Engine.Catalog().Object("user"), []uuid.UUID{user}, nil)
		if err == nil && rows[0] == nil {
			err = fault.New(fault.Missing, "record.missing")
		}
		if err == nil {
			now = rows[0].Title()
		}
		return err
	})
	if err != nil || now == name {
		return err
	}
	defer s.people.forget()
	_, err = s.Engine.Write(ctx, &record.Write{Actor: System, Via: "screen", Ops: []record.Op{{Do: record.Update, Object: "user", UUID: user, Any: true, Program: true, Values: map[string]any{"name": name}}}})
	return err
}

// UserTitle names a user for whoever reads what they did.
func (s *Space) UserTitle(ctx context.Context, id int64) (map[string]any, error) {
	var out map[string]any
	err := s.DB.Read(ctx, func(r db.Reader) error {
		titles, err := s.Tables.Titles(r, s.Engine.Catalog().Object("user"), []int64{id})
		if t, ok := titles[id]; ok {
			out = map[string]any{"id": t.UUID, "title": t.Title}
		}
		return err
	})
	return out, err
}

// UserTitles names users by their public ids; those that are no more are left out.
func (s *Space) UserTitles(ctx context.Context, users []uuid.UUID) (map[uuid.UUID]string, error) {
	o, out := s.Engine.Catalog().Object("user"), map[uuid.UUID]string{}
	err := s.DB.Read(ctx, func(r db.Reader) error {
		ids, err := s.Tables.IDs(r, o, users)
		if err != nil {
			return err
		}
		titles, err := s.Tables.Titles(r, o, slices.Collect(maps.Values(ids)))
		for _, t := range titles {
			out[t.UUID] = t.Title
		}
		return err
	})
	return out, err
}

// Has says whether a record of an id was ever made and not purged.
func (s *Space) Has(ctx context.Context, o *object.Object, id uuid.UUID) (there bool, err error) {
	err = s.DB.Read(ctx, func(r db.Reader) error {
		ids, err := s.Tables.IDs(r, o, []uuid.UUID{id})
		there = len(ids) > 0
		return err
	})
	return there, err
}
