package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// doubleSignal is the time within which the same signal counts once, on a machine that is too
// busy to pass it on at once as well: see passOn.
const doubleSignal = 500 * time.Millisecond

// signals turns the first interrupt into a request to stop at the next safe point, and the
// second into the end of every context.
type signals struct {
	soft   chan struct{} // closed by the first signal
	hard   context.Context
	cancel context.CancelFunc
	ch     chan os.Signal

	mu    sync.Mutex
	first os.Signal
}

// watchSignals starts watching; SIGHUP counts as SIGTERM, so that a closed terminal stops a
// run as a service manager would.
func watchSignals() *signals {
	s := &signals{soft: make(chan struct{}), ch: make(chan os.Signal, 4)}
	s.hard, s.cancel = context.WithCancel(context.Background())
	signal.Notify(s.ch, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// A reader of our output that goes away makes writing fail, and must not end a run. Caught
	// and not ignored, since children inherit what is ignored.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	go s.watch()
	return s
}

func (s *signals) watch() {
	var last os.Signal
	var at time.Time // of the last one; monotonic, so no clock of ours
	for sig := range s.ch {
		if sig == last && time.Since(at) < doubleSignal {
			continue
		}
		last, at = sig, time.Now()
		if s.note(sig) {
			close(s.soft)
			continue
		}
		s.cancel()
	}
}

// note remembers the first signal and reports whether this one is it.
func (s *signals) note(sig os.Signal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first != nil {
		return false
	}
	s.first = sig
	return true
}

// code is the exit status of an interrupted run, if a signal came.
func (s *signals) code() (exitCode, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.first {
	case nil:
		return 0, false
	case os.Interrupt:
		return exitInterrupted, true
	}
	return exitTerminated, true
}

func (s *signals) stop() {
	signal.Stop(s.ch)
	s.cancel()
}

// either is a context that the first signal ends: for work that changes nothing.
func (s *signals) either(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-s.soft:
			cancel(errInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}
