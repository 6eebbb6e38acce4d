package mysqlengine

import (
	"testing"
	"time"

	"cwb/config"
)

// TestIdleAndPatienceKeepWithinLockWait: the server ends idle sessions by whole seconds.
func TestIdleAndPatienceKeepWithinLockWait(t *testing.T) {
	for _, c := range []struct{ wait, most time.Duration }{
		{time.Second, 1500 * time.Millisecond}, {1999 * time.Millisecond, 2 * time.Second}, {2 * time.Second, 2 * time.Second},
		{3 * time.Second, 3 * time.Second}, {5 * time.Second, 5 * time.Second}, {7500 * time.Millisecond, 7500 * time.Millisecond}, {time.Hour, time.Hour},
	} {
		p := &prepared{e: New(config.Node{MySQL: &config.MySQL{LockWait: c.wait}}, Options{})}
		if p.idle()%time.Second != 0 || p.idle()+p.patience() > c.most || p.patience() <= 0 {
			t.Errorf("lock_wait %s: idle %s, patience %s", c.wait, p.idle(), p.patience())
		}
	}
}
