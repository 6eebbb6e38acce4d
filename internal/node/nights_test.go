package node_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cwb/internal/memengine"
	"cwb/internal/node"
)

func diskLab(t *testing.T) *lab {
	return newLab(t, t.TempDir(), node.ThisMachine(), memengine.Machine{})
}

// Ten nights on a real file system leave the last four, and nothing to do.
func TestNightsKeepTheLastFour(t *testing.T) {
	l := diskLab(t)
	for night := range 10 {
		l.servers[ellis].Write("lines", map[string]string{fmt.Sprint(night): "written"})
		l.mustRun()
		if plan := l.mustRun(); len(plan.Steps) != 0 {
			t.Fatalf("night %d: planning again has steps: %v", night, plan.Steps)
		}
		l.nextNight()
	}
	for _, addr := range l.policy.Nodes {
		if ids := l.good(addr.Addr); len(ids) != 4 || !strings.HasPrefix(string(ids[3]), "20261129T0001") {
			t.Errorf("%s has %v, not the last four", addr.Addr, ids)
		}
	}
	tags, err := l.engine(homer).Tags()
	if err != nil || len(tags) != 4 {
		t.Errorf("snapshots %v %v, not those of the last four", tags, err)
	}
}

// Whatever the umask is, nobody else reads a backup.
func TestModesWithoutUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	l := diskLab(t)
	l.mustRun()
	for _, n := range l.policy.Nodes {
		err := filepath.WalkDir(n.SnapshotPath, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			want := fs.FileMode(0o600)
			if e.IsDir() {
				want = 0o700
			}
			if err == nil && info.Mode().Perm() != want {
				t.Errorf("%s has mode %04o", path, info.Mode().Perm())
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// A place that was never used is empty, and is made by the first take, its parent not.
func TestPlaceIsMadeByTheFirstTake(t *testing.T) {
	l := diskLab(t)
	path := l.policy.Nodes[0].SnapshotPath
	if s := l.observe(homer); len(s.Backups) != 0 || len(s.Problems) != 0 {
		t.Errorf("an unused place is observed as %+v", s)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Fatalf("observing made %s", path)
	}
	l.policy.Nodes[0].SnapshotPath = filepath.Join(l.root, "not", "mounted")
	if s := l.observe(homer); len(s.Problems) != 1 {
		t.Errorf("a missing parent is not reported: %v", s.Problems)
	}
	_, result, _ := l.run(context.Background())
	if result.Steps[0].Err == nil || !strings.Contains(result.Steps[0].Err.Error(), "must exist") {
		t.Errorf("a take into a missing parent: %v", result.Steps[0].Err)
	}
	if _, err := os.Lstat(filepath.Join(l.root, "not")); !os.IsNotExist(err) {
		t.Error("the parent was made")
	}
}
