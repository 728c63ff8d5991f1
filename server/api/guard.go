package api

import (
	"context"
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"youpeng/platform/clock"
	"youpeng/platform/fault"
	"youpeng/platform/i18n"
	"youpeng/platform/mail"
	"youpeng/platform/rest"
)

// Options say how the program stands towards the world.
type Options struct {
	Public  *url.URL       // where people reach it; nil: as they asked
	Hosts   []string       // names by which it may be asked, beside this machine's own and Public's
	Proxies []netip.Prefix // whose word is taken for where a request came from
	Rate    int            // requests a minute for one caller; 0 for no bound
	Mail    *mail.Outbox   // nil: links are handed over by people
	// Patience is how long a body may take to begin arriving in earnest; 0 is rest.Patience.
	Patience time.Duration
	// Stopping ends when the server is about to stop: streams, which have no end of their own, end with it.
	Stopping context.Context
}

func (o Options) patience() time.Duration {
	if o.Patience > 0 {
		return o.Patience
	}
	return rest.Patience
}

// DefaultRate is far above what a person or an honest program does.
const DefaultRate = 6000

// knows refuses requests under a name that is not ours: a page elsewhere whose name is made to lead here would be of the
// same origin for the browser (DNS rebinding).
func (api *API) knows(next http.Handler) http.Handler {
	refuse := rest.Handle(api.log, func(_ http.ResponseWriter, r *http.Request) error {
		return fault.New(fault.Forbidden, "host.unknown", "host", nameOf(r.Host))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" && !api.ours(nameOf(r.Host)) {
			refuse.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (api *API) ours(name string) bool {
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || net.ParseIP(name).IsLoopback() {
		return true
	}
	return api.opts.Public != nil && strings.EqualFold(name, api.opts.Public.Hostname()) || slices.ContainsFunc(api.opts.Hosts, func(h string) bool { return strings.EqualFold(nameOf(h), name) })
}

// nameOf is a host without its port, bounded to what a name can be.
func nameOf(host string) string {
	u := url.URL{Host: host}
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	return name[:min(len(name), 253)]
}

// base is the address under which people reach the program.
func (api *API) base(r *http.Request) string {
	if api.opts.Public != nil {
		return strings.TrimRight(api.opts.Public.String(), "/")
	}
	if api.secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// write puts a letter into the outbox: its words are those of the locales under "mail.{kind}".
func (api *API) write(r *http.Request, to, locale, kind string, args ...string) bool {
	if api.opts.Mail == nil {
		return false
	}
	fill := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		fill[args[i]] = args[i+1]
	}
	return api.opts.Mail.Put(mail.Message{To: to, Subject: i18n.Message(locale, "mail."+kind+".subject", fill), Text: i18n.Message(locale, "mail."+kind+".text", fill)})
}

// pace is how much one caller may do: so many at once, and so many again in a span.
type pace struct {
	burst int
	span  time.Duration // in which a burst grows back
}

var (
	guesses = pace{60, 2 * time.Minute}
	resets  = pace{10, time.Hour}
	letters = pace{3, time.Hour} // to one address; whoever is refused is not told
)

// paces keeps what each caller has left. It is of this node: a bound against haste, not an account of use.
type paces struct {
	mu    sync.Mutex
	clock clock.Clock
	seed  maphash.Seed
	left  map[uint64]bucket
}

type bucket struct {
	full time.Time // when everything will have grown back
}

// How many of what takes long one account has going at once: streams and waiting requests each cost a goroutine and look
// at the database, uploads each fill the disk before they are judged whole.
const (
	mostStreams = 50
	mostUploads = 8
)

// seats counts what each account has going.
type seats struct {
	most  int
	code  string // of the refusal
	mu    sync.Mutex
	taken map[int64]int
}

func (s *seats) take(account int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[account] >= s.most {
		f := fault.New(fault.TooMany, s.code, "max", s.most)
		f.Retry = 30
		return f
	}
	if s.taken == nil {
		s.taken = map[int64]int{}
	}
	s.taken[account]++
	return nil
}

func (s *seats) give(account int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[account]--; s.taken[account] == 0 {
		delete(s.taken, account)
	}
}

// mostBuckets bounds the memory; when it is reached those that are full again are forgotten, then all.
const mostBuckets = 100_000

func newPaces(c clock.Clock) *paces {
	return &paces{clock: c, seed: maphash.MakeSeed(), left: map[uint64]bucket{}}
}

// take uses one, and answers 0, or how long to wait for the next.
func (p *paces) take(who string, most pace) time.Duration {
	wait, _, _ := p.ask(who, most)
	return wait
}

// ask also says how many are left, and when all will be there again.
func (p *paces) ask(who string, most pace) (wait time.Duration, left int, whole time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, key, one := p.clock.Now(), maphash.String(p.seed, who), most.span/time.Duration(most.burst)
	if len(p.left) >= mostBuckets {
		p.forget(now)
	}
	full := p.left[key].full
	if full.Before(now) {
		full = now
	}
	if over := full.Add(one).Sub(now) - most.span; over > 0 {
		return over, 0, full.Sub(now)
	}
	full = full.Add(one)
	p.left[key] = bucket{full}
	return 0, int((most.span - full.Sub(now)) / one), full.Sub(now)
}

func (p *paces) forget(now time.Time) {
	for key, b := range p.left {
		if b.full.Before(now) {
			delete(p.left, key)
		}
	}
	if len(p.left) >= mostBuckets {
		clear(p.left)
	}
}

// slow refuses who asks too often, and tells everybody how they stand.
func (api *API) slow(w http.ResponseWriter, who string, most pace) error {
	wait, left, whole := api.pace.ask(who, most)
	h := w.Header()
	h.Set("RateLimit-Limit", strconv.Itoa(most.burst))
	h.Set("RateLimit-Remaining", strconv.Itoa(left))
	h.Set("RateLimit-Reset", strconv.Itoa(seconds(whole)))
	if wait == 0 {
		return nil
	}
	f := fault.New(fault.TooMany, "rate.slow", "seconds", seconds(wait))
	f.Retry = seconds(wait)
	return f
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// bound is the pace of everything that has none of its own.
func (api *API) bound(w http.ResponseWriter, who string) error {
	if api.opts.Rate <= 0 {
		return nil
	}
	return api.slow(w, who, pace{api.opts.Rate, time.Minute})
}

// from is where a request came from: the address that the connection, or a trusted proxy, names. Of an IPv6 address the
// network counts, for one person has all of it.
func (api *API) from(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip := at.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && api.trusts(ip); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		ip = next.Unmap()
	}
	if ip.Is6() {
		if net, err := ip.Prefix(64); err == nil {
			return net.String()
		}
	}
	return ip.String()
}

func (api *API) trusts(ip netip.Addr) bool {
	return slices.ContainsFunc(api.opts.Proxies, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// paced bounds what belongs to no workspace, by where it comes from.
func (api *API) paced(w http.ResponseWriter, r *http.Request, pattern string, own *pace) error {
	if own != nil && api.opts.Rate > 0 {
		return api.slow(w, pattern+" "+api.from(r), *own)
	}
	return api.bound(w, "from "+api.from(r))
}

// stranger answers who is not known, and slows them down: keys and sessions are not for guessing.
func (api *API) stranger(w http.ResponseWriter, r *http.Request, refusal error) error {
	if !fault.Is(refusal, fault.Unauthorized) {
		return refusal
	}
	if err := api.bound(w, "from "+api.from(r)); err != nil {
		return err
	}
	return refusal
}
