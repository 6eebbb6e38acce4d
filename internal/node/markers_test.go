package node_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/executor"
	"cwb/planner"
)

// Markers go a week after their plans were applied, by the clock of cwb; what is no marker,
// and what the future wrote, stays.
func TestMarkersOfExpiredPlansArePruned(t *testing.T) {
	l := diskLab(t)
	ctx := context.Background()
	mark := func(plan planner.PlanID) error {
		s := l.session(t, ellis)
		return errors.Join(s.Mark(ctx, plan), s.Close())
	}
	marked := func() []string {
		t.Helper()
		entries, err := os.ReadDir(l.place(ellis, ".cwb", "applied"))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	expect := func(when string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, marked()); diff != "" {
			t.Errorf("%s:\n%s", when, diff)
		}
	}
	applied := func(name string) string { return l.place(ellis, ".cwb", "applied", name) }

	if err := mark("old"); err != nil {
		t.Fatal(err)
	}
	write(t, applied("torn"), "2026-")
	if err := os.Chtimes(applied("torn"), time.Time{}, l.clock.Now()); err != nil {
		t.Fatal(err)
	}
	write(t, applied("future"), "2030-01-01T00:00:00Z\n")
	if err := os.MkdirAll(filepath.Join(applied("folder"), "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	l.clock.Add(7*24*time.Hour - time.Minute)
	if err := mark("new"); err != nil {
		t.Fatal(err)
	}
	expect("within a week", "folder", "future", "new", "old", "torn")
	if err := mark("old"); !errors.Is(err, executor.ErrUsed) {
		t.Errorf("applied twice within a week: %v", err)
	}
	l.clock.Add(2 * time.Minute)
	if err := l.session(t, ellis).Close(); err != nil {
		t.Fatal(err)
	}
	expect("after a week", "folder", "future", "new")
}
