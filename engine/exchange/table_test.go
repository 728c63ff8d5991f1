package exchange

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"youpeng/platform/blob"
	"youpeng/platform/fault"
)

func readAll(t testing.TB, in rows) (out [][]string, at []int) {
	t.Helper()
	for {
		r, err := in.Next()
		if err == io.EOF {
			return out, at
		}
		must(t, err)
		if r.Fault != "" {
			r.Cells = append(r.Cells, "!"+r.Fault)
		}
		out, at = append(out, r.Cells), append(at, r.Line)
	}
}

func TestCSVAsItIsWritten(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		in    string
		want  [][]string
		lines []int
	}{
		"plain":                {"a,b\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		"no end of line":       {"a,b\n1,2", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		"crlf":                 {"a,b\r\n1,2\r\n", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		"carriage returns":     {"a,b\r1,2\r", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		"comma in quotes":      {"a,\"b,c\",d\n", [][]string{{"a", "b,c", "d"}}, []int{1}},
		"empty cells":          {"a,\"\",\n,,\n", [][]string{{"a", "", ""}, {"", "", ""}}, []int{1, 2}},
		"empty lines":          {"a\n\n\r\n\"\"\nb\n", [][]string{{"a"}, {""}, {"b"}}, []int{1, 4, 5}},
		"quotes in quotes":     {"1,\"ha \"\"ha\"\" ha\"\n", [][]string{{"1", `ha "ha" ha`}}, []int{1}},
		"quotes and newlines":  {"1,\"x\n\"\"y\"\"\r\nz\"\n2,b\n", [][]string{{"1", "x\n\"y\"\r\nz"}, {"2", "b"}}, []int{1, 4}},
		"json":                 {"k,\"{\"\"type\"\": \"\"Point\"\", \"\"c\"\": [1.5,2]}\"\n", [][]string{{"k", `{"type": "Point", "c": [1.5,2]}`}}, []int{1}},
		"a quote in a cell":    {"5\" pipe,b\"c\"\n", [][]string{{`5" pipe`, `b"c"`}}, []int{1}},
		"behind the quote":     {"\"a\" b,c\n", [][]string{{"a b", "c"}}, []int{1}},
		"never closed":         {"a,\"b\nc", [][]string{{"a", "b\nc", "!import.quote"}}, []int{1}},
		"utf-8":                {"名称,ʤ\n", [][]string{{"名称", "ʤ"}}, []int{1}},
		"bytes that are none":  {"a,\xff\nb,c\n", [][]string{{"a", "\xff", "!import.encoding"}, {"b", "c"}}, []int{1, 2}},
		"spaces are kept":      {" a , \"b\" \n", [][]string{{" a ", ` "b" `}}, []int{1}},
		"a long cell is noted": {"a," + strings.Repeat("x", MaxCell+1) + "\nb,c\n", [][]string{{"a", strings.Repeat("x", MaxCell), "!import.cell_long"}, {"b", "c"}}, []int{1, 2}},
	} {
		got, at := readAll(t, newCSV(strings.NewReader(x.in), ",", false))
		if !reflect.DeepEqual(got, x.want) || !reflect.DeepEqual(at, x.lines) {
			t.Errorf("%s: %.200q on lines %v", name, got, at)
		}
	}
	got, _ := readAll(t, newCSV(strings.NewReader("甲，乙，\"丙，丁\"\n"), "，", false))
	if len(got[0]) != 3 || got[0][2] != "丙，丁" {
		t.Errorf("a delimiter of several bytes: %q", got)
	}
	wide, _ := readAll(t, newCSV(strings.NewReader(strings.Repeat(",", MaxColumns+5)+"\n"), ",", false))
	if len(wide[0]) != MaxColumns+1 || wide[0][MaxColumns] != "!import.columns" {
		t.Errorf("%d columns", len(wide[0]))
	}
}

// hostile are strings that break what reads tables.
var hostile = []string{
	"=1+1", "+86 138", "-2", "@SUM(A1)", "\tx", "\rx", "'", "''=1", "'=1", "'x", "＝1+1", "=cmd|' /C calc'!A0", "a,b;c|d\te", "\"", "\"\"", "a\"b", "x\ny", "x\r\ny", "x\ry",
	" lead and trail ", "_x0041_", "_x005F_", "_x0041_x0042_", "__x000D_", "_xZZZZ_", "\x01\x02\x1f\x7f", "\u2028\u202e\ufeff", "𠮷野家👩‍👩‍👧", "Ω≈ç√", "</t></is></c>", "&amp;<b>", "NULL", "#REF!", "1E5", "0012", "\ufffe", "A\u0301", "‮txt", "%s%n", "';DROP TABLE x;--",
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ format, encoding, comma string }{{CSV, UTF8, ","}, {CSV, UTF8, "\t"}, {CSV, UTF16LE, ","}, {CSV, UTF16BE, ";"}, {CSV, GB18030, ","}, {XLSX, "", ""}} {
		var b bytes.Buffer
		out, err := sheetInto(&b, x.format, x.encoding, x.comma)
		must(t, err)
		must(t, out.Write([]string{"编号", "文字"}))
		for _, s := range hostile {
			if x.format == CSV {
				s = guarded(s)
			}
			must(t, out.Write([]string{"行", s}))
		}
		must(t, out.Close())
		s := file(t, b.Bytes())
		if s.format != x.format || s.options.Encoding != x.encoding || s.options.Delimiter != x.comma || len(s.header) != 2 {
			t.Errorf("%v was taken for %s %+v %q", x, s.format, s.options, s.header)
			continue
		}
		in, err := s.rows(0)
		must(t, err)
		got, _ := readAll(t, in)
		if len(got) != len(hostile) {
			t.Errorf("%v: %d rows", x, len(got))
			continue
		}
		for i, want := range hostile {
			cell := got[i][1]
			if x.format == CSV {
				if r := []rune(cell)[0]; strings.ContainsRune(formulaSigns, r) {
					t.Errorf("%v: %q is a formula", x, cell)
				}
				cell = unguarded(cell)
			}
			if cell != want {
				t.Errorf("%v: %q became %q", x, want, cell)
			}
		}
	}
}

// file opens bytes as a source.
func file(t testing.TB, content []byte) *source {
	t.Helper()
	s, err := fileOf(t, content)
	must(t, err)
	return s
}

func fileOf(t testing.TB, content []byte) (*source, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, content, 0o600))
	f, err := os.Open(path)
	must(t, err)
	s := &source{file: f, meta: &blob.File{Name: "file", Size: int64(len(content))}}
	t.Cleanup(func() { _ = s.Close() })
	return s, s.begin(t.TempDir())
}

func TestEncodingsAndDelimitersAreSeen(t *testing.T) {
	t.Parallel()
	text := "公司名称;联系人\n杭州远景;张伟\n上海明德;李娜\n"
	for _, encoding := range []string{UTF8, UTF16LE, UTF16BE, GB18030} {
		for _, marked := range []bool{true, false} {
			content := in(t, encoding, strings.Repeat("无,关;紧要\n", 0)+text)
			for _, m := range marks {
				if !marked && m.name == encoding {
					content = bytes.TrimPrefix(content, m.mark)
				}
			}
			if s := file(t, content); s.options.Encoding != encoding || s.options.Delimiter != ";" || strings.Join(s.header, "|") != "公司名称|联系人" {
				t.Errorf("%s, marked %v: %+v %q", encoding, marked, s.options, s.header)
			}
		}
	}
	if s := file(t, append(slices.Clone(gbMark), in(t, GB18030, text)...)); s.options.Encoding != GB18030 || s.header[0] != "公司名称" {
		t.Errorf("marked as if it were UTF-8: %+v %q", s.options, s.header)
	}
	late := append(bytes.Repeat([]byte("a,b\n"), 30_000), in(t, GB18030, "客户,名称\n")...)
	if s := file(t, late); s.options.Encoding != GB18030 {
		t.Errorf("Chinese that begins late: %s", s.options.Encoding)
	}
	few := []byte(strings.Repeat("客户,名称\n", 100) + "坏\xff,x\n")
	if s := file(t, few); s.options.Encoding != UTF8 {
		t.Errorf("one broken byte: %s", s.options.Encoding)
	}
	if _, err := fileOf(t, nil); !fault.Has(err, "import.empty") {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := fileOf(t, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")); !fault.Has(err, "import.old_format") {
		t.Errorf("an old workbook: %v", err)
	}
}

func TestTheLineWithTheNamesIsFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"客户,手机\n甲,1\n":                            "客户|手机",
		"客户名单\n\n客户,手机,级别\n甲,1,A\n":               "客户|手机|级别",
		"客户,手机\n甲,1,太多,的,格子\n乙\n":                 "客户|手机",
		"客户,手机,级别,行业,地址,备注\n甲\n乙,1\n丙\n丁\n":       "客户|手机|级别|行业|地址|备注",
		"名单,,,,\n客户,手机,级别,行业,地址\n甲,1\n乙,2\n丙,3\n": "客户|手机|级别|行业|地址",
		"客户\n甲\n乙\n":                              "客户",
	} {
		if got := strings.Join(file(t, []byte(text)).header, "|"); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestWorkbooksOfOthers(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	defer book.Close()
	must(t, book.SetSheetRow("Sheet1", "A1", &[]any{"名称", "手机", "日期", "金额"}))
	must(t, book.SetSheetRow("Sheet1", "A3", &[]any{"远景", 13800138000, 46350, 0.1 + 0.2}))
	must(t, book.SetCellRichText("Sheet1", "A4", []excelize.RichTextRun{{Text: "明"}, {Text: "德"}}))
	must(t, book.SetCellFormula("Sheet1", "B4", "1+1"))
	_, err := book.NewSheet("第二")
	must(t, err)
	must(t, book.SetSheetRow("第二", "A1", &[]any{"x"}))
	var b bytes.Buffer
	must(t, book.Write(&b))
	s := file(t, b.Bytes())
	in, err := s.rows(0)
	must(t, err)
	got, at := readAll(t, in)
	if len(got) != 2 || got[0][1] != "13800138000" || got[1][0] != "明德" || at[0] != 3 || len(s.sheets) != 2 {
		t.Errorf("%q on lines %v of %q", got, at, s.sheets)
	}
	for cell, want := range map[string]string{got[0][3]: "0.3", "1.3800138E10": "13800138000", "13800138000.0": "13800138000", "0571": "0571", "91350100": "91350100", "12345678901234567890": "12345678901234567890"} {
		if plainNumber(cell) != want {
			t.Errorf("%s became %s", cell, plainNumber(cell))
		}
	}
	if _, err := fileOf(t, b.Bytes()[:b.Len()/2]); !fault.Has(err, "import.xlsx") {
		t.Errorf("half a workbook: %v", err)
	}
	broken := bytes.Clone(b.Bytes())
	broken[200] ^= 0xFF
	if _, err := fileOf(t, broken); !fault.Has(err, "import.xlsx") {
		t.Errorf("a broken workbook: %v", err)
	}
}

func TestBombsAreNotUnpacked(t *testing.T) {
	t.Parallel()
	if _, err := fileOf(t, bomb(t, 64<<20, 64<<20)); !fault.Has(err, "import.bomb") {
		t.Errorf("a bomb: %v", err)
	}
	if _, err := fileOf(t, bomb(t, 64<<20, 100)); !fault.Has(err, "import.bomb") && !fault.Has(err, "import.xlsx") {
		t.Errorf("a bomb that lies about its size: %v", err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range maxEntries + 1 {
		_, err := z.Create("x")
		must(t, err)
	}
	must(t, z.Close())
	if _, err := fileOf(t, b.Bytes()); !fault.Has(err, "import.bomb") {
		t.Errorf("a crowd: %v", err)
	}
}

// bomb packs zeros of one size under a header that says another.
func bomb(t testing.TB, size, said int) []byte {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	must(t, err)
	sum := crc32.NewIEEE()
	_, err = io.CopyN(io.MultiWriter(w, sum), zeros{}, int64(size))
	must(t, err)
	must(t, w.Close())
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	out, err := z.CreateRaw(&zip.FileHeader{Name: "xl/workbook.xml", Method: zip.Deflate, CRC32: sum.Sum32(), CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(said)})
	must(t, err)
	_, err = out.Write(packed.Bytes())
	must(t, err)
	must(t, z.Close())
	if binary.LittleEndian.Uint32(b.Bytes()) != 0x04034b50 {
		t.Fatal("no zip")
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
