package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"youpeng/engine/catalog"
	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/engine/table"
	"youpeng/platform/control"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/i18n"
	"youpeng/server/app"
)

// Finding is one thing that is wrong.
type Finding struct {
	Kind      string `json:"kind"` // its words are the messages doctor.<kind> and doctor.<kind>.do
	Workspace string `json:"workspace,omitempty"`
	Object    string `json:"object,omitempty"`
	Field     string `json:"field,omitempty"`
	ID        int64  `json:"id,omitempty"`   // the private id of the record; its public one may be what is damaged
	Name      string `json:"name,omitempty"` // a table, column, index, series, file or number; never a value
	Fixed     bool   `json:"fixed,omitempty"`

	mend func(tx db.Tx) error // nil where only a person or a backup knows the truth
}

// Say tells what is wrong and what to do, in a language.
func (f Finding) Say(locale string) (wrong, do string) {
	args := map[string]any{"object": f.Object, "field": f.Field, "id": f.ID, "name": f.Name, "workspace": f.Workspace}
	do = i18n.Message(locale, "doctor."+f.Kind+".do", args)
	if f.Fixed {
		do = i18n.Message(locale, "doctor.fixed", nil)
	} else if f.mend != nil {
		do = i18n.Message(locale, "doctor.fixable", nil)
	}
	return i18n.Message(locale, "doctor."+f.Kind, args), do
}

// Report is what an examination found.
type Report struct {
	Workspaces int       `json:"workspaces"`
	Records    int64     `json:"records"`
	Commits    int64     `json:"commits"`
	Findings   []Finding `json:"findings"`
}

// Ill says whether anything is wrong that was not put right.
func (r *Report) Ill() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return !f.Fixed })
}

// Examine compares everything that is stored with what must follow from it, while it is in use. With fix it derives anew
// what is derived; what is the truth itself it never guesses.
func Examine(ctx context.Context, a *app.App, fix bool) (*Report, error) {
	d := &doctor{ctx: ctx, app: a, fix: fix, report: &Report{Findings: []Finding{}}}
	if err := a.ControlDB().Check(ctx); err != nil {
		d.find(Finding{Kind: "pages", Name: "control"})
	}
	loose, err := a.Control.Check(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range loose {
		d.find(Finding{Kind: "loose", Name: x.Table})
	}
	list, err := a.Control.Workspaces(ctx, 0)
	if err != nil {
		return nil, err
	}
	for _, w := range list {
		d.report.Workspaces++
		d.workspace = w.Slug
		release := func() {}
		if d.space, release, err = a.Hold(ctx, w.Slug); fault.Has(err, "catalog.damaged") {
			if err := d.unopened(w); err != nil {
				return nil, fmt.Errorf("examining the workspace %s: %w", w.Slug, err)
			}
			d.space, release, err = a.Hold(ctx, w.Slug) // as it was, or with the indexes that were made
		}
		if err != nil {
			d.closed(err)
			continue
		}
		err := d.examine()
		release()
		if err != nil {
			return nil, fmt.Errorf("examining the workspace %s: %w", w.Slug, err)
		}
	}
	d.workspace, d.space = "", nil
	return d.report, d.files()
}

type doctor struct {
	ctx       context.Context
	app       *app.App
	fix       bool
	report    *Report
	workspace string
	space     *app.Space
	doubted   map[[2]int64]bool // records, by object and id, whose row does not follow from the log: nothing is derived from it
	highest   map[[2]string]int64
}

func (d *doctor) find(f Finding) {
	f.Workspace = d.workspace
	d.report.Findings = append(d.report.Findings, f)
}

// closed tells why a workspace cannot be opened.
func (d *doctor) closed(err error) {
	f := fault.As(err)
	kind := "closed"
	if strings.HasSuffix(f.Code, ".newer") {
		kind = "newer"
	}
	d.find(Finding{Kind: kind, Name: err.Error()})
}

// unopened tells in what the tables of a workspace do not fit its definitions, so that it does not open, and makes the
// indexes that are missing: of all that can be lost, they alone follow from the rest.
func (d *doctor) unopened(w control.Workspace) error {
	return d.app.Unopened(d.ctx, w.Slug, w.URL, func(base *db.DB, damage []catalog.Damage) error {
		for _, f := range fitting(damage) {
			if f.mend != nil && d.fix {
				f.Fixed = base.Schema(d.ctx, f.mend) == nil
				f.mend = nil
			}
			d.find(f)
		}
		return d.ctx.Err()
	})
}

// fitting are the findings of what does not fit the catalog. The index of a table that is gone went with it.
func fitting(damage []catalog.Damage) (list []Finding) {
	for _, x := range damage {
		f := Finding{Kind: x.What + "_missing", Object: x.Object, Field: x.Field, Name: x.Name}
		switch x.What {
		case "foreign":
			f.Kind = "column_foreign"
		case "index":
			if slices.ContainsFunc(damage, func(y catalog.Damage) bool { return y.What == "table" && y.Object == x.Object && y.Field == x.Field }) {
				continue
			}
			f.mend = x.Make
		}
		list = append(list, f)
	}
	return list
}

func (d *doctor) examine() error {
	s := d.space
	d.doubted, d.highest = map[[2]int64]bool{}, map[[2]string]int64{}
	if err := s.DB.Check(d.ctx); err != nil {
		d.find(Finding{Kind: "pages", Name: d.space.URL})
		return nil // whatever else were found would be said of pages that cannot be read
	}
	for _, part := range []func() error{d.log, d.catalog, d.records, d.series, d.members, d.columns, d.snapshots, d.kept} {
		if err := part(); err != nil {
			return err
		}
	}
	return d.mend()
}

// log walks along the chain of commits.
func (d *doctor) log() error {
	for { // what was written a moment ago has no number yet
		if n, err := d.space.Log.Number(d.ctx); err != nil || n == 0 {
			if err != nil {
				return err
			}
			break
		}
	}
	p, err := d.space.Log.Verify(d.ctx)
	if err != nil {
		return err
	}
	d.report.Commits += p.Commits
	for _, n := range p.Gaps {
		d.find(Finding{Kind: "log_gap", Name: fmt.Sprint(n)})
	}
	for _, n := range p.Broken {
		d.find(Finding{Kind: "log_broken", Name: fmt.Sprint(n)})
	}
	return nil
}

// catalog compares the tables with the definitions.
func (d *doctor) catalog() error {
	unknown, err := d.space.Catalog.Unknown(d.ctx)
	if err != nil {
		return err
	}
	for _, name := range unknown {
		d.find(Finding{Kind: "object_unknown", Object: name})
	}
	return d.space.DB.Read(d.ctx, func(r db.Reader) error {
		damage, err := d.space.Catalog.Check(d.ctx, r)
		if err != nil {
			return err
		}
		for _, f := range fitting(damage) {
			d.find(f)
		}
		return nil
	})
}

// whole says whether all tables of an object are there.
func (d *doctor) whole(o *object.Object) bool {
	return !slices.ContainsFunc(d.report.Findings, func(f Finding) bool {
		return f.Workspace == d.workspace && f.Object == o.Name && (f.Kind == "table_missing" || f.Kind == "column_missing")
	})
}

func (d *doctor) records() error {
	for _, o := range d.space.Engine.Catalog().Objects {
		if !d.whole(o) {
			continue
		}
		err := d.space.DB.Read(d.ctx, func(r db.Reader) error {
			return d.space.Tables.Check(d.ctx, r, o, func(batch []*object.Record, after, to int64, flaws []table.Flaw) error {
				d.report.Records += int64(len(batch))
				if err := d.doubts(r, o, batch, after, to); err != nil {
					return err
				}
				d.flaws(o, flaws)
				d.drawn(o, batch)
				return d.links(r, o, batch)
			})
		})
		if d.ctx.Err() != nil {
			return d.ctx.Err()
		}
		if err != nil {
			d.find(Finding{Kind: "unreadable", Object: o.Name, Name: err.Error()})
		}
	}
	return nil
}

func (d *doctor) doubts(r db.Reader, o *object.Object, batch []*object.Record, after, to int64) error {
	doubts, err := d.space.Engine.Doubts(r, o, batch, after, to)
	for _, x := range doubts {
		d.doubted[[2]int64{int64(o.Number), x.ID}] = true
		d.find(Finding{Kind: x.Kind, Object: o.Name, ID: x.ID})
	}
	return err
}

func (d *doctor) flaws(o *object.Object, flaws []table.Flaw) {
	for _, x := range flaws {
		f := Finding{Kind: x.Kind, Object: o.Name, Field: x.Field.Name, ID: x.ID}
		if !d.doubted[[2]int64{int64(o.Number), x.ID}] {
			f.mend = func(tx db.Tx) error { return d.space.Tables.Mend(tx, o, x) }
		}
		d.find(f)
	}
}

// links looks for targets that never were. What was purged since leaves its links behind, and is known to the log.
func (d *doctor) links(r db.Reader, o *object.Object, batch []*object.Record) error {
	cat := d.space.Engine.Catalog()
	for _, f := range o.Fields {
		if !f.Kind.Links() {
			continue
		}
		from := map[*object.Object]map[int64]int64{} // target → its first record that links there
		note := func(t *object.Object, target, id int64) {
			if t == nil || target == 0 {
				return
			}
			if from[t] == nil {
				from[t] = map[int64]int64{}
			}
			if _, known := from[t][target]; !known {
				from[t][target] = id
			}
		}
		for _, rec := range batch {
			switch v := rec.At(f).(type) {
			case int64:
				note(cat.Object(f.Target), v, rec.ID)
			case object.Ref:
				note(cat.Numbered(v.Object), v.ID, rec.ID)
			case []object.Item:
				for _, it := range v {
					note(cat.Object(f.Target), it.Link, rec.ID)
				}
			}
		}
		for t, ids := range from {
			if !d.whole(t) {
				continue
			}
			never, err := d.space.Engine.NeverMade(r, t, slices.Sorted(keysOf(ids)))
			if err != nil {
				return err
			}
			for _, id := range never {
				d.find(Finding{Kind: "link_nowhere", Object: o.Name, Field: f.Name, ID: ids[id]})
			}
		}
	}
	return nil
}

func keysOf[K comparable, V any](m map[K]V) func(yield func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// drawn remembers the highest number that each series gave.
func (d *doctor) drawn(o *object.Object, batch []*object.Record) {
	for _, f := range o.Fields {
		if f.Series == nil {
			continue
		}
		for _, rec := range batch {
			if name, period, n, ok := d.space.Engine.Drawn(rec, f); ok {
				key := [2]string{name, period}
				d.highest[key] = max(d.highest[key], n)
			}
		}
	}
}

func (d *doctor) series() error {
	return d.space.DB.Read(d.ctx, func(r db.Reader) error {
		for key, highest := range d.highest {
			next, err := record.NextNumber(r, key[0], key[1])
			if err != nil {
				return err
			}
			if next <= highest {
				d.find(Finding{Kind: "series_behind", Name: strings.TrimSuffix(key[0]+" "+key[1], " "), mend: func(tx db.Tx) error {
					return record.Continue(tx, key[0], key[1], highest)
				}})
			}
		}
		return nil
	})
}

// members looks for accounts whose user record is not there.
func (d *doctor) members() error {
	user := d.space.Engine.Catalog().Object("user")
	if user == nil || !d.whole(user) {
		return nil
	}
	list, err := d.app.Control.MembersOf(d.ctx, d.space.ID)
	if err != nil {
		return err
	}
	for _, m := range list {
		there, err := d.space.Has(d.ctx, user, m.User)
		if err != nil {
			return err
		}
		if !there {
			d.find(Finding{Kind: "member_loose", Object: "user", Name: m.User.String()})
		}
	}
	return nil
}

// columns compares what is in memory. What another node wrote a moment ago may be on its way, so only what differs twice
// counts.
func (d *doctor) columns() error {
	cat := d.space.Engine.Catalog()
	for _, o := range cat.Objects {
		if !d.whole(o) {
			return nil // nothing can be read again
		}
	}
	first, err := d.space.Columns().Compare(d.ctx)
	if err != nil || len(first) == 0 {
		return err
	}
	second, err := d.space.Columns().Compare(d.ctx)
	if err != nil {
		return err
	}
	for _, x := range second {
		if slices.Contains(first, x) {
			d.find(Finding{Kind: "column_differs", Object: x.Object, Field: x.Field, ID: x.ID, mend: func(db.Tx) error {
				d.space.Columns().Drop(cat.Object(x.Object))
				return nil
			}})
		}
	}
	return nil
}

// snapshots reads every byte of the snapshots of columns. One that is damaged is never used, and only costs time.
func (d *doctor) snapshots() error {
	dir := d.app.Config().Snapshots(d.space.URL)
	if dir == "" {
		return nil
	}
	list, err := column.Snapshots(dir)
	if err != nil {
		return err
	}
	for _, x := range list {
		if len(x.Broken) > 0 {
			d.find(Finding{Kind: "snapshot_damaged", Object: x.Object, mend: func(db.Tx) error { return column.DeleteSnapshots(dir, x.Object) }})
		}
	}
	return nil
}

// kept compares the rows of the workspace's files with their bytes.
func (d *doctor) kept() error {
	lost, stray, err := d.space.Files().Check(d.ctx)
	for _, name := range lost {
		d.find(Finding{Kind: "file_lost", Name: name})
	}
	for _, name := range stray {
		d.find(Finding{Kind: "file_stray", Name: name})
	}
	return err
}

// mend derives anew what can be.
func (d *doctor) mend() error {
	if !d.fix {
		return nil
	}
	for i := range d.report.Findings {
		f := &d.report.Findings[i]
		if f.Workspace != d.workspace || f.mend == nil {
			continue
		}
		do := d.space.DB.Write
		if f.Kind == "index_missing" {
			do = d.space.DB.Schema
		}
		err := do(d.ctx, f.mend)
		if d.ctx.Err() != nil {
			return d.ctx.Err()
		}
		f.Fixed = err == nil
		if err != nil {
			f.mend = nil
		}
	}
	return nil
}

// files compares the uploaded files with their names, which are the hashes of what is in them.
func (d *doctor) files() error {
	root := Files(d.app.Config())
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !e.Type().IsRegular() || len(e.Name()) != 2*sha256.Size {
			return err
		}
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		defer f.Close()
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			return err
		}
		if hex.EncodeToString(sum.Sum(nil)) != e.Name() {
			d.find(Finding{Kind: "file_altered", Name: e.Name()})
		}
		return d.ctx.Err()
	})
	return err
}
