package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// imports brings in a file of 10,000 rows, then one of -rows, and asks others' lists meanwhile. A row is a customer and a
// contact with a phone each; one in fifty is there already. Memory counts from before the first one.
func imports(viewers []*viewer) {
	v, other := viewers[len(viewers)-1], viewers[len(viewers)-2]
	page, _, _ := v.ask("GET", "/records/customer?limit=200", nil)
	var there []string
	for _, x := range page["data"].([]any) {
		there = append(there, x.(map[string]any)["name"].(string))
	}
	idle, columns := resident("VmRSS"), columnBytes()
	for _, rows := range []int{min(10_000, *rowsToImport), *rowsToImport} {
		importing(v, other, rows, there, idle, columns)
	}
}

func importing(v, other *viewer, rows int, there []string, idle, columns int64) {
	id := v.send("客户.csv", customerFile(rows, there))
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", *pid), []byte("5"), 0o200)
	server, database, start := cpu(*pid), postgres(), time.Now()
	out, code, _ := v.ask("POST", "/jobs/import", map[string]any{"file": id, "object": "customer"})
	if code != http.StatusAccepted {
		log.Fatalf("import: %d %v", code, out)
	}
	var took []time.Duration
	for {
		_, _, one := other.ask("GET", "/records/customer?limit=50&sort=-updated_at", nil)
		took = append(took, one)
		if len(took)%10 == 0 {
			job, _, _ := v.ask("GET", "/jobs/"+out["id"].(string), nil)
			if state := job["state"]; !slices.Contains([]any{"waiting", "running"}, state) {
				log.Printf("import of %d rows: %v, %v", rows, state, job["progress"])
				break
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	n := float64(rows)
	log.Printf("import of %d rows: %.0f a second, CPU each: server %.2f ms, database %.2f ms; peak %d MB above %d MB idle, %d MB less the columns' growth; others' list p95 %.1f ms, p99 %.1f ms",
		rows, n/time.Since(start).Seconds(), ms(cpu(*pid)-server)/n, ms(postgres()-database)/n, (resident("VmHWM")-idle)>>20, idle>>20, (resident("VmHWM")-idle-columnBytes()+columns)>>20, ms(quantile(took, 0.95)), ms(quantile(took, 0.99)))
}

// customerFile is a table of customers that no other file holds, save those that are there.
func customerFile(rows int, there []string) []byte {
	var b bytes.Buffer
	b.WriteString("公司名称,级别,来源,地区,电话,联系人,职位,联系人手机\r\n")
	mark := time.Now().UnixMilli() % 100_000_000
	for i := range rows {
		name := fmt.Sprintf("浙江%s%08d%06d机械有限公司", []string{"远景", "明德", "华信", "蓝海", "新港"}[i%5], mark, i)
		if i%50 == 49 && len(there) > 0 {
			name = there[i/50%len(there)]
		}
		fmt.Fprintf(&b, "%s,%s,%s,浙江杭州,0571-8%07d,%s%d,采购经理,1%d%08d\r\n", name, []string{"A", "B", "C"}[i%3], []string{"website", "exhibition"}[i%2], (int(mark)+i*7)%10_000_000,
			[]string{"张伟", "王芳", "李娜", "刘洋"}[i%4], i, 30+i%70, (int(mark)*31+i*7919)%100_000_000)
	}
	return b.Bytes()
}

func (v *viewer) send(name string, content []byte) string {
	r, err := http.NewRequest("POST", *base+"/w/main/api/v1/files?name="+name, bytes.NewReader(content))
	if err != nil {
		log.Fatal(err)
	}
	r.Header.Set("Cookie", v.cookie)
	r.Header.Set("Content-Type", "text/csv")
	w, err := v.client.Do(r)
	if err != nil {
		log.Fatal(err)
	}
	defer w.Body.Close()
	text, _ := io.ReadAll(w.Body)
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil || w.StatusCode != http.StatusCreated {
		log.Fatalf("a file: %d %s", w.StatusCode, text)
	}
	return out["id"].(string)
}

// resident is a figure of the server's memory, in bytes.
func resident(name string) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", *pid))
	_, rest, _ := strings.Cut(string(text), name+":")
	n, _ := strconv.ParseInt(strings.Fields(rest + " 0")[0], 10, 64)
	return n << 10
}

// columnBytes is what the server says that its columns hold.
func columnBytes() (sum int64) {
	r, err := http.Get(*metrics)
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	for in := bufio.NewScanner(r.Body); in.Scan(); {
		if strings.HasPrefix(in.Text(), "youpeng_column_bytes{") {
			x, _ := strconv.ParseFloat(in.Text()[strings.LastIndexByte(in.Text(), ' ')+1:], 64)
			sum += int64(x)
		}
	}
	return sum
}
