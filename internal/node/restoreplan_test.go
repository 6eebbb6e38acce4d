package node_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/memengine"
	"cwb/planner"
)

// A plan that was shown fits while only rows change, and no longer when tables come or go.
func TestRestorePlanGoesStaleWithTheTables(t *testing.T) {
	r := newRestoring(t)
	plan := r.saved(planner.RestoreRequest{})
	r.servers[ellis].Write("lines", map[string]string{"10": "written after the plan"})
	if _, err := r.applySaved(plan); err != nil {
		t.Fatalf("rows changed: %v", err)
	}
	r.must(planner.VerbRestoreUndo, planner.RestoreRequest{})
	plan = r.saved(planner.RestoreRequest{})
	r.servers[ellis].Drop("lines")
	if _, err := r.applySaved(plan); !errors.Is(err, executor.ErrStale) {
		t.Errorf("a table went: %v", err)
	}
}

// saved plans a restore and sends it through its file.
func (r *restoring) saved(req planner.RestoreRequest) *planner.Plan {
	r.t.Helper()
	r.clock.Add(1e9)
	ctx, w, request := context.Background(), r.process(), planner.Request{Verb: planner.VerbRestore, Restore: &req}
	state, err := executor.Observe(ctx, r.policy, w, r.options())
	if err == nil {
		state, err = executor.Examine(ctx, r.policy, w, r.options(), state, r.clock.Now(), request)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	plan, err := planner.Diff(r.policy, state, r.clock.Now(), request)
	if err != nil {
		r.t.Fatal(err)
	}
	data, err := planner.EncodePlan(plan)
	if err == nil {
		plan, err = planner.DecodePlan(data)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return plan
}

func (r *restoring) applySaved(plan *planner.Plan) (executor.Result, error) {
	r.clock.Add(1e9)
	return executor.Apply(context.Background(), plan, r.policy, r.process(), r.options())
}

// A load that fails on one node keeps every node as it was, and the restore can be gone back
// from; until then no other can begin there.
func TestRestoreWhoseLoadFailsChangesNothing(t *testing.T) {
	r := newRestoring(t)
	r.around = func(_ context.Context, op memengine.Op, do func() error) error {
		if op == memengine.OpLoad {
			return errors.New("row 7 is not what it was")
		}
		return do()
	}
	_, result, err := r.restore(context.Background(), planner.VerbRestore, planner.RestoreRequest{})
	if code := executor.ExitCode(result, err); code != executor.ExitPartly {
		t.Errorf("ends with %d: %v %s", code, err, failures(result))
	}
	r.holds("not loaded", r.after)
	r.around = nil
	if _, _, err := r.restore(context.Background(), planner.VerbRestore, planner.RestoreRequest{}); !errors.Is(err, planner.ErrRestoreRefused) || !strings.Contains(err.Error(), "--undo") {
		t.Errorf("another restore: %v", err)
	}
	r.must(planner.VerbRestoreUndo, planner.RestoreRequest{})
	r.must(planner.VerbRestore, planner.RestoreRequest{})
	r.holds("restored", r.stays())
}

// Where no safety backup can be taken, nothing is loaded.
func TestRestoreWithoutItsSafetyBackupEndsThere(t *testing.T) {
	r := newRestoring(t)
	r.around = func(_ context.Context, op memengine.Op, do func() error) error {
		if op == memengine.OpReadOut {
			return errors.New("disk full")
		}
		return do()
	}
	_, result, err := r.restore(context.Background(), planner.VerbRestore, planner.RestoreRequest{})
	if code := executor.ExitCode(result, err); code != executor.ExitError {
		t.Errorf("ends with %d: %v %s", code, err, failures(result))
	}
	r.holds("not saved", r.after)
	if n := len(r.observe(ellis).Restores); n > 0 {
		t.Errorf("%d restores were begun", n)
	}
}

// A new server in the place of a dead one: nothing is there, so nothing is saved.
func TestRestoreOntoANewServer(t *testing.T) {
	r := newRestoring(t)
	fresh := backup.Identity{Machine: "m2", DataDir: "/d"}
	r.servers[ellis] = memengine.NewServer(fresh)
	r.servers[ellis].Drop("lines")
	only := planner.RestoreRequest{Nodes: []backup.NodeAddr{ellis}}
	if _, _, err := r.restore(context.Background(), planner.VerbRestore, only); !errors.Is(err, planner.ErrRestoreRefused) || !strings.Contains(err.Error(), "--onto-new-identity") {
		t.Fatalf("without the flag: %v", err)
	}
	only.OntoNewIdentity = true
	plan := r.must(planner.VerbRestore, only)
	for _, id := range steps(plan) {
		if id == "take-safety" {
			t.Error("a safety backup of nothing was taken")
		}
	}
	if got := r.servers[ellis].Content(); !maps.Equal(got, r.before) {
		t.Errorf("holds %v, want %v", got, r.before)
	}
	found := false
	for _, f := range r.mustPlan().Findings {
		found = found || f.Kind == planner.KindIdentityChanged
	}
	if !found {
		t.Error("the restore made the new server the successor")
	}
}
