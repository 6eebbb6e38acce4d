package planner

import (
	"slices"

	"cwb/internal/backup"
)

// setKey tells sets apart. Two blocks may begin in one second; what was adopted joins no set.
type setKey struct {
	block   string
	id      backup.SetID
	adopted backup.NodeAddr
}

// assemble joins the backups of all places into sets, by block and newest first.
func (w *world) assemble() map[string][]*Set {
	found := map[setKey]*Set{}
	w.eachPlace(func(pl *place) {
		for i := range pl.state.Backups {
			w.join(found, pl, &pl.state.Backups[i])
		}
	})
	byBlock := map[string][]*Set{}
	for _, set := range found {
		w.judge(set)
		byBlock[set.Block] = append(byBlock[set.Block], set)
	}
	for _, sets := range byBlock {
		slices.SortFunc(sets, newestFirst)
	}
	return byBlock
}

// join adds a backup to its set.
func (w *world) join(found map[setKey]*Set, pl *place, b *Backup) {
	key := setKey{block: b.Block, id: b.Set}
	if b.Origin == backup.Adopted {
		key.block, key.adopted = w.blockOfAdopted(pl, b), pl.addr()
	}
	set, ok := found[key]
	if !ok {
		set = &Set{ID: b.Set, Block: key.block, Origin: b.Origin}
		found[key] = set
	}
	set.Parts = append(set.Parts, Part{Node: pl.addr(), Backup: b, ours: pl.ours(b), former: pl.former(b)})
}

// blockOfAdopted is the block whose retention an adopted backup follows: the one it names,
// else the only one that takes its node, else none, and then it stays.
func (w *world) blockOfAdopted(pl *place, b *Backup) string {
	if b.Block != "" {
		return b.Block
	}
	var names []string
	for _, block := range w.policy.Backups {
		if slices.Contains(block.Nodes, pl.addr()) {
			names = append(names, block.Name)
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return ""
}

// judge fills in what follows from a set's parts.
func (w *world) judge(set *Set) {
	slices.SortFunc(set.Parts, func(a, b Part) int { return compareNodes(a.Node, b.Node) })
	set.Purpose, set.disputed = purposeOf(set.Parts)
	set.Members = w.members(set)
	set.Future = w.future(set.ID)
	set.Verified = true
	set.debris = !slices.ContainsFunc(set.Parts, func(p Part) bool { return p.Backup.Status != Debris })
	running := false
	for _, p := range set.Parts {
		running = running || p.Backup.Status == Running
		set.Verified = set.Verified && !p.Backup.VerifiedAt.IsZero()
		if set.Held == nil {
			set.Held = p.Backup.Held
		}
	}
	for _, m := range set.Members {
		w.judgeMember(set, m)
	}
	set.Status = SetIncomplete
	if running {
		set.Status = SetRunning
	} else if len(set.Missing) == 0 {
		set.Status = SetComplete
	}
	set.Spread = spread(set.Parts)
}

// purposeOf is what the records of a set say it was taken for, and whether they disagree;
// then it is a safety backup, on which no rule relies. What has no record has no say.
func purposeOf(parts []Part) (purpose backup.Purpose, disputed bool) {
	purpose, recorded := parts[0].Backup.Purpose, false
	for _, p := range parts {
		if p.Backup.Status == Debris {
			continue
		}
		disputed = disputed || recorded && p.Backup.Purpose != purpose
		if !recorded || p.Backup.Purpose == backup.Safety {
			purpose, recorded = p.Backup.Purpose, true
		}
	}
	return purpose, disputed
}

// judgeMember notes a member that is not there and good.
func (w *world) judgeMember(set *Set, m backup.NodeAddr) {
	if p, ok := set.part(m); ok && p.Backup.Status == Good {
		return
	}
	set.Missing = append(set.Missing, m)
	if pl, declared := w.places[m]; declared && pl.unreachable() {
		set.Unknown = append(set.Unknown, m)
	}
}
