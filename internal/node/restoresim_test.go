package node_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/memengine"
	"cwb/planner"
)

// restoreWorld is where simulations of restores begin: a set was taken, then came a disaster.
type restoreWorld struct {
	disk     *simDisk
	now      time.Time
	servers  map[backup.NodeAddr]*memengine.Server
	after    map[string]string // what the disaster left
	restored map[string]string
	set      backup.SetID
}

// verb is what is simulated, on a world that it fits.
type verb struct {
	name  planner.Verb
	world *restoreWorld
}

func newRestoreWorld(t *testing.T) *restoreWorld {
	disk := newSimDisk(simRoot)
	r := disaster(onDisk(t, disk, &process{disk: disk}))
	return &restoreWorld{disk: disk, now: r.clock.Now(), servers: r.servers, after: r.after, restored: r.stays(), set: r.good(ellis)[0]}
}

// restoredWorld is one on which a restore was done, and not confirmed yet.
func restoredWorld(t *testing.T) *restoreWorld {
	w := newRestoreWorld(t)
	tr := w.trial(t)
	r := tr.process(0, noFault)
	r.must(planner.VerbRestore, planner.RestoreRequest{})
	return &restoreWorld{disk: tr.disk, now: r.clock.Now(), servers: tr.servers, after: w.after, restored: w.restored, set: w.set}
}

// restoreTrial is one run on a copy of a world.
type restoreTrial struct {
	*testing.T
	w       *restoreWorld
	disk    *simDisk
	servers map[backup.NodeAddr]*memengine.Server
	now     time.Time
	log     []string
}

func (w *restoreWorld) trial(t *testing.T) *restoreTrial {
	copies := memengine.Clone(w.servers[ellis], w.servers[homer])
	return &restoreTrial{T: t, w: w, disk: w.disk.clone(), now: w.now,
		servers: map[backup.NodeAddr]*memengine.Server{ellis: copies[0], homer: copies[1]}}
}

// process is a new run of the tool, whose k-th operation fails.
func (tr *restoreTrial) process(at int, f fault) *restoring {
	r, _ := tr.failing(at, f)
	return r
}

func (tr *restoreTrial) failing(at int, f fault) (*restoring, *process) {
	tr.now = tr.now.Add(time.Second)
	p := &process{disk: tr.disk, at: at, fault: f}
	l := onDisk(tr, tr.disk, p)
	l.servers = tr.servers
	l.clock.Set(tr.now)
	return &restoring{lab: l, before: tr.w.restored, after: tr.w.after}, p
}

func (tr *restoreTrial) fail(format string, args ...any) {
	tr.Helper()
	tr.Errorf("%s\n\tafter %s", fmt.Sprintf(format, args...), strings.Join(tr.log, ", then "))
}

// At every operation of a restore, an undo and a confirmation, something goes wrong. Then
// nothing that is served has changed unless the record says so, and both going on and going
// back end where they should.
func TestSimulationOfRestores(t *testing.T) {
	fresh, done := newRestoreWorld(t), restoredWorld(t)
	var pairs, operations atomic.Int64
	for _, v := range []verb{{planner.VerbRestore, fresh}, {planner.VerbRestoreUndo, done}, {planner.VerbRestoreConfirm, done}} {
		quiet := v.world.trial(t)
		r, p := quiet.failing(0, noFault)
		r.must(v.name, planner.RestoreRequest{})
		operations.Add(int64(p.ops))
		inShards(t, p.ops, func(t *testing.T, k int) {
			for _, f := range restoreFaults(k, p.names[k]) {
				for _, back := range ways(k, p.names[k]) {
					if v.world.trial(t).once(v.name, k+1, f, back) {
						pairs.Add(1)
					}
				}
			}
		})
	}
	t.Logf("%d operations, %d pairs of operation and fault", operations.Load(), pairs.Load())
}

// ways are whether to go back afterwards, or on: both after the operations of the server.
func ways(k int, operation string) []bool {
	if strings.HasPrefix(operation, "engine ") {
		return []bool{false, true}
	}
	return []bool{k%2 == 1}
}

// restoreFaults fails what only looks in one way out of eight, and what changes something in
// the ways that make a difference.
func restoreFaults(k int, operation string) []fault {
	switch verb, _, _ := strings.Cut(operation, " "); verb {
	case "open", "read", "lstat", "readdir", "list", "locked", "free":
		if k%8 != 0 {
			return nil
		}
		return []fault{ioError, killBefore}[k/8%2:][:1]
	case "engine":
		return []fault{ioError, lostReply, killBefore, powerCut}
	}
	return []fault{killBefore, powerCut, ioError, lostReply}[k%4:][:1]
}

func (tr *restoreTrial) once(v planner.Verb, k int, f fault, back bool) bool {
	r, p := tr.failing(k, f)
	_, result, err := r.restore(context.Background(), v, planner.RestoreRequest{})
	if p.hit == "" {
		return false
	}
	tr.now = r.clock.Now()
	tr.log = append(tr.log, fmt.Sprintf("%s: operation %d, %s: %s", v, k, p.hit, f))
	if p.killed() && f == powerCut {
		tr.disk.cut(0)
	}
	if code := executor.ExitCode(result, err); code == executor.ExitDone && !p.killed() && result.Count(executor.Done) != len(result.Steps) {
		tr.fail("ends with 0: %s", failures(result))
	}
	tr.checkServed(v)
	tr.settle(v, back)
	return true
}

// checkServed is promise 5: what is served has changed only where the record says so.
func (tr *restoreTrial) checkServed(v planner.Verb) {
	tr.Helper()
	for addr, state := range tr.observe() {
		content := tr.servers[addr].Content()
		changed := v != planner.VerbRestore
		for _, rec := range state.Restores {
			changed = changed || rec.Changed
		}
		if !changed && !maps.Equal(content, tr.w.after) {
			tr.fail("nothing was begun on %s that changes it, and it holds %v", addr, content)
		}
		if v == planner.VerbRestoreConfirm && !maps.Equal(content, tr.w.restored) {
			tr.fail("confirming changed %s: %v", addr, content)
		}
		if !slices.ContainsFunc(state.Backups, func(b planner.Backup) bool { return b.Set == tr.w.set && b.Status == planner.Good }) {
			tr.fail("the source is not good any more on %s", addr)
		}
	}
}

func (tr *restoreTrial) observe() map[backup.NodeAddr]planner.NodeState {
	r := tr.process(0, noFault)
	return map[backup.NodeAddr]planner.NodeState{ellis: r.lab.observe(ellis), homer: r.lab.observe(homer)}
}

// settle brings what was cut to an end, as an operator would.
func (tr *restoreTrial) settle(v planner.Verb, back bool) {
	tr.Helper()
	want := tr.w.restored
	switch {
	case v == planner.VerbRestoreConfirm:
		tr.again(planner.VerbRestoreConfirm)
	case v == planner.VerbRestoreUndo || back:
		want = tr.w.after
		tr.again(planner.VerbRestoreUndo)
	default:
		tr.resume()
	}
	for addr, s := range tr.servers {
		if got := s.Content(); !maps.Equal(got, want) {
			tr.fail("%s holds %v, not %v", addr, got, want)
		}
		if v != planner.VerbRestore || back {
			if left := s.Schemas(); len(left) > 0 {
				tr.fail("schemas are left on %s: %v", addr, left)
			}
		}
	}
	tr.checkEnded()
}

// again runs a verb until there is nothing left of it to do.
func (tr *restoreTrial) again(v planner.Verb) {
	tr.Helper()
	r := tr.process(0, noFault)
	_, result, err := r.restore(context.Background(), v, planner.RestoreRequest{})
	tr.now = r.clock.Now()
	if errors.Is(err, planner.ErrRequest) {
		return // it was done, or had never begun
	}
	if code := executor.ExitCode(result, err); code != executor.ExitDone {
		tr.fail("%s ends with %d: %v %s", v, code, err, failures(result))
	}
}

// resume finishes a restore, or begins one where none had begun.
func (tr *restoreTrial) resume() {
	tr.Helper()
	begun := false
	for _, state := range tr.observe() {
		begun = begun || len(state.Restores) > 0
	}
	if begun {
		tr.again(planner.VerbRestoreResume)
		return
	}
	tr.again(planner.VerbRestore)
}

// checkEnded expects that no restore is unfinished, and that ordinary plans can be applied.
func (tr *restoreTrial) checkEnded() {
	tr.Helper()
	r := tr.process(0, noFault)
	plan, result, err := r.run(context.Background())
	tr.now = r.clock.Now()
	if code := executor.ExitCode(result, err); code != executor.ExitDone {
		tr.fail("the ordinary plan ends with %d: %v %s", code, err, failures(result))
		return
	}
	for _, f := range plan.Findings {
		if f.Kind == "restore_unfinished" || f.Kind == "record_unreadable" {
			tr.fail("%s", f.Message)
		}
	}
	for _, n := range r.policy.Nodes { // whoever comes next clears what was half made
		if s, err := r.nodeOf(n.Addr).Open(context.Background(), planner.Lock{Who: "ops"}); err != nil || s.Close() != nil {
			tr.fail("the next run cannot begin: %v", err)
		}
	}
	for name := range tr.disk.files() {
		if strings.Contains(name, "/.cwb/tmp/") && !strings.HasSuffix(name, "/.cwb/tmp/") {
			tr.fail("%s is left", name)
		}
	}
}
