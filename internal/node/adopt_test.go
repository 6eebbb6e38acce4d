package node_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cwb/internal/backup"
	"cwb/planner"
)

const byHand = simRoot + "/data-homer/db/lines/snapshots/by-hand"

// adoptedWorld is a world in which the operator's snapshot of Homer was adopted.
func adoptedWorld(t *testing.T) (*world, planner.Backup) {
	t.Helper()
	w := newWorld(t)
	l := onDisk(t, w.disk, &process{disk: w.disk})
	l.clock.Set(w.now)
	s := l.session(t, homer)
	if err := s.Run(context.Background(), planner.Adopt{Node: homer, Name: "by-hand"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b := adoptedOf(l)
	if b == nil || b.Status != planner.Good || b.Foreign != "by-hand" {
		t.Fatalf("adopted: %+v", b)
	}
	return w, *b
}

func adoptedOf(l *lab) *planner.Backup {
	for _, b := range l.observe(homer).Backups {
		if b.Origin == backup.Adopted || b.Status == planner.Debris && b.Set.Time().Year() == 2020 {
			return &b
		}
	}
	return nil
}

// Killed at every operation of the removal in turn, it is a backup of ours, whole or partial,
// or debris, and the next run finishes exactly it.
func TestRemovalOfAdoptedIsKilled(t *testing.T) {
	w, b := adoptedWorld(t)
	for _, f := range []fault{killBefore, killAfter, powerCut, ioError} {
		for k := 1; ; k++ {
			disk := w.disk.clone()
			p := &process{disk: disk, at: k, fault: f}
			l := onDisk(t, disk, p)
			l.clock.Set(w.now)
			removeKilled(l, b)
			if p.hit == "" {
				break
			}
			if f == powerCut {
				disk.cut(0)
			}
			finishRemoval(t, w, disk, b)
			if t.Failed() {
				t.Fatalf("%s at operation %d, %s", f, k, p.hit)
			}
		}
	}
}

func removeKilled(l *lab, b planner.Backup) {
	s, err := l.nodeOf(homer).Open(context.Background(), planner.Lock{Who: "ops"})
	if err == nil {
		_ = s.Run(context.Background(), removal(homer, b), nil)
		_ = s.Close()
	}
}

func finishRemoval(t *testing.T, w *world, disk *simDisk, b planner.Backup) {
	t.Helper()
	l := onDisk(t, disk, &process{disk: disk})
	l.clock.Set(w.now)
	left := adoptedOf(l)
	whole := disk.files()[byHand+"/rows.db"] != ""
	switch {
	case left == nil:
	case left.Status == planner.Good && !whole:
		t.Error("listed as good without its file")
	case left.Status == planner.Debris:
		s := l.session(t, homer)
		if err := s.Run(context.Background(), planner.Clean{Node: homer, Set: b.Set, Begun: left.Record}, nil); err != nil {
			t.Error(err)
		}
	default:
		if err := l.session(t, homer).Run(context.Background(), removal(homer, b), nil); err != nil {
			t.Error(err)
		}
	}
	for name := range disk.files() {
		if strings.HasPrefix(name, byHand) || strings.Contains(name, "backups-homer/"+string(b.Set)) {
			t.Errorf("%s is left", name)
		}
	}
	for name, content := range strangers {
		if !strings.HasPrefix(name, byHand) && disk.files()[name] != content {
			t.Errorf("%s was touched", name)
		}
	}
}

// What came into the folder of an adopted snapshot later is somebody's: nothing is removed.
func TestRemovalOfAdoptedRefusesStrangers(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	dir := filepath.Join(l.dataDir(), "db", "lines", "snapshots", "by-hand")
	write(t, filepath.Join(dir, "rows.db"), `{"1":"one"}`)
	s := l.session(t, homer)
	ctx := context.Background()
	if err := s.Run(ctx, planner.Adopt{Node: homer, Name: "by-hand"}, nil); err != nil {
		t.Fatal(err)
	}
	b := *adoptedOf(l)
	write(t, filepath.Join(dir, "mine.txt"), "x")
	if err := s.Run(ctx, removal(homer, b), nil); err == nil || !strings.Contains(err.Error(), "mine.txt was not there when") {
		t.Errorf("removed beside a stranger: %v", err)
	}
	if again := adoptedOf(l); again == nil || again.Status != planner.Good {
		t.Errorf("it is %+v now", again)
	}
	if err := os.Remove(filepath.Join(dir, "mine.txt")); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(ctx, removal(homer, b), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	if _, err := os.Lstat(filepath.Dir(dir)); err != nil {
		t.Errorf("more than the folder is gone: %v", err)
	}
}
