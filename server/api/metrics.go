package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"youpeng/platform/db"
	"youpeng/server/app"
)

// Metrics counts requests and tells how the program stands. Labels are routes, objects, states and workspaces' names in
// addresses; nothing of a person or a record is one.
type Metrics struct {
	registry *prometheus.Registry
	seconds  *prometheus.HistogramVec
	open     prometheus.Gauge
}

// NewMetrics makes the metrics of a program.
func NewMetrics(a *app.App) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "youpeng_http_request_seconds", Help: "How long requests took, by route and status.",
			Buckets: []float64{.001, .0025, .005, .01, .02, .04, .06, .1, .25, .5, 1, 2.5, 10}}, []string{"route", "status"}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{Name: "youpeng_http_requests_open", Help: "Requests under way."}),
	}
	m.registry.MustRegister(m.seconds, m.open, &state{app: a}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// Count measures every request of a handler. The route is the pattern that it met, so an address is never a label.
func (m *Metrics) Count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		m.open.Inc()
		c := &counted{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			m.open.Dec()
			route := r.Pattern
			if route == "" {
				route = "none"
			}
			m.seconds.WithLabelValues(route, strconv.Itoa(c.status)).Observe(time.Since(start).Seconds())
		}()
		next.ServeHTTP(c, r)
	})
}

// counted remembers the status of an answer.
type counted struct {
	http.ResponseWriter
	status int
	begun  bool
}

func (c *counted) WriteHeader(code int) {
	if !c.begun {
		c.status, c.begun = code, code >= 200
	}
	c.ResponseWriter.WriteHeader(code)
}

func (c *counted) Write(p []byte) (int, error) {
	c.begun = true
	return c.ResponseWriter.Write(p)
}

// Unwrap lets streams flush through it.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// state reads how the program stands when somebody asks, of the workspaces that are open then.
type state struct{ app *app.App }

func figure(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("youpeng_"+name, help, labels, nil)
}

var (
	writesSaid   = figure("db_writes_total", "Transactions acknowledged.", "database")
	commitsSaid  = figure("db_commits_total", "Commits; fewer than writes where several share one.", "database")
	failedSaid   = figure("db_failed_total", "Transactions refused or undone.", "database")
	retriesSaid  = figure("db_retries_total", "Runs repeated because another transaction got in between.", "database")
	queuedSaid   = figure("db_queued", "Writes waiting.", "database", "lane")
	readersSaid  = figure("db_readers", "Snapshots open.", "database")
	batchSaid    = figure("db_writes_per_commit", "Writes that shared a commit.", "database")
	commitSaid   = figure("db_commit_seconds", "How long commits took.", "database")
	bytesSaid    = figure("db_bytes", "Room that the database takes.", "database")
	jobsSaid     = figure("jobs", "Jobs by state.", "workspace", "state")
	columnSaid   = figure("column_bytes", "Memory of columns, rows (no field) and visible sets (field *).", "workspace", "object", "field")
	consumerSaid = figure("consumer_behind", "Commits that a consumer has not handled yet.", "workspace", "consumer")
	headSaid     = figure("log_head", "The number of the last commit.", "workspace")
	openSaid     = figure("workspaces_open", "Workspaces that are open.")
	wokenSaid    = figure("workspaces_woken_total", "How often a sleeping workspace was opened because something was due in it.")
	sessionsSaid = figure("sessions", "Sessions that have not ended.")
)

func (s *state) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{writesSaid, commitsSaid, failedSaid, retriesSaid, queuedSaid, readersSaid, batchSaid, commitSaid, bytesSaid, jobsSaid, columnSaid, consumerSaid, headSaid, openSaid, wokenSaid, sessionsSaid} {
		ch <- d
	}
}

func (s *state) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	database(ctx, ch, "control", s.app.ControlDB())
	if n, err := s.app.Control.CountSessions(ctx); err == nil {
		gauge(sessionsSaid, float64(n))
	}
	open, woken := s.app.Awake()
	gauge(openSaid, float64(open))
	ch <- prometheus.MustNewConstMetric(wokenSaid, prometheus.CounterValue, float64(woken))
	s.app.EachOpen(func(x *app.Space) {
		database(ctx, ch, x.Slug, x.DB)
		gauge(headSaid, float64(x.Log.Head()), x.Slug)
		for _, c := range x.Log.Statuses() {
			gauge(consumerSaid, float64(c.Behind), x.Slug, c.Name)
		}
		if counts, err := x.Queue().Counts(ctx); err == nil {
			for state, n := range counts {
				gauge(jobsSaid, float64(n), x.Slug, string(state))
			}
		}
		memory := map[[2]string]int64{} // a column and what search scans of it are told apart, and added here
		for _, m := range x.Columns().Stats() {
			memory[[2]string{m.Object, m.Field}] += m.Bytes
		}
		for at, n := range memory {
			if n == 0 {
				continue // not loaded
			}
			gauge(columnSaid, float64(n), x.Slug, at[0], at[1])
		}
	})
}

func database(ctx context.Context, ch chan<- prometheus.Metric, name string, d *db.DB) {
	t := d.Stats()
	for desc, n := range map[*prometheus.Desc]uint64{writesSaid: t.Writes, commitsSaid: t.Commits, failedSaid: t.Failed, retriesSaid: t.Retries} {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(n), name)
	}
	ch <- prometheus.MustNewConstMetric(queuedSaid, prometheus.GaugeValue, float64(t.Queued), name, "people")
	ch <- prometheus.MustNewConstMetric(queuedSaid, prometheus.GaugeValue, float64(t.Bulk), name, "bulk")
	ch <- prometheus.MustNewConstMetric(readersSaid, prometheus.GaugeValue, float64(t.Readers), name)
	ch <- histogram(batchSaid, t.Batch, name)
	ch <- histogram(commitSaid, t.Commit, name)
	if n, err := d.Size(ctx); err == nil {
		ch <- prometheus.MustNewConstMetric(bytesSaid, prometheus.GaugeValue, float64(n), name)
	}
}

// histogram brings a histogram of ours into the form of Prometheus, whose counts add up.
func histogram(d *prometheus.Desc, h db.Histogram, labels ...string) prometheus.Metric {
	var sum uint64
	buckets := make(map[float64]uint64, len(h.Bounds))
	for i, n := range h.Counts {
		sum += n
		if i < len(h.Bounds) {
			buckets[h.Bounds[i]] = sum
		}
	}
	return prometheus.MustNewConstHistogram(d, sum, h.Sum, buckets, labels...)
}
