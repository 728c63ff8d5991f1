// Package enginetest holds the oracle: a plain evaluator of questions over records in memory, written from the
// definitions in packages query and access and from nothing else, and a generator of random worlds and questions.
// Whatever answers questions for people is compared with it.
package enginetest

import (
	"slices"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/object"
)

// collaborator is the object whose records share a record with a user.
const collaborator = "collaborator"

// World is a workspace in memory.
type World struct {
	Catalog *object.Catalog
	Records map[string][]*object.Record // by object, in the order of their ids, binned ones too
	Actors  []*access.Actor
	Now     time.Time
}

// Record finds a record; nil when there is none.
func (w *World) Record(name string, id int64) *object.Record {
	list := w.Records[name]
	i, ok := slices.BinarySearchFunc(list, id, func(r *object.Record, id int64) int { return int(r.ID - id) })
	if !ok {
		return nil
	}
	return list[i]
}

// Sees says whether an actor may see a record, in the bin or not.
func (w *World) Sees(a *access.Actor, r *object.Record) bool {
	o := r.Object
	switch {
	case a.System:
		return true
	case a.Reading(o) == access.None:
		return false
	case o.Scope.With != "":
		return w.seesWith(a, r)
	case len(o.Scope.Parents) > 0:
		return w.seesWithin(a, r)
	case o.Scope.Owner:
		return owns(a, r) || w.shared(a, r)
	}
	return true
}

// seesWith: the author always, else whoever sees the record that the ref names; without one nobody else.
func (w *World) seesWith(a *access.Actor, r *object.Record) bool {
	if r.Get(r.Object.Scope.Author) == a.User {
		return true
	}
	ref, ok := r.Get(r.Object.Scope.With).(object.Ref)
	if !ok {
		return false
	}
	o := w.Catalog.Numbered(ref.Object)
	if o == nil {
		return false
	}
	target := w.Record(o.Name, ref.ID)
	return target != nil && w.Sees(a, target)
}

// seesWithin: any living parent that one sees; without a living parent by the owner.
func (w *World) seesWithin(a *access.Actor, r *object.Record) bool {
	orphan := true
	for _, name := range r.Object.Scope.Parents {
		f := r.Object.Field(name)
		for _, id := range linkedIDs(r.At(f)) {
			parent := w.Record(f.Target, id)
			if parent == nil || parent.Deleted != 0 {
				continue
			}
			orphan = false
			if w.Sees(a, parent) {
				return true
			}
		}
	}
	return orphan && owns(a, r)
}

// owns says whether the owner, or where the object has none whoever made the record, is in the actor's scope.
func owns(a *access.Actor, r *object.Record) bool {
	users, all := a.Owners(a.Reading(r.Object))
	if all {
		return true
	}
	f := r.Object.Field("owner")
	if f == nil {
		f = r.Object.Fields[object.CreatedBy]
	}
	owner, ok := r.At(f).(int64)
	return ok && slices.Contains(users, owner)
}

// shared says whether a living collaborator record that has not expired names the actor.
func (w *World) shared(a *access.Actor, r *object.Record) bool {
	return slices.ContainsFunc(w.Records[collaborator], func(c *object.Record) bool {
		until, ends := c.Get("until").(int64)
		return c.Deleted == 0 && c.Get("user") == a.User && (!ends || until > w.Now.UnixMicro()) &&
			c.Get("record") == object.Ref{Object: r.Object.Number, ID: r.ID}
	})
}

// linkedIDs are the records that a link or links value names.
func linkedIDs(v any) []int64 {
	switch v := v.(type) {
	case int64:
		return []int64{v}
	case []object.Item:
		ids := make([]int64, len(v))
		for i, it := range v {
			ids[i] = it.Link
		}
		return ids
	}
	return nil
}
