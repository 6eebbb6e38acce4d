package executor

import (
	"context"
	"errors"
)

// The documented exit codes that a run can end with.
const (
	ExitDone        = 0
	ExitError       = 1
	ExitPartly      = 3
	ExitHeld        = 4
	ExitStale       = 5
	ExitLocked      = 11
	ExitCredentials = 12
	ExitInternal    = 70
	ExitInterrupted = 130
)

// ExitCode is what a run that returned r and err ends with, by the documented precedence.
// Interruption is always 130 here: only the caller knows the signal.
func ExitCode(r Result, err error) int {
	switch {
	case r.Internal() || errors.Is(err, ErrInternal):
		return ExitInternal
	case r.Stopped || errors.Is(err, ErrStopped) || errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.Is(err, ErrStale) || errors.Is(err, ErrUsed):
		return ExitStale
	case errors.Is(err, ErrLocked):
		return ExitLocked
	case errors.Is(err, ErrCredentials):
		return ExitCredentials
	case err != nil:
		return ExitError
	case r.refusedEverywhere(), r.Credentials && !r.Began():
		return ExitCredentials
	case r.unmet():
		return ExitError
	case r.Count(Failed) > 0 || r.Count(Skipped) > 0:
		return ExitPartly
	case r.Count(Held) > 0:
		return ExitHeld
	}
	return ExitDone
}

// refusedEverywhere reports whether wrong credentials are all that kept steps from being
// done.
func (r Result) refusedEverywhere() bool {
	if r.Count(Done) > 0 || r.Count(Failed) == 0 {
		return false
	}
	return !r.any(func(s StepResult) bool { return s.Outcome == Failed && !s.onlyCredentials() })
}

func (s StepResult) onlyCredentials() bool {
	for _, m := range s.Members {
		if m.Record != nil || !errors.Is(m.Err, ErrCredentials) {
			return false
		}
	}
	return errors.Is(s.Err, ErrCredentials)
}
