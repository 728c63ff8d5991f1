package job

import (
	"testing"
	"time"
)

// Each rule of the wall's clock happens once a day, whatever the clocks do that day.
func TestNextTickOverChangesOfClocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, rule, after string
		want              []string
	}{
		{"Asia/Shanghai", "30 8 * * *", "2026-03-02T08:29:00+08:00", []string{"2026-03-02T08:30:00+08:00", "2026-03-03T08:30:00+08:00"}},
		{"Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00+01:00", []string{"2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"}},       // skipped hour
		{"Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00+02:00", []string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},       // repeated hour
		{"Australia/Lord_Howe", "45 1 * * *", "2026-04-04T12:00:00+11:00", []string{"2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"}}, // half an hour
		{"America/Sao_Paulo", "0 0 29 2 *", "2026-01-01T00:00:00-03:00", []string{"2028-02-29T00:00:00-03:00"}},                                // leap day
		{"Asia/Shanghai", "0 9 * * 1", "2026-12-31T23:00:00+08:00", []string{"2027-01-04T09:00:00+08:00"}},                                     // over the year's end
		{"Europe/Berlin", "*/20 * * * *", "2026-10-25T02:10:00+01:00", []string{"2026-10-25T03:00:00+01:00"}},                                  // in the repeat
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if at, err = nextTick(c.rule, at, zone); err != nil || at.In(zone).Format(time.RFC3339) != want {
				t.Errorf("%s %s: %s, want %s (%v)", c.zone, c.rule, at.In(zone).Format(time.RFC3339), want, err)
			}
		}
	}
}
