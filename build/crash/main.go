// Crash writes to a server over HTTP until it dies, saying each write that was acknowledged, and afterwards checks that
// every one of them is there. build/crash.sh does the killing.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "write":
		return newServer(args[1], args[2]).write()
	case len(args) == 4 && args[0] == "check":
		return newServer(args[1], args[2]).check(args[3])
	}
	return errors.New("usage: crash write ADDRESS KEY | crash check ADDRESS KEY ACKNOWLEDGED")
}

// server is who is written to and asked.
type server struct {
	base, key string
	http      *http.Client
}

const writers = 16

func newServer(base, key string) *server {
	return &server{base + "/w/main/api/v1", key, &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: writers}}}
}

func (s *server) do(method, path string, body, into any) (int, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequest(method, s.base+path, bytes.NewReader(raw))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+s.key)
	r.Header.Set("Content-Type", "application/json")
	w, err := s.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer w.Body.Close()
	answer, err := io.ReadAll(w.Body)
	if err != nil {
		return 0, err
	}
	if w.StatusCode >= 300 {
		return w.StatusCode, fmt.Errorf("%s %s: %d %.200s", method, path, w.StatusCode, answer)
	}
	return w.StatusCode, json.Unmarshal(answer, into)
}

// write makes customers and their contacts from many callers at once, and changes every fourth customer, until the server
// is gone. What it says of a record stands there once the whole answer has come.
func (s *server) write() error {
	var mu sync.Mutex
	var all sync.WaitGroup
	failed := make(chan error, writers)
	say := func(object, id string, version int) error {
		mu.Lock() // a line is written whole
		defer mu.Unlock()
		_, err := fmt.Println(object, id, version)
		return err
	}
	for w := range writers {
		all.Go(func() {
			for i := 0; ; i++ {
				if err := s.one(fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i), i%4 == 0, say); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	return <-failed
}

type made struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

func (s *server) one(name string, change bool, say func(object, id string, version int) error) error {
	var customer, contact made
	phone := []any{map[string]any{"value": "+8613800138000"}}
	if _, err := s.do("POST", "/records/customer", map[string]any{"name": name, "phones": phone}, &customer); err != nil {
		return err
	}
	if err := say("customer", customer.ID, customer.Version); err != nil {
		return err
	}
	if _, err := s.do("POST", "/records/contact", map[string]any{"name": name, "customers": []any{customer.ID}, "phones": phone}, &contact); err != nil {
		return err
	}
	if err := say("contact", contact.ID, contact.Version); err != nil || !change {
		return err
	}
	if _, err := s.do("PATCH", "/records/customer/"+customer.ID, map[string]any{"version": customer.Version, "level": "A"}, &customer); err != nil {
		return err
	}
	return say("customer", customer.ID, customer.Version)
}

// check asks for all records and compares them with what was acknowledged.
func (s *server) check(path string) error {
	there := map[string]int{}
	for _, object := range []string{"customer", "contact"} {
		if err := s.all(object, there); err != nil {
			return err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	acknowledged, lost := 0, 0
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var object, id string
		var version int
		if n, _ := fmt.Sscan(lines.Text(), &object, &id, &version); n < 3 || strings.Count(id, "-") != 4 {
			continue // the last line may be cut
		}
		if acknowledged++; there[object+" "+id] < version {
			lost++
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if lost > 0 {
		return fmt.Errorf("%d of %d acknowledged writes are lost", lost, acknowledged)
	}
	if acknowledged == 0 {
		return errors.New("nothing was acknowledged, so nothing is shown")
	}
	fmt.Printf("%d acknowledged, 0 lost, %d records there\n", acknowledged, len(there))
	return nil
}

// all reads every record of an object and the version in which it stands.
func (s *server) all(object string, into map[string]int) error {
	total, read := 0, 0
	for cursor := ""; ; {
		var page struct {
			Data  []made  `json:"data"`
			Total int     `json:"total"`
			Next  *string `json:"next"`
		}
		q := map[string]any{"limit": 200, "fields": []string{"name"}}
		if cursor != "" {
			q["cursor"] = cursor
		}
		if _, err := s.do("POST", "/records/"+object+"/query", q, &page); err != nil {
			return err
		}
		for _, x := range page.Data {
			into[object+" "+x.ID] = x.Version
		}
		total, read = page.Total, read+len(page.Data)
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	if read != total {
		return fmt.Errorf("%d of %d %s records were listed", read, total, object)
	}
	return nil
}
