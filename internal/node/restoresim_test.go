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

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/memengine"
	"cwb/internal/soak"
	"cwb/planner"
)

// restoreWorld is where simulations of restores begin: a set was taken, then came a disaster.
type restoreWorld struct {
	disk     *simDisk
	now      time.Time
	servers  map[backup.NodeAddr]*memengine.Server
	ring     bool              // homer's has two hosts
	after    map[string]string // what the disaster left
	restored map[string]string
	set      backup.SetID
}

// verb is what is simulated, on a world that it fits.
type verb struct {
	name  planner.Verb
	world *restoreWorld
}

func newRestoreWorld(t *testing.T, ring bool) *restoreWorld {
	disk := newSimDisk(simRoot)
	l := onDisk(t, disk, &process{disk: disk})
	if ring {
		l.ring()
	}
	r := disaster(l)
	return &restoreWorld{disk: disk, now: r.clock.Now(), servers: r.servers, ring: ring, after: r.after, restored: r.stays(), set: r.good(ellis)[0]}
}

var homestead = backup.NodeAddr{Kind: backup.Cassandra, Name: "homestead"}

// ring adds a second host to homer's, whose own rows are the same.
func (l *lab) ring() {
	if l.servers[homestead] == nil {
		s := memengine.NewServer(backup.Identity{Cluster: "c1", HostID: "h2"})
		for name, row := range l.servers[homer].Content() {
			table, key, _ := strings.Cut(name, "/")
			s.Write(table, map[string]string{key: row})
		}
		l.servers[homestead] = s
		memengine.Join(l.servers[homer], s)
	}
	l.policy.Nodes = []config.Node{l.node(homer), l.node(homestead), l.node(ellis)}
	l.policy.Backups[0].Nodes = []backup.NodeAddr{homer, homestead, ellis}
}

// restoredWorld is one on which a restore was done, and not confirmed yet.
func restoredWorld(t *testing.T, ring bool) *restoreWorld {
	w := newRestoreWorld(t, ring)
	tr := w.trial(t)
	r := tr.process(0, noFault)
	r.must(planner.VerbRestore, planner.RestoreRequest{})
	return &restoreWorld{disk: tr.disk, now: r.clock.Now(), servers: tr.servers, ring: ring, after: w.after, restored: w.restored, set: w.set}
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
	addrs := slices.SortedFunc(maps.Keys(w.servers), func(a, b backup.NodeAddr) int { return strings.Compare(a.String(), b.String()) })
	var originals []*memengine.Server
	for _, addr := range addrs {
		originals = append(originals, w.servers[addr])
	}
	tr := &restoreTrial{T: t, w: w, disk: w.disk.clone(), now: w.now, servers: map[backup.NodeAddr]*memengine.Server{}}
	for i, copied := range memengine.Clone(originals...) {
		tr.servers[addrs[i]] = copied
	}
	return tr
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
	if tr.w.ring {
		l.ring()
	}
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
func TestSimulationOfRestores(t *testing.T) { simulateRestores(t, false) }

// The same on a ring of two hosts, whose tables are emptied by one for both.
func TestSimulationOfRestoresOfARing(t *testing.T) { simulateRestores(t, true) }

func simulateRestores(t *testing.T, ring bool) {
	fresh, done := newRestoreWorld(t, ring), restoredWorld(t, ring)
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
	soak.Figures(t, "%d operations of restores, %d pairs of operation and fault", operations.Load(), pairs.Load())
}

// ways are whether to go back afterwards, or on: both after the operations of the server.
func ways(k int, operation string) []bool {
	if strings.HasPrefix(operation, "engine ") && !strings.HasSuffix(operation, " inspect") {
		return []bool{false, true}
	}
	return []bool{k%2 == 1}
}

// restoreFaults are what goes wrong at the k-th operation: in the soak, all that makes a
// difference; else a part of it, so that neighbours fail in different ways.
func restoreFaults(k int, operation string) []fault {
	all := soak.Of(false, true)
	switch verb, _, _ := strings.Cut(operation, " "); verb {
	case "open", "read", "lstat", "readdir", "list", "locked", "free":
		if k%24 == 0 || all && k%4 == 0 {
			return []fault{ioError, killBefore}[k/24%2:][:1]
		}
		return nil
	case "engine":
		if all {
			return []fault{ioError, lostReply, killBefore, powerCut}
		}
		return []fault{[]fault{ioError, lostReply}[k%2], powerCut}
	}
	if all {
		return []fault{killBefore, powerCut, ioError, lostReply}
	}
	if k%6 > 3 {
		return nil
	}
	return []fault{killBefore, powerCut, ioError, lostReply}[k%6:][:1]
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
		changed := v != planner.VerbRestore || tr.emptied(addr)
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

// emptied reports whether the record of another host of a ring says that its tables, which
// are this one's too, may be empty.
func (tr *restoreTrial) emptied(addr backup.NodeAddr) bool {
	r := tr.process(0, noFault)
	return tr.w.ring && addr == homestead && slices.ContainsFunc(r.lab.observe(homer).Restores, func(rec backup.Restore) bool { return rec.Changed })
}

func (tr *restoreTrial) observe() map[backup.NodeAddr]planner.NodeState {
	r := tr.process(0, noFault)
	seen := map[backup.NodeAddr]planner.NodeState{}
	for addr := range tr.servers {
		seen[addr] = r.lab.observe(addr)
	}
	return seen
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
