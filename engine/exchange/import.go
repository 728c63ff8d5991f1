package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/job"
)

const (
	batchRows  = 1000
	maxChoices = 10_000
)

// importing is one run of an import.
type importing struct {
	deps    *Deps
	run     *job.Run
	args    Import
	actor   *access.Actor
	source  *source
	plan    *plan
	cells   cells
	context field.Context
	names   names
	choices map[int]Choice
	set     *record.ChangeSet // nil in a dry run
	seed    uuid.UUID         // from which the ids of what is made follow
	seen    map[uint64]int    // dry run: the line on which a key stood first
	at      Progress
}

// RunImport does an import, or goes on with one that was cut off.
func RunImport(ctx context.Context, d *Deps, run *job.Run) error {
	j := &importing{deps: d, run: run}
	err := j.begin(ctx)
	if j.source != nil {
		defer j.source.Close()
	}
	if err == nil {
		err = j.work(ctx)
	}
	if j.set != nil && err != nil {
		// What was done until now can be undone, whether or not it goes on later.
		err = errors.Join(err, d.Engine.CloseChangeSet(context.WithoutCancel(ctx), j.set, "partial"))
	}
	if f := fault.As(err); err != nil && f.Class != fault.Internal && f.Class != fault.Unavailable && ctx.Err() == nil {
		return job.Final(err)
	}
	return err
}

// begin reads what is to be done and opens all that it needs.
func (j *importing) begin(ctx context.Context) (err error) {
	if err := j.run.Decode(&j.args); err != nil {
		return job.Final(err)
	}
	if _, err := j.run.Resume(&j.at); err != nil {
		return job.Final(err)
	}
	if j.actor, err = j.deps.Actor(ctx, j.args.User, j.args.Locale, j.args.Scopes); err != nil {
		return err
	}
	if j.source, err = j.deps.open(ctx, j.args.File, j.actor.User, j.args.Options); err != nil {
		return err
	}
	cat := j.deps.Engine.Catalog()
	if j.plan, err = newPlan(cat, j.actor, j.args.Object, j.args.Mapping, len(j.source.header)); err != nil {
		return err
	}
	if j.choices, err = j.deps.choices(ctx, j.args.Choices); err != nil {
		return err
	}
	j.cells = cells{format: j.source.format, old: j.source.old, zone: j.actor.Zone}
	j.context = field.Context{Now: j.deps.Clock.Now(), Zone: j.actor.Zone, Locale: j.actor.Locale, Currency: cat.Currency, Catalog: cat}
	j.names = names{deps: j.deps, actor: j.actor}
	if err := j.names.loadUsers(ctx); err != nil {
		return err
	}
	if j.args.DryRun {
		j.seen, j.at, j.seed = map[uint64]int{}, Progress{}, uuid.Must(uuid.NewV7())
	} else if err := j.openSet(ctx); err != nil {
		return err
	}
	if j.set != nil {
		j.seed = j.set.UUID
	}
	if j.at.Total == nil {
		n, err := j.source.count(ctx)
		if err != nil {
			return err
		}
		if n >= 0 {
			j.at.Total = &n
		}
	}
	return j.run.Progress(ctx, j.at)
}

// openSet opens the change set of the whole import, or finds the one of an earlier run.
func (j *importing) openSet(ctx context.Context) (err error) {
	if j.at.ChangeSet != nil {
		j.set, err = j.deps.Engine.ChangeSetOf(ctx, *j.at.ChangeSet)
		if err == nil && j.set.State == record.Undone { // what it adds would stay behind
			err = job.Final(fault.New(fault.Conflict, "undo.done"))
		}
		return err
	}
	j.set, err = j.deps.Engine.OpenChangeSet(ctx, j.actor, record.ChangeSet{Via: "import", Reason: j.args.Name, Kind: "bulk", Job: j.run.ID})
	if err == nil {
		j.at.ChangeSet = &j.set.UUID
		err = j.run.Progress(ctx, j.at) // before the first row: another run goes on with this one
	}
	return err
}

// work reads rows and understands them while others are written.
func (j *importing) work(ctx context.Context) error {
	if j.plan.also != nil && j.at.Also == nil {
		j.at.Also = map[string]*Counts{j.plan.also.Name: {}}
	}
	reading, stop := context.WithCancel(ctx)
	batches := make(chan []*entry, 1)
	read := make(chan error, 1)
	go func() {
		defer close(batches)
		read <- j.read(reading, batches)
	}()
	var err error
	for list := range batches {
		if err == nil {
			if err = j.batch(ctx, list); err != nil {
				stop()
			}
		}
	}
	stop()
	if readErr := <-read; err == nil {
		err = readErr
	}
	if err != nil {
		return err
	}
	return j.finish(ctx)
}

// read hands out the rows behind the last one that is done.
func (j *importing) read(ctx context.Context, out chan<- []*entry) error {
	in, err := j.source.rows(j.at.Line)
	if err != nil {
		return err
	}
	defer in.Close()
	count := j.at.Done
	for {
		list := make([]*entry, 0, batchRows)
		var end error
		for len(list) < batchRows && end == nil {
			var r Row
			if r, end = in.Next(); end == nil {
				list = append(list, j.understood(r))
			}
		}
		if end != nil && end != io.EOF {
			return end
		}
		if count += len(list); count > MaxRows {
			return fault.New(fault.TooLarge, "import.rows", "max", MaxRows)
		}
		if len(list) > 0 {
			select {
			case out <- list:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if end == io.EOF {
			return nil
		}
	}
}

// batch does some rows. Those that lean on an earlier one of the same batch wait until that one is written; then it is
// found as any other record is.
func (j *importing) batch(ctx context.Context, list []*entry) error {
	next := j.at
	next.Unknown = slices.Clone(j.at.Unknown)
	next.Also = map[string]*Counts{}
	for name, c := range j.at.Also {
		next.Also[name] = &Counts{c.Created, c.Updated}
	}
	for name, titles := range j.titlesOf(list) {
		if o := j.deps.Engine.Catalog().Object(name); o != nil && j.actor.Reads(o) {
			if err := j.names.look(ctx, o, titles); err != nil {
				return err
			}
		}
	}
	for _, e := range list {
		j.link(e)
	}
	var notes []noted
	for pending := list; len(pending) > 0; {
		matches, made, err := j.lookup(ctx, pending)
		if err != nil {
			return err
		}
		now, later := pending, []*entry(nil)
		if !j.args.DryRun {
			now, later = apart(pending, matches)
		}
		decisions, errs, err := j.settle(ctx, now, matches, made)
		if err != nil {
			return err
		}
		for i, e := range now {
			notes = append(notes, next.tell(j.plan, e, decisions[i], errs[i])...)
		}
		pending = later
	}
	next.Done += len(list)
	next.Line = list[len(list)-1].row.Line
	err := j.deps.DB.Write(ctx, func(tx db.Tx) error {
		if err := note(tx, j.run.ID, notes); err != nil {
			return err
		}
		return j.run.Save(tx, next)
	})
	if err == nil {
		j.at = next
		j.deps.Changed(j.plan.main.Name)
		if j.plan.also != nil {
			j.deps.Changed(j.plan.also.Name)
		}
	}
	return err
}

// settle decides on entries and does what was decided; in a dry run one after the other, for each may be the earlier row
// of the next.
func (j *importing) settle(ctx context.Context, list []*entry, matches map[*entry][2][]found, made map[uuid.UUID]bool) ([]decision, []error, error) {
	decisions := make([]decision, len(list))
	if !j.args.DryRun {
		for i, e := range list {
			decisions[i] = j.judged(e, matches[e], made)
		}
		errs, err := j.write(ctx, decisions)
		return decisions, errs, err
	}
	errs := make([]error, len(list))
	for i, e := range list {
		d := j.judged(e, j.before(e, matches[e]), made)
		if decisions[i] = d; len(d.ops) > 0 {
			_, errs[i] = j.deps.Engine.Write(ctx, &record.Write{Actor: j.actor, Via: "import", DryRun: true, Ops: d.ops})
			if errs[i] != nil && fault.As(errs[i]).Class == fault.Internal {
				return nil, nil, errs[i]
			}
		}
		if errs[i] == nil && len(e.wrongs) == 0 {
			j.remember(e)
		}
	}
	return decisions, errs, nil
}

// judged decides on an entry; one that could not be understood fails.
func (j *importing) judged(e *entry, m [2][]found, made map[uuid.UUID]bool) decision {
	if len(e.wrongs) > 0 {
		j.checked(e)
		return decision{do: "fail", matches: m}
	}
	d := j.decide(e, m, made)
	if d.code != "" {
		e.wrongs = append(e.wrongs, wrong{Column: -1, Code: d.code})
	}
	return d
}

// apart takes the entries that share no key with one before them that may make a new record; the others come later. What
// agrees with a record that is there makes none.
func apart(pending []*entry, matches map[*entry][2][]found) (now, later []*entry) {
	claimed := [2]map[key]bool{{}, {}}
	for _, e := range pending {
		free := true
		for side := range e.keys {
			if len(matches[e][side]) > 0 {
				continue
			}
			for _, k := range e.keys[side] {
				free = free && !claimed[side][k]
				claimed[side][k] = true
			}
		}
		if free {
			now = append(now, e)
		} else {
			later = append(later, e)
		}
	}
	return now, later
}

// before adds, in a dry run, the earlier rows of the file that an entry agrees with: they are nowhere else.
func (j *importing) before(e *entry, m [2][]found) [2][]found {
	for side := range e.keys {
		byLine := map[int][]string{}
		for _, k := range e.keys[side] {
			if line, there := j.seen[k.hash(side)]; there && !slices.Contains(byLine[line], k.field.Name) {
				byLine[line] = append(byLine[line], k.field.Name)
			}
		}
		for _, line := range slices.Sorted(maps.Keys(byLine)) {
			m[side] = append(m[side], found{line: line, fields: byLine[line]})
		}
	}
	return m
}

// remember keeps on which line the keys of an entry stood first.
func (j *importing) remember(e *entry) {
	for side := range e.keys {
		for _, k := range e.keys[side] {
			if h := k.hash(side); j.seen[h] == 0 {
				j.seen[h] = e.row.Line
			}
		}
	}
}

func (k key) hash(side int) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %d %s", side, k.field.Index, k.text)
	return h.Sum64()
}

// write does the operations of decisions and answers what refused each.
func (j *importing) write(ctx context.Context, decisions []decision) ([]error, error) {
	errs := make([]error, len(decisions))
	w := &record.Write{Actor: j.actor, Via: "import", Set: j.set, Apart: true}
	for _, d := range decisions {
		w.Ops = append(w.Ops, d.ops...)
	}
	if len(w.Ops) == 0 {
		return errs, nil
	}
	res, err := j.deps.Engine.Bulk(ctx, w, nil)
	if err != nil {
		return nil, err
	}
	at := 0
	for i, d := range decisions {
		for range d.ops {
			if errs[i] == nil {
				errs[i] = res.Outcomes[at].Err
			}
			at++
		}
		if errs[i] != nil && fault.Is(errs[i], fault.Unavailable) {
			return nil, errs[i]
		}
	}
	return errs, nil
}

// tell counts what became of an entry and answers what is to be remembered of it.
func (p *Progress) tell(plan *plan, e *entry, d decision, err error) (notes []noted) {
	if err != nil {
		e.wrongs = append(e.wrongs, plan.wrongs(err, func(path string) int { return sideOf(d, path) })...)
	}
	if len(e.wrongs) > 0 {
		p.Failed++
		p.wonder(plan, e)
		notes = append(notes, noted{Line: e.row.Line, Kind: rowFailed, Title: e.title, Faults: e.wrongs})
	} else {
		switch d.do {
		case Create, "done":
			p.Created++
		case Update:
			p.Updated++
		case Skip:
			p.Skipped++
		}
		if plan.also != nil {
			switch d.also {
			case Create:
				p.Also[plan.also.Name].Created++
			case Update:
				p.Also[plan.also.Name].Updated++
			}
		}
	}
	if len(d.matches[0])+len(d.matches[1]) == 0 || d.do == "done" || d.do == "join" && len(d.matches[1]) == 0 {
		return notes
	}
	p.Duplicates++
	n := noted{Line: e.row.Line, Kind: rowDuplicate, Title: e.title, Did: d.do}
	for side, o := range []*object.Object{plan.main, plan.also} {
		for _, m := range d.matches[side][:min(len(d.matches[side]), 5)] {
			x := match{Line: m.line, Object: o.Name, Fields: m.fields}
			if m.id != uuid.Nil {
				x.ID = m.id.String()
			}
			n.Matches = append(n.Matches, x)
		}
	}
	return append(notes, n)
}

// wonder counts the values of a row that stand for nothing here: a person may say what they mean, once for all rows.
func (p *Progress) wonder(plan *plan, e *entry) {
	for _, w := range e.wrongs {
		if w.Column < 0 || w.Column >= len(e.row.Cells) || w.Code != "choice.unknown" && w.Code != "import.link_unknown" && w.Code != "import.link_several" {
			continue
		}
		u := Unknown{Column: w.Column, Target: w.Field, Value: strings.TrimSpace(e.row.Cells[w.Column]), Rows: 1}
		if !strings.Contains(u.Target, ".") {
			u.Target = plan.main.Name + "." + u.Target
		}
		at := slices.IndexFunc(p.Unknown, func(x Unknown) bool { return x.Column == u.Column && x.Value == u.Value })
		switch {
		case at >= 0:
			p.Unknown[at].Rows++
		case len(p.Unknown) < maxUnknown && len(u.Value) <= 200:
			p.Unknown = append(p.Unknown, u)
		}
	}
}

// sideOf says whether a fault is the object's or its companion's: writes of several operations number them.
func sideOf(d decision, path string) int {
	if len(d.ops) == 1 && d.do == "join" || len(path) > 4 && path[:5] == "ops[1" {
		return 1
	}
	return 0
}

// choices reads what is to be done with single rows.
func (d *Deps) choices(ctx context.Context, id uuid.UUID) (map[int]Choice, error) {
	out := map[int]Choice{}
	if id == uuid.Nil {
		return out, nil
	}
	meta, err := d.Files.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	f, err := d.Files.Read(meta)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return out, json.NewDecoder(f).Decode(&out)
}

// readChoices checks what a caller wants to be done with single rows, by line.
func readChoices(in map[string]Choice) (map[int]Choice, error) {
	if len(in) > maxChoices {
		return nil, fault.Invalid("rows", "list.too_long", "max", maxChoices)
	}
	out := make(map[int]Choice, len(in))
	for _, line := range slices.Sorted(maps.Keys(in)) {
		n, err := strconv.Atoi(line)
		c := in[line]
		if err != nil || n < 1 || !slices.Contains([]string{Skip, Update, Create}, c.Do) {
			return nil, fault.Invalid("rows."+line, "choice.unknown", "options", []string{Create, Update, Skip})
		}
		out[n] = c
	}
	return out, nil
}
