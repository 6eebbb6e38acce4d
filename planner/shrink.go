package planner

import (
	"slices"

	"cwb/config"
	"cwb/internal/backup"
)

// markShrunken compares each good backup with the largest good one of its node that came
// before it. An accepted one is the new measure: what came before it no longer counts.
// Growth makes nothing shrunken: a node that was empty when it was new is no alarm.
func (w *world) markShrunken() {
	bySet := map[backup.NodeAddr][]*Set{}
	for _, sets := range w.sets {
		for _, set := range sets {
			for _, p := range set.Parts {
				bySet[p.Node] = append(bySet[p.Node], set)
			}
		}
	}
	for node, sets := range bySet {
		slices.SortFunc(sets, func(a, b *Set) int { return newestFirst(b, a) })
		w.markNode(node, sets)
	}
}

// markNode walks one node's sets, oldest first.
func (w *world) markNode(node backup.NodeAddr, sets []*Set) {
	var largest backup.Totals
	for _, set := range sets {
		at := slices.IndexFunc(set.Parts, func(p Part) bool { return p.Node == node })
		part := &set.Parts[at]
		if !set.attempt() || part.Backup.Status != Good || !part.ours {
			continue
		}
		if part.Backup.ShrinkAccepted {
			largest = part.Backup.Totals
			continue
		}
		part.Shrunken, part.before = shrunken(part.Backup.Totals, largest, w.maxShrink(set.Block)), largest
		if part.Shrunken && slices.Contains(w.accepted, set.ID) {
			part.Shrunken, part.accepting = false, true
			largest = part.Backup.Totals
			continue
		}
		set.Shrunken = set.Shrunken || part.Shrunken
		largest = larger(largest, part.Backup.Totals)
	}
}

// maxShrink is what the block's retention allows; a block that is gone has no opinion.
func (w *world) maxShrink(block string) config.Percent {
	if b, ok := w.policy.Backup(block); ok {
		if r, ok := w.policy.Retention(b.Retention); ok {
			return r.MaxShrink
		}
	}
	return 100
}

func shrunken(now, before backup.Totals, limit config.Percent) bool {
	return smaller(now.Rows, before.Rows, limit) || smaller(now.Bytes, before.Bytes, limit) ||
		smaller(now.Tables, before.Tables, limit)
}

// smaller reports whether now is at least limit percent less than before.
func smaller(now, before int64, limit config.Percent) bool {
	return now < before && float64(now)*100 <= float64(before)*float64(100-limit)
}

func larger(a, b backup.Totals) backup.Totals {
	return backup.Totals{Tables: max(a.Tables, b.Tables), Rows: max(a.Rows, b.Rows), Bytes: max(a.Bytes, b.Bytes)}
}
