package exchange

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"

	"youpeng/platform/fault"
)

// The bounds of an unpacked workbook: more, or packed more tightly than tables are, is a bomb.
const (
	maxUnpacked = 1 << 30
	maxEntries  = 5_000
	freeSize    = 16 << 20 // up to here the ratio does not matter
	maxRatio    = 100
)

// unpacks refuses a workbook that is a bomb, or broken: all of it is unpacked once, to nowhere, because what its
// directory says of sizes may be a lie.
func unpacks(f io.ReaderAt, size int64) error {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return fault.New(fault.Unprocessable, "import.xlsx").Because(err)
	}
	if len(z.File) > maxEntries {
		return fault.New(fault.TooLarge, "import.bomb")
	}
	most := min(int64(maxUnpacked), max(int64(freeSize), size*maxRatio))
	for _, x := range z.File {
		r, err := x.Open()
		if err != nil {
			return fault.New(fault.Unprocessable, "import.xlsx").Because(err)
		}
		n, err := io.Copy(io.Discard, io.LimitReader(r, most+1))
		_ = r.Close()
		if most -= n; most < 0 {
			return fault.New(fault.TooLarge, "import.bomb")
		}
		if err != nil {
			return fault.New(fault.Unprocessable, "import.xlsx").Because(err)
		}
	}
	return nil
}

func openXLSX(f *os.File, size int64, temp string) (*excelize.File, error) {
	if err := unpacks(f, size); err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(io.NewSectionReader(f, 0, size), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: 1 << 20, TmpDir: temp})
	if err != nil {
		return nil, fault.New(fault.Unprocessable, "import.xlsx").Because(err)
	}
	if len(book.GetSheetList()) == 0 {
		return nil, errors.Join(fault.New(fault.Unprocessable, "import.xlsx"), book.Close())
	}
	return book, nil
}

// xlsxReader reads a sheet row by row, values as they are stored.
type xlsxReader struct {
	rows *excelize.Rows
	line int
}

func sheetOf(book *excelize.File, name string) (*xlsxReader, error) {
	r, err := book.Rows(name)
	if err != nil {
		return nil, fault.Invalid("options.sheet", "import.sheet")
	}
	return &xlsxReader{rows: r}, nil
}

func (x *xlsxReader) Close() error { return x.rows.Close() }

func (x *xlsxReader) Next() (Row, error) {
	for x.rows.Next() {
		x.line++
		cells, err := x.rows.Columns()
		if err != nil {
			return Row{}, fault.New(fault.Unprocessable, "import.xlsx").Because(err)
		}
		for len(cells) > 0 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		if len(cells) == 0 {
			continue
		}
		r := Row{Line: x.line, Cells: cells}
		if len(cells) > MaxColumns {
			r.Cells, r.Fault = cells[:MaxColumns], "import.columns"
		}
		size := 0
		for i, c := range r.Cells {
			if size += len(c); len(c) > MaxCell || size > maxRow {
				r.Cells[i], r.Fault = "", "import.cell_long"
			}
		}
		return r, nil
	}
	if err := x.rows.Error(); err != nil {
		return Row{}, fault.New(fault.Unprocessable, "import.xlsx").Because(err)
	}
	return Row{}, io.EOF
}

// xlsxWriter writes a workbook of one sheet as a stream. All cells are text, so that nothing in them is a formula, and
// none is written beyond what a cell of a workbook holds.
type xlsxWriter struct {
	zip   *zip.Writer
	sheet *bufio.Writer
	row   int
}

// maxSheetCell is what a cell of a workbook holds, in units of UTF-16.
const maxSheetCell = 32767

var bookParts = [][2]string{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

func newXLSXWriter(w io.Writer) (*xlsxWriter, error) {
	x := &xlsxWriter{zip: zip.NewWriter(w)}
	for _, part := range bookParts {
		p, err := x.zip.Create(part[0])
		if err == nil {
			_, err = io.WriteString(p, xmlHead+part[1])
		}
		if err != nil {
			return nil, err
		}
	}
	p, err := x.zip.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, err
	}
	x.sheet = bufio.NewWriterSize(p, 64<<10)
	_, err = x.sheet.WriteString(xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	return x, err
}

func (x *xlsxWriter) Write(cells []string) error {
	x.row++
	fmt.Fprintf(x.sheet, `<row r="%d">`, x.row)
	for i, c := range cells {
		if c == "" {
			continue
		}
		name, err := excelize.CoordinatesToCellName(i+1, x.row)
		if err != nil {
			return err
		}
		_, _ = x.sheet.WriteString(`<c r="` + name + `" t="inlineStr"><is><t xml:space="preserve">`)
		_, _ = x.sheet.WriteString(sheetText(c))
		_, _ = x.sheet.WriteString(`</t></is></c>`)
	}
	_, err := x.sheet.WriteString("</row>")
	return err
}

func (x *xlsxWriter) Close() error {
	_, _ = x.sheet.WriteString("</sheetData></worksheet>")
	return errors.Join(x.sheet.Flush(), x.zip.Close())
}

// escaped is what a reader of workbooks takes for an escaped character, behind its underscore.
var escaped = regexp.MustCompile(`^x[0-9A-Fa-f]{4}_`)

// sheetText writes text for a cell. XML has no control characters and turns carriage returns into line feeds; workbooks
// write them as _x000D_, and an underscore before what looks alike as _x005F_.
func sheetText(s string) string {
	var b strings.Builder
	units := 0
	for i, r := range s {
		if units++; r > 0xFFFF {
			units++
		}
		if units > maxSheetCell {
			break
		}
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '_' && escaped.MatchString(s[i+1:]):
			b.WriteString("_x005F_")
		case r < 0x20 && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF:
			fmt.Fprintf(&b, "_x%04X_", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
