package record

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// errNeighbour says that an operation names a version of a record that one before it in the same transaction raises.
var errNeighbour = errors.New("record: a neighbour stands there")

const (
	fewestAtOnce = 16
	bulkAtOnce   = 512
	mostSteps    = 2048 // of one commit, where operations bring others with them
)

// Bulk does operations of a long piece of work, each alone or with those joined to it, in the lane of bulk work, in
// commits that hold others up no longer than the database allows. mark runs in every commit with the number of operations done so
// far, so that a cursor is kept with its effect.
func (e *Engine) Bulk(ctx context.Context, w *Write, mark func(tx db.Tx, done int) error) (*Result, error) {
	res := &Result{ChangeSet: w.Set.UUID, At: e.clock.Now()}
	if mark == nil {
		mark = func(db.Tx, int) error { return nil }
	}
	size := max(w.Set.pace, 64)
	var next *ahead
	defer func() { next.wait() }()
	defer func() { w.Set.pace = size }()
	for from := 0; from < len(w.Ops); {
		soon := func(done int) {
			if w.Apart && from+done < len(w.Ops) {
				next = e.planAhead(ctx, w, from+done, size)
			}
		}
		part, err := e.chunk(ctx, w, cut(w.Ops, from, size), next.from(from), soon, func(tx db.Tx, done int) error { return mark(tx, from+done) })
		if err != nil {
			return res, err
		}
		res.Outcomes = append(res.Outcomes, part.Outcomes...)
		res.Commit = max(res.Commit, part.Commit)
		from += part.done
		switch {
		case part.done < size/4 && from < len(w.Ops): // a neighbour ended it; what is asked ahead for more is asked in vain
			size = max(fewestAtOnce, 2*part.done)
		case part.held > e.db.Hold():
			size = max(fewestAtOnce, size/2)
		case part.held < e.db.Hold()/2:
			size = min(bulkAtOnce, size*2)
		}
		if err := ctx.Err(); err != nil {
			return res, err
		}
	}
	return res, nil
}

// ahead is a chunk that is planned while the one before it is being kept. It rests on what was there before that one,
// as a write of somebody else would; what moved meanwhile shows when it is kept itself.
type ahead struct {
	at   int
	done chan struct{}
	b    *batch
	err  error
}

func (e *Engine) planAhead(ctx context.Context, w *Write, at, size int) *ahead {
	a := &ahead{at: at, done: make(chan struct{})}
	go func() {
		defer close(a.done)
		a.b, a.err = e.together(ctx, w, cut(w.Ops, at, size))
	}()
	return a
}

func (a *ahead) wait() {
	if a != nil {
		<-a.done
	}
}

// from answers the plan if it begins with an operation; else there is none, and the chunk is planned when its turn comes.
func (a *ahead) from(at int) *batch {
	if a.wait(); a == nil || a.err != nil || a.at != at {
		return nil
	}
	return a.b
}

// cut takes the pieces of work that begin with an operation, about so many operations of them.
func cut(ops []Op, from, size int) [][]Op {
	to := min(len(ops), from+size)
	for to < len(ops) && ops[to].Joined {
		to++
	}
	return joined(ops[from:to])
}

// joined cuts operations into those that are one.
func joined(ops []Op) (out [][]Op) {
	from := 0
	for i := 1; i <= len(ops); i++ {
		if i == len(ops) || !ops[i].Joined {
			out = append(out, ops[from:i])
			from = i
		}
	}
	return out
}

// chunked is what became of the first operations of a chunk.
type chunked struct {
	Result
	done int
	held time.Duration // how long the writer was kept from others
}

// chunk does pieces of work in one commit. Where what they rest on has moved meanwhile they are computed anew once;
// where that does not help, or a value is taken that was free on the snapshot, the first half is tried by itself, down
// to a single piece, which is done as any write is. ready is the plan where it was made ahead, and soon is told, before
// the first attempt, how many operations that will be.
func (e *Engine) chunk(ctx context.Context, w *Write, pieces [][]Op, ready *batch, soon func(done int), mark func(tx db.Tx, done int) error) (*chunked, error) {
	for n := 0; len(pieces) > 1; n++ {
		b, err := ready, error(nil)
		if ready = nil; b == nil {
			b, err = e.together(ctx, w, pieces)
		}
		if err != nil {
			return nil, err
		}
		if n == 0 {
			soon(b.ops())
		}
		res, err := e.commitTogether(ctx, b, mark)
		if err == nil || !again(err) {
			return res, err
		}
		var taken *table.Taken
		if n > 0 || errors.As(err, &taken) {
			pieces = pieces[:len(pieces)/2]
		}
		if fault.Has(err, "catalog.moved") {
			if err := e.catalog.Refresh(ctx); err != nil {
				return nil, err
			}
		}
	}
	res := &chunked{done: len(pieces[0])}
	out, err := e.writeAll(ctx, w, pieces[0], func(ctx context.Context, fn func(db.Tx) error) error {
		return e.db.WriteBulk(ctx, func(tx db.Tx) error {
			start := time.Now()
			defer func() { res.held = time.Since(start) }()
			if err := fn(tx); err != nil {
				return err
			}
			return mark(tx, res.done)
		})
	})
	if err != nil {
		if fault.As(err).Class == fault.Internal {
			return nil, err
		}
		res.refused(pieces[0], err)
		return res, nil
	}
	res.Result = *out
	return res, nil
}

// refused tells of each operation of a piece why it was not done.
func (c *chunked) refused(piece []Op, err error) {
	for _, op := range piece {
		c.Outcomes = append(c.Outcomes, Outcome{Op: op.Do, Err: err})
	}
}

// batch is pieces of work as computed on one snapshot, each upon those before it.
type batch struct {
	plan   *plan // all that were not refused, as one
	pieces [][]Op
	fails  []error // why a piece was refused
}

// together plans pieces upon one another. It ends before one that names a version which a neighbour raises: that one is
// to see the neighbour's work.
func (e *Engine) together(ctx context.Context, w *Write, pieces [][]Op) (*batch, error) {
	cat := e.catalog.Current()
	if err := e.warmOps(ctx, w, slices.Concat(pieces...)); err != nil {
		return nil, err
	}
	b := &batch{}
	err := e.db.Read(ctx, func(r db.Reader) error {
		base := e.empty(ctx, w, cat, newReader(ctx, r, e.tables, cat))
		b.plan, base.bumped = base, map[place]bool{}
		if err := base.read.ask(pieces); err != nil {
			return err
		}
		for _, piece := range pieces {
			if len(base.steps) >= mostSteps {
				return nil
			}
			p := e.empty(ctx, w, cat, base.read.over())
			p.under, p.temp, p.now = base, base.temp, base.now
			err := p.work(piece)
			switch {
			case errors.Is(err, errNeighbour):
				return nil
			case err == nil:
				base.take(p)
			case fault.As(err).Class == fault.Internal:
				return err
			}
			b.pieces, b.fails = append(b.pieces, piece), append(b.fails, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return b, b.plan.reserve(ctx)
}

// take adds what was planned upon this plan.
func (p *plan) take(o *plan) {
	p.steps, p.of, p.tasks, p.temp = append(p.steps, o.steps...), append(p.of, o.of...), append(p.tasks, o.tasks...), o.temp
	p.read.take(o.read)
	for id, s := range o.news {
		p.news[id] = s
	}
	for _, s := range o.steps {
		if s.old != nil && s.bumps() {
			p.bumped[place{s.o.Number, s.old.ID}] = true
		}
	}
}

// made finds a record that this write, or one before it in the same transaction, makes.
func (p *plan) made(id uuid.UUID) *step {
	for ; p != nil; p = p.under {
		if s := p.news[id]; s != nil {
			return s
		}
	}
	return nil
}

func (b *batch) ops() (n int) {
	for _, piece := range b.pieces {
		n += len(piece)
	}
	return n
}

func (e *Engine) commitTogether(ctx context.Context, b *batch, mark func(tx db.Tx, done int) error) (*chunked, error) {
	res := &chunked{done: b.ops()}
	var out *Result
	err := e.db.WriteBulk(ctx, func(tx db.Tx) (err error) {
		start := time.Now()
		defer func() { res.held = time.Since(start) }()
		if out = new(Result); len(b.plan.of) > 0 {
			if out, err = b.plan.commit(tx); err != nil {
				return err
			}
		}
		return mark(tx, res.done)
	})
	if err != nil {
		return nil, err
	}
	res.Commit = out.Commit
	for i, piece := range b.pieces {
		if b.fails[i] != nil {
			res.refused(piece, b.fails[i])
			continue
		}
		res.Outcomes, out.Outcomes = append(res.Outcomes, out.Outcomes[:len(piece)]...), out.Outcomes[len(piece):]
	}
	return res, nil
}

// ask reads with few statements what the pieces of a chunk would ask for one by one: the records that they change, and
// who leans on those that they delete or bring back.
func (r *Reader) ask(pieces [][]Op) error {
	public, private := map[*object.Object][]uuid.UUID{}, map[*object.Object][]int64{}
	gone, back := map[*object.Object]map[int64]bool{}, map[*object.Object][]int64{}
	for _, piece := range pieces {
		for _, op := range piece {
			o := r.cat.Object(op.Object)
			switch {
			case o == nil || op.Do == Create:
			case op.ID != 0:
				private[o] = append(private[o], op.ID)
			default:
				public[o] = append(public[o], op.UUID)
			}
		}
	}
	for o, list := range public {
		ids, err := r.tables.IDs(r.r, o, list)
		if err != nil {
			return err
		}
		r.known.ids[o.Number] = map[uuid.UUID]int64{}
		for _, id := range list {
			if ids[id] != 0 {
				private[o] = append(private[o], ids[id])
			}
			r.known.ids[o.Number][id] = ids[id]
		}
	}
	for o, ids := range private {
		if _, err := r.Many(o.Name, ids); err != nil {
			return err
		}
	}
	for _, piece := range pieces {
		for _, op := range piece {
			if o := r.cat.Object(op.Object); o != nil && (op.Do == Delete || op.Do == Restore) {
				id := op.ID
				if id == 0 {
					id = r.known.ids[o.Number][op.UUID]
				}
				if gone[o] == nil {
					gone[o] = map[int64]bool{}
				}
				gone[o][id] = true
				if op.Do == Restore && id != 0 {
					back[o] = append(back[o], id)
				}
			}
		}
	}
	for o, ids := range gone {
		delete(ids, 0)
		if err := r.askLeaning(o, slices.Collect(maps.Keys(ids))); err != nil {
			return err
		}
	}
	return r.askReturning(back)
}

// askReturning reads when some records went into the bin, and those that followed them.
func (r *Reader) askReturning(back map[*object.Object][]int64) error {
	for target, ids := range back {
		if _, err := r.lastDeletes(target, ids); err != nil {
			return err
		}
		for _, o := range r.cat.Objects {
			for _, f := range o.Fields {
				if !leadsTo(f, target) || f.OnDelete != object.Follow && o.Lines != f.Name {
					continue
				}
				var along []int64
				for _, id := range ids {
					along = append(along, r.known.leaningOn(o, f).of[place{target.Number, id}]...)
				}
				if len(along) > mostSteps {
					continue
				}
				if _, err := r.lastDeletes(o, along); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// askLeaning reads who leans on some records of an object.
func (r *Reader) askLeaning(target *object.Object, ids []int64) error {
	for _, o := range r.cat.Objects {
		for _, f := range o.Fields {
			if f.OnDelete == object.Keep && o.Lines != f.Name || !leadsTo(f, target) {
				continue
			}
			list, err := r.tables.Leaning(r.r, o, f, target.Number, ids)
			if err != nil {
				return err
			}
			known := r.known.leaningOn(o, f)
			var all []int64
			for _, id := range ids {
				known.of[place{target.Number, id}] = list[id]
				all = append(all, list[id]...)
			}
			if len(all) > mostSteps { // they are read as their turn comes
				continue
			}
			if _, err := r.Many(o.Name, all); err != nil {
				return err
			}
		}
	}
	return nil
}
