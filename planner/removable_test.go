package planner_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cwb/internal/backup"
	"cwb/planner"
)

func TestStillRemovableSaysWhyNot(t *testing.T) {
	sc := &scenario{policy: loadPolicy(t, ""), now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	sc.begin()
	if err := sc.stateLine("daily 20261120T000000Z 5"); err != nil {
		t.Fatal(err)
	}
	r := planner.Remove{Node: mustNode("mysql.ellis"), Set: "20261120T000000Z", Block: "subscribers", Record: "record-20261120T000000Z"}
	if err := planner.StillRemovable(sc.policy, sc.state, sc.now, r); err != nil {
		t.Fatal(err)
	}
	held := func(s *planner.State) { s.Nodes[1].Backups[0].Held = &backup.Hold{Reason: "audit"} }
	for want, change := range map[string]func(*planner.State){
		"audit":              held,
		"record":             func(s *planner.State) { s.Nodes[1].Backups[0].Record = "other" },
		"no backup":          func(s *planner.State) { s.Nodes[1].Backups = s.Nodes[1].Backups[1:] },
		"keep_last":          func(s *planner.State) { s.Nodes[1].Backups = s.Nodes[1].Backups[:4] },
		"cannot be read":     func(s *planner.State) { s.Nodes[1].Unreadable = []planner.Unreadable{{Path: "x"}} },
		"another one":        func(s *planner.State) { s.Nodes[1].Server.Identity.Machine = "machine-two" },
		"did not say":        func(s *planner.State) { s.Nodes[1].Server = planner.Server{Down: "refused"} },
		"cannot be reached":  func(s *planner.State) { s.Nodes[0] = planner.NodeState{Node: s.Nodes[0].Node, Error: "timeout"} },
		"ahead of the clock": func(s *planner.State) { s.Nodes[0].Backups[4].Set = "20261125T120000Z" },
		"is shrunken":        func(s *planner.State) { s.Nodes[0].Backups[4].Totals.Rows = 1 },
		"being taken":        func(s *planner.State) { s.Nodes[1].Backups[0].Status = planner.Running },
		"twice":              func(s *planner.State) { s.Nodes[1] = s.Nodes[0] },
	} {
		state := planner.State{Nodes: append([]planner.NodeState{}, sc.state.Nodes...), Deployment: "site1"}
		for i := range state.Nodes {
			state.Nodes[i].Backups = append([]planner.Backup{}, state.Nodes[i].Backups...)
		}
		change(&state)
		err := planner.StillRemovable(sc.policy, state, sc.now, r)
		if !errors.Is(err, planner.ErrNotRemovable) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want something about %q", err, want)
		}
	}
}
