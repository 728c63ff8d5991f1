package catalog

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/fault"
)

// The bounds of a definition. Names are short enough for the names of indexes that are made of two of them.
const (
	mostFields  = 400
	mostColumns = 1200
	mostObjects = 400
	longestName = 28
	longestWord = 100
	longestHelp = 1000
	lastPlace   = 100
)

var (
	ownName = regexp.MustCompile(`^x_[a-z0-9]+(_[a-z0-9]+)*$`)
	iconic  = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)
	color   = regexp.MustCompile(`^[a-z]{0,20}$`)
)

// faults gathers what is wrong, each with its property's path.
type faults []fault.Field

func (l *faults) add(path, code string, args ...any) {
	*l = append(*l, fault.As(fault.Invalid(path, code, args...)).Fields...)
}

// sound says what is wrong with an object as a whole.
func sound(o *object.Object) (bad faults) {
	if len(o.Fields) > mostFields {
		bad.add("fields", "catalog.fields_many", "max", mostFields)
	}
	for i, f := range o.Fields {
		if !field.Known(f.Kind) {
			bad.add(fmt.Sprintf("fields[%d].kind", i), "catalog.kind_unknown", "kind", string(f.Kind))
		}
	}
	if len(bad) > 0 {
		return bad
	}
	if n := table.Width(o); n > mostColumns {
		bad.add("fields", "catalog.columns_many", "max", mostColumns, "found", n)
	}
	if o.TitleField() == nil {
		bad.add("title_field", "required")
	}
	for i, f := range o.Fields {
		if err := field.Of(f).Define(f); err != nil {
			bad = append(bad, under(fmt.Sprintf("fields[%d].", i), fault.As(err).Fields)...)
		}
	}
	return bad
}

func under(prefix string, list []fault.Field) (out []fault.Field) {
	for _, f := range list {
		f.Path = prefix + f.Path
		out = append(out, f)
	}
	return out
}

func checkName(bad *faults, name string) {
	switch {
	case name == "":
		bad.add("name", "required")
	case !ownName.MatchString(name) || len(name) > longestName:
		bad.add("name", "catalog.name", "max", longestName)
	}
}

func checkText(bad *faults, path string, t object.Text, longest int, needed bool) {
	for _, s := range []string{t.ZH, t.EN} {
		if utf8.RuneCountInString(s) > longest || strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
			bad.add(path, "text.too_long", "max", longest)
			return
		}
	}
	if needed && strings.TrimSpace(t.ZH+t.EN) == "" {
		bad.add(path, "required")
	}
}

// checkHead says what is wrong with an object apart from its fields.
func checkHead(o *object.Object) (bad faults) {
	checkText(&bad, "label", o.Label, longestWord, true)
	checkText(&bad, "plural", o.Plural, longestWord, true)
	if !iconic.MatchString(o.Icon) {
		bad.add("icon", "catalog.icon")
	}
	if o.Retired && !o.Custom {
		bad.add("retired", "catalog.needed")
	}
	return bad
}

// checkField says what is wrong with a field as it was written; find knows the objects that it may link to.
func checkField(o *object.Object, f *object.Field, currency string, find func(string) *object.Object) (bad faults) {
	checkText(&bad, "label", f.Label, longestWord, true)
	checkText(&bad, "help", f.Help, longestHelp, false)
	checkText(&bad, "group", object.Text{ZH: f.Section}, longestWord, false)
	if f.List < 0 || f.List > lastPlace {
		bad.add("place", "number.range", "min", 0, "max", lastPlace)
	}
	if !field.Known(f.Kind) {
		bad.add("kind", "catalog.kind_unknown", "kind", string(f.Kind))
		return bad
	}
	if err := field.Of(f).Define(f); err != nil {
		bad = append(bad, fault.As(err).Fields...)
	}
	bad = append(bad, checkOptions(f)...)
	bad = append(bad, checkLinks(f, find)...)
	class := field.Of(f).Class()
	if f.Search && class != field.String && f.Kind != object.KindPhone && f.Kind != object.KindEmail && f.Kind != object.KindMessenger {
		bad.add("search", "catalog.search")
	}
	if f.Compared() && class != field.String && f.Kind != object.KindPhone && f.Kind != object.KindEmail {
		bad.add("match", "catalog.search")
	}
	if f.Keyed() && !uniqueKind(f.Kind) {
		bad.add("unique", "catalog.unique_kind")
	}
	if f.Retired && needed(o, f) {
		bad.add("retired", "catalog.needed")
	}
	if len(bad) == 0 && f.Default != nil {
		g := *f
		g.Name = "default"
		if _, err := field.Default(&g, &field.Context{Now: time.Now(), Zone: time.UTC, Currency: currency}); err != nil {
			bad = append(bad, fault.As(err).Fields...)
		}
	}
	return bad
}

func checkOptions(f *object.Field) (bad faults) {
	choice := f.Kind == object.KindChoice || f.Kind == object.KindMultiChoice
	if choice && len(f.Options) == 0 {
		bad.add("options", "required")
	}
	if !choice && len(f.Options) > 0 {
		bad.add("options", "catalog.not_of_kind")
	}
	for name, list := range map[string][]object.Option{"options": f.Options, "labels": f.Labels} {
		for i, x := range list {
			at := fmt.Sprintf("%s[%d]", name, i)
			checkText(&bad, at+".label", x.Label, longestWord, true)
			if !color.MatchString(x.Color) {
				bad.add(at+".color", "catalog.icon")
			}
		}
	}
	return bad
}

func checkLinks(f *object.Field, find func(string) *object.Object) (bad faults) {
	known := func(path, name string) {
		if o := find(name); name != "" && (o == nil || o.Retired && !f.Retired) {
			bad.add(path, "object.unknown", "object", name)
		}
	}
	known("target", f.Target)
	for i, name := range f.Targets {
		known(fmt.Sprintf("targets[%d]", i), name)
	}
	if (f.Kind != object.KindRef && len(f.Targets) > 0) || (!f.Kind.Links() && f.Target != "") {
		bad.add("target", "catalog.not_of_kind")
	}
	if f.OnDelete != object.Keep && (!f.Kind.Links() || !slices.Contains([]object.OnDelete{object.Refuse, object.Clear, object.Follow}, f.OnDelete)) {
		bad.add("on_delete", "catalog.on_delete")
	}
	if f.Series != nil && f.Kind != object.KindSeries {
		bad.add("series", "catalog.not_of_kind")
	}
	return bad
}

// uniqueKind says whether values of a kind can be unique: not where they are few, or say nothing alone.
func uniqueKind(k object.Kind) bool {
	switch k {
	case object.KindLongText, object.KindBoolean, object.KindMultiChoice, object.KindTags, object.KindLinks:
		return false
	}
	return true
}

// needed says whether the program leans on a field: its records are called by it, or follow it.
func needed(o *object.Object, f *object.Field) bool {
	return f.System || f.Name == o.Title || f.Name == o.Time || f.Name == o.Lines || f.Name == o.Scope.With || f.Name == o.Scope.Author || f.Name == "owner" ||
		f.ReadOnly && !f.Custom || slices.Contains(o.Scope.Parents, f.Name)
}

// checkMove says what may not change of a field.
func checkMove(standard *object.Field, old, f *object.Field) (bad faults) {
	fixed := map[string][2]any{
		"name": {old.Name, f.Name}, "kind": {old.Kind, f.Kind}, "scale": {old.Scale, f.Scale}, "target": {old.Target, f.Target},
		"targets": {old.Targets, f.Targets}, "on_delete": {old.OnDelete, f.OnDelete}, "series": {old.Series, f.Series},
		"personal": {old.Personal, f.Personal},
	}
	if !old.Custom {
		fixed["max_length"], fixed["min"], fixed["max"] = [2]any{old.MaxLength, f.MaxLength}, [2]any{old.Min, f.Min}, [2]any{old.Max, f.Max}
		fixed["pattern"], fixed["default"], fixed["immutable"] = [2]any{old.Pattern, f.Pattern}, [2]any{old.Default, f.Default}, [2]any{old.Immutable, f.Immutable}
	}
	if old.System {
		fixed["required"], fixed["unique"] = [2]any{old.Required, f.Required}, [2]any{old.Unique, f.Unique}
	}
	if old.System || old.ReadOnly { // nobody types it, so nothing is compared with it
		fixed["match"] = [2]any{old.Match, f.Match}
	}
	for name, pair := range fixed {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			bad.add(name, "catalog.fixed")
		}
	}
	if standard != nil && standard.Required && !f.Required {
		bad.add("required", "catalog.needed")
	}
	if standard != nil && standard.Unique && old.Keyed() && !f.Unique { // one that failed may stay off
		bad.add("unique", "catalog.needed")
	}
	slices.SortFunc(bad, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	return bad
}
