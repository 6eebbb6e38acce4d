package view

import (
	"fmt"
	"sort"
	"strings"

	"github.com/fatih/color"
	"github.com/rogpeppe/go-internal/diff"

	"cwb/internal/backup"
	"cwb/planner"
)

// Plan prints a plan: removals first, then the other steps, then findings, then one line
// that counts them. Every step has its reason.
func (t Text) Plan(p *planner.Plan) {
	steps := p.Steps
	if p.Request.Restore == nil { // a restore is read in the order in which it goes
		steps = removalsFirst(steps)
	}
	above := ""
	for _, s := range steps {
		t.step(s)
		t.heldBack(s.HeldBy, above)
		t.detail(s.Action)
		above = s.HeldBy
	}
	for _, f := range p.Findings {
		t.Finding(f)
	}
	if len(p.Steps)+len(p.Findings) > 0 {
		fmt.Fprintln(t.W)
	}
	fmt.Fprintln(t.W, Summary(p))
}

// Summary is the last line of a plan: "Plan: 1 to take, 1 to remove. 1 finding."
func Summary(p *planner.Plan) string {
	var parts []string
	counts, held := Counts(p.Steps)
	for _, k := range kinds {
		if counts[k.kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", counts[k.kind], k.verb))
		}
	}
	if held > 0 {
		parts = append(parts, fmt.Sprintf("%d held", held))
	}
	text := "Plan: nothing to do."
	if len(parts) > 0 {
		text = "Plan: " + strings.Join(parts, ", ") + "."
	}
	if n := len(p.Findings); n > 0 {
		text += " " + count(n, "finding") + "."
	}
	return text
}

// Counts counts the steps that will run, by action, and those that are held back.
func Counts(steps []planner.Step) (map[planner.ActionKind]int, int) {
	counts, held := map[planner.ActionKind]int{}, 0
	for _, s := range steps {
		if s.HeldBy != "" {
			held++
			continue
		}
		if h, ok := s.Action.(planner.RunHook); ok && h.Conditional() {
			continue // unless something fails
		}
		counts[s.Action.Kind()]++
	}
	return counts, held
}

// kinds gives every action its symbol, its verb and its place in the output.
var kinds = [...]struct {
	kind   planner.ActionKind
	symbol string
	verb   string
	color  color.Attribute
}{
	{planner.ActRemove, "-", "remove", color.FgRed},
	{planner.ActClean, "-", "clean", color.FgRed},
	{planner.ActTake, "+", "take", color.FgGreen},
	{planner.ActVerify, "?", "verify", color.FgCyan},
	{planner.ActLoad, "<", "load", color.FgMagenta},
	{planner.ActTruncate, "<", "truncate", color.FgRed},
	{planner.ActImport, "<", "import", color.FgMagenta},
	{planner.ActSwap, "<", "swap", color.FgMagenta},
	{planner.ActUndo, "<", "undo", color.FgMagenta},
	{planner.ActConfirm, "<", "confirm", color.FgRed},
	{planner.ActRunHook, "*", "run", color.FgYellow},
	{planner.ActAdopt, "~", "adopt", color.FgYellow},
	{planner.ActWriteSchedule, "~", "write", color.FgYellow},
}

func rank(k planner.ActionKind) int {
	for i, entry := range kinds {
		if entry.kind == k {
			return i
		}
	}
	return len(kinds)
}

func removalsFirst(steps []planner.Step) []planner.Step {
	sorted := append([]planner.Step(nil), steps...)
	sort.SliceStable(sorted, func(i, j int) bool {
		return rank(sorted[i].Action.Kind()) < rank(sorted[j].Action.Kind())
	})
	return sorted
}

func (t Text) step(s planner.Step) {
	k := kinds[min(rank(s.Action.Kind()), len(kinds)-1)]
	verb := k.verb
	if w, ok := s.Action.(planner.WriteSchedule); ok && w.Content == "" {
		verb = "delete"
	}
	fmt.Fprintf(t.W, "  %s %-6s  %s\n", t.paint(k.symbol, k.color), verb, Line(Subject(s.Action)))
	fmt.Fprintf(t.W, "            %s\n", Line(s.Reason))
}

// heldBack says what guard holds a step back. A guard often holds many steps in a row: it is
// explained once, so that what differs stands out.
func (t Text) heldBack(by, above string) {
	switch by {
	case "":
		return
	case above:
		by = "as the one above"
	}
	fmt.Fprintf(t.W, "            %s %s\n", t.paint("held back:", color.FgYellow), Line(by))
}

// Subject says what an action is about, on one line.
func Subject(a planner.Action) string {
	switch a := a.(type) {
	case planner.Take:
		return fmt.Sprintf("a set of %q: %s", a.Block, addresses(a.Nodes))
	case planner.Remove:
		return fmt.Sprintf("%s of %s (%q, %s)", a.Set, a.Node, a.Block, bytesText(a.Bytes))
	case planner.Clean:
		return fmt.Sprintf("%s of %s, left by a run that did not end", a.Set, a.Node)
	case planner.Verify:
		return fmt.Sprintf("%s of %s", a.Set, a.Node)
	case planner.Load:
		return loadSubject(a)
	case planner.Proceed:
		return fmt.Sprintf("restore %s on %s", a.Restore, a.Node)
	case planner.RunHook:
		return fmt.Sprintf("hook %q: %s", a.Hook, a.Phase)
	case planner.Adopt:
		if a.Identity != nil {
			return fmt.Sprintf("the present server of %s (%s)", a.Node, a.Identity.Identity)
		}
		return fmt.Sprintf("%s/%s", a.Node, a.Name)
	case planner.WriteSchedule:
		return a.Path
	}
	return ""
}

func addresses(nodes []backup.NodeAddr) string {
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = n.String()
	}
	return strings.Join(names, ", ")
}

// detail prints what a reader must see before approving: rungs of a take, text of a unit.
func (t Text) detail(a planner.Action) {
	switch a := a.(type) {
	case planner.Take:
		t.takeDetail(a)
	case planner.Load:
		t.loadDetail(a)
	case planner.RunHook:
		t.hookDetail(a)
	case planner.WriteSchedule:
		t.diff(a)
	}
}

func (t Text) takeDetail(a planner.Take) {
	for _, n := range a.Members {
		if rung := a.Rungs[n.String()]; rung != "" {
			if reason := a.RungReasons[n.String()]; reason != "" {
				rung += " (" + reason + ")"
			}
			fmt.Fprintf(t.W, "            %s: %s\n", n, Line(rung))
		}
	}
	if missing := len(a.Members) - len(a.Nodes); missing > 0 {
		fmt.Fprintf(t.W, "            %s\n", t.paint(fmt.Sprintf("incomplete: %s cannot be taken", count(missing, "member")), color.FgYellow))
	}
}

func (t Text) diff(w planner.WriteSchedule) {
	text := string(diff.Diff("present", []byte(w.Was), "planned", []byte(w.Content)))
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for _, line := range lines {
		if strings.HasPrefix(line, "diff ") || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "+++") || strings.HasPrefix(line, "@@") {
			continue
		}
		fmt.Fprintf(t.W, "            %s\n", t.diffLine(Line(line)))
	}
}

func (t Text) diffLine(line string) string {
	switch {
	case strings.HasPrefix(line, "+"):
		return t.paint(line, color.FgGreen)
	case strings.HasPrefix(line, "-"):
		return t.paint(line, color.FgRed)
	}
	return line
}

// Finding prints one finding.
func (t Text) Finding(f planner.Finding) {
	attribute := color.FgYellow
	if f.Severity == planner.Critical {
		attribute = color.FgRed
	}
	fmt.Fprintf(t.W, "  %s %s  %s: %s\n", t.paint("!", attribute), severityWord(f.Severity), Line(f.Subject), Line(f.Message))
}

func severityWord(s planner.Severity) string {
	if s == planner.Critical {
		return "CRITICAL"
	}
	return string(s)
}
