// Package customers holds whom we sell to: companies and people, and the persons to talk to.
package customers

import (
	"youpeng/engine/object"
	"youpeng/modules"
)

func word(zh, en string) object.Text { return object.Text{ZH: zh, EN: en} }

func option(name, zh, en, color string) object.Option {
	return object.Option{Name: name, Label: word(zh, en), Color: color}
}

var phoneLabels = object.Labels(option("mobile", "手机", "Mobile", ""), option("work", "工作", "Work", ""), option("home", "住宅", "Home", ""))

var messengerLabels = object.Labels(option("wechat", "微信", "WeChat", ""), option("wecom", "企业微信", "WeCom", ""), option("qq", "QQ", "QQ", ""),
	option("dingtalk", "钉钉", "DingTalk", ""), option("feishu", "飞书", "Feishu", ""), option("whatsapp", "WhatsApp", "WhatsApp", ""))

// Module lists all that this package does.
func Module() modules.Module {
	return modules.Module{Name: "customers", Objects: []*object.Object{Customer, Contact, Tag}}
}
