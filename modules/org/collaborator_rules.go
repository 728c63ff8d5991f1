package org

import (
	"slices"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/fault"
)

// sharesHold refuses to share what is not one's to share, with oneself's owner, or twice. Check.
func sharesHold(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	rec, err := c.Read.Linked(c.New, "record")
	if err != nil || rec == nil {
		return err
	}
	if !mayShare(c.Actor, rec) {
		return fault.New(fault.Forbidden, "collaborator.not_yours")
	}
	others, err := c.Read.Referring(Collaborator.Name, "record", rec)
	if err != nil {
		return err
	}
	return checkShare(c.New, rec, others)
}

// mayShare says whether somebody may decide who else works with a record: whoever may change it by their role. Being
// a collaborator is not enough, or a right once lent could be lent on.
func mayShare(a *access.Actor, rec *object.Record) bool {
	scope := a.Objects[rec.Object.Name].Update
	if a.System {
		scope = access.All
	}
	users, all := a.Owners(scope)
	owner, _ := rec.Get("owner").(int64)
	return all || slices.Contains(users, owner)
}

// checkShare: a record is shared with a user once, and not with its owner.
func checkShare(share, rec *object.Record, others []*object.Record) error {
	user := CollaboratorUser.Get(share)
	if owner, _ := rec.Get("owner").(int64); user != 0 && owner == user {
		return fault.Invalid("user", "collaborator.owner")
	}
	for _, other := range others {
		if other.ID != share.ID && CollaboratorUser.Get(other) == user {
			return fault.Invalid("user", "collaborator.already")
		}
	}
	return nil
}
