package arena

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"youpeng/platform/fault"
	"youpeng/platform/hanzi"
)

// maker draws values and questions; small alphabets, so that questions find something.
type maker struct{ *rand.Rand }

func newMaker(seed uint64) maker { return maker{rand.New(rand.NewPCG(seed, 7))} }

func pick[T any](m maker, list []T) T { return list[m.IntN(len(list))] }

var (
	surnames = strings.Split("张王李赵单曾仇查解陈刘尉迟 欧阳 𫖯", "")
	given    = strings.Split("伟芳娜强敏静丽磊军洋重庆长安行乐信华", "")
	towns    = []string{"北京", "上海市", "重庆", "广东省深圳市", "长沙市", "厦门", "", "", "内蒙古自治区", "乐清市"}
	cores    = []string{"华信", "长安", "重工", "腾达", "乐行", "信和", "华为", "万科", "IBM", "7天", "Café ", "新单"}
	trades   = []string{"科技", "贸易", "实业", "银行", "汽车", "乐器", "Tech"}
	endings  = []string{"有限公司", "股份有限公司", "(集团)有限公司", "集团", "", "（北京）有限公司"}
	latin    = []string{"John Smith", "Zhang Wei", "O'Brien", "MÜLLER GmbH", "at&t", "C++", "ａｂｃ", "😀 fun", "x\x00y", "bad\xffbyte", "ǅ"}
)

func (m maker) value(class Class) string {
	switch class {
	case Digits:
		return pick(m, []string{
			fmt.Sprintf("861%d%09d", 3+m.IntN(7), m.IntN(1_000_000_000)), fmt.Sprintf("8621%08d", m.IntN(100_000_000)),
			fmt.Sprintf("86755%08d", m.IntN(100_000_000)), fmt.Sprintf("86400%07d", m.IntN(10_000_000)),
			fmt.Sprintf("1415%07d", m.IntN(10_000_000)), fmt.Sprintf("8610%08d", m.IntN(100_000_000)), "110", "",
			fmt.Sprintf("8621%08d;ext=%04d", m.IntN(100_000_000), m.IntN(10_000)), fmt.Sprintf("861%d%09d%d", 3+m.IntN(7), m.IntN(1_000_000_000), m.IntN(100)),
		})
	case Code:
		return pick(m, []string{fmt.Sprintf("SO-2024-%04d", m.IntN(10_000)), fmt.Sprintf("91110108MA%05dX", m.IntN(100_000)), "京字 第12号", " - "})
	case Email:
		return pick(m, []string{"zhang", "WEI.li", "a.b", "张伟", "sales"}) + fmt.Sprint(m.IntN(50)) + "@" + pick(m, []string{"qq.com", "huaxin.cn", "mail.example.org"})
	}
	switch m.IntN(6) {
	case 0, 1:
		s := pick(m, surnames) + pick(m, given)
		if m.IntN(2) == 0 {
			s += pick(m, given)
		}
		return s
	case 2:
		return pick(m, latin)
	}
	return pick(m, towns) + pick(m, cores) + pick(m, trades) + pick(m, endings)
}

// question takes a part of a value, or what would be typed for it.
func (m maker) question() string {
	class := Class(m.IntN(int(classes)))
	runes := []rune(m.value(class))
	if len(runes) == 0 {
		return "1"
	}
	from := m.IntN(len(runes))
	runes = runes[from : from+1+m.IntN(len(runes)-from)]
	if m.IntN(3) == 0 && class == Name {
		return m.typed(runes)
	}
	if m.IntN(8) == 0 && class == Digits {
		return pick(m, []string{"+86 ", "+", "0", "(", "86"}) + string(runes)
	}
	return pick(m, []string{"", " ", ""}) + string(runes)
}

func (m maker) typed(runes []rune) string {
	var b strings.Builder
	for _, all := range hanzi.Syllables(string(runes)) {
		s := pick(m, all)
		switch m.IntN(3) {
		case 0:
			s = s[:1]
		case 1:
			s = s[:1+m.IntN(len(s))]
		}
		if utf8.ValidString(s) {
			b.WriteString(s + pick(m, []string{"", "", "", "'", " "}))
		}
	}
	return b.String()
}

// twoOfThree are the ordinals that three does not divide, as far as they are used.
var twoOfThree = func() []uint64 {
	visible := make([]uint64, 1<<12)
	for ord := range len(visible) * 64 {
		if ord%3 != 0 {
			visible[ord/64] |= 1 << (ord % 64)
		}
	}
	return visible
}()

// model is an arena as a map, answered by judging every value.
type model map[uint32][]string

func (o model) ask(q *Query, class Class, ask Ask) map[uint32]Rank {
	out := map[uint32]Rank{}
	for ord, values := range o {
		for _, v := range values {
			rank, found := q.Match(class, v, ask.WholeOnly)
			if best, known := out[ord]; found && ask.sees(ord) && (!known || rank < best) {
				out[ord] = rank
			}
		}
	}
	return out
}

// change writes at random: new, changed, removed, several values.
func (m maker) change(a *Arena, o model, times int) {
	for range times {
		ord := uint32(1 + m.IntN(150))
		if m.IntN(20) == 0 {
			ord += 1 << 16
		}
		values := make([]string, pick(m, []int{0, 1, 1, 1, 1, 3}))
		for i := range values {
			values[i] = m.value(a.class)
		}
		if len(values) == 0 {
			a.Remove(ord)
			delete(o, ord)
			continue
		}
		a.Set(ord, values...)
		o[ord] = values
	}
}

func TestScanAgreesWithJudgingEveryValue(t *testing.T) {
	t.Parallel()
	m := newMaker(1)
	arenas, models := make([]*Arena, classes), make([]model, classes)
	for class := range classes {
		arenas[class], models[class] = New(class), model{}
		m.change(arenas[class], models[class], 900)
	}
	hits := 0
	for range 1200 {
		whole := []rune(m.question())
		class := Class(m.IntN(int(classes)))
		m.change(arenas[class], models[class], 5)
		for n := 1; n <= min(len(whole), MaxQuestion); n++ {
			q, err := Parse(string(whole[:n]))
			if err != nil {
				t.Fatal(err)
			}
			ask := Ask{WholeOnly: m.IntN(5) == 0}
			if m.IntN(3) == 0 {
				ask.Visible = twoOfThree
			}
			if n < len(whole) {
				class = Name
			}
			for ; class < classes; class++ {
				hits += compare(t, q, string(whole[:n]), arenas[class], models[class], ask)
			}
			class = 0
		}
	}
	if hits < 12_000 {
		t.Errorf("the questions found only %d records", hits)
	}
}

// compare asks both and gives the number of records found.
func compare(t *testing.T, q *Query, question string, a *Arena, o model, ask Ask) int {
	t.Helper()
	want := o.ask(q, a.class, ask)
	var scanned, few Hits
	defer scanned.Release()
	defer few.Release()
	if err := a.Find(t.Context(), q, ask, &scanned); err != nil {
		t.Fatal(err)
	}
	var ords []uint32
	for ord := range o {
		if ask.sees(ord) {
			ords = append(ords, ord)
		}
	}
	a.FindIn(q, ords, ask.WholeOnly, &few)
	for by, hits := range map[string]*Hits{"scan": &scanned, "few": &few} {
		if hits.Total() != len(want) {
			t.Fatalf("%s of class %d for %q: %d records, want %d", by, a.class, question, hits.Total(), len(want))
		}
		hits.Each(func(ord uint32, rank Rank) {
			if best, found := want[ord]; !found || best != rank {
				t.Fatalf("%s of class %d for %q: %q has rank %d, want %d, %v", by, a.class, question, o[ord], rank, best, found)
			}
		})
	}
	return len(want)
}

func TestRanks(t *testing.T) {
	t.Parallel()
	const none = ranks
	for _, c := range []struct {
		class    Class
		value    string
		question string
		want     Rank
	}{
		{Name, "北京华信科技有限公司", "华信", Beginning},
		{Name, "北京华信科技有限公司", "北京华信科技有限公司", Exact},
		{Name, "北京华信科技有限公司", "科技", Inside},
		{Name, "北京华信科技有限公司", "huaxin", Beginning},
		{Name, "北京华信科技有限公司", "hx", Beginning},
		{Name, "北京华信科技有限公司", "bjhx", Beginning},
		{Name, "北京华信科技有限公司", "yxgs", Inside},
		{Name, "北京华信科技有限公司", "信kj", Inside},
		{Name, "张伟", "张伟", Exact},
		{Name, "张伟", "zhangwei", Exact},
		{Name, "张伟", "zhang wei", Exact},
		{Name, "张伟", "张wei", Exact},
		{Name, "张伟", "zw", Beginning},
		{Name, "张伟", "zhangw", Beginning},
		{Name, "张伟", "wei", Inside},
		{Name, "张伟", "wz", none},
		{Name, "单雄信", "shan", Beginning},
		{Name, "重庆火锅", "cqhg", Beginning},
		{Name, "重庆火锅", "zhongqing", Beginning},
		{Name, "John Smith", "smith", Inside},
		{Name, "John Smith", "JOHN SMITH", Exact},
		{Name, "ＡＢＣ", "abc", Exact},
		{Digits, "8613800138000", "138 0013", Beginning},
		{Digits, "8613800138000", "0013-8000", Inside},
		{Digits, "8613800138000", "13800138000", Exact},
		{Digits, "8613800138000", "+86 13800138000", Exact},
		{Digits, "8613800138000", "8000", Inside},
		{Digits, "862158881234", "021-5888", Beginning},
		{Digits, "862158881234", "02158881234", Exact},
		{Digits, "862158881234", "+86 21 5888 1234", Exact},
		{Digits, "861062345678", "010", Beginning},
		{Digits, "864008208820", "400-820-8820", Exact},
		{Digits, "862158881234;ext=8018", "8018", Inside},
		{Digits, "862158881234;ext=8018", "021-5888", Beginning},
		{Digits, "862158881234;ext=80", "021-5888", Beginning},
		{Digits, "862158881234;ext=8018", "021-58881234-8018", Exact},
		{Digits, "862158881234;ext=8018", "21 5888", Inside},
		{Digits, "8613800138000", "张138", none},
		{Code, "SO-2024-0017", "so2024", Beginning},
		{Code, "91110108MA01ABCD2X", "ma01", Inside},
		{Email, "Zhang.Wei@huaxin.cn", "HUAXIN", Beginning},
		{Email, "Zhang.Wei@huaxin.cn", "wei@", Inside},
		{Email, "Zhang.Wei@huaxin.cn", "zhang.wei@huaxin.cn", Exact},
	} {
		q, err := Parse(c.question)
		if err != nil {
			t.Fatal(err)
		}
		if rank, found := q.Match(c.class, c.value, false); found != (c.want != none) || found && rank != c.want {
			t.Errorf("%q in %q: %d, %v; want %d", c.question, c.value, rank, found, c.want)
		}
		if _, found := q.Match(c.class, c.value, true); found && c.want != Exact {
			t.Errorf("%q answers for a part of the masked %q", c.question, c.value)
		}
	}
	q, _ := Parse("zhangwei")
	if _, found := q.Match(Name, "张伟", true); found {
		t.Error("a masked name answers to its pinyin")
	}
}

func TestQuestionsAreBounded(t *testing.T) {
	t.Parallel()
	if _, err := Parse(strings.Repeat("长", MaxQuestion+1)); !fault.Has(err, "search.too_long") {
		t.Errorf("got %v", err)
	}
	for _, s := range []string{strings.Repeat("ﷺ", MaxQuestion), strings.Repeat("z", MaxQuestion), "", " ", "\xff", "'", "-", "+"} {
		q, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		q.Match(Name, s, false)
		if strings.TrimSpace(s) == "" && !q.Empty() {
			t.Errorf("%q is not empty", s)
		}
	}
}

func TestErasedValuesLeaveNoBytes(t *testing.T) {
	t.Parallel()
	const secret = "绝密zqj名字"
	a := New(Name)
	for ord := uint32(1); ord <= 6000; ord++ {
		a.Set(ord, fmt.Sprintf("客户%d", ord))
		if ord%1000 == 7 {
			a.Set(ord, secret, secret+"二")
		}
	}
	mark := appendUnits(nil, "绝密")
	var before [][]byte // what the chunks hold, also after they have moved
	for _, c := range a.pool.chunks {
		before = append(before, c.text[:cap(c.text)])
	}
	for ord := uint32(7); ord <= 6000; ord += 2000 {
		a.Remove(ord)
		a.Set(ord+1000, "换了名字")
	}
	for ord := uint32(1); ord <= 6000; ord += 2 { // enough for chunks to be emptied
		a.Remove(ord)
	}
	for _, c := range a.pool.chunks {
		if c != nil {
			before = append(before, c.text[:cap(c.text)])
		}
	}
	before = append(before, a.scratch.text[:cap(a.scratch.text)])
	for i, text := range before {
		if bytes.Contains(text, mark) {
			t.Errorf("buffer %d still holds an erased value", i)
		}
	}
	if a.Len() != 3000 {
		t.Errorf("%d records remain", a.Len())
	}
}

func TestMemoryStaysBoundedUnderChange(t *testing.T) {
	t.Parallel()
	a := New(Email)
	fill := func() {
		for ord := uint32(1); ord <= 20_000; ord++ {
			a.Set(ord, fmt.Sprintf("person%d@example%d.com", ord, a.chunksUsed()))
		}
	}
	fill()
	first := a.Bytes()
	m := newMaker(3)
	for range 200_000 {
		a.Set(uint32(1+m.IntN(20_000)), fmt.Sprintf("someone%d@example.com", m.IntN(1_000_000)))
	}
	if a.Bytes() > 2*first || a.Len() != 20_000 {
		t.Errorf("%d bytes became %d, %d records", first, a.Bytes(), a.Len())
	}
}

// TestSharedTexts: a text that many have is held once, and is erased with the last of them.
func TestSharedTexts(t *testing.T) {
	t.Parallel()
	a := New(Name)
	const text = "与客户沟通报价"
	for ord := uint32(1); ord <= 50_000; ord++ {
		a.Set(ord, text)
	}
	if a.pool.living != 1 || a.Bytes() > 5*50_000+1<<18 {
		t.Fatalf("%d texts, %d bytes", a.pool.living, a.Bytes())
	}
	for ord := uint32(2); ord <= 50_000; ord++ {
		a.Remove(ord)
	}
	q, _ := Parse("沟通")
	var hits Hits
	if err := a.Find(t.Context(), q, Ask{}, &hits); err != nil || hits.Total() != 1 {
		t.Fatalf("%d records have it still: %v", hits.Total(), err)
	}
	a.Set(1, "别的")
	if held := a.pool.chunks[0].text; bytes.Contains(held[:cap(held)], appendUnits(nil, "沟通")) {
		t.Error("a text that nobody has is held still")
	}
}

func (a *Arena) chunksUsed() int { return len(a.pool.chunks) - len(a.pool.free) }

func TestSnapshot(t *testing.T) {
	t.Parallel()
	for class := range classes {
		m := newMaker(uint64(class) + 10)
		a, o := New(class), model{}
		m.change(a, o, 12_000)
		var file bytes.Buffer
		n, err := a.WriteTo(&file)
		if err != nil || n != int64(file.Len()) {
			t.Fatalf("%d bytes of %d: %v", n, file.Len(), err)
		}
		whole := slices.Clone(file.Bytes())
		file.WriteString("what follows")
		b := New(class)
		if _, err := b.ReadFrom(&file); err != nil || file.String() != "what follows" {
			t.Fatalf("%v, %d bytes left", err, file.Len())
		}
		if b.Len() != a.Len() || b.pool.freq != a.pool.freq {
			t.Fatalf("%d records became %d", a.Len(), b.Len())
		}
		m.change(b, o, 500)
		for range 100 {
			question := m.question()
			q, err := Parse(question)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, q, question, b, o, Ask{})
		}
		for range 300 { // damaged ones are refused or harmless, never a panic
			bad := slices.Clone(whole[:m.IntN(len(whole))+1])
			bad[m.IntN(min(len(bad), 400))] ^= byte(1 << m.IntN(8))
			c := New(class)
			if _, err := c.ReadFrom(bytes.NewReader(bad)); err != nil && c.Len() != 0 {
				t.Fatal("a refused snapshot left something")
			}
			q, _ := Parse(m.question())
			var hits Hits
			if err := c.Find(t.Context(), q, Ask{}, &hits); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := New((class + 1) % classes).ReadFrom(bytes.NewReader(whole)); !fault.Has(err, "snapshot.damaged") {
			t.Errorf("another class: %v", err)
		}
	}
}

func TestFindIsAbandonedWithItsContext(t *testing.T) {
	t.Parallel()
	a := New(Name)
	a.Set(1, "张伟")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q, _ := Parse("张")
	if err := a.Find(ctx, q, Ask{}, &Hits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestLongAndManyValues(t *testing.T) {
	t.Parallel()
	a := New(Name)
	a.Set(0, "nobody")
	a.Set(1, strings.Repeat("长", 3*maxValue)+"尾")
	many := make([]string, maxOfRecord+5)
	for i := range many {
		many[i] = fmt.Sprint("v", i)
	}
	a.Set(2, many...)
	a.Set(3, strings.Repeat("𫖯", maxValue), strings.Repeat("b", maxValue), "c", strings.Repeat("d", 3*maxValue), strings.Repeat("e", maxValue))
	a.Set(4, "", " ")
	if a.Len() != 3 {
		t.Fatalf("%d records", a.Len())
	}
	for question, want := range map[string]int{"长长": 1, "尾": 0, "v4095": 1, "v4096": 0, "c": 2, "d": 1, "𫖯": 1, "nobody": 0} {
		q, _ := Parse(question)
		var hits Hits
		if err := a.Find(t.Context(), q, Ask{}, &hits); err != nil || hits.Total() != want {
			t.Errorf("%s: %d, want %d; %v", question, hits.Total(), want, err)
		}
	}
}

func TestHits(t *testing.T) {
	t.Parallel()
	m := newMaker(5)
	ages := Ages{Of: make([]uint64, 150_000), Most: make([]uint64, 150_000/128), Block: 128} // some records lie beyond the end
	want := map[uint32]Rank{}
	var a Hits
	defer a.Release()
	for range 3000 {
		ord, rank := uint32(m.IntN(200_000)), Rank(m.IntN(int(ranks)))
		a.Add(ord, rank)
		if int(ord) < len(ages.Most)*128 {
			ages.Of[ord] = uint64(m.IntN(50)) + uint64(ord/10_000)
			ages.Most[ord/128] = max(ages.Most[ord/128], ages.Of[ord])
		}
		if best, known := want[ord]; !known || rank < best {
			want[ord] = rank
		}
	}
	if a.Total() != len(want) {
		t.Fatalf("%d, want %d", a.Total(), len(want))
	}
	var all, others []Hit
	for ord, rank := range want {
		all = append(all, Hit{Object: 4, Ord: ord, Rank: rank, Created: ages.of(ord)})
	}
	slices.SortFunc(all, Compare)
	for i := range 40 {
		others = append(others, Hit{Object: 1 + 8*m.IntN(2), Ord: uint32(i), Rank: Rank(m.IntN(int(ranks))), Created: uint64(m.IntN(60))})
	}
	slices.SortFunc(others, Compare)
	for _, k := range []int{0, 1, 20, 1500, 5000} {
		for _, others := range [][]Hit{nil, others[:min(k, len(others))]} {
			both := slices.Concat(all, others)
			slices.SortFunc(both, Compare)
			if got := a.First(k, others, 4, ages); !slices.Equal(got, both[:min(k, len(both))]) {
				t.Errorf("the first %d beside %d others differ", k, len(others))
			}
		}
	}
}

// TestTwoCores: a large arena is scanned in halves, and the halves together find what a look at each record finds.
func TestTwoCores(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	a, all := New(Name), []uint32{}
	for ord := uint32(1); len(a.pool.chunks) < 2*apart+1; ord++ {
		a.Set(ord, strings.Repeat(string([]rune("杭州绿城园林重庆单氏食品")[r.IntN(12)]), 200+r.IntN(50))+fmt.Sprint(ord))
		all = append(all, ord)
	}
	for _, text := range []string{"h", "zh", "绿绿", "7", "单", "cc", "q9", "没有"} {
		q, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var scanned, looked Hits
		if err := a.Find(t.Context(), q, Ask{Visible: twoOfThree}, &scanned); err != nil {
			t.Fatal(err)
		}
		a.FindIn(q, slices.DeleteFunc(slices.Clone(all), func(ord uint32) bool { return ord%3 == 0 }), false, &looked)
		if n := looked.Total(); scanned.Total() != n || !slices.Equal(scanned.First(20, nil, 0, Ages{Block: 64}), looked.First(20, nil, 0, Ages{Block: 64})) || n == 0 && text != "没有" {
			t.Errorf("%q: the scan finds %d, a look at each %d", text, scanned.Total(), n)
		}
	}
}
