package exchange

import (
	"strings"

	"youpeng/engine/object"
	"youpeng/platform/hanzi"
)

// How columns are called in the files of other programs, beside a field's own labels.

// kindWords are the words for the fields of a kind.
var kindWords = map[object.Kind]string{
	object.KindPhone:     "手机 手机号 手机号码 移动电话 电话 电话号码 联系电话 联系方式 固定电话 固话 座机 座机号 公司电话 办公电话 mobile phone tel telephone cell cellphone mobilephone phonenumber mobilenumber workphone",
	object.KindEmail:     "邮箱 电子邮箱 邮件 电子邮件 邮箱地址 邮件地址 email mail emailaddress",
	object.KindUSCC:      "信用代码 社会信用代码 统一社会信用代码 统一信用代码 税号 纳税人识别号 纳税人税号 税务登记号 taxid taxno taxcode taxnumber uscc vat",
	object.KindOwner:     "负责人 客户负责人 归属人 所属人 销售 销售员 销售人员 销售负责人 业务员 客户经理 跟进人 owner ownername accountowner salesperson salesrep assignedto",
	object.KindURL:       "网址 网站 官网 公司网址 公司网站 主页 website site url homepage webpage",
	object.KindTags:      "标签 客户标签 标记 tag tags label labels",
	object.KindMessenger: "微信 微信号 微信账号 微信号码 企业微信 企微 qq qq号 qq号码 钉钉 飞书 即时通讯 wechat weixin wx wecom dingtalk feishu whatsapp im",
}

// nameWords are the words for fields by their name, for the fields that many objects have.
var nameWords = map[string]string{
	"level":          "级别 等级 客户等级 客户分级 分级 星级 重要程度 level grade rating tier rank",
	"kind":           "类型 类别 客户类别 性质 客户性质 type kind category",
	"region":         "地区 区域 所在地区 所属地区 省份 省 城市 市 地市 区县 区 县 省市 省市区 province state city district region area",
	"industry":       "行业 所属行业 行业类型 行业分类 industry sector",
	"employees":      "员工人数 员工数 人数 公司人数 employees headcount numberofemployees",
	"customer":       customerWords,
	"customers":      customerWords,
	"birthday":       "生日 出生日期 出生年月 birthday birthdate dateofbirth",
	"gender":         "性别 gender sex",
	"expected_close": "预计成交日期 预计成交时间 预计成交 预计签单日期 预计签约日期 预计结单日期 closedate expectedclosedate",
	"due_at":         "截止时间 截止日期 到期时间 到期日 due duedate deadline",
	"code":           "编码 编号 产品编码 产品编号 货号 型号 sku code productcode",
	"unit":           "单位 计量单位 unit uom",
	"category":       "类别 分类 产品类别 产品分类 category",
	"address":        "地址 公司地址 详细地址 联系地址 通讯地址 所在地 address street location",
	"title":          "职位 职务 岗位 头衔 title jobtitle position role",
	"remark":         "备注 说明 描述 备注信息 remark remarks note notes description comment comments memo",
	"amount":         "金额 总额 合计 总金额 预计金额 amount total sum value",
	"stage":          "阶段 销售阶段 stage",
	"status":         "状态 status state",
	"source":         "来源 客户来源 线索来源 渠道 source leadsource channel",
	"parent":         "上级 母公司 上级公司 上级单位 集团 所属集团 parent parentcompany parentaccount group",
	"price":          "价格 单价 售价 price unitprice listprice",
}

// labelWords are the words in a column's name that speak of a label.
var labelWords = map[string]string{"mobile": "手机 移动 cell", "work": "办公 公司 单位 座机 固话 固定 office company", "home": "家庭 宅"}

// customerWords are the words for the customer to whom a record belongs.
const customerWords = "客户 客户名称 客户名 所属客户 关联客户 公司 公司名 公司名称 所属公司 单位 单位名称 企业 企业名称 customer customername company companyname account accountname organization"

// placeFields are written from several columns: province, city and district are one region.
var placeFields = map[string]bool{"region": true}

// titleWords are the words for the name of the object that a file is about.
const titleWords = "名称 姓名 公司 公司名 公司名称 公司全称 单位 单位名 单位名称 企业 企业名 企业名称 客户 客户名 客户名称 客户全称 客户公司 抬头 开票抬头 name fullname company companyname account accountname customer customername organization organisation"

// personWords are the words for the name of the person that stands in the same row.
const personWords = "联系人 联系人姓名 首要联系人 主要联系人 姓名 联络人 对接人 contact contactname contactperson person fullname firstname name"

// personPrefixes stand before the words of a person's fields.
var personPrefixes = []string{"联系人", "联络人", "对接人", "contact", "contactperson"}

// words are all that the columns of a file may be called.
type words map[string]bool

// wordsFor gathers the words for some fields.
func wordsFor(targets []target) words {
	out := words{}
	for _, t := range targets {
		own, other := wordsOf(t.object, t.field)
		for _, list := range [][]string{own, other} {
			for _, w := range list {
				out[w] = true
			}
		}
	}
	for _, w := range strings.Fields(titleWords + " " + personWords) {
		out[w] = true
	}
	return out
}

// in counts the cells of a row that hold such a word, each word once.
func (w words) in(cells []string) int {
	found := map[string]bool{}
	for _, c := range cells {
		if len(c) <= 60 {
			if c = folded(c); c != "" && w[c] {
				found[c] = true
			}
		}
	}
	return len(found)
}

// folded brings the name of a column into the form in which names are compared: without case, blanks, punctuation and what
// stands in brackets.
func folded(name string) string {
	name = hanzi.Fold(name)
	if i := strings.IndexAny(name, "(["); i > 0 {
		name = name[:i]
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n_-.:*/\\、，,。'\"", r) {
			return -1
		}
		return r
	}, name)
}

// wordsOf lists the words for a field, folded: its own names first.
func wordsOf(o *object.Object, f *object.Field) (own, other []string) {
	for _, s := range []string{f.Name, f.Label.ZH, f.Label.EN} {
		if s = folded(s); s == "" {
			continue
		}
		own = append(own, s)
		for _, p := range []string{o.Label.ZH, o.Label.EN, o.Name} {
			if p = folded(p); p != "" {
				own = append(own, p+s, p+"的"+s)
			}
		}
	}
	other = strings.Fields(kindWords[f.Kind])
	if f.Kind == object.KindOwner && f.Name != "owner" {
		other = nil
	}
	return own, append(other, strings.Fields(nameWords[f.Name])...)
}
