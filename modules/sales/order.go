package sales

import "youpeng/engine/object"

// Order is what a customer bought. Its lines are written inside it, and its total is theirs less the discount.
var Order = object.New("order", word("订单", "Order"), word("订单", "Orders"), object.Group("sales"), object.Icon("receipt-text"), object.Owned,
	object.Titled("number"), object.Details("order_line"))

// Draft and Cancelled are the statuses in which an order may be empty.
const (
	Draft     = "draft"
	Cancelled = "cancelled"
)

var (
	OrderNumber = object.Add[string](Order, "number", object.KindSeries, word("订单号", "Number"), object.ReadOnly, object.Unique, object.Searched, object.InList(1),
		object.Numbered(object.Series{Prefix: "SO", Date: "20060102", Digits: 4, Reset: "day"}))
	OrderCustomer = object.Add[int64](Order, "customer", object.KindLink, word("客户", "Customer"), object.Required, object.To("customer", object.Refuse), object.OnTimeline, object.InList(2))
	OrderDeal     = object.Add[int64](Order, "deal", object.KindLink, word("商机", "Deal"), object.To("deal", object.Clear), object.OnTimeline)
	OrderContact  = object.Add[int64](Order, "contact", object.KindLink, word("联系人", "Contact"), object.To("contact", object.Clear), object.OnTimeline)
	OrderDate     = object.Add[int64](Order, "order_date", object.KindDate, word("下单日期", "Ordered"), object.Required, object.Default("today"), object.InList(3))
	OrderStatus   = object.Add[string](Order, "status", object.KindChoice, word("状态", "Status"), object.Required, object.Default(Draft), object.InList(4), object.Options(
		option(Draft, "草稿", "Draft", "gray"), option("confirmed", "已确认", "Confirmed", "blue"), option("shipped", "已发货", "Shipped", "amber"),
		option("completed", "已完成", "Completed", "green"), option(Cancelled, "已取消", "Cancelled", "red")))
	OrderDiscount = object.Add[object.Money](Order, "discount", object.KindMoney, word("优惠", "Discount"), object.Between("0", ""))
	OrderTotal    = object.Add[object.Money](Order, "total", object.KindMoney, word("合计", "Total"), object.ReadOnly, object.InList(5))
	OrderRemark   = object.Add[string](Order, "remark", object.KindLongText, word("备注", "Remark"))
	OrderOwner    = object.Add[int64](Order, "owner", object.KindOwner, word("负责人", "Owner"), object.Default("me"), object.InList(6))
)
