package planner

import (
	"fmt"
	"slices"

	"cwb/config"
	"cwb/internal/backup"
)

// keepMeasures moves from remove to keep what shrunken sets are measured by. Were the large
// backup removed, the emptied one after it would look sound all at once; and were the
// accepted one removed before all larger ones, what came after it would look emptied again.
func (w *world) keepMeasures(b config.Backup, keep []Kept, remove []LetGo) ([]Kept, []LetGo) {
	if !w.measures(b.Name) {
		return keep, remove
	}
	for _, node := range w.nodesWith(b.Name) {
		stays := w.measuresOf(node, b, index(remove))
		remove = slices.DeleteFunc(remove, func(l LetGo) bool {
			why := stays[l.set]
			if l.Node != node || why == "" {
				return false
			}
			keep = append(keep, Kept{l.Node, l.Set, l.Block, []string{why}})
			return true
		})
	}
	return keep, remove
}

// measures reports whether anything in a block is shrunken or accepted: seldom.
func (w *world) measures(block string) bool {
	return slices.ContainsFunc(w.sets[block], func(s *Set) bool {
		return s.Shrunken || slices.ContainsFunc(s.Parts, func(p Part) bool { return p.accepting || p.Backup.ShrinkAccepted })
	})
}

// nodesWith are the nodes that have backups of a block.
func (w *world) nodesWith(block string) []backup.NodeAddr {
	var nodes []backup.NodeAddr
	for _, set := range w.sets[block] {
		for _, p := range set.Parts {
			nodes = append(nodes, p.Node)
		}
	}
	slices.SortFunc(nodes, compareNodes)
	return slices.Compact(nodes)
}

// measuresOf says which of a node's sets must stay as measures, and why, when those in going
// are let go.
func (w *world) measuresOf(node backup.NodeAddr, b config.Backup, going map[partKey]bool) map[*Set]string {
	limit, stays := w.maxShrink(b), map[*Set]string{}
	sets := slices.DeleteFunc(slices.Clone(w.sets[b.Name]), func(s *Set) bool {
		p, ok := s.part(node)
		return !ok || !s.measurable(p)
	})
	for i, set := range sets { // newest first: a measure is older than what it measures
		p, _ := set.part(node)
		if p.Shrunken && !going[partKey{node, set.ID}] {
			if by := measureOf(p, node, sets[i+1:], limit); by != nil {
				stays[by] = fmt.Sprintf("set %s is shrunken by comparison with it", set.ID)
			}
		}
	}
	for i, set := range sets {
		p, _ := set.part(node)
		larger := func(s *Set) bool {
			q, _ := s.part(node)
			return (stays[s] != "" || !going[partKey{node, s.ID}]) && shrunken(p.Backup.Totals, q.Backup.Totals, limit)
		}
		if (p.Backup.ShrinkAccepted || p.accepting) && slices.ContainsFunc(sets[i+1:], larger) {
			stays[set] = "was accepted, and is what later sets are measured by while larger ones are kept"
		}
	}
	return stays
}

// measureOf is the newest of the older sets that makes a backup shrunken.
func measureOf(p Part, node backup.NodeAddr, older []*Set, limit config.Percent) *Set {
	for _, set := range older {
		q, _ := set.part(node)
		if shrunken(p.Backup.Totals, q.Backup.Totals, limit) {
			return set
		}
	}
	return nil
}

// measuredBefore are the removals that must have happened before that of l: a measure goes
// after the shrunken sets that it measures, an accepted set after the larger ones before it.
func measuredBefore(l LetGo, remove []LetGo, limit config.Percent) (needs []StepID) {
	accepted := l.part.Backup.ShrinkAccepted || l.part.accepting
	for _, other := range remove {
		if !accepted && !other.part.Shrunken || other.Node != l.Node || other.part.Backup.Status != Good || l.part.Backup.Status != Good {
			continue
		}
		a, b := l.part.Backup.Totals, other.part.Backup.Totals
		if other.part.Shrunken && other.Set > l.Set && shrunken(b, a, limit) || accepted && other.Set < l.Set && shrunken(a, b, limit) {
			needs = append(needs, other.step())
		}
	}
	return needs
}
