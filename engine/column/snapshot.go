package column

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"youpeng/engine/object"
	"youpeng/platform/fault"
	"youpeng/platform/hanzi"
)

// Place is a point of the change log of one database: a commit's number and its link of the chain.
type Place struct {
	Identity string // of the database; another one after each restore
	Seq      int64
	Link     []byte
}

// Journal is the change log, by which a snapshot is judged and brought up to date.
type Journal interface {
	// Applied answers a place up to which these columns contain every commit.
	Applied(ctx context.Context) (Place, error)
	// Last numbers all that is committed and answers the last place.
	Last(ctx context.Context) (Place, error)
	// Holds says whether the log has a place.
	Holds(ctx context.Context, p Place) (bool, error)
	// Touched answers the records of an object changed after a number or by commits that have none yet, at most so many.
	Touched(ctx context.Context, o *object.Object, after int64, limit int) ([]int64, error)
}

// A snapshot is one file for each object: a line that says what it is, the sections, and a foot that lists them, so that
// a few columns are read without the others. Each section has its own checksum; a damaged one is loaded from the rows.
const (
	snapshotForm = 3
	snapshotMark = "youpeng columns\n"
	snapshotEnd  = ".columns"
	tailBytes    = 16 // length and checksum of the foot, byte order
	byteOrder    = uint64(0x0102030405060708)
)

// section is one column in the file.
type section struct {
	Field  string `json:"field"` // empty for the rows themselves
	Kind   string `json:"kind"`
	Search bool   `json:"search,omitempty"`
	From   int64  `json:"from"`
	Length int64  `json:"length"`
	Sum    uint32 `json:"sum"`
}

// foot says what a snapshot holds: all commits up to From, and nothing that came after To.
type foot struct {
	Form     int       `json:"form"`
	Object   string    `json:"object"`
	Number   int       `json:"number"`
	Rows     int       `json:"rows"`
	Readings string    `json:"readings"`
	Tables   int64     `json:"tables"`
	From     Place     `json:"from_place"`
	To       Place     `json:"to_place"`
	Sections []section `json:"sections"`
}

// kindOf is what must be the same of a field for its section to be of use.
func kindOf(f *object.Field) string {
	return fmt.Sprint(f.Kind, f.Scale, f.Target, strings.Join(f.Targets, ","))
}

var errDamaged = fault.New(fault.Internal, "snapshot.damaged")

// files is what a store knows of its snapshots.
type files struct {
	mu    sync.Mutex    // held while snapshots are written
	guard sync.Mutex    // orders renaming and deleting
	gone  map[int]int   // by object: how often its snapshot was deleted
	wake  chan struct{} // there is reason to write
}

// kept is what of a table stands in its snapshot: the columns, as of which change and which commit.
type kept struct {
	slots   map[int]bool
	changes int64
	seq     int64
}

// covers says whether a snapshot is still good enough.
func (k kept) covers(list []written, now kept) bool {
	return k.changes == now.changes && now.seq-k.seq < snapshotCommits && k.slots != nil &&
		!slices.ContainsFunc(list, func(c written) bool { return !k.slots[c.slot] })
}

const (
	// snapshotCommits and snapshotPause say when snapshots are written while serving.
	snapshotCommits = 20_000
	snapshotPause   = 5 * time.Minute
)

// Keep writes snapshots while serving, until ctx ends.
func (s *Store) Keep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.files.wake:
		case <-time.After(snapshotPause):
		}
		if err := s.Snapshot(ctx); err != nil && ctx.Err() == nil {
			s.opt.Log.Warn("writing column snapshots", "err", err)
		}
	}
}

func (s *Store) snapshots() bool { return s.opt.Dir != "" && s.opt.Journal != nil }

// Snapshot writes the snapshots of the objects that changed since theirs was written. Of a store that was started it
// waits until the default views are loaded, so that it has all of them.
func (s *Store) Snapshot(ctx context.Context) error {
	if !s.snapshots() {
		return nil
	}
	if s.life.over != nil {
		select {
		case <-s.life.over:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.files.mu.Lock()
	defer s.files.mu.Unlock()
	if err := os.MkdirAll(s.opt.Dir, 0o700); err != nil {
		return err
	}
	var errs error
	for _, o := range s.objects() {
		if err := ctx.Err(); err != nil {
			return err
		}
		from, err := s.opt.Journal.Applied(ctx)
		if err != nil {
			return err
		}
		if err := s.snapshot(ctx, o, from); err != nil && !errors.Is(err, errMoved) {
			errs = errors.Join(errs, err)
		}
	}
	return errs
}

func (s *Store) objects() []*object.Object {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.catalog == nil {
		return nil
	}
	return s.catalog.Objects
}

// written is a column on its way into a file.
type written struct {
	field *object.Field
	slot  int
	cells cells
}

// contents lists what is loaded of a table.
func (t *table) contents() (list []written) {
	for i, f := range t.o.Fields {
		for _, slot := range []int{i, i + searchSlot} {
			if c := t.slot(slot); c != nil && *c != nil {
				list = append(list, written{f, slot, *c})
			}
		}
	}
	return list
}

// snapshot writes one object's file, if there is reason to.
func (s *Store) snapshot(ctx context.Context, o *object.Object, from Place) error {
	s.mu.RLock()
	t := s.tables[o.Number]
	if t == nil || !t.loaded || t.rows == 0 {
		s.mu.RUnlock()
		return nil
	}
	list := t.contents()
	now, rows, was := kept{map[int]bool{}, t.changes, from.Seq}, t.rows, t.kept
	s.mu.RUnlock()
	if was.covers(list, now) {
		return nil
	}
	for _, c := range list {
		now.slots[c.slot] = true
	}
	s.files.guard.Lock()
	gone := s.files.gone[o.Number]
	s.files.guard.Unlock()
	f, err := os.CreateTemp(s.opt.Dir, o.Name+".*.part")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	x := &foot{Form: snapshotForm, Object: o.Name, Number: o.Number, Rows: blocksOf(rows) * blockRows, Readings: hanzi.Version(), Tables: s.opt.Form, From: from}
	if err := s.writeFile(ctx, f, t, list, x); err != nil {
		return err
	}
	s.files.guard.Lock()
	defer s.files.guard.Unlock()
	if s.files.gone[o.Number] != gone {
		return errMoved
	}
	if err := os.Rename(f.Name(), snapshotPath(s.opt.Dir, o.Name)); err != nil {
		return err
	}
	s.mu.Lock()
	t.kept = now
	s.mu.Unlock()
	return nil
}

func snapshotPath(dir, name string) string { return filepath.Join(dir, name+snapshotEnd) }

// writeFile writes the rows' revisions first: what a row was when it is older than its column is mended by the log,
// the other way round it would be believed.
func (s *Store) writeFile(ctx context.Context, f *os.File, t *table, list []written, x *foot) error {
	w := &saver{out: bufio.NewWriterSize(f, piece), rows: x.Rows}
	at := int64(len(snapshotMark))
	if _, err := w.out.WriteString(snapshotMark); err != nil {
		return err
	}
	add := func(p section, still func() bool, save func()) {
		w.sum, w.n = crc32.New(castagnoli), 0
		w.hold = func(f func()) bool {
			s.mu.RLock()
			defer s.mu.RUnlock()
			if ctx.Err() != nil || s.tables[x.Number] != t || !still() {
				return false
			}
			f()
			return true
		}
		save()
		p.From, p.Length, p.Sum = at, w.n, w.sum.Sum32()
		at += w.n
		x.Sections = append(x.Sections, p)
	}
	add(section{}, func() bool { return true }, func() {
		t.rev.save(w)
		saveSet(w, func() bitmap { return t.exists })
		saveSet(w, func() bitmap { return t.living })
	})
	for _, c := range list {
		add(section{Field: c.field.Name, Kind: kindOf(c.field), Search: c.slot >= searchSlot},
			func() bool { p := t.slot(c.slot); return p != nil && *p == c.cells }, func() { c.cells.save(w) })
	}
	if w.err != nil {
		return w.err
	}
	var err error
	if x.To, err = s.opt.Journal.Last(ctx); err != nil {
		return err
	}
	return writeFoot(w.out, x)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func writeFoot(out *bufio.Writer, x *foot) error {
	b, err := json.Marshal(x)
	if err != nil {
		return err
	}
	n := len(b)
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[:n], castagnoli))
	b = binary.NativeEndian.AppendUint64(b, byteOrder)
	if _, err := out.Write(b); err != nil {
		return err
	}
	return out.Flush()
}

// Delete removes the snapshots of some objects, of all without names. What is being written meanwhile is thrown away.
func (s *Store) Delete(objects ...*object.Object) error {
	if s.opt.Dir == "" {
		return nil
	}
	if len(objects) == 0 {
		objects = s.objects()
	}
	s.files.guard.Lock()
	defer s.files.guard.Unlock()
	var names []string
	for _, o := range objects {
		s.files.gone[o.Number]++
		names = append(names, o.Name)
	}
	return DeleteSnapshots(s.opt.Dir, names...)
}

// DeleteSnapshots removes the snapshots of some objects from a folder; without names all, and what was left half written.
func DeleteSnapshots(dir string, names ...string) error {
	list, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	removed := false
	for _, e := range list {
		name, whole := strings.CutSuffix(e.Name(), snapshotEnd)
		if !whole && !(len(names) == 0 && strings.HasSuffix(e.Name(), ".part")) || len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		removed = true
		if failed := os.Remove(filepath.Join(dir, e.Name())); failed != nil && !errors.Is(failed, os.ErrNotExist) {
			err = errors.Join(err, failed)
		}
	}
	if removed && err == nil {
		err = syncDir(dir)
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
