package planner_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"cwb/planner"
)

var update = flag.Bool("update", false, "rewrite plan.txt of the scenarios")

// TestScenarios plans every archive of testdata, and holds each plan to what all plans
// promise: it does not depend on the order of what was observed, it survives its file, and
// once its steps are done there are none left.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d scenarios (%v), want at least 60", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sc := readScenario(t, archive)
			plan, err := planner.Diff(sc.policy, sc.state, sc.now, sc.request)
			golden(t, file, archive, render(plan, err))
			if err == nil {
				checkPlan(t, sc, plan)
			}
		})
	}
}

// golden compares with the archive's plan.txt, or rewrites it under -update.
func golden(t *testing.T, file string, archive *txtar.Archive, got string) {
	t.Helper()
	for i := range archive.Files {
		if archive.Files[i].Name != "plan.txt" {
			continue
		}
		if *update {
			archive.Files[i].Data = []byte(got)
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(string(archive.Files[i].Data), got); diff != "" {
			t.Errorf("plan differs (-want +got):\n%s", diff)
		}
		return
	}
	t.Fatal("the archive has no plan.txt")
}

func checkPlan(t *testing.T, sc *scenario, plan *planner.Plan) {
	t.Helper()
	again, err := planner.Diff(sc.policy, shuffled(sc.state, rand.New(rand.NewPCG(1, 2))), sc.now, sc.request)
	if err != nil || again.ID != plan.ID {
		t.Errorf("planning the same state in another order gives %v, %v, want %v", again, err, plan.ID)
	}
	data, err := planner.EncodePlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	back, err := planner.DecodePlan(data)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := asJSON(t, plan), asJSON(t, back); a != b {
		t.Errorf("the plan file loses something (-plan +file):\n%s", cmp.Diff(a, b))
	}
	if left := runnable(t, sc.policy, applied(plan), sc.now, sc.request); len(left) > 0 {
		t.Errorf("steps are left after all were done: %v", left)
	}
}

// shuffled puts what was observed in another order.
func shuffled(s planner.State, r *rand.Rand) planner.State {
	s.Nodes = append([]planner.NodeState{}, s.Nodes...)
	r.Shuffle(len(s.Nodes), func(i, j int) { s.Nodes[i], s.Nodes[j] = s.Nodes[j], s.Nodes[i] })
	for i := range s.Nodes {
		b := append([]planner.Backup{}, s.Nodes[i].Backups...)
		r.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
		s.Nodes[i].Backups = b
	}
	return s
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// render writes a plan compactly: a line a step with its reason below it, then the findings.
func render(p *planner.Plan, err error) string {
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var out strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintf(&out, "%s\n    because: %s\n", actionLine(s), s.Reason)
		if len(s.Needs) > 0 {
			fmt.Fprintf(&out, "    needs: %v\n", s.Needs)
		}
		if s.HeldBy != "" {
			fmt.Fprintf(&out, "    held: %s\n", s.HeldBy)
		}
	}
	if len(p.Steps) == 0 {
		out.WriteString("nothing to do\n")
	}
	for _, f := range p.Findings {
		fmt.Fprintf(&out, "! %s %s %s: %s\n", f.Severity, f.Kind, f.Subject, f.Message)
	}
	return out.String()
}

func actionLine(s planner.Step) string {
	switch a := s.Action.(type) {
	case planner.Take:
		text := fmt.Sprintf("take %s (%s): %s", a.Block, a.Purpose, a.Nodes)
		if len(a.Nodes) < len(a.Members) {
			text += fmt.Sprintf(" of %s", a.Members)
		}
		if len(a.Rungs) > 0 {
			text += fmt.Sprintf("; %v %v", a.Rungs, a.RungReasons)
		}
		return text
	case planner.Verify:
		if a.Accept {
			return fmt.Sprintf("verify and accept %s %s", a.Node, a.Set)
		}
		return fmt.Sprintf("verify %s %s", a.Node, a.Set)
	case planner.Remove:
		return fmt.Sprintf("remove %s %s", a.Node, a.Set)
	case planner.Clean:
		return fmt.Sprintf("clean %s %s", a.Node, a.Set)
	case planner.Adopt:
		if a.Identity != nil {
			return fmt.Sprintf("adopt %s: identity %s, after %v", a.Node, a.Identity.Identity, a.Identity.Former)
		}
		return fmt.Sprintf("adopt %s: %s", a.Node, a.Name)
	case planner.WriteSchedule:
		return fmt.Sprintf("schedule %s: %d bytes, was %d", a.Path, len(a.Content), len(a.Was))
	}
	return restoreText(s.Action)
}
