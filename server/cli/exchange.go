package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/exchange"
	"youpeng/engine/query"
	"youpeng/platform/blob"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/job"
	"youpeng/server/app"
)

// acting is a command that works with somebody's rights.
type acting struct {
	within
	User string `help:"Whose rights hold: an e-mail address; an administrator's where none is named." placeholder:"EMAIL"`
}

func (v *acting) actor(ctx context.Context, d *desk, s *app.Space) (*access.Actor, error) {
	list, err := d.Control.MembersOf(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		if v.User != "" && !strings.EqualFold(m.Email, v.User) {
			continue
		}
		a, _, err := s.Actor(ctx, m.User, d.locale, nil)
		if fault.Is(err, fault.Missing) {
			continue // left, or never came
		}
		if err != nil || v.User != "" || a.Admin {
			return a, err
		}
	}
	return nil, fault.Invalid("user", "user.unknown")
}

// finish puts a job into the queue and waits for its end.
func finish(ctx context.Context, s *app.Space, a *access.Actor, n job.New) (job.Job, error) {
	n.Actor = a.User
	var j job.Job
	err := s.DB.Write(ctx, func(tx db.Tx) (err error) {
		j, err = s.Queue().Insert(tx, n)
		return err
	})
	if err != nil {
		return j, err
	}
	states, err := s.Queue().Watch(ctx, j.UUID)
	if err != nil {
		return j, err
	}
	for j = range states {
	}
	if j.State != job.Done {
		code := j.Error
		if code == "" {
			code = "job.ended"
		}
		return j, fault.New(fault.Conflict, code)
	}
	return j, nil
}

type importFile struct {
	acting
	File       string `arg:"" help:"A CSV or XLSX file." type:"existingfile"`
	Object     string `help:"What its rows are." required:"" placeholder:"customer"`
	Mapping    string `help:"A JSON file: [{\"column\":0,\"target\":\"customer.name\"}]; guessed where it is missing." type:"existingfile"`
	Duplicates string `help:"What is done with a row whose record exists." enum:"skip,update,create" default:"skip"`
	DryRun     bool   `help:"Do all but write."`
	Mend       string `help:"Where the rows to mend are written." type:"path"`
}

func (*importFile) Help() string {
	return "Example: youpeng import 客户.csv --object customer --dry-run"
}

func (v *importFile) run(ctx context.Context, d *desk) (answer, error) {
	s, err := v.space(ctx, d)
	if err != nil {
		return answer{}, err
	}
	a, err := v.actor(ctx, d, s)
	if err != nil {
		return answer{}, err
	}
	in := exchange.Import{Asker: exchange.AskerOf(a), Object: v.Object, Duplicates: v.Duplicates, DryRun: v.DryRun}
	if v.Mapping != "" {
		text, err := os.ReadFile(v.Mapping)
		if err != nil {
			return answer{}, err
		}
		if err := json.Unmarshal(text, &in.Mapping); err != nil {
			return answer{}, fault.Invalid("mapping", "json.invalid").Because(err)
		}
	}
	if in.File, err = keep(ctx, s, a, v.File); err != nil {
		return answer{}, err
	}
	n, err := s.Exchange().Ask(ctx, a, in, nil)
	if err != nil {
		return answer{}, err
	}
	j, err := finish(ctx, s, a, n)
	if err != nil {
		return answer{}, err
	}
	var p exchange.Progress
	if err := json.Unmarshal(j.Progress, &p); err != nil {
		return answer{}, err
	}
	if v.Mend != "" && p.Mend != nil {
		if err := take(ctx, s, p.Mend.ID, v.Mend); err != nil {
			return answer{}, err
		}
	}
	text := fmt.Sprintf("created %d, updated %d, skipped %d, to mend %d", p.Created, p.Updated, p.Skipped, p.Failed)
	return answer{Text: text, Data: p}, nil
}

// keep brings a file into the workspace.
func keep(ctx context.Context, s *app.Space, a *access.Actor, path string) (uuid.UUID, error) {
	r, err := os.Open(path)
	if err != nil {
		return uuid.Nil, err
	}
	defer r.Close()
	f, err := s.Files().Put(ctx, blob.File{Name: filepath.Base(path), Type: "application/octet-stream", Owner: a.User, Expires: s.Now().Add(exchange.FileLife)}, r, exchange.MaxFile)
	if err != nil {
		return uuid.Nil, err
	}
	return f.ID, nil
}

// take writes a file of the workspace to a place of one's own. It is whole there or not at all.
func take(ctx context.Context, s *app.Space, id uuid.UUID, path string) (err error) {
	f, err := s.Files().Get(ctx, id)
	if err != nil {
		return err
	}
	r, err := s.Files().Read(f)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	if end := w.Close(); err == nil {
		err = end
	}
	if err != nil {
		_ = os.Remove(path + ".part")
		return err
	}
	return os.Rename(path+".part", path)
}

type exportFile struct {
	acting
	Object string   `help:"What is written." required:"" placeholder:"customer"`
	Filter string   `help:"Which of them, as in a list's address: level=A&amount.gte=1000."`
	Sort   string   `help:"In which order: -amount,name."`
	Fields []string `help:"Which fields; those of the list where none is named."`
	Out    string   `help:"Where it is written; .csv or .xlsx says how." required:"" type:"path"`
}

func (*exportFile) Help() string {
	return "Example: youpeng export --object customer --filter level=A --out a.xlsx"
}

func (v *exportFile) run(ctx context.Context, d *desk) (answer, error) {
	s, err := v.space(ctx, d)
	if err != nil {
		return answer{}, err
	}
	a, err := v.actor(ctx, d, s)
	if err != nil {
		return answer{}, err
	}
	out := exchange.Export{Asker: exchange.AskerOf(a), Object: v.Object, Format: strings.TrimPrefix(strings.ToLower(filepath.Ext(v.Out)), "."), Fields: v.Fields}
	if v.Sort != "" {
		out.Sort = strings.Split(v.Sort, ",")
	}
	if v.Filter != "" {
		values, err := url.ParseQuery(v.Filter)
		if err != nil {
			return answer{}, fault.Invalid("filter", "filter.invalid").Because(err)
		}
		r, err := query.FromURL(values)
		if err != nil {
			return answer{}, err
		}
		if out.Filter, err = json.Marshal(r.Filter); err != nil {
			return answer{}, err
		}
	}
	n, err := s.Exchange().AskExport(ctx, a, out)
	if err != nil {
		return answer{}, err
	}
	j, err := finish(ctx, s, a, n)
	if err != nil {
		return answer{}, err
	}
	var p exchange.ExportProgress
	if err := json.Unmarshal(j.Progress, &p); err != nil {
		return answer{}, err
	}
	if err := take(ctx, s, p.File.ID, v.Out); err != nil {
		return answer{}, err
	}
	return answer{Text: fmt.Sprintf("%d rows, %s", p.Done, v.Out), Data: map[string]any{"rows": p.Done, "out": v.Out}}, nil
}
