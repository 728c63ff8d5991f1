package customers

import "youpeng/engine/object"

// Tag is a word that is suggested for a customer, with its colour. Others may still be typed freely.
var Tag = object.New("tag", word("标签", "Tag"), word("标签", "Tags"), object.Group("customers"), object.Icon("tag"), object.Setup)

var (
	TagName  = object.Add[string](Tag, "name", object.KindText, word("名称", "Name"), object.Required, object.Unique, object.Long(50), object.Searched, object.InList(1))
	TagColor = object.Add[string](Tag, "color", object.KindChoice, word("颜色", "Colour"), object.Default("gray"), object.InList(2), object.Options(
		option("gray", "灰", "Gray", "gray"), option("blue", "蓝", "Blue", "blue"), option("green", "绿", "Green", "green"),
		option("amber", "黄", "Amber", "amber"), option("red", "红", "Red", "red"), option("violet", "紫", "Violet", "violet")))
)
