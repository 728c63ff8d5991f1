// Package cli is the command line.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"youpeng/platform/clock"
	"youpeng/platform/control"
	"youpeng/server/api"
	"youpeng/server/app"
)

type place struct {
	Data     string `help:"The folder of the embedded databases." default:"data" env:"YOUPENG_DATA" type:"path"`
	Database string `help:"A PostgreSQL server instead: postgres://user@host/database." env:"YOUPENG_DATABASE"`
	Schema   string `help:"What the schemas of this installation begin with." default:"youpeng" env:"YOUPENG_SCHEMA"`
}

type commands struct {
	Serve     serve     `cmd:"" help:"Serve the CRM. Example: youpeng serve --listen 127.0.0.1:8080"`
	Workspace workspace `cmd:"" help:"Workspaces."`
	User      user      `cmd:"" help:"People of a workspace."`
}

// Main runs the command line and answers the exit code: 0, 1 failed, 2 wrong use.
func Main(args []string, out, errs io.Writer) int {
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("youpeng"), kong.Description("有朋 Youpeng, a CRM in one program."), kong.Vars{"rate": strconv.Itoa(api.DefaultRate)}, kong.Writers(out, errs), kong.Exit(func(n int) { code = n }))
	if err != nil {
		panic(err) // the grammar is a constant
	}
	k, err := parser.Parse(args)
	if code >= 0 {
		return code
	}
	if err != nil {
		fmt.Fprintln(errs, "youpeng:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	k.BindTo(out, (*io.Writer)(nil))
	if err := k.Run(); err != nil {
		fmt.Fprintln(errs, "youpeng:", err)
		return 1
	}
	return 0
}

type serve struct {
	place
	world
	Listen       string `help:"Where to listen." default:"127.0.0.1:8080" env:"YOUPENG_LISTEN"`
	TLSCert      string `help:"A certificate in PEM." env:"YOUPENG_TLS_CERT" type:"existingfile"`
	TLSKey       string `help:"Its key." env:"YOUPENG_TLS_KEY" type:"existingfile"`
	InsecureHTTP bool   `help:"Serve plain HTTP beyond this machine, behind a proxy that encrypts." env:"YOUPENG_INSECURE_HTTP"`
	Clock        string `help:"Pretend it is TIME, or TIME@SPEED."`
	AllowClock   bool   `help:"Allow --clock."`
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
	a, err := app.Open(ctx, app.Config{Data: s.Data, Database: s.Database, Schema: s.Schema, Clock: tick, Log: log})
	if err != nil {
		return err
	}
	defer a.Close()
	l, err := net.Listen("tcp", s.Listen)
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
	server := &http.Server{Handler: api.New(a, log, secure, options), ReadHeaderTimeout: 3 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
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

// begin makes what a fresh install needs and prints the one-time link of its first administrator until somebody has used it.
func begin(ctx context.Context, a *app.App, base string, out io.Writer) error {
	secret, err := a.First(ctx, "main", "我的公司", "admin@youpeng.local")
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

type workspace struct {
	Add addWorkspace `cmd:"" help:"Add a workspace."`
}

type addWorkspace struct {
	place
	Slug string `arg:"" help:"Its name in addresses."`
	Name string `arg:"" help:"Its name for people."`
}

func (w *addWorkspace) Run(ctx context.Context) error {
	return w.with(ctx, func(a *app.App) error {
		_, err := a.AddWorkspace(ctx, w.Slug, w.Name)
		return err
	})
}

// with opens the program where no server runs.
func (p *place) with(ctx context.Context, fn func(*app.App) error) error {
	a, err := app.Open(ctx, app.Config{Data: p.Data, Database: p.Database, Schema: p.Schema})
	if err != nil {
		return err
	}
	defer a.Close()
	return fn(a)
}

type user struct {
	Add  addUser  `cmd:"" help:"Invite somebody: prints a one-time link."`
	Link userLink `cmd:"" help:"Print a one-time sign-in link."`
}

type addUser struct {
	place
	Workspace string `help:"The workspace." default:"main"`
	Email     string `arg:""`
	Name      string `help:"The person's name."`
	Role      string `help:"administrator, manager, salesperson or a role of your own." default:"salesperson"`
}

func (u *addUser) Run(ctx context.Context, out io.Writer) error {
	return u.with(ctx, func(a *app.App) error {
		s, err := a.Space(ctx, u.Workspace)
		if err != nil {
			return err
		}
		secret, err := a.Invite(ctx, s, u.Email, u.Name, u.Role, control.LinkInvite)
		switch {
		case err != nil:
			return err
		case secret == "":
			fmt.Fprintln(out, "This person has a password and signs in with it.")
		default:
			fmt.Fprintln(out, "/link/"+secret)
		}
		return nil
	})
}

type userLink struct {
	place
	Email string `arg:""`
}

func (u *userLink) Run(ctx context.Context, out io.Writer) error {
	return u.with(ctx, func(a *app.App) error {
		account, err := a.Control.AccountBy(ctx, u.Email)
		if err != nil {
			return err
		}
		secret, err := a.Control.NewLink(ctx, control.LinkSignIn, account.ID, time.Hour)
		if err == nil {
			fmt.Fprintln(out, "/link/"+secret)
		}
		return err
	})
}
