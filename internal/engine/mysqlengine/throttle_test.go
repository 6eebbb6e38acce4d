package mysqlengine

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestThrottle lets readers spend on a clock of the test's own.
func TestThrottle(t *testing.T) {
	now := time.Unix(1000, 0)
	throttle := newThrottle(1 << 20)
	throttle.now = func() time.Time { return now }
	throttle.free = now
	var waited time.Duration
	throttle.sleep = func(_ context.Context, d time.Duration) error { waited = d; return nil }
	for _, c := range []struct {
		pass  time.Duration
		bytes int64
		want  time.Duration
	}{
		{0, 1 << 19, time.Second / 2},
		{0, 1 << 19, time.Second},                    // another reader, at the same time
		{time.Second, 1 << 20, time.Second},          // the first second is over
		{10 * time.Second, 3 << 19, time.Second / 2}, // of a pause one second is saved
		{0, 5 << 20, 5*time.Second + time.Second/2},  // a large row
		{6 * time.Second, 1 << 19, 0},                // time for it has passed
	} {
		now, waited = now.Add(c.pass), 0
		if err := throttle.spend(t.Context(), c.bytes); err != nil || waited != c.want {
			t.Errorf("%d bytes: %v, waits %s, want %s", c.bytes, err, waited, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("a sleep that was cancelled: %v", err)
	}
}

// TestTakeKeepsToItsRate takes the recorded backup, whose rows are few, at a slow rate.
func TestTakeKeepsToItsRate(t *testing.T) {
	f := newFake(t, readTake(t))
	e := f.engine(Options{})
	e.node.MySQL.MaxRate = 400 // bytes
	began := time.Now()
	content := mustTakeFake(t, f, e)
	var rows int64
	for _, table := range content.Tables {
		rows += table.Bytes
	}
	least := time.Duration(rows) * time.Second / 400
	if took := time.Since(began); took < least {
		t.Errorf("%d bytes took %s, less than %s", rows, took, least)
	}
}
