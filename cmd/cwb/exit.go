package main

import (
	"context"
	"errors"
	"fmt"

	"cwb/executor"
	"cwb/internal/view"
	"cwb/planner"
)

// exitCode is a documented exit status.
type exitCode int

// The exit statuses, in the words of the README. 2 is only ever given when it was asked
// for: Go itself ends with 2 on a panic, which supervise turns into exitInternal.
const (
	exitDone        exitCode = 0
	exitError       exitCode = 1
	exitChanges     exitCode = 2
	exitPartly      exitCode = 3
	exitHeld        exitCode = 4
	exitStale       exitCode = 5
	exitProblems    exitCode = 7
	exitLocked      exitCode = 11
	exitCredentials exitCode = 12
	exitUsage       exitCode = 64
	exitInternal    exitCode = 70
	exitInterrupted exitCode = 130
	exitTerminated  exitCode = 143
)

// failure is an error as an operator reads it: what happened, to what, what to do next.
type failure struct {
	code    exitCode
	summary string
	detail  string
	remedy  string
	err     error
}

func (f *failure) Error() string {
	if f.detail == "" {
		return f.summary
	}
	return f.summary + ": " + f.detail
}

func (f *failure) Unwrap() error { return f.err }

// usage is a wrong command line.
func usage(detail, remedy string) error {
	return &failure{code: exitUsage, summary: "wrong usage", detail: detail, remedy: remedy}
}

// silent is an exit status whose reason has already been printed.
type silent exitCode

func (s silent) Error() string { return fmt.Sprintf("exit %d", int(s)) }

// report prints err once and returns its exit status.
func (a *app) report(err error) exitCode {
	var quiet silent
	if errors.As(err, &quiet) {
		return exitCode(quiet)
	}
	f := a.classify(err)
	if a.flags.json {
		_ = view.ErrorJSON(a.stdout, view.ErrorBody{Code: int(f.code), Summary: f.summary, Detail: f.detail, Remedy: f.remedy})
	}
	fmt.Fprintf(a.stderr, "cwb: %s\n", view.Printable(f.Error()))
	if f.remedy != "" {
		fmt.Fprintf(a.stderr, "     %s\n", view.Printable(f.remedy))
	}
	return f.code
}

// classify is the one place where errors become exit statuses.
func (a *app) classify(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	if code, ok := a.signals.code(); ok && (errors.Is(err, context.Canceled) || errors.Is(err, errInterrupted)) {
		return &failure{code: code, summary: "interrupted", detail: err.Error(), remedy: "run cwb plan: it tells what was done", err: err}
	}
	if f := refused(err); f != nil {
		return f
	}
	switch {
	case errors.Is(err, planner.ErrUnknown):
		return &failure{code: exitUsage, summary: "wrong usage", detail: err.Error(), remedy: "cwb list shows what there is", err: err}
	case errors.Is(err, executor.ErrInternal):
		return &failure{code: exitInternal, summary: "internal fault", detail: err.Error(), remedy: "please report this with the text above; cwb plan tells what was done", err: err}
	case errors.Is(err, executor.ErrStale):
		return &failure{code: exitStale, summary: "the plan no longer fits", detail: err.Error(), remedy: "nothing was changed; make a new plan: cwb plan", err: err}
	case errors.Is(err, executor.ErrUsed):
		return &failure{code: exitStale, summary: "the plan was applied before", detail: err.Error(), remedy: "nothing was changed; make a new plan: cwb plan", err: err}
	case errors.Is(err, executor.ErrLocked):
		return &failure{code: exitLocked, summary: "another run is at work", detail: err.Error(), remedy: "wait for it, or use --lock-timeout", err: err}
	case errors.Is(err, executor.ErrCredentials):
		return &failure{code: exitCredentials, summary: "wrong credentials", detail: err.Error(), remedy: "check the defaults_file, or the credentials_file, of the node", err: err}
	}
	return &failure{code: exitError, summary: "error", detail: err.Error(), err: err}
}
