package executor

import (
	"errors"
	"strings"
	"time"

	"cwb/internal/backup"
	"cwb/planner"
)

// Outcome is what became of a step.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Failed  Outcome = "failed"  // or done only in part
	Skipped Outcome = "skipped" // not begun: what it needs failed, or the run was interrupted
	Held    Outcome = "held"    // a guard holds it, or what it needs

	Unneeded Outcome = "unneeded" // it stands by for a failure, and nothing failed
)

// Result is what became of a plan: every step of it, in its order.
type Result struct {
	Plan    planner.PlanID
	Steps   []StepResult
	Stopped bool // the run was interrupted before its end

	// Credentials reports that a held step needs a server which refused the credentials.
	Credentials bool
}

// StepResult is what became of a step.
type StepResult struct {
	Step    planner.Step
	Outcome Outcome
	Err     error // why it failed, was skipped or held; nil when done
	Began   time.Time
	Ended   time.Time
	Set     backup.SetID   // of a take that chose its id
	Members []MemberResult // of a take, in order of address
	Output  string         // of a hook: the end of what it printed
}

// MemberResult is what became of one node's part of a take.
type MemberResult struct {
	Node   backup.NodeAddr
	Record *backup.Record // nil unless it was finished
	Err    error
}

// Count is how many steps had an outcome.
func (r Result) Count(o Outcome) int {
	n := 0
	for _, s := range r.Steps {
		if s.Outcome == o {
			n++
		}
	}
	return n
}

// Internal reports whether a panic happened in any step.
func (r Result) Internal() bool {
	return r.any(func(s StepResult) bool { return errors.Is(s.Err, ErrInternal) })
}

// Began reports whether any step was begun.
func (r Result) Began() bool {
	return r.any(func(s StepResult) bool { return !s.Began.IsZero() })
}

func (r Result) any(f func(StepResult) bool) bool {
	for _, s := range r.Steps {
		if f(s) {
			return true
		}
	}
	return false
}

// allErrors are the errors of the members of a step, on one line.
type allErrors []error

func (e allErrors) Error() string {
	var lines []string
	for _, err := range e {
		lines = append(lines, err.Error())
	}
	return strings.Join(lines, "; ")
}

func (e allErrors) Unwrap() []error { return e }

// orNil is an error only when there is one.
func (e allErrors) orNil() error {
	if len(e) == 0 {
		return nil
	}
	return e
}
