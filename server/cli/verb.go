package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"youpeng/platform/fault"
	"youpeng/server/app"
)

// verb is a command on the program's data. It runs here, or within the server that has the data open; so it is data
// itself, and answers instead of printing.
type verb interface {
	at() *place
	run(ctx context.Context, d *desk) (answer, error)
}

// desk is what a verb works with.
type desk struct {
	*app.App
	base   string // where people reach the server; empty while none runs
	locale string
	held   []func() // workspaces, let go when the verb has ended
}

// Space opens a workspace for as long as the verb runs.
func (d *desk) Space(ctx context.Context, slug string) (*app.Space, error) {
	s, release, err := d.Hold(ctx, slug)
	if err == nil {
		d.held = append(d.held, release)
	}
	return s, err
}

// link is the address of a one-time link.
func (d *desk) link(secret string) string { return d.base + "/link/" + secret }

// answer is what a verb says: the sentences for people and the same for programs. Ill ones end with exit code 1.
type answer struct {
	Text string
	Data any
	Ill  bool
}

// outcome is an answer on its way from one process to another.
type outcome struct {
	Text  string          `json:"text,omitempty"`
	Data  json.RawMessage `json:"data,omitempty"`
	Ill   bool            `json:"ill,omitempty"`
	Code  string          `json:"code,omitempty"` // of an error
	Error string          `json:"error,omitempty"`
}

// perform runs a verb and packs what it says.
func perform(ctx context.Context, v verb, d *desk) outcome {
	defer func() {
		for _, release := range d.held {
			release()
		}
	}()
	a, err := v.run(ctx, d)
	if err != nil {
		return failed(err, d.locale)
	}
	data, err := json.Marshal(a.Data)
	if err != nil {
		return failed(err, d.locale)
	}
	return outcome{Text: a.Text, Data: data, Ill: a.Ill}
}

func failed(err error, locale string) outcome {
	return outcome{Code: fault.As(err).Code, Error: words(err, locale), Ill: true}
}

// do runs a verb where the data is: in the server that has the folder, else here.
func do(ctx context.Context, name string, v verb) outcome {
	p, lang := v.at(), locale()
	if p.Database == "" {
		release, err := own(p.Data, name == "workspace add")
		if errors.Is(err, errOwned) {
			return ask(ctx, p.Data, name, v, lang)
		}
		if err != nil {
			return failed(err, lang)
		}
		defer release()
	}
	a, err := app.Open(ctx, p.config())
	if err != nil {
		return failed(err, lang)
	}
	defer a.Close()
	return perform(ctx, v, &desk{App: a, locale: lang})
}

// show prints an outcome and answers the exit code.
func show(o outcome, asJSON bool, out, errs io.Writer) int {
	switch {
	case asJSON && o.Error != "":
		_ = json.NewEncoder(out).Encode(map[string]any{"error": map[string]string{"code": o.Code, "message": o.Error}})
	case asJSON:
		fmt.Fprintln(out, string(o.Data))
	case o.Error != "":
		fmt.Fprintln(errs, "youpeng:", o.Error)
	case o.Text != "":
		fmt.Fprintln(out, o.Text)
	}
	if o.Ill {
		return 1
	}
	return 0
}

// Files of the data folder beside the databases.
func lockFile(data string) string   { return filepath.Join(data, "lock") }
func socketFile(data string) string { return filepath.Join(data, "admin.sock") }

var errOwned = errors.New("the data folder belongs to another process")

// own makes this process the only one that has a data folder, until it ends or releases it. A folder without data is
// refused unless it may be made, so that a mistyped name does not begin a new installation.
func own(data string, make bool) (release func(), err error) {
	if _, err := os.Stat(filepath.Join(data, "control.db")); err != nil && !make {
		return nil, fault.New(fault.Missing, "data.missing", "data", data)
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(lockFile(data), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // the lock goes with the file
}

// own takes the folder for a command that runs in this process alone, such as a server.
func (p *place) own() (release func(), err error) {
	if p.Database != "" {
		return func() {}, nil
	}
	release, err = own(p.Data, true)
	if errors.Is(err, errOwned) {
		err = fault.New(fault.Conflict, "data.serving")
	}
	return release, err
}
