package planner

import (
	"slices"
	"time"

	"cwb/internal/backup"
)

// members are the nodes a set was planned for. Every record names them all; should records
// disagree, all that any of them names are missed.
func (w *world) members(set *Set) []backup.NodeAddr {
	var all []backup.NodeAddr
	for i, p := range set.Parts {
		all = append(all, p.Node)
		if i == 0 || !slices.Equal(p.Backup.Members, set.Parts[0].Backup.Members) {
			for _, m := range p.Backup.Members {
				all = append(all, w.current(m))
			}
		}
	}
	slices.SortFunc(all, compareNodes)
	return slices.Compact(all)
}

// spread is the time between the first and the last capture of good parts.
func spread(parts []Part) time.Duration {
	var first, last time.Time
	for _, p := range parts {
		at := p.Backup.Captured
		if p.Backup.Status != Good || at.IsZero() {
			continue
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	return last.Sub(first)
}
