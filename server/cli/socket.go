package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"youpeng/platform/fault"
)

// verbs are the commands that a server runs for others, by name.
var verbs = map[string]func() verb{
	"workspace add": func() verb { return &workspaceAdd{} },
	"user add":      func() verb { return &userAdd{} },
	"user link":     func() verb { return &userLink{} },
	"user list":     func() verb { return &userList{} },
	"key add":       func() verb { return &keyAdd{} },
	"key list":      func() verb { return &keyList{} },
	"key revoke":    func() verb { return &keyRevoke{} },
	"import":        func() verb { return &importFile{} },
	"export":        func() verb { return &exportFile{} },
	"backup":        func() verb { return &backup{} },
	"migrate":       func() verb { return &migrate{} },
	"doctor":        func() verb { return &doctor{} },
}

// asked is a command on its way to the server.
type asked struct {
	Verb   string          `json:"verb"`
	Args   json.RawMessage `json:"args"`
	Locale string          `json:"locale"`
}

// answerHere lets the commands of other processes run in this one, which has the data folder: over a socket in it that
// its owner alone may open.
func answerHere(data string, d *desk, log *slog.Logger) (closing func(), err error) {
	path := socketFile(data)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // of a process that was killed
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	server := &http.Server{ReadHeaderTimeout: 3 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answerOne(w, r, d))
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	return func() {
		_ = server.Close()
		<-done
	}, nil
}

func answerOne(w http.ResponseWriter, r *http.Request, d *desk) outcome {
	var q asked
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q); err != nil {
		return failed(err, "en")
	}
	make := verbs[q.Verb]
	if make == nil {
		return failed(fault.New(fault.BadRequest, "command.unknown"), q.Locale)
	}
	v := make()
	if err := json.Unmarshal(q.Args, v); err != nil {
		return failed(err, q.Locale)
	}
	return perform(r.Context(), v, &desk{App: d.App, base: d.base, locale: q.Locale})
}

// ask lets the server that has the folder run a verb.
func ask(ctx context.Context, data, name string, v verb, locale string) outcome {
	args, err := json.Marshal(v)
	if err != nil {
		return failed(err, locale)
	}
	body, err := json.Marshal(asked{name, args, locale})
	if err != nil {
		return failed(err, locale)
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socketFile(data))
	}}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://youpeng/run", bytes.NewReader(body))
	if err != nil {
		return failed(err, locale)
	}
	res, err := client.Do(r)
	if err != nil {
		return failed(fault.New(fault.Unavailable, "data.locked").Because(err), locale)
	}
	defer res.Body.Close()
	var o outcome
	if err := json.NewDecoder(res.Body).Decode(&o); err != nil {
		return failed(fault.New(fault.Unavailable, "data.locked").Because(err), locale)
	}
	return o
}
