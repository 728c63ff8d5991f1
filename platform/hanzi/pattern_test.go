package hanzi

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

func TestPatternMatches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		yes  string
		no   string
	}{
		{"张伟", "z zh zha zhan zhang zhangw zhangwe zhangwei zw zhw zwei zhang伟 张w 张wei w wei", "zhangwi zhangweix wz an ang zg"},
		{"重庆", "chongqing zhongqing cq zq chq zhq chongq chqing q qing cqing", "chongqingx qc"},
		{"西安", "xian xi'an xi|an x'an xa xia", "xi'a'n"},
		{"先", "xian xia xi x", "xi'an xa"},
		{"单雄信", "shanxiongxin danxiongxin chanxx sxx dxx xiongx", "sanxx"},
		{"吕布", "lv lvb lvbu lu lub lubu lü lb", "lvv"},
		{"女娲", "nv nvw nvwa nu nw", "n'v"},
		{"绿", "lv lu", ""},
		{"旅游", "lvy luyou lvyou", "lvou"},
		{"北京IBM华信", "ibm ibmhx bjibm bjibmhuaxin mhuax 京ibm ibm华x", "ibn"},
		{"7天连锁", "7tian 7tls 7天ls", "8tian"},
		{"尉迟恭", "yuchi weichi ycg wcg yuchigong", "ychg|"},
		{"万俟卨", "moqi wanqi mq wq mosi", ""},
		{"𫖯野家", "fuyejia fyj", "yfj"},
		{"厦门银行", "xmyh shamen xiamenyinhang yinxing", ""},
	} {
		for _, q := range strings.Fields(c.yes) {
			q = strings.ReplaceAll(q, "|", " ")
			if !NewPattern(q).Matches(Fold(c.text)) {
				t.Errorf("%s should find %s", q, c.text)
			}
		}
		for _, q := range strings.Fields(c.no) {
			if NewPattern(q).Matches(Fold(c.text)) {
				t.Errorf("%s should not find %s", q, c.text)
			}
		}
	}
	for _, q := range []string{"", "123", "张伟", "  ", strings.Repeat("a", MaxLetters+1)} {
		if NewPattern(q) != nil {
			t.Errorf("%q should have no pattern", q)
		}
	}
}

// matchSlowly is the meaning of a pattern, spelled out by trying every cut.
func matchSlowly(question []rune, cuts map[int]bool, at int, text []rune) bool {
	if at == len(question) {
		return true
	}
	if len(text) == 0 {
		return false
	}
	try := func(n int) bool { return matchSlowly(question, cuts, at+n, text[1:]) }
	if question[at] == text[0] && try(1) {
		return true
	}
	for _, s := range Readings(text[0]) {
		same := 0
		for same < len(s) && at+same < len(question) && (same == 0 || !cuts[at+same]) &&
			(question[at+same] == rune(s[same]) || question[at+same] == 'u' && s[same] == 'v') {
			same++
		}
		if same == len(s) && try(same) || at+same == len(question) && same > 0 {
			return true
		}
		if question[at] == rune(s[0]) && try(1) || same >= 2 && s[1] == 'h' && try(2) {
			return true
		}
	}
	return false
}

func TestPatternAndSieveAgreeWithTheirMeaning(t *testing.T) {
	t.Parallel()
	chars := rapid.SliceOfN(rapid.SampledFrom([]rune("张重庆长安西女吕单行曾𫖯ab1v 伟强信份")), 0, 5)
	keys := rapid.SliceOfN(rapid.SampledFrom([]rune("zhangchongqxi'nvlu wb1")), 1, 9)
	rapid.Check(t, func(t *rapid.T) {
		text := chars.Draw(t, "text")
		typed := keys.Draw(t, "typed")
		if rapid.Bool().Draw(t, "fitting") { // a question that has a chance
			typed = nil
			for _, all := range Syllables(string(text)) {
				s := rapid.SampledFrom(all).Draw(t, "syllable")
				typed = append(typed, []rune(s[:rapid.IntRange(1, len(s)).Draw(t, "length")])...)
			}
		}
		p := NewPattern(string(typed))
		if p == nil {
			return
		}
		var question []rune
		cuts := map[int]bool{}
		for _, r := range typed {
			if r == ' ' || r == '\'' {
				cuts[len(question)] = true
			} else {
				question = append(question, r)
			}
		}
		sieve := p.NewSieve()
		any := false
		for i := range text {
			want := matchSlowly(question, cuts, 0, text[i:])
			if got := p.MatchesAt(string(text[i:])); got != want {
				t.Fatalf("%q at %d of %q: %v, want %v", string(typed), i, string(text), got, want)
			}
			units := append(utf16.Encode(text[i:]), 0)
			if want && len(p.Literals()) == 0 && sieve[units[0]]&(sieve[units[1]]>>8) == 0 {
				t.Fatalf("the sieve loses %q at %d of %q", string(typed), i, string(text))
			}
			any = any || want
		}
		if p.Matches(string(text)) != any {
			t.Fatalf("%q in %q", string(typed), string(text))
		}
	})
}

func TestLiterals(t *testing.T) {
	t.Parallel()
	p := NewPattern("张 w伟")
	if p.Literals() != "张伟" || p.Typed() != "张w伟" || !slices.Equal(p.question, []rune("张w伟")) {
		t.Errorf("%q, %q", p.Literals(), p.Typed())
	}
}
