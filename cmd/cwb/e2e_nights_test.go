//go:build servers

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/view"
)

// nights follows one deployment through good and bad nights.
func nights(t *testing.T, s *servers) {
	proxy := newProxy(t, s.ellis.Address())
	flaky := newFlakyNodetool(t, s.homestead.Nodetool)
	l := newLab(t, s, func(l *lab) {
		l.policy.Ellis.Address = proxy.address()
		l.policy.Ellis.SnapshotPath = smallDisk(t, filepath.Join(l.dir, "disk"))
		l.policy.Cassandra[1].Nodetool = flaky.argv
	})
	var kept []string // the four sets that must survive all that follows, newest first

	l.part(t, "the first night takes a whole set, and then nothing is to do", func() {
		if diff := cmp.Diff([]string{"take"}, summary(l.plan())); diff != "" {
			l.t.Fatal(diff)
		}
		set := l.takesSet()
		l.nothingToDo()
		if diff := cmp.Diff([]string{set}, sets(l.list(), "complete")); diff != "" {
			l.t.Error(diff)
		}
		l.verifiesGood(3)
		l.sameContent(set)
	})
	l.part(t, "five nights leave exactly four sets", func() {
		kept = []string{sets(l.list(), "complete")[0]}
		for range 4 {
			l.nextNight()
			kept = slices.Insert(kept, 0, l.takesSet())
			l.nothingToDo()
		}
		kept = kept[:4]
		l.onlySets(kept)
		l.verifiesGood(12)
	})
	l.part(t, "failed nights leave the four sets", func() {
		connection, bytes := l.dumpConnection(proxy, &kept)
		for _, f := range failures(l, proxy, flaky, connection, bytes) {
			l.nextNight()
			f.night()
			l.survive(f.name, kept)
		}
	})
	l.part(t, "four nights of an emptied database remove nothing", func() {
		l.nextNight()
		l.takesSet()
		kept = sets(l.list(), "complete")[:4]
		mysql(l.t, s.ellis, "DELETE FROM ellis.numbers", "DELETE FROM ellis.users")
		for range 4 {
			l.nextNight()
			l.apply(exitHeld)
			l.survive("emptied", kept)
		}
		if found := findings(l.plan()); !slices.Contains(found, "shrunken") {
			l.t.Errorf("findings %v do not tell that the newest set is shrunken", found)
		}
	})
}

// part runs a part of a scenario as a subtest; the ones after it rely on it.
func (l *lab) part(t *testing.T, name string, f func()) {
	t.Helper()
	whole := l.t
	ok := t.Run(name, func(t *testing.T) { l.t = t; f() })
	l.t = whole
	if !ok {
		t.FailNow()
	}
}

// verifiesGood reads all backups again.
func (l *lab) verifiesGood(count int) {
	l.t.Helper()
	o := l.cwb(exitDone, "verify")
	if want := fmt.Sprintf("Verified: %d good, 0 with problems.", count); !strings.Contains(o.stdout, want) {
		l.t.Errorf("verify says\n%s\nwant %s", o.stdout, want)
	}
}

func (l *lab) sameContent(set string) {
	l.t.Helper()
	l.sameEllis(set)
	for _, n := range l.policy.Cassandra {
		l.sameFiles(n, set)
	}
	l.sameRows(l.s.homer, l.policy.Cassandra[0], "simservs", set)
	l.sameRows(l.s.homestead, l.policy.Cassandra[1], "sip_digests", set)
	l.sameRows(l.s.homestead, l.policy.Cassandra[1], "filter_criteria", set)
}

// onlySets demands that these sets, and no others, are there, in lists and on disk.
func (l *lab) onlySets(want []string) {
	l.t.Helper()
	got := []string{}
	for _, s := range l.list().Sets {
		got = append(got, s.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		l.t.Errorf("sets:\n%s", diff)
	}
	for _, n := range l.policy.nodes() {
		onDisk, _ := filepath.Glob(filepath.Join(n.SnapshotPath, "2*Z"))
		if len(onDisk) != len(want) {
			l.t.Errorf("%s has %v on disk", n.Name, onDisk)
		}
		for _, data := range n.DataDirs {
			for _, set := range got {
				if tags, _ := filepath.Glob(filepath.Join(data, n.Name, "*", "snapshots", "cwb-"+set+"-"+n.Name)); len(tags) == 0 {
					l.t.Errorf("%s has no snapshot of %s", n.Name, set)
				}
			}
			if tags, _ := filepath.Glob(filepath.Join(data, n.Name, "simservs-*", "snapshots", "cwb-*")); n.Name == "homer" && len(tags) != len(want) {
				l.t.Errorf("%s has the snapshots %v", n.Name, tags)
			}
		}
	}
}

func (p policyText) nodes() []*nodeText {
	nodes := slices.Clone(p.Cassandra)
	if p.Ellis != nil {
		nodes = append(nodes, p.Ellis)
	}
	return nodes
}

// survive demands that sets are still complete and every byte of them right.
func (l *lab) survive(night string, kept []string) {
	l.t.Helper()
	complete := sets(l.list(), "complete")
	for _, set := range kept {
		if !slices.Contains(complete, set) {
			l.t.Fatalf("after the night %q set %s is not complete any more; complete are %v", night, set, complete)
		}
		l.cwb(exitDone, "verify", set)
	}
	for _, s := range l.list().Sets {
		for _, b := range s.Backups {
			if b.Status != "good" {
				l.t.Errorf("after the night %q set %s lists %s as %s", night, s.ID, b.Node, b.Status)
			}
		}
	}
}

// dumpConnection spends a good night to find out which connection carries the dump, and how
// many bytes.
func (l *lab) dumpConnection(p *proxy, kept *[]string) (connection int, bytes int64) {
	l.t.Helper()
	l.nextNight()
	p.restart(-1, 0)
	l.takesSet()
	*kept = sets(l.list(), "complete")
	l.onlySets(*kept)
	return p.largest()
}

// badNight is a way in which a night fails.
type badNight struct {
	name  string
	night func()
}

func failures(l *lab, p *proxy, flaky *flakyNodetool, connection int, bytes int64) []badNight {
	return []badNight{
		{"dump cut at 0 %", func() { l.cutAfter(p, connection, 0) }},
		{"dump cut at 50 %", func() { l.cutAfter(p, connection, bytes/2) }},
		{"dump cut at 99 %", func() { l.cutAfter(p, connection, bytes*99/100) }},
		{"nodetool fails with status 0", func() {
			flaky.fail(l.t, true)
			l.fails("cassandra.homestead")
			flaky.fail(l.t, false)
		}},
		{"no room on the disk", func() {
			free := fillDisk(l.t, l.policy.Ellis.SnapshotPath, 4096)
			l.fails("mysql.ellis")
			free()
		}},
		{"the disk fills up during the dump", func() {
			mysql(l.t, l.s.ellis, "USE ellis", "CREATE TABLE noise (id INT PRIMARY KEY, noise LONGBLOB)",
				"INSERT INTO noise SELECT seq, RANDOM_BYTES(1024) FROM seq_1_to_4000")
			free := fillDisk(l.t, l.policy.Ellis.SnapshotPath, 2<<20)
			l.fails("mysql.ellis")
			free()
			mysql(l.t, l.s.ellis, "DROP TABLE ellis.noise")
		}},
	}
}

// cutAfter runs a night on which the connection of the dump is cut after so many bytes.
func (l *lab) cutAfter(p *proxy, connection int, bytes int64) {
	l.t.Helper()
	p.restart(connection, bytes)
	l.fails("mysql.ellis")
	p.restart(-1, 0)
}

// fails runs a night on which one node's part, and only that, cannot be taken.
func (l *lab) fails(node string) {
	l.t.Helper()
	failed := []string{}
	for _, e := range events(l.apply(exitPartly).stdout) {
		for _, b := range e.Backups {
			if b.Status != "good" {
				failed = append(failed, b.Node)
			}
		}
	}
	if diff := cmp.Diff([]string{node}, failed); diff != "" {
		l.t.Errorf("what failed:\n%s", diff)
	}
	l.noDebris()
}

// noDebris demands that a failed take left nothing behind.
func (l *lab) noDebris() {
	l.t.Helper()
	plan := l.plan()
	if slices.ContainsFunc(plan.Steps, func(s view.StepDoc) bool { return s.Action == "clean" }) {
		l.t.Errorf("the failed take left debris: %v", summary(plan))
	}
}

// flakyNodetool is a nodetool that can say that it failed and exit with 0 all the same.
type flakyNodetool struct {
	argv   []string
	marker string
}

func newFlakyNodetool(t *testing.T, real []string) *flakyNodetool {
	t.Helper()
	dir := t.TempDir()
	f := &flakyNodetool{argv: append([]string{filepath.Join(dir, "nodetool")}, real...), marker: filepath.Join(dir, "fail")}
	script := fmt.Sprintf(`#!/bin/sh
case "$*" in
*" snapshot "*)
	if [ -e %s ]; then
		echo "Requested creating snapshot(s) for [homestead]"
		echo "error: Snapshot failed" >&2
		echo "-- StackTrace --" >&2
		echo "java.lang.RuntimeException: Tried to hard link to file that does not exist" >&2
		exit 0
	fi ;;
esac
exec "$@"
`, f.marker)
	if err := os.WriteFile(f.argv[0], []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *flakyNodetool) fail(t *testing.T, on bool) {
	t.Helper()
	err := os.Remove(f.marker)
	if on {
		err = os.WriteFile(f.marker, nil, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// smallDisk mounts a file system of 16 MiB, and returns a path on it.
func smallDisk(t *testing.T, dir string) string {
	t.Helper()
	mountSmall(t, dir, 0o700)
	return filepath.Join(dir, "ellis")
}

func mountSmall(t *testing.T, dir string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(dir, mode); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=16m,mode=%o", mode)); err != nil {
		t.Fatalf("mount a small file system, which needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// fillDisk fills the file system of path until so many bytes are left.
func fillDisk(t *testing.T, path string, leave int64) (free func()) {
	t.Helper()
	var stat syscall.Statfs_t
	if err := syscall.Statfs(path, &stat); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(filepath.Dir(path), "ballast")
	if err := os.WriteFile(ballast, make([]byte, int64(stat.Bavail)*stat.Bsize-leave), 0o600); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(ballast); err != nil {
			t.Error(err)
		}
	}
}
