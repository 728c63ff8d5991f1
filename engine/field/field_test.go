package field

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

var (
	firstUser  = uuid.MustParse("01930000-0000-7000-8000-000000000001")
	secondUser = uuid.MustParse("01930000-0000-7000-8000-000000000002")
	nobody     = uuid.MustParse("01930000-0000-7000-8000-00000000ffff")
)

func surroundings() *Context {
	deal := object.New("deal", object.Text{EN: "Deal"}, object.Text{EN: "Deals"})
	deal.Number = 7
	public := map[uuid.UUID]int64{firstUser: 1, secondUser: 2}
	return &Context{
		Now:      time.Date(2026, 11, 24, 17, 30, 0, 0, time.UTC), // the 25th in Shanghai
		Zone:     time.FixedZone("Shanghai", 8*3600),
		Currency: "CNY",
		Catalog:  object.NewCatalog(1, "CNY", []*object.Object{deal}),
		Rate: func(currency string, _ time.Time) (int64, bool) {
			return map[string]int64{"USD": 7_123_456_789, "JPY": 46_000_000}[currency], currency == "USD" || currency == "JPY"
		},
		Resolve: func(_ string, id uuid.UUID) (int64, bool) { n, ok := public[id]; return n, ok },
		Linked: func(_ string, id int64) (uuid.UUID, string, bool) {
			for u, n := range public {
				if n == id {
					return u, fmt.Sprint("no. ", n), true
				}
			}
			return uuid.Nil, "", false
		},
		Owners: func(word string) ([]int64, bool) {
			ids, ok := map[string][]int64{"me": {1}, "my_subordinates": {1, 2}}[word]
			return ids, ok
		},
	}
}

func define(kind object.Kind, options ...func(*object.Field)) *object.Field {
	f := &object.Field{Name: "f", Kind: kind, Target: "user", Targets: []string{"deal"}, Series: &object.Series{Digits: 4}}
	for _, o := range options {
		o(f)
	}
	return f
}

var levels = object.Options(object.Option{Name: "A"}, object.Option{Name: "B"}, object.Option{Name: "old", Retired: true})

// reading is one value written in the API: what comes back, or the code of its fault.
type reading struct {
	name  string
	field *object.Field
	in    string // JSON
	out   string // JSON as it is written again
	code  string
	path  string // of the fault, where it is not the field itself
}

var readings = []reading{
	{"text keeps its bytes", define(object.KindText), `" ａ王\n "`, `" ａ王\n "`, "", ""},
	{"empty text is empty", define(object.KindText), `""`, `null`, "", ""},
	{"text of another type", define(object.KindText), `12`, "", "text.type", ""},
	{"text is counted in characters", define(object.KindText, object.Long(3)), `"有朋友"`, `"有朋友"`, "", ""},
	{"text too long", define(object.KindText, object.Long(3)), `"有朋友们"`, "", "text.too_long", ""},
	{"text beyond the kind's bound", define(object.KindText), `"` + strings.Repeat("x", 1001) + `"`, "", "text.too_long", ""},
	{"text with NUL", define(object.KindText), `"a\u0000b"`, "", "text.nul", ""},
	{"pattern matches whole", define(object.KindText, object.Matching("[A-Z]+|x")), `"ABC"`, `"ABC"`, "", ""},
	{"pattern refuses a part", define(object.KindText, object.Matching("[A-Z]+|x")), `"xA"`, "", "text.pattern", ""},
	{"long text", define(object.KindLongText), `"` + strings.Repeat("长", 1001) + `"`, `"` + strings.Repeat("长", 1001) + `"`, "", ""},
	{"number", define(object.KindNumber), `-42`, `-42`, "", ""},
	{"number with a point", define(object.KindNumber), `1.5`, "", "number.whole", ""},
	{"number beyond what JSON keeps", define(object.KindNumber), `9007199254740992`, "", "number.range", ""},
	{"number out of range", define(object.KindNumber, object.Between("1", "10")), `11`, "", "number.range", ""},
	{"number as a word", define(object.KindNumber), `"many"`, "", "number.type", ""},
	{"decimal", define(object.KindDecimal, object.Scale(3)), `"-0.05"`, `"-0.050"`, "", ""},
	{"decimal too fine", define(object.KindDecimal, object.Scale(2)), `"1.005"`, "", "decimal.scale", ""},
	{"decimal with zeros beyond its scale", define(object.KindDecimal, object.Scale(2)), `"1.5000"`, `"1.50"`, "", ""},
	{"decimal of 19 digits", define(object.KindDecimal, object.Scale(2)), `"12345678901234567.00"`, "", "decimal.digits", ""},
	{"decimal with exponent", define(object.KindDecimal), `1e3`, "", "decimal.type", ""},
	{"percent", define(object.KindPercent, object.Scale(1), object.Between("0", "100")), `"12.5"`, `"12.5"`, "", ""},
	{"percent below", define(object.KindPercent, object.Scale(1), func(f *object.Field) { f.Min = "0" }), `"-1"`, "", "number.min", ""},
	{"money", define(object.KindMoney), `{"amount":"1234.5","currency":"CNY"}`, `{"amount":"1234.50","currency":"CNY"}`, "", ""},
	{"money in the workspace's currency", define(object.KindMoney), `"7"`, `{"amount":"7.00","currency":"CNY"}`, "", ""},
	{"yen have no minor units", define(object.KindMoney), `{"amount":"7.5","currency":"JPY"}`, "", "decimal.scale", "f.amount"},
	{"unknown currency", define(object.KindMoney), `{"amount":"7","currency":"XXX"}`, "", "money.currency", "f.currency"},
	{"currency without a rate", define(object.KindMoney), `{"amount":"7","currency":"EUR"}`, "", "money.no_rate", "f.currency"},
	{"boolean", define(object.KindBoolean), `false`, `false`, "", ""},
	{"boolean as number", define(object.KindBoolean), `1`, "", "boolean.type", ""},
	{"date", define(object.KindDate), `"2028-02-29"`, `"2028-02-29"`, "", ""},
	{"no such date", define(object.KindDate), `"2027-02-29"`, "", "date.format", ""},
	{"date out of range", define(object.KindDate, func(f *object.Field) { f.Max = "2026-12-31" }), `"2027-01-01"`, "", "number.max", ""},
	{"datetime with an offset", define(object.KindDateTime), `"2026-11-24T09:30:00.25+08:00"`, `"2026-11-24T01:30:00.25Z"`, "", ""},
	{"datetime without an offset", define(object.KindDateTime), `"2026-11-24T09:30:00"`, "", "datetime.format", ""},
	{"choice", define(object.KindChoice, levels), `"A"`, `"A"`, "", ""},
	{"unknown choice", define(object.KindChoice, levels), `"a"`, "", "choice.unknown", ""},
	{"retired choice", define(object.KindChoice, levels), `"old"`, "", "choice.unknown", ""},
	{"multi choice keeps the order and each once", define(object.KindMultiChoice, levels), `["B","A","B"]`, `["B","A"]`, "", ""},
	{"retired among several", define(object.KindMultiChoice, levels), `["A","old"]`, "", "choice.unknown", "f[1]"},
	{"tags by their folded form", define(object.KindTags), `["ＶＩＰ"," vip ","老客户"]`, `["ＶＩＰ","老客户"]`, "", ""},
	{"empty list is empty", define(object.KindTags), `[]`, `null`, "", ""},
	{"tags as text", define(object.KindTags), `"a"`, "", "list.form", ""},
	{"link", define(object.KindLink), `"` + firstUser.String() + `"`, `{"id":"` + firstUser.String() + `","title":"no. 1"}`, "", ""},
	{"link as it is shown", define(object.KindLink), `{"id":"` + firstUser.String() + `","title":"x"}`, `{"id":"` + firstUser.String() + `","title":"no. 1"}`, "", ""},
	{"link to nobody", define(object.KindLink), `"` + nobody.String() + `"`, "", "link.unknown", ""},
	{"link by a private id", define(object.KindLink), `1`, "", "link.id", ""},
	{"owner", define(object.KindOwner), `"` + secondUser.String() + `"`, `{"id":"` + secondUser.String() + `","title":"no. 2"}`, "", ""},
	{"ref", define(object.KindRef), `{"object":"deal","id":"` + firstUser.String() + `"}`, `{"id":"` + firstUser.String() + `","object":"deal","title":"no. 1"}`, "", ""},
	{"ref to another object", define(object.KindRef), `{"object":"order","id":"` + firstUser.String() + `"}`, "", "ref.object", ""},
	{"links with a role", define(object.KindLinks, object.Labels(object.Option{Name: "boss"})), `["` + firstUser.String() + `",{"id":"` + secondUser.String() + `","label":"boss"}]`,
		`[{"id":"` + firstUser.String() + `","item":"0","label":"","title":"no. 1"},{"id":"` + secondUser.String() + `","item":"0","label":"boss","title":"no. 2"}]`, "", ""},
	{"links to nobody", define(object.KindLinks), `["` + nobody.String() + `"]`, "", "link.unknown", "f[0]"},
	{"phone of a mobile", define(object.KindPhone), `["１３８ 0013-8000"]`, phoneForm("+8613800138000"), "", ""},
	{"phone with China's code", define(object.KindPhone), `["0086 13800138000"]`, phoneForm("+8613800138000"), "", ""},
	{"phone with an extension", define(object.KindPhone), `["021-6123 4567转801"]`, phoneForm("+862161234567;ext=801"), "", ""},
	{"phone with an extension behind a hyphen", define(object.KindPhone), `["0574-87654321-8012"]`, phoneForm("+8657487654321;ext=8012"), "", ""},
	{"phone abroad", define(object.KindPhone), `["+1 (650) 253-0000"]`, phoneForm("+16502530000"), "", ""},
	{"phone without its area", define(object.KindPhone), `["13800138000",{"value":"61234567"}]`, "", "phone.invalid", "f[1].value"},
	{"phone that is none", define(object.KindPhone), `["电话"]`, "", "phone.invalid", "f[0]"},
	{"email", define(object.KindEmail), `["Zhang.Wei@Example.COM "]`, phoneForm("Zhang.Wei@example.com"), "", ""},
	{"email without a domain", define(object.KindEmail), `["a@b"]`, "", "email.invalid", "f[0]"},
	{"email with two at signs", define(object.KindEmail), `["a@b@c.com"]`, "", "email.invalid", "f[0]"},
	{"messenger", define(object.KindMessenger), `["zw_88"]`, phoneForm("zw_88"), "", ""},
	{"unknown label", define(object.KindMessenger, object.Labels(object.Option{Name: "qq"})), `[{"value":"1","label":"icq"}]`, "", "choice.unknown", "f[0].label"},
	{"unknown item", define(object.KindPhone), `[{"id":"5","value":"13800138000"}]`, "", "item.unknown", "f[0].id"},
	{"url without a scheme", define(object.KindURL), `" www.example.com/a?b=1 "`, `"https://www.example.com/a?b=1"`, "", ""},
	{"url of a script", define(object.KindURL), `"javascript://x%0aalert(1)"`, "", "url.invalid", ""},
	{"series", define(object.KindSeries), `"QT-1"`, `"QT-1"`, "", ""},
	{"uscc", define(object.KindUSCC), `"91350100M000100Y43"`, `"91350100M000100Y43"`, "", ""},
	{"uscc wide and lower", define(object.KindUSCC), `"９1350100 m000100y43"`, `"91350100M000100Y43"`, "", ""},
	{"uscc with a wrong check", define(object.KindUSCC), `"91350100M000100Y44"`, "", "uscc.check", ""},
	{"uscc with I", define(object.KindUSCC), `"9135010IM000100Y43"`, "", "uscc.character", ""},
	{"uscc too short", define(object.KindUSCC), `"91350100M000100Y4"`, "", "uscc.length", ""},
}

func phoneForm(value string) string {
	return `[{"id":"0","label":"","value":"` + value + `","verified":false}]`
}

func decode(t *testing.T, s string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, r := range readings {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			c := surroundings()
			v, err := Of(r.field).Read(r.field, decode(t, r.in), nil, c)
			if r.code != "" {
				path := r.path
				if path == "" {
					path = "f"
				}
				if e := fault.As(err); !fault.Has(err, r.code) || e.Fields[0].Path != path {
					t.Fatalf("got %v, want %s at %s", err, r.code, path)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var out any
			if v != nil {
				out = Of(r.field).Write(r.field, v, c)
			}
			text, err := json.Marshal(out)
			if err != nil || string(text) != r.out && !sameJSON(t, string(text), r.out) {
				t.Fatalf("got %s, want %s", text, r.out)
			}
			stored(t, r.field, v)
		})
	}
}

func sameJSON(t *testing.T, a, b string) bool { return reflect.DeepEqual(decode(t, a), decode(t, b)) }

// stored sends a value through its columns and back.
func stored(t *testing.T, f *object.Field, v any) {
	t.Helper()
	k := Of(f)
	cells := k.Store(f, v, nil)
	if len(cells) != len(k.Columns(f)) {
		t.Fatalf("%d cells for %d columns", len(cells), len(k.Columns(f)))
	}
	back, err := k.Load(f, cells)
	if err != nil || !reflect.DeepEqual(back, v) {
		t.Fatalf("stored %#v, loaded %#v, %v", v, back, err)
	}
	if v != nil && (!k.Equal(v, back) || k.Mask(f, v) == "") {
		t.Fatalf("%#v does not equal itself, or has no mask", v)
	}
}

// Every kind keeps "empty" through its columns, keeps what the asker could not see, and takes null.
func TestEveryKind(t *testing.T) {
	t.Parallel()
	for name, k := range kinds {
		if !slices.ContainsFunc(readings, func(r reading) bool { return r.field.Kind == name }) {
			t.Errorf("no value of a %s is read", name)
		}
		f := define(name, levels)
		stored(t, f, nil)
		if v, err := k.Read(f, nil, "old", surroundings()); v != nil || err != nil {
			t.Errorf("%s reads null as %v, %v", name, v, err)
		}
		if err := k.Define(f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(k.Ops()) < 2 || k.Kind() != name {
			t.Errorf("%s has operators %v", name, k.Ops())
		}
		if name.Multi() != (k.Class() == List) || name.Links() && !name.Multi() != (k.Class() == Link || k.Class() == AnyLink) {
			t.Errorf("%s has class %v", name, k.Class())
		}
		if name.Multi() {
			continue
		}
		if v, err := k.Read(f, map[string]any{"masked": "1***"}, "old", surroundings()); v != "old" || err != nil {
			t.Errorf("%s reads a masked value as %v, %v", name, v, err)
		}
	}
}

func TestItemsKeepWhatIsKnown(t *testing.T) {
	t.Parallel()
	f := define(object.KindPhone)
	old := []object.Item{
		{ID: 129, Value: "+8613800138000", Norm: "8613800138000", Label: "mobile", Verified: true},
		{ID: 130, Value: "+8613900139000", Norm: "8613900139000", Label: "work"},
	}
	for _, c := range []struct{ in, out string }{
		{`["13900139000","13800138000"]`, "130 work false +8613900139000; 129 mobile true +8613800138000"},
		{`[{"id":"129","value":"13700137000"}]`, "129 mobile false +8613700137000"},
		{`[{"id":"129","masked":"138****8000","label":"home"}]`, "129 home true +8613800138000"},
		{`{"add":["13700137000"]}`, "129 mobile true +8613800138000; 130 work false +8613900139000; 0  false +8613700137000"},
		{`{"remove":["129"],"set":[{"id":"130","label":"home"}]}`, "130 home false +8613900139000"},
		{`{"add":[{"value":"138 0013 8000","label":"home"}]}`, "129 home true +8613800138000; 130 work false +8613900139000"},
	} {
		v, err := Of(f).Read(f, decode(t, c.in), old, surroundings())
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		var got []string
		for _, it := range v.([]object.Item) {
			got = append(got, fmt.Sprint(it.ID, " ", it.Label, " ", it.Verified, " ", it.Value))
		}
		if s := strings.Join(got, "; "); s != c.out {
			t.Errorf("%s\n got %s\nwant %s", c.in, s, c.out)
		}
	}
	if _, err := Of(f).Read(f, decode(t, `{"remove":["131"]}`), old, surroundings()); !fault.Has(err, "item.unknown") {
		t.Errorf("removing an unknown item: %v", err)
	}
	numbered := Numbered([]object.Item{{ID: 129}, {}, {}}, 5)
	if numbered[0].ID != 129 || numbered[1].ID != 5<<7|1 || numbered[2].ID != 5<<7|2 {
		t.Errorf("numbered %v", numbered)
	}
	many := `["` + strings.Repeat(`a","`, 100) + `b"]`
	if _, err := Of(f).Read(define(object.KindTags), decode(t, many), nil, surroundings()); !fault.Has(err, "list.too_long") {
		t.Errorf("101 items: %v", err)
	}
}

func TestRetiredOptionsStayWhereTheyAre(t *testing.T) {
	t.Parallel()
	one, several := define(object.KindChoice, levels), define(object.KindMultiChoice, levels)
	if v, err := Of(one).Read(one, "old", "old", surroundings()); v != "old" || err != nil {
		t.Error(v, err)
	}
	was := []object.Item{{ID: 3, Value: "old", Norm: "old"}}
	v, err := Of(several).Read(several, []any{"A", "old"}, was, surroundings())
	if err != nil || v.([]object.Item)[1].ID != 3 {
		t.Error(v, err)
	}
}

func TestMoneyKeepsTheRateOfItsDay(t *testing.T) {
	t.Parallel()
	f, c := define(object.KindMoney), surroundings()
	in := decode(t, `{"amount":"100.00","currency":"USD"}`)
	v, err := Of(f).Read(f, in, nil, c)
	if err != nil || v.(object.Money) != (object.Money{Minor: 10000, Currency: "USD", Base: 71235}) {
		t.Fatal(v, err)
	}
	c.Rate = func(string, time.Time) (int64, bool) { return 8_000_000_000, true }
	if again, _ := Of(f).Read(f, in, v, c); again != v {
		t.Errorf("the same amount is now worth %v", again)
	}
	if base, err := Of(f).Compare(f, decode(t, `{"amount":"300","currency":"JPY"}`), surroundings()); base != int64(1380) || err != nil {
		t.Errorf("300 yen compare as %v, %v", base, err)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	c := surroundings()
	for _, x := range []struct {
		field *object.Field
		in    any
		want  any
	}{
		{define(object.KindText), "ＡＢC王", "abc王"},
		{define(object.KindText), json.Number("12"), "12"},
		{define(object.KindNumber), "12", int64(12)},
		{define(object.KindDecimal, object.Scale(2)), "1.5", int64(150)},
		{define(object.KindBoolean), "true", int64(1)},
		{define(object.KindDate), "1970-01-02", int64(1)},
		{define(object.KindDateTime), "1970-01-02", int64(16 * 3600 * 1e6)},
		{define(object.KindChoice, levels), "old", "old"},
		{define(object.KindLink), nobody.String(), int64(0)},
		{define(object.KindOwner), "me", []any{int64(1)}},
		{define(object.KindOwner), "my_subordinates", []any{int64(1), int64(2)}},
		{define(object.KindRef), "deal:" + secondUser.String(), object.Ref{Object: 7, ID: 2}},
		{define(object.KindPhone), "138 0013 8000", "8613800138000"},
		{define(object.KindPhone), "1380", []any{"1380", "861380"}},
		{define(object.KindPhone), "+1650", "1650"},
		{define(object.KindEmail), "ZHANG@", "zhang@"},
		{define(object.KindTags), "VIP", "vip"},
	} {
		if got, err := Of(x.field).Compare(x.field, x.in, c); err != nil || !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s %v: got %#v, %v, want %#v", x.field.Kind, x.in, got, err, x.want)
		}
	}
}

func TestDefault(t *testing.T) {
	t.Parallel()
	c := surroundings()
	for _, x := range []struct {
		kind object.Kind
		def  any
		want any
	}{
		{object.KindOwner, "me", int64(1)},
		{object.KindDate, "today", int64(20782)},
		{object.KindDateTime, "now", c.Now.UnixMicro()},
		{object.KindChoice, "B", "B"},
		{object.KindNumber, 3, int64(3)},
		{object.KindBoolean, true, true},
		{object.KindText, nil, nil},
	} {
		f := define(x.kind, levels, object.Default(x.def))
		if got, err := Default(f, c); got != x.want || err != nil {
			t.Errorf("%s %v: got %v, %v, want %v", x.kind, x.def, got, err, x.want)
		}
	}
}

func TestDefine(t *testing.T) {
	t.Parallel()
	for code, f := range map[string]*object.Field{
		"field.pattern":      define(object.KindText, object.Matching("a)(b")),
		"number.range":       define(object.KindText, object.Long(1001)),
		"field.bound":        define(object.KindNumber, object.Between("x", "")),
		"field.bounds":       define(object.KindDate, object.Between("2026-02-01", "2026-01-01")),
		"options.twice":      define(object.KindChoice, object.Options(object.Option{Name: "a"}, object.Option{Name: "A"})),
		"options.name":       define(object.KindMultiChoice, object.Options(object.Option{Name: "a,b"})),
		"required":           define(object.KindLink, func(f *object.Field) { f.Target = "" }),
		"series.date_needed": define(object.KindSeries, object.Numbered(object.Series{Digits: 4, Reset: "day", Date: "2006"})),
	} {
		if err := Of(f).Define(f); !fault.Has(err, code) {
			t.Errorf("want %s, got %v", code, err)
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		kind object.Kind
		v    any
		want string
	}{
		{object.KindText, "张伟", "张***"},
		{object.KindPhone, []object.Item{{Norm: "8613800138000"}}, "138****8000"},
		{object.KindEmail, []object.Item{{Value: "zhang@example.com"}}, "z***@example.com"},
		{object.KindNumber, int64(5), "***"},
		{object.KindUSCC, "91350100M000100Y43", "91************0Y43"},
	} {
		f := define(x.kind)
		if got := Of(f).Mask(f, x.v); got != x.want {
			t.Errorf("%s: got %s, want %s", x.kind, got, x.want)
		}
	}
}
