// Package sales holds how we come to sell and what was sold: leads, deals on their way through a pipeline, products, orders.
package sales

import (
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
)

func word(zh, en string) object.Text { return object.Text{ZH: zh, EN: en} }

func option(name, zh, en, color string) object.Option {
	return object.Option{Name: name, Label: word(zh, en), Color: color}
}

var phoneLabels = object.Labels(option("mobile", "手机", "Mobile", ""), option("work", "工作", "Work", ""), option("home", "住宅", "Home", ""))

var messengerLabels = object.Labels(option("wechat", "微信", "WeChat", ""), option("wecom", "企业微信", "WeCom", ""), option("qq", "QQ", "QQ", ""),
	option("dingtalk", "钉钉", "DingTalk", ""), option("feishu", "飞书", "Feishu", ""), option("whatsapp", "WhatsApp", "WhatsApp", ""))

// sources are where leads and deals come from: those of customers, for a conversion carries them over.
var sources = object.Options(
	option("website", "官网", "Website", "blue"), option("referral", "转介绍", "Referral", "green"), option("exhibition", "展会", "Exhibition", "violet"),
	option("advertising", "广告", "Advertising", "amber"), option("wechat", "微信", "WeChat", "green"), option("call", "电话", "Phone call", "blue"),
	option("import", "导入", "Import", "gray"), option("other", "其他", "Other", "gray"))

// Module lists all that this package does.
func Module() modules.Module {
	return modules.Module{
		Name:    "sales",
		Objects: []*object.Object{Lead, Pipeline, Stage, Deal, StageChange, Product, Order, OrderLine},
		Behaviours: []record.Behaviour{
			record.Before(Lead, leadMoves), record.Check(Lead, leadHolds),
			record.Before(Pipeline, oneDefault),
			record.Default(Deal, dealBegins), record.Before(Deal, dealMoves), record.Check(Deal, dealHolds),
			record.Default(Order, orderBegins), record.Before(Order, orderAddsUp), record.Check(Order, orderHolds),
			record.Before(OrderLine, lineAddsUp), record.Check(OrderLine, lineHolds),
		},
		Verbs: []record.Verb{
			{Object: "lead", Name: "convert", Run: leadConvert}, {Object: "lead", Name: "unqualify", Run: leadUnqualify},
			{Object: "deal", Name: "win", Run: dealWin}, {Object: "deal", Name: "lose", Run: dealLose}, {Object: "deal", Name: "reopen", Run: dealReopen},
		},
		Seed:  seedPipeline,
		Names: names(),
	}
}
