// Command bench asks a running server, over HTTP and one connection, what its people ask all day, and prints how long
// the answers take. The workspace is the one that "youpeng demo --customers N" makes.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"youpeng/platform/db"
	"youpeng/server/demo"
)

var (
	base    = flag.String("url", "http://127.0.0.1:8080", "where the server listens")
	binary  = flag.String("bin", "bin/youpeng", "the program, which prints sign-in links")
	where   = flag.String("place", "", "its --data or --database flags, as one string")
	pid     = flag.Int("pid", 0, "the server's process, to read its CPU and memory")
	repeat  = flag.Int("repeat", 7, "how often each cell is asked")
	slowest = flag.Int("slowest", 0, "how many of the slowest cells of a part are named, too")
	seconds = flag.Int("seconds", 60, "how long creates run")
	only    = flag.String("only", "", "a part: signin, lists, figures, search, record, create, mixed, import, memory")

	rowsToImport = flag.Int("rows", 100_000, "how many rows the greater import has")
	metrics      = flag.String("metrics", "http://127.0.0.1:8198/metrics", "where the server's metrics are, to know the memory of its columns")
)

// viewer is somebody who asks, on a connection of their own.
type viewer struct {
	name   string
	client *http.Client
	cookie string
}

func main() {
	flag.Parse()
	log.SetFlags(0)
	starting()
	var viewers []*viewer
	for _, v := range demo.Viewers {
		viewers = append(viewers, enter(v.Mail))
	}
	parts := []struct {
		name string
		run  func([]*viewer)
	}{{"signin", signins}, {"lists", lists}, {"figures", figures}, {"search", searches}, {"record", records}, {"create", creates}, {"mixed", mixed}, {"import", imports}, {"memory", memory}}
	for _, p := range parts {
		if *only == "" || strings.Contains(*only, p.name) {
			p.run(viewers)
		}
	}
}

// starting waits for the server and says how long after its start the first list came.
func starting() {
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		r, err := http.Get(*base + "/healthz")
		if err == nil {
			r.Body.Close()
			if r.StatusCode == 200 {
				break
			}
		}
		if time.Since(began) > 2*time.Minute {
			log.Fatal("the server does not start")
		}
	}
	v := enter(demo.Viewers[len(demo.Viewers)-1].Mail)
	_, _, took := v.ask("GET", "/records/customer?limit=50", nil)
	log.Printf("first list after the start: answered in %.0f ms, %.1f s after the process began", ms(took), age(*pid).Seconds())
}

// age is how long a process has lived.
func age(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	up, err2 := os.ReadFile("/proc/uptime")
	if err != nil || err2 != nil {
		return 0
	}
	f := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	began, _ := strconv.ParseFloat(f[19], 64)
	now, _ := strconv.ParseFloat(strings.Fields(string(up))[0], 64)
	return time.Duration((now - began/100) * float64(time.Second))
}

// reference is how many transactions a second the same disk takes one by one, each with one small row.
func reference() float64 {
	dir, err := os.MkdirTemp(".", "reference")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	d, err := db.Open(context.Background(), "sqlite:"+dir+"/one.db", db.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()
	n, start := 0, time.Now()
	for time.Since(start) < 3*time.Second {
		if err := d.Write(context.Background(), func(tx db.Tx) error {
			_, err := tx.Exec("CREATE TABLE IF NOT EXISTS t (a INTEGER)")
			if err == nil {
				_, err = tx.Exec("INSERT INTO t (a) VALUES (?)", int64(n))
			}
			return err
		}); err != nil {
			log.Fatal(err)
		}
		n++
	}
	return float64(n) / time.Since(start).Seconds()
}

func enter(mail string) *viewer {
	args := append([]string{"user", "link"}, strings.Fields(*where)...)
	out, err := exec.Command(*binary, append(args, mail+demo.Domain)...).Output()
	if err != nil {
		log.Fatalf("a link for %s: %v", mail, err)
	}
	link := strings.TrimSpace(string(out))
	link = link[strings.LastIndex(link, "/link/")+len("/link/"):]
	v := &viewer{name: mail, client: &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}}
	r, err := v.client.Post(*base+"/api/v1/links/"+link, "application/json", strings.NewReader(`{"name":"`+mail+`","password":"right horse"}`))
	if err != nil {
		log.Fatal(err)
	}
	defer r.Body.Close()
	if text, _ := io.ReadAll(r.Body); r.StatusCode != 200 {
		log.Fatalf("signing in %s: %d %s", mail, r.StatusCode, text)
	}
	for _, c := range r.Cookies() {
		v.cookie = c.Name + "=" + c.Value
	}
	return v
}

func (v *viewer) ask(method, path string, body any) (map[string]any, int, time.Duration) {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			log.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, *base+"/w/main/api/v1"+path, in)
	if err != nil {
		log.Fatal(err)
	}
	r.Header.Set("Cookie", v.cookie)
	r.Header.Set("Content-Type", "application/json")
	start := time.Now()
	w, err := v.client.Do(r)
	if err != nil {
		log.Fatalf("%s %s: %v", method, path, err)
	}
	text, err := io.ReadAll(w.Body)
	took := time.Since(start)
	w.Body.Close()
	if err != nil {
		log.Fatal(err)
	}
	var out map[string]any
	_ = json.Unmarshal(text, &out)
	if w.StatusCode >= 500 {
		log.Fatalf("%s %s: %d %s", method, path, w.StatusCode, text)
	}
	return out, w.StatusCode, took
}

// cell is one combination, and how long each of its answers took.
type cell struct {
	name  string
	place string
	ask   func() time.Duration
	took  []time.Duration
}

func (c *cell) p95() time.Duration { return quantile(c.took, 0.95) }

func quantile(list []time.Duration, q float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	s := slices.Clone(list)
	slices.Sort(s)
	return s[min(len(s)-1, int(q*float64(len(s))))]
}

// run asks all cells in shuffled order, after one warming round.
func run(cells []*cell) {
	for round := range *repeat + 1 {
		for _, i := range rand.Perm(len(cells)) {
			if took := cells[i].ask(); round > 0 {
				cells[i].took = append(cells[i].took, took)
			}
		}
	}
}

// report prints the median and the worst of cells.
func report(what string, cells []*cell) {
	var all []time.Duration
	for _, c := range cells {
		all = append(all, c.took...)
	}
	worst := slices.MaxFunc(cells, func(a, b *cell) int { return int(a.p95() - b.p95()) })
	log.Printf("%-46s %6d asked  p50 %6.2f  p95 %6.2f  worst cell p95 %7.2f ms  (%s)", what, len(all), ms(quantile(all, 0.5)), ms(quantile(all, 0.95)), ms(worst.p95()), worst.name)
	slices.SortFunc(cells, func(a, b *cell) int { return int(b.p95() - a.p95()) })
	for _, c := range cells[:min(*slowest, len(cells))] {
		log.Printf("  %7.2f ms, p50 %7.2f  %s", ms(c.p95()), ms(quantile(c.took, 0.5)), c.name)
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// asked are what is asked of each object's list.
var asked = []struct {
	object  string
	sorts   []string
	filters map[string]any
}{
	{"customer", []string{"", "name", "-level", "kind", "phones", "next_contact_at", "owner", "-last_activity_at", "owner.name", "-updated_at"}, map[string]any{
		"none": nil, "0.01 %": leaf("website", "filled", nil), "1 %": leaf("employees", "between", []any{100, 150}), "30 %": leaf("level", "in", []any{"A", "B"}),
		"against": leaf("created_at", "lt", "2024-12-20T00:00:00Z"), "linked": leaf("owner.name", "contains", "seller0"), "tags": leaf("tags", "any", []any{"展会"})}},
	{"contact", []string{"", "name", "title", "owner", "-updated_at"}, map[string]any{"none": nil, "30 %": leaf("title", "in", []any{"总经理", "财务经理", "采购经理"}), "linked": leaf("customers.level", "eq", "A")}},
	{"activity", []string{"", "-at", "kind", "customer.name", "owner"}, map[string]any{"none": nil, "20 %": leaf("kind", "eq", "visit"), "linked": leaf("customer.level", "eq", "A")}},
	{"deal", []string{"", "name", "-amount", "stage", "expected_close", "customer.name"}, map[string]any{"none": nil, "17 %": leaf("status", "eq", "won"), "linked": leaf("customer.level", "eq", "A")}},
}

func leaf(field, op string, value any) any {
	m := map[string]any{"field": field, "op": op}
	if value != nil {
		m["value"] = value
	}
	return m
}

// signins asks for the first list of each object after each asker has signed in, which makes what they may see. Only a
// server that has just started has none of it; what it owes to its start is asked for by the last viewer before.
func signins(viewers []*viewer) {
	last := viewers[len(viewers)-1]
	var cells []*cell
	for _, o := range asked {
		last.ask("GET", "/records/"+o.object+"?limit=50", nil)
		for _, v := range viewers[:len(viewers)-1] {
			_, _, took := v.ask("GET", "/records/"+o.object+"?limit=50", nil)
			cells = append(cells, &cell{name: v.name + ", " + o.object, took: []time.Duration{took}})
		}
	}
	report("first list after signing in", cells)
}

func lists(viewers []*viewer) {
	for _, o := range asked {
		var cells []*cell
		for _, v := range viewers {
			for name, filter := range o.filters {
				for _, sort := range o.sorts {
					body := map[string]any{"limit": 50}
					if filter != nil {
						body["filter"] = filter
					}
					if sort != "" {
						body["sort"] = sort
					}
					first, code, _ := v.ask("POST", "/records/"+o.object+"/query", body)
					if code != 200 {
						if name == "none" && v == viewers[0] {
							log.Printf("not asked: %s by %s: %v", o.object, sort, first["detail"])
						}
						continue
					}
					total := int(first["total"].(float64))
					for place, at := range map[string]int{"first": 0, "page 20": 950, "middle": total / 2} {
						if at > 0 && at >= total {
							continue
						}
						mine := map[string]any{"at": at}
						for k, x := range body {
							mine[k] = x
						}
						cells = append(cells, &cell{name: fmt.Sprintf("%s, filter %s, by %s, %s", v.name, name, sort, place), place: place, ask: func() time.Duration {
							_, _, took := v.ask("POST", "/records/"+o.object+"/query", mine)
							return took
						}})
					}
				}
			}
		}
		run(cells)
		for _, place := range []string{"first", "page 20", "middle"} {
			report("list of "+o.object+", "+place, slices.DeleteFunc(slices.Clone(cells), func(c *cell) bool { return c.place != place }))
		}
	}
}

func figures(viewers []*viewer) {
	var cells []*cell
	for _, v := range viewers {
		for name, x := range map[string]struct {
			path string
			body any
		}{
			"five facets":   {"/records/customer/query", map[string]any{"limit": 50, "facets": []any{"level", "status", "industry", "source", "owner"}}},
			"stage × owner": {"/records/deal/aggregate", map[string]any{"group": []any{"stage", "owner"}, "measures": []any{map[string]any{"fn": "count"}, map[string]any{"fn": "sum", "field": "amount"}}}},
			"by owner":      {"/records/customer/aggregate", map[string]any{"group": []any{"owner"}}},
		} {
			cells = append(cells, &cell{name: v.name + ", " + name, ask: func() time.Duration {
				_, _, took := v.ask("POST", x.path, x.body)
				return took
			}})
		}
	}
	run(cells)
	report("facets and figures", cells)
}

func searches(viewers []*viewer) {
	var cells []*cell
	for _, v := range viewers[1:] {
		if v.name == "v60k" || v.name == "v300k" {
			continue
		}
		for _, typed := range []string{"杭州远景精密", "有限公司", "hzyj", "hangzhouyuanjing", "13812345", "8000", "上海", "zhangwei", "xyz不存在"} {
			for end := range []rune(typed) {
				q := string([]rune(typed)[:end+1])
				cells = append(cells, &cell{name: v.name + ", " + q, ask: func() time.Duration {
					_, _, took := v.ask("POST", "/search", map[string]any{"q": q, "limit": 20})
					return took
				}})
			}
		}
	}
	run(cells)
	report("search at each keystroke", cells)
}

func records(viewers []*viewer) {
	var cells []*cell
	for _, v := range viewers[1:] {
		page, _, _ := v.ask("GET", "/records/customer?limit=20", nil)
		for _, x := range page["data"].([]any) {
			id := x.(map[string]any)["id"].(string)
			cells = append(cells, &cell{name: v.name, ask: func() time.Duration {
				_, _, one := v.ask("GET", "/records/customer/"+id, nil)
				_, _, two := v.ask("GET", "/records/customer/"+id+"/timeline?limit=20", nil)
				return one + two
			}})
		}
	}
	run(cells)
	report("record with its first timeline page", cells)
}

// creating makes customers with so many clients until told to stop.
func creating(v *viewer, clients int, rate float64, stop <-chan struct{}) *atomic.Int64 {
	var made atomic.Int64
	var tokens chan struct{}
	if rate > 0 {
		tokens = make(chan struct{}, clients)
		go func() {
			tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					select {
					case tokens <- struct{}{}:
					default:
					}
				case <-stop:
					return
				}
			}
		}()
	}
	for n := range clients {
		mine := &viewer{name: v.name, cookie: v.cookie, client: &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}}
		go func() {
			for i := 0; ; i++ {
				if tokens != nil {
					select {
					case <-tokens:
					case <-stop:
						return
					}
				}
				select {
				case <-stop:
					return
				default:
				}
				body := map[string]any{"name": fmt.Sprintf("新建客户 %d-%d-%d", os.Getpid(), n, i), "level": "B", "source": "website", "industry": "manufacturing", "region": "浙江杭州", "employees": i,
					"phones": []any{map[string]any{"value": fmt.Sprintf("1%02d%08d", 50+n, rand.IntN(100_000_000)), "label": "mobile"}}}
				out, code, _ := mine.ask("POST", "/records/customer", body)
				if code != 201 {
					log.Fatalf("create: %d %v", code, out)
				}
				made.Add(1)
			}
		}()
	}
	return &made
}

func creates(viewers []*viewer) {
	all := viewers[len(viewers)-1]
	stop := make(chan struct{})
	server, database := cpu(*pid), postgres()
	start := time.Now()
	made := creating(all, 16, 0, stop)
	time.Sleep(time.Duration(*seconds) * time.Second)
	close(stop)
	n := float64(made.Load())
	rate := n / time.Since(start).Seconds()
	log.Printf("create, 16 clients, %d s: %.0f a second, CPU each: server %.2f ms, database %.2f ms", *seconds, rate, ms(cpu(*pid)-server)/n, ms(postgres()-database)/n)
	one := reference()
	log.Printf("reference, one small row in one transaction each on the same disk: %.0f a second, ratio %.1f", one, rate/one)
}

// mixed asks lists while 150 creates a second run.
func mixed(viewers []*viewer) {
	stop := make(chan struct{})
	made := creating(viewers[len(viewers)-1], 8, 150, stop)
	var mu sync.Mutex
	var took []time.Duration
	end := time.Now().Add(time.Duration(min(*seconds, 20)) * time.Second)
	start := time.Now()
	for i := 0; time.Now().Before(end); i++ {
		v := viewers[i%len(viewers)]
		o := asked[i/len(viewers)%len(asked)]
		_, _, d := v.ask("POST", "/records/"+o.object+"/query", map[string]any{"limit": 50, "sort": o.sorts[i%len(o.sorts)]})
		mu.Lock()
		took = append(took, d)
		mu.Unlock()
	}
	close(stop)
	log.Printf("lists while %.0f creates a second run: %d asked, p50 %.2f, p95 %.2f, p99 %.2f ms", float64(made.Load())/time.Since(start).Seconds(), len(took), ms(quantile(took, 0.5)), ms(quantile(took, 0.95)), ms(quantile(took, 0.99)))
}

func memory([]*viewer) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", *pid))
	if err != nil {
		log.Printf("memory: %v", err)
		return
	}
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "VmHWM") {
			log.Print("memory: ", strings.Join(strings.Fields(line), " "))
		}
	}
}

// cpu is what a process has used, in user and kernel time.
func cpu(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	sum := 0.0
	for _, i := range []int{11, 12, 13, 14} { // utime, stime and those of children that ended
		n, _ := strconv.ParseFloat(f[i], 64)
		sum += n
	}
	return time.Duration(sum * float64(time.Second) / 100)
}

// postgres is what all processes of database servers on this machine have used.
func postgres() (sum time.Duration) {
	dirs, _ := os.ReadDir("/proc")
	for _, d := range dirs {
		n, err := strconv.Atoi(d.Name())
		if err != nil {
			continue
		}
		if name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", n)); strings.TrimSpace(string(name)) == "postgres" {
			sum += cpu(n)
		}
	}
	return sum
}
