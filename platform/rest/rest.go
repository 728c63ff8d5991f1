// Package rest is what every door has in common: bodies within bounds, problem documents (RFC 9457), and a handler
// whose panic ends one request and not the process.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"youpeng/platform/fault"
	"youpeng/platform/i18n"
)

// MaxBody is the greatest body of an ordinary request.
const MaxBody = 1 << 20

const maxDepth = 32

// Handler answers a request or says what is wrong with it.
type Handler func(w http.ResponseWriter, r *http.Request) error

var status = map[fault.Class]int{
	fault.Internal: 500, fault.BadRequest: 400, fault.Unauthorized: 401, fault.Forbidden: 403, fault.Missing: 404, fault.NotThus: 405, fault.Conflict: 409,
	fault.Gone: 410, fault.Stale: 412, fault.TooLarge: 413, fault.Unsupported: 415, fault.Unprocessable: 422, fault.VersionNeeded: 428,
	fault.TooMany: 429, fault.Unavailable: 503,
}

// Handle makes an http.Handler whose errors become problem documents. What is ours to mend is logged with the request's id.
func Handle(log *slog.Logger, h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := uuid.Must(uuid.NewV7()).String()
		w.Header().Set("Request-Id", id)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				log.Error("panic in a request", "request", id, "pattern", r.Pattern, "panic", p)
				problem(w, r, fault.New(fault.Internal, "internal"), id)
			}
		}()
		if err := h(w, r); err != nil {
			if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
				return // the caller hung up
			}
			f := fault.As(err)
			if f.Class == fault.Internal {
				log.Error("request failed", "request", id, "pattern", r.Pattern, "error", err)
			}
			problem(w, r, f, id)
		}
	})
}

// Locale is the language that a request asks for: zh, unless it prefers English.
func Locale(r *http.Request) string {
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(r.Header.Get("Accept-Language"))), "en") {
		return "en"
	}
	return "zh"
}

type told struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Problem is the problem document of an error, in a language.
func Problem(f *fault.Error, locale string) map[string]any {
	code := status[f.Class]
	doc := map[string]any{"type": "about:blank", "title": http.StatusText(code), "status": code, "code": f.Code, "detail": i18n.Message(locale, f.Code, f.Args)}
	for k, v := range f.Extra {
		if _, taken := doc[k]; !taken {
			doc[k] = v
		}
	}
	if len(f.Fields) > 0 {
		faults := make([]told, len(f.Fields))
		for i, x := range f.Fields {
			faults[i] = told{x.Path, x.Code, i18n.Message(locale, x.Code, x.Args)}
		}
		doc["faults"] = faults
	}
	return doc
}

func problem(w http.ResponseWriter, r *http.Request, f *fault.Error, id string) {
	doc := Problem(f, Locale(r))
	doc["request_id"] = id
	if f.Retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.Retry))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status[f.Class])
	_ = json.NewEncoder(w).Encode(doc)
}

// JSON answers with a value.
func JSON(w http.ResponseWriter, code int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	Raw(w, code, body)
	return nil
}

// Raw answers with JSON that is written already. Nobody keeps it, unless the answer says already who may.
func Raw(w http.ResponseWriter, code int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.WriteHeader(code)
	_, _ = w.Write(body)
}

// Body reads a JSON object within bounds, numbers kept as written, and answers its bytes too. An empty body is {}.
func Body(w http.ResponseWriter, r *http.Request, limit int64) (map[string]any, []byte, error) {
	if t := r.Header.Get("Content-Type"); t != "" && !strings.HasPrefix(t, "application/json") {
		return nil, nil, fault.New(fault.Unsupported, "body.type")
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, nil, fault.New(fault.Unsupported, "body.packed")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, nil, fault.New(fault.TooLarge, "body.large", "max", limit)
		}
		return nil, nil, fault.New(fault.BadRequest, "body.broken").Because(err)
	}
	if len(raw) == 0 {
		return map[string]any{}, raw, nil
	}
	if !utf8.Valid(raw) || halved(raw) { // read as it is, it would be kept as something else
		return nil, nil, fault.New(fault.BadRequest, "body.text")
	}
	if deep(raw) {
		return nil, nil, fault.New(fault.BadRequest, "body.deep", "max", maxDepth)
	}
	var body map[string]any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&body); err != nil || body == nil {
		return nil, nil, fault.New(fault.BadRequest, "body.json").Because(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, nil, fault.New(fault.BadRequest, "body.json")
	}
	return body, raw, nil
}

// halved says whether JSON spells one half of a pair of surrogates without the other.
func halved(raw []byte) bool {
	unit := func(at int) uint64 { // 0 where no \u stands
		if at+6 > len(raw) || raw[at] != '\\' || raw[at+1] != 'u' {
			return 0
		}
		n, err := strconv.ParseUint(string(raw[at+2:at+6]), 16, 16)
		if err != nil {
			return 0
		}
		return n
	}
	for i := bytes.IndexByte(raw, '\\'); i >= 0 && i+1 < len(raw); {
		step := 2
		switch n := unit(i); {
		case n >= 0xDC00 && n < 0xE000:
			return true
		case n >= 0xD800 && n < 0xDC00:
			if low := unit(i + 6); low < 0xDC00 || low >= 0xE000 {
				return true
			}
			step = 12
		}
		next := bytes.IndexByte(raw[i+step:], '\\')
		if next < 0 {
			return false
		}
		i += step + next
	}
	return false
}

// deep says whether JSON nests beyond the bound, before it is parsed.
func deep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
