package exchange

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/object"
)

func TestCells(t *testing.T) {
	t.Parallel()
	c := cells{format: CSV, zone: time.FixedZone("CST", 8*3600)}
	options := []object.Option{{Name: "A", Label: object.Text{ZH: "A 级", EN: "Grade A"}}, {Name: "old", Label: object.Text{ZH: "旧的"}, Retired: true}}
	for _, x := range []struct {
		kind object.Kind
		in   string
		want string
	}{
		{object.KindText, " x ", `" x "`}, {object.KindText, "'=1", `"=1"`}, {object.KindText, "", `null`},
		{object.KindNumber, "1,234", `"1234"`}, {object.KindNumber, "1,2", `"1,2"`}, {object.KindNumber, "３", `"3"`}, {object.KindNumber, "-5", `"-5"`}, {object.KindNumber, "1.2万", `"12000"`},
		{object.KindPercent, "15%", `"0.15"`}, {object.KindPercent, "0.5%", `"0.005"`}, {object.KindPercent, "0.15", `"0.15"`}, {object.KindDecimal, "1.50", `"1.50"`}, {object.KindDecimal, "abc", `"abc"`},
		{object.KindMoney, "¥1,234.50", `{"amount":"1234.50"}`}, {object.KindMoney, "￥3", `{"amount":"3"}`}, {object.KindMoney, "1.5万元", `{"amount":"15000"}`}, {object.KindMoney, "2亿", `{"amount":"200000000"}`},
		{object.KindMoney, "USD 100", `{"amount":"100","currency":"USD"}`}, {object.KindMoney, "100EUR", `{"amount":"100","currency":"EUR"}`}, {object.KindMoney, "$1,000", `{"amount":"1000","currency":"USD"}`}, {object.KindMoney, "-¥5", `{"amount":"-5"}`},
		{object.KindMoney, "约三万", `{"amount":"约三万"}`}, {object.KindMoney, "CNY 5", `{"amount":"5","currency":"CNY"}`},
		{object.KindBoolean, "是", `true`}, {object.KindBoolean, "No", `false`}, {object.KindBoolean, "也许", `"也许"`},
		{object.KindDate, "2026/11/24", `"2026-11-24"`}, {object.KindDate, "2026年1月4日", `"2026-01-04"`}, {object.KindDate, "20261124", `"2026-11-24"`}, {object.KindDate, "46350", `"2026-11-24"`}, {object.KindDate, "24/11/2026", `"2026-11-24"`},
		{object.KindDate, "3/4/2026", `"3/4/2026"`}, {object.KindDate, "2026-02-30", `"2026-02-30"`}, {object.KindDate, "2026.5.6 ", `"2026-05-06"`}, {object.KindDate, "２０２６－０５－０６", `"2026-05-06"`}, {object.KindDate, "2026-11-24 00:00:00", `"2026-11-24"`},
		{object.KindDateTime, "2026/11/24 8:30", `"2026-11-24T00:30:00Z"`}, {object.KindDateTime, "2026年11月24日 下午3点", `"2026-11-24T07:00:00Z"`}, {object.KindDateTime, "2026-11-24T08:00:00Z", `"2026-11-24T08:00:00Z"`},
		{object.KindDateTime, "2026-11-24T08:00:00+09:00", `"2026-11-23T23:00:00Z"`}, {object.KindDateTime, "46350.5", `"2026-11-24T04:00:00Z"`}, {object.KindDateTime, "2026-11-24 25:00", `"2026-11-24 25:00"`},
		{object.KindChoice, "a 级", `"A"`}, {object.KindChoice, "grade a", `"A"`}, {object.KindChoice, "A", `"A"`}, {object.KindChoice, "旧的", `"旧的"`}, {object.KindChoice, "A级客户", `"A"`}, {object.KindChoice, "A类", `"A"`}, {object.KindChoice, "客户", `"客户"`}, {object.KindMultiChoice, "A 级、x", `["A","x"]`},
		{object.KindTags, "重要，老客户;;", `["重要","老客户"]`}, {object.KindPhone, "1.3800138E10；021-62345678", `["13800138000","021-62345678"]`}, {object.KindUSCC, "91350100m000100y43 ", `"91350100M000100Y43"`},
	} {
		got, err := json.Marshal(c.value(&object.Field{Kind: x.kind, Options: options}, x.in))
		must(t, err)
		if string(got) != x.want {
			t.Errorf("%s %q: %s, not %s", x.kind, x.in, got, x.want)
		}
	}
}

func TestGuesses(t *testing.T) {
	t.Parallel()
	cat := catalogOf()
	a := &access.Actor{System: true}
	main := cat.Object("customer")
	targets := targetsOf(cat, a, main)
	for _, x := range []struct{ header, samples, want string }{
		{"客户名称|联系电话|客户级别|税号|业务员", "", "customer.name customer.phones customer.level customer.uscc customer.owner"},
		{"公司名称|公司电话|联系人|职务|手机", "", "customer.name customer.phones contact.name contact.title contact.phones:mobile"},
		{"单位|联系人姓名|联系人手机|联系人职位", "", "customer.name contact.name contact.phones:mobile contact.title"},
		{"Company|Contact Name|Mobile|Notes|Tags", "", "customer.name contact.name contact.phones:mobile customer.remark customer.tags"},
		{"名称|手机|座机|行号|原因", "", "customer.name customer.phones customer.phones - -"},
		{"名称|甲|乙|丙", "x|138 0013 8000|91350100M000100Y43|7", "customer.name customer.phones customer.uscc -"},
		{"名称|地址|QQ号|微信号|企业微信", "", "customer.name - - - -"},
		{"客户名称（必填）|级别*", "", "customer.name customer.level"},
		{"name|phones|uscc|since", "", "customer.name customer.phones customer.uscc customer.since"},
	} {
		header := strings.Split(x.header, "|")
		samples := make([][]string, len(header))
		for i, s := range strings.Split(x.samples, "|") {
			samples[i] = []string{s}
		}
		var got []string
		for _, m := range guessed(main, targets, header, samples) {
			if m.Target == "" {
				m.Target = "-"
			}
			got = append(got, m.Target)
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s: %q, not %s", x.header, got, x.want)
		}
	}
}
