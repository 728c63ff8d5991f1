package api_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"youpeng/server/app"
)

// send uploads bytes and answers the file's id.
func (p *person) send(name, content string) string {
	p.s.t.Helper()
	return p.want(201, "POST", "/files?name="+name, content, "Content-Type", "application/octet-stream").body["id"].(string)
}

// bytes downloads a file.
func (p *person) bytes(id string) (string, http.Header) {
	p.s.t.Helper()
	r, err := http.NewRequest("GET", p.s.http.URL+"/w/main/api/v1/files/"+id+"/x", nil)
	must(p.s.t, err)
	r.AddCookie(&http.Cookie{Name: "session", Value: p.cookie})
	w, err := http.DefaultClient.Do(r)
	must(p.s.t, err)
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	must(p.s.t, err)
	if w.StatusCode != 200 {
		p.s.t.Fatalf("a file: %d %s", w.StatusCode, b)
	}
	return string(b), w.Header
}

func TestAFileIsImportedMendedAndUndone(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		text := "公司名称,联系人,手机,客户级别\r\n杭州远景科技有限公司,张伟,13800138000,A 级\r\n上海明德机械有限公司,王芳,138,B\r\n杭州远景科技有限公司,李娜,13800138001,\r\n"
		gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
		must(t, err)
		file := p.send("customers.csv", gb)
		preview := p.want(200, "POST", "/imports/preview", map[string]any{"file": file, "object": "customer"}).body
		if got := preview["options"].(map[string]any)["encoding"]; got != "gb18030" || len(preview["rows"].([]any)) != 3 {
			t.Errorf("the preview: %v", preview)
		}
		var mapping []any
		for _, c := range preview["columns"].([]any) {
			mapping = append(mapping, map[string]any{"column": c.(map[string]any)["column"], "target": c.(map[string]any)["target"]})
		}
		body := map[string]any{"file": file, "object": "customer", "options": preview["options"], "mapping": mapping, "duplicates": "skip", "rows": map[string]any{"9": map[string]any{"do": "create"}}, "dry_run": true}
		dry := p.ended(p.want(202, "POST", "/jobs/import", body).body["id"].(string))
		if got := dry["progress"].(map[string]any); got["created"] != float64(1) || got["failed"] != float64(1) || p.total("/records/customer") != 0 {
			t.Errorf("the dry run: %v", dry)
		}
		body["dry_run"] = false
		done := p.ended(p.want(202, "POST", "/jobs/import", body).body["id"].(string))
		progress := done["progress"].(map[string]any)
		if done["state"] != "done" || progress["created"] != float64(1) || progress["failed"] != float64(1) || p.total("/records/contact") != 2 {
			t.Fatalf("the import: %v", done)
		}
		rows := p.want(200, "GET", "/imports/"+done["id"].(string)+"/rows?kind=failed", nil).body["data"].([]any)
		if len(rows) != 1 || rows[0].(map[string]any)["line"] != float64(3) {
			t.Errorf("the failed rows: %v", rows)
		}
		mend, header := p.bytes(progress["mend"].(map[string]any)["id"].(string))
		plain, err := simplifiedchinese.GB18030.NewDecoder().String(mend)
		must(t, err)
		if !strings.HasPrefix(plain, "公司名称,联系人,手机,客户级别,行号,原因\r\n上海明德机械有限公司,王芳,138,B,3,") || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") {
			t.Errorf("the file to mend: %q %v", plain, header)
		}
		again := p.send("mended.csv", strings.Replace(plain, ",138,", ",13900139000,", 1))
		second := p.ended(p.want(202, "POST", "/jobs/import", map[string]any{"file": again, "object": "customer"}).body["id"].(string))
		if got := second["progress"].(map[string]any); got["created"] != float64(1) || got["failed"] != float64(0) {
			t.Errorf("the mended file: %v", second)
		}
		p.want(200, "POST", "/change-sets/"+progress["change_set"].(string)+"/undo", map[string]any{})
		if p.total("/records/customer") != 1 || p.total("/records/contact") != 1 {
			t.Error("the undo left something, or took too much")
		}
		p.want(200, "POST", "/jobs/"+done["id"].(string)+"/retry", nil)
		if tried := p.ended(done["id"].(string)); tried["state"] != "dead" || tried["error"].(map[string]any)["code"] != "undo.done" {
			t.Errorf("an import that was undone, taken up again: %v", tried)
		}
		export := p.ended(p.want(202, "POST", "/jobs/export", map[string]any{"object": "customer", "fields": []any{"name", "level"}, "sort": "name"}).body["id"].(string))
		out, _ := p.bytes(export["progress"].(map[string]any)["file"].(map[string]any)["id"].(string))
		if out != "\uFEFFName,Level\r\n上海明德机械有限公司,B\r\n" {
			t.Errorf("the export: %q", out)
		}
		seller := s.invite("li@example.com", "salesperson")
		seller.want(404, "GET", "/imports/"+done["id"].(string)+"/rows?kind=failed", nil)
		seller.want(404, "GET", "/files/"+file+"/customers.csv", nil)
		if r := seller.do("POST", "/imports/preview", map[string]any{"file": file, "object": "customer"}); r.code != 404 && r.code != 403 {
			t.Errorf("somebody else's file: %d", r.code)
		}
	})
}

func TestWhatTheRulesGiveNeedsNoColumn(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		p.want(201, "POST", "/records/customer", map[string]any{"name": "青岛创维电子科技有限公司"})
		file := p.send("deals.csv", "商机名称,客户,金额\n大单一,青岛创维电子科技有限公司,\"¥1,200,000.50\"\n大单二,没有的客户,1\n")
		preview := p.want(200, "POST", "/imports/preview", map[string]any{"file": file, "object": "deal"}).body
		for _, x := range preview["targets"].([]any) {
			if x := x.(map[string]any); x["required"] == true && x["target"] != "deal.name" && x["target"] != "deal.customer" {
				t.Errorf("%v is asked for", x["target"])
			}
		}
		done := p.ended(p.want(202, "POST", "/jobs/import", map[string]any{"file": file, "object": "deal"}).body["id"].(string))
		if got := done["progress"].(map[string]any); got["created"] != float64(1) || got["failed"] != float64(1) {
			t.Fatalf("the import: %v", done)
		}
		deal := p.want(200, "GET", "/records/deal", nil).body["data"].([]any)[0].(map[string]any)
		if stage, _ := deal["stage"].(map[string]any); stage["title"] == "" || deal["amount"].(map[string]any)["amount"] != "1200000.50" {
			t.Errorf("the deal: %v", deal)
		}
	})
}

func TestFilesAreKeptWholeOrNotAtAll(t *testing.T) {
	places(t, func(t *testing.T, cfg app.Config) {
		s := serve(t, cfg)
		p := s.first()
		host := strings.TrimPrefix(s.http.URL, "http://")
		conn, err := net.Dial("tcp", host)
		must(t, err)
		fmt.Fprintf(conn, "POST /w/main/api/v1/files?name=half.csv HTTP/1.1\r\nHost: %s\r\nCookie: session=%s\r\nOrigin: %s\r\nContent-Length: 1000\r\n\r\nhalf of it", host, p.cookie, s.http.URL)
		must(t, conn.(*net.TCPConn).CloseWrite())
		answer, err := io.ReadAll(conn)
		must(t, err)
		if !bytes.Contains(answer, []byte(" 400 ")) {
			t.Errorf("half an upload: %q", answer)
		}
		if n := filesIn(t, cfg.Data); n != 0 {
			t.Errorf("%d files were left", n)
		}
		var form bytes.Buffer
		m := multipart.NewWriter(&form)
		must(t, m.WriteField("x", "y"))
		part, err := m.CreateFormFile("file", "客户.csv")
		must(t, err)
		_, err = io.WriteString(part, "名称\r\n远景\r\n")
		must(t, err)
		must(t, m.Close())
		made := p.want(201, "POST", "/files", form.String(), "Content-Type", m.FormDataContentType()).body
		if made["name"] != "客户.csv" || made["size"] != float64(16) || filesIn(t, cfg.Data) != 1 {
			t.Errorf("a form: %v", made)
		}
		got, header := p.bytes(made["id"].(string))
		if got != "名称\r\n远景\r\n" || header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%q %v", got, header)
		}
		p.want(404, "GET", "/files/019ab2c4-0000-7000-8000-000000000000/x", nil)
		p.want(422, "POST", "/imports/preview", map[string]any{"file": "nothing", "object": "customer"})
		p.want(400, "POST", "/imports/preview", map[string]any{"file": made["id"], "object": "customer", "colour": 1})
		p.want(422, "POST", "/imports/preview", map[string]any{"file": p.send("old.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "object": "customer"})
	})
}

// filesIn counts the files that are kept or half kept.
func filesIn(t *testing.T, data string) (n int) {
	t.Helper()
	must(t, filepath.WalkDir(filepath.Join(data, "files"), func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	}))
	return n
}
