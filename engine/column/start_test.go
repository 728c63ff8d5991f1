package column

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"youpeng/engine/query"
)

// resident is the memory of the process in megabytes.
func resident(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kb) / 1024
}

// BenchmarkStart writes snapshots and starts from them; SCALE is in millions of customers, with three activities each.
func BenchmarkStart(b *testing.B) {
	scale, err := strconv.ParseFloat(os.Getenv("SCALE"), 64)
	if err != nil {
		scale = 0.1
	}
	l := &large{newWorld(b), int(1e6 * scale), int(3e6 * scale), 0}
	for _, o := range l.catalog.Objects {
		for _, f := range o.Fields {
			f.List = f.Index + 1
		}
	}
	open := func(dir string) *Store {
		s := New(Options{Source: l, Dir: dir, Journal: &book{identity: "one"}})
		s.SetCatalog(l.catalog)
		return s
	}
	dir := b.TempDir()
	warm := func() *Store {
		s := open(dir)
		if err := s.Warm(b.Context()); err != nil {
			b.Fatal(err)
		}
		return s
	}
	s := warm()
	start := time.Now()
	if err := s.Snapshot(b.Context()); err != nil {
		b.Fatal(err)
	}
	written := time.Since(start)
	s.Close()
	for b.Loop() {
		start = time.Now()
		s = open(dir)
		if _, err := s.Ask(b.Context(), &query.Question{Object: l.catalog.Object("activity"), Limit: 50}, actors()[1]); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "first-list-ms")
		s.Close()
		start = time.Now()
		s = warm()
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "all-ms")
		b.ReportMetric(resident(b), "resident-MB")
		b.ReportMetric(float64(s.Bytes())/1e6, "columns-MB")
		s.Close()
	}
	b.ReportMetric(float64(written.Milliseconds()), "write-ms")
}
