package planner_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// TestWhatCannotBePlannedIsAnError: an empty plan would look as if all were well.
func TestWhatCannotBePlannedIsAnError(t *testing.T) {
	for want, change := range map[string]func(sc *scenario){
		"deployment":             func(sc *scenario) { sc.state.Deployment = "site2" },
		"timezone":               func(sc *scenario) { sc.policy.Timezone = "Europe/Londn" },
		`backup block "subscri`:  func(sc *scenario) { sc.policy.Backups[0].Schedule = "* * * * *" },
		"twice":                  func(sc *scenario) { sc.state.Nodes[1].Node = sc.state.Nodes[0].Node },
		"no verb":                func(sc *scenario) { sc.request.Verb = "" },
		"no node mysql.elis":     func(sc *scenario) { sc.request.Nodes = []backup.NodeAddr{mustNode("mysql.elis")} },
		"takes none of":          func(sc *scenario) { sc.request = outside(sc) },
		"does not say who it is": func(sc *scenario) { sc.request = adoptIdentity(sc, planner.Server{}) },
		"cannot be scheduled": func(sc *scenario) {
			sc.policy.Scheduler, sc.state.Machine = config.Systemd, planner.Machine{Command: []string{"cwb"}, Policy: "policy"}
		},
	} {
		sc := &scenario{policy: loadPolicy(t, ""), now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), request: planner.Request{Verb: planner.VerbReconcile}}
		sc.begin()
		change(sc)
		plan, err := planner.Diff(sc.policy, sc.state, sc.now, sc.request)
		if plan != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want something about %q", err, want)
		}
		asked := sc.request.Verb != planner.VerbReconcile || len(sc.request.Nodes) > 0
		if errors.Is(err, planner.ErrRequest) != asked {
			t.Errorf("%v: is it about the request? %v", err, asked)
		}
	}
}

// outside asks for a block by a node that it does not take.
func outside(sc *scenario) planner.Request {
	sc.policy.Backups[0].Nodes = sc.policy.Backups[0].Nodes[:1]
	return planner.Request{Verb: planner.VerbBackup, Blocks: []string{"subscribers"}, Nodes: []backup.NodeAddr{mustNode("mysql.ellis")}}
}

func adoptIdentity(sc *scenario, server planner.Server) planner.Request {
	sc.state.Nodes[1].Server = server
	return planner.Request{Verb: planner.VerbAdopt, Identity: []backup.NodeAddr{sc.state.Nodes[1].Node}}
}

// TestStateOfAnotherPolicyIsRefusedEverywhere: Sets, retention and the last look as well.
func TestStateOfAnotherPolicyIsRefusedEverywhere(t *testing.T) {
	sc := &scenario{policy: loadPolicy(t, ""), now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	sc.begin()
	sc.state.Deployment = "site2"
	if _, err := planner.Sets(sc.policy, sc.state, sc.now); err == nil {
		t.Error("Sets took it")
	}
	if _, _, err := planner.ApplyRetention(sc.policy, sc.state, sc.now); err == nil {
		t.Error("ApplyRetention took it")
	}
	if err := planner.StillRemovable(sc.policy, sc.state, sc.now, planner.Remove{}); !errors.Is(err, planner.ErrNotRemovable) {
		t.Errorf("StillRemovable: %v", err)
	}
	sc.state.Deployment = "site1"
	if err := planner.StillRemovable(sc.policy, sc.state, sc.now, planner.Remove{Node: mustNode("mysql.ellis"), Block: "gone"}); !errors.Is(err, planner.ErrNotRemovable) {
		t.Errorf("StillRemovable: %v", err)
	}
}
