package planner_test

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"cwb/planner"
)

// hookPlan is a plan with hooks in all phases.
func hookPlan(t *testing.T) *planner.Plan {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/restore_hooks_stand_around_what_changes.txtar")
	if err != nil {
		t.Fatal(err)
	}
	sc := readScenario(t, archive)
	plan, err := planner.Diff(sc.policy, sc.state, sc.now, sc.request)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestHooksThatNoPlanHolds has plan files whose digest is right, and that cwb did not write.
func TestHooksThatNoPlanHolds(t *testing.T) {
	for name, change := range map[string]func(h *planner.RunHook){
		"no command":              func(h *planner.RunHook) { h.Command = nil },
		"empty program":           func(h *planner.RunHook) { h.Command = []string{""} },
		"an option":               func(h *planner.RunHook) { h.Command = []string{"-c"} },
		"NUL":                     func(h *planner.RunHook) { h.Command = []string{"stop", "a\x00b"} },
		"no time limit":           func(h *planner.RunHook) { h.Timeout = 0 },
		"unknown phase":           func(h *planner.RunHook) { h.Phase = "during" },
		"unknown operation":       func(h *planner.RunHook) { h.Operation = "take" },
		"no name":                 func(h *planner.RunHook) { h.Hook = "../x" },
		"no nodes":                func(h *planner.RunHook) { h.Nodes = nil },
		"no restore":              func(h *planner.RunHook) { h.Restore = "../x" },
		"no set":                  func(h *planner.RunHook) { h.Set = "../x" },
		"another phase's watches": func(h *planner.RunHook) { h.Phase = planner.HookAfter },
		"watches itself":          func(h *planner.RunHook) { h.Watches = []planner.StepID{"hook-stop-ellis-on_failure"} },
		"watches nothing":         func(h *planner.RunHook) { h.Watches = nil },
	} {
		t.Run(name, func(t *testing.T) {
			plan := hookPlan(t)
			for i, s := range plan.Steps {
				if h, ok := s.Action.(planner.RunHook); ok && s.ID == "hook-stop-ellis-on_failure" {
					change(&h)
					plan.Steps[i].Action = h
				}
			}
			data, err := planner.EncodePlan(plan)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := planner.DecodePlan(data); !errors.Is(err, planner.ErrAltered) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

// Whatever of a hook differs makes a plan stale.
func TestEqualStepsOfHooks(t *testing.T) {
	for name, change := range map[string]func(h *planner.RunHook){
		"nothing":    func(*planner.RunHook) {},
		"command":    func(h *planner.RunHook) { h.Command = []string{"/usr/local/bin/page", "other"} },
		"time limit": func(h *planner.RunHook) { h.Timeout = time.Hour },
		"watches":    func(h *planner.RunHook) { h.Watches = h.Watches[:1] },
	} {
		before, now := hookPlan(t), hookPlan(t)
		want := 1
		if name == "nothing" {
			want = 0
		}
		for i, s := range now.Steps {
			if h, ok := s.Action.(planner.RunHook); ok && s.ID == "hook-stop-ellis-on_failure" {
				change(&h)
				now.Steps[i].Action = h
			}
		}
		if d := planner.EqualSteps(before, now); len(d) != want {
			t.Errorf("%s: %v", name, d)
		}
	}
}
