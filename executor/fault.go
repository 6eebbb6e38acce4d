package executor

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// More errors that callers branch on with errors.Is.
var (
	ErrInternal = errors.New("internal fault") // a panic, in whatever goroutine
	ErrStopped  = errors.New("interrupted")    // the operator asked to stop
	ErrHung     = errors.New("did not answer in time")
)

// PanicError is a panic that became an error of the step it happened in. It wraps
// ErrInternal.
type PanicError struct {
	Value any
	Stack []byte // where it happened, for a bug report
}

func (e *PanicError) Error() string { return fmt.Sprintf("%v: %v", ErrInternal, e.Value) }

// Unwrap makes errors.Is(err, ErrInternal) hold.
func (e *PanicError) Unwrap() error { return ErrInternal }

// guarded runs f and turns a panic into an error.
func guarded(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// await runs f in a goroutine of its own and waits for it. Once ctx has ended, f has a grace
// to return; then it is given up with ErrHung, and whatever it returns later goes to late.
func await[T any](ctx context.Context, grace time.Duration, late func(T), f func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done, givenUp := make(chan outcome), make(chan struct{})
	go func() {
		var o outcome
		o.err = guarded(func() (err error) { o.value, err = f(ctx); return err })
		select {
		case done <- o:
		case <-givenUp:
			if late != nil && o.err == nil {
				_ = guarded(func() error { late(o.value); return nil }) // nobody is left to tell
			}
		}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case o := <-done:
		return o.value, o.err
	case <-timer.C:
		close(givenUp)
		var zero T
		return zero, fmt.Errorf("%w (%w)", ErrHung, context.Cause(ctx))
	}
}

// sideBySide calls f for 0…n-1, at most limit at a time, and returns when all have returned.
// f must not panic: it is expected to use guarded or await.
func sideBySide(n, limit int, f func(i int)) {
	var wait sync.WaitGroup
	slots := make(chan struct{}, max(1, min(limit, n)))
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	wait.Wait()
}
