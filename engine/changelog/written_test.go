package changelog_test

import (
	"errors"
	"fmt"
	"testing"

	"youpeng/engine/changelog"
	"youpeng/platform/clock"
	"youpeng/platform/db"
)

// What its writer told of a commit is not read again; what nobody told is, and both stand in the same order and chain.
func TestWritersTellWhatTheyWrote(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, open func() *changelog.Log, _ *clock.Manual) {
		l := open()
		commits, changes := int64(0), int64(0)
		made := func(record int64) *changelog.Written {
			must(t, write(t.Context(), d, start, record, 2, nil))
			commits++
			w := &changelog.Written{Commit: changelog.Commit{ID: commits, ChangeSet: commits, Via: "told"}}
			for i := range int64(2) {
				changes++
				w.Changes = append(w.Changes, changelog.Change{ID: changes, Object: 1, Record: record + i})
				w.Digests = append(w.Digests, []byte{byte(record), byte(i)})
			}
			return w
		}
		more := func(w *changelog.Written) { // a change that comes after those of others
			changes++
			must(t, d.Write(t.Context(), func(tx db.Tx) error {
				_, err := tx.Insert("INSERT INTO sys_change (commit_id, change_set, object, record, op, version, rev, before, names, salt, digest) VALUES (?, ?, 1, 1, 'update', 1, 1, '{}', '', ?, ?)",
					w.ID, w.ChangeSet, []byte{1}, []byte{7})
				return err
			}))
			w.Changes, w.Digests = append(w.Changes, changelog.Change{ID: changes}), append(w.Digests, []byte{7})
		}
		for _, c := range []struct {
			tell func(i int) bool
			want string // which commit and what is known of it
		}{
			{func(int) bool { return false }, "2 api 3 api 1 api "},
			{func(i int) bool { return i == 0 }, "5 api 6 api 4 api "},
			{func(int) bool { return true }, "8 told 9 told 7 told "},
			{func(i int) bool { return i > 0 }, "11 api 12 api 10 api "},
		} {
			after := l.Head()
			list := []*changelog.Written{made(10), made(20), made(30)}
			more(list[0])
			for i, w := range list {
				if c.tell(i) {
					l.Wrote(w)
				}
			}
			n, err := l.Number(t.Context())
			must(t, err)
			got, stop := "", errors.New("enough")
			err = l.Follow(t.Context(), after, 10, func(batch []changelog.Commit) error {
				for _, k := range batch {
					got += fmt.Sprintf("%d %s ", k.ID, k.Via)
				}
				return stop
			})
			if n != 3 || got != c.want || !errors.Is(err, stop) {
				t.Errorf("%d: %s, not %s (%v)", n, got, c.want, err)
			}
			if batch, err := l.Verify(t.Context()); err != nil || batch.Commits != commits || len(batch.Gaps)+len(batch.Broken) > 0 {
				t.Errorf("%+v %v", batch, err)
			}
		}
	})
}
