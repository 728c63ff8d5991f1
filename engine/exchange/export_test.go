package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/platform/blob"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/job"
)

func (w *world) exported(in Export) (string, ExportProgress) {
	w.t.Helper()
	n, err := w.deps.AskExport(ctx, w.me, in)
	must(w.t, err)
	j := w.ended(w.insert(n))
	var p ExportProgress
	must(w.t, json.Unmarshal(j.Progress, &p))
	if j.State != job.Done || p.File == nil {
		w.t.Fatalf("the export ended %s: %s %s", j.State, j.Error, j.Detail)
	}
	return w.read(p.File.ID), p
}

func TestWhatIsExportedIsImportedAgain(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		owner := w.me.UUID.String()
		names := append([]string{"杭州远景", "上海明德"}, hostile...)
		var ops []record.Op
		for i, name := range names {
			values := map[string]any{"name": fmt.Sprint(i, ":"), "remark": name, "owner": owner}
			if i < 2 {
				values = map[string]any{"name": name, "level": "A", "phones": []any{"13800138000", "+16502530000"}, "uscc": []string{"91350100M000100Y43", "91110000600037341L"}[i], "limit_of_credit": map[string]any{"amount": "-1200.50"},
					"since": "2026-03-01", "met_at": "2026-03-01T01:02:03Z", "listed": true, "share": "0.155", "tags": []any{"重要", "=老"}, "remark": name, "owner": owner}
			}
			ops = append(ops, record.Op{Do: record.Create, Object: "customer", Values: values})
		}
		_, err := w.deps.Engine.Write(ctx, &record.Write{Actor: w.me, Ops: ops})
		must(t, err)
		fields := []string{"name", "level", "phones", "uscc", "limit_of_credit", "since", "met_at", "listed", "share", "tags", "remark", "owner"}
		for _, format := range []string{CSV, XLSX} {
			before := w.all("customer")
			text, p := w.exported(Export{Object: "customer", Format: format, Fields: fields, Sort: []string{"created_at"}})
			if p.Done != len(names) || p.Total != len(names) || format == CSV && !strings.HasPrefix(text, "\uFEFF名称,级别,") {
				t.Errorf("%s: %+v %.80q", format, p, text)
			}
			for _, rec := range before {
				_, err := w.deps.Engine.Write(ctx, &record.Write{Actor: w.me, Ops: []record.Op{{Do: record.Delete, Object: "customer", UUID: rec.UUID}}})
				must(t, err)
			}
			_, q := w.imported(Import{File: p.File.ID, Duplicates: Create}, nil)
			if q.Created != len(names) {
				j, err := w.queue.List(ctx, job.Filter{Kinds: []string{"import"}})
				must(t, err)
				rows, err := w.deps.Rows(ctx, w.me, j[0], rowFailed, 0, 50)
				must(t, err)
				told, _ := json.Marshal(rows)
				t.Fatalf("%s: %s %s", format, figures(q), told)
			}
			after := w.all("customer")
			for title, was := range before {
				now := after[title]
				for _, name := range fields {
					if fmt.Sprint(bare(was.Get(name))) != fmt.Sprint(bare(now.Get(name))) {
						t.Errorf("%s: %s of %q was %q and is %q", format, name, title, bare(was.Get(name)), bare(now.Get(name)))
					}
				}
			}
		}
	})
}

// bare leaves out the ids of items.
func bare(v any) any {
	list, ok := v.([]object.Item)
	if !ok {
		return v
	}
	var out []string
	for _, it := range list {
		out = append(out, it.Value)
	}
	return out
}

func TestAnExportIsWithinRights(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		var ops []record.Op
		for i := range 80 {
			ops = append(ops, record.Op{Do: record.Create, Object: "customer", Values: map[string]any{"name": fmt.Sprintf("客户%02d", i), "phones": []any{"13800138000"}, "level": string("AB"[i%2]), "remark": "密"}})
		}
		_, err := w.deps.Engine.Write(ctx, &record.Write{Actor: w.me, Ops: ops})
		must(t, err)
		narrow := *w.me
		rights := w.me.Objects["customer"]
		rights.Fields = map[string]access.Right{"phones": access.Masked, "remark": access.Hidden}
		narrow.Objects = map[string]access.Object{"customer": rights}
		narrow.Digest = "narrow"
		w.me = &narrow
		text, p := w.exported(Export{Object: "customer", Fields: []string{"name", "phones"}, Filter: json.RawMessage(`{"field":"level","op":"eq","value":"A"}`), Sort: []string{"-name"}})
		rows := strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")
		if p.Done != 40 || len(rows) != 41 || rows[1] != "客户78,138****8000" {
			t.Errorf("%+v %q", p, rows[:2])
		}
		for _, in := range []Export{{Object: "customer", Fields: []string{"remark"}}, {Object: "customer", Fields: []string{"nothing"}}, {Object: "customer", Format: "pdf"}, {Object: "customer", Sort: []string{"phones"}}} {
			if _, err := w.deps.AskExport(ctx, w.me, in); err == nil || fault.Is(err, fault.Internal) {
				t.Errorf("%+v: %v", in, err)
			}
		}
		rights.Export, rights.Import = false, false
		narrow.Objects = map[string]access.Object{"customer": rights}
		if _, err := w.deps.AskExport(ctx, w.me, Export{Object: "customer"}); !fault.Has(err, "right.export") {
			t.Errorf("without the right: %v", err)
		}
		file := w.put("a.csv", []byte("名称\nx\n"))
		if _, err := w.deps.Ask(ctx, w.me, Import{File: file, Object: "customer"}, nil); !fault.Has(err, "right.import") {
			t.Errorf("without the right: %v", err)
		}
		if _, err := w.deps.Preview(ctx, w.me, file, "contact", Options{}); !fault.Is(err, fault.Missing) {
			t.Errorf("what one may not know of: %v", err)
		}
	})
}

func TestAMappingIsChecked(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		file := w.put("a.csv", []byte("名称,电话,电话2\nx,1,2\n"))
		for code, mapping := range map[string][]Mapped{
			"import.target": {{Column: 0, Target: "customer.created_at"}}, "import.column": {{Column: 3, Target: "customer.name"}}, "import.twice": {{Column: 0, Target: "customer.name"}, {Column: 1, Target: "customer.name"}},
			"import.required": {{Column: 1, Target: "customer.phones"}}, "import.nothing": {},
		} {
			if _, err := w.deps.Ask(ctx, w.me, Import{File: file, Object: "customer", Mapping: mapping}, nil); !fault.Has(err, code) {
				t.Errorf("%s: %v", code, err)
			}
		}
		header := 0
		_, p := w.imported(Import{File: file, Options: Options{Header: &header}, Mapping: []Mapped{{Column: 0, Target: "customer.name"}}}, nil)
		if p.Created != 2 {
			t.Errorf("without a header: %s", figures(p))
		}
		other := *w.me
		other.User++
		w.me = &other
		if _, err := w.deps.Ask(ctx, w.me, Import{File: file, Object: "customer"}, nil); !fault.Is(err, fault.Missing) {
			t.Errorf("somebody else's file: %v", err)
		}
	})
}

// What one keeps is bounded whether it was sent or made: an export is refused where there is no room, and ends where there
// is too little.
func TestAnExportIsBoundedByWhatItsAskerMayKeep(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, err := w.deps.Engine.Write(ctx, &record.Write{Actor: w.me, Ops: []record.Op{{Do: record.Create, Object: "customer", Values: map[string]any{"name": strings.Repeat("杭州", 20), "owner": w.me.UUID.String()}}}})
		must(t, err)
		small, err := w.deps.Files.Put(ctx, blob.File{Name: "a", Owner: w.me.User, Expires: w.deps.Clock.Now().Add(FileLife)}, strings.NewReader("a"), 1)
		must(t, err)
		size := func(n int64) {
			must(t, w.deps.DB.Write(ctx, func(tx db.Tx) error {
				_, err := tx.Exec("UPDATE sys_file SET size = ? WHERE uuid = ?", n, small.ID[:])
				return err
			}))
		}
		export := Export{Object: "customer", Format: CSV, Fields: []string{"name"}}
		size(blob.MostBytes - 20)
		n, err := w.deps.AskExport(ctx, w.me, export)
		must(t, err)
		if j := w.ended(w.insert(n)); j.State != job.Dead || j.Error != "files.many" {
			t.Errorf("an export without room ended %s: %s %s", j.State, j.Error, j.Detail)
		}
		size(blob.MostBytes + 1)
		if _, err := w.deps.AskExport(ctx, w.me, export); !fault.Is(err, fault.TooMany) {
			t.Errorf("asked without room: %v", err)
		}
		size(1)
		if text, _ := w.exported(export); !strings.Contains(text, "杭州") {
			t.Errorf("%q", text)
		}
	})
}
