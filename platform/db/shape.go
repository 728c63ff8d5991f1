package db

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Shape is what a table looks like, in words that both databases understand: enough to make it again on either.
type Shape struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"` // in the order of their names
	Key     []string `json:"key,omitempty"`
	Auto    bool     `json:"auto,omitempty"` // the key is assigned by the database and never used twice
	Next    int64    `json:"next,omitempty"` // the highest key that was ever assigned
	Indexes []Index  `json:"indexes,omitempty"`
}

// Column is one column of a table.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
	Null bool   `json:"null,omitempty"`
}

// Index is one index of a table.
type Index struct {
	Name    string   `json:"name"`
	Unique  bool     `json:"unique,omitempty"`
	Columns []string `json:"columns"` // "due", or "priority DESC"
	Where   string   `json:"where,omitempty"`
}

// Describe answers what a table looks like. What it could not make again, such as a default, it refuses.
func Describe(r Reader, table string) (*Shape, error) {
	s := &Shape{Name: table}
	words := liteWords
	if r.Dialect().Name() == "postgres" {
		words = pgWords
	}
	if err := s.columns(r, words); err != nil {
		return nil, err
	}
	if err := s.indexes(r, words); err != nil {
		return nil, err
	}
	if !s.Auto {
		return s, nil
	}
	if _, err := r.One([]any{&s.Next}, words.next(r.Dialect(), s), words.nextArgs(s)...); err != nil {
		return nil, fmt.Errorf("db: the counter of %s: %w", table, err)
	}
	return s, nil
}

// catalogWords are the questions about tables that each database answers in its own words.
type catalogWords struct {
	columns  string // name, type, not null, default or empty, place in the key or 0, assigned by the database
	indexes  string // name, unique, columns joined by commas, condition
	next     func(d Dialect, s *Shape) string
	nextArgs func(s *Shape) []any
}

var liteWords = catalogWords{
	columns: `SELECT c.name, lower(c.type), c."notnull", coalesce(c.dflt_value, ''), c.pk, c.pk > 0 AND m.sql LIKE '%AUTOINCREMENT%'
 FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name = ? ORDER BY c.name`,
	indexes: `SELECT m.name, l."unique", (SELECT group_concat(coalesce(i.name, '') || CASE WHEN i."desc" THEN ' DESC' ELSE '' END, ',') FROM (SELECT name, "desc" FROM pragma_index_xinfo(m.name) WHERE key ORDER BY seqno) i),
 CASE WHEN l.partial THEN substr(m.sql, instr(m.sql, ' WHERE ') + 7) ELSE '' END
 FROM sqlite_schema m JOIN pragma_index_list(m.tbl_name) l ON l.name = m.name WHERE m.type = 'index' AND m.sql IS NOT NULL AND m.tbl_name = ? ORDER BY m.name`,
	next:     func(Dialect, *Shape) string { return "SELECT seq FROM sqlite_sequence WHERE name = ?" },
	nextArgs: func(s *Shape) []any { return []any{s.Name} },
}

var pgWords = catalogWords{
	columns: `SELECT a.attname, format_type(a.atttypid, NULL), a.attnotnull::int, coalesce(pg_get_expr(x.adbin, x.adrelid), ''),
 coalesce((SELECT array_position(i.indkey::int2[], a.attnum)::int + 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary), 0), (a.attidentity <> '')::int
 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef x ON x.adrelid = c.oid AND x.adnum = a.attnum
 WHERE n.nspname = current_schema() AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname COLLATE "C"`,
	indexes: `SELECT i.relname, x.indisunique::int, (SELECT string_agg(pg_get_indexdef(x.indexrelid, k::int, true) || CASE WHEN x.indoption[k - 1] & 1 = 1 THEN ' DESC' ELSE '' END, ',' ORDER BY k) FROM generate_series(1, x.indnkeyatts) k),
 coalesce(pg_get_expr(x.indpred, x.indrelid), '')
 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = current_schema() AND c.relname = ? AND NOT x.indisprimary ORDER BY i.relname COLLATE "C"`,
	next: func(d Dialect, s *Shape) string {
		return "SELECT CASE WHEN q.is_called THEN q.last_value ELSE 0 END FROM " + d.Quote(s.Name+"_"+s.Key[0]+"_seq") + " q"
	},
	nextArgs: func(*Shape) []any { return nil },
}

var sqlTypes = map[string]Type{"integer": Int, "bigint": Int, "text": Text, "blob": Bytes, "bytea": Bytes}

func (s *Shape) columns(r Reader, words catalogWords) error {
	rows, err := r.Query(words.columns, s.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	places := map[string]int64{}
	for rows.Next() {
		var name, sql, standard string
		var filled, auto bool
		var place int64
		if err := rows.Scan(&name, &sql, &filled, &standard, &place, &auto); err != nil {
			return err
		}
		t, known := sqlTypes[sql]
		if !known || standard != "" {
			return fmt.Errorf("db: %s.%s is %q with default %q, which cannot be made again elsewhere", s.Name, name, sql, standard)
		}
		s.Columns = append(s.Columns, Column{name, t, !filled && place == 0})
		if place > 0 {
			places[name] = place
			s.Key = append(s.Key, name)
		}
		s.Auto = s.Auto || auto
	}
	slices.SortFunc(s.Key, func(a, b string) int { return int(places[a] - places[b]) })
	if err := rows.Err(); err != nil || len(s.Columns) > 0 {
		return err
	}
	return fmt.Errorf("db: there is no table %s", s.Name)
}

func (s *Shape) indexes(r Reader, words catalogWords) error {
	rows, err := r.Query(words.indexes, s.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var x Index
		var columns string
		if err := rows.Scan(&x.Name, &x.Unique, &columns, &x.Where); err != nil {
			return err
		}
		for _, c := range strings.Split(columns, ",") {
			name, desc := strings.CutSuffix(c, " DESC")
			name = strings.Trim(name, `"`)
			if !slices.ContainsFunc(s.Columns, func(x Column) bool { return x.Name == name }) {
				return fmt.Errorf("db: the index %s is over %q, which is no column", x.Name, name)
			}
			if desc {
				name += " DESC"
			}
			x.Columns = append(x.Columns, name)
		}
		x.Where = plainCondition(x.Where)
		s.Indexes = append(s.Indexes, x)
	}
	return rows.Err()
}

var (
	casts   = regexp.MustCompile(`::(text|bigint)(\[\])?`)
	anyOf   = regexp.MustCompile(`= ANY \(\(ARRAY\[([^\]]*)\]\)\)|= ANY \(ARRAY\[([^\]]*)\]\)`)
	collate = regexp.MustCompile(` COLLATE "C"`)
)

// plainCondition brings the condition of an index back to the words in which it was written.
func plainCondition(s string) string {
	s = collate.ReplaceAllString(casts.ReplaceAllString(s, ""), "")
	return anyOf.ReplaceAllString(s, "IN ($1$2)")
}

// Make creates the table of a shape without its indexes.
func (s *Shape) Make(tx Tx) error {
	d := tx.Dialect()
	if s.Auto && len(s.Key) != 1 {
		return errors.New("db: a key that the database assigns is one column")
	}
	parts := make([]string, 0, len(s.Columns)+1)
	for _, c := range s.Columns {
		switch {
		case s.Auto && c.Name == s.Key[0]:
			parts = append(parts, d.Key(c.Name))
		case c.Null:
			parts = append(parts, d.Quote(c.Name)+" "+d.Type(c.Type))
		default:
			parts = append(parts, d.Quote(c.Name)+" "+d.Type(c.Type)+" NOT NULL")
		}
	}
	if !s.Auto && len(s.Key) > 0 {
		parts = append(parts, "PRIMARY KEY ("+quoted(d, s.Key)+")")
	}
	_, err := tx.Exec("CREATE TABLE " + d.Quote(s.Name) + " (" + strings.Join(parts, ", ") + ")")
	return err
}

// Finish makes the indexes of a filled table and lets its counter go on where it stood.
func (s *Shape) Finish(tx Tx) error {
	d := tx.Dialect()
	for _, x := range s.Indexes {
		sql := "CREATE INDEX "
		if x.Unique {
			sql = "CREATE UNIQUE INDEX "
		}
		sql += d.Quote(x.Name) + " ON " + d.Quote(s.Name) + " (" + quoted(d, x.Columns) + ")"
		if x.Where != "" {
			sql += " WHERE " + x.Where
		}
		if _, err := tx.Exec(sql); err != nil {
			return err
		}
	}
	if !s.Auto || s.Next == 0 {
		return nil
	}
	if d.Name() == "postgres" {
		var n int64
		_, err := tx.One([]any{&n}, "SELECT setval(?, ?)", d.Quote(s.Name+"_"+s.Key[0]+"_seq"), s.Next)
		return err
	}
	n, err := tx.Exec("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", s.Next, s.Name)
	if err == nil && n == 0 {
		_, err = tx.Exec("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", s.Name, s.Next)
	}
	return err
}

func quoted(d Dialect, names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		name, desc := strings.CutSuffix(n, " DESC")
		if out[i] = d.Quote(name); desc {
			out[i] += " DESC"
		}
	}
	return strings.Join(out, ", ")
}
