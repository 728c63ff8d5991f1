package exchange

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"youpeng/platform/fault"
)

// Files as people have them: titles and dates above the names, pages of explanations, no names at all, a sum below.
func TestWhereTheTableBegins(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ledger := lines("华东大区客户台账,,,,", "制表人：韩梅梅,,制表日期：2026/11/28,,", ",,,,", "客户名称,级别,电话,,", "昆山嘉禾,A级,１３８ １２３４ ５６７８,,", "合计,,5,,")
		got, p := w.guessed(w.put("台账.csv", in(t, GB18030, ledger)))
		if got != "customer.name customer.level customer.phones" || *p.Options.Header != 4 {
			t.Errorf("a ledger: %q below line %d", got, *p.Options.Header)
		}
		_, done := w.imported(Import{File: w.put("台账.csv", in(t, GB18030, ledger))}, nil)
		if figures(done) != "2 done: 1 created, 0 updated, 0 skipped, 1 failed, 0 duplicates" || w.all("customer")["合计"] != nil {
			t.Errorf("the sum below a table: %s", figures(done))
		}
		got, p = w.guessed(w.put("无表头.csv", []byte(lines("甲公司,13911112222", "乙公司,13911113333"))))
		if got != "customer.phones" || *p.Options.Header != 0 || len(p.Rows) != 2 {
			t.Errorf("no names: %q below line %d of %d rows", got, *p.Options.Header, len(p.Rows))
		}
		book := excelize.NewFile()
		defer book.Close()
		must(t, book.SetSheetRow("Sheet1", "A1", &[]any{"说明"}))
		must(t, book.SetSheetRow("Sheet1", "A2", &[]any{"请填写客户一页"}))
		_, err := book.NewSheet("客户")
		must(t, err)
		must(t, book.SetSheetRow("客户", "A1", &[]any{"客户名称", "合作日期", "建档日期"}))
		must(t, book.SetSheetRow("客户", "A2", &[]any{"远景", 46350, 46350.5}))
		var b bytes.Buffer
		must(t, book.Write(&b))
		_, p = w.guessed(w.put("多表.xlsx", b.Bytes()))
		if p.Options.Sheet != "客户" || len(p.Sheets) != 2 || p.Columns[1].Samples[0] != "2026-11-24" || p.Rows[0].Cells[2] != "2026-11-24 12:00" {
			t.Errorf("of %v: %q, %+v", p.Sheets, p.Options.Sheet, p.Rows)
		}
		for name, content := range map[string]string{"照片.xlsx": "\x89PNG\r\n\x1a\n\x00\x00", "导出.xls": "<html><table><tr><td>客户", "合同.csv": "%PDF-1.7\n"} {
			if _, err := w.deps.Preview(ctx, w.me, w.put(name, []byte(content)), "customer", Options{}); !fault.Has(err, "import.no_table") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// What stands for nothing here is listed once for all rows; what a person says that it means is put in its place.
func TestValuesAreSaidOnceForAllRows(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		text := lines("客户名称,级别,销售,备注,描述", "甲,重点,张三,第一行,第二行", "乙,重点,王敏,,", "丙,A,张三,,", "丁,A,王敏,,x")
		file := w.put("客户.csv", []byte(text))
		ask := Import{File: file, DryRun: true, Mapping: []Mapped{{Column: 0, Target: "customer.name"}, {Column: 1, Target: "customer.level"}, {Column: 2, Target: "customer.owner"},
			{Column: 3, Target: "customer.remark"}, {Column: 4, Target: "customer.remark"}}}
		j, p := w.imported(ask, nil)
		want := []Unknown{{2, "customer.owner", "张三", 2}, {1, "customer.level", "重点", 2}}
		if len(p.Unknown) != 2 || p.Unknown[0] != want[0] || p.Unknown[1] != want[1] || p.Failed != 3 {
			t.Fatalf("%s, unknown: %+v", figures(p), p.Unknown)
		}
		rows, err := w.deps.Rows(ctx, w.me, j, rowFailed, 0, 1)
		must(t, err)
		if first := rows["data"].([]any)[0].(map[string]any); len(first["faults"].([]any)) != 2 {
			t.Errorf("not all that is wrong with a row is told at once: %+v", first)
		}
		ask.Object, ask.DryRun = "customer", false
		ask.Mapping[1].Values, ask.Mapping[2].Values = map[string]string{"重点": "A"}, map[string]string{"张三": ""}
		if _, p = w.imported(ask, nil); p.Created != 4 || len(p.Unknown) != 0 {
			t.Errorf("%s, unknown: %+v", figures(p), p.Unknown)
		}
		one := w.all("customer")["甲"]
		if one.Get("level") != "A" || one.Get("owner") != w.me.User || one.Get("remark") != "第一行\n第二行" {
			t.Errorf("level %v, owner %v, remark %q", one.Get("level"), one.Get("owner"), one.Get("remark"))
		}
		ask.Mapping[0].Values = map[string]string{}
		for i := range maxValues + 1 {
			ask.Mapping[0].Values[strings.Repeat("x", i)] = "y"
		}
		if _, err := w.deps.Ask(ctx, w.me, ask, nil); !fault.Has(err, "list.too_long") {
			t.Errorf("too many values: %v", err)
		}
	})
}

func TestPartsOfATextAreJoined(t *testing.T) {
	t.Parallel()
	name := catalogOf().Object("contact").Field("title")
	for _, x := range [][3]string{{"浙江省", "宁波市", "浙江省宁波市"}, {"北京市", "北京市", "北京市"}, {"New York", "NY", "New York NY"}, {"A座", "12 层", "A座 12 层"}} {
		if got := joined(name, x[0], x[1]); got != x[2] {
			t.Errorf("%s and %s: %s", x[0], x[1], got)
		}
	}
}
