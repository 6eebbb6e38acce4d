package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cwb/config"
	"cwb/internal/backup"
)

// Guards hold back exactly what they guard: those of a place its removals, those of a block
// the removals of that block. Each says its numbers, and what lifts it.

// guardPlace says why nothing may be removed at a node's place.
func (w *world) guardPlace(node backup.NodeAddr) []string {
	pl, declared := w.places[node]
	if !declared {
		return []string{fmt.Sprintf("%s is not in the policy", node)}
	}
	var held []string
	if pl.unreachable() {
		held = append(held, fmt.Sprintf("%s cannot be reached: %s", node, pl.state.Error))
	}
	if n := len(pl.state.Unreadable); n > 0 {
		held = append(held, fmt.Sprintf("%s of %s cannot be read (%s), so nothing is removed there; see its finding",
			count(n, "record"), node, pl.state.Unreadable[0].Path))
	}
	switch pl.standing {
	case unknown:
		held = append(held, fmt.Sprintf("the server of %s did not say who it is, so nothing is removed there until it answers", node))
	case changed:
		held = append(held, fmt.Sprintf("the server of %s is another one than its backups are of; if that is meant: cwb adopt --identity %s", node, node))
	}
	return held
}

// guardBlock says why nothing of a block may be removed at all.
func (w *world) guardBlock(b config.Backup) []string {
	var held []string
	for _, node := range w.nodesOf(b) {
		if pl := w.places[node]; pl != nil && pl.unreachable() {
			held = append(held, fmt.Sprintf("%s cannot be reached, so it is not known which sets of %q are complete", node, b.Name))
		}
	}
	if set := w.newestFuture(b.Name); set != nil {
		held = append(held, fmt.Sprintf("set %s is dated %s ahead of the clock: put the clock right; if it is right, move that set away by hand",
			set.ID, roundSpan(set.began().Sub(w.now))))
	}
	if set := w.newestComplete(b.Name); set != nil && set.Shrunken {
		held = append(held, fmt.Sprintf("the newest complete set %s is shrunken (%s); if that is meant: --allow shrink=%s",
			set.ID, w.shrinkText(set), set.ID))
	}
	return held
}

// blind reports whether a node of a block cannot be looked at.
func (w *world) blind(b config.Backup) bool {
	return slices.ContainsFunc(w.nodesOf(b), func(n backup.NodeAddr) bool {
		pl, declared := w.places[n]
		return declared && pl.unreachable()
	})
}

// nodesOf are the nodes a block takes, and those of the policy that any of its sets was
// planned for.
func (w *world) nodesOf(b config.Backup) []backup.NodeAddr {
	all := slices.Clone(b.Nodes)
	for _, set := range w.sets[b.Name] {
		if len(set.Unknown) > 0 {
			all = append(all, set.Unknown...)
		}
	}
	slices.SortFunc(all, compareNodes)
	return slices.Compact(all)
}

func (w *world) newestFuture(block string) *Set {
	sets := w.sets[block]
	if len(sets) == 0 || !sets[0].Future {
		return nil
	}
	return sets[0]
}

// newestComplete is the newest complete set of a block, shrunken or not.
func (w *world) newestComplete(block string) *Set {
	for _, set := range w.sets[block] {
		if set.complete() {
			return set
		}
	}
	return nil
}

// guardCount holds all removals of a block back when one plan would remove too much. Partial
// and damaged backups count as well: what makes many look broken at once is rarely the truth.
// Good parts of incomplete sets do not: each outage leaves some, they go together when newer
// complete sets have replaced them all, and no one should have to be called for that.
func (w *world) guardCount(b config.Backup, r config.Retention, remove []LetGo, allowed int) string {
	going, complete := map[*Set]bool{}, 0
	for _, l := range remove {
		if l.part.Backup.Status != Good || l.set.Status == SetComplete || l.set.Origin == backup.Adopted {
			going[l.set] = true
		}
	}
	for _, set := range w.sets[b.Name] {
		if set.complete() {
			complete++
		}
	}
	limit := max(2, complete*int(r.MaxRemove)/100)
	if len(going) <= max(limit, allowed) {
		return ""
	}
	return fmt.Sprintf("max_remove: %s of %q would go, and one plan may remove %d (%d%% of %d, at least 2); if that is meant: --allow remove=%d",
		count(len(going), "set"), b.Name, limit, r.MaxRemove, complete, len(going))
}

// shrinkText says which part shrank from what to what.
func (w *world) shrinkText(set *Set) string {
	var texts []string
	for _, p := range set.Parts {
		if p.Shrunken {
			t := p.Backup.Totals
			texts = append(texts, fmt.Sprintf("%s: %d rows, %d tables, %d bytes; was %d, %d, %d",
				p.Node, t.Rows, t.Tables, t.Bytes, p.before.Rows, p.before.Tables, p.before.Bytes))
		}
	}
	return strings.Join(texts, "; ")
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// roundSpan writes a distance for people.
func roundSpan(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}
