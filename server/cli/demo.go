package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"youpeng/platform/clock"
	"youpeng/server/app"
	"youpeng/server/demo"
)

// lived is up to how many customers the demo company is lived; beyond it is filled, to measure with.
const lived = 1000

type demoCompany struct {
	place
	Customers int    `help:"How many customers the company has; beyond 1,000 they are made in bulk, to measure with." default:"300"`
	Seed      uint64 `help:"The same seed makes the same company." default:"1"`
}

// Help is what --help adds.
func (*demoCompany) Help() string {
	return "Makes a company that has worked for half a year. Example: youpeng demo --data demo && youpeng serve --data demo"
}

func (d *demoCompany) Run(ctx context.Context, out io.Writer) error {
	until := time.Now().UTC().Truncate(time.Minute)
	tick := clock.NewManual(until)
	release, err := d.own()
	if err != nil {
		return err
	}
	defer release()
	a, err := app.Open(ctx, app.Config{Data: d.Data, Database: d.Database, Schema: d.Schema, Clock: tick})
	if err != nil {
		return err
	}
	defer a.Close()
	if d.Customers > lived {
		return demo.Fill(ctx, a, d.Customers, d.Seed, until, func(s string) { fmt.Fprintln(out, s) })
	}
	made, err := demo.Play(ctx, a, tick, demo.Options{Customers: d.Customers, Seed: d.Seed, Until: until})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(made)) {
		fmt.Fprintf(out, "%s %d\n", name, made[name])
	}
	return nil
}

// showFaces prints fresh one-time links for three roles where this is the demo company.
func showFaces(ctx context.Context, a *app.App, base string, out io.Writer) error {
	links, err := demo.Links(ctx, a)
	if err != nil || links == nil {
		return err
	}
	fmt.Fprintln(out, "演示公司，每个链接可用一次 / demo company, each link works once:")
	for i, f := range demo.Faces {
		fmt.Fprintf(out, "  %s  %s/link/%s\n", f.Role, base, links[i])
	}
	return nil
}
