package api_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// strings that break programs, from minimaxir/big-list-of-naughty-strings (its licence lies beside it).
func naughty(t *testing.T) (list []string) {
	t.Helper()
	text, err := os.ReadFile("testdata/strings/blns.json")
	must(t, err)
	must(t, json.Unmarshal(text, &list))
	return list
}

// blank says whether a text is none: a field that needs one refuses it.
func blank(s string) bool { return strings.TrimFunc(s, unicode.IsSpace) == "" }

type textField struct {
	name           string
	unique, needed bool
	longest        int
}

// textFields are an object's fields that take any text from a person.
func (p *person) textFields(object string) (list []textField) {
	for _, f := range p.meta("", object, "")["fields"].([]any) {
		x := f.(map[string]any)
		if x["kind"] != "text" && x["kind"] != "long_text" || x["system"] == true || x["read_only"] == true || x["pattern"] != nil {
			continue
		}
		longest := 1000
		if n, ok := x["max_length"].(float64); ok && n > 0 {
			longest = int(n)
		} else if x["kind"] == "long_text" {
			longest = 100_000
		}
		list = append(list, textField{x["name"].(string), x["unique"] == true, x["required"] == true, longest})
	}
	return list
}

func TestStringsThatBreakProgramsAreKept(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p, list := s.first(), naughty(t)
		words := map[string]any{"name": "x_words", "label": map[string]any{"zh": "词", "en": "Word"}, "plural": map[string]any{"zh": "词", "en": "Words"}, "icon": "briefcase",
			"fields": []any{map[string]any{"name": "x_long", "kind": "long_text", "label": text("长")}, map[string]any{"name": "x_no", "kind": "number", "label": text("号")}}}
		p.want(201, "POST", "/meta/objects", words)
		for _, name := range []string{"x_csv", "x_xlsx"} { // where they come back
			words["name"] = name
			p.want(201, "POST", "/meta/objects", words)
		}
		customer := p.customer("底")
		product := p.want(201, "POST", "/records/product", map[string]any{"name": "底"}).body["id"]
		pipeline := p.want(201, "POST", "/records/pipeline", map[string]any{"name": "底"}).body["id"]
		for object, rest := range map[string]map[string]any{
			"customer": {}, "contact": {}, "lead": {"status": "unqualified"}, "product": {}, "tag": {}, "department": {}, "pipeline": {},
			"deal": {"customer": customer}, "ticket": {"customer": customer}, "activity": {"kind": "call", "customer": customer},
			"comment": {"record": map[string]any{"object": "customer", "id": customer}}, "order": {"customer": customer, "lines": []any{map[string]any{"product": product, "quantity": "1", "price": map[string]any{"amount": "1", "currency": "CNY"}}}},
			"role": {"rights": "{}"}, "stage": {"pipeline": pipeline, "position": 1, "probability": "50"},
			"x_words": {},
		} {
			p.keeps(t, object, rest, list)
		}
		p.keepsInLines(t, customer, product, list)
		p.keepsOfAPerson(t, list)
		for _, format := range []string{"csv", "xlsx"} {
			p.comesBack(t, format, list)
		}
		p.finds(t, list)
	})
}

// keeps makes a record of every string, in all text fields of an object, and reads it again.
func (p *person) keeps(t *testing.T, object string, rest map[string]any, list []string) {
	t.Helper()
	fields := slices.DeleteFunc(p.textFields(object), func(f textField) bool { return rest[f.name] != nil })
	if len(fields) == 0 {
		t.Errorf("%s has no field for text", object)
	}
	given := func(f textField, i int) string {
		if f.unique {
			return fmt.Sprint(i, " ", list[i])
		}
		return list[i]
	}
	var ops []any
	for i := range list {
		body := map[string]any{}
		for k, v := range rest {
			body[k] = v
		}
		for _, f := range fields {
			body[f.name] = given(f, i)
		}
		if object == "x_words" {
			body["x_no"] = i
		}
		ops = append(ops, map[string]any{"method": "POST", "object": object, "body": body})
	}
	want := map[string]int{}
	for i, x := range p.want(200, "POST", "/bulk", map[string]any{"operations": ops}).body["data"].([]any) {
		r := x.(map[string]any)
		refused := ""
		for _, f := range fields {
			if v := given(f, i); f.needed && blank(v) {
				refused = "required"
			} else if utf8.RuneCountInString(v) > f.longest {
				refused = "text.too_long"
			}
		}
		told, _ := json.Marshal(r)
		switch {
		case refused == "" && r["status"] == float64(200):
			want[r["record"].(map[string]any)["id"].(string)] = i
		case refused == "" || r["status"] != float64(422) || !strings.Contains(string(told), refused):
			t.Errorf("%s of %q: %s, wanted %q", object, list[i], told, refused)
		}
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	cursor, read := any(nil), 0
	for {
		page := p.want(200, "POST", "/records/"+object+"/query", map[string]any{"limit": 200, "fields": names, "cursor": cursor}).body
		for _, x := range page["data"].([]any) {
			r := x.(map[string]any)
			i, ours := want[r["id"].(string)]
			if !ours {
				continue
			}
			read++
			for _, f := range fields {
				if got, _ := r[f.name].(string); got != given(f, i) && !(blank(given(f, i)) && got == "") {
					t.Errorf("%s.%s gave %q for %q", object, f.name, got, given(f, i))
				}
			}
		}
		if cursor = page["next"]; cursor == nil {
			break
		}
	}
	if read != len(want) {
		t.Errorf("%s: %d of %d were read again", object, read, len(want))
	}
}

// keepsInLines writes the strings inside orders.
func (p *person) keepsInLines(t *testing.T, customer, product any, list []string) {
	t.Helper()
	for some := range slices.Chunk(list, 100) {
		var lines []any
		for _, s := range some {
			lines = append(lines, map[string]any{"product": product, "quantity": "1", "price": map[string]any{"amount": "1", "currency": "CNY"}, "description": s})
		}
		made := p.want(201, "POST", "/records/order", map[string]any{"customer": customer, "lines": lines}).body["id"].(string)
		read := p.want(200, "GET", "/records/order/"+made+"?expand=lines", nil).body["lines"].([]any)
		for i, s := range some {
			if got, _ := read[i].(map[string]any)["description"].(string); got != s && s != "" { // one without is called by its product
				t.Errorf("a line gave %q for %q", got, s)
			}
		}
	}
}

// keepsOfAPerson gives oneself one name and title after the other.
func (p *person) keepsOfAPerson(t *testing.T, list []string) {
	t.Helper()
	var ops []any
	for _, s := range list {
		ops = append(ops, map[string]any{"method": "PATCH", "object": "user", "id": p.id, "body": map[string]any{"name": "王 " + s, "title": s}})
	}
	for i, x := range p.want(200, "POST", "/bulk", map[string]any{"operations": ops}).body["data"].([]any) {
		r, _ := x.(map[string]any)["record"].(map[string]any)
		title, _ := r["title"].(string)
		if utf8.RuneCountInString(list[i]) <= 50 && (r["name"] != "王 "+list[i] || title != list[i]) {
			t.Errorf("a person: %v for %q", x, list[i])
		}
	}
}

// comesBack exports the strings and imports the file into another object.
func (p *person) comesBack(t *testing.T, format string, list []string) {
	t.Helper()
	back := "x_" + format
	done := p.ended(p.want(202, "POST", "/jobs/export", map[string]any{"object": "x_words", "format": format, "fields": []any{"name", "x_long", "x_no"}}).body["id"].(string))
	id := done["progress"].(map[string]any)["file"].(map[string]any)["id"].(string)
	content, _ := p.bytes(id)
	file := p.send("words."+format, content)
	done = p.ended(p.want(202, "POST", "/jobs/import", map[string]any{"file": file, "object": back, "duplicates": "create", "mapping": []any{
		map[string]any{"column": 0, "target": back + ".name"}, map[string]any{"column": 1, "target": back + ".x_long"}, map[string]any{"column": 2, "target": back + ".x_no"}}}).body["id"].(string))
	if progress := done["progress"].(map[string]any); progress["failed"] != float64(0) {
		t.Errorf("%s: %v", format, done)
	}
	var seen []int
	cursor := any(nil)
	for {
		page := p.want(200, "POST", "/records/"+back+"/query", map[string]any{"limit": 200, "fields": []any{"name", "x_long", "x_no"}, "cursor": cursor}).body
		for _, x := range page["data"].([]any) {
			r := x.(map[string]any)
			i := int(r["x_no"].(float64))
			if seen = append(seen, i); r["name"] != list[i] || r["x_long"] != list[i] {
				t.Errorf("%s gave %q and %q for %q", format, r["name"], r["x_long"], list[i])
			}
		}
		if cursor = page["next"]; cursor == nil {
			break
		}
	}
	if want := p.total("/records/x_words"); len(seen) != want {
		t.Errorf("%s: %d of %d came back", format, len(seen), want)
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != len(seen) {
		t.Errorf("%s: some came twice", format)
	}
}

// finds looks for each short string by itself.
func (p *person) finds(t *testing.T, list []string) {
	t.Helper()
	for _, q := range list {
		if blank(q) || utf8.RuneCountInString(q) > 30 {
			continue
		}
		found := p.want(200, "POST", "/search", map[string]any{"q": q, "objects": []any{"customer"}, "limit": 50}).body
		there := slices.ContainsFunc(found["data"].([]any), func(x any) bool { return x.(map[string]any)["title"] == q })
		if !there {
			t.Errorf("%q is not found: %v", q, found["totals"])
		}
	}
}
