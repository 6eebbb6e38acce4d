package executor

import (
	"errors"
	"fmt"

	"cwb/internal/backup"
	"cwb/planner"
)

// load runs the load of a restore, which records the safety backup that this run has taken.
func (r *run) load(s planner.Step, a planner.Load) error {
	if a.SafetyStep != "" {
		if a.Safety = r.setOf(a.SafetyStep); a.Safety == "" {
			return fmt.Errorf("there is no safety backup of step %s", a.SafetyStep)
		}
	}
	s.Action = a
	return r.onNode(s, a.Node)
}

// setOf is the id of the set that a step took.
func (r *run) setOf(id planner.StepID) backup.SetID {
	for _, done := range r.result.Steps {
		if done.Step.ID == id && done.Outcome == Done {
			return done.Set
		}
	}
	return ""
}

// verify reads a backup again. Before a restore, damage is said with what could be restored
// instead.
func (r *run) verify(s planner.Step, a planner.Verify) error {
	err := r.onNode(s, a.Node)
	if errors.Is(err, ErrDamaged) && a.Older != "" {
		return fmt.Errorf("%w. The next older complete set is %s: cwb restore %s", err, a.Older, a.Older)
	}
	return err
}

// unmet reports whether a restore ended before it loaded anything: a precondition was not
// met, and all is as it was.
func (r Result) unmet() bool {
	loads := false
	for _, s := range r.Steps {
		switch s.Step.Action.(type) {
		case planner.Load:
			loads = true
			if !s.Began.IsZero() {
				return false
			}
		case planner.Verify, planner.Take:
		default:
			if !s.Began.IsZero() {
				return false
			}
		}
	}
	return loads && r.Count(Failed) > 0
}
