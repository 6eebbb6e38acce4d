package planner

import (
	"slices"

	"cwb/config"
	"cwb/internal/backup"
)

// markShrunken compares each good backup with the largest good one that its node has in
// earlier sets of its block. An accepted one is the new measure: what came before it no
// longer counts. Growth makes nothing shrunken: a node that was empty when it was new is no
// alarm.
func (w *world) markShrunken() {
	for _, b := range w.policy.Backups {
		largest := map[backup.NodeAddr]backup.Totals{}
		for _, set := range slices.Backward(w.sets[b.Name]) { // oldest first
			for i := range set.Parts {
				if set.measurable(set.Parts[i]) {
					w.measure(set, &set.Parts[i], largest, w.maxShrink(b))
				}
			}
		}
	}
}

// measurable reports whether a backup's size says something about its node's data.
func (s *Set) measurable(p Part) bool { return s.attempt() && p.Backup.Status == Good && p.ours }

// measure judges one backup, and lets later ones be measured by it.
func (w *world) measure(set *Set, p *Part, largest map[backup.NodeAddr]backup.Totals, limit config.Percent) {
	before, now := largest[p.Node], p.Backup.Totals
	shrunk := shrunken(now, before, limit)
	p.accepting = shrunk && !p.Backup.ShrinkAccepted && slices.Contains(w.accepted, set.ID)
	if p.Backup.ShrinkAccepted || p.accepting {
		largest[p.Node] = now
		return
	}
	if shrunk {
		p.Shrunken, p.before, set.Shrunken = true, before, true
	}
	largest[p.Node] = larger(before, now)
}

func (w *world) maxShrink(b config.Backup) config.Percent {
	r, _ := w.policy.Retention(b.Retention)
	return r.MaxShrink
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
