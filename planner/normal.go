package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cwb/internal/backup"
)

// normalise returns s in the one order that plans are made from and ids are hashed over,
// without touching s: what was observed first must not matter.
func normalise(s State) (State, error) {
	s.At = s.At.UTC().Round(0)
	s.Nodes = sorted(s.Nodes, func(a, b NodeState) int { return compareNodes(a.Node, b.Node) })
	s.Schedules = sorted(s.Schedules, func(a, b ScheduleFile) int { return strings.Compare(a.Path, b.Path) })
	s.Legacy = sorted(s.Legacy, func(a, b LegacyJob) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), strings.Compare(a.Text, b.Text))
	})
	for i := range s.Nodes {
		if i > 0 && s.Nodes[i].Node == s.Nodes[i-1].Node {
			return State{}, fmt.Errorf("the state describes %s twice; observe again", s.Nodes[i].Node)
		}
		if err := normaliseNode(&s.Nodes[i]); err != nil {
			return State{}, err
		}
	}
	return s, nil
}

// normaliseNode orders what lies at one place. Ids name directories there, so none is twice.
func normaliseNode(n *NodeState) error {
	n.Backups = sorted(n.Backups, func(a, b Backup) int { return strings.Compare(string(a.Set), string(b.Set)) })
	n.Foreign = sorted(n.Foreign, func(a, b backup.Foreign) int { return strings.Compare(a.Name, b.Name) })
	if n.Restores != nil {
		n.Restores = sorted(n.Restores, func(a, b backup.Restore) int { return strings.Compare(string(a.ID), string(b.ID)) })
	}
	n.Unreadable = sorted(n.Unreadable, func(a, b Unreadable) int { return strings.Compare(a.Path, b.Path) })
	for i := 1; i < len(n.Backups); i++ {
		if n.Backups[i].Set == n.Backups[i-1].Set {
			return fmt.Errorf("the state describes %s of %s twice; observe again", n.Backups[i].Set, n.Node)
		}
	}
	return nil
}

// sorted copies: the caller's state stays as it was. It is never nil, so that JSON says [].
func sorted[T any](list []T, compare func(a, b T) int) []T {
	out := append(make([]T, 0, len(list)), list...)
	slices.SortStableFunc(out, compare)
	return out
}

func compareNodes(a, b backup.NodeAddr) int {
	return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Name, b.Name))
}
