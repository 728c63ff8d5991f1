package ops

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/server/app"
)

// Backup writes all databases and files into one new file while they are in use. Each database is read as of one
// instant, the control database first, so that every member that it names is in its workspace.
func Backup(ctx context.Context, a *app.App, to string) (m *Manifest, err error) {
	half := to + ".part"
	if _, err := os.Stat(to); err == nil {
		return nil, fault.New(fault.Conflict, "backup.exists", "file", to)
	}
	f, err := os.OpenFile(half, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(half))
		}
	}()
	out := bufio.NewWriterSize(f, 1<<20)
	b := &backup{ctx: ctx, app: a, scratch: filepath.Dir(to), sealer: newSealer(out)}
	if m, err = b.write(); err != nil {
		return nil, err
	}
	if err = errors.Join(out.Flush(), f.Sync()); err != nil {
		return nil, err
	}
	if err = f.Close(); err != nil {
		return nil, err
	}
	if err = os.Rename(half, to); err != nil {
		return nil, err
	}
	return m, syncFolder(filepath.Dir(to))
}

type backup struct {
	ctx     context.Context
	app     *app.App
	scratch string // where SQLite's copies lie meanwhile
	sealer  *sealer
	zip     *zip.Writer
}

func (b *backup) write() (*Manifest, error) {
	b.zip = zip.NewWriter(b.sealer)
	b.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	if err := b.zip.SetComment(blank); err != nil {
		return nil, err
	}
	clock := b.app.Config().Clock
	m := &Manifest{Format: format, Product: Version(), CreatedAt: clock.Now().UTC()}
	control := Database{Name: "control"}
	if err := b.database(b.app.ControlDB(), &control); err != nil {
		return nil, err
	}
	list, err := b.app.Control.Workspaces(b.ctx, 0)
	if err != nil {
		return nil, err
	}
	for _, w := range list {
		s, release, err := b.app.Hold(b.ctx, w.Slug)
		if err != nil {
			return nil, err
		}
		d := Database{Name: w.URL, Workspace: w.Slug, Catalog: s.Catalog.Current().Version}
		err = b.database(s.DB, &d)
		release()
		if err != nil {
			return nil, err
		}
		m.Databases = append(m.Databases, d)
	}
	m.Databases = append(m.Databases, control)
	if err := b.files(m); err != nil {
		return nil, err
	}
	w, err := b.zip.Create("manifest.json")
	if err != nil {
		return nil, err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	if err := errors.Join(enc.Encode(m), b.zip.Close()); err != nil {
		return nil, err
	}
	return m, b.sealer.finish()
}

// database writes the rows of all tables of a database as of one instant.
func (b *backup) database(d *db.DB, out *Database) error {
	out.Kind = d.Dialect().Name()
	return d.Frozen(b.ctx, b.scratch, func(r db.Reader) error {
		tables, err := r.Dialect().Tables(r)
		if err != nil {
			return err
		}
		if out.Steps, err = db.VersionIn(r); err != nil {
			return err
		}
		for _, name := range tables {
			s, err := db.Describe(r, name)
			if err != nil {
				return err
			}
			w, err := b.zip.Create(rowsEntry(out.Name, name))
			if err != nil {
				return err
			}
			sum := sha256.New()
			rows := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)
			n, err := db.Dump(r, s, rows)
			if err = errors.Join(err, rows.Flush()); err != nil {
				return err
			}
			out.Tables = append(out.Tables, Table{s, n, sumOf(sum)})
		}
		return nil
	})
}

func rowsEntry(database, table string) string { return "rows/" + database + "/" + table }

// Files is the folder of uploaded files, beside the databases.
func Files(c app.Config) string { return filepath.Join(c.Data, "files") }

// files adds the uploaded files. They never change, and one that goes meanwhile belongs to nobody any more.
func (b *backup) files(m *Manifest) error {
	root := Files(b.app.Config())
	if _, err := os.Stat(root); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil || slices.Contains(strings.Split(filepath.ToSlash(name), "/"), "tmp") {
			return err
		}
		f, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		defer f.Close()
		w, err := b.zip.Create("files/" + filepath.ToSlash(name))
		if err != nil {
			return err
		}
		sum := sha256.New()
		n, err := io.Copy(io.MultiWriter(w, sum), f)
		if err == nil {
			err = b.ctx.Err()
		}
		m.Files = append(m.Files, File{filepath.ToSlash(name), n, sumOf(sum)})
		return err
	})
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
