// Package blob keeps files that people send and that the program makes: bytes in a folder under the hash of what they
// are, so that the same bytes stand there once, and a row in the workspace's database for each file, with whose it is and
// until when it stays.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// File is what is known of a file beside its bytes.
type File struct {
	ID      uuid.UUID
	Name    string // as its owner calls it; never a path
	Type    string // media type
	Size    int64
	Owner   int64 // the user whom it belongs to; 0 is the program itself
	Created time.Time
	Expires time.Time // zero: it stays
	hash    [32]byte
}

// Store is the files of one workspace.
type Store struct {
	dir   string
	db    *db.DB
	clock clock.Clock
	mu    sync.Mutex // whoever puts bytes in place and whoever removes them take turns
}

const maxName = 200

// Create makes the table of files where it is missing.
func Create(tx db.Tx) error {
	d := tx.Dialect()
	i, t, b := " "+d.Type(db.Int)+" NOT NULL", " "+d.Type(db.Text)+" NOT NULL", " "+d.Type(db.Bytes)+" NOT NULL"
	for _, sql := range []string{
		"CREATE TABLE IF NOT EXISTS sys_file (" + d.Key("id") + ", uuid" + b + ", hash" + b + ", name" + t + ", type" + t + ", size" + i + ", owner" + i + ", at" + i + ", expires" + i + ")",
		"CREATE UNIQUE INDEX IF NOT EXISTS sys_file_uuid ON sys_file (uuid)",
		"CREATE INDEX IF NOT EXISTS sys_file_hash ON sys_file (hash)",
	} {
		if _, err := tx.Exec(sql); err != nil {
			return err
		}
	}
	return nil
}

// Open opens the folder of a workspace's files. What uploads left behind that a death cut off is removed.
func Open(dir string, d *db.DB, c clock.Clock) (*Store, error) {
	s := &Store{dir: dir, db: d, clock: c}
	if err := os.RemoveAll(s.Temp()); err != nil {
		return nil, fmt.Errorf("removing unfinished files: %w", err)
	}
	if err := os.MkdirAll(s.Temp(), 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of files: %w", err)
	}
	return s, nil
}

// Temp is a folder for what is not finished yet; it is emptied when the store is opened.
func (s *Store) Temp() string { return filepath.Join(s.dir, "tmp") }

// Put keeps what a reader gives, at most so many bytes. Where the reader fails, nothing stays.
func (s *Store) Put(ctx context.Context, f File, r io.Reader, most int64) (*File, error) {
	tmp, err := os.CreateTemp(s.Temp(), "")
	if err != nil {
		return nil, fmt.Errorf("making a file: %w", err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	sum := sha256.New()
	if f.Size, err = io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(r, most+1)); err != nil {
		return nil, err
	}
	if f.Size > most {
		return nil, fault.New(fault.TooLarge, "body.large", "max", most)
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return nil, fmt.Errorf("writing a file: %w", err)
	}
	f.ID, f.Name, f.Created = uuid.Must(uuid.NewV7()), cleanName(f.Name), s.clock.Now()
	sum.Sum(f.hash[:0])
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.db.Write(ctx, func(tx db.Tx) error { return insert(tx, &f) }); err != nil {
		return nil, err
	}
	if err := s.place(tmp.Name(), f.hash); err != nil {
		return nil, errors.Join(err, s.db.Write(context.WithoutCancel(ctx), func(tx db.Tx) error { return remove(tx, f.ID) }))
	}
	return &f, nil
}

// What one user may keep of files that expire, so that nobody fills the disk with what nothing holds. The rows that an
// import could not take count, and are never refused.
const (
	MostFiles = 500
	MostBytes = 4 << 30
)

// Room refuses more bytes of a user who keeps too much already. Ask before the bytes are read.
func (s *Store) Room(ctx context.Context, owner, more int64) error {
	left, err := s.Left(ctx, owner)
	if err == nil && more > left {
		err = Full()
	}
	return err
}

// Full says that a user keeps as much as they may.
func Full() error {
	return fault.New(fault.TooMany, "files.many", "max", MostFiles, "gib", MostBytes>>30)
}

// Left answers how many bytes more a user may keep; none more is Full.
func (s *Store) Left(ctx context.Context, owner int64) (int64, error) {
	var files, size int64
	err := s.db.Read(ctx, func(r db.Reader) (err error) {
		files, size, err = held(r, owner, s.clock.Now())
		return err
	})
	if err == nil && (files >= MostFiles || size > MostBytes) {
		err = Full()
	}
	return MostBytes - size, err
}

// place brings finished bytes to where their hash says.
func (s *Store) place(from string, hash [32]byte) error {
	to := s.path(hash)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fmt.Errorf("making a folder of files: %w", err)
	}
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("placing a file: %w", err)
	}
	for _, dir := range []string{filepath.Dir(to), s.dir} {
		d, err := os.Open(dir)
		if err != nil {
			return fmt.Errorf("opening a folder of files: %w", err)
		}
		err = d.Sync()
		if err = errors.Join(err, d.Close()); err != nil {
			return fmt.Errorf("syncing a folder of files: %w", err)
		}
	}
	return nil
}

func (s *Store) path(hash [32]byte) string {
	name := hex.EncodeToString(hash[:])
	return filepath.Join(s.dir, name[:2], name)
}

// Get finds a file by its id; one that has expired is not there.
func (s *Store) Get(ctx context.Context, id uuid.UUID) (f *File, err error) {
	err = s.db.Read(ctx, func(r db.Reader) (err error) {
		f, err = find(r, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if f == nil || !f.Expires.IsZero() && !s.clock.Now().Before(f.Expires) {
		return nil, fault.New(fault.Missing, "file.missing")
	}
	return f, nil
}

// Read opens the bytes of a file.
func (s *Store) Read(f *File) (*os.File, error) {
	r, err := os.Open(s.path(f.hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Missing, "file.missing").Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("opening a file: %w", err)
	}
	return r, nil
}

// Keep lets a file stay until a time; zero is for good.
func (s *Store) Keep(ctx context.Context, id uuid.UUID, until time.Time) error {
	return s.db.Write(ctx, func(tx db.Tx) error { return setExpiry(tx, id, until) })
}

// Sweep removes the files whose time has come and answers how many they were. Bytes go before their rows, so that a
// death in between leaves a row that the next sweep finds.
func (s *Store) Sweep(ctx context.Context) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	var gone []*File
	lone := map[[32]byte]bool{}
	err = s.db.Read(ctx, func(r db.Reader) (err error) {
		if gone, err = expired(r, now); err != nil {
			return err
		}
		for _, f := range gone {
			if lone[f.hash], err = alone(r, f.hash, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, f := range gone {
		if lone[f.hash] {
			if err := os.Remove(s.path(f.hash)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return n, fmt.Errorf("removing a file: %w", err)
			}
		}
		if err := s.db.Write(ctx, func(tx db.Tx) error { return remove(tx, f.ID) }); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// cleanName makes of what a caller calls a file a name that no shell, header or file system takes for more.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name))
	for len(name) > maxName {
		_, size := utf8.DecodeLastRuneInString(name[:len(name)-len(filepath.Ext(name))])
		if size == 0 {
			return name[:maxName]
		}
		stem := name[:len(name)-len(filepath.Ext(name))]
		name = stem[:len(stem)-size] + filepath.Ext(name)
	}
	if name == "" || name == "." || name == ".." {
		return "file"
	}
	return name
}
