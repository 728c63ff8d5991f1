package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/job"
)

// The file of a first day: in GB18030, with a title above the table, people in the rows, bad rows and duplicates.
var firstDay = lines(
	"客户资料 2026,,,,,,",
	"公司名称,联系人,手机,级别,税号,销售,合作日期,授信额度",
	"杭州远景科技有限公司,张伟,13800138000,A 级,91330106MA2B0XXX7A,wang@example.com,2026年3月1日,1.5万",
	"杭州远景科技有限公司,李娜,13800138001,,,,,",
	"上海明德机械有限公司,王芳,138001,B,,,2026/4/5,\"¥1,200.50\"",
	"\"苏州\"\"华信\"\"电子厂\",,,Z,,,,",
	"深圳蓝海贸易有限公司,赵敏,13900139000,B,,没有这个人,,",
	"明德机械,王芳,13700137000,,,,46350,",
	"广州新港物流有限公司,钱七,13600136000,B 级,,李雷,2026.5.6 ,100",
)

// guessed says where the columns of a file of customers seem to lead.
func (w *world) guessed(file uuid.UUID) (targets string, p *Preview) {
	w.t.Helper()
	p, err := w.deps.Preview(ctx, w.me, file, "customer", Options{})
	must(w.t, err)
	var list []string
	for _, c := range p.Columns {
		if c.Target != nil {
			list = append(list, *c.Target)
		}
	}
	return strings.Join(list, " "), p
}

func TestAFileOfBadRowsAndDuplicatesIsMended(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		text := strings.ReplaceAll(firstDay, "91330106MA2B0XXX7A", "91350100M000100Y43")
		file := w.put("客户.csv", in(t, GB18030, text))
		got, p := w.guessed(file)
		if want := "customer.name contact.name contact.phones:mobile customer.level customer.uscc customer.owner customer.since customer.limit_of_credit"; got != want || p.Options.Encoding != GB18030 || *p.Options.Header != 2 {
			t.Fatalf("guessed %q of %+v", got, p.Options)
		}
		_, p0 := w.imported(Import{File: file, DryRun: true}, nil)
		if got := figures(p0); got != "7 done: 3 created, 0 updated, 0 skipped, 3 failed, 0 duplicates" {
			t.Errorf("the dry run: %s", got)
		}
		if len(w.all("customer")) != 0 || p0.ChangeSet != nil {
			t.Error("the dry run wrote")
		}
		j, p1 := w.imported(Import{File: file}, nil)
		if got := figures(p1); got != "7 done: 3 created, 0 updated, 0 skipped, 3 failed, 0 duplicates" {
			t.Errorf("the import: %s", got)
		}
		customers, contacts := w.all("customer"), w.all("contact")
		one := customers["杭州远景科技有限公司"]
		if len(customers) != 3 || len(contacts) != 4 || one.Get("level") != "A" || one.Get("uscc") != "91350100M000100Y43" {
			t.Fatalf("%d customers, %d contacts", len(customers), len(contacts))
		}
		for _, name := range []string{"张伟", "李娜"} {
			if links := contacts[name].Get("customers").([]object.Item); links[0].Link != one.ID {
				t.Errorf("%s belongs to %v", name, links)
			}
		}
		if m := one.Get("limit_of_credit").(object.Money); m.Minor != 1_500_000 || m.Currency != "CNY" {
			t.Errorf("the money: %+v", m)
		}
		if one.Get("since") != int64(20513) || customers["明德机械"].Get("since") != int64(20781) {
			t.Errorf("the dates: %v %v", one.Get("since"), customers["明德机械"].Get("since"))
		}
		rows, err := w.deps.Rows(ctx, w.me, j, rowFailed, 0, 50)
		must(t, err)
		told, _ := json.Marshal(rows)
		for _, s := range []string{`"name":"手机"`, `"phone.invalid"`, `"choice.unknown"`, `"import.link_unknown"`, `"line":5`} {
			if !strings.Contains(string(told), s) {
				t.Errorf("%s is not told in %s", s, told)
			}
		}
		mend := w.read(p1.Mend.ID)
		file = w.put("mend.csv", []byte(mend))
		again, err := w.deps.open(ctx, file, w.me.User, Options{})
		must(t, err)
		if again.options.Encoding != GB18030 || strings.Join(again.header, ",") != "公司名称,联系人,手机,级别,税号,销售,合作日期,授信额度,行号,原因" {
			t.Errorf("the file to mend: %+v %q", again.options, again.header)
		}
		must(t, again.Close())
		decoded := decode(t, mend)
		if !strings.Contains(decoded, ",5,") || !strings.Contains(decoded, "手机：") || !strings.Contains(decoded, "A 级") || strings.Contains(decoded, "[") {
			t.Errorf("the file to mend:\n%s", decoded)
		}
		mended := strings.NewReplacer("138001,", "13500135000,", ",Z,", ",A,", "没有这个人", "王敏").Replace(decoded)
		_, p2 := w.imported(Import{File: w.put("mended.csv", in(t, GB18030, mended))}, nil)
		if got := figures(p2); got != "3 done: 2 created, 0 updated, 1 skipped, 0 failed, 1 duplicates" || p2.Mend != nil {
			t.Errorf("the mended file: %s", got)
		}
		_, p3 := w.imported(Import{File: w.put("again.csv", in(t, GB18030, text))}, nil)
		if p3.Created != 0 {
			t.Errorf("the whole file again: %s", figures(p3))
		}
		res, err := w.deps.Engine.Undo(ctx, w.me, *p1.ChangeSet, "", record.Write{Actor: w.me, Via: "api"})
		must(t, err)
		if left := w.all("customer"); len(left) != 2 || len(res.Outcomes) != 7 {
			t.Errorf("after the undo: %d customers, %d undone", len(left), len(res.Outcomes))
		}
	})
}

func decode(t testing.TB, s string) string {
	t.Helper()
	out, err := codec(GB18030).NewDecoder().String(s)
	must(t, err)
	return out
}

func TestWhatIsDoneWithDuplicates(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		base := lines("名称,电话,备注,标签", "甲公司,13800138000,旧,a", "乙公司,13900139000,旧,b", "丙公司,,旧,", "丁公司,,旧,")
		w.imported(Import{File: w.put("a.csv", []byte(base))}, nil)
		next := lines("名称,电话,备注,标签", "甲公司,13800138001;13800138000,新,c", "乙公司,,新,", "丙公司,,新,", "丁 公司,,,", "另一,13800138000,新,")
		_, p := w.imported(Import{File: w.put("b.csv", []byte(next)), Duplicates: Update}, map[string]Choice{"3": {Do: Skip}, "4": {Do: Create}})
		if got := figures(p); got != "5 done: 1 created, 3 updated, 1 skipped, 0 failed, 5 duplicates" {
			t.Fatal(got)
		}
		all := w.all("customer")
		first := all["另一"]
		if first == nil || len(first.Get("phones").([]object.Item)) != 2 || len(first.Get("tags").([]object.Item)) != 2 || first.Get("remark") != "新" {
			t.Errorf("the first: %v", first)
		}
		if len(all) != 5 || all["乙公司"].Get("remark") != "旧" || all["丙公司#"] == nil || all["丁 公司"].Get("remark") != "旧" {
			t.Errorf("%d customers", len(all))
		}
		// Two companies whose tax codes differ are two; one that could be either of two is nobody's.
		two := lines("名称,税号,电话", "甲甲公司,91350100M000100Y43,", "甲甲公司,91110000600037341L,")
		_, p = w.imported(Import{File: w.put("c.csv", []byte(two))}, nil)
		if p.Created != 2 {
			t.Errorf("two tax codes: %s", figures(p))
		}
		j, p := w.imported(Import{File: w.put("d.csv", []byte(lines("名称,电话", "乙公司,13800138001"))), Duplicates: Update}, nil)
		rows, err := w.deps.Rows(ctx, w.me, j, rowFailed, 0, 9)
		must(t, err)
		if told, _ := json.Marshal(rows); p.Failed != 1 || !strings.Contains(string(told), "import.several") {
			t.Errorf("either of two: %s %s", figures(p), told)
		}
		_, p = w.imported(Import{File: w.put("e.csv", []byte(lines("名称,电话,备注", "乙公司,13800138001,选")))}, map[string]Choice{"2": {Do: Update, ID: all["乙公司"].UUID}})
		if now := w.all("customer")["乙公司"]; p.Updated != 1 || now.Get("remark") != "选" {
			t.Errorf("the one that was chosen: %s", figures(p))
		}
	})
}

func TestAnImportThatIsCutOffGoesOn(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		const n = 700
		rows := []string{"公司名称,联系人,手机"}
		for i := range n {
			name, phone := fmt.Sprintf("客户第%d号", i), fmt.Sprintf("138%08d", i)
			if i%50 == 7 {
				phone = "12"
			}
			rows = append(rows, fmt.Sprintf("%s,人%d,%s", name, i, phone))
			if i%100 == 3 {
				rows = append(rows, fmt.Sprintf("%s,又一人%d,139%08d", name, i, i))
			}
		}
		w.kill.Store(400) // of each run: what is planned and what is written go by here
		j := w.ask(Import{Object: "customer", File: w.put("a.csv", []byte(lines(rows...)))}, nil)
		j = w.ended(j)
		var p Progress
		must(t, json.Unmarshal(j.Progress, &p))
		if j.State != job.Done || w.died.Load() == 0 {
			t.Fatalf("%s after %d deaths: %s %s", j.State, w.died.Load(), j.Error, j.Detail)
		}
		customers, contacts := w.all("customer"), w.all("contact")
		for title := range customers {
			if strings.Contains(title, "#") {
				t.Errorf("%s stands twice", title)
			}
		}
		bad := n / 50
		if len(customers) != n-bad || len(contacts) != n-bad+n/100 || p.Failed != bad || p.Created != n-bad || p.Done != n+n/100 {
			t.Errorf("%d customers, %d contacts; %s", len(customers), len(contacts), figures(p))
		}
		mend, err := w.deps.open(ctx, p.Mend.ID, w.me.User, Options{})
		must(t, err)
		defer mend.Close()
		if got, err := mend.count(ctx); got != bad || err != nil {
			t.Errorf("%d rows to mend, %v", got, err)
		}
		set, err := w.deps.Engine.ChangeSetOf(ctx, *p.ChangeSet)
		must(t, err)
		if set.Counts != int64(len(customers)+len(contacts)) || set.State != "partial" {
			t.Errorf("the change set: %+v", set)
		}
	})
}

func TestACancelledImportCanBeUndone(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		rows := []string{"名称"}
		for i := range 3000 {
			rows = append(rows, fmt.Sprintf("单位%d号", i))
		}
		j := w.ask(Import{Object: "customer", File: w.put("a.csv", []byte(lines(rows...)))}, nil)
		states, err := w.queue.Watch(ctx, j.UUID)
		must(t, err)
		asked := false
		for s := range states {
			var p Progress
			if len(s.Progress) > 0 {
				must(t, json.Unmarshal(s.Progress, &p))
			}
			if p.Done > 0 && !asked {
				asked = true
				_, err := w.queue.Cancel(ctx, j.UUID)
				must(t, err)
			}
			j = s
		}
		var p Progress
		must(t, json.Unmarshal(j.Progress, &p))
		made := len(w.all("customer"))
		if j.State != job.Cancelled || made == 0 || made >= 3000 {
			t.Fatalf("%s with %d made", j.State, made)
		}
		_, err = w.deps.Engine.Undo(ctx, w.me, *p.ChangeSet, "", record.Write{Actor: w.me, Via: "api"})
		must(t, err)
		if left := len(w.all("customer")); left != 0 {
			t.Errorf("%d are left", left)
		}
	})
}

func TestWhoMadeItWhenAndWhichTelephone(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		text := lines("公司名称,联系人,手机,联系人办公电话,创建时间,创建人", "旧公司,张伟,13800138000,0571-88888888,2021/3/4 10:20,王敏", "新公司,李娜,,,2999-01-01,", "他公司,王芳,,,,没有这个人")
		file := w.put("a.csv", []byte(text))
		if got, _ := w.guessed(file); got != "customer.name contact.name contact.phones:mobile contact.phones:work" {
			t.Errorf("who is no administrator is led to %s", got)
		}
		if _, err := w.deps.Ask(ctx, w.me, Import{File: file, Object: "customer", Mapping: []Mapped{{Column: 0, Target: "customer.name"}, {Column: 4, Target: "customer.created_at"}}}, nil); err == nil {
			t.Error("who is no administrator says when a record was made")
		}
		w.me.Admin = true
		if got, _ := w.guessed(file); got != "customer.name contact.name contact.phones:mobile contact.phones:work customer.created_at customer.created_by" {
			t.Errorf("an administrator is led to %s", got)
		}
		_, p := w.imported(Import{File: file}, nil)
		if got := figures(p); got != "3 done: 1 created, 0 updated, 0 skipped, 2 failed, 0 duplicates" {
			t.Fatal(got)
		}
		mend := w.read(p.Mend.ID)
		if !strings.Contains(mend, "创建时间：这个时间还没有到") || !strings.Contains(mend, "创建人：") {
			t.Errorf("the file to mend:\n%s", mend)
		}
		when := time.Date(2021, 3, 4, 2, 20, 0, 0, time.UTC).UnixMicro()
		author := w.all("user")["王敏"].ID
		one, person := w.all("customer")["旧公司"], w.all("contact")["张伟"]
		for _, rec := range []*object.Record{one, person} {
			if rec.Values[object.CreatedAt] != when || rec.Values[object.CreatedBy] != author || rec.Values[object.UpdatedBy] != w.me.User {
				t.Errorf("%s: made %v by %v", rec.Title(), rec.Values[object.CreatedAt], rec.Values[object.CreatedBy])
			}
		}
		if list := person.Get("phones").([]object.Item); len(list) != 2 || list[0].Label != "mobile" || list[1].Label != "work" {
			t.Errorf("the telephones: %+v", list)
		}
		res, err := w.deps.Engine.Undo(ctx, w.me, *p.ChangeSet, "", record.Write{Actor: w.me, Via: "api"})
		must(t, err)
		if len(res.Outcomes) != 2 || len(w.all("customer")) != 0 {
			t.Errorf("%d undone", len(res.Outcomes))
		}
	})
}
