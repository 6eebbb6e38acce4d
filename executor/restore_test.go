package executor_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"cwb/executor"
	"cwb/planner"
)

// A node whose engine cannot restore refuses by name, and nothing is planned.
func TestExamineRefusesWhatCannotBeRestored(t *testing.T) {
	s := newStage(t, ellis, homer)
	s.had(2)
	request := planner.Request{Verb: planner.VerbRestore, Restore: &planner.RestoreRequest{}}
	state, err := executor.Observe(context.Background(), s.policy, s.world(), s.opts)
	if err == nil {
		state, err = executor.Examine(context.Background(), s.policy, s.world(), s.opts, state, s.opts.Now(), request)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = planner.Diff(s.policy, state, s.opts.Now(), request)
	var refused *planner.RefusedError
	if !errors.As(err, &refused) || len(refused.Refusals) != 2 || !strings.Contains(err.Error(), executor.ErrNoRestore.Error()) {
		t.Errorf("error is %v", err)
	}
}

// Other requests need no examination, and get their state back as it was.
func TestExamineLeavesOtherRequestsAlone(t *testing.T) {
	s := newStage(t, ellis)
	state, err := executor.Examine(context.Background(), s.policy, s.world(), s.opts, planner.State{Host: "h"}, s.opts.Now(), planner.Request{Verb: planner.VerbReconcile})
	if err != nil || state.Host != "h" || len(s.diary.all()) > 0 {
		t.Errorf("%v %v %v", state, err, s.diary.all())
	}
}

// What a restore ends with depends on whether anything but looking and saving was begun.
func TestExitCodesOfRestores(t *testing.T) {
	began := func(a planner.Action, o executor.Outcome) executor.StepResult {
		s := executor.StepResult{Step: planner.Step{Action: a}, Outcome: o}
		if o == executor.Done || o == executor.Failed {
			s.Began = newStage(t).opts.Now()
		}
		return s
	}
	for name, c := range map[string]struct {
		steps []executor.StepResult
		want  int
	}{
		"damaged":       {[]executor.StepResult{began(planner.Verify{}, executor.Failed), began(planner.Load{}, executor.Skipped)}, executor.ExitError},
		"not_saved":     {[]executor.StepResult{began(planner.Verify{}, executor.Done), began(planner.Take{}, executor.Failed), began(planner.Load{}, executor.Skipped)}, executor.ExitError},
		"not_loaded":    {[]executor.StepResult{began(planner.Take{}, executor.Done), began(planner.Load{}, executor.Failed), began(planner.Proceed{Phase: "swap"}, executor.Skipped)}, executor.ExitPartly},
		"not_swapped":   {[]executor.StepResult{began(planner.Load{}, executor.Done), began(planner.Proceed{Phase: "swap"}, executor.Failed)}, executor.ExitPartly},
		"not_a_restore": {[]executor.StepResult{began(planner.Verify{}, executor.Failed)}, executor.ExitPartly},
		"restored":      {[]executor.StepResult{began(planner.Load{}, executor.Done), began(planner.Proceed{Phase: "swap"}, executor.Done)}, executor.ExitDone},
	} {
		if got := executor.ExitCode(executor.Result{Steps: c.steps}, nil); got != c.want {
			t.Errorf("%s ends with %d, want %d", name, got, c.want)
		}
	}
}
