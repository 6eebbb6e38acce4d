package node_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"cwb/executor"
	"cwb/planner"
)

const reserveOfHomer = simRoot + "/backups-homer/.cwb/reserve"

// fillUp lets nothing be written until somebody has removed the reserve.
func fillUp(p *process) {
	full := true
	p.every = func(name string) error {
		switch verb, path, _ := strings.Cut(name, " "); verb {
		case "remove":
			full = full && name != "remove "+reserveOfHomer
		case "mkdir":
			if _, missing := p.disk.stat(path); full && missing != nil {
				return syscall.ENOSPC
			}
		case "write", "create", "rename":
			if full {
				return syscall.ENOSPC
			}
		}
		return nil
	}
}

// makeRoom does what a run does that only cleans and removes.
func (w *world) makeRoom(l *lab) error {
	ctx := context.Background()
	s, err := l.nodeOf(homer).Open(ctx, planner.Lock{Who: "ops", Command: "apply"})
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer s.Close()
	if err := s.Mark(ctx, "p1"); err != nil {
		return err
	}
	if err := s.Mark(ctx, "p1"); !errors.Is(err, executor.ErrUsed) {
		return fmt.Errorf("marked twice: %w", err)
	}
	for _, b := range l.observe(homer).Backups {
		var a planner.Action
		switch {
		case b.Status == planner.Debris:
			a = planner.Clean{Node: homer, Set: b.Set, Begun: b.Record}
		case b.Set == w.going:
			a = removal(homer, b)
		default:
			continue
		}
		if err := s.Note(ctx, executor.Entry{Event: executor.StepBegun}); err != nil {
			return err
		}
		if err := s.Run(ctx, a, nil); err != nil {
			return err
		}
	}
	return nil
}

// A disk that is full to the last byte can be cleaned, whichever write meets it first.
func TestFullDiskCanBeCleaned(t *testing.T) {
	w := newWorld(t)
	if got := len(w.disk.files()[reserveOfHomer]); got != labReserve {
		t.Fatalf("the reserve has %d bytes", got)
	}
	p := &process{disk: w.disk}
	l := onDisk(t, w.disk, p)
	l.clock.Set(w.now)
	fillUp(p)
	if err := w.makeRoom(l); err != nil {
		t.Fatal(err)
	}
	for name := range w.disk.files() {
		if strings.Contains(name, "backups-homer/"+string(w.going)) {
			t.Errorf("%s is left", name)
		}
	}
	for _, b := range l.observe(homer).Backups {
		if b.Status == planner.Debris {
			t.Errorf("%s is left", b.Set)
		}
	}
	if got := len(w.disk.files()[reserveOfHomer]); got != labReserve {
		t.Errorf("the reserve has %d bytes after there was room again", got)
	}
}

// Without it nothing can begin: the reserve is what makes the difference.
func TestFullDiskWithoutReserve(t *testing.T) {
	w := newWorld(t)
	p := &process{disk: w.disk}
	l := onDisk(t, w.disk, p)
	l.clock.Set(w.now)
	fillUp(p)
	if err := w.disk.unlinkDurably(reserveOfHomer); err != nil {
		t.Fatal(err)
	}
	if err := w.makeRoom(l); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v", err)
	}
}

// The reserve is made only where it leaves min_free, and where a write of it fails, nothing
// stays of it.
func TestReserveNeedsRoom(t *testing.T) {
	for name, c := range map[string]struct {
		free, minFree int64
		broken        bool
		want          bool
	}{
		"room":        {free: 1 << 20, want: true},
		"none":        {free: labReserve},
		"min_free":    {free: 1 << 20, minFree: 1<<20 - 1},
		"write_fails": {free: 1 << 20, broken: true},
	} {
		t.Run(name, func(t *testing.T) {
			disk := newSimDisk(simRoot)
			disk.free = c.free
			p := &process{disk: disk}
			if c.broken {
				p.every = func(name string) error {
					if strings.HasPrefix(name, "write ") && strings.Contains(name, "reserve") {
						return syscall.ENOSPC
					}
					return nil
				}
			}
			l := onDisk(t, disk, p)
			l.policy.Nodes[0].MinFree = c.minFree
			if err := l.session(t, homer).Close(); err != nil {
				t.Fatal(err)
			}
			_, got := disk.files()[reserveOfHomer]
			if got != c.want {
				t.Errorf("there is a reserve: %v", got)
			}
			for name := range disk.files() {
				if strings.Contains(name, ".cwb/tmp/") && !strings.HasSuffix(name, "/tmp/") {
					t.Errorf("%s is left", name)
				}
			}
		})
	}
}
