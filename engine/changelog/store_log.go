package changelog

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/google/uuid"

	"youpeng/platform/db"
)

func createTables(tx db.Tx) error {
	d := tx.Dialect()
	i, t := " "+d.Type(db.Int)+" NOT NULL", " "+d.Type(db.Text)
	for _, sql := range []string{
		"CREATE TABLE IF NOT EXISTS sys_lease (name" + t + " PRIMARY KEY, holder" + t + " NOT NULL, until" + i + ")",
		"CREATE TABLE IF NOT EXISTS sys_cursor (name" + t + " PRIMARY KEY, seq" + i + ")",
	} {
		if _, err := tx.Exec(sql); err != nil {
			return err
		}
	}
	return identify(tx)
}

// lease makes its holder the only one that numbers until its transaction ends: the row is locked as long, so whoever
// dies gives it back, and on every node the next one may do the work as soon as it is there.
func lease(tx db.Tx, name, holder string, now int64) error {
	return tx.Send(nil, "INSERT INTO sys_lease (name, holder, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until", name, holder, now)
}

func lastSeq(r db.Reader) (n int64, err error) {
	_, err = r.One([]any{&n}, "SELECT coalesce(max(seq), 0) FROM sys_commit")
	return n, err
}

// unnumbered says whether a commit has no number, and the last number.
func unnumbered(r db.Reader) (open bool, head int64, err error) {
	// In the order of numbers, or statistics of a busy moment would make PostgreSQL look for one without through all commits.
	_, err = r.One([]any{&open, &head}, "SELECT (SELECT id FROM sys_commit WHERE seq IS NULL ORDER BY seq LIMIT 1) IS NOT NULL, coalesce(max(seq), 0) FROM sys_commit")
	return open, head, err
}

// nextAt answers the time of the first commit after a number.
func nextAt(r db.Reader, seq int64) (at int64, found bool, err error) {
	found, err = r.One([]any{&at}, "SELECT at FROM sys_commit WHERE seq > ? ORDER BY seq LIMIT 1", seq)
	return at, found, err
}

// link is one commit and what its place in the chain is made of.
type link struct {
	id, set, seq int64
	last         int64 // the id of its last change
	digests      [][]byte
	hash         []byte
}

// chain makes the hash of a commit from that of the one before, its own ids and the commitments to its changes.
func chain(before []byte, k *link) []byte {
	h := sha256.New()
	h.Write(before)
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(k.id))
	binary.BigEndian.PutUint64(b[8:], uint64(k.set))
	h.Write(b[:])
	for _, d := range k.digests {
		h.Write(d)
	}
	return h.Sum(nil)
}

// round is how many commits one transaction of the sequencer numbers.
const round = 256

// number gives the next numbers to the visible commits that have none, and answers them. One that builds upon another has
// written its last change after it, so they are taken in the order of their last changes. What known knows of a commit
// is not read.
func number(tx db.Tx, known func(id int64) *Written) (links []*link, head int64, err error) {
	if links, err = openLinks(tx, known); err != nil {
		return nil, 0, err
	}
	var before []byte
	if _, err := tx.One([]any{&head, &before}, "SELECT seq, link FROM sys_commit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1"); err != nil {
		return nil, 0, err
	}
	for _, k := range links {
		head++
		k.seq, k.hash = head, chain(before, k)
		before = k.hash
	}
	return links, head, saveLinks(tx, links)
}

// openLinks answers the first commits without a number.
func openLinks(tx db.Tx, known func(id int64) *Written) (links []*link, err error) {
	var id, set int64
	add := func() { links = append(links, &link{id: id, set: set}) }
	err = each(tx, "SELECT id, change_set FROM sys_commit WHERE seq IS NULL ORDER BY seq LIMIT ?", []any{4*round + 1}, []any{&id, &set}, add)
	if len(links) > 4*round { // of so many those that come first are chosen where they stand
		links = nil
		err = each(tx, `SELECT k.id, k.change_set FROM sys_commit k LEFT JOIN sys_change c ON c.commit_id = k.id
 WHERE k.seq IS NULL GROUP BY k.id, k.change_set ORDER BY coalesce(max(c.id), 0), k.id LIMIT ?`, []any{round}, []any{&id, &set}, add)
	}
	if err != nil {
		return nil, err
	}
	var unknown []*link
	for _, k := range links {
		w := known(k.id)
		if w == nil {
			unknown = append(unknown, k)
			continue
		}
		k.digests = w.Digests
		if n := len(w.Changes); n > 0 {
			k.last = w.Changes[n-1].ID
		}
	}
	if err := loadDigests(tx, unknown); err != nil {
		return nil, err
	}
	slices.SortFunc(links, func(a, b *link) int { return cmp.Or(cmp.Compare(a.last, b.last), cmp.Compare(a.id, b.id)) })
	return links[:min(len(links), round)], nil
}

// each calls fn for every row, its values in dest.
func each(r db.Reader, sql string, args, dest []any, fn func()) error {
	rows, err := r.Query(sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		fn()
	}
	return rows.Err()
}

// loadDigests reads the commitments of the changes of commits, in the order in which they were made.
func loadDigests(r db.Reader, links []*link) error {
	byID := make(map[int64]*link, len(links))
	args := make([]any, 0, 2*len(links))
	for _, k := range links {
		byID[k.id] = k
		args = append(args, k.id)
	}
	if len(args) == 0 {
		return nil
	}
	for len(args)&(len(args)-1) != 0 { // so that few statements serve all
		args = append(args, args[0])
	}
	var commit, id int64
	var digest []byte
	return each(r, "SELECT commit_id, id, digest FROM sys_change WHERE commit_id IN (?"+strings.Repeat(", ?", len(args)-1)+") ORDER BY id", args, []any{&commit, &id, &digest}, func() {
		k := byID[commit]
		k.digests, k.last = append(k.digests, digest), id
	})
}

func saveLinks(tx db.Tx, links []*link) error {
	d := tx.Dialect()
	row := "(CAST(? AS " + d.Type(db.Int) + "), CAST(? AS " + d.Type(db.Int) + "), CAST(? AS " + d.Type(db.Bytes) + "))"
	return pieces(links, func(part []*link) error {
		args := make([]any, 0, 3*len(part))
		for _, k := range part {
			args = append(args, k.id, k.seq, k.hash)
		}
		return tx.Send(nil, "UPDATE sys_commit SET seq = v.column2, link = v.column3 FROM (VALUES "+row+strings.Repeat(", "+row, len(part)-1)+") AS v WHERE sys_commit.id = v.column1", args...)
	})
}

// pieces cuts a list into parts whose lengths are powers of two, so that few statements serve all.
func pieces[T any](list []T, fn func([]T) error) error {
	for n := 64; len(list) > 0; {
		for n > len(list) {
			n /= 2
		}
		if err := fn(list[:n]); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// Commit is one numbered transaction and the change set that it belongs to.
type Commit struct {
	Seq, ID   int64
	ChangeSet int64
	UUID      uuid.UUID // of the change set
	At        int64     // µs
	Actor     int64
	Via, Kind string
	Changes   []Change
}

// Change is one record's change within a commit. Before is the open former values in the record room's form.
type Change struct {
	ID           int64
	Object       int
	Record       int64
	Op           string
	Version, Rev int64
	Names        []string
	Before       string
}

// After answers the numbered commits after a number, in order.
func After(r db.Reader, seq int64, limit int) (out []Commit, err error) {
	rows, err := r.Query(`SELECT k.seq, k.id, k.change_set, s.uuid, k.at, s.actor, s.via, s.kind FROM sys_commit k JOIN sys_change_set s ON s.id = k.change_set
 WHERE k.seq > ? ORDER BY k.seq LIMIT ?`, seq, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var k Commit
		var public []byte
		if err := rows.Scan(&k.Seq, &k.ID, &k.ChangeSet, &public, &k.At, &k.Actor, &k.Via, &k.Kind); err != nil {
			return nil, err
		}
		k.UUID = uuid.UUID(public)
		out = append(out, k)
	}
	if err := rows.Err(); err != nil || len(out) == 0 {
		return nil, err
	}
	rows.Close()
	return out, loadChanges(r, out)
}

func loadChanges(r db.Reader, commits []Commit) error {
	rows, err := r.Query(`SELECT k.seq, c.id, c.object, c.record, c.op, c.version, c.rev, c.names, c.before FROM sys_commit k JOIN sys_change c ON c.commit_id = k.id
 WHERE k.seq > ? AND k.seq <= ? ORDER BY k.seq, c.id`, commits[0].Seq-1, commits[len(commits)-1].Seq)
	if err != nil {
		return err
	}
	defer rows.Close()
	at := 0
	for rows.Next() {
		var c Change
		var seq int64
		var names string
		if err := rows.Scan(&seq, &c.ID, &c.Object, &c.Record, &c.Op, &c.Version, &c.Rev, &names, &c.Before); err != nil {
			return err
		}
		if names != "" {
			c.Names = strings.Split(names, ",")
		}
		for commits[at].Seq < seq {
			at++
		}
		commits[at].Changes = append(commits[at].Changes, c)
	}
	return rows.Err()
}

// verified reads the next links of the chain.
func verified(r db.Reader, after int64) (links []*link, err error) {
	rows, err := r.Query("SELECT id, change_set, seq, link FROM sys_commit WHERE seq > ? ORDER BY seq LIMIT ?", after, round)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		k := &link{}
		if err := rows.Scan(&k.id, &k.set, &k.seq, &k.hash); err != nil {
			return nil, err
		}
		links = append(links, k)
	}
	if err := rows.Err(); err != nil || len(links) == 0 {
		return nil, err
	}
	rows.Close()
	return links, loadDigests(r, links)
}

// Proof is what a walk along the chain found.
type Proof struct {
	Commits int64
	Gaps    []int64 // numbers that no commit has, each the first of a gap
	Broken  []int64 // numbers of commits whose link does not follow from what stands before and in them
}

// most bounds the list of findings; whoever finds that many needs no more.
const most = 20

func verify(r db.Reader) (p Proof, err error) {
	var before []byte
	for at := int64(0); ; {
		links, err := verified(r, at)
		if err != nil || len(links) == 0 {
			return p, err
		}
		for _, k := range links {
			if k.seq != at+1 && len(p.Gaps) < most {
				p.Gaps = append(p.Gaps, at+1)
			}
			if !bytes.Equal(k.hash, chain(before, k)) && len(p.Broken) < most {
				p.Broken = append(p.Broken, k.seq)
			}
			at, before = k.seq, k.hash
			p.Commits++
		}
		if err := r.Context().Err(); err != nil {
			return p, err
		}
	}
}

// cursorOf answers a consumer's place, made where it is new.
func cursorOf(tx db.Tx, name string, start int64) (seq int64, err error) {
	if _, err := tx.Exec(tx.Dialect().Ignore("INSERT INTO sys_cursor (name, seq) VALUES (?, ?)"), name, start); err != nil {
		return 0, err
	}
	_, err = tx.One([]any{&seq}, "SELECT seq FROM sys_cursor WHERE name = ?", name)
	return seq, err
}

// moveCursor takes a consumer from one place to another and says whether it stood there. The row stays locked until
// the transaction ends, so no other node does the same work.
func moveCursor(tx db.Tx, name string, from, to int64) (bool, error) {
	n, err := tx.Exec("UPDATE sys_cursor SET seq = ? WHERE name = ? AND seq = ?", to, name, from)
	return n > 0, err
}

// wanted keeps the commits in which something is wanted.
func wanted(batch []Commit, wants func(*Commit, Change) bool) []Commit {
	if wants == nil {
		return batch
	}
	return slices.DeleteFunc(slices.Clone(batch), func(k Commit) bool {
		return !slices.ContainsFunc(k.Changes, func(c Change) bool { return wants(&k, c) })
	})
}
