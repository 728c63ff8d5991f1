package access

import (
	"testing"

	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/fault"
)

func TestKeysAreNarrow(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		has  []string
		need string
		want bool
	}{
		{nil, "admin", true},
		{[]string{}, "records:read:deal", false},
		{[]string{"records:read"}, "records:read:deal", true},
		{[]string{"records:read"}, "records:write:deal", false},
		{[]string{"records:read:deal"}, "records:read:deal_line", false},
		{[]string{"records:write:deal"}, "records:read:deal", true},
		{[]string{"records:write:deal"}, "records:write:customer", false},
		{[]string{"admin"}, "schema", true},
		{[]string{"schema"}, "admin", false},
	} {
		a := &Actor{Scopes: x.has}
		if got := a.Allows(x.need); got != x.want {
			t.Errorf("%v for %s: %v", x.has, x.need, got)
		}
		if err := a.Need(x.need); (err == nil) != x.want || err != nil && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v for %s: %v", x.has, x.need, err)
		}
	}
}

func TestMergeTakesTheWidest(t *testing.T) {
	t.Parallel()
	m := Merge(
		map[string]Object{"deal": {Read: Own, Create: true, Fields: map[string]Right{"amount": Masked, "name": Read}}},
		map[string]Object{"deal": {Read: Department, Fields: map[string]Right{"amount": Hidden}}},
		map[string]Object{"deal": {Read: None}, "lead": {Read: All}},
	)
	deal := m["deal"]
	if deal.Read != Department || !deal.Create || deal.Fields["amount"] != Masked || m["lead"].Read != All {
		t.Errorf("%+v", m)
	}
	if _, narrowed := deal.Fields["name"]; narrowed {
		t.Error("a field that one role lets write stays narrowed")
	}
}

func TestSight(t *testing.T) {
	t.Parallel()
	o := object.New("deal", object.Text{ZH: "商机"}, object.Text{})
	name := object.Add[string](o, "name", object.KindText, object.Text{}).Field
	phone := object.Add[[]object.Item](o, "phone", object.KindPhone, object.Text{}).Field
	inner := object.Add[int64](o, "inner", object.KindNumber, object.Text{}, object.Hidden).Field
	a := &Actor{Objects: map[string]Object{"deal": {Read: Own, Fields: map[string]Right{"phone": Masked}}}}
	if a.Sight(o, name) != query.Seen || a.Sight(o, phone) != query.Shape || a.Sight(o, inner) != query.Unseen {
		t.Error(a.Sight(o, name), a.Sight(o, phone), a.Sight(o, inner))
	}
	if err := Check(a, o); err != nil {
		t.Error(err)
	}
	if err := Check(&Actor{}, o); !fault.Has(err, "right.read") {
		t.Errorf("one without a role: %v", err)
	}
	if (&Actor{}).Sight(o, name) != query.Unseen {
		t.Error("a field of a closed object is seen")
	}
	if err := Check(&Actor{Objects: a.Objects, Scopes: []string{"schema"}}, o); !fault.Has(err, "right.key") {
		t.Errorf("a narrow key: %v", err)
	}
}
