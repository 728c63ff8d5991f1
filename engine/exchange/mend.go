package exchange

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"youpeng/engine/object"
	"youpeng/platform/blob"
	"youpeng/platform/db"
)

// finish writes the file to mend and ends the change set.
func (j *importing) finish(ctx context.Context) error {
	if j.at.Total == nil || *j.at.Total < j.at.Done {
		j.at.Total = &j.at.Done
	}
	if j.at.Failed > 0 {
		f, err := j.mend(ctx)
		if err != nil {
			return err
		}
		j.at.Mend = f
	}
	if err := j.run.Progress(ctx, j.at); err != nil {
		return err
	}
	until := j.deps.Clock.Now().Add(FileLife)
	if j.args.DryRun {
		return j.deps.Files.Keep(ctx, j.args.File, until)
	}
	state := "complete"
	if j.at.Failed > 0 {
		state = "partial"
	}
	if err := j.deps.Engine.CloseChangeSet(ctx, j.set, state); err != nil {
		return err
	}
	return j.deps.Files.Keep(ctx, j.args.File, until)
}

// sheet writes rows.
type sheet interface {
	Write(cells []string) error
	Close() error
}

// sheetInto begins a table in a format.
func sheetInto(w io.Writer, format, encoding, delimiter string) (sheet, error) {
	if format == XLSX {
		return newXLSXWriter(w)
	}
	out, err := encodedInto(w, encoding)
	if err != nil {
		return nil, err
	}
	return &text{newCSVWriter(out, delimiter), out}, nil
}

// text is a CSV whose encoder keeps something back until it is closed.
type text struct {
	*csvWriter
	out io.Writer
}

func (t *text) Close() error {
	if err := t.csvWriter.Close(); err != nil {
		return err
	}
	if c, ok := t.out.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// make writes a file of the asker's as it is being produced.
func (d *Deps) make(ctx context.Context, f blob.File, most int64, write func(io.Writer) error) (*FileRef, error) {
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.CloseWithError(write(w))
	}()
	f.Expires = d.Clock.Now().Add(FileLife)
	kept, err := d.Files.Put(ctx, f, r, most)
	r.CloseWithError(io.ErrClosedPipe)
	<-done
	if err != nil {
		return nil, err
	}
	return &FileRef{kept.ID, kept.Name, kept.Size}, nil
}

var mediaTypes = map[string]string{CSV: "text/csv; charset=utf-8", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

// mend writes the rows that failed, as they stand in the file and in its format, with the line and the reason beside
// them.
func (j *importing) mend(ctx context.Context) (*FileRef, error) {
	s := j.source
	name := strings.TrimSuffix(s.meta.Name, filepath.Ext(s.meta.Name)) + map[bool]string{true: "-待修正.", false: "-to-mend."}[j.actor.Locale != "en"] + s.format
	kind := mediaTypes[s.format]
	if s.format == CSV && s.options.Encoding != UTF8 {
		kind = "text/csv; charset=" + s.options.Encoding
	}
	return j.deps.make(ctx, blob.File{Name: name, Type: kind, Owner: j.actor.User}, blob.MostBytes, func(w io.Writer) error {
		out, err := sheetInto(w, s.format, s.options.Encoding, s.options.Delimiter)
		if err != nil {
			return err
		}
		if s.from > 0 {
			if err := out.Write(append(j.kept(s.header), mendWords[:]...)); err != nil {
				return err
			}
		}
		if err := j.mendRows(ctx, out); err != nil {
			return err
		}
		return out.Close()
	})
}

// kept are the cells of a row without those by which an earlier file to mend told its faults, filled up to the width of
// the table.
func (j *importing) kept(cells []string) []string {
	var out []string
	for i, h := range j.source.header {
		if slices.Contains(mendWords[:], h) {
			continue
		}
		if i < len(cells) {
			out = append(out, cells[i])
		} else {
			out = append(out, "")
		}
	}
	return out
}

// mendRows goes through the file and the noted rows side by side.
func (j *importing) mendRows(ctx context.Context, out sheet) error {
	in, err := j.source.rows(0)
	if err != nil {
		return err
	}
	defer in.Close()
	for after, more := 0, true; more; {
		var list []noted
		err := j.deps.DB.Read(ctx, func(r db.Reader) (err error) {
			list, err = notedRows(r, j.run.ID, rowFailed, after, 500)
			return err
		})
		if err != nil {
			return err
		}
		more = len(list) == 500
		for _, n := range list {
			after = n.Line
			var r Row
			for err == nil && r.Line < n.Line {
				r, err = in.Next()
			}
			if err != nil || r.Line != n.Line {
				continue
			}
			if err := out.Write(append(j.kept(r.Cells), strconv.Itoa(n.Line), j.reasons(n.Faults))); err != nil {
				return err
			}
		}
	}
	if err == io.EOF {
		err = nil
	}
	return err
}

// reasons words what is wrong with a row.
func (j *importing) reasons(list []wrong) string {
	said, between, colon := make([]string, len(list)), "；", "："
	if j.actor.Locale == "en" {
		between, colon = "; ", ": "
	}
	for i, w := range list {
		said[i] = w.words(j.actor.Locale)
		if name := columnLabel(j.source.header, j.plan.main, j.plan.also, w, j.actor.Locale); name != "" {
			said[i] = name + colon + strings.TrimSuffix(said[i], "。")
		}
	}
	return strings.Join(said, between)
}

// columnLabel is how a person knows the place of a fault: the column's name, else the field's.
func columnLabel(header []string, main, also *object.Object, w wrong, locale string) string {
	if w.Column >= 0 && w.Column < len(header) {
		if header[w.Column] != "" {
			return header[w.Column]
		}
		return columnName(w.Column)
	}
	for _, o := range []*object.Object{main, also} {
		if o == nil {
			continue
		}
		if f := o.Field(strings.TrimPrefix(w.Field, o.Name+".")); f != nil && w.Field != "" {
			return f.Label.In(locale)
		}
	}
	return ""
}
