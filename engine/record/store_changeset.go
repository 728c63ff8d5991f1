package record

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/google/uuid"

	"youpeng/platform/db"
)

// createTables makes the change log and what stands beside it.
func createTables(tx db.Tx) error {
	d := tx.Dialect()
	i, t, b := " "+d.Type(db.Int), " "+d.Type(db.Text), " "+d.Type(db.Bytes)
	n := " NOT NULL"
	for _, sql := range []string{
		"TABLE IF NOT EXISTS sys_change_set (" + d.Key("id") + ", uuid" + b + n + ", at" + i + n + ", actor" + i + n + ", via" + t + n + ", reason" + t + n +
			", kind" + t + n + ", state" + t + n + ", undoes" + i + ", undone_by" + i + ", job" + i + ", counts" + i + n + ")",
		"UNIQUE INDEX IF NOT EXISTS sys_change_set_uuid ON sys_change_set (uuid)",
		"TABLE IF NOT EXISTS sys_commit (" + d.Key("id") + ", change_set" + i + n + ", at" + i + n + ", seq" + i + ", link" + b + ")",
		"UNIQUE INDEX IF NOT EXISTS sys_commit_seq ON sys_commit (seq)",
		"INDEX IF NOT EXISTS sys_commit_set ON sys_commit (change_set)",
		"TABLE IF NOT EXISTS sys_change (" + d.Key("id") + ", commit_id" + i + n + ", change_set" + i + n + ", object" + i + n + ", record" + i + n + ", op" + t + n +
			", version" + i + n + ", rev" + i + n + ", before" + t + n + ", names" + t + n + ", sealed" + b + ", salt" + b + ", digest" + b + n + ")",
		"INDEX IF NOT EXISTS sys_change_record ON sys_change (object, record, id)",
		"INDEX IF NOT EXISTS sys_change_commit ON sys_change (commit_id, object)",
		"TABLE IF NOT EXISTS sys_subject_key (object" + i + n + ", record" + i + n + ", key" + b + ", PRIMARY KEY (object, record))",
		"TABLE IF NOT EXISTS sys_idempotency (caller" + i + n + ", scope" + t + n + ", key" + t + n + ", body" + b + n + ", at" + i + n + ", change_set" + b + n + ", answer" + b +
			", PRIMARY KEY (caller, scope, key))",
		"TABLE IF NOT EXISTS sys_series (name" + t + n + ", period" + t + n + ", next" + i + n + ", PRIMARY KEY (name, period))",
		"TABLE IF NOT EXISTS sys_secret (name" + t + n + " PRIMARY KEY, value" + b + n + ")",
	} {
		if _, err := tx.Exec("CREATE " + sql); err != nil {
			return err
		}
	}
	return db.Spread(tx, "sys_change", "commit_id")
}

// secretOf answers the key that seals cursors, made when the workspace is new.
func secretOf(ctx context.Context, d *db.DB) (key []byte, err error) {
	err = d.Write(ctx, func(tx db.Tx) error {
		fresh := make([]byte, 32)
		_, _ = rand.Read(fresh) // never fails
		if _, err := tx.Exec(tx.Dialect().Ignore("INSERT INTO sys_secret (name, value) VALUES (?, ?)"), "cursor", fresh); err != nil {
			return err
		}
		_, err := tx.One([]any{&key}, "SELECT value FROM sys_secret WHERE name = ?", "cursor")
		return err
	})
	return key, err
}

// The tables of change sets, their commits and changes, as keys are drawn for them.
const (
	setTable    = "sys_change_set"
	commitTable = "sys_commit"
	changeTable = "sys_change"
)

// insertSets keeps change sets whose keys are drawn.
func insertSets(tx db.Tx, list []*ChangeSet) error {
	const width = 11
	args := make([]any, 0, width*len(list))
	for _, s := range list {
		args = append(args, s.ID, s.UUID[:], s.At, s.Actor, s.Via, s.Reason, s.Kind, s.State, orNil(s.Undoes), orNil(s.Job), s.Counts)
	}
	return db.Fill(tx, nil, "INSERT INTO sys_change_set (id, uuid, at, actor, via, reason, kind, state, undoes, job, counts)", width, args)
}

func orNil(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

const setColumns = "SELECT id, uuid, at, actor, via, reason, kind, state, coalesce(undoes, 0), coalesce(job, 0), counts FROM sys_change_set WHERE "

func loadSet(r db.Reader, where string, args ...any) (*ChangeSet, error) {
	var s ChangeSet
	var public []byte
	found, err := r.One([]any{&s.ID, &public, &s.At, &s.Actor, &s.Via, &s.Reason, &s.Kind, &s.State, &s.Undoes, &s.Job, &s.Counts}, setColumns+where, args...)
	if err != nil || !found {
		return nil, err
	}
	s.UUID = uuid.UUID(public)
	return &s, nil
}

func setState(tx db.Tx, id int64, state string) error {
	_, err := tx.Exec("UPDATE sys_change_set SET state = ? WHERE id = ?", state, id)
	return err
}

func setUndone(tx db.Tx, id, by int64) error {
	_, err := tx.Exec("UPDATE sys_change_set SET state = ?, undone_by = ? WHERE id = ?", "undone", by, id)
	return err
}

func countSet(tx db.Tx, id int64, more int) error {
	return tx.Send(nil, "UPDATE sys_change_set SET counts = counts + ? WHERE id = ?", more, id)
}

// entry is one row of the log.
type entry struct {
	ID, Commit, Set      int64
	Object               int
	Record               int64
	Op                   string
	Version, Rev         int64
	Before               string
	Names                []string
	Sealed, Salt, Digest []byte
	Seq, At, Actor       int64 // of its commit and change set
	SetUUID              uuid.UUID
	Via, Reason          string
	before               map[string]any // former values, decoded
	erased               bool           // the key that sealed its personal values is gone
}

// insertCommits keeps commits: key, change set and time of one after the other.
func insertCommits(tx db.Tx, args []any) error {
	return db.Fill(tx, nil, "INSERT INTO sys_commit (id, change_set, at)", 3, args)
}

// insertEntries adds to the log, in order, and gives them their keys. They are drawn when all else stands: of two
// transactions one of which waited for the other, that one has the higher keys.
func insertEntries(tx db.Tx, list []entry) error {
	if len(list) == 0 {
		return nil
	}
	keys, err := tx.Reserve(map[string]int{changeTable: len(list)})
	if err != nil {
		return err
	}
	const width = 13
	args := make([]any, 0, width*len(list))
	for i := range list {
		e := &list[i]
		e.ID = keys[changeTable][i]
		args = append(args, e.ID, e.Commit, e.Set, e.Object, e.Record, e.Op, e.Version, e.Rev, e.Before, strings.Join(e.Names, ","), e.Sealed, e.Salt, e.Digest)
	}
	return db.Fill(tx, nil, "INSERT INTO sys_change (id, commit_id, change_set, object, record, op, version, rev, before, names, sealed, salt, digest)", width, args)
}

const entryColumns = `SELECT c.id, c.commit_id, c.change_set, c.object, c.record, c.op, c.version, c.rev, c.before, c.names, c.sealed, c.salt, c.digest,
 coalesce(k.seq, 0), k.at, s.actor, s.uuid, s.via, s.reason FROM sys_change c JOIN sys_commit k ON k.id = c.commit_id JOIN sys_change_set s ON s.id = c.change_set WHERE `

func loadEntries(r db.Reader, where string, args ...any) ([]*entry, error) {
	rows, err := r.Query(entryColumns+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*entry
	for rows.Next() {
		var e entry
		var names string
		var public []byte
		if err := rows.Scan(&e.ID, &e.Commit, &e.Set, &e.Object, &e.Record, &e.Op, &e.Version, &e.Rev, &e.Before, &names, &e.Sealed, &e.Salt, &e.Digest,
			&e.Seq, &e.At, &e.Actor, &public, &e.Via, &e.Reason); err != nil {
			return nil, err
		}
		e.SetUUID = uuid.UUID(public)
		if names != "" {
			e.Names = strings.Split(names, ",")
		}
		out = append(out, &e)
	}
	return out, rows.Err()
}

// entriesSince answers a record's changes after one, the newest first.
func entriesSince(r db.Reader, object int, record, after int64) ([]*entry, error) {
	return loadEntries(r, "c.object = ? AND c.record = ? AND c.id > ? ORDER BY c.id DESC", object, record, after)
}

// entriesOf answers the changes of some records of an object, the newest first.
func entriesOf(r db.Reader, object int, records []int64) (out []*entry, err error) {
	return entriesWhere(r, "", object, records)
}

// deletesOf answers the entries with which some records of an object went into the bin, from the newest.
func deletesOf(r db.Reader, object int, records []int64) ([]*entry, error) {
	return entriesWhere(r, " AND c.op = 'delete'", object, records)
}

func entriesWhere(r db.Reader, and string, object int, records []int64) (out []*entry, err error) {
	for part := range slices.Chunk(records, 256) {
		args := []any{object}
		for _, id := range part {
			args = append(args, id)
		}
		marks := among(&args)
		list, err := loadEntries(r, "c.object = ? AND c.record IN ("+marks+")"+and+" ORDER BY c.id DESC", args...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// among answers the placeholders of the arguments behind the first, which are repeated up to a power of two, so that
// few statements serve all lists.
func among(args *[]any) string {
	for n := len(*args) - 1; n&(n-1) != 0; n++ {
		*args = append(*args, (*args)[1])
	}
	return "?" + strings.Repeat(", ?", len(*args)-2)
}

func entriesBefore(r db.Reader, object int, record, before int64, limit int) ([]*entry, error) {
	return loadEntries(r, "c.object = ? AND c.record = ? AND c.id < ? ORDER BY c.id DESC LIMIT ?", object, record, before, limit)
}

// entriesOfSet answers a change set's changes, the newest first, before one of them.
func entriesOfSet(r db.Reader, set, before int64, limit int) ([]*entry, error) {
	return loadEntries(r, "k.change_set = ? AND c.id < ? ORDER BY c.id DESC LIMIT ?", set, before, limit)
}

// entriesAfterSeq answers the changes of numbered commits in commit order.
func entriesAfterSeq(r db.Reader, from, to int64) ([]*entry, error) {
	return loadEntries(r, "k.seq > ? AND k.seq <= ? ORDER BY k.seq, c.id", from, to)
}

// seqWindow answers the number of the commit that is at most so many after one, and the last number of all.
func seqWindow(r db.Reader, after int64, commits int) (to, last int64, err error) {
	if _, err = r.One([]any{&last}, "SELECT coalesce(max(seq), 0) FROM sys_commit"); err != nil {
		return 0, 0, err
	}
	return min(last, after+int64(commits)), last, nil
}

// covering answers the highest number of a change set's commits, and whether all of them have one.
func covering(r db.Reader, set []byte) (seq int64, numbered bool, err error) {
	var all, known int64
	_, err = r.One([]any{&all, &known, &seq}, "SELECT count(*), count(k.seq), coalesce(max(k.seq), 0) FROM sys_commit k JOIN sys_change_set s ON s.id = k.change_set WHERE s.uuid = ?", set)
	return seq, all == known, err
}

func subjectKey(r db.Reader, object int, record int64) (key []byte, found bool, err error) {
	found, err = r.One([]any{&key}, "SELECT key FROM sys_subject_key WHERE object = ? AND record = ?", object, record)
	return key, found, err
}

// insertSubjectKeys keeps new keys: object, record and key of one after the other.
func insertSubjectKeys(tx db.Tx, args []any) error {
	return db.Fill(tx, nil, "INSERT INTO sys_subject_key (object, record, key)", 3, args)
}

// subjectKeys answers the keys of some records of an object; one that was destroyed is nil.
func subjectKeys(r db.Reader, object int, records []int64) (map[int64][]byte, error) {
	out := make(map[int64][]byte, len(records))
	for part := range slices.Chunk(records, 256) {
		args := []any{object}
		for _, id := range part {
			args = append(args, id)
		}
		marks := among(&args)
		rows, err := r.Query("SELECT record, key FROM sys_subject_key WHERE object = ? AND record IN ("+marks+")", args...)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var key []byte
			if err := rows.Scan(&id, &key); err != nil {
				return nil, err
			}
			out[id] = key
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func destroySubjectKey(tx db.Tx, object int, record int64) error {
	return tx.Send(nil, "UPDATE sys_subject_key SET key = NULL WHERE object = ? AND record = ?", object, record)
}

// answered is what a key was answered with before.
type answered struct {
	body, set, answer []byte
}

func loadAnswer(r db.Reader, caller int64, k *Key, since int64) (*answered, error) {
	var a answered
	found, err := r.One([]any{&a.body, &a.set, &a.answer}, "SELECT body, change_set, answer FROM sys_idempotency WHERE caller = ? AND scope = ? AND key = ? AND at > ?", caller, k.Scope, k.Key, since)
	if err != nil || !found {
		return nil, err
	}
	return &a, nil
}

func insertAnswer(tx db.Tx, caller int64, k *Key, at int64, set uuid.UUID, answer []byte) error {
	then := func(n int64, err error) error {
		if err == nil && n == 0 { // another request with the key was faster
			err = errReplayed
		}
		return err
	}
	return tx.Send(then, `INSERT INTO sys_idempotency (caller, scope, key, body, at, change_set, answer) VALUES (?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (caller, scope, key) DO UPDATE SET body = excluded.body, at = excluded.at, change_set = excluded.change_set, answer = excluded.answer WHERE sys_idempotency.at <= ?`,
		caller, k.Scope, k.Key, k.Body[:], at, set[:], answer, at-keyLife)
}

// drawNumbers draws some numbers of a series and answers the first.
func drawNumbers(tx db.Tx, name, period string, n int64) (first int64, err error) {
	if _, err = tx.Exec(tx.Dialect().Ignore("INSERT INTO sys_series (name, period, next) VALUES (?, ?, 1)"), name, period); err != nil {
		return 0, err
	}
	if _, err = tx.Exec("UPDATE sys_series SET next = next + ? WHERE name = ? AND period = ?", n, name, period); err != nil {
		return 0, err
	}
	_, err = tx.One([]any{&first}, "SELECT next FROM sys_series WHERE name = ? AND period = ?", name, period)
	return first - n, err
}
