package exchange

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"youpeng/engine/object"
	"youpeng/platform/hanzi"
)

// cells turns what people write into cells into what the API takes. What it cannot read it passes on as it is, so that
// the field says what is wrong with it.
type cells struct {
	format string
	old    bool // serial days count from 1904
	zone   *time.Location
}

// value answers the API's form of a cell of a field that is no link; nil for an empty one.
func (c *cells) value(f *object.Field, cell string) any {
	if c.format == CSV {
		cell = unguarded(cell)
	}
	switch f.Kind {
	case object.KindText, object.KindLongText:
		if cell == "" {
			return nil
		}
		return cell // its bytes are kept
	}
	if cell = strings.TrimSpace(cell); cell == "" {
		return nil
	}
	switch f.Kind {
	case object.KindNumber, object.KindDecimal, object.KindPercent:
		return number(cell)
	case object.KindMoney:
		return amount(cell)
	case object.KindBoolean:
		return boolean(cell)
	case object.KindDate:
		if at, _, ok := c.day(cell); ok {
			return at.Format(time.DateOnly)
		}
	case object.KindDateTime:
		if at, zoned, ok := c.day(cell); ok {
			if !zoned {
				at = time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), c.zone)
			}
			return at.UTC().Format(time.RFC3339Nano)
		}
	case object.KindChoice:
		return option(f.Options, cell)
	case object.KindMultiChoice:
		return each(cell, func(s string) any { return option(f.Options, s) })
	case object.KindTags:
		return each(cell, func(s string) any { return s })
	case object.KindPhone:
		return each(cell, func(s string) any { return plainNumber(s) })
	case object.KindEmail, object.KindMessenger:
		return each(cell, func(s string) any { return s })
	case object.KindUSCC:
		return strings.ToUpper(strings.Join(strings.Fields(plainNumber(hanzi.Fold(cell))), ""))
	}
	return cell
}

// parts cuts a cell that holds several values.
func parts(cell string) (out []string) {
	for _, s := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",，;；、|\r\n", r) }) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func each(cell string, value func(string) any) any {
	list := parts(cell)
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = value(s)
	}
	return out
}

// option finds a choice by its name or by its label in any language.
func option(options []object.Option, s string) string {
	wanted := hanzi.Fold(s)
	for _, o := range options {
		if o.Name == s {
			return o.Name
		}
	}
	for _, o := range options {
		if !o.Retired && (hanzi.Fold(o.Name) == wanted || hanzi.Fold(o.Label.ZH) == wanted || hanzi.Fold(o.Label.EN) == wanted) {
			return o.Name
		}
	}
	// 企业客户 is 企业, A级 is A 级: what only says once more what kind of thing it is, is passed over.
	wanted = bareOption(wanted)
	var alike []string
	for _, o := range options {
		if !o.Retired && (bareOption(hanzi.Fold(o.Label.ZH)) == wanted || bareOption(hanzi.Fold(o.Name)) == wanted) {
			alike = append(alike, o.Name)
		}
	}
	if len(alike) == 1 {
		return alike[0]
	}
	return s
}

// bareOption is an option's folded word without blanks and without what often stands behind it.
func bareOption(s string) string {
	s = strings.ReplaceAll(s, " ", "")
	for _, tail := range []string{"客户", "类", "级", "型", "性", "行业", "业", "阶段"} {
		if rest := strings.TrimSuffix(s, tail); rest != "" {
			s = rest
		}
	}
	return s
}

var booleans = map[string]bool{"是": true, "对": true, "有": true, "真": true, "√": true, "✓": true, "yes": true, "y": true, "true": true, "t": true, "1": true, "on": true,
	"否": false, "不是": false, "无": false, "没有": false, "假": false, "×": false, "no": false, "n": false, "false": false, "f": false, "0": false, "off": false}

func boolean(s string) any {
	if b, known := booleans[hanzi.Fold(s)]; known {
		return b
	}
	return s
}

var floating = regexp.MustCompile(`^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$`)

// plainNumber writes a number that a spreadsheet keeps as a floating one as people do: 1.3800138E+10 and 13800138000.0
// are 13800138000, and 0.30000000000000004 is 0.3.
func plainNumber(s string) string {
	if !floating.MatchString(s) || !strings.ContainsAny(s, "eE") && len(s) < 17 && !strings.HasSuffix(s, ".0") || strings.HasPrefix(s, "0") && !strings.HasPrefix(s, "0.") {
		return s
	}
	if !strings.ContainsAny(s, "eE.") {
		return s // a long whole number is no rounding error
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(x) >= 1e18 {
		return s
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 15, 64), 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

var grouped = regexp.MustCompile(`^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$`)

// number reads 1,234.5, 15%, 3.2万 and 1.5亿; commas elsewhere are passed on.
func number(cell string) string {
	s := strings.ReplaceAll(hanzi.Fold(cell), " ", "")
	shift := 0
	for _, unit := range []struct {
		sign  string
		shift int
	}{{"%", -2}, {"万亿", 12}, {"亿", 8}, {"千万", 7}, {"百万", 6}, {"万", 4}, {"千", 3}} {
		if rest, ok := strings.CutSuffix(s, unit.sign); ok && rest != "" {
			s, shift = rest, unit.shift
			break
		}
	}
	if grouped.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	if s = plainNumber(s); !floating.MatchString(s) || strings.ContainsAny(s, "eE") {
		return cell
	}
	return shifted(strings.TrimPrefix(s, "+"), shift)
}

// shifted moves the point of a decimal number, digit by digit: nothing is rounded.
func shifted(s string, by int) string {
	if by == 0 {
		return s
	}
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "-", rest
	}
	whole, part, _ := strings.Cut(s, ".")
	for ; by > 0; by-- {
		if part == "" {
			part = "0"
		}
		whole, part = whole+part[:1], part[1:]
	}
	for ; by < 0; by++ {
		if whole == "" {
			whole = "0"
		}
		whole, part = whole[:len(whole)-1], whole[len(whole)-1:]+part
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if part = strings.TrimRight(part, "0"); part != "" {
		part = "." + part
	}
	return sign + whole + part
}

var currencySigns = []struct{ sign, code string }{{"人民币", ""}, {"rmb", ""}, {"¥", ""}, {"￥", ""}, {"元", ""}, {"us$", "USD"}, {"hk$", "HKD"}, {"$", "USD"}, {"美元", "USD"}, {"港元", "HKD"}, {"港币", "HKD"}, {"€", "EUR"}, {"欧元", "EUR"}, {"£", "GBP"}, {"英镑", "GBP"}, {"日元", "JPY"}}

var currencyCode = regexp.MustCompile(`^([a-z]{3})(.*[^a-z])$|^([^a-z].*?)([a-z]{3})$`)

// amount reads ¥1,234.50, 1.5万元, USD 100 and 100 EUR. Without a currency it is the workspace's.
func amount(cell string) any {
	s := strings.ReplaceAll(hanzi.Fold(cell), " ", "")
	code := ""
	for _, c := range currencySigns {
		rest, before := strings.CutPrefix(s, c.sign)
		if !before {
			rest, before = strings.CutSuffix(s, c.sign)
		}
		if rest, neg := strings.CutPrefix(s, "-"+c.sign); neg {
			s, code = "-"+rest, c.code
			break
		}
		if before {
			s, code = rest, c.code
			break
		}
	}
	if m := currencyCode.FindStringSubmatch(s); m != nil {
		code, s = strings.ToUpper(m[1]+m[4]), m[2]+m[3]
	}
	if s = strings.TrimSuffix(s, "整"); s == "" {
		return cell
	}
	form := map[string]any{"amount": number(s)}
	if code != "" && code != "RMB" {
		form["currency"] = code
	}
	return form
}

var (
	yearFirst = regexp.MustCompile(`^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(.*)$`)
	packedDay = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	yearLast  = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(.*)$`)
	serialDay = regexp.MustCompile(`^\d{5}(?:\.\d+)?$`)
	clockForm = regexp.MustCompile(`^[t\s]*(上午|下午|am|pm)?\s*(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})(\.\d+)?\s*秒?)?)?)?\s*(am|pm)?\s*(z|[+-]\d{2}:?\d{2})?$`)
)

// day reads a day, with the time of day where one stands behind it, and says whether a zone was named. Where day and
// month could be either, it is not read.
func (c *cells) day(cell string) (at time.Time, zoned, ok bool) {
	s := strings.TrimSpace(hanzi.Fold(cell))
	if serialDay.MatchString(s) {
		return c.serial(s)
	}
	var y, m, d int
	rest := ""
	if x := yearFirst.FindStringSubmatch(s); x != nil {
		y, m, d, rest = whole(x[1]), whole(x[2]), whole(x[3]), x[4]
	} else if x := packedDay.FindStringSubmatch(s); x != nil {
		y, m, d = whole(x[1]), whole(x[2]), whole(x[3])
	} else if x := yearLast.FindStringSubmatch(s); x != nil {
		m, d, y, rest = whole(x[1]), whole(x[2]), whole(x[3]), x[4]
		if m > 12 {
			m, d = d, m
		} else if d <= 12 && d != m {
			return at, false, false
		}
	} else {
		return at, false, false
	}
	at = time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if at.Year() != y || int(at.Month()) != m || at.Day() != d {
		return at, false, false
	}
	if strings.TrimSpace(rest) == "" {
		return at, false, true
	}
	return timeOfDay(at, rest)
}

func whole(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func timeOfDay(day time.Time, s string) (at time.Time, zoned, ok bool) {
	x := clockForm.FindStringSubmatch(s)
	if x == nil {
		return day, false, false
	}
	h, m, sec := whole(x[2]), whole(x[3]), whole(x[4])
	half := x[1] + x[6]
	if (half == "下午" || half == "pm") && h < 12 {
		h += 12
	} else if half == "am" && h == 12 {
		h = 0
	}
	if h > 23 || m > 59 || sec > 59 {
		return day, false, false
	}
	at = day.Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second)
	if x[5] != "" {
		part, err := time.ParseDuration("0" + x[5] + "s")
		if err != nil {
			return day, false, false
		}
		at = at.Add(part)
	}
	if z := x[7]; z != "" && z != "z" {
		z = strings.Replace(z, ":", "", 1)
		off := time.Duration(whole(z[1:3]))*time.Hour + time.Duration(whole(z[3:]))*time.Minute
		if z[0] == '-' {
			off = -off
		}
		at = at.Add(-off)
	}
	return at, x[7] != "", true
}

// serial reads a spreadsheet's number of days, to the second.
func (c *cells) serial(s string) (at time.Time, zoned, ok bool) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x < 20_000 || x > 80_000 {
		return at, false, false
	}
	from := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if c.old {
		from = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	days, part := math.Modf(x)
	return from.AddDate(0, 0, int(days)).Add(time.Duration(math.Round(part*86_400)) * time.Second), false, true
}

// columnName is how a spreadsheet calls a column.
func columnName(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return fmt.Sprint(columnName(i/26-1), string(rune('A'+i%26)))
}
