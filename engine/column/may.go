package column

import (
	"context"

	"youpeng/engine/access"
	"youpeng/engine/object"
)

// Sees says whether an asker may see a record, in the bin or not.
func (s *Store) Sees(ctx context.Context, a *access.Actor, o *object.Object, id int64) (bool, error) {
	w := wish{}
	s.mu.RLock()
	s.wishSight(w, a, o, 0)
	s.mu.RUnlock()
	if err := s.hold(ctx, w); err != nil {
		return false, err
	}
	defer s.mu.RUnlock()
	return s.sees(a, o, id), nil
}

func (s *Store) sees(a *access.Actor, o *object.Object, id int64) bool {
	t := s.tables[o.Number]
	return t != nil && id > 0 && id <= maxRow && s.sight(a, t).rows().has(uint32(id))
}

// Doing is what one may want to do with a record.
type Doing string

const (
	Reading  Doing = "read"
	Updating Doing = "update"
	Deleting Doing = "delete"
)

// May says whether an asker may do something with a record, and by what: all, owner, shared, parent, author, or why
// not: unseen (no right to know of it), role (the role forbids it), scope (it is another's).
func (s *Store) May(ctx context.Context, a *access.Actor, o *object.Object, id int64, d Doing) (bool, string, error) {
	w := wish{}
	s.mu.RLock()
	s.wishSight(w, a, o, 0)
	s.wishMay(w, o, 0)
	s.mu.RUnlock()
	if err := s.hold(ctx, w); err != nil {
		return false, "", err
	}
	defer s.mu.RUnlock()
	if !s.sees(a, o, id) {
		return false, "unseen", nil
	}
	ok, why := s.may(a, o, uint32(id), d, 0)
	return ok, why, nil
}

// wishMay adds what a decision on one record reads beyond its visibility.
func (s *Store) wishMay(w wish, o *object.Object, depth int) {
	w.add(o)
	if o.Scope.Owner || len(o.Scope.Parents) > 0 {
		w.add(o, ownerField(o))
		s.wishShares(w)
	}
	if depth > maxDepth {
		return
	}
	for _, name := range o.Scope.Parents {
		if f := o.Field(name); f != nil && s.catalog.Object(f.Target) != nil {
			w.add(o, f)
			s.wishMay(w, s.catalog.Object(f.Target), depth+1)
		}
	}
	if f := o.Field(o.Scope.With); f != nil {
		w.add(o, f, o.Field(o.Scope.Author))
	}
}

func scopeOf(a *access.Actor, o *object.Object, d Doing) access.Scope {
	switch {
	case a.System:
		return access.All
	case d == Updating:
		return a.Objects[o.Name].Update
	case d == Deleting:
		return a.Objects[o.Name].Delete
	}
	return a.Reading(o)
}

func (s *Store) may(a *access.Actor, o *object.Object, row uint32, d Doing, depth int) (bool, string) {
	scope := scopeOf(a, o, d)
	users, all := a.Owners(scope)
	t := s.tables[o.Number]
	switch {
	case a.System:
		return true, "all"
	case scope == access.None || depth > maxDepth:
		return false, "role"
	case owned(o):
		owner, _ := t.cells[ownerField(o).Index].(*links)
		if all || idSet(users).has(owner.at(row)) {
			return true, "owner"
		}
		right := s.shared(o.Number, row, a.User, s.opt.Clock.Now().UnixMicro())
		if right == "write" && d == Updating || right != "" && d == Reading {
			return true, "shared"
		}
	case within(o):
		return s.mayWithin(a, t, row, d, depth)
	case o.Scope.With != "":
		return s.mayWith(a, t, row, d)
	default:
		return true, "all"
	}
	return false, "scope"
}

// mayWithin: with any living parent with which one may do it; without a living one, by the owner.
func (s *Store) mayWithin(a *access.Actor, t *table, row uint32, d Doing, depth int) (bool, string) {
	lives, may := false, false
	for _, name := range t.o.Scope.Parents {
		f := t.o.Field(name)
		if f == nil || s.catalog.Object(f.Target) == nil {
			continue
		}
		p := s.catalog.Object(f.Target)
		up, ok := t.cells[f.Index].(linkTargets)
		if !ok {
			continue
		}
		for _, x := range up.list(row) {
			if s.tables[p.Number].living.has(x) {
				lives = true
				if !may && s.sees(a, p, int64(x)) {
					with := d
					if d == Deleting {
						with = Updating // whoever may write the parent may take a child away from it
					}
					may, _ = s.may(a, p, x, with, depth+1)
				}
			}
		}
	}
	if lives {
		if may {
			return true, "parent"
		}
		return false, "scope"
	}
	users, all := a.Owners(scopeOf(a, t.o, d))
	owner, _ := t.cells[ownerField(t.o).Index].(*links)
	if all || idSet(users).has(owner.at(row)) {
		return true, "owner"
	}
	return false, "scope"
}

// mayWith: what one sees one may read; writing is its author's, and theirs whose scope reaches the author.
func (s *Store) mayWith(a *access.Actor, t *table, row uint32, d Doing) (bool, string) {
	if d == Reading {
		return true, "parent"
	}
	users, all := a.Owners(scopeOf(a, t.o, d))
	author := &links{}
	if g := t.o.Field(t.o.Scope.Author); g != nil {
		author, _ = t.cells[g.Index].(*links)
	}
	by := author.at(row)
	switch {
	case by != 0 && int64(by) == a.User:
		return true, "author"
	case all || idSet(users).has(by):
		return true, "owner"
	}
	return false, "scope"
}

// Referring lists the records whose link, links or ref field names a record, binned ones too.
func (s *Store) Referring(ctx context.Context, o *object.Object, f *object.Field, target *object.Object, id int64) ([]int64, error) {
	w := wish{}
	w.add(o, f)
	if err := s.hold(ctx, w); err != nil {
		return nil, err
	}
	defer s.mu.RUnlock()
	t := s.tables[o.Number]
	link, ok := t.cells[f.Index].(linking)
	if !ok || id <= 0 || id > maxRow {
		return nil, nil
	}
	seen := map[uint32]bool{}
	var out []int64
	s.back(link, target.Number).each(uint32(id), func(r uint32) {
		if !seen[r] && t.exists.has(r) && link.names(r, target.Number, uint32(id)) {
			seen[r] = true
			out = append(out, int64(r))
		}
	})
	return out, nil
}
