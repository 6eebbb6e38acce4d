package planner

import (
	"fmt"
	"slices"
	"strings"

	"cwb/internal/backup"
)

// chooseLatest takes the newest complete set, taken for the policy or by hand, that has all
// wanted nodes. A shrunken one is passed over: what emptied a database is often what makes
// people restore.
func (w *world) chooseLatest(c *choice, wanted []backup.NodeAddr) error {
	candidates := w.complete(wanted)
	if len(candidates) == 0 {
		return w.noneComplete(wanted)
	}
	if err := oneBlock(candidates); len(wanted) == 0 && err != nil {
		return err
	}
	c.set, c.why = candidates[0], "the newest complete set"
	if !c.set.complete() {
		c.why = fmt.Sprintf("the newest set that is complete as far as can be seen; %s cannot be reached", addresses(c.set.Missing))
	}
	c.older = w.olderThan(c.set, wanted)
	c.passed = w.passedOver(c.set)
	return nil
}

// complete are the sets that latest may mean, newest first.
func (w *world) complete(wanted []backup.NodeAddr) []*Set {
	var all []*Set
	for _, name := range w.blocks() {
		for _, set := range w.sets[name] {
			if set.restorable(wanted) && !set.Shrunken && len(without(wanted, set.Members)) == 0 {
				all = append(all, set)
			}
		}
	}
	slices.SortFunc(all, newestFirst)
	return all
}

// restorable reports whether a set is one that can be restored as a whole, or, of the wanted
// nodes, as far as can be seen: when a node is dead, others must still come back.
func (s *Set) restorable(wanted []backup.NodeAddr) bool {
	if s.complete() || len(wanted) == 0 {
		return s.complete()
	}
	return s.attempt() && s.Status == SetIncomplete && len(without(s.Missing, s.Unknown)) == 0 && len(without(s.Missing, wanted)) == len(s.Missing)
}

// oneBlock refuses to choose between blocks that take different nodes.
func oneBlock(candidates []*Set) error {
	newest := map[string]*Set{}
	var texts []string
	for _, set := range candidates {
		if newest[set.Block] == nil {
			newest[set.Block] = set
			texts = append(texts, fmt.Sprintf("%s of %q (%s)", set.ID, set.Block, addresses(set.Members)))
		}
	}
	if len(newest) == 1 {
		return nil
	}
	return requestError("several backup blocks have complete sets; name one, or narrow with --node: %s", strings.Join(texts, "; "))
}

func (w *world) noneComplete(wanted []backup.NodeAddr) error {
	of := ""
	if len(wanted) > 0 {
		of = " with " + addresses(wanted)
	}
	return requestError("there is no complete set%s that could be restored; cwb list shows what there is, and a set or a foreign backup can be restored by name", of)
}

// passedOver names newer sets that were not chosen, and why.
func (w *world) passedOver(chosen *Set) []Finding {
	var all []Finding
	for _, set := range w.sets[chosen.Block] {
		if newestFirst(set, chosen) >= 0 || !set.attempt() {
			continue
		}
		hint := "cwb restore " + string(set.ID)
		switch {
		case set.complete() && set.Shrunken:
			all = append(all, passed(set, "is shrunken (%s), so it was passed over; to restore it all the same: %s", w.shrinkText(set), hint))
		case set.Status == SetIncomplete && len(set.Missing) > 0:
			all = append(all, passed(set, "is newer, but incomplete: without a good backup of %s. What is good of it can be restored by name: %s --node NODE", addresses(set.Missing), hint))
		}
	}
	return all
}

func passed(set *Set, format string, args ...any) Finding {
	return Finding{Kind: "set_passed_over", Severity: Warning, Subject: string(set.ID), Message: fmt.Sprintf(format, args...)}
}

// chooseNamed finds the set of an id; two blocks may have one of the same second.
func (w *world) chooseNamed(c *choice, r RestoreRequest, wanted []backup.NodeAddr) error {
	var found []*Set
	for _, name := range w.blocks() {
		for _, set := range w.sets[name] {
			if set.ID == r.Set && !set.debris && len(without(wanted, set.Members)) == 0 {
				found = append(found, set)
			}
		}
	}
	switch {
	case len(found) == 0 && w.exists(r.Set):
		return unknownError("set %s has no backup of %s", r.Set, addresses(wanted))
	case len(found) == 0:
		return w.notFound("there is no set %s; cwb list shows the sets", r.Set)
	case len(found) > 1:
		return requestError("%s is the id of sets of %q and %q; narrow it with --node", r.Set, found[0].Block, found[1].Block)
	}
	c.set, c.why = found[0], "asked for by name"
	c.older = w.olderThan(c.set, wanted)
	return nil
}

// olderThan is the next older complete set with the same nodes.
func (w *world) olderThan(set *Set, wanted []backup.NodeAddr) *Set {
	if len(wanted) == 0 {
		wanted = set.Members
	}
	for _, other := range w.complete(wanted) {
		if newestFirst(set, other) < 0 {
			return other
		}
	}
	return nil
}
