package exchange

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
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

	known words // what columns may be called, where sheet and header are guessed
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
	maxSheets = 30 // that are looked into for the one to read
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
	head := make([]byte, 512)
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
		if err := isTable(head); err != nil {
			return err
		}
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
		if s.options.Sheet, err = s.likelySheet(); err != nil {
			return err
		}
	}
	if !slices.Contains(s.sheets, s.options.Sheet) {
		return fault.Invalid("options.sheet", "import.sheet")
	}
	props, err := s.book.GetWorkbookProps()
	s.old = err == nil && props.Date1904 != nil && *props.Date1904
	s.options.Encoding, s.options.Delimiter = "", ""
	return nil
}

// likelySheet is the visible sheet whose rows name most columns, before a page of explanations; else the first that is
// filled.
func (s *source) likelySheet() (string, error) {
	best, most := s.sheets[0], -1
	for _, name := range s.sheets[:min(len(s.sheets), maxSheets)] {
		if shown, err := s.book.GetSheetVisible(name); err != nil || !shown {
			continue
		}
		in, err := sheetOf(s.book, name)
		if err != nil {
			continue // a sheet of charts
		}
		head, err := firstRows(in, headRows)
		if err = errors.Join(err, in.Close()); err != nil {
			return "", err
		}
		n := -1
		for _, r := range head {
			if !r.empty() {
				n = max(n, s.options.known.in(r.Cells))
			}
		}
		if n > most {
			best, most = name, n
		}
	}
	return best, nil
}

// firstRows reads up to so many rows.
func firstRows(in rows, n int) (head []Row, err error) {
	for len(head) < n {
		r, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		head = append(head, r)
	}
	return head, nil
}

// isTable refuses what is plainly something else: a picture, a document, a page of the web that calls itself a workbook.
func isTable(head []byte) error {
	kind := http.DetectContentType(head)
	for _, other := range []string{"image/", "video/", "audio/", "font/", "application/pdf", "application/zip", "application/x-", "text/html"} {
		if strings.HasPrefix(kind, other) {
			return fault.New(fault.Unprocessable, "import.no_table")
		}
	}
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

// findHeader finds the line with the names: the one said, else the one that holds most of the words that columns are
// called by, else the first that is filled at least half as wide as the first lines are, which passes over a title above
// the table. They are as wide as most of them, so that one line with cells too many does not pass for the header; only a
// line of one cell must stand up to the widest. Where that one is plainly a row, there are no names.
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
	found, most := i, max(1, s.options.known.in(head[i].Cells))
	for k, r := range head {
		if n := s.options.known.in(r.Cells); n > most {
			found, most = k, n
		}
	}
	if i = found; s.options.Header == nil && s.options.known.in(head[i].Cells) == 0 && slices.ContainsFunc(head[i].Cells, plainValue) {
		none := 0
		s.options.Header, s.header = &none, make([]string, len(head[i].Cells))
		return nil
	}
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
