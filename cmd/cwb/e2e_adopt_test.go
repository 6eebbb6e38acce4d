//go:build servers

package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/oldscripts"
	"cwb/internal/view"
)

// adoptsDumps adopts dumps of the old scripts and rotates them, with the real binary.
func adoptsDumps(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis, func(l *lab) { l.policy.Ellis.Legacy = l.oldBackups("ellis") })
	left := &foreignThings{}
	left.dumps(l)
	legacy := l.policy.Ellis.Legacy
	names := l.foreign()
	if len(names) != 2 {
		t.Fatalf("foreign: %v", names)
	}
	whole, err := os.ReadFile(filepath.Join(legacy, names[0], "db_backup.sql"))
	if err != nil {
		t.Fatal(err)
	}
	layFile(t, filepath.Join(legacy, "1500000000", "db_backup.sql"), string(whole[:len(whole)/2]))
	holed := strings.Replace(string(whole), "INSERT INTO", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 1)
	layFile(t, filepath.Join(legacy, "holed.sql"), holed)
	layFile(t, filepath.Join(legacy, "by-hand.sql"), string(whole))

	l.part(t, "a cut or damaged one is refused with the reason", func() {
		l.refuses(exitError, "it is cut", "mysql.ellis/1500000000")
		l.refuses(exitPartly, "a zero byte", "mysql.ellis/holed.sql")
	})
	l.part(t, "whole ones are ours to rotate", func() {
		l.binary(exitDone, "adopt", "mysql.ellis/"+names[0], "mysql.ellis/by-hand.sql", "--auto-approve")
		l.listsAdopted(2)
		l.wantsForeign([]string{names[1], "1500000000", "holed.sql"})
		l.binary(exitDone, "verify")
	})
	l.part(t, "they go after four sets of cwb's own, and nothing else does", func() {
		l.rotatesAway([]string{legacy}, []string{
			filepath.Join(legacy, names[0], "db_backup.sql"), filepath.Join(legacy, "by-hand.sql"),
		}, []string{filepath.Join(legacy, names[0])})
	})
}

// adoptsSnapshots adopts a snapshot that an operator took and one that an old script kept.
func adoptsSnapshots(t *testing.T, s *servers) {
	l := newLab(t, s, withoutHomestead, func(l *lab) {
		l.policy.Ellis = nil
		l.policy.Cassandra[0].Legacy = l.oldBackups("homer")
	})
	homer, legacy := s.homer, l.policy.Cassandra[0].Legacy
	old := oldscripts.Scripts{Backups: legacy, Data: homer.DataDirs[0], Nodetool: homer.Nodetool}
	must(t)(old.Cleared(t.Context(), "homer"))
	for _, tag := range []string{"by-hand", "other", "damaged"} {
		must(t)(homer.RunNodetool(t.Context(), "snapshot", "-t", tag, "--", "homer"))
	}
	script := slices.DeleteFunc(l.foreign(), func(name string) bool { return !strings.HasPrefix(name, "homer-") })
	if len(script) != 1 {
		t.Fatalf("foreign: %v", l.foreign())
	}
	table := tableDir(t, homer, "homer", "simservs")
	snapshots := filepath.Join(table, "snapshots")
	l.damage(filepath.Join(snapshots, "damaged"))

	l.part(t, "a damaged one is refused with the reason", func() {
		l.refuses(exitPartly, "is damaged: its Digest.crc32", "cassandra.homer/damaged")
	})
	l.part(t, "whole ones are ours to rotate", func() {
		l.binary(exitDone, "adopt", "cassandra.homer/by-hand", "cassandra.homer/"+script[0], "--auto-approve")
		l.listsAdopted(2)
		l.wantsForeign([]string{"damaged", "other"})
		l.binary(exitDone, "verify")
	})
	l.part(t, "they go after four sets of cwb's own, and nothing else does", func() {
		kept := filepath.Join(legacy, "homer", strings.TrimPrefix(script[0], "homer-"))
		gone := slices.Concat(filesBelow(t, filepath.Join(snapshots, "by-hand")), filesBelow(t, kept))
		l.rotatesAway([]string{legacy, table}, gone, []string{filepath.Join(snapshots, "by-hand"), kept})
		for _, stays := range []string{filepath.Join(snapshots, "other"), filepath.Join(snapshots, "damaged"), filepath.Dir(kept)} {
			if _, err := os.Lstat(stays); err != nil {
				t.Error(err)
			}
		}
	})
}

// foreign are the names of the foreign backups, by the real binary.
func (l *lab) foreign() []string {
	l.t.Helper()
	names := []string{}
	for _, f := range decode[view.ListDoc](l, l.binary(exitDone, "list", "--json").stdout).Foreign {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

func (l *lab) wantsForeign(want []string) {
	l.t.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(want, l.foreign()); diff != "" {
		l.t.Errorf("foreign:\n%s", diff)
	}
}

func (l *lab) listsAdopted(count int) {
	l.t.Helper()
	adopted := 0
	for _, set := range decode[view.ListDoc](l, l.binary(exitDone, "list", "--json").stdout).Sets {
		for _, b := range set.Backups {
			if b.Status == "adopted" && b.Bytes > 0 {
				adopted++
			}
		}
	}
	if adopted != count {
		l.t.Errorf("%d are listed as adopted, want %d", adopted, count)
	}
}

// refuses demands that an adoption ends with a reason, and changes nothing.
func (l *lab) refuses(code exitCode, reason, name string) {
	l.t.Helper()
	before := l.foreign()
	o := l.binary(code, "adopt", name, "--auto-approve")
	if !strings.Contains(o.stdout+o.stderr, reason) {
		l.t.Errorf("no word of %q:\n%s%s", reason, o.stdout, o.stderr)
	}
	l.wantsForeign(before)
	l.listsAdopted(0)
}

// rotatesAway takes four sets, and demands that the next apply removes exactly these files
// and folders below dirs, and otherwise only adds.
func (l *lab) rotatesAway(dirs, files, folders []string) {
	l.t.Helper()
	before := l.below(dirs)
	for range 4 {
		l.binary(exitDone, "backup", "--auto-approve")
		time.Sleep(time.Second)
	}
	l.binary(exitDone, "apply", "--auto-approve")
	l.listsAdopted(0)
	after := l.below(dirs)
	gone := []string{}
	for path, digest := range before {
		now, there := after[path]
		if !there {
			gone = append(gone, path)
		} else if now != digest {
			l.t.Errorf("%s has changed", path)
		}
	}
	slices.Sort(gone)
	slices.Sort(files)
	if diff := cmp.Diff(files, gone); diff != "" {
		l.t.Errorf("removed files:\n%s", diff)
	}
	for _, folder := range folders {
		if _, err := os.Lstat(folder); !os.IsNotExist(err) {
			l.t.Errorf("%s is still there: %v", folder, err)
		}
	}
}

// below describes all files in some directories.
func (l *lab) below(dirs []string) map[string]string {
	l.t.Helper()
	all := map[string]string{}
	for _, dir := range dirs {
		maps.Copy(all, digests(l.t, dir))
	}
	return all
}

// damage cuts the data of a snapshot, but not what the server has linked to it.
func (l *lab) damage(snapshot string) {
	l.t.Helper()
	files, err := filepath.Glob(filepath.Join(snapshot, "*-Data.db"))
	if err != nil || len(files) == 0 {
		l.t.Fatalf("no data in %s: %v", snapshot, err)
	}
	data, err := os.ReadFile(files[0])
	if err == nil {
		err = os.Remove(files[0])
	}
	if err == nil {
		err = os.WriteFile(files[0], data[:len(data)-1], 0o644)
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	for path := range digests(t, dir) {
		all = append(all, path)
	}
	return all
}
