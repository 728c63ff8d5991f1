package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"youpeng/platform/i18n"
	"youpeng/server/app"
	"youpeng/server/ops"
)

type backup struct {
	place `json:"-"`
	Out   string `required:"" type:"path" help:"The file to write; it must not exist."`
}

func (*backup) Help() string {
	return "Control database, workspaces and uploaded files, each as of one instant, while the server serves. Example: youpeng backup --out /backups/2026-11-24.youpeng"
}

func (v *backup) run(ctx context.Context, d *desk) (answer, error) {
	m, err := ops.Backup(ctx, d.App, v.Out)
	if err != nil {
		return answer{}, err
	}
	args := told(m)
	args["file"] = v.Out
	return answer{Text: i18n.Message(d.locale, "backup.done", args), Data: args}, nil
}

// told is what people and programs learn of a backup.
func told(m *ops.Manifest) map[string]any {
	return map[string]any{"databases": len(m.Databases), "rows": m.Rows(), "files": len(m.Files), "at": m.CreatedAt.Format(time.RFC3339), "product": m.Product}
}

type restore struct {
	place
	File string `arg:"" type:"existingfile"`
}

func (*restore) Help() string {
	return "From and to either database. Every table is compared with the backup's manifest before it says that it is done. Example: youpeng restore /backups/2026-11-24.youpeng --data fresh"
}

// Run restores, then opens what it restored, which brings an older backup up to this program. Nobody else may have the
// place meanwhile, so it runs in this process alone.
func (v *restore) Run(ctx context.Context, c *commands, out io.Writer) error {
	release, err := v.own()
	if err != nil {
		return err
	}
	defer release()
	m, err := ops.Restore(ctx, v.config(), v.File)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, v.config())
	if err != nil {
		return err
	}
	defer a.Close()
	if _, err := workspaces(ctx, a); err != nil {
		return err
	}
	o := perform(ctx, said{i18n.Message(locale(), "restore.done", told(m)), told(m)}, &desk{})
	if show(o, c.JSON, out, out) != 0 {
		return errors.New(o.Error)
	}
	return nil
}

// said is an answer that is known already.
type said struct {
	text string
	data any
}

func (said) at() *place { return nil }

func (s said) run(context.Context, *desk) (answer, error) {
	return answer{Text: s.text, Data: s.data}, nil
}

type migrate struct {
	place `json:"-"`
}

func (*migrate) Help() string {
	return "The server does the same at its start. An older database is copied first, to <name>.db.before-<step> beside it, or to a schema <name>_before_<step>. Example: youpeng migrate"
}

func (v *migrate) run(ctx context.Context, d *desk) (answer, error) {
	n, err := workspaces(ctx, d.App)
	return answer{Text: i18n.Message(d.locale, "migrate.done", map[string]any{"workspaces": n}), Data: map[string]any{"workspaces": n}}, err
}

// workspaces opens all of them, which brings them up to this program.
func workspaces(ctx context.Context, a *app.App) (int, error) {
	list, err := a.Control.Workspaces(ctx, 0)
	if err != nil {
		return 0, err
	}
	for _, w := range list {
		_, release, err := a.Hold(ctx, w.Slug)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", w.Slug, err)
		}
		release()
	}
	return len(list), nil
}

type doctor struct {
	place `json:"-"`
	Fix   bool `help:"Derive anew what is derived: item rows, keys, indexes, series, columns in memory. The truth is never guessed."`
}

func (*doctor) Help() string {
	return "Exit code 1 says that something is wrong and was not put right. Example: youpeng doctor --fix"
}

func (v *doctor) run(ctx context.Context, d *desk) (answer, error) {
	r, err := ops.Examine(ctx, d.App, v.Fix)
	if err != nil {
		return answer{}, err
	}
	var lines []string
	type finding struct {
		ops.Finding
		Wrong string `json:"wrong"`
		Do    string `json:"do"`
	}
	list := []finding{}
	for _, f := range r.Findings {
		wrong, do := f.Say(d.locale)
		list = append(list, finding{f, wrong, do})
		where := ""
		if f.Workspace != "" {
			where = "[" + f.Workspace + "] "
		}
		lines = append(lines, where+wrong+"\n    "+do)
	}
	args := map[string]any{"workspaces": r.Workspaces, "records": r.Records, "commits": r.Commits, "count": len(r.Findings)}
	end := "doctor.clean"
	if len(r.Findings) > 0 {
		end = "doctor.ill"
	}
	lines = append(lines, i18n.Message(d.locale, end, args))
	return answer{Text: strings.Join(lines, "\n"), Ill: r.Ill(),
		Data: map[string]any{"workspaces": r.Workspaces, "records": r.Records, "commits": r.Commits, "findings": list}}, nil
}
