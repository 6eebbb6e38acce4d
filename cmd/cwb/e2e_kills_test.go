//go:build servers

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/oldscripts"
	"cwb/internal/soak"
	"cwb/internal/view"
)

// kills ends the real binary with SIGKILL in the middle of an apply that cleans, takes,
// removes and writes a schedule: at every boundary of its steps, and at random instants.
// Each time lists must tell the truth, and the next apply must finish everything.
func kills(t *testing.T, s *servers) {
	k := newKillLab(t, s)
	k.restore()
	random := newCutter(t, "take")
	whole := random.whole(k.lab, "apply", "--auto-approve", "--json")
	boundaries := boundariesOf(events(whole.stdout))
	if diff := cmp.Diff([]string{"clean", "clean", "take", "remove", "remove", "remove", "remove", "write_schedule"}, actionsOf(events(whole.stdout))); diff != "" {
		t.Fatalf("the apply to kill does not do what it should:\n%s", diff)
	}
	for n, name := range boundaries {
		k.part(t, fmt.Sprintf("boundary %d, %s", n, name), func() {
			k.restore()
			p := k.startKilled(n)
			p.end()
			k.checks()
		})
	}
	for i := range randomKills {
		k.part(t, fmt.Sprintf("random %d", i), func() {
			k.restore()
			random.cut(k.lab, "apply", "--auto-approve", "--json")
			k.checks()
		})
	}
	soak.Figures(t, "an apply is killed at %d boundaries and %d random instants", len(boundaries), randomKills)
}

// killLab is a deployment that can be put back to the state it is killed in.
type killLab struct {
	*lab
	saved   string
	foreign *foreignThings
	before  map[string]string // what is foreign
}

// newKillLab makes a deployment whose next apply has two backups to clean, a set to take,
// two sets of two nodes to remove, and a cron file to write.
func newKillLab(t *testing.T, s *servers) *killLab {
	t.Helper()
	nodetool := newSlowNodetool(t, s.homer.Nodetool)
	l := newLab(t, s, withoutHomestead, func(l *lab) {
		l.policy.Cassandra[0].Nodetool = nodetool.argv
		l.policy.Ellis.Legacy = l.oldBackups("ellis")
		l.policy.Scheduler = "cron"
		if zone := machineZone("/"); zone != "" {
			l.policy.Timezone = zone // cron knows no other
		}
	})
	k := &killLab{lab: l, saved: filepath.Join(s.dir, "saved"), foreign: &foreignThings{}}
	t.Cleanup(func() { _ = os.RemoveAll(k.saved) })
	k.foreign.paths = []string{l.oldBackups("ellis"), filepath.Join(tableDir(t, s.homer, "homer", "simservs"), "snapshots", "by-hand")}
	must(t)(s.homer.RunNodetool(t.Context(), "snapshot", "-t", "by-hand", "--", "homer"))
	must(t)(oldscripts.Scripts{Backups: l.oldBackups("ellis"), MySQLDump: []string{"mariadb-dump", "--defaults-file=" + s.ellis.DefaultsFile}}.Ellis(t.Context()))
	for days := 5; days >= 1; days-- {
		l.clock.set(time.Now().Add(-time.Duration(days)*24*time.Hour - time.Minute))
		l.cwb(exitDone, "backup")
	}
	nodetool.block(l)
	p := l.start("backup")
	nodetool.reached(l)
	_ = p.cmd.Process.Kill()
	p.end()
	nodetool.release(l)
	k.before = k.foreign.fingerprint(t)
	k.save()
	return k
}

// places are the directories whose content an apply changes.
func (k *killLab) places() []string {
	return []string{k.policy.Ellis.SnapshotPath, k.policy.Cassandra[0].SnapshotPath, k.cronDir(),
		filepath.Join(tableDir(k.t, k.s.homer, "homer", "simservs"), "snapshots")}
}

// save keeps what is there; what is written once is linked, as snapshots are.
func (k *killLab) save() {
	k.t.Helper()
	for i, place := range k.places() {
		k.copyTree(place, filepath.Join(k.saved, fmt.Sprint(i)))
	}
}

func (k *killLab) restore() {
	k.t.Helper()
	for i, place := range k.places() {
		k.copyTree(filepath.Join(k.saved, fmt.Sprint(i)), place)
	}
}

func (k *killLab) copyTree(from, to string) {
	k.t.Helper()
	if err := os.RemoveAll(to); err != nil {
		k.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		k.t.Fatal(err)
	}
	flags := "-a"
	if strings.HasSuffix(from, "snapshots") || strings.HasSuffix(to, "snapshots") {
		flags = "-al" // the same files, as Cassandra's own links are
	}
	if output, err := exec.Command("cp", flags, from, to).CombinedOutput(); err != nil {
		k.t.Fatalf("%v\n%s", err, output)
	}
}

// boundariesOf names the points before, between and after the steps.
func boundariesOf(all []view.EventDoc) []string {
	var names []string
	for _, e := range all {
		if isBoundary(e) {
			names = append(names, strings.TrimSpace(e.Type+" "+e.Action))
		}
	}
	return names
}

// isBoundary takes the end of a step and the start of the next for one.
func isBoundary(e view.EventDoc) bool {
	return e.Type == "plan" || e.Type == "step_start" || e.Type == "summary"
}

func actionsOf(all []view.EventDoc) []string {
	var names []string
	for _, e := range all {
		if e.Type == "step_done" {
			names = append(names, e.Action)
		}
	}
	return names
}

// startKilled starts an apply that is killed as soon as it has told of the n-th boundary.
func (k *killLab) startKilled(n int) *process {
	k.t.Helper()
	w := &killer{n: n, ready: make(chan struct{})}
	p := k.startTo(w, "apply", "--auto-approve", "--json")
	w.pid = p.cmd.Process.Pid
	close(w.ready)
	return p
}

// killer reads a stream of events, and kills the process that writes it.
type killer struct {
	n     int
	pid   int
	ready chan struct{} // closed when pid is known

	mu   sync.Mutex
	rest []byte
}

func (w *killer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		w.rest = rest
		var e view.EventDoc
		if json.Unmarshal(line, &e) != nil || !isBoundary(e) {
			continue
		}
		if w.n--; w.n == -1 {
			<-w.ready
			_ = syscall.Kill(w.pid, syscall.SIGKILL)
		}
	}
}

// checks demands that after a kill everything is as it must be.
func (k *killLab) checks() {
	k.t.Helper()
	good := 0
	list := k.list()
	for _, set := range list.Sets {
		for _, b := range set.Backups {
			switch b.Status {
			case "good":
				good++
			case "debris": // of a removal, or of the take, and said so
			default:
				k.t.Errorf("%s of %s is listed as %s: %s", b.Node, set.ID, b.Status, b.Reason)
			}
		}
	}
	if complete := sets(list, "complete"); len(complete) < 4 {
		k.t.Errorf("after the kill only %v are complete", complete)
	}
	o := k.binary(exitDone, "verify")
	if want := fmt.Sprintf("Verified: %d good, 0 with problems.", good); !strings.Contains(o.stdout, want) {
		k.t.Errorf("verify says\n%s\nwant %s", o.stdout, want)
	}
	k.binary(exitDone, "apply", "--auto-approve")
	k.binary(exitDone, "plan", "--detailed-exitcode")
	complete := sets(k.list(), "complete")
	if len(complete) != 4 {
		k.t.Errorf("afterwards %v are complete", complete)
	}
	k.onlySets(complete)
	k.verifiesGood(8)
	for _, set := range complete {
		k.sameFiles(k.policy.Cassandra[0], set)
	}
	if diff := cmp.Diff(k.before, k.foreign.fingerprint(k.t)); diff != "" {
		k.t.Errorf("what cwb did not make has changed:\n%s", diff)
	}
	if files, _ := filepath.Glob(filepath.Join(k.cronDir(), "[^.]*")); len(files) != 1 {
		k.t.Errorf("cron files: %v", files)
	}
}
