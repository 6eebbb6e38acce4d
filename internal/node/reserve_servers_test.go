//go:build servers

package node_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/memengine"
	"cwb/internal/node"
	"cwb/planner"
)

// tinyDisk mounts a file system of 2 MiB, which needs root.
func tinyDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m,mode=0700"); err != nil {
		t.Fatalf("mount a small file system, which needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillTo writes until not a byte more goes in.
func fillTo(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, piece := range [][]byte{make([]byte, 64<<10), {0}} {
		for err == nil {
			_, err = file.Write(piece)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		err = nil
	}
}

// On a real file system without a byte left, debris is cleaned and old sets are removed, and
// then the reserve is back.
func TestFullFileSystemIsCleaned(t *testing.T) {
	root := tinyDisk(t)
	l := newLab(t, root, node.ThisMachine(), memengine.Machine{})
	l.reserve = 256 << 10
	l.mustRun()
	old := l.good(ellis)[0]
	l.nextNight()
	l.mustRun()
	reserve := l.place(ellis, ".cwb", "reserve")
	if info, err := os.Stat(reserve); err != nil || info.Sys().(*syscall.Stat_t).Blocks*512 < 256<<10 {
		t.Fatalf("no reserve with blocks of its own: %v, %v", info, err)
	}
	leaveBegun(t, l)
	fillTo(t, filepath.Join(root, "ballast"))
	l.nodes = map[backup.NodeAddr]*node.Node{} // one process from here on

	s := l.session(t, ellis)
	ctx := context.Background()
	if err := s.Mark(ctx, "p1"); err != nil {
		t.Fatal(err)
	}
	for _, b := range l.observe(ellis).Backups {
		a := planner.Action(removal(ellis, b))
		if b.Status == planner.Debris {
			a = planner.Clean{Node: ellis, Set: b.Set, Begun: b.Record}
		} else if b.Set != old {
			continue
		}
		if err := s.Note(ctx, executor.Entry{Event: executor.StepBegun}); err != nil {
			t.Fatal(err)
		}
		if err := s.Run(ctx, a, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(reserve); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the disk was not full: %v", err)
	}
	if err := os.Remove(filepath.Join(root, "ballast")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(reserve); err != nil || info.Size() != 256<<10 {
		t.Errorf("the reserve did not come back: %v", err)
	}
	if got := l.observe(ellis).Backups; len(got) != 1 || slices.Contains(l.good(ellis), old) {
		t.Errorf("left are %+v", got)
	}
}

// leaveBegun begins a set that is never finished.
func leaveBegun(t *testing.T, l *lab) {
	t.Helper()
	l.nextNight()
	s, err := l.nodeOf(ellis).Open(context.Background(), planner.Lock{Who: "ops"})
	if err == nil {
		id := backup.NewSetID(l.clock.Now())
		_, err = s.Begin(context.Background(), executor.Order{
			Deployment: "site1", Block: "subscribers", Set: id, Purpose: backup.ForPolicy, Members: []backup.NodeAddr{ellis}, Began: id.Time(),
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
