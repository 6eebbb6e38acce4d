package mysqlengine

import (
	"context"
	"time"
)

// A session that holds LOCK TABLES makes writers wait for as long as it lives. Should this
// process be frozen, its machine die or the network be cut, nobody would give the locks back
// for hours: the server hears nothing of that. So it ends such a session when it was silent
// for [Options.HeldFor], and a keeper speaks for it as long as it lies idle in good health.

// keeper speaks for an idle session until it is ended.
type keeper struct {
	stop context.CancelFunc
	done chan struct{}
}

// keep begins to speak for s, four times within the time it may be silent. A session that was
// lost fails where it is used next, which says so better than a keeper could.
func keep(s *session, heldFor time.Duration) *keeper {
	running, stop := context.WithCancel(context.Background()) // not of what it says: to cut that would end the session
	k := &keeper{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(k.done)
		ticks := time.NewTicker(heldFor / 4)
		defer ticks.Stop()
		for {
			select {
			case <-running.Done():
				return
			case <-ticks.C:
			}
			if s.speak(heldFor) != nil {
				return
			}
		}
	}()
	return k
}

// speak asks for nothing. Its time is bounded, so that whoever ends the keeper never waits for
// a network that is gone.
func (s *session) speak(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return guard(func() error { return s.exec(ctx, "DO 0") })
}

// end leaves the session to others.
func (k *keeper) end() {
	if k != nil {
		k.stop()
		<-k.done
	}
}
