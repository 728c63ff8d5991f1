package mail_test

import (
	"log/slog"
	"strings"
	"testing"

	"youpeng/platform/mail"
	"youpeng/platform/mail/mailtest"
)

func TestAMessageArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	address, got := mailtest.Serve(t)
	server, err := mail.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	o := mail.NewOutbox(server, slog.New(slog.DiscardHandler))
	defer o.Close()
	text := "王敏，您好：\n\n请打开 https://crm.example.com/link/abc\n"
	if !o.Put(mail.Message{To: "min@example.com", Subject: "重设密码 有朋", Text: text}) {
		t.Fatal("an empty outbox is full")
	}
	m := <-got
	if m.From != "crm@example.com" || m.To != "min@example.com" || m.Subject != "重设密码 有朋" || strings.TrimSpace(m.Text) != strings.TrimSpace(text) {
		t.Errorf("%+v", m)
	}
}

func TestAddressesOfServers(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"smtp://crm:secret@mail.example.com:587?from=crm@example.com": true,
		"smtps://mail.example.com?from=crm@example.com":               true,
		"smtp://mail.example.com":                                     false,
		"smtp://mail.example.com?from=nobody":                         false,
		"http://mail.example.com?from=crm@example.com":                false,
		"smtp://crm:sec%ret@mail.example.com?from=crm@example.com":    false,
	} {
		_, err := mail.Open(address)
		if (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "ret") && strings.Contains(err.Error(), "sec") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}
