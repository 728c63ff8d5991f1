package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"youpeng/server/api"
)

// Every reference of the document leads somewhere, every door is told, and nobody is told of what they may not know.
func TestTheDocumentSaysWhatIsServed(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		p := s.first()
		r := p.want(200, "GET", "/openapi.json", nil)
		p.want(304, "GET", "/openapi.json", nil, "If-None-Match", r.header.Get("ETag"))
		schemas := r.body["components"].(map[string]any)["schemas"].(map[string]any)
		var walk func(v any)
		walk = func(v any) {
			switch x := v.(type) {
			case map[string]any:
				if ref, ok := x["$ref"].(string); ok && schemas[strings.TrimPrefix(ref, "#/components/schemas/")] == nil {
					t.Errorf("%s leads nowhere", ref)
				}
				for _, y := range x {
					walk(y)
				}
			case []any:
				for _, y := range x {
					walk(y)
				}
			}
		}
		walk(r.body)
		for path, want := range map[string]bool{"/bulk": true, "/jobs/import": true, "/change-sets/{id}/undo": true, "/jobs/{id}/cancel": false, "/meta/views": false, "/keys": false} {
			told, _ := json.Marshal(r.body["paths"].(map[string]any)[path].(map[string]any)["post"])
			if strings.Contains(string(told), "Idempotency-Key") != want {
				t.Errorf("%s says that it answers a key alike: %v", path, !want)
			}
		}
		paths := r.body["paths"].(map[string]any)
		for _, pattern := range api.Patterns() {
			method, path, _ := strings.Cut(pattern, " ")
			path = strings.Replace(path, "/records/{object}", "/records/customer", 1)
			item, _ := paths[path].(map[string]any)
			op, _ := item[strings.ToLower(method)].(map[string]any)
			if op == nil || op["summary"] == "" {
				t.Errorf("%s is not told", pattern)
			}
			if !api.Said(pattern) {
				t.Errorf("%s is not said in words: give it a line in doors", pattern)
			}
		}
		made := p.want(201, "POST", "/records/customer", map[string]any{"name": "远景"}).body
		known := schemas["Record_customer"].(map[string]any)["properties"].(map[string]any)
		for name := range made {
			if known[name] == nil && name != "title" {
				t.Errorf("a record has %s, which the document does not know", name)
			}
		}
		rights := `{"objects":{"customer":{"read":"own"}},"fields":{"customer":{"level":"hidden","phones":"masked"}}}`
		role := p.want(201, "POST", "/records/role", map[string]any{"name": "narrow", "label": "窄", "rights": rights}).body["id"]
		seller := s.invite("li@example.com", "salesperson")
		user := p.want(200, "GET", "/records/user/"+seller.id, nil).body
		p.want(200, "PATCH", "/records/user/"+seller.id, map[string]any{"version": user["version"], "roles": []any{role}})
		doc := seller.want(200, "GET", "/openapi.json", nil).body
		text, err := json.Marshal(doc)
		must(t, err)
		for _, word := range []string{"contact", "level"} {
			if strings.Contains(string(text), fmt.Sprintf("%q", word)) || strings.Contains(string(text), "Record_"+word) {
				t.Errorf("the document tells of %s, which its reader may not know", word)
			}
		}
	})
}
