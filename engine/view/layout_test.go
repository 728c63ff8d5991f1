package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"youpeng/engine/object"
)

// told writes sections as a line each.
func told(sections []object.FormSection) (list []string) {
	for _, s := range sections {
		list = append(list, s.Label.ZH+": "+strings.Join(s.Fields, " "))
	}
	return list
}

func all(f *object.Field) bool { return !f.Hidden }

const kept = "created_at updated_at created_by updated_by"

func TestWithoutALayoutTheGroupsOfTheDefinitionsHold(t *testing.T) {
	t.Parallel()
	o, _, _ := deal()
	if got := told(Arrange(o, all)); !slices.Equal(got, []string{": name amount customer tags remark", ": " + kept}) {
		t.Errorf("%q", got)
	}
	o.Field("name").Section, o.Field("amount").Section, o.Field("remark").Section = "基本", "钱", "基本"
	if got := told(Arrange(o, all)); !slices.Equal(got, []string{": customer tags", "基本: name remark", "钱: amount", "系统信息: " + kept}) {
		t.Errorf("%q", got)
	}
}

func TestEveryFieldStandsInOneSection(t *testing.T) {
	t.Parallel()
	o, _, _ := deal()
	text := func(s string) object.Text { return object.Text{ZH: s, EN: s} }
	o.Field("remark").Section, o.Field("tags").Section, o.Field("amount").Section = "补充", "补充", "钱"
	o.Layout = []object.FormSection{{Label: text("要紧"), Fields: []string{"amount", "created_at"}}, {Label: text("说明"), Fields: []string{"remark", "gone"}}}
	want := []string{"要紧: amount created_at", "说明: remark tags", "其他: name customer", "系统信息: updated_at created_by updated_by"}
	if got := told(Arrange(o, all)); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := told(Arrange(o, func(f *object.Field) bool { return all(f) && f.Name != "amount" && f.Name != "created_at" })); !slices.Equal(got, want[1:]) {
		t.Errorf("with fields hidden: %q", got)
	}
	o.Field("remark").Retired = true // what follows it stays where it was
	if got := told(Arrange(o, all)); got[1] != "说明: tags" {
		t.Errorf("with a field retired: %q", got)
	}
	if o.Layout[1].Fields[0] != "remark" || len(o.Layout[1].Fields) != 2 {
		t.Errorf("the layout itself was changed: %v", o.Layout)
	}
	object.Add[string](o, "new", object.KindText, text("新"), func(f *object.Field) { f.Section = "更多" })
	if got := told(Arrange(o, all)); !slices.Contains(got, "更多: new") {
		t.Errorf("a new group: %q", got)
	}
}

func TestWhatItsArrangerDoesNotSeeKeepsItsPlace(t *testing.T) {
	t.Parallel()
	o, _, _ := deal()
	o.Layout = []object.FormSection{{Fields: []string{"name", "amount", "remark"}}, {Fields: []string{"tags", "customer"}}, {Fields: []string{"created_at", "gone"}}}
	unseen := map[string]bool{"amount": true, "tags": true, "created_at": true, "gone": true}
	wrote := []object.FormSection{{Fields: []string{"customer", "remark"}}, {Fields: []string{"name"}}}
	got := told(Keep(o, wrote, func(f *object.Field) bool { return unseen[f.Name] }))
	if !slices.Equal(got, []string{": tags customer remark", ": name amount created_at"}) {
		t.Errorf("%q", got)
	}
	if !slices.Equal(told(wrote), []string{": customer remark", ": name"}) {
		t.Errorf("what was written changed: %q", told(wrote))
	}
	wrote[0].Fields = append(wrote[0].Fields, "amount")
	if got := told(Keep(o, wrote, func(f *object.Field) bool { return f.Name == "amount" })); !slices.Equal(got, []string{": customer remark amount", ": name"}) {
		t.Errorf("named and unseen: %q", got)
	}
	if Keep(o, nil, all) != nil {
		t.Error("a reset keeps something")
	}
}

func TestReadingALayout(t *testing.T) {
	t.Parallel()
	sections, bad := ReadLayout([]any{form{"label": form{"zh": "甲", "en": "A"}, "fields": []any{"name"}}, form{"label": "乙", "fields": []any{"amount"}}})
	if bad != nil || fmt.Sprint(sections) != "[{{甲 A} [name]} {{乙 乙} [amount]}]" {
		t.Errorf("%v %q", sections, codes(bad))
	}
	if sections, bad := ReadLayout(nil); sections != nil || bad != nil {
		t.Errorf("%v %q", sections, codes(bad))
	}
	for _, in := range []any{"x", []any{}, form{}} {
		if _, bad := ReadLayout(in); !slices.Equal(codes(bad), []string{"sections catalog.form"}) {
			t.Errorf("%v: %q", in, codes(bad))
		}
	}
	_, bad = ReadLayout([]any{"x", form{"label": 1, "fields": "name", "wild": 1}})
	if got := codes(bad); !slices.Equal(got, []string{"sections[0] catalog.form", "sections[1].fields catalog.form", "sections[1].label catalog.form", "sections[1].wild catalog.property_unknown"}) {
		t.Errorf("%q", got)
	}
}

func TestAllThatIsWrongWithALayoutIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	o, _, _ := deal()
	bad := CheckLayout(o, []object.FormSection{{Fields: []string{"name", "nothing", "inner"}}, {Label: object.Text{EN: strings.Repeat("a", maxLabel+1)}, Fields: []string{"name", "created_at"}}, {}})
	want := []string{"sections[0].fields[1] field.unknown", "sections[0].fields[2] field.unknown", "sections[1].label text.too_long", "sections[1].fields[0] view.twice", "sections[2].fields required"}
	if got := codes(bad); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if bad := CheckLayout(o, make([]object.FormSection, MaxSections+1)); !slices.Equal(codes(bad), []string{"sections layout.sections"}) {
		t.Errorf("%q", codes(bad))
	}
	o.Field("amount").Retired = true
	if bad := CheckLayout(o, []object.FormSection{{Fields: []string{"amount", "name"}}}); bad != nil {
		t.Errorf("a retired field loses its place: %q", codes(bad))
	}
	if bad := CheckLayout(o, nil); bad != nil {
		t.Errorf("%q", codes(bad))
	}
	long := make([]string, 100_000)
	if bad := CheckLayout(o, []object.FormSection{{Fields: long}}); len(bad) > mostArranged+1 {
		t.Errorf("%d faults", len(bad))
	}
}
