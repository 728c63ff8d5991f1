package sales

import (
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/fault"
	"youpeng/platform/money"
)

// lineAddsUp takes name and price from the product where the line has none, and reckons the amount. Before.
func lineAddsUp(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	product, err := c.Read.Linked(c.New, "product")
	if err != nil {
		return err
	}
	price(c.New, product)
	return nil
}

// price completes a line from its product; nil is none.
func price(line, product *object.Record) {
	if product != nil {
		if !LineDescription.Has(line) {
			LineDescription.Set(line, product.Title())
		}
		if !LinePrice.Has(line) && ProductPrice.Has(product) {
			LinePrice.Set(line, ProductPrice.Get(product))
		}
	}
	if amount, ok := lineAmount(line); ok {
		LineAmount.Set(line, amount)
	} else {
		LineAmount.Clear(line)
	}
}

// lineAmount is quantity × price × (1 − discount), rounded half up to minor units; false where something is missing or
// the amount has too many digits.
func lineAmount(line *object.Record) (object.Money, bool) {
	m := LinePrice.Get(line)
	if !LinePrice.Has(line) || !LineQuantity.Has(line) {
		return m, false
	}
	const whole = 100_00 // a hundred percent
	factors := []int64{LineQuantity.Get(line), whole - LineDiscount.Get(line)}
	var ok1, ok2 bool
	m.Minor, ok1 = money.Times(m.Minor, 1000*whole, factors...)
	m.Base, ok2 = money.Times(m.Base, 1000*whole, factors...)
	return m, ok1 && ok2
}

// lineHolds refuses a line without a price, one that is too dear to write down, and a product that is sold no more. Check.
func lineHolds(c *record.Change) error {
	if c.New == nil || c.New.Deleted != 0 {
		return nil
	}
	product, err := c.Read.Linked(c.New, "product")
	if err != nil {
		return err
	}
	if product != nil && c.Changed("product") && ProductActive.Has(product) && !ProductActive.Get(product) {
		return fault.Invalid("product", "product.inactive")
	}
	return fault.Faulty(checkLine(c.New))
}

func checkLine(line *object.Record) []fault.Field {
	if !LinePrice.Has(line) {
		return []fault.Field{{Path: "price", Code: "required"}}
	}
	if LineQuantity.Has(line) && !LineAmount.Has(line) {
		return []fault.Field{{Path: "quantity", Code: "decimal.digits", Args: map[string]any{"max": money.MaxDigits}}}
	}
	return nil
}
