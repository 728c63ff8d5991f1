package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/db"
)

// found is a record, or in a dry run an earlier row, that an entry may be.
type found struct {
	id     uuid.UUID
	line   int // made by this import from this line; 0: it was there before
	fields []string
}

// mostMatches is how many records that share one key are looked at: a key that more share tells nobody apart.
const mostMatches = 200

// madeID is the public id of what an import makes from a line. It is the same in every run, so that a row that was
// written by a run which died before it could say so is found again, and it tells the line.
func (j *importing) madeID(line, side int) uuid.UUID {
	tag := sha256.Sum256(append([]byte("import"), j.seed[:]...))
	var id uuid.UUID
	copy(id[:6], j.seed[:6])
	id[6], id[7], id[8] = 0x70|tag[0]&0x0F, tag[1], 0x80|tag[2]&0x3F
	binary.BigEndian.PutUint32(id[9:], uint32(line))
	id[13], id[14], id[15] = tag[3], tag[4], tag[5]&0xFE|byte(side)
	return id
}

// madeLine answers the line from which this import made a record; 0 when it did not.
func (j *importing) madeLine(id uuid.UUID, side int) int {
	line := int(binary.BigEndian.Uint32(id[9:]))
	if line > 0 && j.madeID(line, side) == id {
		return line
	}
	return 0
}

// lookup finds what agrees with some entries in the database, the surest first, for each entry and side.
func (j *importing) lookup(ctx context.Context, list []*entry) (out map[*entry][2][]found, done map[uuid.UUID]bool, err error) {
	out, done = map[*entry][2][]found{}, map[uuid.UUID]bool{}
	err = j.deps.DB.Read(ctx, func(r db.Reader) error {
		for side, o := range []*object.Object{j.plan.main, j.plan.also} {
			if o == nil {
				continue
			}
			if j.set != nil {
				if err := j.alreadyMade(r, o, side, list, done); err != nil {
					return err
				}
			}
			agree, rows, err := j.agreeing(r, o, side, list)
			if err != nil {
				return err
			}
			for _, e := range list {
				pair := out[e]
				pair[side] = j.judge(e, side, agree[e], rows)
				out[e] = pair
			}
		}
		return nil
	})
	return out, done, err
}

// alreadyMade finds what an earlier run made of these rows.
func (j *importing) alreadyMade(r db.Reader, o *object.Object, side int, list []*entry, done map[uuid.UUID]bool) error {
	ids := make([]uuid.UUID, len(list))
	for i, e := range list {
		ids[i] = j.madeID(e.row.Line, side)
	}
	there, err := j.deps.Tables.IDs(r, o, ids)
	for id := range there {
		done[id] = true
	}
	return err
}

// agreeing finds, for each entry, the records that share a key with it and the fields in which they do.
func (j *importing) agreeing(r db.Reader, o *object.Object, side int, list []*entry) (map[*entry]map[int64][]string, map[int64]*object.Record, error) {
	wanted := map[*object.Field][]string{}
	for _, e := range list {
		for _, k := range e.keys[side] {
			wanted[k.field] = append(wanted[k.field], k.text)
		}
	}
	agree := map[*entry]map[int64][]string{}
	ids := map[int64]bool{}
	fields := []*object.Field{}
	for _, f := range o.Fields {
		if f.Match {
			fields = append(fields, f)
		}
		keys := wanted[f]
		if len(keys) == 0 {
			continue
		}
		slices.Sort(keys)
		hits, err := j.deps.Tables.Match(r, o, f, slices.Compact(keys))
		if err != nil {
			return nil, nil, err
		}
		for _, e := range list {
			for _, k := range e.keys[side] {
				if k.field != f {
					continue
				}
				for _, id := range hits[k.text][:min(len(hits[k.text]), mostMatches)] {
					if agree[e] == nil {
						agree[e] = map[int64][]string{}
					}
					if !slices.Contains(agree[e][id], f.Name) {
						agree[e][id] = append(agree[e][id], f.Name)
					}
					ids[id] = true
				}
			}
		}
	}
	all := make([]int64, 0, len(ids))
	for id := range ids {
		all = append(all, id)
	}
	recs, err := j.deps.Tables.ByIDs(r, o, all, fields)
	rows := map[int64]*object.Record{}
	for _, rec := range recs {
		if rec != nil {
			rows[rec.ID] = rec
		}
	}
	return agree, rows, err
}

// judge leaves out what is in the bin, and what bears another value in a field that is unique: two companies with
// different tax codes are two, however alike their names. The surest come first, then the oldest.
func (j *importing) judge(e *entry, side int, agree map[int64][]string, rows map[int64]*object.Record) (out []found) {
	for id, fields := range agree {
		rec := rows[id]
		if rec == nil || rec.Deleted != 0 {
			continue
		}
		other := false
		for name, text := range e.unique[side] {
			f := rec.Object.Field(name)
			if v := rec.At(f); v != nil && table.MatchKey(rec.Object, f, v) != text {
				other = true
			}
		}
		if !other {
			out = append(out, found{rec.UUID, j.madeLine(rec.UUID, side), fields})
		}
	}
	slices.SortFunc(out, func(x, y found) int {
		if d := len(y.fields) - len(x.fields); d != 0 {
			return d
		}
		return slices.Compare(x.id[:], y.id[:])
	})
	return out
}

// decision is what is to be done with an entry.
type decision struct {
	do      string // create, update, skip, join (its person belongs to a record that the file made before), done, fail
	code    string // why it fails
	ops     []record.Op
	also    string // create, update, or nothing
	matches [2][]found
}

// decide says what becomes of an entry, given what it may be.
func (j *importing) decide(e *entry, matches [2][]found, made map[uuid.UUID]bool) decision {
	d := decision{matches: matches, do: Create}
	mainID, alsoID := j.madeID(e.row.Line, 0), j.madeID(e.row.Line, 1)
	policy := j.args.Duplicates
	choice, chosen := j.choices[e.row.Line]
	if chosen {
		policy = choice.Do
	}
	if made[mainID] || made[alsoID] {
		return already(d, made[mainID], made[alsoID], policy)
	}
	person := j.plan.also != nil && len(e.values[1]) > 0
	switch {
	case policy == Skip && chosen:
		d.do = Skip
	case len(matches[0]) == 0 || policy == Create:
	case policy == Skip && matches[0][0].line > 0 && person && !chosen:
		d.do, mainID = "join", matches[0][0].id
	case policy == Skip:
		d.do = Skip
	default:
		d.do = Update
		if matches[0][0].line == 0 || matches[0][0].id != uuid.Nil {
			if mainID = j.chosen(matches[0], choice); mainID == uuid.Nil {
				d.do, d.code = "fail", "import.several"
			}
		}
	}
	if d.do == Skip || d.do == "fail" {
		return d
	}
	real := d.do != Create && matches[0][0].id != uuid.Nil // a dry run's earlier row is no record: it is made again, to nowhere
	if d.do != Create && !real {
		mainID = j.madeID(e.row.Line, 0)
	}
	switch {
	case d.do == Create || !real:
		d.ops = append(d.ops, record.Op{Do: record.Create, Object: j.plan.main.Name, UUID: mainID, Values: e.values[0], Set: e.stamps})
	case d.do == Update:
		d.ops = append(d.ops, record.Op{Do: record.Update, Object: j.plan.main.Name, UUID: mainID, Any: true, Values: gained(j.plan.main, e.values[0])})
	}
	if person {
		j.decidePerson(&d, e, policy, mainID, alsoID)
	}
	return d
}

// already is the decision on a row that an earlier run has written and could not say so.
func already(d decision, main, also bool, policy string) decision {
	switch {
	case main:
		d.do = "done"
	case policy == Update:
		d.do = Update
	default:
		d.do = "join"
	}
	if also {
		d.also = Create
	}
	return d
}

// decidePerson adds what becomes of the companion.
func (j *importing) decidePerson(d *decision, e *entry, policy string, mainID, alsoID uuid.UUID) {
	values := map[string]any{}
	for name, v := range e.values[1] {
		values[name] = v
	}
	op := record.Op{Object: j.plan.also.Name, Joined: len(d.ops) > 0, Values: values}
	switch known := d.matches[1]; {
	case len(known) > 0 && policy == Skip:
		return
	case len(known) > 0 && policy == Update && known[0].id != uuid.Nil:
		op.Do, op.UUID, op.Any, op.Values = record.Update, known[0].id, true, gained(j.plan.also, values)
	default:
		op.Do, op.UUID, op.Set = record.Create, alsoID, e.stamps
	}
	switch {
	case j.plan.link.Kind != object.KindLinks:
		op.Values[j.plan.link.Name] = mainID.String()
	case op.Do == record.Update:
		op.Values[j.plan.link.Name] = map[string]any{"add": []any{mainID.String()}}
	default:
		op.Values[j.plan.link.Name] = []any{mainID.String()}
	}
	d.also = op.Do
	d.ops = append(d.ops, op)
}

// chosen answers the record that is to be updated: the one that was named, else the one that agrees in more than any
// other; Nil when that cannot be said.
func (j *importing) chosen(matches []found, c Choice) uuid.UUID {
	if c.ID != uuid.Nil {
		if slices.ContainsFunc(matches, func(m found) bool { return m.id == c.ID }) {
			return c.ID
		}
		return uuid.Nil
	}
	if len(matches) > 1 && len(matches[0].fields) == len(matches[1].fields) {
		return uuid.Nil
	}
	return matches[0].id
}

// gained are values for a record that stands: multi-valued fields gain what they lack.
func gained(o *object.Object, values map[string]any) map[string]any {
	out := make(map[string]any, len(values))
	for name, v := range values {
		if list, ok := v.([]any); ok && o.Field(name).Kind.Multi() {
			v = map[string]any{"add": list}
		}
		out[name] = v
	}
	return out
}
