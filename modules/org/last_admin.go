package org

import (
	"slices"

	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/fault"
)

// someoneStays refuses to take from the last administrator what makes them one: the role, its right, or their place.
// It reads all who remain, so that two who dismiss each other at once do not both succeed. Check.
func someoneStays(c *record.Change) error {
	if c.Old == nil || c.Old.Deleted != 0 || !took(c) {
		return nil
	}
	roles, err := c.Read.All("role")
	if err != nil {
		return err
	}
	for _, r := range roles {
		if !admits(r) {
			continue
		}
		users, err := c.Read.Referring("user", "roles", r)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(users, works) {
			return nil
		}
	}
	return fault.New(fault.Conflict, "people.last_admin")
}

// took says whether a change may leave fewer administrators than before.
func took(c *record.Change) bool {
	gone := c.New == nil || c.New.Deleted != 0
	if c.Old.Object.Name == Role.Name {
		return admits(c.Old) && (gone || !admits(c.New))
	}
	return works(c.Old) && (gone || !works(c.New) || c.Changed("roles"))
}

// admits says whether a role makes administrators.
func admits(role *object.Record) bool {
	r, err := ParseRights(RoleRights.Get(role))
	return err == nil && r.Admin
}

// works says whether a user may sign in.
func works(u *object.Record) bool {
	return u.Deleted == 0 && (!UserActive.Has(u) || UserActive.Get(u))
}
