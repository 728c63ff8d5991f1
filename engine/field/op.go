package field

// Op is an operator of a filter.
type Op string

const (
	Eq       Op = "eq"
	Ne       Op = "ne" // with the empty ones
	In       Op = "in"
	Nin      Op = "nin" // with the empty ones
	Empty    Op = "empty"
	IsFilled Op = "filled"
	Lt       Op = "lt"
	Lte      Op = "lte"
	Gt       Op = "gt"
	Gte      Op = "gte"
	Between  Op = "between" // both ends included
	Contains Op = "contains"
	Starts   Op = "starts"
	Within   Op = "within" // a named span of days: today, last_n_days:30 …
	Before   Op = "before" // before the span begins
	After    Op = "after"  // after the span ends
	Any      Op = "any"
	All      Op = "all"
	None     Op = "none" // with the empty ones
)
