package node_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/node"
	"cwb/planner"
)

// world is where simulations begin: three nights were taken, two are to be kept, the
// first set is held, a run was killed in the afternoon, and there are things of others
// everywhere. It is midnight again: a take, a removal and a clean-up are due.
type world struct {
	disk    *simDisk
	now     time.Time
	held    backup.SetID
	kept    []backup.SetID // must survive whatever happens
	going   backup.SetID   // is to be rotated away
	others  map[string]string
	files   map[string]map[string]string       // by node and set: its files at the beginning
	content map[backup.SetID]map[string]string // by set: what a backup of either node must hold
}

const simRoot = "/site"

// strangers are files that no run may touch.
var strangers = map[string]string{
	simRoot + "/backups-ellis/notes.txt":                         "an operator's",
	simRoot + "/backups-homer/20200101T000000Z/data.bin":         "has the name of a set, and is none",
	simRoot + "/data-homer/db/lines/snapshots/by-hand/rows.db":   "{}",
	simRoot + "/data-homer/db/lines/snapshots/dropped-1/rows.db": "{}",
	simRoot + "/data-homer/db/lines/live.db":                     "live",
	simRoot + "/legacy/1605830400/db_backup.sql":                 "-- dump",
	"/etc/hosts": "localhost",
}

// tonight is what the servers hold in a night.
func tonight(l *lab) map[string]string {
	night := l.clock.Now().Format("2006-01-02")
	for _, s := range l.servers {
		s.Write("lines", map[string]string{"night": night})
	}
	return l.servers[ellis].Content()
}

// onDisk is a lab of a simulated disk as one process sees it.
func onDisk(t testing.TB, disk *simDisk, p *process) *lab {
	l := newLab(t, simRoot, p, p)
	l.policy.Retentions[0].KeepLast = 2 // few sets, for speed
	l.around = p.around
	l.nodes = map[backup.NodeAddr]*node.Node{}
	return l
}

func newWorld(t testing.TB) *world {
	w := &world{disk: newSimDisk(simRoot), content: map[backup.SetID]map[string]string{}}
	for name, content := range strangers {
		w.disk.plant(name, content)
	}
	other, err := backup.Encode(backup.Begun{Deployment: "site2", Node: ellis, Set: "20260101T000000Z", Began: firstNight})
	if err != nil {
		t.Fatal(err)
	}
	w.others = maps.Clone(strangers)
	w.others[simRoot+"/backups-ellis/20260101T000000Z/begun.json"] = string(other)
	w.disk.plant(simRoot+"/backups-ellis/20260101T000000Z/begun.json", string(other))

	l := onDisk(t, w.disk, &process{disk: w.disk})
	var ids []backup.SetID
	for night := range 3 {
		content := tonight(l)
		l.mustRun()
		id := backup.NewSetID(l.clock.Now())
		ids = append(ids, id)
		w.content[id] = content
		if night == 0 {
			w.hold(t, l, id)
		}
		if night < 2 {
			l.nextNight()
		}
	}
	w.held, w.going, w.kept = ids[0], ids[1], []backup.SetID{ids[2], ids[0]}
	w.leaveDebris(t, l)
	l.nextNight()
	w.now, w.files = l.clock.Now(), map[string]map[string]string{}
	for name, content := range w.disk.files() {
		key := fileKey(name)
		if w.files[key] == nil {
			w.files[key] = map[string]string{}
		}
		w.files[key][name] = content
	}
	return w
}

func (w *world) hold(t testing.TB, l *lab, id backup.SetID) {
	for _, n := range l.policy.Nodes {
		s, err := l.nodeOf(n.Addr).Open(context.Background(), planner.Lock{Who: "ops"})
		if err == nil {
			err = s.(executor.Keeper).Hold(context.Background(), id, backup.Hold{Reason: "audit", By: "ops", At: l.clock.Now()})
		}
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
}

// leaveDebris begins a set in the afternoon whose process dies after the capture.
func (w *world) leaveDebris(t testing.TB, l *lab) {
	l.clock.Add(12 * time.Hour)
	p := &process{disk: w.disk}
	dying := onDisk(t, w.disk, p)
	for _, addr := range []backup.NodeAddr{homer, ellis} {
		s, err := dying.nodeOf(addr).Open(context.Background(), planner.Lock{Who: "ops"})
		if err != nil {
			t.Fatal(err)
		}
		id := backup.NewSetID(l.clock.Now())
		take, err := s.Begin(context.Background(), executor.Order{
			Deployment: "site1", Block: "subscribers", Set: id, Purpose: backup.ForPolicy,
			Members: []backup.NodeAddr{homer, ellis}, Began: id.Time(),
		})
		if err == nil {
			_, err = take.Capture(context.Background())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w.disk.end(p)
}

// trial is one run of a simulation on a copy of the world.
type trial struct {
	testing.TB
	w    *world
	disk *simDisk
	now  time.Time
	want map[string]string // what is backed up tonight
	log  []string
}

func (w *world) trial(t testing.TB) *trial {
	return &trial{TB: t, w: w, disk: w.disk.clone(), now: w.now}
}

// process is a new process of tonight.
func (tr *trial) process(at int, f fault) (*lab, *process) {
	p := &process{disk: tr.disk, at: at, fault: f}
	l := onDisk(tr, tr.disk, p)
	l.clock.Set(tr.now)
	tr.want = tonight(l)
	return l, p
}

// evening is everything that an operator may do, in one process: plan, apply, verify, hold,
// release. It returns what apply returned.
func (tr *trial) evening(l *lab) (executor.Result, error) {
	ctx := context.Background()
	defer func() { tr.now = l.clock.Now().Add(time.Second) }()
	_, result, err := l.run(ctx)
	if s, openErr := l.nodeOf(homer).Open(ctx, planner.Lock{Who: "ops@admin, pid 7"}); openErr == nil {
		_ = s.Run(ctx, planner.Verify{Node: homer, Set: tr.w.kept[0]}, nil)
		k := s.(executor.Keeper)
		_ = k.Hold(ctx, tr.w.kept[1], backup.Hold{Reason: "look", By: "ops", At: l.clock.Now()})
		_ = k.Release(ctx, tr.w.kept[1])
		_ = s.Close()
	}
	return result, err
}

// fail ends the trial with what led to it.
func (tr *trial) fail(format string, args ...any) {
	tr.Helper()
	tr.Errorf("%s\n\tafter %s", fmt.Sprintf(format, args...), strings.Join(tr.log, ", then "))
}

// recover plans and applies, with nothing going wrong any more, until nothing is left to do.
func (tr *trial) recover() {
	tr.Helper()
	for range 5 {
		l, _ := tr.process(0, noFault)
		plan, result, err := l.run(context.Background())
		tr.now = l.clock.Now()
		if err != nil {
			tr.fail("I3: %v", err)
			return
		}
		if len(plan.Steps) == 0 {
			return
		}
		if code := executor.ExitCode(result, err); code != executor.ExitDone {
			tr.fail("I3: recovering ends with %d: %s", code, failures(result))
			return
		}
	}
	tr.fail("I3: there is still something to do after five runs")
}

func failures(r executor.Result) string {
	var lines []string
	for _, s := range r.Steps {
		if s.Err != nil {
			lines = append(lines, fmt.Sprintf("%s %s: %v", s.Step.ID, s.Outcome, s.Err))
		}
	}
	return strings.Join(lines, "; ")
}

// setOf is the set that a file of a backup belongs to.
func setOf(name string) (backup.SetID, bool) {
	for part := range strings.SplitSeq(name, "/") {
		part = strings.TrimPrefix(part, "cwb-")
		part, _, _ = strings.Cut(part, "-")
		if id, err := backup.ParseSetID(part); err == nil {
			return id, true
		}
	}
	return "", false
}

// fileKey is the node and set that a file belongs to, "" for others.
func fileKey(name string) string {
	id, ok := setOf(name)
	if !ok {
		return ""
	}
	if strings.Contains(name, "ellis") {
		return "ellis/" + string(id)
	}
	return "homer/" + string(id)
}
