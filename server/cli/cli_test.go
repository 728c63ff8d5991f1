package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"youpeng/platform/db/dbtest"
)

// terminal is where somebody types commands about one place.
type terminal struct {
	t     *testing.T
	where []string
}

func (m *terminal) say(code int, args ...string) string {
	m.t.Helper()
	var out, errs bytes.Buffer
	if got := run(m.t.Context(), append(args, m.where...), &out, &errs); got != code {
		m.t.Fatalf("%q ended with %d instead of %d: %s%s", args, got, code, out.String(), errs.String())
	}
	return strings.TrimSpace(out.String() + errs.String())
}

func (m *terminal) json(code int, into any, args ...string) {
	m.t.Helper()
	text := m.say(code, append(args, "--json")...)
	if err := json.Unmarshal([]byte(text), into); err != nil {
		m.t.Fatalf("%q: %v: %s", args, err, text)
	}
}

// serve runs a server until the returned function is called, and answers where it is and where its metrics are.
func (m *terminal) serve() (base, metrics string, stop func() int) {
	m.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	done := make(chan int, 1)
	metrics = "127.0.0.1:" + freePort(m.t)
	go func() {
		done <- run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0", "--metrics", metrics}, m.where...), w, io.Discard)
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if _, at, found := strings.Cut(lines.Text(), "Youpeng: "); found && base == "" {
			base = at
		}
		if strings.Contains(lines.Text(), "/link/") {
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	for { // the doors open after the link was printed
		res, err := http.Get(base + "/healthz")
		if err == nil {
			res.Body.Close()
			break
		}
		if len(done) > 0 {
			m.t.Fatal("the server ended")
		}
	}
	ended := false
	stop = func() int {
		cancel()
		ended = true
		return <-done
	}
	m.t.Cleanup(func() {
		if !ended {
			stop()
		}
	})
	return base, metrics, stop
}

func TestCommandsHereAndThroughTheServer(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			m := &terminal{t, []string{"--data", data}}
			if kind == "postgres" {
				url, schema := dbtest.Server(t)
				m.where = append(m.where, "--database", url, "--schema", schema)
			} else {
				m.say(1, "user", "list") // nothing is there, and nothing is made of a mistyped name
				if _, err := os.Stat(data); err == nil {
					t.Error("a folder was made")
				}
			}
			base, metrics, stop := m.serve()
			if kind == "sqlite" {
				if info, err := os.Stat(socketFile(data)); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("the socket: %v %v", info, err)
				}
				if !strings.Contains(m.say(1, "serve", "--listen", "127.0.0.1:0"), "stop it first") {
					t.Error("two servers on one folder")
				}
			}
			everything(t, m, base, metrics, kind == "sqlite")
			if code := stop(); code != 0 {
				t.Errorf("the server ended with %d", code)
			}
			if kind == "sqlite" { // on PostgreSQL every command ran here already
				everything(t, m, "", "", false)
			}
		})
	}
}

// everything says each command once.
func everything(t *testing.T, m *terminal, base, metrics string, through bool) {
	t.Helper()
	mail := "li" + strings.TrimPrefix(base, "http://127.0.0.1:") + "@example.com"
	var added struct{ Link string }
	m.json(0, &added, "user", "add", mail, "--name", "李雷", "--role", "manager")
	if !strings.Contains(added.Link, "/link/") || through && !strings.HasPrefix(added.Link, base) {
		t.Errorf("link %q", added.Link)
	}
	if !strings.Contains(m.say(0, "user", "link", mail), "/link/") || !strings.Contains(m.say(0, "user", "list"), mail) {
		t.Error("the person is not there")
	}
	var key, refused struct {
		ID, Key string
		Error   struct{ Code string }
	}
	m.json(1, &refused, "key", "add", "site", "--user", mail, "--scope", "records:read:nothing")
	m.json(0, &key, "key", "add", "site", "--user", mail, "--scope", "records:read")
	if refused.Error.Code == "" || !strings.HasPrefix(key.Key, "yp_") {
		t.Errorf("%+v %+v", refused, key)
	}
	if base != "" {
		asks(t, base, key.Key, 200)
	}
	m.say(0, "key", "revoke", key.ID)
	m.say(1, "key", "revoke", key.ID)
	if base != "" {
		asks(t, base, key.Key, 401)
		counted(t, metrics)
	}
	m.say(2, "user", "add")
	m.say(2, "nonsense")
	m.say(0, "migrate")
	var health struct{ Findings []any }
	m.json(0, &health, "doctor")
	if health.Findings == nil || len(health.Findings) > 0 {
		t.Errorf("%+v", health)
	}
	file := filepath.Join(t.TempDir(), "all.youpeng")
	m.say(0, "backup", "--out", file)
	m.say(1, "backup", "--out", file)
	m.say(1, "restore", file)
	fresh := &terminal{t, []string{"--data", filepath.Join(t.TempDir(), "fresh")}}
	fresh.say(0, "restore", file)
	if !strings.Contains(fresh.say(0, "user", "list"), mail) {
		t.Error("the person was not restored")
	}
}

func asks(t *testing.T, base, key string, want int) {
	t.Helper()
	r, err := http.NewRequest("GET", base+"/w/main/api/v1/records/customer", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != want {
		t.Errorf("asked with the key: %d instead of %d", res.StatusCode, want)
	}
}

// counted reads the metrics: they tell routes and states, and no address that was asked for.
func counted(t *testing.T, at string) {
	t.Helper()
	res, err := http.Get("http://" + at + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`youpeng_http_request_seconds_count{route="GET /w/{workspace}/api/v1/records/{object}",status="200"} 1`, `youpeng_db_commits_total{database="main"}`,
		`youpeng_db_writes_per_commit_bucket{database="main"`, "youpeng_column_bytes{", "youpeng_sessions ", "go_goroutines ", "youpeng_log_head"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
	if strings.Contains(string(b), "example.com") {
		t.Error("an address stands in the metrics")
	}
}

// A file comes in and goes out by commands as by the screen, beside a running server and without one.
func TestFilesComeInAndGoOut(t *testing.T) {
	t.Parallel()
	m := &terminal{t: t, where: []string{"--data", t.TempDir()}}
	_, _, stop := m.serve()
	in, out := filepath.Join(t.TempDir(), "客户.csv"), filepath.Join(t.TempDir(), "out.csv")
	if err := os.WriteFile(in, []byte("客户名称,电话,级别\n杭州远景科技有限公司,13800138000,A\n坏电话公司,12,B\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m.say(1, "import", in, "--object", "customer", "--user", "nobody@example.com")
	var p struct{ Created, Failed int }
	m.json(0, &p, "import", in, "--object", "customer", "--dry-run")
	if p.Created != 1 || p.Failed != 1 {
		t.Errorf("a dry run: %+v", p)
	}
	mend := filepath.Join(t.TempDir(), "mend.csv")
	m.json(0, &p, "import", in, "--object", "customer", "--mend", mend)
	if text, err := os.ReadFile(mend); err != nil || p.Created != 1 || !strings.Contains(string(text), "坏电话公司") || strings.Contains(string(text), "远景") {
		t.Errorf("%+v, to mend: %s %v", p, text, err)
	}
	stop()
	var e struct{ Rows int }
	m.json(0, &e, "export", "--object", "customer", "--filter", "level=A", "--out", out)
	if text, err := os.ReadFile(out); err != nil || e.Rows != 1 || !strings.Contains(string(text), "杭州远景科技有限公司") {
		t.Errorf("%+v: %s %v", e, text, err)
	}
	m.say(1, "export", "--object", "customer", "--filter", "nothing=A", "--out", out)
}

// A server with open streams stops at once and without a complaint.
func TestStreamsEndWithTheServer(t *testing.T) {
	t.Parallel()
	m := &terminal{t: t, where: []string{"--data", t.TempDir()}}
	base, _, stop := m.serve()
	var key struct{ Key string }
	m.json(0, &key, "key", "add", "reader", "--user", "admin@youpeng.local", "--scope", "records:read")
	r, err := http.NewRequest("GET", base+"/w/main/api/v1/changes?after=now", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key.Key)
	r.Header.Set("Accept", "text/event-stream")
	w, err := http.DefaultClient.Do(r)
	if err != nil || w.StatusCode != 200 {
		t.Fatal(w, err)
	}
	defer w.Body.Close()
	if code := stop(); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
	if _, err := io.ReadAll(w.Body); err != nil {
		t.Errorf("the stream was torn off: %v", err)
	}
}
