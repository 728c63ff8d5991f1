package exchange

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"youpeng/platform/fault"
)

// The encodings of text files.
const (
	UTF8    = "utf-8"
	UTF16LE = "utf-16le"
	UTF16BE = "utf-16be"
	GB18030 = "gb18030"
)

var marks = []struct {
	name string
	mark []byte
}{{UTF8, []byte{0xEF, 0xBB, 0xBF}}, {UTF16LE, []byte{0xFF, 0xFE}}, {UTF16BE, []byte{0xFE, 0xFF}}}

// gbMark is the byte order mark in GB18030, which some programs carry over from UTF-8; none expect it.
var gbMark = []byte{0x84, 0x31, 0x95, 0x33}

func codec(name string) encoding.Encoding {
	switch name {
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case GB18030:
		return simplifiedchinese.GB18030
	}
	return nil
}

// decoded reads a file as UTF-8 behind its byte order mark. Text in UTF-8 passes as it is, so that a row whose bytes are
// none can be told.
func decoded(f io.ReadSeeker, name string) (io.Reader, error) {
	head := make([]byte, 4)
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && err != io.EOF {
		return nil, err
	}
	skip := 0
	for _, m := range marks {
		if m.name == name && bytes.HasPrefix(head[:n], m.mark) {
			skip = len(m.mark)
		}
	}
	if name == GB18030 && bytes.Equal(head, gbMark) {
		skip = len(gbMark)
	}
	if _, err := f.Seek(int64(skip), io.SeekStart); err != nil {
		return nil, err
	}
	if name == UTF8 {
		return f, nil
	}
	c := codec(name)
	if c == nil {
		return nil, fault.Invalid("options.encoding", "choice.unknown", "options", []string{UTF8, UTF16LE, UTF16BE, GB18030})
	}
	return transform.NewReader(f, c.NewDecoder()), nil
}

// encodedInto writes text in an encoding, with the byte order mark that programs expect of it.
func encodedInto(w io.Writer, name string) (io.Writer, error) {
	for _, m := range marks {
		if m.name == name {
			if _, err := w.Write(m.mark); err != nil {
				return nil, err
			}
		}
	}
	if c := codec(name); c != nil {
		return transform.NewWriter(w, encoding.ReplaceUnsupported(c.NewEncoder())), nil
	}
	return w, nil
}

// encodingOf guesses from the whole file: a byte order mark; zeros, which only UTF-16 has in text; else UTF-8, if broken
// sequences are few beside whole ones; else GB18030.
func encodingOf(f io.ReadSeeker) (string, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	buf := make([]byte, 64<<10)
	whole, broken, kept := 0, 0, 0
	for first := true; ; first = false {
		n, err := io.ReadFull(f, buf[kept:])
		part := buf[:kept+n]
		end := err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return "", err
		}
		if first {
			if name := byMark(part); name != "" {
				return name, nil
			}
		}
		for len(part) > 0 && (end || len(part) >= utf8.UTFMax) {
			if part[0] < utf8.RuneSelf {
				part = part[1:]
				continue
			}
			r, size := utf8.DecodeRune(part)
			if r == utf8.RuneError && size == 1 {
				broken++
			} else {
				whole++
			}
			part = part[size:]
		}
		if end {
			break
		}
		kept = copy(buf, part)
	}
	if broken > whole/20 {
		return GB18030, nil
	}
	return UTF8, nil
}

// byMark knows UTF-16 and marked UTF-8 by how a file begins; empty where it is neither.
func byMark(part []byte) string {
	for _, m := range marks {
		if bytes.HasPrefix(part, m.mark) {
			return m.name
		}
	}
	var zeros [2]int
	for i, b := range part {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch most := max(zeros[0], zeros[1]); {
	case most*20 < len(part) || most <= 4*min(zeros[0], zeros[1]):
		return "" // a zero here and there is text that no field keeps
	case zeros[1] > zeros[0]:
		return UTF16LE
	}
	return UTF16BE
}
