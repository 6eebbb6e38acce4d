package executor_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"cwb/config"
	"cwb/executor"
	"cwb/planner"
)

// fakeSchedules are unit and cron files in memory.
type fakeSchedules struct {
	files map[string]string
	err   error
}

func (f *fakeSchedules) Read(context.Context, string) ([]planner.ScheduleFile, []planner.LegacyJob, error) {
	var all []planner.ScheduleFile
	for path, content := range f.files {
		all = append(all, planner.ScheduleFile{Path: path, Content: content})
	}
	slices.SortFunc(all, func(a, b planner.ScheduleFile) int {
		if a.Path < b.Path {
			return -1
		}
		return 1
	})
	return all, nil, f.err
}

func (f *fakeSchedules) Write(_ context.Context, w planner.WriteSchedule) error {
	if f.files[w.Path] != w.Was {
		return errBroken
	}
	f.files[w.Path] = w.Content
	return nil
}

func TestApplyWritesSchedules(t *testing.T) {
	s := newStage(t, ellis)
	s.policy.Scheduler = config.Cron
	f := &fakeSchedules{files: map[string]string{}}
	w := s.world()
	w.Schedules = f
	w.Machine = planner.Machine{Command: []string{"/usr/bin/cwb"}, Policy: "/etc/cwb", User: "root", Zone: "UTC"}
	state, err := executor.Observe(context.Background(), s.policy, w, s.opts)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := planner.Diff(s.policy, state, s.now, planner.Request{Verb: planner.VerbReconcile, Only: []planner.ActionKind{planner.ActWriteSchedule}})
	if err != nil || len(plan.Steps) == 0 {
		t.Fatalf("%v %v", plan, err)
	}
	r, err := executor.Apply(context.Background(), plan, s.policy, w, s.opts)
	if err != nil || r.Count(executor.Done) != len(plan.Steps) || len(f.files) != len(plan.Steps) {
		t.Errorf("%v %v: %v", outcomes(r), err, f.files)
	}
	if _, err := executor.Apply(context.Background(), plan, s.policy, w, s.opts); !errors.Is(err, executor.ErrStale) {
		t.Errorf("applied again: %v", err)
	}
	f.err = errBroken
	if _, err := executor.Observe(context.Background(), s.policy, w, s.opts); !errors.Is(err, errBroken) {
		t.Errorf("unreadable schedules: %v", err)
	}
}
