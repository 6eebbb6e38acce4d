package planner

import (
	"fmt"
	"slices"
	"strings"

	"cwb/config"
	"cwb/internal/backup"
)

// observeBlock finds what is wrong with the sets of a block.
func (d *draft) observeBlock(b config.Backup) {
	d.observeIncomplete(b)
	d.observeFloor(b)
	d.observeCoverage(b)
	d.observeRingChange(b)
	if set := d.w.newestFuture(b.Name); set != nil {
		d.find(KindClock, Critical, b.Name, "its newest set %s is dated %s ahead of the clock of this machine. Takes go on; nothing of it is removed until the clock is right", set.ID, roundSpan(set.began().Sub(d.w.now)))
	}
	if set := d.w.newestComplete(b.Name); set != nil && set.Shrunken {
		d.find(KindShrunken, Critical, b.Name, "its newest set %s is much smaller than what came before (%s). It counts for no rule, and nothing of the block is removed. Look at the data; if it is meant: cwb apply --allow shrink=%s", set.ID, d.w.shrinkText(set), set.ID)
	}
}

// observeIncomplete finds that the newest set is not complete, and says what comes next.
func (d *draft) observeIncomplete(b config.Backup) {
	at := slices.IndexFunc(d.w.sets[b.Name], (*Set).attempt)
	if at < 0 {
		return
	}
	set := d.w.sets[b.Name][at]
	if set.Status != SetIncomplete || len(set.Missing) == len(set.Unknown) {
		return // what cannot be looked at is said of the node
	}
	severity, next := Critical, d.whyNotAgain(b)
	if d.takesBlock(b.Name) {
		next = "it is taken again by this plan"
	}
	if d.takesBlock(b.Name) || set.Purpose == backup.Manual { // which may have been of some nodes only
		severity = Warning
	}
	d.find(KindSetIncomplete, severity, string(set.ID), "the newest set of %q has no good backup of %s; %s", b.Name, addresses(without(set.Missing, set.Unknown)), next)
}

// takesBlock reports whether this plan takes a block, and nothing holds it back.
func (d *draft) takesBlock(block string) bool {
	return slices.ContainsFunc(d.taking, func(t taking) bool { return t.block == block && t.set != nil })
}

// whyNotAgain says why an incomplete set is not taken again.
func (d *draft) whyNotAgain(b config.Backup) string {
	if d.request.Verb != VerbReconcile {
		return "cwb plan says what comes next"
	}
	if blocked := d.w.obstacles(b.Nodes); len(blocked) > 0 {
		return "it is taken again when nothing stands in the way: " + strings.Join(blocked, "; ")
	}
	if due, open, err := d.w.dueSlot(b); err == nil && open && len(due.attempts) > retries {
		return fmt.Sprintf("%d retries were tried", retries) + "; see the journal (cwb log) for what failed, then: cwb backup " + b.Name
	}
	return "take it again with: cwb backup " + b.Name
}

// observeFloor finds that fewer sets count than the floor asks for. A block that has none
// yet is new, and no alarm.
func (d *draft) observeFloor(b config.Backup) {
	ro, ok := d.w.rotationOf(b.Name, nil)
	if !ok || len(d.w.sets[b.Name]) == 0 || d.w.blind(b) {
		return
	}
	if have, want := len(ro.counted), ro.retention.MinGood; have < want {
		d.find(KindBelowFloor, Warning, b.Name, "%s complete and verified, the floor (min_good) is %d. Until then none of them is removed", are(have, "set"), want)
	}
}

// noteMissed finds that whole slots passed without a complete set.
func (d *draft) noteMissed(b config.Backup, due slot) {
	if due.missed <= 1 {
		return
	}
	next := "See that something starts cwb apply: scheduler in the policy, or your own"
	if newest := d.w.sets[b.Name][0]; newest != due.last {
		next = "Sets were begun since, but none is complete; cwb log tells why"
	}
	d.find(KindSlotMissed, Warning, b.Name, "%s passed without a complete set since %s; one take makes up for all. %s", count(due.missed, "slot"), due.last.ID, next)
}

// observeOrphans finds backups of blocks that are gone from the policy.
func (d *draft) observeOrphans() {
	for _, name := range d.w.blocks() {
		_, declared := d.w.policy.Backup(name)
		forgotten := slices.ContainsFunc(d.w.policy.Removed, func(r config.Removed) bool { return r.Backup == name })
		own := slices.ContainsFunc(d.w.sets[name], func(s *Set) bool { return s.Origin == backup.Own && !s.debris })
		if declared || forgotten || !own {
			continue
		}
		d.find(KindOrphanBlock, Warning, name, "%s of it, and the policy has no such block. They stay for good; to say that this is meant, write a removed block with backup = %q and forget = true", are(len(d.w.sets[name]), "set"), name)
	}
}

// observeLegacy finds old scripts that are still started: their rotation deletes whatever
// lies beside their backups.
func (d *draft) observeLegacy() {
	for _, j := range d.w.state.Legacy {
		text := "an old backup script is still started here: %s. Its rotation deletes what it did not make; remove the entry once cwb backs these nodes up"
		if j.EveryMinute {
			text = "an old backup script is started every minute of its hour, since its minute is not stated: %s. Each start takes a backup and rotates the good ones away; remove the entry now"
		}
		d.find(KindLegacyScriptActive, Critical, fmt.Sprintf("%s:%d", j.Path, j.Line), text, j.Text)
	}
}
