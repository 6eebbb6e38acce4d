//go:build servers

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// cassandraFaults lets Homer's part of a set fail in all the ways in which a snapshot can. Each
// time the set says that it is incomplete, the parts of the others are good, the earlier sets
// are as they were to the last byte, nothing is left behind, and the next take is whole.
func cassandraFaults(t *testing.T, s *servers) {
	f := newFaultLab(t, s)
	f.takesWhole()
	for _, bad := range []struct {
		name, nodetool, says string
	}{
		{"nodetool is silent", `exit 0`, "snapshot"},
		{"nodetool tells a failure and exits with 0", `echo "error: Snapshot failed" >&2
			echo "-- StackTrace --" >&2
			echo "java.lang.RuntimeException: Tried to hard link to file that does not exist" >&2
			exit 0`, "Snapshot failed"},
		{"nodetool boasts", `echo "Snapshot directory: $tag"; exit 0`, "snapshot"},
		{"a table's folder vanishes", `"$@" && rm -r ` + f.data + `/calls-*/snapshots/$tag; exit 0`, "faulty.calls"},
	} {
		f.part(t, bad.name, func() {
			f.nodetool.does(f.lab, bad.nodetool)
			f.fails(bad.says)
		})
	}
	f.part(t, "nodetool hangs", f.hangs)
	f.part(t, "there is no nodetool", f.missing)
	f.part(t, "a file vanishes before it is read", f.vanishes)
	f.part(t, "the disk of the data is full", func() { f.fullDisk("") })
	f.part(t, "the disk of the data is full, and there is more to write", func() {
		f.fullDisk("INSERT INTO faulty.lines (k, v) VALUES (2, 'written on a full disk')")
	})
	f.whole(f.binary(exitDone, "apply", "--auto-approve", "--json")) // the set that is due
}

// faultLab is a deployment of all three, with a keyspace of its own, on a small disk, as Homer.
type faultLab struct {
	*lab
	nodetool *badNodetool  // Homer's
	slow     *slowNodetool // Homestead's
	data     string        // the keyspace's directory
}

func newFaultLab(t *testing.T, s *servers) *faultLab {
	t.Helper()
	f := &faultLab{nodetool: newBadNodetool(t, s.homer.Nodetool), slow: newSlowNodetool(t, s.homestead.Nodetool), data: filepath.Join(s.homer.DataDirs[0], "faulty")}
	mountSmall(t, f.data, 0o755)
	t.Cleanup(func() { s.dropFaulty(t) })
	cql(t, s.homer, "CREATE KEYSPACE faulty WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		"CREATE TABLE faulty.lines (k int PRIMARY KEY, v text)", "CREATE TABLE faulty.calls (k int PRIMARY KEY, v text)",
		"INSERT INTO faulty.lines (k, v) VALUES (1, 'one')", "INSERT INTO faulty.calls (k, v) VALUES (1, 'one')")
	f.lab = newLab(t, s, func(l *lab) {
		l.policy.Cassandra[0].Keyspaces, l.policy.Cassandra[0].Nodetool = []string{"faulty"}, f.nodetool.argv
		l.policy.Cassandra[1].Nodetool = f.slow.argv
		l.policy.Blocks = `
retention "all" {
  keep_last = 100
}

backup "often" {
  nodes     = [` + l.policy.Members() + `]
  retention = retention.all
}

backup "hasty" {
  nodes           = [node.cassandra.homer]
  retention       = retention.all
  capture_timeout = "5s"
}
`
	})
	f.clock.set(time.Now()) // as for the binary
	return f
}

// dropFaulty drops the keyspace; its files go with their disk.
func (s *servers) dropFaulty(t *testing.T) {
	session, err := s.homer.Session("")
	if err != nil {
		t.Error(err)
		return
	}
	defer session.Close()
	if err := session.Query("DROP KEYSPACE IF EXISTS faulty").Exec(); err != nil { // the test's context has ended
		t.Error(err)
	}
}

// takesWhole takes a set that is complete, and reads all again.
func (f *faultLab) takesWhole() {
	f.t.Helper()
	f.nodetool.does(f.lab, "")
	f.whole(f.binary(exitDone, "backup", "often", "--json"))
	f.binary(exitDone, "verify")
}

// whole demands that a take was.
func (f *faultLab) whole(o outcome) {
	f.t.Helper()
	set, failed := members(o)
	if complete := sets(f.list(), "complete"); len(failed) > 0 || !slices.Contains(complete, set) {
		f.t.Errorf("of set %s failed %v; complete are %v", set, failed, complete)
	}
}

// fails runs a take of which only Homer's part cannot be taken, for that reason.
func (f *faultLab) fails(says string) {
	f.t.Helper()
	before := f.kept()
	f.failed(f.binary(exitPartly, "backup", "often", "--json"), says, before)
}

func (f *faultLab) failed(o outcome, says string, before map[string]string) {
	f.t.Helper()
	set, failed := members(o)
	if len(failed) != 1 || !strings.Contains(failed["cassandra.homer"], says) {
		f.t.Errorf("what failed of set %s is %q, not Homer alone with %q", set, failed, says)
	}
	f.partial(o, before)
}

// partial demands that a set without Homer is listed as what it is, that nothing else has
// changed, and that the next one is whole.
func (f *faultLab) partial(o outcome, before map[string]string) {
	f.t.Helper()
	set, _ := members(o)
	if got := f.parts(set); !cmp.Equal(got, []string{"incomplete", "cassandra.homestead good", "mysql.ellis good"}) {
		f.t.Errorf("set %s is listed as %q", set, got)
	}
	f.noDebris()
	if diff := cmp.Diff(before, f.kept()); diff != "" {
		f.t.Errorf("the earlier sets have changed:\n%s", diff)
	}
	f.takesWhole()
}

// parts are the status of a set, and of each of its backups.
func (f *faultLab) parts(id string) []string {
	f.t.Helper()
	var all []string
	for _, set := range f.list().Sets {
		if set.ID != id {
			continue
		}
		all = append(all, set.Status)
		for _, b := range set.Backups {
			all = append(all, b.Node+" "+b.Status)
		}
	}
	return all
}

// members tells of a take what its set is, and why which members failed.
func members(o outcome) (set string, failed map[string]string) {
	failed = map[string]string{}
	for _, e := range events(o.stdout) {
		for _, b := range e.Backups {
			set = e.Set
			if b.Status != "good" {
				failed[b.Node] = b.Error
			}
		}
	}
	return set, failed
}

// kept is every byte of the complete sets, in the snapshot paths and in the snapshots. That
// something was verified again is noted beside them.
func (f *faultLab) kept() map[string]string {
	f.t.Helper()
	all := map[string]string{}
	for _, set := range sets(f.list(), "complete") {
		for _, n := range f.policy.nodes() {
			maps.Copy(all, digests(f.t, filepath.Join(n.SnapshotPath, set)))
			for _, dir := range n.DataDirs {
				tags, _ := filepath.Glob(filepath.Join(dir, "*", "*", "snapshots", "cwb-"+set+"-"+n.Name))
				for _, tag := range tags {
					maps.Copy(all, digests(f.t, tag))
				}
			}
		}
	}
	maps.DeleteFunc(all, func(path, _ string) bool { return strings.HasPrefix(filepath.Base(path), "verified-") })
	return all
}

// hangs takes with little patience, and wants nodetool to be ended.
func (f *faultLab) hangs() {
	pid := filepath.Join(f.dir, "pid")
	f.nodetool.does(f.lab, "echo $$ >"+pid+"; exec sleep 3600")
	before := f.kept()
	set, failed := members(f.binary(exitPartly, "backup", "hasty", "--json"))
	if why := failed["cassandra.homer"]; !strings.Contains(why, "capture_timeout (5s)") {
		f.t.Errorf("set %s failed with %q", set, failed)
	}
	text, err := os.ReadFile(pid)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // on a busy machine it was ended before it came to that
		f.t.Fatal(err)
	}
	f.eventually("nodetool ends", func() bool {
		line, _ := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(string(text)), "cmdline"))
		return !strings.Contains(string(line), "sleep\x003600")
	})
	f.noDebris()
	if diff := cmp.Diff(before, f.kept()); diff != "" {
		f.t.Errorf("the earlier sets have changed:\n%s", diff)
	}
	f.takesWhole()
}

// missing takes while there is no such program, which the plan already tells.
func (f *faultLab) missing() {
	program := f.nodetool.argv[0]
	if err := os.Rename(program, program+".gone"); err != nil {
		f.t.Fatal(err)
	}
	before := f.kept()
	o := f.binary(exitPartly, "backup", "often", "--json")
	if err := os.Rename(program+".gone", program); err != nil {
		f.t.Fatal(err)
	}
	if set, failed := members(o); len(failed) > 0 || !strings.Contains(withoutProgress(o.stdout), "a take would be refused: refused: there is no program") {
		f.t.Errorf("set %s failed with %q, and the plan does not say why:\n%s", set, failed, withoutProgress(o.stdout))
	}
	f.partial(o, before)
}

// vanishes removes a file of a snapshot that nodetool has made and proven, while the capture of
// another member goes on.
func (f *faultLab) vanishes() {
	made := filepath.Join(f.dir, "made")
	f.nodetool.does(f.lab, `"$@" && echo $tag >`+made+`; exit 0`)
	before := f.kept()
	f.slow.block(f.lab)
	p := f.start("backup", "often", "--json")
	f.slow.reached(f.lab)
	var tag []byte
	f.eventually("the snapshot is made", func() bool {
		tag, _ = os.ReadFile(made)
		return len(tag) > 0
	})
	files, _ := filepath.Glob(filepath.Join(f.data, "lines-*", "snapshots", strings.TrimSpace(string(tag)), "*-Data.db"))
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			f.t.Error(err)
		}
	}
	if len(files) == 0 {
		f.t.Error("there is no file to remove")
	}
	f.slow.release(f.lab)
	f.failed(p.wants(exitPartly), "Data.db", before)
}

// fullDisk takes while not a byte can be written to the disk of the keyspace, and demands that
// nothing written meanwhile is missing in the next set.
func (f *faultLab) fullDisk(write string) {
	free := fillDisk(f.t, f.data+"/.", 0)
	if write != "" {
		cql(f.t, f.s.homer, write)
	}
	before := f.kept()
	o := f.binary(exitPartly, "backup", "often", "--json")
	free()
	f.failed(o, "No space left on device", before)
	f.holdsAll()
}

// holdsAll demands that the newest set has all rows.
func (f *faultLab) holdsAll() {
	f.t.Helper()
	want := rowsOf(f.t, f.s.homer, "faulty.lines")
	cql(f.t, f.s.homer, "TRUNCATE faulty.lines")
	snapshot := filepath.Join(tableDir(f.t, f.s.homer, "faulty", "lines"), "snapshots", "cwb-"+sets(f.list(), "complete")[0]+"-homer")
	must(f.t)(f.s.homer.RunNodetool(f.t.Context(), "import", "--copy-data", "--", "faulty", "lines", snapshot))
	if diff := cmp.Diff(want, rowsOf(f.t, f.s.homer, "faulty.lines")); diff != "" || len(want) == 0 {
		f.t.Errorf("the newest set holds others than these %d rows (-want +got):\n%s", len(want), diff)
	}
}

// badNodetool is a nodetool that does something else when it is asked for a snapshot.
type badNodetool struct {
	argv []string
	what string // a file that says what
}

func newBadNodetool(t *testing.T, real []string) *badNodetool {
	t.Helper()
	dir := t.TempDir()
	n := &badNodetool{argv: append([]string{filepath.Join(dir, "nodetool")}, real...), what: filepath.Join(dir, "what")}
	layFile(t, n.what, "")
	layMode(t, n.argv[0], fmt.Sprintf(`#!/bin/sh
case "$*" in
*" snapshot "*)
	for word; do
		[ "$before" = -t ] && tag=$word
		before=$word
	done
	. %s ;;
esac
exec "$@"
`, n.what), 0o755)
	return n
}

// does says what is done from now on, in the words of a shell; nothing: what is asked for.
func (n *badNodetool) does(l *lab, what string) { l.t.Helper(); layFile(l.t, n.what, what+"\n") }
