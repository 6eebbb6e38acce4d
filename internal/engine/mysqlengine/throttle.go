package mysqlengine

import (
	"context"
	"sync"
	"time"
)

// throttle holds all readers of one take together to a rate. A reader that is ahead sleeps
// before it reads on; meanwhile the server waits in its own write, which costs it nothing.
type throttle struct {
	rate  int64 // bytes of content a second; 0: no limit
	sleep func(ctx context.Context, d time.Duration) error
	now   func() time.Time

	mu   sync.Mutex
	free time.Time // when all that was read so far is paid for
	ease easing
}

// saved is how much unused time counts: enough for the reading itself, too little for a burst.
const saved = time.Second

func newThrottle(rate int64) *throttle {
	return &throttle{rate: rate, sleep: sleep, now: time.Now, free: time.Now()}
}

// spend waits until so many bytes more may have been read, and while the server is busy.
func (t *throttle) spend(ctx context.Context, bytes int64) error {
	if err := t.easeOff(ctx); err != nil {
		return err
	}
	if t.rate <= 0 {
		return nil
	}
	t.mu.Lock()
	now := t.now()
	if earliest := now.Add(-saved); t.free.Before(earliest) {
		t.free = earliest
	}
	t.free = t.free.Add(time.Duration(float64(bytes) / float64(t.rate) * float64(time.Second)))
	wait := t.free.Sub(now)
	t.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	return t.sleep(ctx, wait)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
