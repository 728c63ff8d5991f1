package record

import (
	"crypto/rand"
	"slices"
	"strings"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/platform/db"
)

// definitions is the number in the log under which definitions change: no object has it. The record of such an entry is
// the catalog's version, its names are those of the objects and fields.
const definitions = 0

// Define is the operation of such an entry.
const Define = "define"

// Defined puts a change of definitions into the log of changes, in the transaction that makes it, so that whoever follows
// the log hears of it between the records that were written before and after.
func (e *Engine) Defined(tx db.Tx, user int64, via string, version int64, names []string) error {
	now := e.clock.Now().UnixMicro()
	set := &ChangeSet{UUID: uuid.Must(uuid.NewV7()), At: now, Actor: user, Via: via, Kind: Define, State: "complete", Counts: 1}
	keys, err := tx.Reserve(map[string]int{setTable: 1, commitTable: 1})
	if err != nil {
		return err
	}
	commit := keys[commitTable][0]
	set.ID = keys[setTable][0]
	if err := insertSets(tx, []*ChangeSet{set}); err != nil {
		return err
	}
	if err := insertCommits(tx, []any{commit, set.ID, now}); err != nil {
		return err
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	x := entry{Commit: commit, Set: set.ID, Object: definitions, Record: version, Op: Define, Version: version, Rev: version, Before: "{}", Names: names,
		Salt: salt, Digest: commitment(salt, []byte(strings.Join(names, ",")), nil)}
	tx.AfterCommit(func() { e.columns.Apply(nil) }) // wakes the log
	return insertEntries(tx, []entry{x})
}

// definedIn is the newest version of the catalog that entries tell of; 0 for none.
func definedIn(list []*entry) (version int64) {
	for _, x := range list {
		if x.Object == definitions {
			version = max(version, x.Record)
		}
	}
	return version
}

// tellDefined words a change of definitions for an asker, object by object: of those that they may read, and of the
// fields that they may see. Of an object that was retired they are told that it is gone. What a new program brought is
// told without an object: anything may be other than it was.
func (e *Engine) tellDefined(l *links, a *access.Actor, x *entry, objects []string, out *Feed) error {
	cursor, err := e.seal.cursor(struct{ Seq int64 }{x.Seq})
	if err != nil {
		return err
	}
	told := Moved{Cursor: cursor, ChangeSet: x.SetUUID, Op: Define, Version: x.Version, At: stamp(x.At)}
	if user := l.cat.Object("user"); user != nil && x.Actor != 0 {
		told.Actor = l.named(user, x.Actor)
	}
	if len(x.Names) == 0 {
		out.Data = append(out.Data, told)
		return nil
	}
	var order []*object.Object
	fields := map[*object.Object][]string{}
	for _, name := range x.Names {
		name, of, _ := strings.Cut(name, ".")
		o := l.cat.Object(name)
		if o == nil || a.Objects[name].Read == access.None && !a.System || len(objects) > 0 && !slices.Contains(objects, name) {
			continue
		}
		if f := o.Field(of); of != "" && (f == nil || a.Field(o, f) == access.Hidden) {
			continue
		}
		if _, met := fields[o]; !met {
			order, fields[o] = append(order, o), nil
		}
		if of != "" {
			fields[o] = append(fields[o], of)
		}
	}
	for _, o := range order {
		m := told
		m.Object, m.Fields = o.Name, fields[o]
		if o.Retired {
			m.Op, m.Fields, m.Actor = "gone", nil, nil
		}
		out.Data = append(out.Data, m)
	}
	return nil
}
