package mysqlengine

import (
	"context"
	"time"
)

// A take eases off while the server has much else to do: its readers pause while more threads
// run than when they began, and go on when it is over. Threads_running and 25 of them as what
// is too much are what pt-online-schema-change looks at by default
// (https://docs.percona.com/percona-toolkit/pt-online-schema-change.html#cmdoption-pt-online-schema-change-max-load).
const (
	tooBusy    = 25               // threads that run, besides ours, are never too many below that
	easeFor    = 2 * time.Second  // how long one look at the server holds readers back
	mostEasing = 10 * time.Minute // in all: a server that is always busy gets its backup too
)

// easing is the part of a throttle that the server's load works.
type easing struct {
	began  bool
	most   int64           // threads running that are not too many
	eased  time.Duration   // at most so long were readers held back so far
	until  time.Time       // when they may go on
	notice func(busy bool) // of tests: the server was looked at
}

// observe takes note of how many threads run, besides the take's own. What runs at the first
// look is the server's usual work.
func (t *throttle) observe(running, least int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ease.began {
		t.ease.began, t.ease.most = true, max(least, 2*running)
	}
	busy := running > t.ease.most && t.ease.eased < mostEasing
	if t.ease.notice != nil {
		t.ease.notice(busy)
	}
	if !busy {
		t.ease.until = time.Time{}
		return
	}
	t.ease.until = t.now().Add(easeFor)
	t.ease.eased += easeFor
}

// easeOff waits while the server is busy. Should nobody look at the server any more, it ends
// by itself.
func (t *throttle) easeOff(ctx context.Context) error {
	for {
		t.mu.Lock()
		wait := t.ease.until.Sub(t.now())
		t.mu.Unlock()
		if wait <= 0 {
			return nil
		}
		if err := t.sleep(ctx, min(wait, easeFor/8)); err != nil {
			return err
		}
	}
}

// lookAtLoad asks the server how busy it is. The asking thread and the readers are ours.
func (r *readOut) lookAtLoad(ctx context.Context, probe *session) error {
	answer, err := probe.query(ctx, "SHOW GLOBAL STATUS LIKE 'Threads\\_running'")
	if err != nil || len(answer.rows) == 0 {
		return err
	}
	ours := int64(len(r.captured.snapshots)) + 1
	r.rate.observe(atoi(string(answer.rows[0][1]))-ours, r.e.opts.TooBusy)
	return nil
}
