package planner

import (
	"time"

	"cwb/config"
	"cwb/internal/backup"
)

// Kept is a backup that retention keeps, with every reason.
type Kept struct {
	Node    backup.NodeAddr
	Set     backup.SetID
	Block   string
	Reasons []string
}

// LetGo is a backup that retention lets go. Guards may still hold its removal back.
type LetGo struct {
	Node   backup.NodeAddr
	Set    backup.SetID
	Block  string
	Reason string

	part Part
	set  *Set
}

// ApplyRetention splits the backups of a state into those that the policy keeps, each with
// its reasons, and those it lets go; every backup is in exactly one of the two. Ages are
// measured from now. It takes nothing and guards nothing: that is for [Diff].
func ApplyRetention(p *config.Policy, s State, now time.Time) (keep []Kept, remove []LetGo, err error) {
	w, err := newWorld(p, s, now)
	if err != nil {
		return nil, nil, err
	}
	for _, block := range w.blocks() {
		k, r := w.apply(block, nil)
		keep, remove = append(keep, k...), append(remove, r...)
	}
	return keep, remove, nil
}

// apply judges all backups of one block, those of a block that is gone included: they stay.
func (w *world) apply(block string, extra []*Set) (keep []Kept, remove []LetGo) {
	b, _ := w.policy.Backup(block)
	ro, declared := w.rotationOf(block, extra)
	for _, set := range w.sets[block] {
		for _, p := range set.Parts {
			stays, goes := []string{whyUnjudged(block)}, ""
			if declared {
				stays, goes = ro.decide(set, p)
			}
			if goes == "" {
				keep = append(keep, Kept{p.Node, set.ID, block, stays})
				continue
			}
			remove = append(remove, LetGo{p.Node, set.ID, block, goes, p, set})
		}
	}
	return w.keepMeasures(b, keep, remove)
}

// whyUnjudged is why the backups of a block stay that no retention is stated for.
func whyUnjudged(block string) string {
	if block == "" {
		return "is adopted, and its node is in no block, or in several: no one retention applies"
	}
	return "its block is not in the policy"
}

// rotationOf prepares to judge the backups of a block; false when the policy has no such
// block.
func (w *world) rotationOf(block string, extra []*Set) (*rotation, bool) {
	b, ok := w.policy.Backup(block)
	if !ok {
		return nil, false
	}
	r, ok := w.policy.Retention(b.Retention)
	if !ok {
		return nil, false
	}
	return w.rotate(b, r, extra), true
}
