package oldscripts

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The defect that cwb exists for: rotation comes first and no status is looked at, so four
// failed nights leave four empty dumps and nothing else.
func TestFourFailedNightsLeaveNoGoodDump(t *testing.T) {
	s := Scripts{Backups: t.TempDir(), MySQLDump: []string{"false"}}
	for night := range 4 {
		good := filepath.Join(s.Backups, fmt.Sprint(1000+night))
		write(t, filepath.Join(good, "db_backup.sql"), "-- a good dump\n")
		at := time.Now().Add(time.Duration(night-10) * 24 * time.Hour)
		if err := os.Chtimes(good, at, at); err != nil {
			t.Fatal(err)
		}
	}
	for night := range 4 {
		if _, err := s.Ellis(t.Context()); err != nil {
			t.Errorf("the script says that night %d failed: %v", night, err)
		}
		// The next night's name must differ, and names are seconds.
		made := newest(t, s.Backups)
		aside := filepath.Join(s.Backups, fmt.Sprintf("night-%d", night))
		if err := os.Rename(made, aside); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(night) * time.Hour)
		if err := os.Chtimes(aside, at, at); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]int64{"night-0/db_backup.sql": 0, "night-1/db_backup.sql": 0, "night-2/db_backup.sql": 0, "night-3/db_backup.sql": 0}
	if diff := cmp.Diff(want, sizes(t, s.Backups)); diff != "" {
		t.Error(diff)
	}
}

// Rotation of snapshots goes by age in each table, whoever made them: it takes cwb's, too.
func TestSnapshotRotationRemovesWhatOthersMade(t *testing.T) {
	s := Scripts{Data: t.TempDir(), Nodetool: []string{"true"}}
	snapshots := filepath.Join(s.Data, "homer", "simservs-1", "snapshots")
	for i, name := range []string{"cwb-20261101T000000Z-homer", "truncated-1-simservs", "1372294561000", "1372294562000", "1372294563000"} {
		write(t, filepath.Join(snapshots, name, "f"), name)
		at := time.Now().Add(time.Duration(i-10) * time.Hour)
		if err := os.Chtimes(filepath.Join(snapshots, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Snapshot(t.Context(), "homer"); err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"1372294561000/f": 13, "1372294562000/f": 13, "1372294563000/f": 13}
	if diff := cmp.Diff(want, sizes(t, snapshots)); diff != "" {
		t.Error(diff)
	}
}

// A nodetool that fails but prints something counts as success, since grep's status is
// looked at, and the newest leftover is filed as tonight's backup.
func TestFailedSnapshotFilesALeftover(t *testing.T) {
	dir := t.TempDir()
	nodetool := filepath.Join(dir, "nodetool")
	write(t, nodetool, "#!/bin/sh\necho error: cannot connect\nexit 1\n")
	if err := os.Chmod(nodetool, 0o755); err != nil {
		t.Fatal(err)
	}
	s := Scripts{Backups: filepath.Join(dir, "backups"), Data: filepath.Join(dir, "data"), Nodetool: []string{nodetool}}
	write(t, filepath.Join(s.Data, "homer", "simservs-1", "snapshots", "truncated-1-simservs", "f"), "old")
	// It ends with the status of clearsnapshot, whatever was saved.
	if _, err := s.Cleared(t.Context(), "homer"); err == nil {
		t.Error("clearsnapshot's status was lost")
	}
	want := map[string]int64{"homer/truncated-1-simservs/simservs-1/f": 3}
	if diff := cmp.Diff(want, sizes(t, s.Backups)); diff != "" {
		t.Error(diff)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// newest is the entry with the latest time.
func newest(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	path, at := "", time.Time{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if e.Name()[0] >= '1' && e.Name()[0] <= '9' && info.ModTime().After(at) {
			path, at = filepath.Join(dir, e.Name()), info.ModTime()
		}
	}
	return path
}

// sizes are the files below dir.
func sizes(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			name, _ := filepath.Rel(dir, path)
			all[name] = info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
