package rest_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"youpeng/platform/fault"
	"youpeng/platform/rest"
)

func call(h rest.Handler, body, language string) (*httptest.ResponseRecorder, map[string]any) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Accept-Language", language)
	w := httptest.NewRecorder()
	rest.Handle(slog.New(slog.DiscardHandler), h).ServeHTTP(w, r)
	var doc map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &doc)
	return w, doc
}

func TestBodiesStayWithinBounds(t *testing.T) {
	t.Parallel()
	read := func(w http.ResponseWriter, r *http.Request) error {
		body, _, err := rest.Body(w, r, 1000)
		if err != nil {
			return err
		}
		return rest.JSON(w, 200, body)
	}
	for body, want := range map[string]int{
		``:                           200,
		`{"a":1.50}`:                 200,
		`{"a":"` + "[[[[" + `"}`:     200,
		`{"a":1} {"b":2}`:            400,
		`[1]`:                        400,
		`null`:                       400,
		`{"a":`:                      400,
		strings.Repeat("[", 40):      400,
		strings.Repeat("x", 2000):    413,
		`{"a":"\"` + `{{{{{{{{{{{"}`: 200,
		"{\"a\":\"\xff\"}":           400,
		"{\"a\":\"\xed\xa0\x80\"}":   400,
		`{"a":"\ud800"}`:             400,
		`{"a":"x\ud800\u0041"}`:      400,
		`{"a":"\udc00\ud800"}`:       400,
		`{"\ud83d":1}`:               400,
		`{"a":"\ud83d\ude00"}`:       200,
		`{"a":"\\\ud83d\ude00"}`:     200,
		`{"a":"\\ud800"}`:            200,
		`{"a":"\u5e`:                 400,
		`{"a":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`: 200,
	} {
		w, doc := call(read, body, "zh")
		if w.Code != want {
			t.Errorf("%.30q: %d, not %d: %v", body, w.Code, want, doc)
		}
		if w.Code >= 400 && (doc["code"] == "" || doc["detail"] == "" || doc["detail"] == doc["code"]) {
			t.Errorf("%.30q: the answer does not say what is wrong: %v", body, doc)
		}
	}
	if w, _ := call(read, `{"a":1.50}`, "zh"); w.Body.String() != `{"a":1.50}` {
		t.Errorf("numbers are not kept: %s", w.Body)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	w, doc := call(func(http.ResponseWriter, *http.Request) error { return fault.Invalid("name", "required") }, "", "en")
	faults, _ := doc["faults"].([]any)
	if w.Code != 422 || len(faults) != 1 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("a faulty field: %d %v", w.Code, doc)
	}
	for _, h := range []rest.Handler{
		func(http.ResponseWriter, *http.Request) error { return errors.New("secret detail") },
		func(http.ResponseWriter, *http.Request) error { panic("secret detail") },
	} {
		w, doc := call(h, "", "zh")
		if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || doc["request_id"] != w.Header().Get("Request-Id") {
			t.Errorf("an error of ours: %d %s", w.Code, w.Body)
		}
	}
}
