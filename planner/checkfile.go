package planner

import (
	"fmt"
	"slices"

	"cwb/internal/backup"
)

// checkPlan refuses what no plan of ours holds: the digest proves that a file is whole, not
// that cwb wrote it.
func checkPlan(p *Plan) error {
	if p.ID == "" || p.Created.IsZero() || !p.Expires.After(p.Created) {
		return fmt.Errorf("it has no id or no times")
	}
	if err := checkState(p.State); err != nil {
		return err
	}
	known := map[StepID]bool{}
	for _, s := range p.Steps {
		if s.ID == "" || known[s.ID] {
			return fmt.Errorf("step id %q is empty or not unique", s.ID)
		}
		for _, need := range s.Needs {
			if !known[need] {
				return fmt.Errorf("step %q needs %q, which does not stand before it", s.ID, need)
			}
		}
		if err := checkAction(s.Action, known); err != nil {
			return fmt.Errorf("step %q: %w", s.ID, err)
		}
		known[s.ID] = true
	}
	return nil
}

// checkAction refuses actions that name no node or no set; known are the steps before.
func checkAction(a Action, known map[StepID]bool) error {
	switch a := a.(type) {
	case Take:
		if !backup.ValidLabel(a.Block) || len(a.Nodes) == 0 || len(without(a.Nodes, a.Members)) > 0 {
			return fmt.Errorf("it takes no block, or nodes that are no members")
		}
		return checkNodes(a.Members...)
	case Verify:
		return checkBackup(a.Node, a.Set)
	case Remove:
		return checkBackup(a.Node, a.Set)
	case Clean:
		return checkBackup(a.Node, a.Set)
	case Adopt:
		if (a.Name == "") == (a.Identity == nil) {
			return fmt.Errorf("it adopts nothing, or two things")
		}
		return checkNodes(a.Node)
	case Load:
		return checkLoad(a)
	case Proceed:
		return checkBackup(a.Node, a.Restore)
	case RunHook:
		return checkHook(a, known)
	case WriteSchedule:
		if a.Path == "" {
			return fmt.Errorf("it writes no file")
		}
	}
	return nil
}

func checkBackup(node backup.NodeAddr, set backup.SetID) error {
	if _, err := backup.ParseSetID(string(set)); err != nil {
		return err
	}
	return checkNodes(node)
}

// checkNodes refuses addresses that were left out; those that stand there were parsed.
func checkNodes(nodes ...backup.NodeAddr) error {
	if slices.Contains(nodes, backup.NodeAddr{}) {
		return fmt.Errorf("a node has no address")
	}
	return nil
}

// checkState refuses a state that [normalise] would, and ids that are none.
func checkState(s State) error {
	if _, err := normalise(s); err != nil {
		return err
	}
	for _, n := range s.Nodes {
		if err := checkNodes(n.Node); err != nil {
			return err
		}
		for _, r := range n.Restores {
			if err := checkBackup(r.Node, r.ID); err != nil {
				return fmt.Errorf("%s: %w", n.Node, err)
			}
		}
		for _, b := range n.Backups {
			if err := checkStateBackup(b); err != nil {
				return fmt.Errorf("%s: %w", n.Node, err)
			}
		}
	}
	return nil
}

func checkStateBackup(b Backup) error {
	if err := checkBackup(backup.NodeAddr{Kind: backup.MySQL, Name: "x"}, b.Set); err != nil {
		return err
	}
	if !slices.Contains([]Status{Good, Partial, Damaged, Running, Debris}, b.Status) {
		return fmt.Errorf("%s: there is no status %q", b.Set, b.Status)
	}
	if b.Origin != backup.Own && b.Origin != backup.Adopted {
		return fmt.Errorf("%s: there is no origin %q", b.Set, b.Origin)
	}
	if !slices.Contains([]backup.Purpose{backup.ForPolicy, backup.Manual, backup.Safety, ""}, b.Purpose) {
		return fmt.Errorf("%s: there is no purpose %q", b.Set, b.Purpose)
	}
	return checkNodes(b.Members...)
}
