package planner_test

import (
	"slices"
	"testing"
	"time"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// applied is the state that a plan leaves when every step that is not held ends well: the
// world as the executor would make it, in a few lines.
func applied(p *planner.Plan) planner.State {
	s := p.State
	s.Nodes = slices.Clone(s.Nodes)
	for i := range s.Nodes {
		s.Nodes[i].Backups = slices.Clone(s.Nodes[i].Backups)
	}
	s.Schedules = slices.Clone(s.Schedules)
	for _, step := range p.Steps {
		if step.HeldBy == "" {
			do(&s, step.Action, p.Created)
		}
	}
	return s
}

func do(s *planner.State, a planner.Action, now time.Time) {
	switch a := a.(type) {
	case planner.Take:
		take(s, a, now)
	case planner.Verify:
		b := find(s, a.Node, a.Set)
		b.VerifiedAt, b.ShrinkAccepted = now, b.ShrinkAccepted || a.Accept
	case planner.Remove:
		drop(s, a.Node, a.Set)
	case planner.Clean:
		drop(s, a.Node, a.Set)
	case planner.Adopt:
		adopt(node(s, a.Node), a)
	case planner.WriteSchedule:
		s.Schedules = slices.DeleteFunc(s.Schedules, func(f planner.ScheduleFile) bool { return f.Path == a.Path })
		if a.Content != "" {
			s.Schedules = append(s.Schedules, planner.ScheduleFile{Path: a.Path, Content: a.Content})
		}
	}
}

// take adds a good set under the first second that is free on every node.
func take(s *planner.State, a planner.Take, now time.Time) {
	id := backup.NewSetID(now)
	for slices.ContainsFunc(s.Nodes, func(n planner.NodeState) bool { return find(s, n.Node, id) != nil }) {
		id = id.Next()
	}
	for _, addr := range a.Nodes {
		n := node(s, addr)
		totals := backup.Totals{Tables: 3, Rows: 1000, Bytes: 50000, Stored: 9000}
		for _, b := range n.Backups {
			totals.Rows = max(totals.Rows, b.Totals.Rows) // a healthy server has not lost anything
		}
		n.Backups = append(n.Backups, planner.Backup{Set: id, Block: a.Block, Purpose: a.Purpose, Status: planner.Good, Members: a.Members,
			Identity: n.Server.Identity, Began: id.Time(), Captured: now, Finished: now, VerifiedAt: now, Record: "record-" + string(id), Totals: totals})
	}
}

func adopt(n *planner.NodeState, a planner.Adopt) {
	if a.Identity != nil {
		n.Successor = a.Identity
		return
	}
	at := slices.IndexFunc(n.Foreign, func(f backup.Foreign) bool { return f.Name == a.Name })
	f := n.Foreign[at]
	n.Backups = append(n.Backups, planner.Backup{Set: backup.NewSetID(f.Time), Origin: backup.Adopted, Status: planner.Good, Foreign: f.Name, VerifiedAt: f.Time})
}

func node(s *planner.State, addr backup.NodeAddr) *planner.NodeState {
	at := slices.IndexFunc(s.Nodes, func(n planner.NodeState) bool { return n.Node == addr })
	return &s.Nodes[at]
}

func find(s *planner.State, addr backup.NodeAddr, id backup.SetID) *planner.Backup {
	n := node(s, addr)
	at := slices.IndexFunc(n.Backups, func(b planner.Backup) bool { return b.Set == id })
	if at < 0 {
		return nil
	}
	return &n.Backups[at]
}

func drop(s *planner.State, addr backup.NodeAddr, id backup.SetID) {
	n := node(s, addr)
	n.Backups = slices.DeleteFunc(n.Backups, func(b planner.Backup) bool { return b.Set == id })
}

// runnable are the steps that a plan has and does not hold back. Asking by hand always asks
// for a take, so what is left is then asked for by schedule.
func runnable(t *testing.T, p *config.Policy, s planner.State, now time.Time, r planner.Request) []planner.StepID {
	t.Helper()
	if r.Verb == planner.VerbBackup || r.Restore != nil {
		return nil
	}
	plan, err := planner.Diff(p, s, now, r)
	if err != nil {
		t.Fatal(err)
	}
	var ids []planner.StepID
	for _, step := range plan.Steps {
		if step.HeldBy == "" {
			ids = append(ids, step.ID)
		}
	}
	return ids
}
