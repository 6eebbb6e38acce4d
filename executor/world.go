package executor

import (
	"context"
	"time"

	"cwb/internal/backup"
	"cwb/planner"
)

// World is what the outside of one deployment is reached through.
type World struct {
	Nodes     map[backup.NodeAddr]Node // every node of the policy that could be wired
	Schedules Schedules                // nil: units and cron files are neither read nor written
	Machine   planner.Machine          // what those files must say
	Hooks     Hooks                    // nil: none can be run
}

// Options say how to observe and apply. The zero value of each field but Now is usable.
type Options struct {
	Now     func() time.Time // the clock; required
	Host    string           // the machine cwb runs on
	Tool    string           // version of cwb, recorded in what is made
	By      string           // user@host, for journals and locks
	PID     int              // of this process, for the lock's holder; 0 leaves it out
	Command string           // "apply", "backup", "adopt"

	Parallelism    int           // nodes worked on side by side; default 10
	ObserveTimeout time.Duration // after which a node counts as unreachable; default 2 min
	LockTimeout    time.Duration // how long to wait for a held lock; default not at all
	Grace          time.Duration // how long a call may take to notice that it shall end; default 10 s

	Events Events          // nil: nobody listens
	Stop   <-chan struct{} // closed by the first signal: stop at the next safe point; nil: never
}

const (
	defaultParallelism    = 10
	defaultObserveTimeout = 2 * time.Minute
	defaultGrace          = 10 * time.Second

	// undoTimeout bounds how long the removal of a failed take may last.
	undoTimeout = time.Minute
)

func (o Options) withDefaults() Options {
	if o.Parallelism < 1 {
		o.Parallelism = defaultParallelism
	}
	if o.ObserveTimeout <= 0 {
		o.ObserveTimeout = defaultObserveTimeout
	}
	if o.Grace <= 0 {
		o.Grace = defaultGrace
	}
	if o.Events == nil {
		o.Events = deaf{}
	}
	return o
}

// softly is a context that also ends, with ErrStopped as its cause, when the operator asks
// to stop.
func (o Options) softly(ctx context.Context) (context.Context, context.CancelFunc) {
	soft, cancel := context.WithCancelCause(ctx)
	if o.Stop == nil {
		return soft, func() { cancel(nil) }
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-o.Stop:
			cancel(ErrStopped)
		case <-soft.Done():
		}
	}()
	return soft, func() { cancel(nil); <-done }
}

// Holder is what these options' process writes beside a lock that it holds.
func (o Options) Holder() planner.Lock {
	return planner.Lock{Who: who(o.By, o.PID), Command: o.Command, Since: o.Now().UTC()}
}
