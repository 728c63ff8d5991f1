package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"

	"youpeng/platform/mail"
	"youpeng/server/api"
)

// world is how a server stands towards whoever asks it.
type world struct {
	PublicURL    string   `name:"public-url" help:"Where people reach it, for links in letters: https://crm.example.com." env:"YOUPENG_PUBLIC_URL"`
	AllowHost    []string `help:"Further names by which it may be asked." env:"YOUPENG_ALLOW_HOST" placeholder:"NAME"`
	TrustedProxy []string `help:"Networks of proxies whose X-Forwarded-For is believed." env:"YOUPENG_TRUSTED_PROXY" placeholder:"CIDR"`
	Rate         int      `help:"Requests a minute for one caller; 0 for no bound." default:"${rate}" env:"YOUPENG_RATE"`
	SMTP         string   `name:"smtp" help:"The mail server: smtp://user:password@host:port?from=address. Without one, links are handed over by people." env:"YOUPENG_SMTP"`
}

// options reads what was said. Listening at one name makes it ours.
func (w *world) options(listen string, log *slog.Logger) (o api.Options, closing func(), err error) {
	o, closing = api.Options{Hosts: w.AllowHost, Rate: w.Rate}, func() {}
	if ip := net.ParseIP(listen); listen != "" && (ip == nil || !ip.IsUnspecified()) {
		o.Hosts = append(o.Hosts, net.JoinHostPort(listen, "0"))
	}
	if w.PublicURL != "" {
		u, err := url.Parse(w.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return o, closing, errors.New("--public-url wants an address such as https://crm.example.com")
		}
		o.Public = &url.URL{Scheme: u.Scheme, Host: u.Host}
	}
	for _, s := range w.TrustedProxy {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return o, closing, fmt.Errorf("--trusted-proxy wants a network such as 10.0.0.0/8: %w", err)
		}
		o.Proxies = append(o.Proxies, p)
	}
	if w.SMTP != "" {
		server, err := mail.Open(w.SMTP)
		if err != nil {
			return o, closing, fmt.Errorf("--smtp: %w", err)
		}
		o.Mail = mail.NewOutbox(server, log)
		closing = o.Mail.Close
	}
	return o, closing, nil
}
