// Package cli is the command line: flags, or YOUPENG_* in the environment, output for people or, with --json, for programs.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"youpeng/platform/fault"
	"youpeng/platform/i18n"
	"youpeng/server/api"
	"youpeng/server/app"
)

// place is where the data is.
type place struct {
	Data     string `help:"The folder of the embedded databases." default:"data" env:"YOUPENG_DATA" type:"path"`
	Database string `help:"A PostgreSQL server instead: postgres://user@host/database." env:"YOUPENG_DATABASE"`
	Schema   string `help:"What the schemas of this installation begin with." default:"youpeng" env:"YOUPENG_SCHEMA"`
}

func (p *place) at() *place { return p }

func (p *place) config() app.Config {
	return app.Config{Data: p.Data, Database: p.Database, Schema: p.Schema}
}

type commands struct {
	JSON bool `name:"json" help:"Answer for programs." env:"YOUPENG_JSON"`

	Serve     serve       `cmd:"" help:"Serve the CRM."`
	Demo      demoCompany `cmd:"" help:"Make the demo company in an empty place."`
	Workspace workspace   `cmd:"" help:"Workspaces."`
	User      user        `cmd:"" help:"People of a workspace."`
	Key       key         `cmd:"" help:"API keys."`
	Import    importFile  `cmd:"" help:"Bring the rows of a file in, as the screen does."`
	Export    exportFile  `cmd:"" help:"Write records into a file, as the screen does."`
	Backup    backup      `cmd:"" help:"Write all data into one file, while serving."`
	Restore   restore     `cmd:"" help:"Bring a backup back into an empty place."`
	Migrate   migrate     `cmd:"" help:"Bring older databases up to this program, after a copy of each."`
	Doctor    doctor      `cmd:"" help:"Examine all data and say what is wrong and what to do."`
}

// Main runs the command line and answers the exit code: 0, 1 failed, 2 wrong use.
func Main(args []string, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, args, out, errs)
}

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("youpeng"), kong.Description("有朋 Youpeng, a CRM in one program."), kong.Vars{"rate": strconv.Itoa(api.DefaultRate)},
		kong.Writers(out, errs), kong.Exit(func(n int) { code = n }))
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
	if v, ok := k.Selected().Target.Addr().Interface().(verb); ok {
		return show(do(ctx, nameOf(k.Selected()), v), c.JSON, out, errs)
	}
	k.BindTo(ctx, (*context.Context)(nil))
	k.BindTo(out, (*io.Writer)(nil))
	k.Bind(&c)
	if err := k.Run(); err != nil {
		fmt.Fprintln(errs, "youpeng:", words(err, locale()))
		return 1
	}
	return 0
}

// nameOf is how a command is called, such as "user add".
func nameOf(n *kong.Node) string {
	var names []string
	for ; n != nil && n.Type == kong.CommandNode; n = n.Parent {
		names = append([]string{n.Name}, names...)
	}
	return strings.Join(names, " ")
}

// locale is the language of whoever sits at the terminal: Chinese where it says so, else English.
func locale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "zh") {
				return "zh"
			}
			return "en"
		}
	}
	return "en"
}

// words says an error in a language; what is no fault of ours is said as it is.
func words(err error, locale string) string {
	f := fault.As(err)
	if f.Class == fault.Internal {
		return err.Error()
	}
	if len(f.Fields) == 0 {
		return i18n.Message(locale, f.Code, f.Args)
	}
	var parts []string
	for _, x := range f.Fields {
		parts = append(parts, x.Path+": "+i18n.Message(locale, x.Code, x.Args))
	}
	return strings.Join(parts, "; ")
}
