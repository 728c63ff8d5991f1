package sales

import "youpeng/engine/object"

// OrderLine is one product in an order, as it was called and priced then.
var OrderLine = object.New("order_line", word("订单明细", "Order line"), word("订单明细", "Order lines"), object.Group("sales"), object.Icon("list"),
	object.LinesOf("order"), object.Titled("description"))

// Quantities have three decimals, percentages two.
const (
	quantityScale = 3
	percentScale  = 2
)

var (
	LineOrder       = object.Add[int64](OrderLine, "order", object.KindLink, word("订单", "Order"), object.Required, object.Immutable, object.To("order", object.Follow))
	LineProduct     = object.Add[int64](OrderLine, "product", object.KindLink, word("产品", "Product"), object.Required, object.To("product", object.Refuse), object.InList(1))
	LineDescription = object.Add[string](OrderLine, "description", object.KindText, word("说明", "Description"), object.Long(300), object.InList(2))
	LineQuantity    = object.Add[int64](OrderLine, "quantity", object.KindDecimal, word("数量", "Quantity"), object.Required, object.Scale(quantityScale), object.Between("0.001", ""), object.Default("1"), object.InList(3))
	LinePrice       = object.Add[object.Money](OrderLine, "price", object.KindMoney, word("单价", "Price"), object.Between("0", ""), object.InList(4))
	LineDiscount    = object.Add[int64](OrderLine, "discount_percent", object.KindPercent, word("折扣", "Discount"), object.Scale(percentScale), object.Between("0", "100"), object.InList(5))
	LineAmount      = object.Add[object.Money](OrderLine, "amount", object.KindMoney, word("金额", "Amount"), object.ReadOnly, object.InList(6))
	LinePosition    = object.Add[int64](OrderLine, "position", object.KindNumber, word("次序", "Position"), object.ReadOnly)
)
