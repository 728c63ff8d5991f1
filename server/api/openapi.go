package api

import (
	"html/template"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/object"
	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

// said is what the document tells of a door: what it does, and the schemas of what it takes and answers, by the names
// under which they stand in the document. A name ending in "/{object}" stands once for each object.
type said struct {
	what string
	in   string
	out  string
	code int
}

// doors says what the routes do; a module says it of its own.
var doors = map[string]said{
	"GET /me":                                     {"Who asks, where, and what they may do", "", "Any", 200},
	"PATCH /workspace":                            {"Give the workspace another name", "Any", "Any", 200},
	"PATCH /me":                                   {"Change one's own name, language or time zone", "Any", "Any", 200},
	"GET /people":                                 {"How the users sign in, for an administrator", "", "Any", 200},
	"POST /people":                                {"Invite a colleague", "Any", "Any", 201},
	"POST /people/{id}/link":                      {"A new one-time link for a person: the invitation again, or a new password", "", "Any", 201},
	"POST /people/{id}/deactivate":                {"Close every door to a person, and end their keys", "", "Any", 200},
	"POST /people/{id}/reactivate":                {"Let a person in again", "", "Any", 200},
	"GET /keys":                                   {"API keys: one's own, or all for an administrator", "", "Any", 200},
	"POST /keys":                                  {"Make an API key; its secret is told once", "Any", "Any", 201},
	"DELETE /keys/{id}":                           {"Revoke an API key", "", "Any", 204},
	"GET /meta/objects":                           {"The catalog within the asker's rights", "", "Any", 200},
	"GET /meta/objects/{object}":                  {"One object of the catalog, as it stands in the list", "", "Any", 200},
	"POST /meta/objects":                          {"Make an object", "Any", "Any", 201},
	"PATCH /meta/objects/{object}":                {"Change an object's words, or retire it", "Any", "Any", 200},
	"POST /meta/objects/{object}/fields":          {"Add a field", "Any", "Any", 201},
	"PATCH /meta/objects/{object}/fields/{field}": {"Change a field, or retire it", "Any", "Any", 200},
	"GET /meta/objects/{object}/fields/{field}/unique": {"How far uniqueness is, and what stands in its way", "", "Any", 200},
	"GET /meta/views":                                       {"The standard, shared and own views of the objects, or of one (object=)", "", "Views", 200},
	"POST /meta/views":                                      {"Save a view, one's own or shared", "View", "View", 201},
	"PATCH /meta/views/{id}":                                {"Change a view, or share it", "View", "View", 200},
	"DELETE /meta/views/{id}":                               {"Delete a view (version=)", "", "Any", 204},
	"GET /meta/layouts":                                     {"How the fields stand on forms and record pages, of all objects or of one (object=)", "", "Layouts", 200},
	"PATCH /meta/layouts/{object}":                          {"Arrange the fields of an object; null is the arrangement of the definitions", "Layout", "Layout", 200},
	"GET /meta/history":                                     {"Who changed what in the catalog", "", "Any", 200},
	"POST /meta/history/{id}/undo":                          {"Restore the definitions before a change", "Any", "Any", 200},
	"GET /records/{object}":                                 {"A page of records; the filter stands in the query", "", "Page/{object}", 200},
	"POST /records/{object}/query":                          {"A page of records; the filter is a tree in the body", "Question", "Page/{object}", 200},
	"POST /records/{object}/aggregate":                      {"Figures by group", "Aggregate", "Figures", 200},
	"POST /records/{object}":                                {"Create a record", "Values/{object}", "Record/{object}", 201},
	"GET /records/{object}/{id}":                            {"Read a record, or with as_of as it was", "", "Record/{object}", 200},
	"PATCH /records/{object}/{id}":                          {"Change a record, merging with what others changed", "Patch/{object}", "Record/{object}", 200},
	"DELETE /records/{object}/{id}":                         {"Put a record into the bin, or with purge=true away for good", "", "Record/{object}", 200},
	"POST /records/{object}/{id}/restore":                   {"Take a record out of the bin", "", "Record/{object}", 200},
	"POST /records/{object}/{id}/actions/{verb}":            {"Do what a module adds", "Any", "Any", 200},
	"GET /records/{object}/{id}/history":                    {"Who changed what", "", "Events", 200},
	"GET /records/{object}/{id}/timeline":                   {"All that happened around a record", "", "Events", 200},
	"GET /records/{object}/{id}/access":                     {"Why somebody can see it, or cannot", "", "Any", 200},
	"POST /records/{object}/duplicates":                     {"Who this might already be", "Values/{object}", "Any", 200},
	"PUT /records/{object}/external/{source}/{external_id}": {"Create or change the record that another system calls so", "Values/{object}", "Record/{object}", 200},
	"POST /files":                                           {"Keep a file: the body, or the first file of a form", "Any", "Any", 201},
	"GET /files/{id}/{name}":                                {"The bytes of a file of one's own", "", "Any", 200},
	"POST /imports/preview":                                 {"What a file holds, and where its columns seem to lead", "Any", "Any", 200},
	"GET /imports/{id}/rows":                                {"The rows of an import that failed or exist already", "", "Any", 200},
	"POST /jobs/import":                                     {"Import a file", "Any", "Any", 202},
	"POST /jobs/export":                                     {"Export what a question finds into a file", "Any", "Any", 202},
	"POST /search":                                          {"Find records of any object by name or number", "Search", "Any", 200},
	"POST /bulk":                                            {"Several writes, as one or each alone", "Bulk", "Any", 200},
	"GET /changes":                                          {"The feed of changes in commit order", "", "Any", 200},
	"GET /change-sets/{id}":                                 {"What a change set is", "", "Any", 200},
	"GET /change-sets/{id}/undo":                            {"What undoing would do", "", "Any", 200},
	"POST /change-sets/{id}/undo":                           {"Undo a change set", "Any", "Any", 200},
	"POST /jobs/update":                                     {"Change all records that a filter finds", "Any", "Job", 202},
	"POST /jobs/delete":                                     {"Put all records that a filter finds into the bin", "Any", "Job", 202},
	"GET /jobs":                                             {"Jobs, the newest first", "", "Any", 200},
	"GET /jobs/{id}":                                        {"A job", "", "Job", 200},
	"GET /jobs/{id}/events":                                 {"A job as it goes on, as server-sent events", "", "Job", 200},
	"POST /jobs/{id}/cancel":                                {"Cancel a job", "", "Job", 200},
	"POST /jobs/{id}/retry":                                 {"Run an ended job again", "", "Job", 200},
	"GET /notifications":                                    {"What somebody wants one to know, the newest first", "", "Any", 200},
	"POST /notifications/read":                              {"Mark notifications as read", "Any", "Any", 200},
	"GET /notifications/stream":                             {"The number of unread notifications, as server-sent events", "", "Any", 200},
	"GET /openapi.json":                                     {"This document", "", "Any", 200},
	"GET /docs":                                             {"This document for people", "", "Any", 200},
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// document is the OpenAPI 3.1 document of a workspace as far as the asker may know it.
func (c *call) document(name string, table []route) map[string]any {
	cat := c.space.Engine.Catalog()
	var objects []*object.Object
	for _, o := range cat.Objects {
		if c.actor.Reading(o) != access.None {
			objects = append(objects, o)
		}
	}
	schemas := commonSchemas()
	for _, o := range objects {
		maps.Copy(schemas, c.objectSchemas(o))
	}
	paths := map[string]any{}
	add := func(path, method string, d said, o *object.Object) {
		item, _ := paths[path].(map[string]any)
		if item == nil {
			item = map[string]any{}
			paths[path] = item
		}
		item[strings.ToLower(method)] = operation(path, method, d, o)
	}
	for _, r := range table {
		method, path, _ := strings.Cut(r.pattern, " ")
		d, known := doors[r.pattern]
		if !known {
			d = said{strings.TrimPrefix(path, "/"), "Any", "Any", 200}
			if method == http.MethodGet || method == http.MethodDelete {
				d.in = ""
			}
		}
		if !strings.Contains(path, "{object}") || !strings.HasPrefix(path, "/records/") {
			add(path, method, d, nil)
			continue
		}
		for _, o := range objects {
			add(strings.Replace(path, "{object}", o.Name, 1), method, d, o)
		}
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info":    map[string]any{"title": "有朋 Youpeng: " + name, "version": strconv.FormatInt(cat.Version, 10)},
		"servers": []any{map[string]any{"url": "/w/" + c.space.Slug + "/api/v1"}},
		"paths":   paths,
		"components": map[string]any{"schemas": schemas, "securitySchemes": map[string]any{
			"key":     map[string]any{"type": "http", "scheme": "bearer"},
			"session": map[string]any{"type": "apiKey", "in": "cookie", "name": "session"},
		}},
		"security": []any{map[string]any{"key": []any{}}, map[string]any{"session": []any{}}},
	}
}

// keepsAnswers says whether a writing door keeps its answer with what it wrote, so that the same key is answered alike.
func keepsAnswers(path string) bool {
	return strings.HasPrefix(path, "/records/") || strings.HasPrefix(path, "/change-sets/") || path == "/bulk" ||
		strings.HasPrefix(path, "/jobs/") && !strings.Contains(path, "{")
}

func operation(path, method string, d said, o *object.Object) map[string]any {
	ref := func(name string) map[string]any {
		if o != nil {
			name = strings.Replace(name, "/{object}", "_"+o.Name, 1)
		}
		return map[string]any{"$ref": "#/components/schemas/" + name}
	}
	content := func(name string) map[string]any {
		return map[string]any{"application/json": map[string]any{"schema": ref(name)}}
	}
	op := map[string]any{"summary": d.what, "responses": map[string]any{
		strconv.Itoa(d.code): map[string]any{"description": "done", "content": content(d.out)},
		"default":            map[string]any{"description": "a problem document (RFC 9457)", "content": map[string]any{"application/problem+json": map[string]any{"schema": ref("Problem")}}},
	}}
	if o != nil {
		op["tags"] = []string{o.Name}
	}
	var params []any
	for _, m := range parameter.FindAllStringSubmatch(path, -1) {
		params = append(params, map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	header := func(name, what string) {
		params = append(params, map[string]any{"name": name, "in": "header", "description": what, "schema": map[string]any{"type": "string"}})
	}
	if method == http.MethodGet {
		header("After", "the change set that the answer must contain")
	} else if keepsAnswers(path) {
		header("Idempotency-Key", "makes a retry happen once")
		header("Change-Reason", "kept in the history; percent-encoded UTF-8")
	}
	if len(params) > 0 {
		op["parameters"] = params
	}
	if d.in != "" {
		op["requestBody"] = map[string]any{"content": content(d.in)}
	}
	return op
}

// objectSchemas are an object's record, what is written of it, and a page of it, with the fields that the asker may see.
func (c *call) objectSchemas(o *object.Object) map[string]any {
	read, write := map[string]any{}, map[string]any{}
	required := []string{}
	for _, f := range o.Fields {
		right := c.actor.Field(o, f)
		if right == access.Hidden || f.Retired || f.Hidden {
			continue
		}
		s := field.Of(f).Schema(f)
		s["title"] = f.Label.In(c.actor.Locale)
		if right == access.Masked {
			s = map[string]any{"type": "object", "properties": map[string]any{"masked": map[string]any{"type": "string"}}, "title": s["title"]}
		}
		read[f.Name] = s
		if f.System || f.ReadOnly || right < access.Write {
			continue
		}
		write[f.Name] = s
		if f.Required && f.Default == nil {
			required = append(required, f.Name)
		}
	}
	id, version := map[string]any{"type": "string", "format": "uuid"}, map[string]any{"type": "integer"}
	read["id"], read["version"] = id, version
	patch := maps.Clone(write)
	patch["version"] = version
	values := map[string]any{"type": "object", "properties": write}
	if len(required) > 0 {
		values["required"] = required
	}
	return map[string]any{
		"Record_" + o.Name: map[string]any{"type": "object", "title": o.Label.In(c.actor.Locale), "properties": read, "required": []string{"id", "version"}},
		"Values_" + o.Name: values,
		"Patch_" + o.Name:  map[string]any{"type": "object", "properties": patch},
		"Page_" + o.Name: map[string]any{"type": "object", "required": []string{"data", "total", "position", "next", "prev"}, "properties": map[string]any{
			"data":  map[string]any{"type": "array", "items": map[string]any{"$ref": "#/components/schemas/Record_" + o.Name}},
			"total": map[string]any{"type": "integer"}, "position": map[string]any{"type": "integer"},
			"next": map[string]any{"type": []string{"string", "null"}}, "prev": map[string]any{"type": []string{"string", "null"}}, "facets": map[string]any{"type": "object"}}},
	}
}

func commonSchemas() map[string]any {
	text, number, list := map[string]any{"type": "string"}, map[string]any{"type": "integer"}, map[string]any{"type": "array"}
	thing := func(properties map[string]any, required ...string) map[string]any {
		s := map[string]any{"type": "object", "properties": properties}
		if len(required) > 0 {
			s["required"] = required
		}
		return s
	}
	filter := map[string]any{"description": `{"and":[…]}, {"or":[…]}, {"not":…} or {"field","op","value"}`, "type": "object"}
	words := map[string]any{"description": `{"zh","en"}, or one text for both`}
	flag := map[string]any{"type": "boolean"}
	section := thing(map[string]any{"label": words, "fields": list}, "fields")
	listOf := func(name string) map[string]any {
		return map[string]any{"type": "array", "items": map[string]any{"$ref": "#/components/schemas/" + name}}
	}
	return map[string]any{
		"View": thing(map[string]any{"id": text, "object": text, "name": words, "columns": list, "sort": text, "filter": filter, "shared": flag,
			"owner": map[string]any{"type": []string{"object", "null"}}, "standard": flag, "unusable": flag, "version": number}),
		"Views":     thing(map[string]any{"data": listOf("View")}, "data"),
		"Layout":    thing(map[string]any{"object": text, "standard": flag, "sections": map[string]any{"type": []string{"array", "null"}, "items": section}, "version": number}, "sections"),
		"Layouts":   thing(map[string]any{"version": number, "layouts": listOf("Layout")}, "version", "layouts"),
		"Any":       map[string]any{"type": "object"},
		"Question":  thing(map[string]any{"filter": filter, "sort": text, "limit": number, "cursor": text, "at": number, "seek": map[string]any{}, "fields": list, "expand": list, "facets": list, "deleted": text}),
		"Aggregate": thing(map[string]any{"filter": filter, "group": list, "measures": list, "order": list, "limit": number}),
		"Figures":   thing(map[string]any{"data": map[string]any{"type": "array", "items": map[string]any{"type": "object"}}}, "data"),
		"Search":    thing(map[string]any{"q": text, "objects": list, "limit": number}, "q"),
		"Bulk":      thing(map[string]any{"atomic": map[string]any{"type": "boolean"}, "operations": list}, "operations"),
		"Events":    thing(map[string]any{"data": list, "next": map[string]any{"type": []string{"string", "null"}}}, "data", "next"),
		"Job":       thing(map[string]any{"id": text, "kind": text, "state": map[string]any{"enum": []string{"waiting", "running", "done", "dead", "cancelled"}}, "progress": map[string]any{}}, "id", "kind", "state"),
		"Problem": thing(map[string]any{"type": text, "title": text, "status": number, "code": text, "detail": text, "request_id": text,
			"faults": map[string]any{"type": "array", "items": thing(map[string]any{"field": text, "code": text, "message": text})}}, "status", "code"),
	}
}

// openAPI answers the document; its tag is the catalog's version, the asker's rights and their language.
func (api *API) openAPI(c *call) error {
	if c.unchanged(c.actor.Locale) {
		return nil
	}
	return rest.JSON(c.w, http.StatusOK, c.document(api.called(c), api.table))
}

var docsPage = template.Must(template.New("docs").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}} API</title><style>body{font:15px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}td{padding:.15rem .75rem .15rem 0;vertical-align:top}code{font-size:.9em}</style>
<h1>{{.Title}}</h1><p><a href="openapi.json">openapi.json</a> · <code>Authorization: Bearer yp_…</code></p><table>{{range .Rows}}<tr><td><code>{{.Method}}</code></td><td><code>{{.Path}}</code></td><td>{{.What}}</td></tr>{{end}}</table></html>`))

// docs answers the doors as a page to read.
func (api *API) docs(c *call) error {
	type row struct{ Method, Path, What string }
	var rows []row
	for _, r := range api.table {
		method, path, _ := strings.Cut(r.pattern, " ")
		what := doors[r.pattern].what
		rows = append(rows, row{method, "/w/" + c.space.Slug + "/api/v1" + path, what})
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := docsPage.Execute(c.w, map[string]any{"Title": "有朋 Youpeng: " + api.called(c), "Rows": rows}); err != nil {
		return fault.New(fault.Internal, "internal").Because(err)
	}
	return nil
}
