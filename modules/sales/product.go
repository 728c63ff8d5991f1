package sales

import "youpeng/engine/object"

// Product is what we sell, with a price for one unit.
var Product = object.New("product", word("产品", "Product"), word("产品", "Products"), object.Group("sales"), object.Icon("package"))

var (
	ProductName     = object.Add[string](Product, "name", object.KindText, word("名称", "Name"), object.Required, object.Long(200), object.Searched, object.InList(1))
	ProductCode     = object.Add[string](Product, "code", object.KindText, word("编码", "Code"), object.Unique, object.Long(60), object.Searched, object.InList(2))
	ProductCategory = object.Add[string](Product, "category", object.KindText, word("类别", "Category"), object.Long(60), object.InList(3))
	ProductUnit     = object.Add[string](Product, "unit", object.KindText, word("单位", "Unit"), object.Long(20), object.InList(4))
	ProductPrice    = object.Add[object.Money](Product, "price", object.KindMoney, word("单价", "Price"), object.Between("0", ""), object.InList(5))
	ProductActive   = object.Add[bool](Product, "active", object.KindBoolean, word("在售", "Sold"), object.Default(true), object.InList(6))
	ProductRemark   = object.Add[string](Product, "remark", object.KindLongText, word("备注", "Remark"))
)
