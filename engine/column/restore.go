package column

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"os"
	"slices"
	"strings"
	"syscall"

	"youpeng/engine/object"
	"youpeng/platform/hanzi"
)

// snapshotFile is a snapshot mapped into memory.
type snapshotFile struct {
	b    []byte
	foot foot
}

func (f *snapshotFile) close() { _ = syscall.Munmap(f.b) }

// openSnapshot maps a file and reads its foot. The file is only ever replaced as a whole, so what is mapped stays.
func openSnapshot(path string) (*snapshotFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if size < int64(len(snapshotMark)+tailBytes) {
		return nil, errDamaged
	}
	f := &snapshotFile{}
	if f.b, err = syscall.Mmap(int(file.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_PRIVATE); err != nil {
		return nil, err
	}
	if !f.read() {
		f.close()
		return nil, errDamaged
	}
	return f, nil
}

func (f *snapshotFile) read() bool {
	tail := f.b[len(f.b)-tailBytes:]
	n := int64(binary.LittleEndian.Uint32(tail))
	end := int64(len(f.b) - tailBytes)
	if !bytes.HasPrefix(f.b, []byte(snapshotMark)) || n > end || binary.NativeEndian.Uint64(tail[8:]) != byteOrder {
		return false
	}
	text := f.b[end-n : end]
	if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(tail[4:]) || json.Unmarshal(text, &f.foot) != nil || f.foot.Form != snapshotForm {
		return false
	}
	return !slices.ContainsFunc(f.foot.Sections, func(x section) bool {
		return x.From < 0 || x.Length < 0 || x.From > end || x.Length > end-x.From
	}) && f.foot.Rows >= 0 && f.foot.Rows <= maxRow && f.foot.Rows%blockRows == 0
}

// section answers a section whose bytes are as they were written.
func (f *snapshotFile) section(field, kind string, search bool) (*loader, error) {
	for _, x := range f.foot.Sections {
		if x.Field == field && x.Kind == kind && x.Search == search {
			b := f.b[x.From : x.From+x.Length]
			if crc32.Checksum(b, castagnoli) != x.Sum {
				return nil, errDamaged
			}
			return &loader{b: b, rows: f.foot.Rows}, nil
		}
	}
	return nil, nil
}

// restore makes a table of those fields that a snapshot has, as they are now; nil where there is none of use.
func (s *Store) restore(ctx context.Context, o *object.Object, indexes []int) (*table, error) {
	if !s.snapshots() {
		return nil, nil
	}
	f, err := openSnapshot(snapshotPath(s.opt.Dir, o.Name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, s.refuse(o, err)
	}
	defer f.close()
	x := &f.foot
	if x.Object != o.Name || x.Number != o.Number || x.Readings != hanzi.Version() || x.Tables != s.opt.Form {
		return nil, s.refuse(o, errDamaged)
	}
	for _, p := range []Place{x.From, x.To} {
		if held, err := s.opt.Journal.Holds(ctx, p); err != nil || !held {
			return nil, errors.Join(err, s.Delete(o))
		}
	}
	t, err := f.table(o, indexes)
	if err != nil {
		return nil, s.refuse(o, err)
	}
	if t == nil {
		return nil, nil
	}
	fits, err := s.catchUp(ctx, t, x.From.Seq)
	if err != nil || !fits {
		t.clear()
		return nil, err
	}
	return t, nil
}

// refuse throws a snapshot away that cannot be used.
func (s *Store) refuse(o *object.Object, why error) error {
	s.opt.Log.Warn("a column snapshot is of no use", "object", o.Name, "err", why)
	return s.Delete(o)
}

// table reads the rows and some columns; nil where the file has none of them.
func (f *snapshotFile) table(o *object.Object, indexes []int) (*table, error) {
	t := &table{o: o, cells: make([]cells, len(o.Fields)), search: make([]cells, len(o.Fields))}
	r, err := f.section("", "", false)
	if r == nil {
		return nil, errors.Join(err, errDamaged)
	}
	t.grow(f.foot.Rows)
	t.rev.load(r)
	loadArray(r, t.exists[:f.foot.Rows/64])
	loadArray(r, t.living[:f.foot.Rows/64])
	if r.err != nil {
		t.clear()
		return nil, r.err
	}
	t.kept = kept{slots: f.slots(o), seq: f.foot.From.Seq}
	found := len(indexes) == 0
	for _, i := range indexes {
		field := o.Fields[i&(searchSlot-1)]
		r, _ := f.section(field.Name, kindOf(field), i >= searchSlot)
		if r == nil {
			delete(t.kept.slots, i)
			continue
		}
		c := newSlot(field, i)
		c.grow(f.foot.Rows)
		if c.load(r); r.err != nil {
			delete(t.kept.slots, i)
			c.free()
			continue
		}
		*t.slot(i), found = c, true
	}
	if !found {
		t.clear()
		return nil, nil
	}
	return t, nil
}

// slots are the columns that a file has, by index and place of search.
func (f *snapshotFile) slots(o *object.Object) map[int]bool {
	out := map[int]bool{}
	for _, x := range f.foot.Sections {
		if field := o.Field(x.Field); field != nil && kindOf(field) == x.Kind {
			i := field.Index
			if x.Search {
				i += searchSlot
			}
			out[i] = true
		}
	}
	return out
}

func newSlot(f *object.Field, i int) cells {
	if i >= searchSlot {
		return newSearched(f)
	}
	return newCells(f)
}

const (
	// catchUpShare is the part of the rows, one in so many, beyond which all are loaded rather than those that changed.
	catchUpShare = 4
	catchUpFloor = 10_000
	catchUpBatch = 2000
)

// catchUp brings a table up to what is committed now; false where too much changed for that.
func (s *Store) catchUp(ctx context.Context, t *table, seq int64) (bool, error) {
	limit := max(catchUpFloor, t.rows/catchUpShare)
	ids, err := s.opt.Journal.Touched(ctx, t.o, seq, limit)
	if err != nil || len(ids) >= limit {
		return false, err
	}
	slices.Sort(ids)
	var fields []*object.Field
	t.each(func(i int, _ cells) {
		if f := t.o.Fields[i]; !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	})
	if fields == nil {
		fields = []*object.Field{}
	}
	purged := false
	for part := range slices.Chunk(ids, catchUpBatch) {
		rows, err := s.opt.Source.Rows(ctx, t.o, part, fields)
		if err != nil {
			return false, err
		}
		for i, r := range rows {
			c := Change{Object: t.o, Record: r}
			if r == nil {
				r = object.NewRecord(t.o)
				r.ID = part[i]
				c.Record, c.Purged, purged = r, true, true
			}
			if r.ID > 0 && r.ID <= maxRow && t.take(c) {
				t.changes++
			}
		}
	}
	if purged {
		return true, s.Delete(t.o)
	}
	return true, nil
}

// SnapshotState is what Snapshots says of a file.
type SnapshotState struct {
	Object string
	Bytes  int64
	Place  Place
	Fields []string // what it holds
	Broken []string // fields whose bytes are not what was written; "" for all of it
}

// Snapshots looks at the snapshots of a folder and checks every byte.
func Snapshots(dir string) ([]SnapshotState, error) {
	list, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var out []SnapshotState
	for _, e := range list {
		name, whole := strings.CutSuffix(e.Name(), snapshotEnd)
		if !whole {
			continue
		}
		x := SnapshotState{Object: name}
		f, failed := openSnapshot(snapshotPath(dir, name))
		switch {
		case errors.Is(failed, os.ErrNotExist):
			continue
		case failed != nil:
			x.Broken = []string{""}
		default:
			x.Bytes, x.Place = int64(len(f.b)), f.foot.From
			for _, p := range f.foot.Sections {
				if p.Field != "" {
					x.Fields = append(x.Fields, p.Field)
				}
				if r, _ := f.section(p.Field, p.Kind, p.Search); r == nil {
					x.Broken = append(x.Broken, p.Field)
				}
			}
			f.close()
		}
		out = append(out, x)
	}
	return out, err
}
