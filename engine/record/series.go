package record

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"youpeng/engine/object"
	"youpeng/platform/db"
)

// blockSize is how many numbers of a gapped series are drawn at once.
const blockSize = 100

// blocks are the numbers of gapped series that this process has drawn and not given out yet. Those of a process that
// dies are lost, which is what such a series allows; in return its writers do not wait for each other.
type blocks struct {
	draw sync.Mutex // one draws at a time, for all who wait
	mu   sync.Mutex
	left map[string]block // by series
}

type block struct {
	period   string
	next, to int64 // to is the first that is not ours
}

// take answers a number that was drawn before; false without one.
func (b *blocks) take(name, period string) (int64, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.left[name]
	if x.period != period || x.next >= x.to {
		return 0, false
	}
	n := x.next
	x.next++
	b.left[name] = x
	return n, true
}

// lacks says whether there are fewer than some numbers.
func (b *blocks) lacks(name, period string, want int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.left[name]
	return x.period != period || x.to-x.next < want
}

// put keeps numbers that were drawn.
func (b *blocks) put(name string, x block) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left == nil {
		b.left = map[string]block{}
	}
	b.left[name] = x
}

// reserve draws what the new records of a plan need of gapped series, before the writer, so that no number is drawn
// inside it.
func (p *plan) reserve(ctx context.Context) error {
	need := map[string]int64{}
	period := map[string]string{}
	for _, s := range p.steps {
		if s.old != nil || s.new == nil {
			continue
		}
		for _, f := range s.o.Fields {
			if f.Series != nil && f.Series.Gapped && s.new.At(f) == nil {
				name := seriesName(s.o, f)
				need[name]++
				period[name] = periodOf(f.Series, p.day())
			}
		}
	}
	maps.DeleteFunc(need, func(name string, n int64) bool { return !p.e.blocks.lacks(name, period[name], n) })
	if len(need) == 0 {
		return nil
	}
	p.e.blocks.draw.Lock()
	defer p.e.blocks.draw.Unlock()
	for name, n := range need {
		if !p.e.blocks.lacks(name, period[name], n) { // somebody has drawn meanwhile
			continue
		}
		n += blockSize
		var first int64
		if err := p.e.db.Write(ctx, func(tx db.Tx) (err error) {
			first, err = drawNumbers(tx, name, period[name], n)
			return err
		}); err != nil {
			return err
		}
		p.e.blocks.put(name, block{period[name], first, first + n})
	}
	return nil
}

func seriesName(o *object.Object, f *object.Field) string { return o.Name + "." + f.Name }

// day is the workspace's time: numbers begin anew for everybody at once.
func (p *plan) day() time.Time {
	zone := p.e.zone
	if zone == nil {
		zone = p.actor.Zone
	}
	if zone == nil {
		zone = time.UTC
	}
	return p.now.In(zone)
}

// periodOf names the span of time in which a series counts on.
func periodOf(s *object.Series, day time.Time) string {
	return day.Format(map[string]string{"year": "2006", "month": "200601", "day": "20060102"}[s.Reset])
}

// numbered writes a number of a series.
func numbered(s *object.Series, day time.Time, n int64) string {
	var b strings.Builder
	if s.Prefix != "" {
		b.WriteString(s.Prefix + "-")
	}
	if s.Date != "" {
		b.WriteString(day.Format(s.Date) + "-")
	}
	fmt.Fprintf(&b, "%0*d", s.Digits, n)
	return b.String()
}

// number draws the numbers of a new record's series, in the transaction that keeps it, so that a series without gaps
// loses none.
func (c *committing) number(r *object.Record, moved *[]*object.Field) error {
	for _, f := range r.Object.Fields {
		if f.Series == nil || r.At(f) != nil {
			continue
		}
		day := c.p.day()
		name, period := seriesName(r.Object, f), periodOf(f.Series, day)
		n, drawn := int64(0), false
		if f.Series.Gapped {
			n, drawn = c.p.e.blocks.take(name, period)
		}
		if !drawn {
			var err error
			if n, err = drawNumbers(c.tx, name, period, 1); err != nil {
				return err
			}
		}
		r.Values[f.Index] = numbered(f.Series, day, n)
		*moved = append(*moved, f)
	}
	return nil
}
