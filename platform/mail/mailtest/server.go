// Package mailtest is a mail server for tests: it takes every message and shows it.
package mailtest

import (
	"bufio"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"testing"

	"encoding/base64"
)

// Received is a message as it came.
type Received struct{ From, To, Subject, Text string }

// Serve begins a server on this machine, and answers its address and what it takes.
func Serve(t testing.TB) (address string, got <-chan Received) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	list := make(chan Received, 100)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go talk(conn, list)
		}
	}()
	return fmt.Sprintf("smtp://%s?from=crm@example.com", l.Addr()), list
}

// talk speaks the little of SMTP that taking a message needs (RFC 5321).
func talk(conn net.Conn, list chan<- Received) {
	defer conn.Close()
	c := textproto.NewConn(conn)
	say := func(s string) bool { return c.PrintfLine("%s", s) == nil }
	say("220 test")
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.SplitN(line, " ", 2)[0]); verb {
		case "DATA":
			say("354 go on")
			raw, err := io.ReadAll(c.DotReader())
			if err != nil {
				return
			}
			if m, err := read(string(raw)); err == nil {
				list <- m
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 well")
		}
	}
}

func read(raw string) (Received, error) {
	m, err := mail.ReadMessage(bufio.NewReader(strings.NewReader(raw)))
	if err != nil {
		return Received{}, err
	}
	var body io.Reader = m.Body
	switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return Received{}, err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	address := func(s string) string { return strings.Trim(s, "<>") }
	return Received{address(m.Header.Get("From")), address(m.Header.Get("To")), subject, strings.ReplaceAll(string(text), "\r\n", "\n")}, err
}
