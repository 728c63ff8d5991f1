package sales_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/modules"
	"youpeng/modules/customers"
	. "youpeng/modules/modulestest"
	"youpeng/modules/org"
	"youpeng/modules/sales"
	"youpeng/platform/fault"
)

// activity stands for the object of that name, which a lead may have some of.
func activity() modules.Module {
	o := object.New("activity", object.Text{EN: "activity"}, object.Text{EN: "activities"}, object.Titled("subject"), object.Owned)
	object.Add[string](o, "subject", object.KindText, object.Text{EN: "subject"})
	object.Add[int64](o, "owner", object.KindOwner, object.Text{EN: "owner"}, object.Default("me"))
	for _, name := range []string{"lead", "customer", "contact", "deal"} {
		object.Add[int64](o, name, object.KindLink, object.Text{EN: name}, object.To(name, object.Clear), object.OnTimeline)
	}
	return modules.Module{Name: "activity", Objects: []*object.Object{o}}
}

var all = []modules.Module{org.Module(), customers.Module(), activity(), sales.Module()}

var phone = []any{map[string]any{"value": "13800138000"}}

func aLead(w *World) *object.Record {
	return w.Create(w.Amy, "lead", map[string]any{"name": "王芳", "company": "北京华信科技有限公司", "title": "采购经理", "phones": phone, "source": "exhibition"})
}

// counts tells how many living records there are.
func counts(w *World) string {
	out := ""
	for _, name := range []string{"customer", "contact", "deal", "stage_change"} {
		out += fmt.Sprint(len(w.All(name)), " ")
	}
	return out
}

func TestLeadBecomesCustomerContactAndDealAtOnce(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		lead := aLead(w)
		call := w.Create(w.Amy, "activity", map[string]any{"subject": "电话", "lead": lead.UUID.String()})
		told, res, err := w.Do(w.Amy, lead, "convert", map[string]any{"deal": map[string]any{"name": "采购设备", "amount": "5000"}}, false)
		w.Must(err)
		customer := w.Find("customer", uuid.MustParse(told["customer"].(string)))
		contact := w.Find("contact", uuid.MustParse(told["contact"].(string)))
		deal := w.Find("deal", uuid.MustParse(told["deal"].(string)))
		now := w.Get(lead)
		if customer.Title() != "北京华信科技有限公司" || customer.Get("owner") != w.Amy.User {
			t.Errorf("customer %q of %v", customer.Title(), customer.Get("owner"))
		}
		phones, _ := contact.Get("phones").([]object.Item)
		of, _ := contact.Get("customers").([]object.Item)
		if contact.Title() != "王芳" || contact.Get("title") != "采购经理" || len(phones) != 1 || phones[0].Value != "+8613800138000" || len(of) != 1 || of[0].Link != customer.ID {
			t.Errorf("contact %q %v %v", contact.Title(), phones, of)
		}
		if sales.DealCustomer.Get(deal) != customer.ID || sales.DealContact.Get(deal) != contact.ID || sales.DealSource.Get(deal) != "exhibition" || sales.DealStatus.Get(deal) != sales.Open || sales.DealAmount.Get(deal).Minor != 500000 {
			t.Errorf("deal %v", deal.Values)
		}
		if sales.LeadStatus.Get(now) != sales.LeadDone || !sales.LeadConvertedAt.Has(now) || sales.LeadCustomer.Get(now) != customer.ID || sales.LeadContact.Get(now) != contact.ID || sales.LeadDeal.Get(now) != deal.ID {
			t.Errorf("lead %v", now.Values)
		}
		if a := w.Get(call); a.Get("customer") != customer.ID || a.Get("contact") != contact.ID || a.Get("deal") != deal.ID || a.Get("lead") != lead.ID {
			t.Errorf("what was done about the lead did not come along: %v", a.Values)
		}
		if _, _, err := w.Do(w.Amy, now, "convert", nil, false); !fault.Has(err, "lead.converted") {
			t.Errorf("converted twice: %v", err)
		}
		if _, err := w.Set(w.Amy, now, map[string]any{"status": "new"}); !fault.Has(err, "lead.converted") {
			t.Errorf("a converted lead began anew: %v", err)
		}

		undone := w.Undo(w.Amy, res.ChangeSet)
		if got := counts(w); got != "0 0 0 0 " {
			t.Errorf("left after the undo: %s", got)
		}
		same(t, w.Get(lead), lead)
		same(t, w.Get(call), call)
		w.Undo(w.Amy, undone.ChangeSet)
		if a := w.Get(call); a.Get("customer") != customer.ID {
			t.Errorf("after undoing the undo the call is of customer %v", a.Get("customer"))
		}
		if got := counts(w); got != "1 1 1 1 " || sales.LeadStatus.Get(w.Get(lead)) != sales.LeadDone || sales.LeadDeal.Get(w.Get(lead)) != deal.ID {
			t.Errorf("after undoing the undo: %s %v", got, w.Get(lead).Values)
		}
		w.Sound()
	})
}

// same compares all but the stamps of who and when.
func same(t *testing.T, got, want *object.Record) {
	t.Helper()
	for _, f := range want.Object.Fields[object.SystemFields:] {
		if !table.Same(got.At(f), want.At(f)) {
			t.Errorf("%s.%s is %v, was %v", want.Object.Name, f.Name, got.At(f), want.At(f))
		}
	}
}

func TestConversionTakesWhatIsThere(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		customer := w.Create(w.Amy, "customer", map[string]any{"name": "华信科技"})
		contact := w.Create(w.Amy, "contact", map[string]any{"name": "王芳"})
		lead := aLead(w)
		id := func(r *object.Record) map[string]any { return map[string]any{"id": r.UUID.String()} }
		told, res, err := w.Do(w.Amy, lead, "convert", map[string]any{"customer": id(customer), "contact": id(contact)}, false)
		w.Must(err)
		if told["customer"] != customer.UUID.String() || told["contact"] != contact.UUID.String() || told["deal"] != nil || counts(w) != "1 1 0 0 " {
			t.Errorf("%v %s", told, counts(w))
		}
		if of, _ := w.Get(contact).Get("customers").([]object.Item); len(of) != 1 || of[0].Link != customer.ID {
			t.Errorf("the contact is of %v", of)
		}
		w.Undo(w.Amy, res.ChangeSet)
		same(t, w.Get(contact), contact)
		same(t, w.Get(lead), lead)
		if counts(w) != "1 1 0 0 " {
			t.Errorf("what was there went: %s", counts(w))
		}
		theirs := w.Create(w.Bob, "customer", map[string]any{"name": "b"})
		for name, x := range map[string]struct {
			body map[string]any
			path string
			code string
		}{
			"another's customer": {map[string]any{"customer": id(theirs)}, "customer.id", "link.unknown"},
			"no customer":        {map[string]any{"customer": nil}, "customer", "required"},
			"both ways":          {map[string]any{"customer": map[string]any{"id": customer.UUID.String(), "name": "x"}}, "customer", "lead.either"},
			"not an object":      {map[string]any{"contact": "x"}, "contact", "lead.part"},
			"a deal of before":   {map[string]any{"deal": id(customer)}, "deal.id", "link.unknown"},
			"an unknown part":    {map[string]any{"order": nil}, "order", "field.unknown"},
			"a bad value within": {map[string]any{"contact": map[string]any{"phones": []any{map[string]any{"value": "1"}}}}, "contact.phones[0].value", "phone.invalid"},
		} {
			_, _, err := w.Do(w.Amy, w.Get(lead), "convert", x.body, false)
			if f := fault.As(err).Fields; len(f) != 1 || f[0].Path != x.path || f[0].Code != x.code {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestDryConversionTellsDuplicatesAndChangesNothing(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		w.Create(w.Amy, "customer", map[string]any{"name": "华信科技"})
		w.Create(w.Bob, "contact", map[string]any{"name": "王芳", "phones": phone})
		lead := aLead(w)
		before := counts(w)
		told, _, err := w.Do(w.Amy, lead, "convert", map[string]any{"deal": map[string]any{}}, true)
		w.Must(err)
		if told["customer"].(map[string]any)["name"] != "北京华信科技有限公司" || told["deal"].(map[string]any)["name"] != "北京华信科技有限公司" || told["contact"].(map[string]any)["name"] != "王芳" {
			t.Errorf("%v", told)
		}
		if deal := told["deal"].(map[string]any); deal["customer"].(map[string]any)["id"] != told["customer"].(map[string]any)["id"] || deal["contact"].(map[string]any)["title"] != "王芳" {
			t.Errorf("the deal would be of %v and %v", deal["customer"], deal["contact"])
		}
		twins := told["duplicates"].(map[string]any)
		mine, hers := twins["customer"].([]any), twins["contact"].([]any)
		if len(mine) != 1 || mine[0].(map[string]any)["record"] == nil {
			t.Errorf("customers: %v", mine)
		}
		if len(hers) != 1 || hers[0].(map[string]any)["record"] != nil || hers[0].(map[string]any)["hidden"].(map[string]any)["owner"] != "Bob" {
			t.Errorf("contacts: %v", hers)
		}
		if counts(w) != before || w.Get(lead).Version != lead.Version {
			t.Errorf("changed from %s to %s", before, counts(w))
		}
	})
}

func TestConversionIsWithinTheCallersRights(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		lead := aLead(w)
		narrow := func(name string, o access.Object) *access.Actor {
			a := *w.Amy
			a.Objects = map[string]access.Object{}
			for k, v := range w.Amy.Objects {
				a.Objects[k] = v
			}
			a.Objects[name], a.Digest = o, "narrow "+name
			return &a
		}
		own := access.Object{Create: true, Read: access.Own, Update: access.Own, Delete: access.Own}
		for name, a := range map[string]*access.Actor{
			"right.create": narrow("customer", access.Object{Read: access.Own, Update: access.Own}),
			"right.update": narrow("lead", access.Object{Create: true, Read: access.Own}),
		} {
			if _, _, err := w.Do(a, lead, "convert", nil, false); !fault.Has(err, name) {
				t.Errorf("%s: %v", name, err)
			}
		}
		masked := own
		masked.Fields = map[string]access.Right{"phones": access.Masked}
		told, _, err := w.Do(narrow("lead", masked), lead, "convert", nil, false)
		w.Must(err)
		if c := w.Find("contact", uuid.MustParse(told["contact"].(string))); c.Get("phones") != nil {
			t.Errorf("a number that she may not see was carried into the open: %v", c.Get("phones"))
		}
	})
}

func TestAPersonIsACustomerToo(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		lead := w.Create(w.Amy, "lead", map[string]any{"name": "李雷", "phones": phone})
		told, _, err := w.Do(w.Amy, lead, "convert", map[string]any{"contact": nil}, false)
		w.Must(err)
		c := w.Find("customer", uuid.MustParse(told["customer"].(string)))
		if c.Title() != "李雷" || c.Get("kind") != "person" || len(c.Get("phones").([]object.Item)) != 1 || told["contact"] != nil {
			t.Errorf("%v %v", c.Values, told)
		}
	})
}

func TestUnqualify(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		lead := aLead(w)
		if _, _, err := w.Do(w.Amy, lead, "unqualify", nil, false); !fault.Has(err, "required") {
			t.Errorf("without a reason: %v", err)
		}
		told, _, err := w.Do(w.Amy, lead, "unqualify", map[string]any{"reason": "空号"}, false)
		w.Must(err)
		if told["status"] != "unqualified" || told["unqualified_reason"] != "空号" {
			t.Errorf("%v", told)
		}
		if _, err := w.Write(w.Amy, record.Op{Do: record.Update, Object: "lead", UUID: lead.UUID, Version: 2, Values: map[string]any{"status": "contacting"}}); err != nil || sales.LeadReason.Has(w.Get(lead)) {
			t.Errorf("taken up again: %v %q", err, sales.LeadReason.Get(w.Get(lead)))
		}
	})
}

func TestOneConversionOfMany(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		lead := aLead(w)
		body := map[string]any{"deal": map[string]any{}}
		var wait sync.WaitGroup
		var done, refused atomic.Int64
		for range 8 {
			wait.Go(func() {
				_, err := w.Engine.Do(context.Background(), "lead", "convert", lead.UUID, body, record.Write{Actor: w.Amy})
				switch {
				case err == nil:
					done.Add(1)
				case fault.Has(err, "lead.converted") || fault.Has(err, "record.clash"):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if done.Load() != 1 || refused.Load() != 7 || counts(w) != "1 1 1 1 " {
			t.Errorf("%d done, %d refused, %s", done.Load(), refused.Load(), counts(w))
		}
	})
}

func TestAConversionToldTwiceIsDoneOnce(t *testing.T) {
	Each(t, all, func(t *testing.T, w *World) {
		lead := aLead(w)
		do := func() *record.Result {
			res, err := w.Engine.Do(context.Background(), "lead", "convert", lead.UUID, nil, record.Write{Actor: w.Amy, Key: &record.Key{Key: "k", Scope: "POST x"}})
			w.Must(err)
			return res
		}
		first := do()
		if again := do(); !again.Replayed || string(again.Answer) != string(first.Answer) || counts(w) != "1 1 0 0 " {
			t.Errorf("%s, then %s: %s", first.Answer, again.Answer, counts(w))
		}
	})
}
