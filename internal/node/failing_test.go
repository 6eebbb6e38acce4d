package node_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/memengine"
)

var errDump = errors.New("dump died")

// onOp does something at one operation of the engines.
func onOp(op memengine.Op, f func(do func() error) error) memengine.Around {
	return func(_ context.Context, this memengine.Op, do func() error) error {
		if this == op {
			return f(do)
		}
		return do()
	}
}

// fullDisk refuses every byte in a place.
func fullDisk(place string) func(string) error {
	return func(name string) error {
		if verb, path, _ := strings.Cut(name, " "); (verb == "write" || verb == "link") && strings.Contains(path, place) {
			return syscall.ENOSPC
		}
		return nil
	}
}

// However four nights fail, the four good ones before them stay, and the fifth is good.
func TestFourFailingNights(t *testing.T) {
	cases := map[string]func(*lab, *process){
		"dump_cut_at_the_start": func(l *lab, _ *process) {
			l.around = onOp(memengine.OpReadOut, func(func() error) error { return errDump })
		},
		"dump_cut_in_the_middle": func(_ *lab, p *process) {
			p.every = func(name string) error {
				if strings.HasPrefix(name, "write") && strings.Contains(name, "/users/") {
					return errDump
				}
				return nil
			}
		},
		"dump_cut_at_the_end": func(l *lab, _ *process) {
			l.around = onOp(memengine.OpReadOut, func(do func() error) error { _ = do(); return errDump })
		},
		"dump_cut_without_an_error":    func(l *lab, _ *process) { l.lies.CutFile = true },
		"snapshot_fails_with_status_0": func(l *lab, _ *process) { l.lies.LoseSnapshot = true },
		"server_is_down":               func(l *lab, _ *process) { l.servers[ellis].SetDown("off"); l.servers[homer].SetDown("off") },
		"disk_is_full":                 func(_ *lab, p *process) { p.every = fullDisk("/backups-") },
		"disk_is_full_for_the_data":    func(_ *lab, p *process) { p.every = fullDisk("rows") },
		"disk_is_full_for_the_records": func(_ *lab, p *process) { p.every = fullDisk("json") },
		"engine_panics": func(l *lab, _ *process) {
			l.around = onOp(memengine.OpCapture, func(func() error) error { panic("oh") })
		},
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) { fourFailingNights(t, spoil) })
	}
}

func fourFailingNights(t *testing.T, spoil func(*lab, *process)) {
	disk := newSimDisk(simRoot)
	p := &process{disk: disk}
	l := newLab(t, simRoot, p, p)
	for range 4 {
		l.mustRun()
		l.nextNight()
	}
	before := map[backup.NodeAddr][]backup.SetID{homer: l.good(homer), ellis: l.good(ellis)}
	spoil(l, p)
	for range 4 {
		_, result, err := l.run(context.Background())
		if code := executor.ExitCode(result, err); !slices.Contains([]int{executor.ExitPartly, executor.ExitHeld, executor.ExitInternal}, code) && len(result.Steps) > 0 {
			t.Errorf("a failing night ends with %d: %v", code, failures(result))
		}
		for addr, ids := range before {
			if got := l.good(addr); !slices.Equal(got[:min(4, len(got))], ids) {
				t.Fatalf("%s has %v, and had %v", addr, got, ids)
			}
		}
		l.nextNight()
	}
	l.around, l.lies, p.every = nil, memengine.Lies{}, nil
	l.servers[ellis].SetDown("")
	l.servers[homer].SetDown("")
	for range 3 { // what a panic left is cleaned, then the night is taken
		if _, result, err := l.run(context.Background()); executor.ExitCode(result, err) != executor.ExitDone {
			t.Fatalf("the good night after them: %v %v", failures(result), err)
		}
	}
	for addr, ids := range before {
		if got := l.good(addr); len(got) < 4 || got[0] != ids[1] && got[0] != ids[0] || backup.NewSetID(l.clock.Now())[:8] != got[len(got)-1][:8] {
			t.Errorf("%s has %v in the end, and had %v", addr, got, ids)
		}
	}
}

// Four nights of an emptied database remove nothing.
func TestFourEmptyNights(t *testing.T) {
	p := &process{disk: newSimDisk(simRoot)}
	l := newLab(t, simRoot, p, p)
	for range 4 {
		l.mustRun()
		l.nextNight()
	}
	before := l.good(ellis)
	l.servers[ellis].Empty()
	for night := range 4 {
		_, result, err := l.run(context.Background())
		if code := executor.ExitCode(result, err); code != executor.ExitHeld && code != executor.ExitDone {
			t.Errorf("night %d ends with %d: %v %v", night, code, failures(result), err)
		}
		if result.Steps[0].Outcome != executor.Done {
			t.Errorf("night %d was not taken", night)
		}
		l.nextNight()
	}
	if got := l.good(ellis); len(got) != 8 || !slices.Equal(got[:4], before) {
		t.Errorf("%v are left of %v", got, before)
	}
}

// The same policy against another server takes and removes nothing, until it is adopted.
func TestAnotherServer(t *testing.T) {
	p := &process{disk: newSimDisk(simRoot)}
	l := newLab(t, simRoot, p, p)
	for range 5 {
		l.mustRun()
		l.nextNight()
	}
	before := l.good(ellis)
	l.servers[ellis].Replace(backup.Identity{Machine: "staging", DataDir: "/d"})
	l.servers[homer].Replace(backup.Identity{Cluster: "c1", HostID: "staging"})
	plan, err := l.plan(context.Background(), l.process())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range plan.Steps {
		if step.HeldBy == "" {
			t.Errorf("another server, and the plan has %s: %s", step.ID, step.Reason)
		}
	}
	if got := l.good(ellis); !slices.Equal(got, before) {
		t.Errorf("%v are left of %v", got, before)
	}
}
