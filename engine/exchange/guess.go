package exchange

import (
	"regexp"
	"slices"
	"strings"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/platform/hanzi"
)

// Mapped leads a column to a field, "customer.name"; an empty target is none.
type Mapped struct {
	Column int    `json:"column"`
	Target string `json:"target"`
	By     string `json:"by,omitempty"` // name, synonym, values: what a guess rests on
	// Values puts something else in the place of what stands in the column: "重点客户" is "A"; nothing is an empty cell.
	Values map[string]string `json:"values,omitempty"`
}

// The columns that a file to mend has beside those of the file that it mends.
var mendWords = [2]string{"行号", "原因"}

// target is a field that a column may lead to, or one label of its items.
type target struct {
	object *object.Object
	field  *object.Field
	label  *object.Option
}

func (t target) name() string {
	if t.label != nil {
		return t.object.Name + "." + t.field.Name + ":" + t.label.Name
	}
	return t.object.Name + "." + t.field.Name
}

// stamps are the fields that say when a record was first made and by whom: they come from the program that a file is
// from, and only an administrator may say them. Where numbers are drawn they are not: these follow the day.
func stamps(a *access.Actor, o *object.Object, f *object.Field) bool {
	return (f.Index == object.CreatedAt || f.Index == object.CreatedBy) && (a.Admin || a.System) &&
		!slices.ContainsFunc(o.Fields, func(x *object.Field) bool { return x.Series != nil })
}

// companionOf answers the object whose records may stand in the same row, and its link: the one that stands within the
// other and is no detail line of it.
func companionOf(cat *object.Catalog, main *object.Object) (*object.Object, *object.Field) {
	for _, o := range cat.Objects {
		for _, name := range o.Scope.Parents {
			if f := o.Field(name); o.Lines == "" && !o.Setup && f != nil && f.Target == main.Name && o != main {
				return o, f
			}
		}
	}
	return nil, nil
}

// targetsOf lists the fields that somebody may fill, of an object and of its companion.
func targetsOf(cat *object.Catalog, a *access.Actor, main *object.Object) (out []target) {
	add := func(o *object.Object, but *object.Field) {
		for _, f := range o.Fields {
			switch {
			case o == main && stamps(a, o, f):
				out = append(out, target{o, f, nil})
			case f == but, f.Retired, f.System, f.ReadOnly, f.Hidden, f.Derived, f.Kind == object.KindRef, f.Kind == object.KindSeries:
			case a.Field(o, f) == access.Write:
				out = append(out, target{o, f, nil})
				for i := range f.Labels {
					if !f.Labels[i].Retired {
						out = append(out, target{o, f, &f.Labels[i]})
					}
				}
			}
		}
	}
	add(main, nil)
	if also, link := companionOf(cat, main); also != nil && imports(a, also) {
		add(also, link)
	}
	return out
}

// imports says whether somebody may import an object at all.
func imports(a *access.Actor, o *object.Object) bool {
	return a.System || a.Objects[o.Name].Import && (!o.Setup || a.Admin)
}

// guess leads columns to fields: by the fields' own names, then by the words that others use, then by what stands in
// them. Each field is taken once, a multi-valued one by all columns that name it.
type guess struct {
	main    *object.Object
	targets []target
	out     []Mapped
	taken   map[string]bool
	person  bool // a column names the companion, so what belongs to a person is its
}

func guessed(main *object.Object, targets []target, header []string, samples [][]string) []Mapped {
	g := &guess{main: main, targets: targets, taken: map[string]bool{}, out: make([]Mapped, len(header))}
	names := make([]string, len(header))
	for i, h := range header {
		g.out[i].Column = i
		if h != mendWords[0] && h != mendWords[1] {
			names[i] = folded(h)
		}
	}
	g.titles(names)
	for i, name := range names {
		if name != "" && g.out[i].Target == "" {
			g.byName(i, name)
		}
		g.labelled(i, name)
	}
	for i, name := range names {
		if g.out[i].Target == "" && (header[i] == "" || name != "") && i < len(samples) {
			g.byValues(i, samples[i])
		}
	}
	return g.out
}

// labelled leads a column on to the label that its name speaks of: 办公电话 are telephones at work.
func (g *guess) labelled(column int, name string) {
	found, longest := "", 0
	for _, t := range g.targets {
		if t.label == nil || g.out[column].Target != (target{t.object, t.field, nil}).name() {
			continue
		}
		words := append(strings.Fields(labelWords[t.label.Name]), folded(t.label.Label.ZH), folded(t.label.Label.EN))
		for _, w := range words {
			if len(w) > longest && strings.Contains(name, w) {
				found, longest = t.name(), len(w)
			}
		}
	}
	if found != "" {
		g.out[column].Target = found
	}
}

func (g *guess) take(column int, t target, by string) bool {
	if g.out[column].Target != "" || g.taken[t.name()] && !t.field.Kind.Multi() && !placeFields[t.field.Name] {
		return false
	}
	g.out[column].Target, g.out[column].By = t.name(), by
	g.taken[t.name()] = true
	return true
}

// titles finds the columns that name the records themselves: without them nothing can be imported, and whether there is
// a person in each row decides whose the telephones are.
func (g *guess) titles(names []string) {
	for _, person := range []bool{false, true} {
		var title *target
		for i, t := range g.targets {
			if t.field.Name == t.object.Title && (t.object != g.main) == person {
				title = &g.targets[i]
			}
		}
		if title == nil {
			continue
		}
		own, _ := wordsOf(title.object, title.field)
		words := strings.Fields(titleWords)
		if person {
			words, own = strings.Fields(personWords), own[3:]
		}
		for _, part := range []struct {
			by    string
			words []string
		}{{"name", own}, {"synonym", words}} {
			for _, w := range part.words {
				if i := slices.Index(names, w); i >= 0 && !g.taken[title.name()] {
					g.take(i, *title, part.by)
				}
			}
		}
		g.person = person && g.taken[title.name()]
	}
}

func (g *guess) byName(column int, name string) {
	bare, personal := name, false
	for _, p := range personPrefixes {
		if rest, ok := strings.CutPrefix(name, p); ok && rest != "" {
			bare, personal = strings.TrimPrefix(rest, "的"), true
		}
	}
	for _, by := range []string{"name", "synonym"} {
		for _, t := range g.ranked(personal, name) {
			own, other := wordsOf(t.object, t.field)
			words := own
			if by == "synonym" {
				words = other
			}
			if (slices.Contains(words, name) || personal && t.object != g.main && slices.Contains(words, bare)) && g.take(column, t, by) {
				return
			}
		}
	}
}

// ranked orders the fields for a column: the person's first where the column or the file speaks of a person, but not for
// what a company has (its switchboard).
func (g *guess) ranked(personal bool, name string) []target {
	first := personal || g.person && !strings.Contains(name, "公司") && !strings.Contains(name, "座机") && !strings.Contains(name, "固") && !strings.Contains(name, "办公")
	out := slices.DeleteFunc(slices.Clone(g.targets), func(t target) bool { return t.label != nil })
	slices.SortStableFunc(out, func(x, y target) int {
		return rank(x.object != g.main && !first || x.object == g.main && personish(x.field) && first) -
			rank(y.object != g.main && !first || y.object == g.main && personish(y.field) && first)
	})
	return out
}

func personish(f *object.Field) bool {
	return f.Kind == object.KindPhone || f.Kind == object.KindEmail || f.Kind == object.KindMessenger
}

func rank(late bool) int {
	if late {
		return 1
	}
	return 0
}

var (
	mobileForm = regexp.MustCompile(`^(?:\+?86)?1[3-9]\d{9}$`)
	emailForm  = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
	usccForm   = regexp.MustCompile(`^[0-9A-HJ-NP-RT-UW-Y]{18}$`)
	urlForm    = regexp.MustCompile(`^(?:https?://|www\.)\S+$`)
)

// plainValue says whether a cell holds a number or an address that no column is called by.
func plainValue(cell string) bool {
	s := strings.TrimSpace(hanzi.Fold(cell))
	return mobileForm.MatchString(strings.NewReplacer(" ", "", "-", "").Replace(plainNumber(s))) || emailForm.MatchString(s) || usccForm.MatchString(strings.ToUpper(s))
}

// byValues looks at what stands in a column: at least six of ten filled cells must have the form of the kind.
func (g *guess) byValues(column int, cells []string) {
	forms := []struct {
		kind object.Kind
		is   func(string) bool
	}{
		{object.KindUSCC, func(s string) bool {
			s = strings.ToUpper(s)
			return usccForm.MatchString(s) && field.USCCCheck(s[:17]) == s[17]
		}},
		{object.KindPhone, func(s string) bool {
			return mobileForm.MatchString(strings.NewReplacer(" ", "", "-", "").Replace(plainNumber(s)))
		}},
		{object.KindEmail, emailForm.MatchString},
		{object.KindURL, urlForm.MatchString},
	}
	for _, form := range forms {
		all, hits := 0, 0
		for _, c := range cells {
			if c = strings.TrimSpace(hanzi.Fold(c)); c != "" {
				all++
				if form.is(c) {
					hits++
				}
			}
		}
		if all == 0 || hits*10 < all*6 {
			continue
		}
		for _, t := range g.ranked(false, "") {
			if t.field.Kind == form.kind && g.take(column, t, "values") {
				return
			}
		}
	}
}
