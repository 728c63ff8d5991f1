package app

import (
	"context"
	"encoding/json"

	"youpeng/engine/catalog"
	"youpeng/platform/fault"
)

// setting is what the history of definitions calls the workspace itself. No object has this name.
const setting = "workspace"

// named is the workspace's only setting so far, as the history keeps it.
type named struct {
	Name string `json:"name"`
}

// Rename gives a workspace another name. The history hears of it first: it rather tells of a change that a death cut off
// than lacks one.
func (a *App) Rename(ctx context.Context, s *Space, by catalog.By, name string) error {
	was, err := a.Control.WorkspaceName(ctx, s.ID)
	if err != nil || was == name {
		return err
	}
	return a.rename(ctx, s, by, 0, named{was}, named{name})
}

func (a *App) rename(ctx context.Context, s *Space, by catalog.By, undoes int64, was, now named) (err error) {
	m := catalog.Move{Object: setting}
	if m.Before, err = json.Marshal(was); err != nil {
		return err
	}
	if m.After, err = json.Marshal(now); err != nil {
		return err
	}
	if err := s.Catalog.Note(ctx, by, undoes, m); err != nil {
		return err
	}
	return a.Control.RenameWorkspace(ctx, s.ID, now.Name)
}

// UndoSetting takes back a change of the history that is of the workspace itself, and answers whether it is one. Where
// the setting was changed again since, it is refused.
func (a *App) UndoSetting(ctx context.Context, s *Space, by catalog.By, id int64) (is bool, err error) {
	e, err := s.Catalog.Entry(ctx, id)
	if err != nil || len(e.Changes) == 0 || e.Changes[0].Object != setting {
		return false, err
	}
	var was, now named
	for text, into := range map[*json.RawMessage]*named{&e.Changes[0].Before: &was, &e.Changes[0].After: &now} {
		if err := json.Unmarshal(*text, into); err != nil {
			return true, err
		}
	}
	name, err := a.Control.WorkspaceName(ctx, s.ID)
	switch {
	case err != nil:
		return true, err
	case e.UndoneBy != 0:
		return true, fault.New(fault.Conflict, "catalog.undone")
	case name != now.Name:
		return true, fault.New(fault.Conflict, "catalog.undo_moved", "object", setting, "field", "name")
	}
	return true, a.rename(ctx, s, by, id, now, was)
}
