package object

// How code declares objects: New, then Add for each field, each with options that set its properties.

// New declares a standard object with its system fields. Configure the rest with the With functions.
func New(name string, label, plural Text, options ...func(*Object)) *Object {
	o := &Object{Name: name, Label: label, Plural: plural, Title: "name", Time: "created_at", Icon: "box"}
	o.Fields = System()
	for _, opt := range options {
		opt(o)
	}
	return o
}

// System makes the system fields, in the order of their constants.
func System() []*Field {
	return []*Field{
		{Index: CreatedAt, Name: "created_at", Kind: KindDateTime, System: true, ReadOnly: true, Label: Text{"创建时间", "Created"}},
		{Index: UpdatedAt, Name: "updated_at", Kind: KindDateTime, System: true, ReadOnly: true, Label: Text{"更新时间", "Updated"}},
		{Index: CreatedBy, Name: "created_by", Kind: KindOwner, Target: "user", System: true, ReadOnly: true, Label: Text{"创建人", "Created by"}},
		{Index: UpdatedBy, Name: "updated_by", Kind: KindOwner, Target: "user", System: true, ReadOnly: true, Label: Text{"更新人", "Updated by"}},
	}
}

// Add declares a field of an object and answers its handle.
func Add[T Value](o *Object, name string, kind Kind, label Text, options ...func(*Field)) Handle[T] {
	f := &Field{Index: len(o.Fields), Name: name, Kind: kind, Label: label}
	if kind == KindOwner {
		f.Target = "user"
	}
	for _, opt := range options {
		opt(f)
	}
	o.Fields = append(o.Fields, f)
	return Handle[T]{Object: o.Name, Field: f}
}

// Icon, Group and the like configure an object.
func Icon(name string) func(*Object)    { return func(o *Object) { o.Icon = name } }
func Group(name string) func(*Object)   { return func(o *Object) { o.Group = name } }
func Titled(field string) func(*Object) { return func(o *Object) { o.Title = field } }
func Timed(field string) func(*Object)  { return func(o *Object) { o.Time = field } }
func Setup(o *Object)                   { o.Setup = true }

// Owned makes the records follow their owner's scope; add the owner field with Add(o, "owner", KindOwner, …).
func Owned(o *Object) { o.Scope.Owner = true }

// Within makes the records visible with any living target of these link fields, else by their owner.
func Within(links ...string) func(*Object) { return func(o *Object) { o.Scope.Parents = links } }

// With makes the records visible with the target of a ref field, and to their author always.
func With(ref, author string) func(*Object) {
	return func(o *Object) { o.Scope.With, o.Scope.Author = ref, author }
}

// LinesOf makes the records detail lines, written inside the parent that the link field names.
func LinesOf(link string) func(*Object) {
	return func(o *Object) { o.Lines, o.Scope.Parents = link, []string{link} }
}

// Details names the objects whose records are written inside this one's.
func Details(names ...string) func(*Object) { return func(o *Object) { o.Details = names } }

// The properties of fields.
func Required(f *Field)   { f.Required = true }
func Given(f *Field)      { f.Given = true }
func Unique(f *Field)     { f.Unique = true }
func Immutable(f *Field)  { f.Immutable = true }
func Tree(f *Field)       { f.Tree = true }
func ReadOnly(f *Field)   { f.ReadOnly = true }
func Hidden(f *Field)     { f.Hidden, f.ReadOnly = true, true }
func Personal(f *Field)   { f.Personal = true }
func Derived(f *Field)    { f.Derived, f.ReadOnly = true, true }
func Matched(f *Field)    { f.Match = true }
func Searched(f *Field)   { f.Search = true }
func OnTimeline(f *Field) { f.Timeline = true }

func To(object string, del OnDelete) func(*Field) {
	return func(f *Field) { f.Target, f.OnDelete = object, del }
}
func ToAny(objects ...string) func(*Field)   { return func(f *Field) { f.Targets = objects } }
func Options(options ...Option) func(*Field) { return func(f *Field) { f.Options = options } }
func Labels(labels ...Option) func(*Field)   { return func(f *Field) { f.Labels = labels } }
func Default(v any) func(*Field)             { return func(f *Field) { f.Default = v } }
func Between(min, max string) func(*Field)   { return func(f *Field) { f.Min, f.Max = min, max } }
func Matching(pattern string) func(*Field)   { return func(f *Field) { f.Pattern = pattern } }
func Long(n int) func(*Field)                { return func(f *Field) { f.MaxLength = n } }
func Scale(n int) func(*Field)               { return func(f *Field) { f.Scale = n } }
func InList(place int) func(*Field)          { return func(f *Field) { f.List = place } }
func Section(name string) func(*Field)       { return func(f *Field) { f.Section = name } }
func Numbered(s Series) func(*Field)         { return func(f *Field) { f.Series = &s } }
func Helped(zh, en string) func(*Field)      { return func(f *Field) { f.Help = Text{zh, en} } }
