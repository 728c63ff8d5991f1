package exchange

import (
	"encoding/json"
	"fmt"

	"youpeng/engine/object"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/i18n"
)

// noted is what is remembered of a row that was not simply written.
type noted struct {
	Line    int     `json:"-"`
	Kind    string  `json:"-"` // failed, duplicate
	Title   string  `json:"title,omitempty"`
	Faults  []wrong `json:"faults,omitempty"`
	Did     string  `json:"did,omitempty"`
	Matches []match `json:"matches,omitempty"`
}

// wrong is one fault of a row: without values, for they are in the file.
type wrong struct {
	Column int            `json:"column"` // -1: the row as such
	Field  string         `json:"field,omitempty"`
	Code   string         `json:"code"`
	Args   map[string]any `json:"args,omitempty"`
}

// match is a record that a row may be, or an earlier row.
type match struct {
	Line   int      `json:"line,omitempty"`
	ID     string   `json:"id,omitempty"`
	Object string   `json:"object"`
	Fields []string `json:"fields"`
}

// The kinds of noted rows.
const (
	rowFailed    = "failed"
	rowDuplicate = "duplicate"
)

// CreateTables makes the table of noted rows where it is missing.
func CreateTables(tx db.Tx) error {
	d := tx.Dialect()
	i, t := " "+d.Type(db.Int)+" NOT NULL", " "+d.Type(db.Text)+" NOT NULL"
	_, err := tx.Exec("CREATE TABLE IF NOT EXISTS sys_import_row (job" + i + ", line" + i + ", kind" + t + ", detail" + t + ", PRIMARY KEY (job, line, kind))")
	return err
}

// note keeps rows. A row that is met again, because a run was cut off before it could say how far it was, is noted once.
func note(tx db.Tx, job int64, list []noted) error {
	for _, n := range list {
		detail, err := json.Marshal(n)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(tx.Dialect().Ignore("INSERT INTO sys_import_row (job, line, kind, detail) VALUES (?, ?, ?, ?)"), job, n.Line, n.Kind, string(detail)); err != nil {
			return err
		}
	}
	return nil
}

// notedRows reads rows of a kind behind a line.
func notedRows(r db.Reader, job int64, kind string, after, limit int) (out []noted, err error) {
	rows, err := r.Query("SELECT line, detail FROM sys_import_row WHERE job = ? AND kind = ? AND line > ? ORDER BY line LIMIT ?", job, kind, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var line int64
		var detail string
		if err := rows.Scan(&line, &detail); err != nil {
			return nil, err
		}
		n := noted{Line: int(line), Kind: kind}
		if err := json.Unmarshal([]byte(detail), &n); err != nil {
			return nil, fmt.Errorf("exchange: a noted row cannot be read: %w", err)
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// forget removes the noted rows of jobs that are no longer there.
func forget(tx db.Tx) error {
	_, err := tx.Exec("DELETE FROM sys_import_row WHERE job NOT IN (SELECT id FROM job)")
	return err
}

// wrongs are what a refused write is told for, by column.
func (p *plan) wrongs(err error, side func(path string) int) []wrong {
	f := fault.As(err)
	if f.Class == fault.Missing {
		return []wrong{{Column: -1, Code: "import.hidden"}} // it is there, but not for the asker to see
	}
	if len(f.Fields) == 0 {
		return []wrong{{Column: -1, Code: f.Code, Args: f.Args}}
	}
	var out []wrong
	for _, x := range f.Fields {
		w := wrong{Code: x.Code, Args: x.Args}
		var about = side(x.Path)
		column, fl := p.column(x.Path, about)
		w.Column = column
		if fl != nil && x.Code == "choice.unknown" && len(fl.Options) > 0 {
			w.Args = map[string]any{"options": labels(fl.Options, p.locale)} // people write labels, not names
		}
		if fl != nil {
			w.Field = fl.Name
			if about == 1 {
				w.Field = p.also.Name + "." + fl.Name
			}
		}
		out = append(out, w)
	}
	return out
}

func labels(options []object.Option, locale string) (out []string) {
	for _, o := range options {
		if !o.Retired {
			out = append(out, o.Label.In(locale))
		}
	}
	return out
}

// words says a fault to a person. A list that was kept as JSON is one of words again.
func (w *wrong) words(locale string) string {
	args := make(map[string]any, len(w.Args))
	for name, v := range w.Args {
		if list, ok := v.([]any); ok {
			texts := make([]string, len(list))
			for i, x := range list {
				texts[i] = fmt.Sprint(x)
			}
			v = texts
		}
		args[name] = v
	}
	return i18n.Message(locale, w.Code, args)
}
