package query

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/platform/fault"
)

var known = uuid.MustParse("01930000-0000-7000-8000-000000000001")

// asker is a parser for one who sees "secret" not at all and "phones" by its shape alone.
func asker() (*Parser, *object.Object) {
	users := object.New("user", object.Text{EN: "User"}, object.Text{})
	object.Add[string](users, "name", object.KindText, object.Text{})
	closed := object.New("closed", object.Text{EN: "Closed"}, object.Text{})
	object.Add[string](closed, "name", object.KindText, object.Text{})
	deal := object.New("deal", object.Text{EN: "Deal"}, object.Text{})
	object.Add[string](deal, "name", object.KindText, object.Text{})
	object.Add[int64](deal, "owner", object.KindOwner, object.Text{})
	object.Add[object.Money](deal, "amount", object.KindMoney, object.Text{})
	object.Add[string](deal, "level", object.KindChoice, object.Text{}, object.Options(object.Option{Name: "A"}, object.Option{Name: "B"}))
	object.Add[int64](deal, "due", object.KindDate, object.Text{})
	object.Add[[]object.Item](deal, "phones", object.KindPhone, object.Text{})
	object.Add[[]object.Item](deal, "tags", object.KindTags, object.Text{})
	object.Add[string](deal, "secret", object.KindText, object.Text{})
	object.Add[string](deal, "notes", object.KindLongText, object.Text{})
	object.Add[int64](deal, "shut", object.KindLink, object.Text{}, object.To("closed", object.Keep))
	object.Add[[]object.Item](deal, "team", object.KindLinks, object.Text{}, object.To("user", object.Keep))
	catalog := object.NewCatalog(1, "CNY", []*object.Object{users, closed, deal})
	return &Parser{
		Catalog: catalog,
		Context: &field.Context{
			Now: time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC), Zone: time.FixedZone("Shanghai", 8*3600), Currency: "CNY", Catalog: catalog,
			Resolve: func(_ string, id uuid.UUID) (int64, bool) { return 9, id == known },
			Owners: func(word string) ([]int64, bool) {
				ids, ok := map[string][]int64{"me": {1}, "my_subordinates": {}, "my_department": {1, 2}}[word]
				return ids, ok
			},
		},
		Sight: func(_ *object.Object, f *object.Field) Sight {
			return map[string]Sight{"secret": Unseen, "phones": Shape}[f.Name] + map[bool]Sight{true: Seen}[f.Name != "secret" && f.Name != "phones"]
		},
		Reads: func(o *object.Object) bool { return o.Name != "closed" },
		Who:   "1", Key: []byte(strings.Repeat("k", 32)),
	}, deal
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

// plain writes a condition so that a table can name it.
func plain(x Expr) any {
	switch x := x.(type) {
	case And:
		return list2("and", x)
	case Or:
		return list2("or", x)
	case Not:
		return []any{"not", plain(x.X)}
	case *Leaf:
		return append([]any{x.Path.String(), string(x.Op)}, x.Args...)
	}
	return x
}

func list2[T ~[]Expr](name string, parts T) []any {
	out := []any{name}
	for _, p := range parts {
		out = append(out, plain(p))
	}
	return out
}

func leaf(v ...any) []any { return v }

func TestFilter(t *testing.T) {
	t.Parallel()
	const day = int64(24 * 3600 * 1e6)
	begin := time.Date(2026, 11, 24, 16, 0, 0, 0, time.UTC).UnixMicro() // the 25th begins in Shanghai
	today := int64(20782)
	for in, want := range map[string]any{
		`{"field":"level","op":"in","value":["A","B"]}`:             leaf("level", "in", "A", "B"),
		`{"field":"level","value":"A"}`:                             leaf("level", "eq", "A"),
		`{"field":"level","op":"ne","value":null}`:                  leaf("level", "filled"),
		`{"field":"level","op":"empty","value":false}`:              leaf("level", "filled"),
		`{"field":"name","op":"contains","value":"ＡＢ"}`:             leaf("name", "contains", "ab"),
		`{"field":"owner","op":"eq","value":"me"}`:                  leaf("owner", "eq", int64(1)),
		`{"field":"owner","op":"eq","value":"my_subordinates"}`:     leaf("owner", "in"),
		`{"field":"owner","op":"ne","value":"my_department"}`:       leaf("owner", "nin", int64(1), int64(2)),
		`{"field":"owner.name","op":"starts","value":"x"}`:          leaf("owner.name", "starts", "x"),
		`{"field":"owner","value":"` + known.String() + `"}`:        leaf("owner", "eq", int64(9)),
		`{"field":"amount","op":"between","value":["1","2.50"]}`:    leaf("amount", "between", int64(100), int64(250)),
		`{"field":"due","op":"within","value":"today"}`:             leaf("due", "within", today, today+1),
		`{"field":"due","op":"before","value":"this_week"}`:         leaf("due", "before", today-2),
		`{"field":"created_at","op":"within","value":"today"}`:      leaf("created_at", "within", begin, begin+day),
		`{"field":"created_at","op":"eq","value":"2026-11-25"}`:     leaf("created_at", "within", begin, begin+day),
		`{"field":"created_at","op":"lte","value":"2026-11-25"}`:    leaf("created_at", "lt", begin+day),
		`{"field":"created_at","op":"ne","value":"2026-11-25"}`:     leaf("not", leaf("created_at", "within", begin, begin+day)),
		`{"field":"created_at","op":"after","value":"2026-11-25"}`:  leaf("created_at", "after", begin+day),
		`{"field":"tags","op":"all","value":["VIP","x"]}`:           leaf("tags", "all", "vip", "x"),
		`{"field":"phones","op":"eq","value":"13800138000"}`:        leaf("phones", "eq", "8613800138000"),
		`{"and":[{"field":"level","value":"A"},{"not":{"or":[]}}]}`: leaf("and", leaf("level", "eq", "A"), leaf("not", leaf("or"))),
	} {
		p, o := asker()
		got, err := p.Filter(o, decode(t, in))
		if err != nil || !reflect.DeepEqual(plain(got), want) {
			t.Errorf("%s\n got %v, %v\nwant %v", in, plain(got), err, want)
		}
	}
}

func TestFilterRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"not":`, 6) + `{"field":"level","value":"A"}` + strings.Repeat("}", 6)
	many := `{"or":[` + strings.Repeat(`{"field":"level","value":"A"},`, 100) + `{"field":"level","value":"A"}]}`
	for in, want := range map[string]string{
		`{"field":"secret","value":"x"}`:                       "filter.unknown_field filter.field",
		`{"field":"nothing","value":"x"}`:                      "filter.unknown_field filter.field",
		`{"field":"shut.name","value":"x"}`:                    "filter.unknown_field filter.field",
		`{"field":"owner.name.x","value":"x"}`:                 "filter.path filter.field",
		`{"field":"level","op":"contains","value":"x"}`:        "filter.unknown_op filter.op",
		`{"field":"notes","op":"eq","value":"x"}`:              "filter.unknown_op filter.op",
		`{"field":"phones","op":"contains","value":"138"}`:     "filter.unknown_op filter.op",
		`{"field":"level","value":"Z"}`:                        "choice.unknown filter.value",
		`{"field":"level","op":"in","value":[]}`:               "filter.values filter.value",
		`{"field":"due","op":"within","value":"someday"}`:      "filter.span filter.value",
		`{"field":"amount","op":"between","value":["1"]}`:      "filter.pair filter.value",
		`{"or":[{"field":"amount","op":"gt","value":"much"}]}`: "decimal.type filter.or[0].value",
		`{"field":"level","value":"A","extra":1}`:              "filter.form filter",
		`{"xor":[]}`: "filter.form filter",
		`[]`:         "filter.form filter",
		deep:         "filter.too_deep filter.not.not.not.not.not",
		many:         "filter.too_many filter",
	} {
		p, o := asker()
		_, err := p.Filter(o, decode(t, in))
		e := fault.As(err)
		if !fault.Is(err, fault.BadRequest) || len(e.Fields) != 1 || e.Fields[0].Code+" "+e.Fields[0].Path != want {
			t.Errorf("%.80s\n got %v\nwant %s", in, err, want)
			continue
		}
		for _, list := range e.Fields[0].Args {
			if names, ok := list.([]string); ok && strings.Contains(strings.Join(names, " "), "secret") {
				t.Errorf("%s tells of a hidden field: %v", in, names)
			}
		}
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	p, o := asker()
	values, err := url.ParseQuery("level=A&amount.gte=1000&created_at.within=last_30_days&owner=me&tags.any=a,b&sort=-amount,name&limit=7&at=3&facets=level&fields=name&deleted=only")
	if err != nil {
		t.Fatal(err)
	}
	r, err := FromURL(values, "fields")
	if err != nil {
		t.Fatal(err)
	}
	q, err := p.Question(o, r)
	if err != nil {
		t.Fatal(err)
	}
	if q.Limit != 7 || q.At != 3 || !q.Deleted || len(q.Sort) != 2 || !q.Sort[0].Desc || len(q.Facets) != 1 || len(q.Filter.(And)) != 5 {
		t.Errorf("%+v", q)
	}
	for query, code := range map[string]string{
		"colour=red": "filter.unknown_field", "limit=500": "page.limit", "limit=x": "page.limit", "at=-1": "page.at",
		"at=1&seek=2": "page.one_place", "sort=tags": "sort.field", "sort=secret": "filter.unknown_field",
		"sort=phones": "sort.field", "facets=notes": "group.field", "seek=a": "page.seek", "level=A&level=B": "parameter.twice",
		"cursor=rubbish": "cursor.invalid", "sort=team.name": "sort.field",
	} {
		values, _ := url.ParseQuery(query)
		r, err := FromURL(values)
		if err == nil {
			_, err = p.Question(o, r)
		}
		if !fault.Has(err, code) || !fault.Is(err, fault.BadRequest) {
			t.Errorf("%s: got %v, want %s", query, err, code)
		}
	}
	if _, err := FromBody(map[string]any{"colour": "red"}); !fault.Has(err, "parameter.unknown") {
		t.Errorf("a member of no meaning: %v", err)
	}
}

func TestCursor(t *testing.T) {
	t.Parallel()
	p, o := asker()
	r := Request{Filter: decode(t, `{"field":"level","value":"A"}`), Sort: []string{"-amount"}}
	place := &Beside{Keys: []any{int64(5), "\xff\x00", "", nil}, ID: 7, Before: true}
	cursor, err := p.Seal(o, r, place)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := p.Open(o, r, cursor); err != nil || !reflect.DeepEqual(back, place) {
		t.Errorf("got %+v, %v", back, err)
	}
	other := r
	other.Sort = []string{"amount"}
	if _, err := p.Open(o, other, cursor); !fault.Has(err, "cursor.other_list") {
		t.Errorf("another order: %v", err)
	}
	someone := *p
	someone.Who = "2"
	if _, err := someone.Open(o, r, cursor); !fault.Has(err, "cursor.other_list") {
		t.Errorf("another asker: %v", err)
	}
	if _, err := p.Open(o, r, "A"+cursor[1:]+"AA"); !fault.Has(err, "cursor.invalid") {
		t.Errorf("a changed cursor: %v", err)
	}
}

func TestAggregate(t *testing.T) {
	t.Parallel()
	p, o := asker()
	body := func(s string) map[string]any { return decode(t, s).(map[string]any) }
	a, err := p.Aggregate(o, body(`{"group":["level",{"field":"created_at","by":"month"}],"measures":[{"fn":"sum","field":"amount"},{"fn":"count"}],"order":[-3,1],"limit":10}`))
	if err != nil || len(a.Groups) != 2 || a.Groups[1].By != "month" || len(a.Measures) != 2 || a.Order[0] != -3 || a.Limit != 10 {
		t.Errorf("%+v, %v", a, err)
	}
	for in, code := range map[string]string{
		`{"group":["notes"]}`:                             "group.field",
		`{"group":["phones"]}`:                            "group.field",
		`{"group":[{"field":"due","by":"hour"}]}`:         "group.by",
		`{"measures":[{"fn":"median","field":"amount"}]}`: "measure.fn",
		`{"measures":[{"fn":"sum","field":"level"}]}`:     "measure.field",
		`{"measures":[{"fn":"sum","field":"secret"}]}`:    "filter.unknown_field",
		`{"order":[2]}`:                                   "aggregate.order",
		`{"limit":0}`:                                     "page.limit",
		`{"having":1}`:                                    "parameter.unknown",
	} {
		if _, err := p.Aggregate(o, body(in)); !fault.Has(err, code) {
			t.Errorf("%s: got %v, want %s", in, err, code)
		}
	}
}
