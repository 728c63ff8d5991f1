// Command gen writes the data of package hanzi: readings.bin from pinyin-data (github.com/mozillazg/pinyin-data, MIT)
// and places.txt from Administrative-divisions-of-China (github.com/modood/Administrative-divisions-of-China, WTFPL).
//
//	go run ./gen -pinyin DIR -divisions DIR
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

//go:embed archaic.txt
var archaic string

func main() {
	log.SetFlags(0)
	pinyin := flag.String("pinyin", "", "folder with pinyin.txt of pinyin-data")
	divisions := flag.String("divisions", "", "folder with pcas-code.json and HK-MO-TW.json of Administrative-divisions-of-China")
	flag.Parse()
	if err := writeReadings(*pinyin); err != nil {
		log.Fatal(err)
	}
	if err := writePlaces(*divisions); err != nil {
		log.Fatal(err)
	}
}

// reading is a syllable without its tone (ü written v), and the tone: 1 to 4, 5 for none.
type reading struct {
	syllable string
	tone     int
}

func writeReadings(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "pinyin.txt"))
	if err != nil {
		return err
	}
	dropped := droppedReadings()
	chars := map[rune][]reading{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		code, list, found := strings.Cut(strings.TrimSpace(line), ":")
		if !found {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimPrefix(code, "U+"), 16, 32)
		if err != nil {
			return fmt.Errorf("reading %q: %w", line, err)
		}
		r := rune(n)
		// Private use has no meaning here, and NFKC replaces most compatibility characters before they are looked up.
		if r >= 0xE000 && r < 0xF900 || norm.NFKC.String(string(r)) != string(r) {
			continue
		}
		for _, s := range strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' }) {
			x := parse(s)
			if len(chars[r]) > 0 && dropped[r][x.syllable] || slices.Contains(chars[r], x) {
				continue
			}
			chars[r] = append(chars[r], x)
		}
	}
	return os.WriteFile("readings.bin", encode(chars), 0o644)
}

// droppedReadings reads archaic.txt.
func droppedReadings() map[rune]map[string]bool {
	out := map[rune]map[string]bool{}
	for line := range strings.Lines(archaic) {
		words := strings.Fields(line)
		if len(words) < 2 || strings.HasPrefix(line, "#") {
			continue
		}
		r := []rune(words[0])[0]
		out[r] = map[string]bool{}
		for _, w := range words[1:] {
			out[r][w] = true
		}
	}
	return out
}

// parse splits lǜ into lv and 4.
func parse(s string) reading {
	out := reading{tone: 5}
	var b strings.Builder
	for _, c := range norm.NFD.String(s) {
		switch c {
		case 0x0304:
			out.tone = 1
		case 0x0301:
			out.tone = 2
		case 0x030C:
			out.tone = 3
		case 0x0300:
			out.tone = 4
		case 0x0308: // ü comes as u and a diaeresis
			u := strings.TrimSuffix(b.String(), "u")
			b.Reset()
			b.WriteString(u + "v")
		case 0x0302: // ê is typed e
		default:
			b.WriteRune(c)
		}
	}
	out.syllable = b.String()
	return out
}

// encode packs the characters: the syllables in dictionary order, then the distinct lists of readings (the most common
// first, each syllable*5+tone-1), then each character as its distance from the one before and the number of its list.
func encode(chars map[rune][]reading) []byte {
	var syllables []string
	for _, list := range chars {
		for _, x := range list {
			syllables = append(syllables, x.syllable)
		}
	}
	// A dictionary puts lü after lu and before luan.
	slices.SortFunc(syllables, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.ReplaceAll(a, "v", "u"), strings.ReplaceAll(b, "v", "u")), cmp.Compare(a, b))
	})
	syllables = slices.Compact(syllables)

	var runes []rune
	for r := range chars {
		runes = append(runes, r)
	}
	slices.Sort(runes)
	var lists, body []byte
	ids := map[string]int{}
	last := rune(0)
	for _, r := range runes {
		one := binary.AppendUvarint(nil, uint64(len(chars[r])))
		for _, x := range chars[r] {
			one = binary.AppendUvarint(one, uint64(slices.Index(syllables, x.syllable)*5+x.tone-1))
		}
		id, known := ids[string(one)]
		if !known {
			id = len(ids)
			ids[string(one)] = id
			lists = append(lists, one...)
		}
		body = binary.AppendUvarint(body, uint64(r-last))
		body = binary.AppendUvarint(body, uint64(id))
		last = r
	}
	raw := binary.AppendUvarint(nil, uint64(len(syllables)))
	for _, s := range syllables {
		raw = append(append(raw, byte(len(s))), s...)
	}
	raw = append(binary.AppendUvarint(raw, uint64(len(ids))), lists...)
	raw = append(binary.AppendUvarint(raw, uint64(len(runes))), body...)

	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression) // the level is valid, and a buffer takes every write
	w.Write(raw)
	w.Close()
	fmt.Printf("%d characters, %d lists, %d syllables, %d bytes\n", len(runes), len(ids), len(syllables), out.Len())
	return out.Bytes()
}

type division struct {
	Name     string     `json:"name"`
	Children []division `json:"children"`
}

// writePlaces writes the names of provinces, cities and counties, a level a line.
func writePlaces(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "pcas-code.json"))
	if err != nil {
		return err
	}
	var provinces []division
	if err := json.Unmarshal(text, &provinces); err != nil {
		return err
	}
	text, err = os.ReadFile(filepath.Join(dir, "HK-MO-TW.json"))
	if err != nil {
		return err
	}
	var others map[string]json.RawMessage
	if err := json.Unmarshal(text, &others); err != nil {
		return err
	}
	levels := make([][]string, 3)
	for name := range others {
		levels[0] = append(levels[0], name)
	}
	collect(provinces, levels)
	var out strings.Builder
	out.WriteString("# Provinces, cities and counties, one level a line; from github.com/modood/Administrative-divisions-of-China (WTFPL).\n")
	for _, names := range levels {
		slices.Sort(names)
		out.WriteString(strings.Join(slices.Compact(names), " ") + "\n")
	}
	return os.WriteFile("places.txt", []byte(out.String()), 0o644)
}

// collect adds the names of a level and those below it; administrative headings (市辖区, 县 …) are no names.
func collect(list []division, levels [][]string) {
	if len(levels) == 0 {
		return
	}
	for _, d := range list {
		if len([]rune(d.Name)) > 2 && !strings.Contains(d.Name, "辖") && !strings.Contains(d.Name, "行政区划") {
			levels[0] = append(levels[0], d.Name)
		}
		collect(d.Children, levels[1:])
	}
}
