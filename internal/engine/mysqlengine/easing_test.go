package mysqlengine

import (
	"context"
	"testing"
	"time"
)

// TestEasingOff lets the load rise and fall on a clock of the test's own.
func TestEasingOff(t *testing.T) {
	now := time.Unix(1000, 0)
	throttle := newThrottle(0)
	throttle.now = func() time.Time { return now }
	throttle.sleep = func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil }
	waits := func() time.Duration {
		began := now
		if err := throttle.spend(t.Context(), 1<<20); err != nil {
			t.Fatal(err)
		}
		return now.Sub(began)
	}
	for _, c := range []struct {
		running int64
		want    time.Duration
	}{
		{20, 0},            // usual: twice that is not too much
		{40, 0},            //
		{41, easeFor},      // it climbs
		{400, easeFor},     //
		{40, 0},            // and falls
		{1 << 40, easeFor}, // nonsense is no more than that
		{-1, 0},
	} {
		throttle.observe(c.running, 25)
		if got := waits(); got != c.want {
			t.Errorf("with %d threads: waits %s, want %s", c.running, got, c.want)
		}
	}
	throttle.observe(41, 25)
	if first, second := waits(), waits(); first != easeFor || second != 0 {
		t.Errorf("when nobody looks any more: waits %s, then %s", first, second)
	}
	began := now
	for range 10000 {
		throttle.observe(1000, 25)
		waits()
	}
	if total := now.Sub(began); total > mostEasing {
		t.Errorf("a server that is always busy held the take back for %s", total)
	}
	idle := newThrottle(0)
	idle.observe(0, 25)
	idle.observe(25, 25)
	if !idle.ease.until.IsZero() {
		t.Error("25 threads are too many on a server that was idle")
	}
}

// TestEasingOffEndsWithItsContext cancels a take that waits.
func TestEasingOffEndsWithItsContext(t *testing.T) {
	throttle := newThrottle(0)
	throttle.observe(0, 1)
	throttle.observe(5, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := throttle.spend(ctx, 1); err == nil {
		t.Error("it went on")
	}
}
