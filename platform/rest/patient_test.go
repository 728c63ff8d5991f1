package rest_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"youpeng/platform/rest"
)

// arrive sends a request that says it has a body of a length, and some of it, and answers what came back.
func arrive(t *testing.T, s *httptest.Server, path string, length int, body string) (status int) {
	t.Helper()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", path, length, body)
	r := bufio.NewReader(c)
	w, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatalf("%s: no answer: %v", path, err)
	}
	if _, err := io.Copy(io.Discard, w.Body); err != nil {
		t.Fatal(err)
	}
	if length > len(body) { // what never comes must not keep the connection
		if _, err := r.ReadByte(); err != io.EOF {
			t.Errorf("%s: the connection stays: %v", path, err)
		}
	}
	return w.StatusCode
}

func TestABodyThatDoesNotComeKeepsNothingOpen(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	mux := http.NewServeMux()
	mux.Handle("/read", rest.Handle(log, func(w http.ResponseWriter, r *http.Request) error {
		body, _, err := rest.Body(w, r, rest.MaxBody)
		if err != nil {
			return err
		}
		return rest.JSON(w, 200, body)
	}))
	mux.Handle("/unread", rest.Handle(log, func(w http.ResponseWriter, _ *http.Request) error { return rest.JSON(w, 200, nil) }))
	mux.Handle("/long", rest.Handle(log, func(w http.ResponseWriter, r *http.Request) error {
		if _, _, err := rest.Body(w, r, rest.MaxBody); err != nil {
			return err
		}
		select { // work that takes longer than the body may
		case <-r.Context().Done():
			return r.Context().Err()
		case <-time.After(600 * time.Millisecond):
		}
		return rest.JSON(w, 200, nil)
	}))
	s := httptest.NewServer(rest.Patient(mux, 200*time.Millisecond))
	t.Cleanup(s.Close)
	for _, x := range []struct {
		path   string
		length int
		body   string
		want   int
	}{{"/read", 8, `{"a": 1}`, 200}, {"/read", 100, `{"a": 1`, 400}, {"/read", 100, "", 400}, {"/unread", 100, "", 200}, {"/long", 8, `{"a": 1}`, 200}} {
		if got := arrive(t, s, x.path, x.length, x.body); got != x.want {
			t.Errorf("%s with %d of %d bytes: %d, not %d", x.path, len(x.body), x.length, got, x.want)
		}
	}
	// One connection serves on, whatever its earlier requests were.
	for range 3 {
		w, err := s.Client().Post(s.URL+"/long", "application/json", bytes.NewReader([]byte(`{}`)))
		if err != nil || w.StatusCode != 200 {
			t.Fatalf("%v %v", w, err)
		}
		_, _ = io.Copy(io.Discard, w.Body)
		w.Body.Close()
	}
}
