package planner

import (
	"fmt"
	"slices"

	"cwb/config"
	"cwb/internal/backup"
)

// rotation judges the backups of one block at one place, with some sets added that do not
// exist yet.
type rotation struct {
	w         *world
	retention config.Retention
	extra     []*Set
	counted   []*Set // the sets that rules rely on, newest first
	rules     []*rule
	ruleText  string
	shields   map[backup.NodeAddr]map[*Set]string // why a node's backup in a set stays whatever rules say
}

// rotate prepares to judge a block.
func (w *world) rotate(b config.Backup, r config.Retention, extra []*Set) *rotation {
	ro := &rotation{w: w, retention: r, extra: extra, rules: newRules(r, w.zone), shields: map[backup.NodeAddr]map[*Set]string{}}
	ro.ruleText = ruleNames(ro.rules, r.KeepWithin)
	for _, set := range slices.Concat(w.sets[b.Name], extra) {
		if set.Block == b.Name && set.counts {
			ro.counted = append(ro.counted, set)
		}
	}
	slices.SortFunc(ro.counted, newestFirst)
	for _, one := range ro.rules {
		one.fill(ro.counted)
	}
	return ro
}

// decide says why a backup stays, or why it goes: exactly one of the two is not empty.
func (ro *rotation) decide(set *Set, p Part) (stays []string, goes string) {
	if why := untouchable(set, p); why != "" {
		return []string{why}, ""
	}
	if why := ro.w.readings[reading{p.Node, set.ID}]; why != "" {
		return []string{why}, ""
	}
	if set.Purpose == backup.Safety {
		return ro.decideSafety(set, p)
	}
	if p.Backup.Status != Good {
		return ro.decideBroken(set, p)
	}
	if set.Origin == backup.Adopted {
		return ro.decideAdopted(set, p)
	}
	stays = ro.keptBy(set)
	if why := ro.shield(p.Node)[set]; why != "" {
		stays = append(stays, why)
	}
	if why := ro.waitsForSuccessor(p); why != "" {
		stays = append(stays, why)
	}
	if len(stays) == 0 && !ro.replaced(set) {
		stays = append(stays, "no newer complete set is verified")
	}
	if len(stays) > 0 {
		return stays, ""
	}
	return nil, ro.whyGone(set)
}

// untouchable says why a backup is nothing that retention may remove.
func untouchable(set *Set, p Part) string {
	switch {
	case p.Backup.Status == Running:
		return "is being taken"
	case p.Backup.Status == Debris:
		return "is no backup, but what a killed run left; it is cleaned, not rotated"
	case set.Future:
		return "is dated ahead of the clock"
	case set.Held != nil:
		return "is held: " + set.Held.Reason
	case !p.ours:
		return "was made by another server"
	case set.disputed:
		return "belongs to a set whose records disagree on what it was taken for"
	}
	return ""
}

// keptBy lists the rules that keep a set. One that does not count is kept until newer sets
// that do have filled every bucket it would have had.
func (ro *rotation) keptBy(set *Set) []string {
	var reasons []string
	for _, r := range ro.rules {
		why := ""
		if set.counts {
			why = r.keeps(set)
		} else {
			why = r.wouldKeep(set)
		}
		if why != "" {
			reasons = append(reasons, why)
		}
	}
	if ro.within(set) {
		reasons = append(reasons, "keep_within "+span(ro.retention.KeepWithin))
	}
	if floor := slices.Index(ro.counted, set); floor >= 0 && floor < ro.retention.MinGood {
		reasons = append(reasons, fmt.Sprintf("min_good (%d of %d)", floor+1, ro.retention.MinGood))
	}
	return reasons
}

func (ro *rotation) within(set *Set) bool {
	within := ro.retention.KeepWithin
	return within > 0 && !set.began().Before(ro.w.now.Add(-within))
}

// replaced reports whether a newer set that counts exists.
func (ro *rotation) replaced(set *Set) bool {
	return len(ro.counted) > 0 && newestFirst(ro.counted[0], set) < 0
}

// decideBroken lets partial and damaged backups go once a newer complete set is verified.
func (ro *rotation) decideBroken(set *Set, p Part) (stays []string, goes string) {
	if !ro.replaced(set) {
		return []string{fmt.Sprintf("is %s, but no newer complete set is verified", p.Backup.Status)}, ""
	}
	if why := ro.waitsForSuccessor(p); why != "" {
		return []string{why}, ""
	}
	why := fmt.Sprintf("is %s", p.Backup.Status)
	if p.Backup.Why != "" {
		why += " (" + p.Backup.Why + ")"
	}
	if slices.Contains(ro.extra, ro.counted[0]) {
		return nil, why + ", and the set that this plan takes replaces it"
	}
	return nil, fmt.Sprintf("%s, and the newer set %s is complete and verified", why, ro.counted[0].ID)
}

// whyGone gives the reason of a removal.
func (ro *rotation) whyGone(set *Set) string {
	switch {
	case set.counts:
		return "no rule keeps it: " + ro.ruleText
	case set.Status == SetIncomplete:
		return fmt.Sprintf("its set is incomplete, without a good backup of %s, and newer complete sets fill every rule: %s", addresses(set.Missing), ro.ruleText)
	case set.Shrunken:
		return "its set is shrunken, and newer sets fill every rule: " + ro.ruleText
	}
	return "newer complete sets fill every rule: " + ro.ruleText
}
