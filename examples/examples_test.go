// Package examples_test holds every example to what its README says: the policy is valid and
// formatted, and its recorded state gives the plan that stands beside it.
package examples_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata" // as in the binary: time zones do not depend on the machine

	"github.com/google/go-cmp/cmp"

	"cwb/config"
	"cwb/internal/view"
	"cwb/planner"
)

var update = flag.Bool("update", false, "rewrite state.json and plan.txt of every example")

func TestExamples(t *testing.T) {
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			policy := load(t, name)
			formatted(t, filepath.Join(name, "cwb.hcl"))
			golden(t, filepath.Join(name, "state.json"), recorded(t, name, policy))
			golden(t, filepath.Join(name, "plan.txt"), planned(t, name, policy))
			readme(t, name)
		})
	}
}

// names are the directories here; each must have a state in [states], and the reverse.
func names(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names, described []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	for name := range states() {
		described = append(described, name)
	}
	slices.Sort(described)
	if diff := cmp.Diff(described, names); diff != "" {
		t.Fatalf("examples with a state (-) and directories (+) differ:\n%s", diff)
	}
	return names
}

func load(t *testing.T, name string) *config.Policy {
	t.Helper()
	policy, diags := config.Load(name, config.Options{Version: "0.1.0"})
	if len(diags) > 0 {
		t.Fatalf("not valid:\n%s", diags.JSON())
	}
	return policy
}

func formatted(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, diags := config.Format(text, file)
	if diags.HasErrors() {
		t.Fatalf("%s:\n%s", file, diags.JSON())
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Errorf("%s is not formatted (-formatted +file):\n%s", file, diff)
	}
}

// recorded is the state file that cwb observe would write in the example's world.
func recorded(t *testing.T, name string, p *config.Policy) string {
	t.Helper()
	data, err := planner.EncodeState(states()[name](p))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// planned is what cwb plan --state state.json prints.
func planned(t *testing.T, name string, p *config.Policy) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(name, "state.json"))
	if err != nil {
		t.Fatal(err)
	}
	state, err := planner.DecodeState(data)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := planner.Diff(p, state, state.At, planner.Request{Verb: planner.VerbReconcile})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	view.Text{W: &out}.Plan(plan)
	return out.String()
}

// golden compares a file with what it should hold, or rewrites it under -update.
func golden(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), want); diff != "" {
		t.Errorf("%s is out of date; after a look, go test ./examples -update (-file +now):\n%s", file, diff)
	}
}

// readme must say how to try the example, in words that can be copied.
func readme(t *testing.T, name string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(name, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	command := "cwb --policy examples/" + name + " plan --state examples/" + name + "/state.json"
	if !strings.Contains(string(text), command) {
		t.Errorf("the README does not say: %s", command)
	}
}
