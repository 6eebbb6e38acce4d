package view_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/view"
)

// TestTicker: short work stays quiet, long work says how far it is every few seconds, each
// node for itself.
func TestTicker(t *testing.T) {
	var out bytes.Buffer
	now := at("2026-11-24 00:00:00")
	ticker := &view.Ticker{W: &out, Now: func() time.Time { return now }, Every: 5 * time.Second}
	wait := func(d time.Duration) { now = now.Add(d) }

	ticker.Show(ellis, 0, 4_000_000)
	wait(4 * time.Second)
	ticker.Show(ellis, 1_000_000, 4_000_000)
	ticker.Show(homer, 0, 0)
	wait(time.Second)
	ticker.Show(ellis, 2_000_000, 4_000_000) // due
	ticker.Show(ellis, 2_500_000, 4_000_000)
	wait(4 * time.Second)
	ticker.Show(homer, 3_000, 0) // due, and its end is not known
	ticker.Finish()
	ticker.Show(ellis, 4_000_000, 4_000_000) // the next step waits again
	wait(5 * time.Second)
	ticker.Show(ellis, 4_000_000, 4_000_000)

	want := `cwb: mysql.ellis: 2.0 MB of 4.0 MB (50 %)
cwb: cassandra.homer: 3.0 kB so far
cwb: mysql.ellis: 4.0 MB of 4.0 MB (100 %)
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBarsEnd whatever was shown, also when a total is unknown or wrong, and can begin again.
func TestBarsEnd(*testing.T) {
	bars := &view.Bars{W: io.Discard, Width: 80}
	bars.Finish() // nothing was shown
	bars.Show(ellis, 1, 0)
	bars.Show(ellis, 5, 10)
	bars.Show(homer, 10, 10)
	bars.Show(homer, 12, 10) // a total can be wrong
	bars.Finish()
	bars.Finish()
	bars.Show(ellis, 1, 10)
	bars.Finish()
}
