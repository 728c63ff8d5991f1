package app_test

import (
	"context"
	"slices"
	"testing"

	"youpeng/engine/catalog"
	"youpeng/engine/object"
	"youpeng/platform/clock"
	"youpeng/platform/db"
	"youpeng/platform/db/dbtest"
	"youpeng/server/app"
)

func objects() (list []*object.Object, byName map[string]*object.Object) {
	byName = map[string]*object.Object{}
	for _, m := range app.Modules {
		for _, o := range m.Objects {
			list = append(list, o)
			byName[o.Name] = o
		}
	}
	return list, byName
}

func TestDefinitionsSayEverythingInBothLanguages(t *testing.T) {
	t.Parallel()
	says := func(where string, text object.Text) {
		if text.ZH == "" || text.EN == "" {
			t.Errorf("%s: %q in Chinese, %q in English", where, text.ZH, text.EN)
		}
	}
	list, _ := objects()
	for _, o := range list {
		says(o.Name, o.Label)
		says(o.Name+"'s plural", o.Plural)
		for _, f := range o.Fields {
			at := o.Name + "." + f.Name
			says(at, f.Label)
			if f.Help != (object.Text{}) {
				says(at+"'s help", f.Help)
			}
			for _, opt := range slices.Concat(f.Options, f.Labels) {
				says(at+" "+opt.Name, opt.Label)
			}
		}
	}
}

func TestDefinitionsNameOnlyWhatThereIs(t *testing.T) {
	t.Parallel()
	list, byName := objects()
	if len(byName) != len(list) {
		t.Error("two objects of one name")
	}
	for _, o := range list {
		has := func(what, name string, kinds ...object.Kind) *object.Field {
			f := o.Field(name)
			if f == nil || len(kinds) > 0 && !slices.Contains(kinds, f.Kind) {
				t.Errorf("%s: %s is %q, which is no such field", o.Name, what, name)
				return nil
			}
			return f
		}
		has("its title", o.Title)
		has("its time", o.Time, object.KindDateTime, object.KindDate)
		if o.Scope.Owner {
			has("its owner", "owner", object.KindOwner)
		}
		if o.Scope.With != "" {
			has("what it is seen with", o.Scope.With, object.KindRef)
			has("its author", o.Scope.Author, object.KindOwner)
		}
		for _, name := range o.Scope.Parents {
			has("a parent", name, object.KindLink, object.KindLinks)
		}
		for _, name := range o.Details {
			if byName[name] == nil || byName[name].Lines == "" || byName[name].Field(byName[name].Lines).Target != o.Name {
				t.Errorf("%s has the lines %q, which are not its own", o.Name, name)
			}
		}
		if o.Icon == "" || !slices.Contains([]string{"", "customers", "sales", "service", "activity", "org"}, o.Group) {
			t.Errorf("%s: icon %q, group %q", o.Name, o.Icon, o.Group)
		}
		places, names := map[int]string{}, map[string]bool{}
		for _, f := range o.Fields {
			if f.List != 0 && places[f.List] != "" {
				t.Errorf("%s: %s and %s are both in place %d of its list", o.Name, places[f.List], f.Name, f.List)
			}
			places[f.List] = f.Name
			if names[f.Name] {
				t.Errorf("%s has two fields %s", o.Name, f.Name)
			}
			names[f.Name] = true
			field(t, o, f, byName)
		}
	}
}

// field looks at what one field names.
func field(t *testing.T, o *object.Object, f *object.Field, byName map[string]*object.Object) {
	at := o.Name + "." + f.Name
	targets := f.Targets
	if f.Kind == object.KindLink || f.Kind == object.KindLinks || f.Kind == object.KindOwner {
		targets = []string{f.Target}
	}
	if f.Kind.Links() && len(targets) == 0 {
		t.Errorf("%s names nothing", at)
	}
	for _, name := range targets {
		if byName[name] == nil {
			t.Errorf("%s names %q, which no module has", at, name)
		}
	}
	if f.Timeline && !f.Kind.Links() {
		t.Errorf("%s stands on a timeline and links to nothing", at)
	}
	if (f.Kind == object.KindChoice || f.Kind == object.KindMultiChoice) && len(f.Options) == 0 {
		t.Errorf("%s has nothing to choose from", at)
	}
	seen := map[string]bool{}
	for _, opt := range f.Options {
		if seen[opt.Name] {
			t.Errorf("%s has the option %s twice", at, opt.Name)
		}
		seen[opt.Name] = true
	}
	if name, ok := f.Default.(string); ok && f.Kind == object.KindChoice && !seen[name] {
		t.Errorf("%s is %q at first, which is none of its options", at, name)
	}
}

func TestModulesBringEachThingOnce(t *testing.T) {
	t.Parallel()
	_, byName := objects()
	names, verbs, jobs, routes := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	once := func(what string, seen map[string]bool, name string) {
		if seen[name] {
			t.Errorf("two %s %s", what, name)
		}
		seen[name] = true
	}
	for _, m := range app.Modules {
		once("modules", names, m.Name)
		for _, b := range m.Behaviours {
			if b.Object != "" && byName[b.Object] == nil {
				t.Errorf("%s has a rule of %q, which no module has", m.Name, b.Object)
			}
		}
		for _, v := range m.Verbs {
			once("verbs", verbs, v.Object+"/"+v.Name)
			if byName[v.Object] == nil {
				t.Errorf("%s has the verb %s of %q, which no module has", m.Name, v.Name, v.Object)
			}
		}
		for _, j := range m.Jobs {
			once("jobs", jobs, j.Kind)
		}
		for _, r := range m.Routes {
			once("routes", routes, r.Pattern)
		}
	}
}

func TestTheCatalogTakesTheDefinitions(t *testing.T) {
	t.Parallel()
	list, _ := objects()
	d := dbtest.Open(t, dbtest.URL(t, "sqlite"), db.Options{})
	store, err := catalog.Open(context.Background(), d, clock.Wall{}, list, app.Currency)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		if c := store.Current().Object(o.Name); c == nil || c.Number == 0 {
			t.Errorf("the catalog has no %s", o.Name)
		}
	}
}
