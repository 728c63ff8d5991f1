package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"youpeng/platform/clock"
	"youpeng/server/api"
	"youpeng/server/app"
)

type serve struct {
	place
	world
	Listen       string `help:"Where to listen." default:"127.0.0.1:8080" env:"YOUPENG_LISTEN"`
	TLSCert      string `help:"A certificate in PEM." env:"YOUPENG_TLS_CERT" type:"existingfile"`
	TLSKey       string `help:"Its key." env:"YOUPENG_TLS_KEY" type:"existingfile"`
	InsecureHTTP bool   `help:"Serve plain HTTP beyond this machine, behind a proxy that encrypts." env:"YOUPENG_INSECURE_HTTP"`
	Metrics      string `help:"HOST:PORT where /metrics answers Prometheus; nobody asks it who they are, so keep it inside." env:"YOUPENG_METRICS"`
	Memory       string `help:"How much memory the columns of all workspaces may take, such as 700M or 4G; without it as much as they need." env:"YOUPENG_MEMORY"`
	Clock        string `help:"Pretend it is TIME, or TIME@SPEED."`
	AllowClock   bool   `help:"Allow --clock."`
}

func (*serve) Help() string {
	return "Example: youpeng serve --data /var/lib/youpeng --listen 0.0.0.0:443 --tls-cert crm.pem --tls-key crm.key --metrics 127.0.0.1:9100"
}

func (s *serve) Run(ctx context.Context, out io.Writer) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	tick, err := clockOf(s.Clock, s.AllowClock)
	if err != nil {
		return err
	}
	secure := s.TLSCert != ""
	host, _, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return fmt.Errorf("--listen wants HOST:PORT: %w", err)
	}
	if ip := net.ParseIP(host); !secure && !s.InsecureHTTP && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("plain HTTP is for this machine alone: give --tls-cert and --tls-key, or --insecure-http behind a proxy that encrypts")
	}
	options, closing, err := s.options(host, log)
	if err != nil {
		return err
	}
	defer closing()
	release, err := s.own()
	if err != nil {
		return err
	}
	defer release()
	cfg := s.config()
	cfg.Clock, cfg.Log = tick, log
	if cfg.Memory, err = bytesOf(s.Memory); err != nil {
		return err
	}
	boundHeap()
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	l, err := net.Listen("tcp", s.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("another program listens on %s already: choose an address with --listen HOST:PORT (make run: YOUPENG_LISTEN=HOST:PORT)", s.Listen)
	}
	if err != nil {
		return err
	}
	scheme := "http"
	if secure {
		scheme = "https"
	}
	base := scheme + "://" + l.Addr().String()
	fmt.Fprintln(out, "有朋 Youpeng:", base)
	if err := begin(ctx, a, base, out); err != nil {
		return err
	}
	if err := a.Wake(ctx); err != nil {
		return err
	}
	if options.Public != nil {
		base = options.Public.String()
	}
	if s.Database == "" {
		closing, err := answerHere(s.Data, &desk{App: a, base: base}, log)
		if err != nil {
			return fmt.Errorf("opening the socket for other commands: %w", err)
		}
		defer closing()
	}
	options.Stopping = ctx
	handler := api.New(a, log, secure, options)
	if s.Metrics != "" {
		m := api.NewMetrics(a)
		handler = m.Count(handler)
		closing, err := serveMetrics(s.Metrics, m)
		if err != nil {
			return err
		}
		defer closing()
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 3 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	done := make(chan error, 1)
	go func() {
		if secure {
			done <- server.ServeTLS(l, s.TLSCert, s.TLSKey)
			return
		}
		done <- server.Serve(l)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		end, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return server.Shutdown(end)
	}
}

// serveMetrics answers Prometheus at an address of its own.
func serveMetrics(address string, m *api.Metrics) (closing func(), err error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 3 * time.Second}
	go func() { _ = server.Serve(l) }()
	return func() { _ = server.Close() }, nil
}

// begin makes what a fresh install needs and prints the one-time link of its first administrator until somebody has used
// it; of the demo company, links for three roles.
func begin(ctx context.Context, a *app.App, base string, out io.Writer) error {
	if err := showFaces(ctx, a, base, out); err != nil {
		return err
	}
	secret, err := a.First(ctx, "main", app.FirstName.ZH, "admin@youpeng.local")
	if err != nil || secret == "" {
		return err
	}
	fmt.Fprintln(out, "第一次使用，请打开这个一次性链接 / first use, open this one-time link:")
	fmt.Fprintln(out, base+"/link/"+secret)
	return nil
}

// clockOf reads TIME[@SPEED].
func clockOf(s string, allowed bool) (clock.Clock, error) {
	if s == "" {
		return clock.Wall{}, nil
	}
	if !allowed {
		return nil, errors.New("--clock moves sessions, jobs and reminders; say --allow-clock too if you mean it")
	}
	at, speed, _ := strings.Cut(s, "@")
	start, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return nil, fmt.Errorf("--clock wants a time such as 2026-11-24T09:00:00Z: %w", err)
	}
	x := 1.0
	if speed != "" {
		if x, err = strconv.ParseFloat(speed, 64); err != nil || x <= 0 || x > 1e6 {
			return nil, errors.New("--clock wants a speed between 0 and 1,000,000 after the @")
		}
	}
	return clock.NewScaled(start, x), nil
}

// bytesOf reads a size such as 700M or 4G; nothing is 0.
func bytesOf(size string) (int64, error) {
	units := map[byte]int64{'K': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}
	number, unit := size, int64(1)
	if size == "" {
		return 0, nil
	}
	if u, ok := units[size[len(size)-1]&^0x20]; ok {
		number, unit = size[:len(size)-1], u
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64/unit {
		return 0, fmt.Errorf("--memory wants a size such as 700M or 4G, not %q", size)
	}
	return n * unit, nil
}
