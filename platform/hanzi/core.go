package hanzi

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed places.txt
var placeText string

// legalForms end a company's name; the longer stand before those that they contain.
var legalForms = []string{
	"股份有限公司", "有限责任公司", "集团有限公司", "特殊普通合伙", "有限合伙", "普通合伙", "有限公司", "责任公司",
	"总公司", "分公司", "子公司", "公司", "集团", "控股", "股份", "工作室", "经营部", "事务所", "合作社", "个体工商户",
}

// placeEndings are what a short name of a province or city leaves out.
var placeEndings = []string{"特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "自治州", "地区", "省", "市", "盟"}

// places holds the names of places by their first character, the longest first.
var places = sync.OnceValue(func() map[rune][]string {
	byFirst := map[rune][]string{}
	add := func(name string) {
		r, _ := utf8.DecodeRuneInString(name)
		byFirst[r] = append(byFirst[r], name)
	}
	level := 0
	for line := range strings.Lines(placeText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, name := range strings.Fields(line) {
			add(name)
			if short := shortPlace(name); level < 2 && utf8.RuneCountInString(short) > 1 {
				add(short)
			}
		}
		level++
	}
	add("中国")
	for _, names := range byFirst {
		slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	}
	return byFirst
})

// shortPlace is 广东 for 广东省. Counties have none: 和平 is a county's name and many a company's.
func shortPlace(name string) string {
	for _, ending := range placeEndings {
		if short, found := strings.CutSuffix(name, ending); found {
			return short
		}
	}
	return name
}

// Core gives where the core of a folded company name stands, as byte offsets: 华信科技 in 北京华信科技有限公司. Places
// before it and legal forms after it are left out, as long as two characters remain.
func Core(name string) (start, end int) {
	end = coreEnd(name)
	start = skipOpening(name, 0)
	for range 3 { // province, city, county
		next := skipOpening(name, skipPlace(name, start))
		if next == start || next >= end || utf8.RuneCountInString(name[next:end]) < 2 {
			break
		}
		start = next
	}
	if start >= end {
		return 0, len(name)
	}
	return start, end
}

func skipPlace(name string, at int) int {
	r, _ := utf8.DecodeRuneInString(name[at:])
	for _, place := range places()[r] {
		if strings.HasPrefix(name[at:], place) {
			return at + len(place)
		}
	}
	return at
}

// skipOpening passes brackets: (北京)华信.
func skipOpening(name string, at int) int {
	for at < len(name) && strings.IndexByte("() []", name[at]) >= 0 {
		at++
	}
	return at
}

func coreEnd(name string) int {
	end := len(name)
	for {
		cut := end
		for _, form := range legalForms {
			if strings.HasSuffix(name[:end], form) {
				cut = end - len(form)
				break
			}
		}
		if open := strings.LastIndexByte(name[:cut], '('); open > 0 && name[cut-1] == ')' && skipPlace(name, open+1) == cut-1 {
			cut = open // 华信科技(北京)有限公司
		}
		cut = len(strings.TrimRight(name[:cut], "() []"))
		if cut == end || utf8.RuneCountInString(name[:cut]) < 2 {
			return end
		}
		end = cut
	}
}
