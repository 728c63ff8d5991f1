package sales

import (
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/fault"
	"youpeng/platform/money"
)

// orderBegins takes the customer and the contact of an order from its deal where nobody says otherwise. Default.
func orderBegins(c *record.Change) error {
	deal, err := c.Read.Linked(c.New, "deal")
	if err != nil || deal == nil || OrderCustomer.Has(c.New) {
		return err
	}
	OrderCustomer.Set(c.New, DealCustomer.Get(deal))
	if DealContact.Has(deal) && !OrderContact.Has(c.New) {
		OrderContact.Set(c.New, DealContact.Get(deal))
	}
	return nil
}

// orderAddsUp keeps the total true to the lines. Before.
func orderAddsUp(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	lines, err := c.Lines("order_line")
	if err != nil {
		return err
	}
	if sum, code := orderTotal(c.New, lines); code == "" && len(lines) > 0 {
		OrderTotal.Set(c.New, sum)
	} else {
		OrderTotal.Clear(c.New)
	}
	return nil
}

// orderTotal adds up the lines that have an amount, less the order's discount. It answers what is wrong with them: two
// currencies, a discount of more than there is, or more digits than a decimal may have.
func orderTotal(order *object.Record, lines []*object.Record) (sum object.Money, code string) {
	add := func(m object.Money, sign int64) {
		if sum.Currency == "" {
			sum.Currency = m.Currency
		}
		sum.Minor += sign * m.Minor
		sum.Base += sign * m.Base
		switch {
		case m.Currency != sum.Currency:
			code = "order.currencies"
		case code == "" && (sum.Minor > money.Max || sum.Base > money.Max):
			code = "decimal.digits"
		}
	}
	for _, line := range lines {
		if LineAmount.Has(line) && code == "" {
			add(LineAmount.Get(line), 1)
		}
	}
	if OrderDiscount.Has(order) && code == "" {
		add(OrderDiscount.Get(order), -1)
		if code == "" && len(lines) > 0 && sum.Minor < 0 {
			code = "order.discount"
		}
	}
	return sum, code
}

// orderHolds refuses lines that do not add up, and a confirmed order without any. Check.
func orderHolds(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	lines, err := c.Lines("order_line")
	if err != nil {
		return err
	}
	return fault.Faulty(checkOrder(c.New, lines))
}

func checkOrder(order *object.Record, lines []*object.Record) (faults []fault.Field) {
	switch _, code := orderTotal(order, lines); code {
	case "":
	case "order.discount":
		faults = append(faults, fault.Field{Path: "discount", Code: code})
	default:
		faults = append(faults, fault.Field{Path: "lines", Code: code, Args: map[string]any{"max": money.MaxDigits}})
	}
	if status := OrderStatus.Get(order); len(lines) == 0 && status != Draft && status != Cancelled {
		faults = append(faults, fault.Field{Path: "lines", Code: "order.lines_needed"})
	}
	return faults
}
