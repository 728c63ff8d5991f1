package exchange

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// The bounds of a table that is read.
const (
	MaxFile    = 200 << 20 // bytes
	MaxRows    = 1 << 20
	MaxColumns = 500
	MaxCell    = 1 << 20 // bytes
	maxRow     = 4 << 20 // bytes
)

// Row is one row of a table: the line on which it begins, its cells, and what is wrong with it as such.
type Row struct {
	Line  int
	Cells []string
	Fault string
}

// empty says whether nothing stands in it.
func (r *Row) empty() bool {
	for _, c := range r.Cells {
		if c != "" {
			return false
		}
	}
	return r.Fault == ""
}

// rows reads a table; io.EOF ends it. A row is its reader's until the next call, its cells stay.
type rows interface {
	Next() (Row, error)
	Close() error
}

// csvReader reads delimited text as spreadsheets write it: a quoted cell may hold delimiters, line ends of any kind and
// doubled quotes, and keeps its bytes. A quote inside an unquoted cell is a character like others, and what stands
// behind a closing quote belongs to the cell.
type csvReader struct {
	in      *bufio.Reader
	comma   []byte
	line    int
	size    int // of the row so far
	cell    []byte
	strange bool // decoded text: what could not be decoded stands in it as U+FFFD
}

func newCSV(in io.Reader, comma string, strange bool) *csvReader {
	return &csvReader{in: bufio.NewReaderSize(in, 64<<10), comma: []byte(comma), line: 1, strange: strange}
}

func (c *csvReader) Close() error { return nil }

// Next reads a row. Empty lines are passed over.
func (c *csvReader) Next() (Row, error) {
	for {
		r := Row{Line: c.line}
		c.size = 0
		quoted := false
		for more := true; more; {
			var err error
			var q bool
			q, more, err = c.field(&r)
			quoted = quoted || q
			if err == io.EOF && len(r.Cells) == 1 && r.Cells[0] == "" && !quoted && r.Fault == "" {
				return r, io.EOF
			}
			if err != nil && err != io.EOF {
				return r, err
			}
		}
		if len(r.Cells) == 1 && r.Cells[0] == "" && !quoted && r.Fault == "" {
			continue
		}
		for _, cell := range r.Cells {
			if r.Fault == "" && (!utf8.ValidString(cell) || c.strange && strings.ContainsRune(cell, utf8.RuneError)) {
				r.Fault = "import.encoding"
			}
		}
		return r, nil
	}
}

// field reads one cell and says whether it was quoted and whether another follows on the row.
func (c *csvReader) field(r *Row) (quoted, more bool, err error) {
	c.cell = c.cell[:0]
	inside := false
	for {
		b, err := c.in.ReadByte()
		if err != nil {
			if inside {
				r.Fault = "import.quote"
			}
			c.put(r)
			return quoted, false, err
		}
		switch {
		case inside && b == '"':
			if next, err := c.in.Peek(1); err == nil && next[0] == '"' {
				_, _ = c.in.Discard(1)
				c.add(r, b)
				continue
			}
			inside = false
		case inside:
			if b == '\n' || b == '\r' && !c.follows('\n') {
				c.line++
			}
			c.add(r, b)
		case b == '"' && len(c.cell) == 0 && !quoted:
			inside, quoted = true, true
		case b == '\n', b == '\r':
			if b == '\r' && c.follows('\n') {
				_, _ = c.in.Discard(1)
			}
			c.line++
			c.put(r)
			return quoted, false, nil
		case b == c.comma[0] && c.delimits():
			c.put(r)
			return quoted, true, nil
		default:
			c.add(r, b)
		}
	}
}

func (c *csvReader) follows(b byte) bool {
	next, err := c.in.Peek(1)
	return err == nil && next[0] == b
}

// delimits says whether the rest of a delimiter of several bytes follows, and takes it.
func (c *csvReader) delimits() bool {
	rest := c.comma[1:]
	if len(rest) == 0 {
		return true
	}
	next, err := c.in.Peek(len(rest))
	if err != nil || !bytes.Equal(next, rest) {
		return false
	}
	_, _ = c.in.Discard(len(rest))
	return true
}

func (c *csvReader) add(r *Row, b byte) {
	c.size++
	if len(c.cell) >= MaxCell || c.size > maxRow {
		r.Fault = "import.cell_long"
		return
	}
	c.cell = append(c.cell, b)
}

func (c *csvReader) put(r *Row) {
	if len(r.Cells) >= MaxColumns {
		r.Fault = "import.columns"
		return
	}
	r.Cells = append(r.Cells, string(c.cell))
}

// csvWriter writes delimited text with CRLF, as spreadsheets read it.
type csvWriter struct {
	out   *bufio.Writer
	comma string
}

func newCSVWriter(w io.Writer, comma string) *csvWriter {
	return &csvWriter{bufio.NewWriterSize(w, 64<<10), comma}
}

func (w *csvWriter) Write(cells []string) error {
	for i, c := range cells {
		if i > 0 {
			_, _ = w.out.WriteString(w.comma)
		}
		// A lone empty cell is quoted, or its line would be passed over; so is what a spreadsheet would trim.
		if !strings.ContainsAny(c, "\"\r\n\t ") && !strings.Contains(c, w.comma) && (c != "" || len(cells) > 1) {
			_, _ = w.out.WriteString(c)
			continue
		}
		_ = w.out.WriteByte('"')
		_, _ = w.out.WriteString(strings.ReplaceAll(c, `"`, `""`))
		_ = w.out.WriteByte('"')
	}
	_, err := w.out.WriteString("\r\n")
	return err
}

func (w *csvWriter) Close() error { return w.out.Flush() }

// A spreadsheet takes a cell that begins with one of these for a formula.
const formulaSigns = "=+-@\t\r＝＋－＠"

// guarded puts an apostrophe before a text that a spreadsheet would take for a formula, and before one that begins with
// apostrophes and such a text, so that unguarded always finds the same bytes again.
func guarded(s string) string {
	if formula(s) {
		return "'" + s
	}
	return s
}

func unguarded(s string) string {
	if strings.HasPrefix(s, "'") && formula(s) {
		return s[1:]
	}
	return s
}

func formula(s string) bool {
	rest := strings.TrimLeft(s, "'")
	r, size := utf8.DecodeRuneInString(rest)
	return size > 0 && r != utf8.RuneError && strings.ContainsRune(formulaSigns, r)
}

// delimiterOf guesses the delimiter from how a text begins: the one by which the most rows have the same, greatest number
// of cells.
func delimiterOf(head string) string {
	best, mark := ",", 0.0
	for _, comma := range []string{",", "\t", ";", "|", "，"} {
		counts := map[int]int{}
		in := newCSV(strings.NewReader(head), comma, false)
		all := 0
		for all < 50 {
			r, err := in.Next()
			if err != nil {
				break
			}
			all++
			counts[len(r.Cells)]++
		}
		for cells, n := range counts {
			if m := float64(n) / float64(all) * float64(min(cells, 20)); cells > 1 && m > mark {
				best, mark = comma, m
			}
		}
	}
	return best
}
