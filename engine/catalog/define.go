package catalog

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// head is an object without its fields, as it is stored and told.
type head struct {
	Label   object.Text  `json:"label"`
	Plural  object.Text  `json:"plural"`
	Icon    string       `json:"icon"`
	Group   string       `json:"group"`
	Title   string       `json:"title_field"`
	Time    string       `json:"time_field"`
	Scope   object.Scope `json:"scope"`
	Retired bool         `json:"retired,omitempty"`
}

func headOf(o *object.Object) head {
	return head{o.Label, o.Plural, o.Icon, o.Group, o.Title, o.Time, o.Scope, o.Retired}
}

// storedHead is a head with what has moves of its own in the history.
type storedHead struct {
	head
	Layout []object.FormSection `json:"layout,omitempty"`
}

func (h head) on(o *object.Object) {
	o.Label, o.Plural, o.Icon, o.Group, o.Title, o.Time, o.Scope, o.Retired = h.Label, h.Plural, h.Icon, h.Group, h.Title, h.Time, h.Scope, h.Retired
}

// override is what run time changed of a standard object or field; what is nil is as the code has it.
type override struct {
	Label      *object.Text     `json:"label,omitempty"`
	Plural     *object.Text     `json:"plural,omitempty"`
	Icon       *string          `json:"icon,omitempty"`
	Help       *object.Text     `json:"help,omitempty"`
	Section    *string          `json:"group,omitempty"`
	Required   *bool            `json:"required,omitempty"`
	Options    *[]object.Option `json:"options,omitempty"`
	Labels     *[]object.Option `json:"labels,omitempty"`
	List       *int             `json:"list,omitempty"`
	Search     *bool            `json:"search,omitempty"`
	Match      *bool            `json:"match,omitempty"`
	Filling    *bool            `json:"filling,omitempty"`
	Retired    *bool            `json:"retired,omitempty"`
	Unique     *bool            `json:"unique,omitempty"`
	Building   *bool            `json:"building,omitempty"`
	Duplicates *int             `json:"duplicates,omitempty"`

	Layout *[]object.FormSection `json:"layout,omitempty"`
}

// other answers v where it differs from what the code has.
func other[T any](code, v T) *T {
	if reflect.DeepEqual(code, v) {
		return nil
	}
	return &v
}

func lay[T any](to *T, v *T) {
	if v != nil {
		*to = *v
	}
}

func changesOfHead(code, o *object.Object) override {
	return override{Label: other(code.Label, o.Label), Plural: other(code.Plural, o.Plural), Icon: other(code.Icon, o.Icon), Layout: other(code.Layout, o.Layout)}
}

func changesOf(code, f *object.Field) override {
	return override{Label: other(code.Label, f.Label), Help: other(code.Help, f.Help), Section: other(code.Section, f.Section),
		Required: other(code.Required, f.Required), Options: other(code.Options, f.Options), Labels: other(code.Labels, f.Labels),
		List: other(code.List, f.List), Search: other(code.Search, f.Search), Match: other(code.Match, f.Match), Filling: other(code.Filling, f.Filling), Retired: other(code.Retired, f.Retired),
		Unique: other(code.Unique, f.Unique), Building: other(code.Building, f.Building), Duplicates: other(code.Duplicates, f.Duplicates)}
}

func (v override) on(f *object.Field) {
	lay(&f.Label, v.Label)
	lay(&f.Help, v.Help)
	lay(&f.Section, v.Section)
	lay(&f.Required, v.Required)
	lay(&f.List, v.List)
	lay(&f.Search, v.Search)
	lay(&f.Match, v.Match)
	lay(&f.Filling, v.Filling)
	lay(&f.Retired, v.Retired)
	lay(&f.Unique, v.Unique)
	lay(&f.Building, v.Building)
	lay(&f.Duplicates, v.Duplicates)
	if v.Options != nil {
		f.Options = joined(*v.Options, f.Options, false)
	}
	if v.Labels != nil {
		f.Labels = joined(*v.Labels, f.Labels, false)
	}
}

// joined are options in their own order, and after them those that stand only in another list.
func joined(own, others []object.Option, retire bool) []object.Option {
	out := slices.Clone(own)
	for _, o := range others {
		if !slices.ContainsFunc(own, func(x object.Option) bool { return x.Name == o.Name }) {
			o.Retired = o.Retired || retire
			out = append(out, o)
		}
	}
	return out
}

// assemble makes the objects that the code and the database give together. Those that the database has not met have no number.
func (s *Store) assemble(was *stored) ([]*object.Object, error) {
	var all []*object.Object
	for _, code := range s.standard {
		o := code.Clone()
		o.Number = 0 // numbers are the database's to give
		all = append(all, o)
		so := was.object(o.Name)
		if so == nil {
			continue
		}
		o.Number = so.number
		var v override
		if err := decode(so.definition, &v, o.Name); err != nil {
			return nil, err
		}
		lay(&o.Label, v.Label)
		lay(&o.Plural, v.Plural)
		lay(&o.Icon, v.Icon)
		lay(&o.Layout, v.Layout)
		for _, f := range o.Fields {
			sf := was.field(o.Number, f.Name)
			if sf == nil {
				continue
			}
			if sf.kind != string(f.Kind) {
				return nil, fault.New(fault.Conflict, "catalog.kind_other", "object", o.Name, "field", f.Name, "stored", sf.kind, "code", string(f.Kind))
			}
			var v override
			if err := decode(sf.definition, &v, o.Name+"."+f.Name); err != nil {
				return nil, err
			}
			v.on(f)
		}
		if err := addCustom(was, o); err != nil {
			return nil, err
		}
	}
	for _, so := range was.objects {
		if !so.custom {
			continue
		}
		o := object.New(so.name, object.Text{}, object.Text{})
		o.Number, o.Custom, o.Fields = so.number, true, nil
		var h storedHead
		if err := decode(so.definition, &h, so.name); err != nil {
			return nil, err
		}
		h.on(o)
		o.Layout = h.Layout
		o.Fields = object.System()
		for _, f := range o.Fields {
			if sf := was.field(o.Number, f.Name); sf != nil {
				if err := decode(sf.definition, f, o.Name+"."+f.Name); err != nil {
					return nil, err
				}
			}
		}
		if err := addCustom(was, o); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// addCustom adds the fields made at run time; of a custom object, all but the system's.
func addCustom(was *stored, o *object.Object) error {
	for _, sf := range was.fields[o.Number] {
		if !sf.custom && (!o.Custom || o.Field(sf.name) != nil) {
			continue
		}
		f := &object.Field{}
		if err := decode(sf.definition, f, o.Name+"."+sf.name); err != nil {
			return err
		}
		o.Fields = append(o.Fields, f)
	}
	return nil
}

// decode reads a stored definition; numbers of defaults stay as they are written.
func decode(text string, into any, what string) error {
	if text == "" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return fault.New(fault.Conflict, "catalog.unreadable", "what", what).Because(err)
	}
	return nil
}

// alike says whether two objects are the same in every property.
func alike(a, b *object.Object) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

func find(objects []*object.Object, name string) *object.Object {
	for _, o := range objects {
		if o.Name == name {
			return o
		}
	}
	return nil
}
