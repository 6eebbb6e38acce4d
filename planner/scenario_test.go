package planner_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // as in the binary: time zones do not depend on the machine

	"golang.org/x/tools/txtar"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// scenario is one archive of testdata: a policy, a state, a time and a request.
//
// The policy is HCL; without policy.hcl it is that of testdata/policy.hcl. The state is
// written in lines, of which only these exist (words after ID… set fields of the backup):
//
//	every | node ADDRESS               what follows is of every node, or of this one
//	good|partial|damaged|running|debris ID… [block=B] [purpose=P] [of=NAME,…] [identity=I]
//	    [rows=N] [verified=ID|never] [held=WHY] [accepted] [adopted=NAME] [why=WHY] [record=R]
//	daily FROM COUNT [words]           as many good ones, a calendar day apart in UTC
//	identity I                         of the server; "none" for one that does not say
//	succeeds I by J                    an operator adopted J as the successor of I
//	down WHY, refuses WHY, note TEXT, rung NAME WHY
//	unreachable WHY, unreadable PATH WHY, problem TEXT, locked WHO
//	foreign NAME KIND PATH [unrestorable]
//	legacy LINE, zone NAME, schedule PATH TEXT   of the machine
type scenario struct {
	policy  *config.Policy
	state   planner.State
	now     time.Time
	request planner.Request
	current []backup.NodeAddr // the nodes that state lines are of
}

func readScenario(t *testing.T, archive *txtar.Archive) *scenario {
	t.Helper()
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	sc := &scenario{policy: loadPolicy(t, files["policy.hcl"])}
	now, err := time.Parse(time.RFC3339, strings.TrimSpace(files["now"]))
	if err != nil {
		t.Fatal(err)
	}
	sc.now = now
	sc.begin()
	for _, line := range lines(files["state.txt"]) {
		if err := sc.stateLine(line); err != nil {
			t.Fatalf("state line %q: %v", line, err)
		}
	}
	if err := sc.readRequest(lines(files["request"])); err != nil {
		t.Fatal(err)
	}
	return sc
}

func loadPolicy(t testing.TB, text string) *config.Policy {
	t.Helper()
	path := filepath.Join("testdata", "policy.hcl")
	if text != "" {
		path = filepath.Join(t.TempDir(), "policy.hcl")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, diags := config.Load(path, config.Options{Version: "0.1.0"})
	if diags.HasErrors() {
		t.Fatalf("policy: %s", diags.JSON())
	}
	return p
}

func lines(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// begin makes a healthy deployment without backups.
func (sc *scenario) begin() {
	sc.state = planner.State{At: sc.now, Host: "backup-1", Deployment: sc.policy.Deployment}
	for _, n := range sc.policy.Nodes {
		sc.state.Nodes = append(sc.state.Nodes, planner.NodeState{Node: n.Addr, Server: planner.Server{Identity: identity(n.Addr, "one")}})
		sc.current = append(sc.current, n.Addr)
	}
}

func identity(n backup.NodeAddr, name string) backup.Identity {
	switch {
	case name == "none":
		return backup.Identity{}
	case n.Kind == backup.MySQL:
		return backup.Identity{Machine: "machine-" + name, DataDir: "/var/lib/mysql"}
	}
	return backup.Identity{Cluster: "clearwater", HostID: "host-" + name}
}

func (sc *scenario) readRequest(lines []string) error {
	r := planner.Request{Verb: planner.VerbReconcile, By: "ops@backup-1"}
	for _, line := range lines {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "backup":
			r.Verb, r.Blocks = planner.VerbBackup, strings.Fields(rest)
		case "adopt":
			r.Verb = planner.VerbAdopt
			node, name, _ := strings.Cut(rest, "/")
			r.Adopt = append(r.Adopt, planner.ForeignName{Node: mustNode(node), Name: name})
		case "identity":
			r.Verb = planner.VerbAdopt
			r.Identity = append(r.Identity, mustNode(rest))
		case "node":
			r.Nodes = append(r.Nodes, mustNode(rest))
		case "only":
			r.Only = append(r.Only, planner.ActionKind(rest))
		case "allow-remove":
			if _, err := fmt.Sscan(rest, &r.Allow.Remove); err != nil {
				return err
			}
		case "allow-shrink":
			r.Allow.Shrink = append(r.Allow.Shrink, backup.SetID(rest))
		default:
			if err := restoreRequest(&r, word, rest); err != nil {
				return err
			}
		}
	}
	sc.request = r
	return nil
}

func mustNode(s string) backup.NodeAddr {
	n, err := backup.ParseNodeAddr(s)
	if err != nil {
		panic(err)
	}
	return n
}

// membersOf are the nodes that the policy's block takes.
func (sc *scenario) membersOf(block string) []backup.NodeAddr {
	if b, ok := sc.policy.Backup(block); ok {
		return b.Nodes
	}
	nodes := map[backup.NodeAddr]bool{}
	for _, n := range sc.policy.Nodes {
		nodes[n.Addr] = true
	}
	return slices.SortedFunc(maps.Keys(nodes), func(a, b backup.NodeAddr) int { return strings.Compare(a.String(), b.String()) })
}
