package view

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/fault"
)

// deal is an object with a field of each sort that matters here, and who it leads to.
func deal() (*object.Object, *query.Parser, map[string]query.Sight) {
	text := func(s string) object.Text { return object.Text{ZH: s, EN: s} }
	customer := object.New("customer", text("客户"), text("客户"))
	object.Add[string](customer, "name", object.KindText, text("名称"))
	object.Add[string](customer, "level", object.KindText, text("级别"))
	o := object.New("deal", text("商机"), text("商机"))
	object.Add[string](o, "name", object.KindText, text("名称"), object.Required, object.InList(9))
	object.Add[int64](o, "amount", object.KindNumber, text("金额"), object.InList(2))
	object.Add[int64](o, "customer", object.KindLink, text("客户"), object.To("customer", object.Keep), object.InList(1))
	object.Add[[]object.Item](o, "tags", object.KindTags, text("标签"))
	object.Add[string](o, "remark", object.KindLongText, text("备注"))
	object.Add[int64](o, "inner", object.KindNumber, text("内部"), object.Hidden)
	sights := map[string]query.Sight{"inner": query.Unseen}
	cat := object.NewCatalog(1, "CNY", []*object.Object{customer, o})
	return o, &query.Parser{Catalog: cat, Context: &field.Context{Now: time.Now(), Zone: time.UTC, Catalog: cat, Currency: "CNY"},
		Reads: func(*object.Object) bool { return true },
		Sight: func(_ *object.Object, f *object.Field) query.Sight {
			if s, said := sights[f.Name]; said {
				return s
			}
			return query.Seen
		}}, sights
}

func codes(bad []fault.Field) (list []string) {
	for _, f := range bad {
		list = append(list, f.Path+" "+f.Code)
	}
	return list
}

func every(string) bool { return true }

type form = map[string]any

func TestTheStandardViewFollowsTheDefinitions(t *testing.T) {
	t.Parallel()
	o, p, sights := deal()
	v := Of(o)
	if !slices.Equal(v.Columns, []string{"name", "customer", "amount"}) || v.Sort != Newest || v.ID != Standard || v.Filter != nil {
		t.Errorf("%+v", v)
	}
	if bad := v.Check(o, p, every); bad != nil {
		t.Errorf("%v", codes(bad))
	}
	sights["customer"] = query.Unseen
	if shown, useful := v.For(o, p); !useful || !slices.Equal(shown.Columns, []string{"name", "amount"}) {
		t.Errorf("%v %+v", useful, shown)
	}
}

func TestReadingAView(t *testing.T) {
	t.Parallel()
	v := View{}
	if bad := v.Read(form{"name": "我的", "columns": []any{"name"}, "sort": "-amount", "filter": form{"and": []any{}}, "shared": true}); bad != nil {
		t.Fatal(codes(bad))
	}
	if v.Name != (object.Text{ZH: "我的", EN: "我的"}) || !v.Shared || v.Sort != "-amount" || v.Filter == nil || v.Columns[0] != "name" {
		t.Errorf("%+v", v)
	}
	if bad := v.Read(form{"name": form{"zh": "甲", "en": "a"}, "filter": nil, "sort": nil}); bad != nil || v.Name.EN != "a" || v.Filter != nil || v.Sort != "" {
		t.Errorf("%v %+v", codes(bad), v)
	}
	bad := v.Read(form{"name": 1, "columns": "name", "sort": []any{}, "shared": "yes", "owner": "x", "wild": 1, "object": "deal"})
	want := []string{"columns catalog.form", "name catalog.form", "object catalog.fixed", "owner catalog.fixed", "shared catalog.form", "sort catalog.form", "wild catalog.property_unknown"}
	if !slices.Equal(codes(bad), want) {
		t.Errorf("%q", codes(bad))
	}
	for _, x := range []any{form{"zh": 1}, form{"fr": "x"}, nil, []any{}} {
		if bad := (&View{}).Read(form{"name": x}); len(bad) == 0 {
			t.Errorf("a name %v is taken", x)
		}
	}
	if bad := (&View{}).Read(form{"columns": []any{1}}); len(bad) == 0 {
		t.Error("a column 1 is taken")
	}
}

func TestAllThatIsWrongWithAViewIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	o, p, sights := deal()
	v := View{Name: object.Text{ZH: "  "}, Columns: []string{"name", "nothing", "customer.level", "customer.nothing", "name", "inner"}, Sort: "tags,-inner,amount,remark",
		Filter: form{"and": []any{form{"field": "amount", "op": "contains", "value": 1}, form{"not": form{"or": []any{form{"field": "nothing", "value": 1}, form{"field": "name", "value": "a"}}}},
			form{"field": "amount", "op": "gt", "value": "x"}}}}
	want := []string{"name required", "columns[1] filter.unknown_field", "columns[3] filter.unknown_field", "columns[4] view.twice", "columns[5] filter.unknown_field",
		"sort sort.field", "sort filter.unknown_field", "sort sort.field",
		"filter.and[0].op filter.unknown_op", "filter.and[1].not.or[0].field filter.unknown_field", "filter.and[2].value number.type"}
	if got := codes(v.Check(o, p, every)); !slices.Equal(got, want) {
		t.Errorf("\n%q\n%q", got, want)
	}
	if got := codes(v.Check(o, p, func(part string) bool { return part == "name" })); !slices.Equal(got, want[:1]) {
		t.Errorf("of the name alone: %q", got)
	}
	fine := View{Name: object.Text{EN: strings.Repeat("名", MaxName)}, Columns: []string{"name", "tags"}, Sort: "-amount,customer.level,name", Filter: form{"field": "customer.level", "value": "A"}}
	if bad := fine.Check(o, p, every); bad != nil {
		t.Errorf("%q", codes(bad))
	}
	sights["amount"] = query.Shape // masked: shown, and compared as a whole
	masked := View{Name: fine.Name, Columns: []string{"amount"}, Sort: "amount", Filter: form{"or": []any{form{"field": "amount", "value": 1}, form{"field": "amount", "op": "gt", "value": 1}}}}
	if got := codes(masked.Check(o, p, every)); !slices.Equal(got, []string{"sort sort.field", "filter.or[1].op filter.unknown_op"}) {
		t.Errorf("masked: %q", got)
	}
}

func TestTheBoundsOfAView(t *testing.T) {
	t.Parallel()
	o, p, _ := deal()
	many := make([]string, MaxColumns+1)
	for i := range many {
		many[i] = fmt.Sprint("f", i)
	}
	var deep any = form{"field": "name", "value": "a"}
	for range query.MaxDepth + 1 {
		deep = form{"and": []any{deep}}
	}
	wide := []any{}
	for range query.MaxLeaves + 1 {
		wide = append(wide, form{"field": "name", "value": "a"})
	}
	ok := View{Name: object.Text{ZH: "a"}, Columns: []string{"name"}}
	for want, change := range map[string]func(*View){
		"name text.too_long":        func(v *View) { v.Name.ZH = strings.Repeat("a", MaxName+1) },
		"columns view.columns":      func(v *View) { v.Columns = many },
		"columns required":          func(v *View) { v.Columns = nil },
		"sort sort.too_many":        func(v *View) { v.Sort = "a,b,c,d,e,f" },
		"filter filter.too_many":    func(v *View) { v.Filter = form{"or": wide} },
		"filter filter.form":        func(v *View) { v.Filter = "x" },
		"filter view.filter_large":  func(v *View) { v.Filter = form{"field": "name", "value": strings.Repeat("a", maxFilter)} },
		"filter.and[0] filter.form": func(v *View) { v.Filter = form{"and": []any{form{}}} },
	} {
		v := ok
		change(&v)
		if got := codes(v.Check(o, p, every)); !slices.Equal(got, []string{want}) {
			t.Errorf("%q, not %q", got, want)
		}
	}
	v := ok
	v.Filter = deep
	if got := codes(v.Check(o, p, every)); len(got) != 1 || !strings.HasSuffix(got[0], "filter.too_deep") {
		t.Errorf("%q", got)
	}
}

func TestAViewShowsOnlyWhatItsReaderMaySee(t *testing.T) {
	t.Parallel()
	o, p, sights := deal()
	v := View{Columns: []string{"name", "amount", "customer.level"}, Sort: "-amount,name", Filter: form{"not": form{"and": []any{form{"field": "customer.level", "op": "ne", "value": "A"}}}}}
	if shown, useful := v.For(o, p); !useful || !reflect.DeepEqual(shown, v) {
		t.Errorf("%v %+v", useful, shown)
	}
	sights["amount"] = query.Shape
	shown, useful := v.For(o, p)
	if !useful || len(shown.Columns) != 3 || shown.Sort != "name" || len(v.Columns) != 3 || v.Sort != "-amount,name" {
		t.Errorf("masked: %v %+v", useful, shown)
	}
	sights["amount"] = query.Unseen
	if shown, useful = v.For(o, p); !useful || !slices.Equal(shown.Columns, []string{"name", "customer.level"}) {
		t.Errorf("hidden: %v %+v", useful, shown)
	}
	sights["level"] = query.Shape
	if shown, useful = v.For(o, p); useful || shown.Filter != nil || v.Filter == nil {
		t.Errorf("a filter that may not be asked: %v %+v", useful, shown)
	}
	delete(sights, "level")
	o.Field("amount").Retired = true
	if shown, useful = v.For(o, p); !useful || shown.Sort != "name" {
		t.Errorf("retired: %v %+v", useful, shown)
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	a, b := &View{ID: "1", Filter: form{"field": "a"}, Version: 1}, &View{ID: "1", Filter: form{"field": "a"}, Version: 2}
	if !Same(a, b) || Same(a, nil) || !Same(nil, nil) {
		t.Error("a version is no difference")
	}
	b.Filter = form{"field": "b"}
	if Same(a, b) {
		t.Error("a filter is one")
	}
}
