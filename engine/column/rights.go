package column

import (
	"math"
	"strconv"
	"sync"

	"youpeng/engine/access"
	"youpeng/engine/object"
)

// collaborator is the object whose records share others: record, user, right (read, write) and until.
const collaborator = "collaborator"

// maxDepth bounds how far visibility is inherited, should definitions go in a circle.
const maxDepth = 6

// sight is the set of rows of an object that an asker may see, living and binned. It is kept true by patches.
type sight struct {
	key   string
	actor *access.Actor
	t     *table
	all   bool // every row that is
	set   bitmap
	rule  func(o uint32) bool // the same for one row
	until int64               // when a share in it ends, microseconds; then it is made anew
	used  int64
}

// rows is the set; it is the table's own for those who see all.
func (v *sight) rows() bitmap {
	if v.all {
		return v.t.exists
	}
	return v.set
}

func sightKey(a *access.Actor) string {
	if a.System {
		return "\x00"
	}
	return a.Digest + "\x00" + strconv.FormatInt(a.User, 10)
}

// wishSight adds the fields that an asker's visible rows of an object rest on.
func (s *Store) wishSight(w wish, a *access.Actor, o *object.Object, depth int) {
	w.add(o)
	if a.System || a.Reading(o) == access.None || depth > maxDepth {
		return
	}
	_, all := a.Owners(a.Reading(o))
	switch {
	case owned(o):
		if !all {
			w.add(o, ownerField(o))
			s.wishShares(w)
		}
	case within(o):
		w.add(o, ownerField(o))
		for _, name := range o.Scope.Parents {
			if f := o.Field(name); f != nil && s.catalog.Object(f.Target) != nil {
				w.add(o, f)
				s.wishSight(w, a, s.catalog.Object(f.Target), depth+1)
			}
		}
	case o.Scope.With != "":
		f := o.Field(o.Scope.With)
		if f == nil {
			return
		}
		w.add(o, f, o.Field(o.Scope.Author))
		for _, name := range f.Targets {
			if p := s.catalog.Object(name); p != nil {
				s.wishSight(w, a, p, depth+1)
			}
		}
	}
}

func (s *Store) wishShares(w wish) {
	if o := s.catalog.Object(collaborator); o != nil {
		w.add(o, o.Field("record"), o.Field("user"), o.Field("right"), o.Field("until"))
	}
}

// ownerField is whose record it is: its owner, else who made it.
func ownerField(o *object.Object) *object.Field {
	if f := o.Field("owner"); f != nil {
		return f
	}
	return o.Fields[object.CreatedBy]
}

// sight answers the rows of an object that an asker may see. The read lock is held and the wish fulfilled.
func (s *Store) sight(a *access.Actor, t *table) *sight {
	s.sightMu.Lock()
	defer s.sightMu.Unlock()
	return s.sightLocked(a, t, 0)
}

func (s *Store) sightLocked(a *access.Actor, t *table, depth int) *sight {
	key := sightKey(a)
	now := s.opt.Clock.Now().UnixMicro()
	if v := t.sights[key]; v != nil {
		if now < v.until {
			v.used = s.opt.Budget.tick.Load()
			s.hits++
			return v
		}
		s.forgetActor(key)
	}
	s.misses++
	v := &sight{key: key, actor: a, t: t, until: math.MaxInt64, used: s.opt.Budget.tick.Load()}
	s.build(v, depth, now)
	t.sights[key] = v
	s.trimSights(key)
	return v
}

// build makes the set and its rule.
func (s *Store) build(v *sight, depth int, now int64) {
	a, o := v.actor, v.t.o
	if a.System {
		v.all = true
		return
	}
	v.rule = func(uint32) bool { return false }
	if a.Reading(o) == access.None || depth > maxDepth {
		v.set = bitmap(nil).grown(v.t.rows)
		return
	}
	users, all := a.Owners(a.Reading(o))
	switch {
	case owned(o):
		if v.all = all; !all {
			s.buildOwned(v, users, now)
		}
	case within(o):
		s.buildWithin(v, users, all, depth)
		v.fill()
	case o.Scope.With != "":
		s.buildWith(v, depth)
		v.fill()
	default:
		v.all = true
	}
}

// fill asks the rule for every row, on two cores where there are many.
func (v *sight) fill() {
	v.set = bitmap(nil).grown(v.t.rows)
	keep := byRow(v.rule)
	part := func(from, to int) {
		for b := from; b < to; b++ {
			m := v.set.block(b)
			*m = *v.t.exists.block(b)
			keep(b, m)
		}
	}
	n := blocksOf(v.t.rows)
	var wg sync.WaitGroup
	if n >= parallelFrom {
		wg.Go(func() { part(0, n/2) })
		part(n/2, n)
	} else {
		part(0, n)
	}
	wg.Wait()
}

func (s *Store) buildOwned(v *sight, users []int64, now int64) {
	number := v.t.o.Number
	owner, _ := v.t.cells[ownerField(v.t.o).Index].(*links)
	own := idSet(users)
	v.rule = func(o uint32) bool {
		return own.has(owner.at(o)) || s.shared(number, o, v.actor.User, s.opt.Clock.Now().UnixMicro()) != ""
	}
	v.set = bitmap(nil).grown(v.t.rows)
	keep := member(&owner.num, own)
	for b := range blocksOf(v.t.rows) {
		m := v.set.block(b)
		*m = *v.t.exists.block(b)
		keep(b, m)
	}
	s.eachShare(func(c share) {
		if c.user != v.actor.User || c.number != number || c.until <= now {
			return
		}
		v.until = min(v.until, c.until)
		if v.t.exists.has(c.row) {
			v.set.put(c.row, true)
		}
	})
}

// buildWithin: any living visible parent; without a living one, by the owner.
func (s *Store) buildWithin(v *sight, users []int64, all bool, depth int) {
	type way struct {
		up     linkTargets
		parent *sight
	}
	var ways []way
	for _, name := range v.t.o.Scope.Parents {
		f := v.t.o.Field(name)
		if f == nil || s.catalog.Object(f.Target) == nil {
			continue
		}
		parent := s.sightLocked(v.actor, s.tables[s.catalog.Object(f.Target).Number], depth+1)
		v.until = min(v.until, parent.until)
		if up, ok := v.t.cells[f.Index].(linkTargets); ok {
			ways = append(ways, way{up, parent})
		}
	}
	owner, _ := v.t.cells[ownerField(v.t.o).Index].(*links)
	own := idSet(users)
	v.rule = func(o uint32) bool {
		sees, lives := false, false
		for _, w := range ways {
			rows, living := w.parent.rows(), w.parent.t.living
			for _, t := range w.up.list(o) {
				if living.has(t) {
					lives = true
					sees = sees || rows.has(t)
				}
			}
		}
		return sees || !lives && (all || own.has(owner.at(o)))
	}
}

// buildWith: with the record that a ref names, and for its author.
func (s *Store) buildWith(v *sight, depth int) {
	f := v.t.o.Field(v.t.o.Scope.With)
	if f == nil {
		return
	}
	with, _ := v.t.cells[f.Index].(*refs)
	parents := map[uint64]*sight{}
	for _, name := range f.Targets {
		if p := s.catalog.Object(name); p != nil {
			parents[uint64(p.Number)] = s.sightLocked(v.actor, s.tables[p.Number], depth+1)
			v.until = min(v.until, parents[uint64(p.Number)].until)
		}
	}
	author := &links{}
	if g := v.t.o.Field(v.t.o.Scope.Author); g != nil {
		author, _ = v.t.cells[g.Index].(*links)
	}
	user := uint32(v.actor.User)
	v.rule = func(o uint32) bool {
		if user != 0 && author.at(o) == user {
			return true
		}
		w := with.at(o)
		parent := parents[w>>refShift]
		return parent != nil && parent.rows().has(uint32(w))
	}
}

// linkTargets answers what a row names; it must not be kept.
type linkTargets interface {
	list(o uint32) []uint32
}

func idSet(ids []int64) bitmap {
	var set bitmap
	for _, id := range ids {
		if id > 0 && id <= maxRow {
			set = set.grown(int(id) + 1)
			set.put(uint32(id), true)
		}
	}
	return set
}

// share is one collaborator record.
type share struct {
	number int
	row    uint32
	user   int64
	right  string
	until  int64
}

// shareOf reads a collaborator record; false when it is not there, in the bin, or not loaded.
func (s *Store) shareOf(t *table, o uint32) (share, bool) {
	if t.o.Name != collaborator || !t.living.has(o) {
		return share{}, false
	}
	record, ok1 := cellsOf[*refs](t, "record")
	user, ok2 := cellsOf[*links](t, "user")
	right, ok3 := cellsOf[*choices](t, "right")
	until, ok4 := cellsOf[*number[uint64]](t, "until")
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return share{}, false
	}
	w := record.at(o)
	c := share{int(w >> refShift), uint32(w), int64(user.at(o)), right.names[right.at(o)], math.MaxInt64}
	if u := until.key(o); u != 0 {
		c.until = until.decode(u)
	}
	return c, true
}

func cellsOf[C cells](t *table, name string) (C, bool) {
	var none C
	f := t.o.Field(name)
	if f == nil || f.Index >= len(t.cells) {
		return none, false
	}
	c, ok := t.cells[f.Index].(C)
	return c, ok
}

func (s *Store) shares() *table {
	if o := s.catalog.Object(collaborator); o != nil {
		return s.tables[o.Number]
	}
	return nil
}

func (s *Store) eachShare(f func(share)) {
	if t := s.shares(); t != nil {
		t.living.each(func(o uint32) {
			if c, ok := s.shareOf(t, o); ok {
				f(c)
			}
		})
	}
}

// shared answers by which right a record is shared with a user: write, read, or "" for none.
func (s *Store) shared(number int, row uint32, user, now int64) string {
	t := s.shares()
	if t == nil || user == 0 {
		return ""
	}
	record, ok := cellsOf[*refs](t, "record")
	if !ok {
		return ""
	}
	best := ""
	s.back(record, number).each(row, func(o uint32) {
		c, ok := s.shareOf(t, o)
		if !ok || c.number != number || c.row != row || c.user != user || c.until <= now {
			return
		}
		if best != "write" {
			best = max(c.right, "read")
		}
	})
	return best
}

// back is the reverse list of a link column, made when first asked for.
func (s *Store) back(c linking, number int) *reverse {
	s.backMu.Lock()
	defer s.backMu.Unlock()
	return c.reverse(number)
}

// patch brings the visible sets of a row and of those that inherit from it up to its present state. The lock is held.
func (s *Store) patch(t *table, o uint32, lifeChanged bool, depth int) {
	moved := lifeChanged && len(t.sights) > 0
	for _, v := range t.sights {
		if v.all {
			continue
		}
		if now := t.exists.has(o) && v.rule(o); now != v.set.has(o) {
			v.set.put(o, now)
			moved = true
		}
	}
	if !moved || depth > maxDepth {
		return
	}
	for _, k := range s.children[t.o.Number] {
		kid := s.tables[k.number]
		if kid == nil || len(kid.sights) == 0 || kid.cells[k.field] == nil {
			continue
		}
		link := kid.cells[k.field].(linking)
		s.back(link, t.o.Number).each(o, func(c uint32) {
			if link.names(c, t.o.Number, o) {
				s.patch(kid, c, false, depth+1)
			}
		})
	}
}

// patchShared brings the visible sets of a shared record up to a changed share.
func (s *Store) patchShared(c share) {
	t := s.tables[c.number]
	if t == nil {
		return
	}
	for _, v := range t.sights {
		if v.actor.User == c.user && c.until < v.until {
			v.until = c.until
			s.soonen(v.key, c.until)
		}
	}
	if int(c.row) < t.rows {
		s.patch(t, c.row, false, 0)
	}
}

// soonen lets all of an asker's sets end no later than a time.
func (s *Store) soonen(key string, until int64) {
	for _, t := range s.tables {
		if v := t.sights[key]; v != nil {
			v.until = min(v.until, until)
		}
	}
}

func (s *Store) forgetActor(key string) {
	for _, t := range s.tables {
		delete(t.sights, key)
	}
}

func (s *Store) forgetSights() {
	for _, t := range s.tables {
		clear(t.sights)
	}
}

// trimSights keeps the sets within a quarter of the memory, forgetting the askers who were longest away.
func (s *Store) trimSights(keep string) {
	if s.opt.Budget.limit <= 0 {
		return
	}
	for {
		total, oldest, least := int64(0), "", int64(math.MaxInt64)
		used := map[string]int64{}
		for _, t := range s.tables {
			for key, v := range t.sights {
				total += int64(8 * len(v.set))
				used[key] = max(used[key], v.used)
			}
		}
		for key, at := range used {
			if key != keep && at < least {
				oldest, least = key, at
			}
		}
		if total <= s.opt.Budget.limit/4 || oldest == "" {
			return
		}
		s.forgetActor(oldest)
	}
}

// Of the three ways in which visibility is found the inherited ones go first: with, within, owned.
func within(o *object.Object) bool { return o.Scope.With == "" && len(o.Scope.Parents) > 0 }
func owned(o *object.Object) bool {
	return o.Scope.With == "" && len(o.Scope.Parents) == 0 && o.Scope.Owner
}
