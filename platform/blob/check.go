package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"youpeng/platform/db"
)

// Check compares the files with their bytes and answers the names of bytes that a file which stays has lost, and of bytes
// that no file has. What seems wrong counts when it is so again while nothing is put or swept: a file that is being kept
// has its row before its bytes.
func (s *Store) Check(ctx context.Context) (lost, stray []string, err error) {
	firstLost, firstStray, err := s.compare(ctx)
	if err != nil || len(firstLost)+len(firstStray) == 0 {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	secondLost, secondStray, err := s.compare(ctx)
	return both(firstLost, secondLost), both(firstStray, secondStray), err
}

// both are the names that stand in two sets.
func both(a, b map[string]bool) []string {
	maps.DeleteFunc(a, func(name string, _ bool) bool { return !b[name] })
	return slices.Sorted(maps.Keys(a))
}

func (s *Store) compare(ctx context.Context) (lost, stray map[string]bool, err error) {
	lost, stray = map[string]bool{}, map[string]bool{}
	if err := filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && e.Type().IsRegular() && len(e.Name()) == 2*sha256.Size {
			stray[e.Name()] = true
		}
		return errors.Join(err, ctx.Err())
	}); err != nil {
		return nil, nil, fmt.Errorf("looking through the files: %w", err)
	}
	now := s.clock.Now()
	err = s.db.Read(ctx, func(r db.Reader) error {
		files, err := list(r, "1 = 1")
		for _, f := range files {
			name := hex.EncodeToString(f.hash[:])
			there := stray[name]
			delete(stray, name)
			if there || !f.Expires.IsZero() && !now.Before(f.Expires) { // what has expired goes with the next sweep
				continue
			}
			if _, err := os.Stat(s.path(f.hash)); errors.Is(err, fs.ErrNotExist) {
				lost[name] = true
			} else if err != nil {
				return fmt.Errorf("looking for a file: %w", err)
			}
		}
		return err
	})
	return lost, stray, err
}
