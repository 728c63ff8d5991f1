package exchange

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"youpeng/platform/blob"
	"youpeng/platform/fault"
)

// The formats of tables.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// Options say how a file is read; what is zero is guessed.
type Options struct {
	Encoding  string `json:"encoding"`
	Delimiter string `json:"delimiter"`
	Sheet     string `json:"sheet"`
	Header    *int   `json:"header"` // the line with the columns' names; 0: there is none
}

// source is a table to read: how it is read, and the names of its columns.
type source struct {
	file    *os.File
	meta    *blob.File
	format  string
	options Options
	sheets  []string
	header  []string
	from    int // rows of the table stand behind this line
	old     bool
	book    *excelize.File
}

const (
	headBytes = 64 << 10
	headRows  = 50
)

// open opens a file of somebody's as a table.
func (d *Deps) open(ctx context.Context, id uuid.UUID, owner int64, o Options) (*source, error) {
	meta, err := d.Files.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if meta.Owner != owner {
		return nil, fault.New(fault.Missing, "file.missing")
	}
	f, err := d.Files.Read(meta)
	if err != nil {
		return nil, err
	}
	s := &source{file: f, meta: meta, options: o}
	if err := s.begin(d.Files.Temp()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *source) Close() error {
	err := s.file.Close()
	if s.book != nil {
		err = errors.Join(err, s.book.Close())
	}
	return err
}

// begin finds out what the file is and where its rows begin.
func (s *source) begin(temp string) error {
	head := make([]byte, 8)
	n, err := s.file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	switch head = head[:n]; {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		if err := s.beginXLSX(temp); err != nil {
			return err
		}
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")):
		return fault.New(fault.Unprocessable, "import.old_format")
	default:
		if err := s.beginCSV(); err != nil {
			return err
		}
	}
	return s.findHeader()
}

func (s *source) beginXLSX(temp string) (err error) {
	s.format = XLSX
	if s.book, err = openXLSX(s.file, s.meta.Size, temp); err != nil {
		return err
	}
	s.sheets = s.book.GetSheetList()
	if s.options.Sheet == "" {
		s.options.Sheet = s.sheets[0]
	}
	if !slices.Contains(s.sheets, s.options.Sheet) {
		return fault.Invalid("options.sheet", "import.sheet")
	}
	props, err := s.book.GetWorkbookProps()
	s.old = err == nil && props.Date1904 != nil && *props.Date1904
	s.options.Encoding, s.options.Delimiter = "", ""
	return nil
}

func (s *source) beginCSV() (err error) {
	s.format, s.options.Sheet = CSV, ""
	if s.options.Encoding == "" {
		if s.options.Encoding, err = encodingOf(s.file); err != nil {
			return err
		}
	}
	in, err := decoded(s.file, s.options.Encoding)
	if err != nil {
		return err
	}
	if s.options.Delimiter == "" {
		head, err := io.ReadAll(io.LimitReader(in, headBytes))
		if err != nil {
			return err
		}
		s.options.Delimiter = delimiterOf(string(head))
	}
	if r, size := utf8.DecodeRuneInString(s.options.Delimiter); size != len(s.options.Delimiter) || r == '"' || r == '\n' || r == '\r' || r == utf8.RuneError {
		return fault.Invalid("options.delimiter", "import.delimiter")
	}
	return nil
}

// all reads every row of the file, the header and what stands before it too.
func (s *source) all() (rows, error) {
	if s.format == XLSX {
		return sheetOf(s.book, s.options.Sheet)
	}
	in, err := decoded(s.file, s.options.Encoding)
	if err != nil {
		return nil, err
	}
	return newCSV(in, s.options.Delimiter, s.options.Encoding != UTF8), nil
}

// rows reads the rows behind a line; those of the header are never among them. Rows without anything are passed over.
func (s *source) rows(after int) (rows, error) {
	all, err := s.all()
	return &behind{all, max(after, s.from)}, err
}

type behind struct {
	rows
	after int
}

func (b *behind) Next() (Row, error) {
	for {
		r, err := b.rows.Next()
		if err != nil || r.Line > b.after && !r.empty() {
			return r, err
		}
	}
}

// findHeader finds the line with the names: the one said, else the first that is filled at least half as wide as the
// first lines are, which passes over a title above the table. They are as wide as most of them, so that one line with
// cells too many does not pass for the header; only a line of one cell must stand up to the widest.
func (s *source) findHeader() error {
	all, err := s.all()
	if err != nil {
		return err
	}
	defer all.Close()
	var head []Row
	wide := 0
	for len(head) < headRows || s.options.Header != nil {
		r, err := all.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if h := s.options.Header; h != nil && *h > 0 && r.Line < *h {
			continue
		}
		head = append(head, r)
		wide = max(wide, filled(r.Cells))
		if s.options.Header != nil {
			break
		}
	}
	if wide == 0 {
		return fault.New(fault.Unprocessable, "import.empty")
	}
	if h := s.options.Header; h != nil && *h == 0 {
		s.header = make([]string, len(head[0].Cells))
		return nil
	}
	widths := make([]int, 0, len(head))
	for _, r := range head {
		if n := filled(r.Cells); n > 0 {
			widths = append(widths, n)
		}
	}
	slices.Sort(widths)
	usual := widths[len(widths)/2]
	i := slices.IndexFunc(head, func(r Row) bool {
		n := filled(r.Cells)
		return n > 1 && 2*n >= usual || n == 1 && 2*n >= wide
	})
	if head[i].Fault != "" {
		return fault.New(fault.Unprocessable, head[i].Fault)
	}
	s.from = head[i].Line
	s.options.Header = &s.from
	for _, c := range head[i].Cells {
		s.header = append(s.header, strings.Join(strings.Fields(unguarded(c)), " "))
	}
	return nil
}

func filled(cells []string) (n int) {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// count counts the rows of the table; -1 where that would cost as much as reading them for good.
func (s *source) count(ctx context.Context) (n int, err error) {
	if s.format == XLSX {
		return -1, nil
	}
	all, err := s.rows(0)
	if err != nil {
		return 0, err
	}
	defer all.Close()
	for {
		switch _, err := all.Next(); {
		case err == io.EOF:
			return n, nil
		case err != nil:
			return n, err
		}
		if n++; n > MaxRows {
			return n, fault.New(fault.TooLarge, "import.rows", "max", MaxRows)
		}
		if n%10_000 == 0 && ctx.Err() != nil {
			return n, ctx.Err()
		}
	}
}
