package api

import (
	"bytes"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"youpeng/platform/fault"
	"youpeng/platform/rest"
	"youpeng/web"
)

var types = map[string]string{".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".json": "application/json", ".webmanifest": "application/manifest+json", ".png": "image/png"}

// serveFile serves one file of the built application, packed where the browser can unpack it.
func serveFile(w http.ResponseWriter, r *http.Request, name string) bool {
	plain, err := fs.ReadFile(web.FS, name)
	if err != nil {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", types[path.Ext(name)])
	h.Set("Vary", "Accept-Encoding")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	for _, c := range [][2]string{{"br", ".br"}, {"gzip", ".gz"}} {
		if strings.Contains(r.Header.Get("Accept-Encoding"), c[0]) {
			if packed, err := fs.ReadFile(web.FS, name+c[1]); err == nil {
				h.Set("Content-Encoding", c[0])
				plain = packed
				break
			}
		}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(plain))
	return true
}

// webHandler answers files by their names, and the first page for every address that is a screen.
func webHandler(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return fault.New(fault.NotThus, "route.method", "allow", "GET, HEAD")
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if name != "" && types[path.Ext(name)] != "" && serveFile(w, r, name) {
		return nil
	}
	if strings.HasPrefix(name, "assets/") {
		return fault.New(fault.Missing, "route.unknown")
	}
	if !serveFile(w, r, "index.html") {
		return fault.New(fault.Unavailable, "web.unbuilt")
	}
	return nil
}

func webApp(log *slog.Logger) http.Handler { return rest.Handle(log, webHandler) }
