package db

import (
	"sync"
	"time"
)

// Histogram counts observations by upper bound; the last count is of those above every bound.
type Histogram struct {
	Bounds []float64
	Counts []uint64
	Sum    float64
}

// Stats is what a database says about its writing since it was opened.
type Stats struct {
	Writes  uint64    // transactions acknowledged
	Commits uint64    // commits made; fewer than Writes where several share one
	Failed  uint64    // transactions refused or undone
	Retries uint64    // runs repeated because another transaction got in between
	Queued  int       // writes waiting
	Bulk    int       // pieces of bulk work waiting
	Readers int       // snapshots open
	Batch   Histogram // writes in one commit
	Commit  Histogram // seconds that a commit took
}

var (
	batchBounds  = []float64{1, 2, 4, 8, 16, 32, 64, 128}
	commitBounds = []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1}
)

// meter gathers Stats. One lock per commit is cheap beside the commit.
type meter struct {
	mu sync.Mutex
	s  Stats
}

func newMeter() *meter {
	return &meter{s: Stats{
		Batch:  Histogram{Bounds: batchBounds, Counts: make([]uint64, len(batchBounds)+1)},
		Commit: Histogram{Bounds: commitBounds, Counts: make([]uint64, len(commitBounds)+1)},
	}}
}

func (h *Histogram) add(v float64) {
	i := 0
	for i < len(h.Bounds) && v > h.Bounds[i] {
		i++
	}
	h.Counts[i]++
	h.Sum += v
}

func (m *meter) committed(writes int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.s.Commits++
	m.s.Writes += uint64(writes)
	m.s.Batch.add(float64(writes))
	m.s.Commit.add(took.Seconds())
}

func (m *meter) failed(writes int) {
	m.mu.Lock()
	m.s.Failed += uint64(writes)
	m.mu.Unlock()
}

func (m *meter) retried() {
	m.mu.Lock()
	m.s.Retries++
	m.mu.Unlock()
}

func (m *meter) read() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.s
	s.Batch.Counts = append([]uint64(nil), s.Batch.Counts...)
	s.Commit.Counts = append([]uint64(nil), s.Commit.Counts...)
	return s
}
