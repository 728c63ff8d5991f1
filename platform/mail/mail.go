// Package mail sends what the program has to say to one person, by somebody else's server.
package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"

	gomail "github.com/wneessen/go-mail"
)

// Message is a plain text for one person.
type Message struct {
	To      string
	Subject string
	Text    string
}

// SMTP is a server that takes mail, and the address from which it comes.
type SMTP struct {
	host    string
	options []gomail.Option
	from    string
}

// Open reads smtp://user:password@host:port?from=address, or smtps://… for a server that speaks TLS from the first
// byte. Otherwise STARTTLS must be offered, except on this machine, or with tls=off. Nothing is sent yet.
func Open(address string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address of the mail server cannot be read") // the parser's own words would repeat its password
	}
	host, from := u.Hostname(), u.Query().Get("from")
	if (u.Scheme != "smtp" && u.Scheme != "smtps") || host == "" || from == "" {
		return nil, errors.New("a mail server is smtp://user:password@host:port?from=address")
	}
	if err := gomail.NewMsg().From(from); err != nil {
		return nil, fmt.Errorf("the sender %q is no address", from)
	}
	s := &SMTP{host: host, from: from}
	switch local := host == "localhost" || net.ParseIP(host).IsLoopback(); {
	case u.Scheme == "smtps":
		s.options = append(s.options, gomail.WithSSLPort(false))
	case u.Query().Get("tls") == "off":
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.NoTLS))
	case local:
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		s.options = append(s.options, gomail.WithTLSPortPolicy(gomail.TLSMandatory))
	}
	if p := u.Port(); p != "" {
		port, err := strconv.Atoi(p)
		if err != nil {
			return nil, errors.New("the port of the mail server is no number")
		}
		s.options = append(s.options, gomail.WithPort(port))
	}
	if name := u.User.Username(); name != "" {
		password, _ := u.User.Password()
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(name), gomail.WithPassword(password))
	}
	return s, nil
}

// Send hands a message to the server.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg := gomail.NewMsg()
	if err := msg.From(s.from); err != nil {
		return err
	}
	if err := msg.To(m.To); err != nil {
		return errors.New("the recipient is no address") // and is not repeated in a log
	}
	msg.Subject(m.Subject)
	msg.SetDate()
	msg.SetMessageID()
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, msg)
}
