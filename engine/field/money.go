package field

import (
	"time"

	"youpeng/engine/object"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/money"
)

// amount is money: {"amount":"1234.50","currency":"CNY"} in the API, compared, sorted and summed by what it is worth
// in the workspace's currency. A bare decimal is in that currency.
type amount struct{ traits }

var moneyKind = amount{traits{object.KindMoney, numberOps, true, Number}}

func (amount) Define(f *object.Field) error {
	return defineRange(f, func(s string) (int64, bool) {
		n, trouble := money.Parse(s, 4)
		return n, trouble == money.Fine
	})
}

func (k amount) Read(f *object.Field, in, old any, c *Context) (any, error) {
	switch {
	case empty(in):
		return nil, nil
	case unread(in):
		return old, nil
	}
	m, err := readMoney(f, in, c)
	if err != nil {
		return nil, err
	}
	if was, ok := old.(object.Money); ok && was.Minor == m.Minor && was.Currency == m.Currency {
		return was, nil // at the rate of the day on which it was written
	}
	if m, err = worth(f, m, c); err != nil {
		return nil, err
	}
	digits, _ := money.Digits(c.Currency)
	return m, checkRange(f, m.Base, func(s string) (int64, bool) {
		n, trouble := money.Parse(s, digits)
		return n, trouble == money.Fine
	})
}

// readMoney reads an amount without its worth.
func readMoney(f *object.Field, in any, c *Context) (object.Money, error) {
	m := object.Money{Currency: c.Currency}
	path := f.Name
	if form, ok := in.(map[string]any); ok {
		if code, given := form["currency"]; given && code != nil {
			m.Currency, _ = code.(string)
		}
		in, path = form["amount"], f.Name+".amount"
	}
	digits, known := money.Digits(m.Currency)
	if !known {
		return m, fault.Invalid(f.Name+".currency", "money.currency")
	}
	var err error
	m.Minor, err = readDecimal(path, in, digits)
	return m, err
}

// worth adds what an amount is worth in the workspace's currency today.
func worth(f *object.Field, m object.Money, c *Context) (object.Money, error) {
	if m.Currency == c.Currency {
		m.Base = m.Minor
		return m, nil
	}
	rate, ok := int64(0), false
	if c.Rate != nil {
		rate, ok = c.Rate(m.Currency, c.day())
	}
	if !ok {
		return m, fault.Invalid(f.Name+".currency", "money.no_rate", "currency", m.Currency)
	}
	if m.Base, ok = money.Convert(m.Minor, m.Currency, c.Currency, rate); !ok {
		return m, fault.Invalid(f.Name+".amount", "decimal.digits", "max", money.MaxDigits)
	}
	return m, nil
}

// day is the asker's today, at midnight in the asker's zone.
func (c *Context) day() time.Time {
	now := c.Now.In(c.zone())
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
}

func (c *Context) zone() *time.Location {
	if c == nil || c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

func (amount) Write(_ *object.Field, v any, _ *Context) any {
	m := v.(object.Money)
	digits, _ := money.Digits(m.Currency)
	return map[string]any{"amount": money.Format(m.Minor, digits), "currency": m.Currency}
}

func (amount) Mask(*object.Field, any) string { return "***" }

func (amount) Columns(f *object.Field) []Column {
	return []Column{{f.Name, db.Int}, {f.Name + "__currency", db.Text}, {f.Name + "__base", db.Int}}
}

func (amount) Store(_ *object.Field, v any, dst []any) []any {
	m, ok := v.(object.Money)
	if !ok {
		return append(dst, nil, nil, nil)
	}
	return append(dst, m.Minor, m.Currency, m.Base)
}

func (amount) Load(f *object.Field, src []any) (any, error) {
	if src[0] == nil {
		return nil, nil
	}
	minor, ok1 := src[0].(int64)
	currency, ok2 := src[1].(string)
	base, ok3 := src[2].(int64)
	if !ok1 || !ok2 || !ok3 {
		return nil, misfit(f, src[0])
	}
	return object.Money{Minor: minor, Currency: currency, Base: base}, nil
}

// Compare answers minor units of the workspace's currency.
func (amount) Compare(f *object.Field, in any, c *Context) (any, error) {
	m, err := readMoney(f, in, c)
	if err != nil {
		return nil, err
	}
	m, err = worth(f, m, c)
	return m.Base, err
}

func (amount) Equal(a, b any) bool {
	x, y := a.(object.Money), b.(object.Money)
	return x.Minor == y.Minor && x.Currency == y.Currency
}

func (amount) Schema(*object.Field) map[string]any {
	return schemaOf("object", "properties", map[string]any{"amount": schemaOf("string", "pattern", `^-?\d+(\.\d+)?$`), "currency": schemaOf("string", "pattern", "^[A-Z]{3}$")}, "required", []string{"amount"})
}
