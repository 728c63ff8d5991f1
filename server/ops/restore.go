package ops

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"youpeng/engine/record"
	"youpeng/platform/control"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/server/app"
)

// Restore brings a backup back into an empty place, on either database, and compares every table and file with the
// manifest before it says that it is done. Where anything is wrong, nothing is left behind.
func Restore(ctx context.Context, cfg app.Config, from string) (m *Manifest, err error) {
	f, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := checkSeal(f, info.Size()); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, fault.New(fault.Unprocessable, "backup.damaged").Because(err)
	}
	if m, err = manifestOf(z); err != nil {
		return nil, err
	}
	r := &restore{ctx: ctx, cfg: cfg, zip: z, m: m}
	if err := r.empty(); err != nil {
		return nil, err
	}
	if err := r.run(); err != nil {
		return nil, errors.Join(err, r.undo())
	}
	return m, nil
}

// manifestOf reads what a backup holds and refuses one that this program cannot know whole.
func manifestOf(z *zip.Reader) (*Manifest, error) {
	f, err := z.Open("manifest.json")
	if err != nil {
		return nil, fault.New(fault.Unprocessable, "backup.damaged").Because(err)
	}
	defer f.Close()
	m := &Manifest{}
	if err := json.NewDecoder(io.LimitReader(f, 64<<20)).Decode(m); err != nil {
		return nil, fault.New(fault.Unprocessable, "backup.damaged").Because(err)
	}
	newer := fault.New(fault.Conflict, "backup.newer", "product", m.Product)
	if m.Format > format {
		return nil, newer
	}
	for _, d := range m.Databases {
		known := app.Steps()
		if d.Name == "control" {
			known = control.Steps()
		}
		if d.Steps > known {
			return nil, newer
		}
	}
	return m, nil
}

type restore struct {
	ctx  context.Context
	cfg  app.Config
	zip  *zip.Reader
	m    *Manifest
	made []string // addresses of databases
}

// empty refuses a place where anything is.
func (r *restore) empty() error {
	taken := func(what string) error { return fault.New(fault.Conflict, "restore.not_empty", "what", what) }
	if len(r.m.Files) > 0 {
		if list, err := os.ReadDir(Files(r.cfg)); err == nil && len(list) > 0 {
			return taken(Files(r.cfg))
		}
	}
	if r.cfg.Database == "" {
		if err := os.MkdirAll(r.cfg.Data, 0o700); err != nil {
			return err
		}
		list, err := filepath.Glob(filepath.Join(r.cfg.Data, "*.db"))
		if err == nil && len(list) > 0 {
			err = taken(list[0])
		}
		return err
	}
	for _, d := range r.m.Databases {
		at, err := db.Open(r.ctx, r.cfg.Address(d.Name), db.Options{})
		if err != nil {
			return err
		}
		err = at.Read(r.ctx, func(q db.Reader) error {
			tables, err := q.Dialect().Tables(q)
			if err == nil && len(tables) > 0 {
				err = taken(d.Name)
			}
			return err
		})
		if err = errors.Join(err, at.Close()); err != nil {
			return err
		}
	}
	return nil
}

// run restores the workspaces and the files, and the control database last: without it nobody takes what a cut off
// restore left for a whole one.
func (r *restore) run() error {
	if err := r.files(); err != nil {
		return err
	}
	for _, d := range r.m.Databases {
		if err := r.database(d); err != nil {
			return fmt.Errorf("restoring %s: %w", d.Name, err)
		}
	}
	return nil
}

func (r *restore) database(d Database) (err error) {
	at := r.cfg.Address(d.Name)
	r.made = append(r.made, at)
	to, err := db.Open(r.ctx, at, db.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	for _, t := range d.Tables {
		if err := r.table(to, d.Name, t); err != nil {
			return err
		}
	}
	if err := r.compare(to, d); err != nil {
		return err
	}
	if d.Workspace == "" {
		return nil
	}
	return to.Write(r.ctx, record.Renew)
}

func (r *restore) table(to *db.DB, database string, t Table) error {
	rows, err := r.zip.Open(rowsEntry(database, t.Name))
	if err != nil {
		return fault.New(fault.Unprocessable, "backup.damaged").Because(err)
	}
	defer rows.Close()
	if err := to.Schema(r.ctx, t.Make); err != nil {
		return err
	}
	if _, err := db.Load(r.ctx, to, t.Shape, rows); err != nil {
		return err
	}
	return to.Schema(r.ctx, t.Finish)
}

// compare reads back what was written.
func (r *restore) compare(to *db.DB, d Database) error {
	return to.Read(r.ctx, func(q db.Reader) error {
		for _, t := range d.Tables {
			sum := sha256.New()
			n, err := db.Dump(q, t.Shape, sum)
			if err != nil {
				return err
			}
			if n != t.Rows || sumOf(sum) != t.Sum {
				return fault.New(fault.Unprocessable, "restore.differs", "what", d.Name+"."+t.Name)
			}
		}
		return nil
	})
}

func (r *restore) files() error {
	root := Files(r.cfg)
	for _, f := range r.m.Files {
		name := filepath.FromSlash(f.Path)
		if !filepath.IsLocal(name) {
			return fault.New(fault.Unprocessable, "backup.damaged").Because(fmt.Errorf("a file outside: %q", f.Path))
		}
		if err := r.file(filepath.Join(root, name), f); err != nil {
			return err
		}
	}
	return nil
}

func (r *restore) file(path string, f File) error {
	in, err := r.zip.Open("files/" + f.Path)
	if err != nil {
		return fault.New(fault.Unprocessable, "backup.damaged").Because(err)
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, sum), io.LimitReader(in, f.Size+1))
	if err = errors.Join(err, out.Sync(), out.Close(), r.ctx.Err()); err != nil {
		return err
	}
	if sumOf(sum) != f.Sum {
		return fault.New(fault.Unprocessable, "restore.differs", "what", "files/"+f.Path)
	}
	return syncFolder(filepath.Dir(path))
}

// undo removes what was made.
func (r *restore) undo() error {
	var errs []error
	for _, at := range r.made {
		errs = append(errs, db.Drop(context.WithoutCancel(r.ctx), at))
	}
	for _, f := range r.m.Files {
		if name := filepath.FromSlash(f.Path); filepath.IsLocal(name) && !strings.HasPrefix(name, "..") {
			if err := os.Remove(filepath.Join(Files(r.cfg), name)); err != nil && !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}
