package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/platform/fault"
)

var ctx = context.Background()

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, d *db.DB) (*Store, *clock.Manual) {
	t.Helper()
	must(t, d.Schema(ctx, Create))
	c := clock.NewManual(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	s, err := Open(t.TempDir(), d, c)
	must(t, err)
	return s, c
}

// kept counts the files that stand in the folder, finished or not.
func kept(t *testing.T, s *Store) (n int) {
	t.Helper()
	must(t, filepath.WalkDir(s.dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			n++
		}
		return err
	}))
	return n
}

func TestTheSameBytesStandOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		s, c := opened(t, open())
		put := func(name string, life time.Duration) *File {
			f, err := s.Put(ctx, File{Name: name, Type: "text/csv", Owner: 7, Expires: c.Now().Add(life)}, strings.NewReader("a,b\n"), 4)
			must(t, err)
			return f
		}
		one, two := put("../客户.csv", time.Hour), put("二.csv", 2*time.Hour)
		if one.ID == two.ID || one.Name != "客户.csv" || one.Size != 4 || kept(t, s) != 1 {
			t.Errorf("%+v %+v, %d kept", one, two, kept(t, s))
		}
		c.Advance(time.Hour)
		if n, err := s.Sweep(ctx); n != 1 || err != nil || kept(t, s) != 1 {
			t.Errorf("swept %d, %v; %d kept", n, err, kept(t, s))
		}
		if _, err := s.Get(ctx, one.ID); !fault.Is(err, fault.Missing) {
			t.Errorf("an expired file: %v", err)
		}
		got, err := s.Get(ctx, two.ID)
		must(t, err)
		r, err := s.Read(got)
		must(t, err)
		defer r.Close()
		if b, _ := io.ReadAll(r); string(b) != "a,b\n" || got.Owner != 7 {
			t.Errorf("%q of %+v", b, got)
		}
		must(t, s.Keep(ctx, two.ID, time.Time{}))
		c.Advance(1000 * time.Hour)
		if n, err := s.Sweep(ctx); n != 0 || err != nil {
			t.Errorf("what is to stay was swept: %d %v", n, err)
		}
	})
}

func TestHalfAnUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		s, c := opened(t, open())
		cut := errors.New("cut off")
		if _, err := s.Put(ctx, File{Name: "a"}, io.MultiReader(strings.NewReader("half"), &failing{cut}), 100); !errors.Is(err, cut) {
			t.Errorf("half an upload: %v", err)
		}
		if _, err := s.Put(ctx, File{Name: "a"}, bytes.NewReader(make([]byte, 101)), 100); !fault.Is(err, fault.TooLarge) {
			t.Errorf("too large an upload: %v", err)
		}
		c.Advance(time.Hour)
		if gone, err := s.Sweep(ctx); gone != 0 || err != nil || kept(t, s) != 0 {
			t.Errorf("swept %d, %v; %d kept", gone, err, kept(t, s))
		}
	})
}

func TestWhatOneUserMayKeepIsBounded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *db.DB) {
		s, c := opened(t, open())
		rows := func(n int, owner, size int64, expires time.Time) {
			must(t, s.db.Write(ctx, func(tx db.Tx) error {
				for range n {
					if err := insert(tx, &File{ID: uuid.New(), Name: "a", Owner: owner, Size: size, Created: c.Now(), Expires: expires}); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		rows(MostFiles, 1, 1, time.Time{}) // these stay, and so something holds them
		rows(MostFiles-1, 1, 1, c.Now().Add(time.Hour))
		rows(4, 2, MostBytes/4, c.Now().Add(time.Hour))
		must(t, s.Room(ctx, 1, -1))
		must(t, s.Room(ctx, 2, 0))
		must(t, s.Room(ctx, 3, MostBytes))
		rows(1, 1, 1, c.Now().Add(time.Hour))
		for owner, more := range map[int64]int64{1: 1, 2: 1, 3: MostBytes + 1} {
			if err := s.Room(ctx, owner, more); !fault.Is(err, fault.TooMany) {
				t.Errorf("user %d: %v", owner, err)
			}
		}
		c.Advance(time.Hour)
		must(t, s.Room(ctx, 1, 1))
		must(t, s.Room(ctx, 2, 1))
	})
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`C:\Users\x\客户.xlsx`: "客户.xlsx", "a\r\nb\x00.csv": "ab.csv", "..": "file", "": "file", "x\u202egnp.exe": "xgnp.exe",
		strings.Repeat("长", 100) + ".csv": strings.Repeat("长", 65) + ".csv",
	} {
		if got := cleanName(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}
