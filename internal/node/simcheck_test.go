package node_test

import (
	"context"
	"maps"
	"slices"
	"strings"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

// checkAlways are the invariants that hold at any instant, in the middle of a mess too: I1
// (what is listed as good is complete), I2 (the good ones that must stay are there) and I7
// (nothing of others changed). It returns what it observed of homer and ellis.
func (tr *trial) checkAlways() (seen [2]planner.NodeState) {
	tr.Helper()
	l, _ := tr.process(0, noFault)
	files := tr.disk.files()
	for i, addr := range []backup.NodeAddr{homer, ellis} {
		state := l.observe(addr)
		seen[i] = state
		good := map[backup.SetID]bool{}
		for _, b := range state.Backups {
			if b.Status == planner.Good {
				good[b.Set] = true
				if tr.w.content[b.Set] == nil || !tr.untouched(files, addr, b.Set) {
					tr.checkGood(l, addr, b.Set)
				}
			}
		}
		for _, id := range tr.w.kept {
			if !good[id] {
				tr.fail("I2: %s of %s is gone", id, addr)
			}
		}
		if len(state.Unreadable) > 0 {
			tr.fail("I1: unreadable: %v", state.Unreadable)
		}
	}
	for name, content := range tr.w.others {
		if files[name] != content {
			tr.fail("I7: %s is %q, and was %q", name, files[name], content)
		}
	}
	return seen
}

// untouched reports whether a backup's files are what they were when the world was made and
// checked.
func (tr *trial) untouched(files map[string]string, addr backup.NodeAddr, id backup.SetID) bool {
	for name, content := range tr.w.files[addr.Name+"/"+string(id)] {
		if files[name] != content {
			return false
		}
	}
	return true
}

// checkGood reads a backup and compares it with what the server held that night.
func (tr *trial) checkGood(l *lab, addr backup.NodeAddr, id backup.SetID) {
	tr.Helper()
	check, err := l.nodeOf(addr).Check(context.Background(), id, nil)
	if err != nil || !check.Good {
		tr.fail("I1: %s of %s is listed as good: %v %v", id, addr, err, check.Problems)
		return
	}
	want := tr.w.content[id]
	if want == nil {
		want = tr.want
	}
	var text strings.Builder
	if err := l.nodeOf(addr).Export(context.Background(), id, executor.Selection{}, &text); err != nil {
		tr.fail("I1: %s of %s cannot be read: %v", id, addr, err)
		return
	}
	if got := parse(text.String()); !maps.Equal(got, want) {
		tr.fail("I1: %s of %s holds %v, not %v", id, addr, got, want)
	}
}

// checkRecovered are the invariants of a world that has come to rest: a complete set of
// tonight, and nothing left of what went wrong.
func (tr *trial) checkRecovered() {
	tr.Helper()
	l, _ := tr.process(0, noFault)
	var sets [2][]backup.SetID
	for i, state := range tr.checkAlways() {
		addr := state.Node
		for _, b := range state.Backups {
			if b.Status != planner.Good {
				tr.fail("I3: %s of %s is %s: %s", b.Set, addr, b.Status, b.Why)
			}
			sets[i] = append(sets[i], b.Set)
		}
		if state.Lock != nil {
			tr.fail("I4: %s is locked by %v", addr, state.Lock)
		}
	}
	tr.checkRotated(sets[0], sets[1])
	tr.reopen(l)
	tr.checkNothingLeft(l)
}

// checkRotated expects the last two complete sets and the held one. A part of a set that
// failed may stay for a while; a slot that failed three times is left alone.
func (tr *trial) checkRotated(one, other []backup.SetID) {
	tr.Helper()
	complete := slices.DeleteFunc(slices.Clone(one), func(id backup.SetID) bool { return !slices.Contains(other, id) })
	if failed := len(one) + len(other) - 2*len(complete); failed >= 3 {
		return
	}
	if len(complete) != 3 || complete[0] != tr.w.held || slices.Contains(complete, tr.w.going) {
		tr.fail("I3: the sets are %v and %v, not the last two and the held one", one, other)
	}
}

// reopen lets a session clear what a killed one left half made.
func (tr *trial) reopen(l *lab) {
	tr.Helper()
	for _, n := range l.policy.Nodes {
		s, err := l.nodeOf(n.Addr).Open(context.Background(), planner.Lock{Who: "ops"})
		if err == nil {
			err = s.Close()
		}
		if err != nil {
			tr.fail("I4: the next run cannot begin: %v", err)
		}
	}
}

// checkNothingLeft looks for temporary files, and for snapshots of ours without a backup.
func (tr *trial) checkNothingLeft(l *lab) {
	tr.Helper()
	files := tr.disk.files()
	for name := range files {
		if strings.Contains(name, "/.cwb/tmp/") && !strings.HasSuffix(name, "/.cwb/tmp/") {
			tr.fail("I4: %s is left", name)
		}
		if id, ok := setOf(name); ok && tr.w.others[name] == "" && !strings.HasSuffix(name, "/") {
			owner := "homer"
			if strings.Contains(name, "/backups-ellis/") {
				owner = "ellis"
			}
			if _, ok := files[simRoot+"/backups-"+owner+"/"+string(id)+"/backup.json"]; !ok {
				tr.fail("I4: %s is left of a backup that is gone", name)
			}
		}
		if !strings.HasPrefix(name, simRoot) && tr.w.others[name] == "" && !strings.HasSuffix(name, "/") {
			tr.fail("I7: %s was made", name)
		}
	}
}

// checkJournal is I5: whatever appeared or vanished on a node stands in its journal as a step
// that was begun, and a step that was done as one that ended.
func (tr *trial) checkJournal(before map[string]string, r executor.Result) {
	tr.Helper()
	l, _ := tr.process(0, noFault)
	for _, addr := range []backup.NodeAddr{homer, ellis} {
		entries, err := l.nodeOf(addr).Journal(context.Background())
		if err != nil {
			tr.fail("I5: %v", err)
		}
		begun := map[planner.ActionKind]bool{}
		ended := map[planner.StepID]bool{}
		for _, e := range entries {
			if e.At.Before(tr.w.now) {
				continue
			}
			if e.Event == executor.StepBegun {
				begun[e.Action] = true
			}
			if e.Event == executor.StepEnded {
				ended[e.Step] = true
			}
		}
		tr.checkBegun(addr, before, begun)
		for _, s := range r.Steps {
			if s.Outcome == executor.Done && slices.Contains(s.Step.Action.Touches(), addr) && !ended[s.Step.ID] {
				tr.fail("I5: %s was done on %s, and its journal does not say so", s.Step.ID, addr)
			}
		}
	}
}

func (tr *trial) checkBegun(addr backup.NodeAddr, before map[string]string, begun map[planner.ActionKind]bool) {
	tr.Helper()
	after := tr.disk.files()
	prefix := simRoot + "/backups-" + addr.Name + "/2026"
	for name := range after {
		if _, ok := before[name]; !ok && strings.HasPrefix(name, prefix) && strings.HasSuffix(name, "begun.json") && !begun[planner.ActTake] {
			tr.fail("I5: %s appeared, and no take stands in the journal", name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok && strings.HasPrefix(name, prefix) && strings.HasSuffix(name, "/begun.json") && !begun[planner.ActRemove] && !begun[planner.ActClean] {
			tr.fail("I5: %s vanished, and neither a removal nor a clean-up stands in the journal", name)
		}
	}
}

// checkExit is I6: the run ends as documented, and with 0 only when all is done.
func (tr *trial) checkExit(r executor.Result, err error) {
	tr.Helper()
	code := executor.ExitCode(r, err)
	switch code {
	case executor.ExitDone:
		if r.Count(executor.Done) != len(r.Steps) {
			tr.fail("I6: 0, and %s", r)
		}
	case executor.ExitError:
		if r.Began() {
			tr.fail("I6: 1 after steps were begun: %v", err)
		}
	case executor.ExitPartly, executor.ExitHeld, executor.ExitStale:
	default:
		tr.fail("I6: exit code %d (%v; %s)", code, err, failures(r))
	}
}
