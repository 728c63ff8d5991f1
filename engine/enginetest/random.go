package enginetest

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/platform/calendar"
	"youpeng/platform/hanzi"
)

// The sizes of a random world's organisation.
const (
	people = 12
	micros = int64(time.Second / time.Microsecond)
)

var (
	given  = []string{"张", "单", "重庆华信", "李", "Wang", "ａbc", "北京", "上海", "Zoe", "éclair", "曾", "乐", "10", "9", "王"}
	family = []string{"伟", "科技", "有限公司", "雄信", " Ltd", "商贸", "007", "银行", "长", "娜", ""}
	tagged = []string{"VIP", "老客户", "Ａ", "hot", "冷", "2026"}
)

// options are the choices of random objects; the last is retired and still stands on records.
func options(f *object.Field) {
	object.Options(object.Option{Name: "C"}, object.Option{Name: "A"}, object.Option{Name: "B"}, object.Option{Name: "gone", Retired: true})(f)
}

// Random makes a world that depends on the seed alone: an object of every kind with size records, objects that inherit
// what one sees, people with all scopes and masks, and shares.
func Random(seed uint64, size int) *World {
	r := rand.New(rand.NewPCG(seed, 2026))
	w := &World{Records: map[string][]*object.Record{}, Now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	var objects []*object.Object
	for i, o := range []*object.Object{user(), customer(), contact(), activity(), product(), shares()} {
		o.Number = i + 1
		objects = append(objects, o)
	}
	w.Catalog = object.NewCatalog(1, "CNY", objects)
	for i, n := range []int{people, size, size, size, max(1, size/4), max(2, size/8)} {
		for range n {
			w.add(r, objects[i])
		}
	}
	for i := range people {
		w.Actors = append(w.Actors, w.actor(r, int64(i+1)))
	}
	w.Actors = append(w.Actors, &access.Actor{User: 1, System: true, Zone: time.UTC, Digest: "system"})
	return w
}

func user() *object.Object {
	o := object.New("user", object.Text{EN: "User"}, object.Text{EN: "Users"})
	object.Add[string](o, "name", object.KindText, object.Text{}, object.Searched)
	return o
}

func customer() *object.Object {
	o := object.New("customer", object.Text{EN: "Customer"}, object.Text{EN: "Customers"}, object.Owned)
	object.Add[string](o, "name", object.KindText, object.Text{}, object.Searched)
	object.Add[int64](o, "owner", object.KindOwner, object.Text{})
	object.Add[string](o, "notes", object.KindLongText, object.Text{})
	object.Add[int64](o, "staff", object.KindNumber, object.Text{})
	object.Add[int64](o, "price", object.KindDecimal, object.Text{}, object.Scale(3))
	object.Add[int64](o, "share", object.KindPercent, object.Text{}, object.Scale(1))
	object.Add[object.Money](o, "amount", object.KindMoney, object.Text{})
	object.Add[bool](o, "key", object.KindBoolean, object.Text{})
	object.Add[int64](o, "founded", object.KindDate, object.Text{})
	object.Add[int64](o, "seen_at", object.KindDateTime, object.Text{})
	object.Add[string](o, "level", object.KindChoice, object.Text{}, options)
	object.Add[[]object.Item](o, "lines", object.KindMultiChoice, object.Text{}, options)
	object.Add[int64](o, "parent", object.KindLink, object.Text{}, object.To("customer", object.Clear))
	object.Add[[]object.Item](o, "friends", object.KindLinks, object.Text{}, object.To("customer", object.Clear))
	object.Add[object.Ref](o, "source", object.KindRef, object.Text{}, object.ToAny("customer", "product"))
	object.Add[[]object.Item](o, "phones", object.KindPhone, object.Text{}, object.Searched)
	object.Add[[]object.Item](o, "emails", object.KindEmail, object.Text{}, object.Searched)
	object.Add[[]object.Item](o, "messengers", object.KindMessenger, object.Text{})
	object.Add[string](o, "website", object.KindURL, object.Text{})
	object.Add[[]object.Item](o, "tags", object.KindTags, object.Text{})
	object.Add[string](o, "number", object.KindSeries, object.Text{}, object.Numbered(object.Series{Digits: 4}), object.Searched)
	object.Add[string](o, "code", object.KindUSCC, object.Text{}, object.Searched)
	return o
}

func contact() *object.Object {
	o := object.New("contact", object.Text{EN: "Contact"}, object.Text{EN: "Contacts"}, object.Within("customers"))
	object.Add[string](o, "name", object.KindText, object.Text{}, object.Searched)
	object.Add[int64](o, "owner", object.KindOwner, object.Text{})
	object.Add[[]object.Item](o, "customers", object.KindLinks, object.Text{}, object.To("customer", object.Follow))
	object.Add[[]object.Item](o, "phones", object.KindPhone, object.Text{}, object.Searched)
	return o
}

func activity() *object.Object {
	o := object.New("activity", object.Text{EN: "Activity"}, object.Text{EN: "Activities"}, object.With("visible_with", "author"))
	object.Add[string](o, "name", object.KindText, object.Text{})
	object.Add[int64](o, "author", object.KindOwner, object.Text{})
	object.Add[int64](o, "customer", object.KindLink, object.Text{}, object.To("customer", object.Keep))
	object.Add[object.Ref](o, "visible_with", object.KindRef, object.Text{}, object.ToAny("customer", "contact"), object.Hidden)
	object.Add[int64](o, "due", object.KindDate, object.Text{})
	return o
}

func product() *object.Object {
	o := object.New("product", object.Text{EN: "Product"}, object.Text{EN: "Products"})
	object.Add[string](o, "name", object.KindText, object.Text{}, object.Searched)
	object.Add[int64](o, "price", object.KindDecimal, object.Text{}, object.Scale(2))
	return o
}

func shares() *object.Object {
	o := object.New(collaborator, object.Text{EN: "Collaborator"}, object.Text{EN: "Collaborators"})
	object.Add[object.Ref](o, "record", object.KindRef, object.Text{}, object.ToAny("customer"))
	object.Add[int64](o, "user", object.KindOwner, object.Text{})
	object.Add[string](o, "right", object.KindChoice, object.Text{}, object.Options(object.Option{Name: "read"}, object.Option{Name: "write"}))
	object.Add[int64](o, "until", object.KindDateTime, object.Text{})
	o.Title = "right"
	return o
}

// actor is a person with a random scope, who may be forbidden an object, or some fields, or only see their shape.
func (w *World) actor(r *rand.Rand, id int64) *access.Actor {
	a := &access.Actor{
		User: id, UUID: w.Record("user", id).UUID, Zone: time.FixedZone("Shanghai", 8*3600), Locale: "zh",
		Objects: map[string]access.Object{}, Reach: map[access.Scope][]int64{}, Digest: fmt.Sprint("person ", id),
	}
	for _, s := range []access.Scope{access.Own, access.OwnBelow, access.Department, access.DepartmentBelow} {
		a.Reach[s] = []int64{id}
		for other := int64(1); other <= people; other++ {
			if other != id && r.IntN(6) < int(s)-1 {
				a.Reach[s] = append(a.Reach[s], other)
			}
		}
		slices.Sort(a.Reach[s])
	}
	for _, o := range w.Catalog.Objects {
		right := access.Object{Read: access.Scope(1 + r.IntN(5)), Fields: map[string]access.Right{}}
		if o.Name != "user" && o.Name != "customer" && r.IntN(10) == 0 {
			right.Read = access.None
		}
		for _, f := range o.Fields[object.SystemFields:] {
			if r.IntN(12) == 0 && f.Name != o.Title {
				right.Fields[f.Name] = access.Right(r.IntN(2))
			}
		}
		a.Objects[o.Name] = right
	}
	return a
}

// add makes one more record of an object.
func (w *World) add(r *rand.Rand, o *object.Object) *object.Record {
	list := w.Records[o.Name]
	rec := object.NewRecord(o)
	rec.ID, rec.Version, rec.Rev = int64(len(list)+1), 1, 1
	rec.UUID = uuid.UUID{6: 0x70, 8: 0x80}
	rec.UUID[0] = byte(o.Number)
	binary.BigEndian.PutUint32(rec.UUID[12:], uint32(rec.ID))
	for _, f := range o.Fields {
		rec.Values[f.Index] = w.value(r, f)
	}
	created := w.Now.Add(-time.Duration(r.IntN(200*24)) * time.Hour).UnixMicro()
	rec.Values[object.CreatedAt], rec.Values[object.UpdatedAt] = created, created+int64(r.IntN(3600))*micros
	if o.Name != "user" && r.IntN(8) == 0 {
		rec.Deleted = w.Now.UnixMicro()
	}
	w.Records[o.Name] = append(list, rec)
	return rec
}

// value makes a value of a field, empty one time in five.
func (w *World) value(r *rand.Rand, f *object.Field) any {
	if r.IntN(5) == 0 && !f.System {
		return nil
	}
	switch f.Kind {
	case object.KindText:
		return given[r.IntN(len(given))] + family[r.IntN(len(family))]
	case object.KindLongText:
		return "记 " + given[r.IntN(len(given))]
	case object.KindSeries:
		return fmt.Sprintf("NO-%04d", r.IntN(500))
	case object.KindURL:
		return fmt.Sprintf("https://Site%d.example.com/", r.IntN(20))
	case object.KindUSCC:
		return fmt.Sprintf("9135010%dM000100Y4%d", r.IntN(10), r.IntN(10))
	case object.KindNumber, object.KindDecimal, object.KindPercent:
		return int64(r.IntN(200) - 50)
	case object.KindMoney:
		minor := int64(r.IntN(100_000))
		if r.IntN(3) == 0 {
			return object.Money{Minor: minor, Currency: "USD", Base: minor * 7}
		}
		return object.Money{Minor: minor, Currency: "CNY", Base: minor}
	case object.KindBoolean:
		return r.IntN(2) == 0
	case object.KindDate:
		return calendar.Day(w.Now, time.UTC) - int64(r.IntN(120)) + 20
	case object.KindDateTime:
		return w.Now.UnixMicro() + int64(r.IntN(90*86400)-60*86400)*micros
	case object.KindChoice:
		return f.Options[r.IntN(len(f.Options))].Name
	case object.KindOwner:
		return int64(1 + r.IntN(people))
	case object.KindLink:
		if n := len(w.Records[f.Target]); n > 0 {
			return int64(1 + r.IntN(n))
		}
	case object.KindRef:
		o := w.Catalog.Object(f.Targets[r.IntN(len(f.Targets))])
		if n := len(w.Records[o.Name]); n > 0 {
			return object.Ref{Object: o.Number, ID: int64(1 + r.IntN(n))}
		}
	default:
		return w.list(r, f)
	}
	return nil
}

// list makes one to three different items.
func (w *World) list(r *rand.Rand, f *object.Field) any {
	var items []object.Item
	for range 1 + r.IntN(3) {
		it := object.Item{ID: int64(1<<7 + len(items))}
		switch f.Kind {
		case object.KindPhone:
			it.Norm = fmt.Sprintf("86138%08d", r.IntN(60))
			it.Value = "+" + it.Norm
		case object.KindEmail:
			it.Value = fmt.Sprintf("Zhang%d@example.com", r.IntN(30))
		case object.KindMessenger:
			it.Value, it.Label = fmt.Sprintf("WX_%d", r.IntN(30)), "wechat"
		case object.KindTags:
			it.Value = tagged[r.IntN(len(tagged))]
		case object.KindMultiChoice:
			it.Value = f.Options[r.IntN(len(f.Options))].Name
			it.Norm = it.Value
		case object.KindLinks:
			n := len(w.Records[f.Target])
			if n == 0 {
				return nil
			}
			it.Link = int64(1 + r.IntN(n))
		}
		if it.Norm == "" {
			it.Norm = hanzi.Fold(it.Value)
		}
		if !slices.ContainsFunc(items, func(x object.Item) bool { return x.Norm == it.Norm && x.Link == it.Link }) {
			items = append(items, it)
		}
	}
	return items
}

// Mutate changes the world by one write, which makes, changes, bins or restores a record, and answers that record as it
// is afterwards. The record before stays as it was.
func (w *World) Mutate(r *rand.Rand) *object.Record {
	objects := w.Catalog.Objects[1:]
	o := objects[r.IntN(len(objects))]
	list := w.Records[o.Name]
	if r.IntN(5) == 0 {
		return w.add(r, o)
	}
	i := r.IntN(len(list))
	next := list[i].Clone()
	next.Rev++
	next.Version++
	if r.IntN(4) == 0 {
		next.Deleted = w.Now.UnixMicro() - next.Deleted // the bin and back
	} else {
		for range 1 + r.IntN(3) {
			f := o.Fields[object.SystemFields+r.IntN(len(o.Fields)-object.SystemFields)]
			next.Values[f.Index] = w.value(r, f)
		}
	}
	w.Records[o.Name] = slices.Clone(list)
	w.Records[o.Name][i] = next
	return next
}
