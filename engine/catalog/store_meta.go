package catalog

import (
	"encoding/json"
	"slices"
	"strings"

	"youpeng/engine/object"
	"youpeng/engine/table"
	"youpeng/platform/db"
	"youpeng/platform/fault"
)

// format is how the catalog itself is stored; a database of a higher one was written by a newer program.
const format = 2

// stored is what the database knows of the catalog.
type stored struct {
	version int64
	objects []storedObject
	fields  map[int][]*storedField // by object number, in the order of their making
}

type storedObject struct {
	name       string
	number     int
	custom     bool
	definition string
}

// storedField is a field that has its place in the tables. Its definition is the whole of a custom one, and of a
// standard one what differs from the code; of one that the code no longer has, its pieces alone still count.
type storedField struct {
	object     int
	name, kind string
	custom     bool
	position   int
	definition string
	pieces     []string
}

func (s *stored) object(name string) *storedObject {
	if i := slices.IndexFunc(s.objects, func(o storedObject) bool { return o.name == name }); i >= 0 {
		return &s.objects[i]
	}
	return nil
}

func (s *stored) field(number int, name string) *storedField {
	for _, f := range s.fields[number] {
		if f.name == name {
			return f
		}
	}
	return nil
}

// createTables makes the catalog's own tables, or brings those of an older program up.
func createTables(tx db.Tx) error {
	d := tx.Dialect()
	columns, err := d.Columns(tx, "sys_catalog")
	if err != nil {
		return err
	}
	i, t := d.Type(db.Int), d.Type(db.Text)
	var steps []string
	if len(columns) == 0 {
		steps = append(steps,
			"CREATE TABLE sys_catalog (id "+i+" PRIMARY KEY, version "+i+" NOT NULL)",
			"INSERT INTO sys_catalog (id, version) VALUES (1, 0)",
			"CREATE TABLE sys_object (name "+t+" PRIMARY KEY, number "+i+" NOT NULL)")
	}
	if !slices.Contains(columns, "format") {
		steps = append(steps,
			"ALTER TABLE sys_catalog ADD COLUMN format "+i,
			"UPDATE sys_catalog SET format = 2",
			"ALTER TABLE sys_object ADD COLUMN custom "+i,
			"ALTER TABLE sys_object ADD COLUMN definition "+t,
			"CREATE TABLE sys_field (object "+i+" NOT NULL, name "+t+" NOT NULL, kind "+t+" NOT NULL, custom "+i+" NOT NULL, position "+i+" NOT NULL, definition "+t+" NOT NULL, pieces "+t+" NOT NULL, PRIMARY KEY (object, name))",
			"CREATE TABLE sys_catalog_change ("+d.Key("id")+", at "+i+" NOT NULL, actor "+i+" NOT NULL, via "+t+" NOT NULL, version "+i+" NOT NULL, changes "+t+" NOT NULL, undoes "+i+", undone_by "+i+")",
			// A row is a field whose uniqueness is being built, by whom and until when they will be heard of again, or
			// one where it failed, with the records in the way. Of keys of the matcher, field is their column.
			"CREATE TABLE sys_unique (object "+i+" NOT NULL, field "+t+" NOT NULL, holder "+t+" NOT NULL, until "+i+" NOT NULL, twice "+t+" NOT NULL, PRIMARY KEY (object, field))")
	}
	if columns, err = d.Columns(tx, "sys_view"); err != nil {
		return err
	}
	if len(columns) == 0 {
		steps = append(steps,
			"CREATE TABLE sys_view (id "+t+" PRIMARY KEY, object "+t+" NOT NULL, owner "+t+" NOT NULL, shared "+i+" NOT NULL, version "+i+" NOT NULL, definition "+t+" NOT NULL)",
			"CREATE INDEX sys_view_of ON sys_view (object, owner)")
	}
	for _, sql := range steps {
		if _, err := tx.Exec(sql); err != nil {
			return err
		}
	}
	var found int64
	if _, err := tx.One([]any{&found}, "SELECT format FROM sys_catalog WHERE id = 1"); err != nil {
		return err
	}
	if found > format {
		return fault.New(fault.Conflict, "catalog.newer", "found", found, "known", format)
	}
	return nil
}

func load(r db.Reader) (*stored, error) {
	s := &stored{fields: map[int][]*storedField{}}
	if _, err := r.One([]any{&s.version}, "SELECT version FROM sys_catalog WHERE id = 1"); err != nil {
		return nil, err
	}
	var o storedObject
	var n, custom, position int64
	err := each(r, "SELECT name, number, coalesce(custom, 0), coalesce(definition, '') FROM sys_object ORDER BY number", []any{&o.name, &n, &custom, &o.definition}, func() {
		o.number, o.custom = int(n), custom != 0
		s.objects = append(s.objects, o)
	})
	if err != nil {
		return nil, err
	}
	var f storedField
	var pieces string
	err = each(r, "SELECT object, name, kind, custom, position, definition, pieces FROM sys_field ORDER BY object, position, name",
		[]any{&n, &f.name, &f.kind, &custom, &position, &f.definition, &pieces}, func() {
			g := f
			g.object, g.custom, g.position, g.pieces = int(n), custom != 0, int(position), strings.Split(pieces, ",")
			s.fields[g.object] = append(s.fields[g.object], &g)
		})
	return s, err
}

func each(r db.Reader, sql string, dest []any, fn func(), args ...any) error {
	rows, err := r.Query(sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		fn()
	}
	return rows.Err()
}

// number gives new objects the next free numbers.
func number(tx db.Tx, was *stored, objects []*object.Object) (changed bool, err error) {
	last := 0
	for _, o := range was.objects {
		last = max(last, o.number)
	}
	for _, o := range objects {
		if o.Number != 0 {
			continue
		}
		last++
		o.Number, changed = last, true
		if _, err := tx.Exec("INSERT INTO sys_object (name, number, custom, definition) VALUES (?, ?, ?, '')", o.Name, o.Number, o.Custom); err != nil {
			return false, err
		}
	}
	return changed, nil
}

// save writes what differs from what is stored, and answers whether anything did.
func (s *Store) save(tx db.Tx, was *stored, objects []*object.Object) (saved bool, err error) {
	var rows []storedField
	for _, o := range objects {
		code := find(s.standard, o.Name)
		text, err := json.Marshal(storedHead{headOf(o), o.Layout})
		if code != nil {
			text, err = json.Marshal(changesOfHead(code, o))
		}
		if err != nil {
			return false, err
		}
		if so := was.object(o.Name); so == nil || so.definition != string(text) {
			saved = true
			if _, err := tx.Exec("UPDATE sys_object SET definition = ? WHERE name = ?", string(text), o.Name); err != nil {
				return false, err
			}
		}
		list, err := fieldRows(tx.Dialect(), was, code, o)
		if err != nil {
			return false, err
		}
		rows = append(rows, list...)
	}
	return saved || len(rows) > 0, putFields(tx, rows)
}

// fieldRows are the rows of an object's fields that differ from what is stored. What was once made is never forgotten.
func fieldRows(d db.Dialect, was *stored, code, o *object.Object) (rows []storedField, err error) {
	made := map[*object.Field][]string{}
	for _, p := range table.Pieces(d, o) {
		if p.Field != nil {
			made[p.Field] = append(made[p.Field], nameOf(p))
		}
	}
	for i, f := range o.Fields {
		var definition any = f
		if !f.Custom && code != nil && code.Field(f.Name) != nil {
			definition = changesOf(code.Field(f.Name), f)
		}
		text, err := json.Marshal(definition)
		if err != nil {
			return nil, err
		}
		pieces := made[f]
		sf := was.field(o.Number, f.Name)
		if sf != nil {
			for _, p := range sf.pieces {
				if p != "" && !slices.Contains(pieces, p) {
					pieces = append(pieces, p)
				}
			}
			if sf.definition == string(text) && len(sf.pieces) == len(pieces) {
				continue
			}
		}
		rows = append(rows, storedField{o.Number, f.Name, string(f.Kind), f.Custom, i, string(text), pieces})
	}
	return rows, nil
}

func nameOf(p table.Piece) string { return p.Table + "/" + p.Name }

// putFields writes rows, many with one statement.
func putFields(tx db.Tx, rows []storedField) error {
	for batch := range slices.Chunk(rows, 64) {
		args := make([]any, 0, 7*len(batch))
		for _, f := range batch {
			args = append(args, int64(f.object), f.name, f.kind, f.custom, int64(f.position), f.definition, strings.Join(f.pieces, ","))
		}
		_, err := tx.Exec("INSERT INTO sys_field (object, name, kind, custom, position, definition, pieces) VALUES "+
			strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?), ", len(batch)), ", ")+
			" ON CONFLICT (object, name) DO UPDATE SET definition = excluded.definition, pieces = excluded.pieces", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// bump answers the catalog's version, one higher where something changed.
func bump(tx db.Tx, changed bool) (version int64, err error) {
	if changed {
		if _, err := tx.Exec("UPDATE sys_catalog SET version = version + 1 WHERE id = 1"); err != nil {
			return 0, err
		}
	}
	_, err = tx.One([]any{&version}, "SELECT version FROM sys_catalog WHERE id = 1")
	return version, err
}
