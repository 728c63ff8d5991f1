package activity

import (
	"fmt"
	"slices"
	"testing"

	"youpeng/engine/changelog"
	"youpeng/engine/object"
	"youpeng/platform/fault"
)

func activity(values map[string]any) *object.Record {
	r := object.NewRecord(Activity.Clone().Seal())
	r.ID = 1
	for name, v := range values {
		r.Set(name, v)
	}
	return r
}

func TestWhatBelongsToATask(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		values map[string]any
		want   []string
	}{
		"a note":                {map[string]any{"kind": KindNote, "body": "x"}, nil},
		"a note of nothing":     {map[string]any{"kind": KindNote}, []string{"body required"}},
		"a call in one tap":     {map[string]any{"kind": "call"}, nil},
		"a call that is due":    {map[string]any{"kind": "call", "due_at": int64(1), "priority": "high"}, []string{"due_at activity.task_only", "priority activity.task_only"}},
		"a meeting with status": {map[string]any{"kind": "meeting", "status": TaskOpen, "remind_at": int64(1)}, []string{"status activity.task_only", "remind_at activity.task_only"}},
		"a task":                {map[string]any{"kind": KindTask, "subject": "x", "status": TaskOpen, "due_at": int64(1), "remind_at": int64(1), "priority": "low"}, nil},
		"a task of nothing":     {map[string]any{"kind": KindTask, "status": TaskOpen}, []string{"subject required"}},
		"a task of no status":   {map[string]any{"kind": KindTask, "subject": "x"}, []string{"status required"}},
	} {
		var got []string
		if err := checkActivity(activity(x.values)); err != nil {
			for _, f := range fault.As(err).Fields {
				got = append(got, f.Path+" "+f.Code)
			}
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: %q, not %q", name, got, x.want)
		}
	}
}

func TestStampOfATask(t *testing.T) {
	t.Parallel()
	a := activity(map[string]any{"kind": KindTask, "status": TaskDone})
	stampTask(a, 7)
	stampTask(a, 8)
	if DoneAt.Get(a) != 7 {
		t.Errorf("done at %d", DoneAt.Get(a))
	}
	Status.Set(a, TaskOpen)
	if stampTask(a, 9); DoneAt.Has(a) {
		t.Error("open, and done")
	}
}

func TestMomentsOfACustomer(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		now, was, is, want moments
		sure               bool
	}{
		"the first call":                  {moments{}, moments{}, moments{last: 5}, moments{last: 5}, true},
		"a newer call":                    {moments{last: 5}, moments{}, moments{last: 9}, moments{last: 9}, true},
		"a call that is told later":       {moments{last: 5}, moments{}, moments{last: 3}, moments{last: 5}, true},
		"the newest call is taken back":   {moments{last: 5}, moments{last: 5}, moments{}, moments{last: 5}, false},
		"an older call is taken back":     {moments{last: 5}, moments{last: 3}, moments{}, moments{last: 5}, true},
		"the newest call was earlier":     {moments{last: 5}, moments{last: 5}, moments{last: 4}, moments{last: 5}, false},
		"the newest call was later":       {moments{last: 5}, moments{last: 5}, moments{last: 6}, moments{last: 6}, true},
		"the first task":                  {moments{}, moments{}, moments{next: 5}, moments{next: 5}, true},
		"a nearer task":                   {moments{next: 5}, moments{}, moments{next: 3}, moments{next: 3}, true},
		"a farther task":                  {moments{next: 5}, moments{}, moments{next: 7}, moments{next: 5}, true},
		"the nearest task is done":        {moments{next: 5}, moments{next: 5}, moments{}, moments{next: 5}, false},
		"a farther task is done":          {moments{next: 5}, moments{next: 7}, moments{}, moments{next: 5}, true},
		"the nearest task is put off":     {moments{next: 5}, moments{next: 5}, moments{next: 8}, moments{next: 5}, false},
		"the nearest task is brought on":  {moments{next: 5}, moments{next: 5}, moments{next: 2}, moments{next: 2}, true},
		"another already took it back":    {moments{last: 3}, moments{last: 5}, moments{}, moments{last: 3}, false},
		"another already did the nearest": {moments{next: 9}, moments{next: 5}, moments{}, moments{next: 9}, false},
	} {
		if got, sure := moveOn(x.now, x.was, x.is); sure != x.sure || sure && got != x.want {
			t.Errorf("%s: %+v %v", name, got, sure)
		}
	}
	call := activity(map[string]any{"kind": "call", "customer": int64(4), "at": int64(10)})
	open := activity(map[string]any{"kind": KindTask, "customer": int64(4), "at": int64(99), "status": TaskOpen, "due_at": int64(30)})
	done := activity(map[string]any{"kind": KindTask, "customer": int64(4), "at": int64(99), "status": TaskDone, "due_at": int64(20)})
	other := activity(map[string]any{"kind": "call", "customer": int64(5), "at": int64(50)})
	binned := activity(map[string]any{"kind": "call", "customer": int64(4), "at": int64(60)})
	binned.Deleted = 1
	if got := momentsOf([]*object.Record{call, open, done, other, binned}, 4); got != (moments{10, 30}) {
		t.Errorf("%+v", got)
	}
}

func TestWhenATaskIsBroughtToMind(t *testing.T) {
	t.Parallel()
	task := func(more map[string]any) *object.Record {
		a := activity(map[string]any{"kind": KindTask, "status": TaskOpen, "remind_at": int64(5), "owner": int64(1)})
		for name, v := range more {
			a.Set(name, v)
		}
		return a
	}
	gone := task(nil)
	gone.Deleted = 1
	for name, x := range map[string]struct {
		a    *object.Record
		want int64
	}{
		"an open task": {task(nil), 5}, "done": {task(map[string]any{"status": TaskDone}), 0}, "nobody's": {task(map[string]any{"owner": nil}), 0},
		"a call": {task(map[string]any{"kind": "call"}), 0}, "in the bin": {gone, 0}, "purged": {nil, 0}, "without a time": {task(map[string]any{"remind_at": nil}), 0},
	} {
		if got := remindable(x.a); got != x.want {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestWhomAChangeTells(t *testing.T) {
	t.Parallel()
	commit := func(via, kind string) changelog.Commit { return changelog.Commit{Actor: 1, Via: via, Kind: kind} }
	rec := activity(map[string]any{"owner": int64(2), "mentions": []object.Item{{Link: 1}, {Link: 3}}})
	for name, x := range map[string]struct {
		k    changelog.Commit
		c    changelog.Change
		want string
	}{
		"made for another":     {commit("screen", "write"), changelog.Change{Op: "create", Names: []string{"owner", "mentions"}}, "[3 mention 2 assigned]"},
		"given to another":     {commit("screen", "write"), changelog.Change{Op: "update", Names: []string{"owner"}}, "[2 assigned]"},
		"somebody named":       {commit("api", "write"), changelog.Change{Op: "update", Names: []string{"mentions"}}, "[3 mention]"},
		"imported":             {commit("import", "bulk"), changelog.Change{Op: "create", Names: []string{"owner"}}, "[]"},
		"many at once":         {commit("job", "bulk"), changelog.Change{Op: "update", Names: []string{"owner"}}, "[]"},
		"nothing of the kind":  {commit("screen", "write"), changelog.Change{Op: "update", Names: []string{"subject"}}, "[]"},
		"by the program alone": {changelog.Commit{Kind: "write"}, changelog.Change{Op: "update", Names: []string{"owner"}}, "[]"},
		"taken by themselves":  {changelog.Commit{Actor: 2, Kind: "write"}, changelog.Change{Op: "update", Names: []string{"owner"}}, "[]"},
	} {
		got := []string{}
		for _, n := range tells(x.k, x.c, rec) {
			got = append(got, fmt.Sprint(n.User, " ", n.Kind))
		}
		if fmt.Sprint(got) != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhatAnActivityTakesFromItsRecord(t *testing.T) {
	t.Parallel()
	about := object.New("deal", object.Text{}, object.Text{})
	object.Add[int64](about, "customer", object.KindLink, object.Text{})
	object.Add[int64](about, "contact", object.KindLink, object.Text{})
	object.Add[[]object.Item](about, "customers", object.KindLinks, object.Text{})
	for name, x := range map[string]struct {
		given, about map[string]any
		want         string
	}{
		"a deal's":             {nil, map[string]any{"customer": int64(4), "contact": int64(5)}, "4 5"},
		"said otherwise":       {map[string]any{"customer": int64(8), "contact": int64(9)}, map[string]any{"customer": int64(4), "contact": int64(5)}, "8 9"},
		"a contact's only one": {nil, map[string]any{"customers": []object.Item{{Link: 4}}}, "4 0"},
		"one of several":       {nil, map[string]any{"customers": []object.Item{{Link: 4}, {Link: 6}}}, "0 0"},
		"nothing to take":      {nil, nil, "0 0"},
	} {
		rec := object.NewRecord(about.Clone().Seal())
		for name, v := range x.about {
			rec.Set(name, v)
		}
		a := activity(x.given)
		inherit(a, rec)
		if got := fmt.Sprint(Customer.Get(a), " ", Contact.Get(a)); got != x.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
