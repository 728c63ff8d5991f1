package sales

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/platform/fault"
)

// conversion makes a customer, a contact and a deal of a lead, or takes those that are there, and marks the lead, all in
// one change set.
type conversion struct {
	*record.Call
	lead  *object.Record
	ops   []record.Op
	names []string            // what each operation is about, for the paths of faults
	parts map[string]*outcome // by object
}

// outcome is one record that a lead becomes.
type outcome struct {
	id      uuid.UUID
	private int64 // negative for one that is made with the lead's conversion
	op      int   // its operation; -1 for one that is there already
	title   string
}

// leadConvert does {"customer":{"id"}|{values}, "contact":{"id"}|{values}|null, "deal":{values}|null}. A customer and a
// contact that are not spoken of are made of the lead. A dry run answers what would be and who it may be already.
func leadConvert(ctx context.Context, c *record.Call) (*record.Result, error) {
	if err := modules.Only(c.Body, "customer", "contact", "deal"); err != nil {
		return nil, err
	}
	if c.Record.Deleted != 0 {
		return nil, fault.New(fault.Conflict, "record.binned")
	}
	if LeadConvertedAt.Has(c.Record) {
		return nil, fault.New(fault.Conflict, "lead.converted")
	}
	v := &conversion{Call: c, lead: c.Record, parts: map[string]*outcome{}}
	for _, part := range []func(context.Context) error{v.customer, v.contact, v.deal} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	v.mark()
	w := c.Base
	w.Ops = v.ops
	if !w.DryRun {
		w.Answer = func(*record.Result) ([]byte, error) { return json.Marshal(v.ids()) }
	}
	res, err := c.Engine.Write(ctx, &w)
	if err != nil {
		return nil, v.placed(err)
	}
	if w.DryRun {
		res.Answer, err = v.preview(ctx, res)
	}
	return res, err
}

// asked reads one part of the body: the values of a record to make, or the record that is to be taken. Without either
// nothing is made.
func (v *conversion) asked(ctx context.Context, name string, unspoken map[string]any) (values map[string]any, there *object.Record, err error) {
	in, spoken := v.Body[name]
	if !spoken {
		return unspoken, nil, nil
	}
	if in == nil {
		return nil, nil, nil
	}
	values, ok := in.(map[string]any)
	if !ok {
		return nil, nil, fault.Invalid(name, "lead.part")
	}
	given, taken := values["id"]
	if !taken {
		return values, nil, nil
	}
	text, _ := given.(string)
	id, err := uuid.Parse(text)
	switch {
	case err != nil:
		return nil, nil, fault.Invalid(name+".id", "link.id")
	case len(values) > 1:
		return nil, nil, fault.Invalid(name, "lead.either")
	}
	there, err = v.Engine.Record(ctx, v.Actor, name, id)
	if fault.Is(err, fault.Missing) || err == nil && there.Deleted != 0 {
		return nil, nil, fault.Invalid(name+".id", "link.unknown", "object", name)
	}
	return nil, there, err
}

// take notes a record that is there already.
func (v *conversion) take(name string, there *object.Record) {
	v.parts[name] = &outcome{id: there.UUID, private: there.ID, op: -1, title: there.Title()}
}

// make adds a record of the caller's values on top of what the lead gives.
func (v *conversion) make(name string, rec *object.Record, values map[string]any) {
	rec.ID, rec.UUID = -int64(len(v.parts)+1), uuid.Must(uuid.NewV7())
	v.parts[name] = &outcome{id: rec.UUID, private: rec.ID, op: len(v.ops)}
	v.add(name, record.Op{Do: record.Create, Object: name, Record: rec, Values: values})
}

func (v *conversion) add(name string, op record.Op) {
	v.ops, v.names = append(v.ops, op), append(v.names, name)
}

// fresh is an empty record of an object with what the lead gives it: pairs of the lead's field and the object's.
func (v *conversion) fresh(name string, pairs ...string) *object.Record {
	rec := object.NewRecord(v.Engine.Catalog().Object(name))
	for i := 0; i < len(pairs); i += 2 {
		carry(v.Actor, v.lead, rec, pairs[i], pairs[i+1])
	}
	return rec
}

// carry copies a value where both fields are of one kind. What the actor may not read of the lead is not carried into
// the open: only into a field that is as closed to them.
func carry(a *access.Actor, from, to *object.Record, name, into string) {
	f, t := from.Object.Field(name), to.Object.Field(into)
	if f == nil || t == nil || f.Kind != t.Kind || from.At(f) == nil {
		return
	}
	if may := a.Field(from.Object, f); may < access.Read && a.Field(to.Object, t) > may {
		return
	}
	x := from.At(f)
	if items, ok := x.([]object.Item); ok {
		items = slices.Clone(items)
		for i := range items {
			items[i].ID = 0
		}
		x = items
	}
	to.Set(into, x)
}

// called is the lead's company, or the person where there is none.
func called(lead *object.Record) string {
	if LeadCompany.Has(lead) {
		return "company"
	}
	return "name"
}

var ways = []string{"phones", "phones", "emails", "emails", "messengers", "messengers"}

func (v *conversion) customer(ctx context.Context) error {
	values, there, err := v.asked(ctx, "customer", map[string]any{})
	switch {
	case err != nil:
		return err
	case there != nil:
		v.take("customer", there)
		return nil
	case values == nil:
		return fault.Invalid("customer", "required")
	}
	name := called(v.lead)
	rec := v.fresh("customer", name, "name", "source", "source", "region", "region", "remark", "remark", "owner", "owner")
	contact, spoken := v.Body["contact"]
	if name == "name" || spoken && contact == nil { // nobody else to keep them
		for i := 0; i < len(ways); i += 2 {
			carry(v.Actor, v.lead, rec, ways[i], ways[i+1])
		}
	}
	if name == "name" && rec.Object.Field("kind") != nil {
		rec.Set("kind", "person")
	}
	v.make("customer", rec, values)
	return nil
}

func (v *conversion) contact(ctx context.Context) error {
	values, there, err := v.asked(ctx, "contact", map[string]any{})
	switch {
	case err != nil:
		return err
	case there != nil:
		v.take("contact", there)
		return v.join(there)
	case values == nil:
		return nil
	}
	rec := v.fresh("contact", append([]string{"name", "name", "title", "title", "owner", "owner"}, ways...)...)
	rec.Set("customers", []object.Item{{Link: v.parts["customer"].private}})
	v.make("contact", rec, values)
	return nil
}

// join links a contact that was there to the customer, as the caller would.
func (v *conversion) join(contact *object.Record) error {
	customer := v.parts["customer"]
	items, _ := contact.Get("customers").([]object.Item)
	if slices.ContainsFunc(items, func(it object.Item) bool { return it.Link == customer.private }) {
		return nil
	}
	v.add("contact", record.Op{Do: record.Update, Object: "contact", UUID: contact.UUID, Version: contact.Version,
		Values: map[string]any{"customers": map[string]any{"add": []any{customer.id.String()}}}})
	return nil
}

func (v *conversion) deal(ctx context.Context) error {
	values, there, err := v.asked(ctx, "deal", nil)
	switch {
	case err != nil:
		return err
	case there != nil:
		return fault.Invalid("deal.id", "lead.new_deal")
	case values == nil:
		return nil
	}
	rec := v.fresh("deal", called(v.lead), "name", "source", "source", "owner", "owner")
	DealCustomer.Set(rec, v.parts["customer"].private)
	if contact := v.parts["contact"]; contact != nil {
		DealContact.Set(rec, contact.private)
	}
	v.make("deal", rec, values)
	return nil
}

// mark says on the lead what it became. The caller must be allowed to change the lead; these fields are the program's.
func (v *conversion) mark() {
	set := map[string]any{"status": LeadDone}
	for name, part := range v.parts {
		set[name] = part.private
	}
	v.add("", record.Op{Do: record.Update, Object: "lead", UUID: v.lead.UUID, Version: v.lead.Version, Set: set})
}

// ids is the answer to a conversion.
func (v *conversion) ids() map[string]any {
	out := map[string]any{"customer": nil, "contact": nil, "deal": nil}
	for name, part := range v.parts {
		out[name] = part.id
	}
	return out
}

// preview is the answer to a dry run.
func (v *conversion) preview(ctx context.Context, res *record.Result) ([]byte, error) {
	out := map[string]any{"customer": nil, "contact": nil, "deal": nil}
	twins := map[string][]record.Twin{}
	for name, part := range v.parts {
		if part.op < 0 {
			out[name] = v.named(name, res)
			continue
		}
		view := res.Outcomes[part.op].View
		switch out[name] = view; name { // they link to each other, though nothing is there yet
		case "contact":
			view.Set("customers", []any{v.named("customer", res)})
		case "deal":
			view.Set("customer", v.named("customer", res))
			view.Set("contact", v.named("contact", res))
		}
		if name == "deal" {
			continue
		}
		found, err := v.Engine.Twins(ctx, v.Actor, res.Outcomes[part.op].Record)
		if err != nil {
			return nil, err
		}
		twins[name] = found
	}
	out["duplicates"] = twins
	return json.Marshal(out)
}

// named is a part as a link to it would be shown; nil where there is none.
func (v *conversion) named(name string, res *record.Result) any {
	part := v.parts[name]
	if part == nil {
		return nil
	}
	title := part.title
	if part.op >= 0 {
		title = res.Outcomes[part.op].Record.Title()
	}
	return map[string]any{"id": part.id, "title": title}
}

// placed gives faults the paths of the body: "ops[1].name" is "contact.name".
func (v *conversion) placed(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) == 0 {
		return err
	}
	c := *f
	c.Fields = slices.Clone(f.Fields)
	for i := range c.Fields {
		for n, name := range v.names {
			if rest, ok := strings.CutPrefix(c.Fields[i].Path, fmt.Sprintf("ops[%d].", n)); ok {
				c.Fields[i].Path = strings.TrimPrefix(name+"."+rest, ".")
			}
		}
	}
	return &c
}
