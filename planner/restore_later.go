package planner

import (
	"fmt"
	"slices"
	"strings"

	"cwb/internal/backup"
)

// begun is a restore that was begun: what all nodes that know of it keep of it.
type begun struct {
	id      backup.SetID
	parts   []backup.RestorePart // under the present names of the nodes
	records map[backup.NodeAddr]backup.Restore
	sample  backup.Restore // any of them: what is the same in all
}

// begunRestores are all restores that nodes know of, oldest first.
func (w *world) begunRestores() []*begun {
	var all []*begun
	w.eachPlace(func(pl *place) {
		for _, r := range pl.state.Restores {
			at := slices.IndexFunc(all, func(b *begun) bool { return b.id == r.ID })
			if at < 0 {
				at = len(all)
				all = append(all, &begun{id: r.ID, sample: r, parts: w.currentParts(r.Parts), records: map[backup.NodeAddr]backup.Restore{}})
			}
			all[at].records[pl.addr()] = r
		}
	})
	slices.SortFunc(all, func(a, b *begun) int { return strings.Compare(string(a.id), string(b.id)) })
	return all
}

func (w *world) currentParts(parts []backup.RestorePart) []backup.RestorePart {
	parts = slices.Clone(parts)
	for i, p := range parts {
		parts[i].Node, parts[i].From = w.current(p.Node), w.current(p.From)
		parts[i].After = nil
		for _, n := range p.After {
			parts[i].After = append(parts[i].After, w.current(n))
		}
	}
	return parts
}

// any reports whether any node's record is such.
func (b *begun) any(is func(backup.Restore) bool) bool {
	for _, r := range b.records {
		if is(r) {
			return true
		}
	}
	return false
}

// unfinished reports whether something is left on any node, one included on which the
// restore never came to begin.
func (b *begun) unfinished() bool {
	return b.any(backup.Restore.Unfinished) || !b.any(backup.Restore.Closed) && len(b.records) < len(b.parts)
}

// later plans what comes after a restore: the phases that are left, the way back, or the end.
func (d *draft) later() error {
	b, err := d.w.meant(d.request)
	if err != nil {
		return err
	}
	if err := d.w.reachable(b); err != nil {
		return err
	}
	switch d.request.Verb {
	case VerbRestoreResume:
		return d.resume(b)
	case VerbRestoreUndo:
		return d.undo(b)
	}
	return d.confirm(b)
}

// meant finds the restore that a request names, or the only one that its verb fits.
func (w *world) meant(r Request) (*begun, error) {
	all := w.begunRestores()
	if id := r.Restore.Restore; id != "" {
		at := slices.IndexFunc(all, func(b *begun) bool { return b.id == id })
		if at < 0 {
			return nil, w.notFound("no node knows of a restore %s; cwb list shows those there are", id)
		}
		return all[at], nil
	}
	var fitting []*begun
	for _, b := range all {
		if b.fits(r.Verb) {
			fitting = append(fitting, b)
		}
	}
	if unfinished := slices.DeleteFunc(slices.Clone(fitting), func(b *begun) bool { return !b.unfinished() }); len(unfinished) == 1 {
		fitting = unfinished
	}
	switch len(fitting) {
	case 1:
		return fitting[0], nil
	case 0:
		return nil, requestError("there is no restore to %s", strings.TrimPrefix(string(r.Verb), "restore_"))
	}
	ids := make([]string, len(fitting))
	for i, b := range fitting {
		ids[i] = string(b.id)
	}
	return nil, requestError("several restores could be meant; name one of %s", strings.Join(ids, ", "))
}

// fits reports whether a verb has something to do for a restore.
func (b *begun) fits(v Verb) bool {
	switch v {
	case VerbRestoreResume:
		return b.unfinished()
	case VerbRestoreUndo:
		return !b.any(backup.Restore.Confirming) && b.any(func(r backup.Restore) bool { return !r.Closed() })
	}
	return !b.unfinished() && b.any(func(r backup.Restore) bool { return !r.Closed() })
}

// reachable refuses to go on while a node of the restore cannot be looked at.
func (w *world) reachable(b *begun) error {
	var refused refusals
	for _, p := range b.parts {
		switch pl, declared := w.places[p.Node]; {
		case !declared:
			refused.add(p.Node, "", "it is part of restore %s, and the policy has no such node", b.id)
		case pl.unreachable():
			refused.add(p.Node, "", "it is part of restore %s, and cannot be reached: %s", b.id, pl.state.Error)
		}
	}
	return refused.orNil()
}

// resume does the phases that are left on each node.
func (d *draft) resume(b *begun) error {
	if b.any(func(r backup.Restore) bool { return r.Phase == backup.PhaseUndo }) {
		return refuse(b, "its undo was begun; finish that: cwb restore --undo %s", b.id)
	}
	if b.any(backup.Restore.Confirming) {
		return refuse(b, "it was confirmed; there is nothing left to resume")
	}
	s := &restoreSteps{draft: d, needs: map[backup.NodeAddr][]StepID{}}
	left := map[backup.NodeAddr][]backup.RestorePhase{}
	var changing []backup.NodeAddr
	for _, p := range b.parts {
		left[p.Node] = p.Phases
		if r, have := b.records[p.Node]; have {
			left[p.Node] = r.Left()
		}
		if slices.Contains(left[p.Node], backup.PhaseLoad) {
			s.verify(d.w.again(b, p), nil)
		}
		if len(left[p.Node]) > 0 {
			changing = append(changing, p.Node)
		}
	}
	s.hooks = d.hooking(HookRestore, b.sample.Restoring, partNodes(b.parts), changing)
	for _, phase := range phaseOrder {
		if phase == phaseOrder[1] {
			s.loads = slices.Concat(s.loads, s.hooks.before(s.loads))
		}
		for _, p := range b.parts {
			switch {
			case !slices.Contains(left[p.Node], phase):
			case phase == backup.PhaseLoad:
				s.load(Load{Restoring: d.w.again(b, p), Safety: b.sample.Safety, Parts: b.parts, Replaces: []string{}, Creates: []string{}},
					fmt.Sprintf("the restore %s was cut before all of it was loaded", b.id))
			default:
				s.proceed(p, phase, b.id)
			}
		}
	}
	s.hooks.after()
	return nil
}

// again is what a node's load was, or would have been had it come to begin.
func (w *world) again(b *begun, p backup.RestorePart) backup.Restoring {
	r, have := b.records[p.Node]
	if have {
		r.Restoring.Node, r.Restoring.From = p.Node, p.From
		return r.Restoring
	}
	again := b.sample.Restoring
	again.Node, again.From, again.Databases, again.Record = p.Node, p.From, p.Databases, ""
	if pl, ok := w.places[p.From]; ok && again.Set != "" {
		for _, have := range pl.state.Backups {
			if have.Set == again.Set {
				again.Record = have.Record
			}
		}
	}
	return again
}

// undo gives back what was there before, on every node that came to begin. The members that
// truncate come first: they empty the tables once more.
func (d *draft) undo(b *begun) error {
	if b.any(backup.Restore.Confirming) {
		return refuse(b, "it was confirmed, so what it replaced is kept no more; its safety backup, or an older set, can be restored")
	}
	parts := slices.Clone(b.parts)
	slices.SortStableFunc(parts, func(x, y backup.RestorePart) int { return laterIn(x) - laterIn(y) })
	var began, changing []backup.NodeAddr
	for _, p := range parts {
		if r, have := b.records[p.Node]; have {
			began = append(began, p.Node)
			if !r.Undone() {
				changing = append(changing, p.Node)
			}
		}
	}
	hooks := d.hooking(HookUndo, b.sample.Restoring, began, changing)
	before := hooks.before(nil)
	planned := map[backup.NodeAddr]StepID{}
	for _, p := range parts {
		r, have := b.records[p.Node]
		if !have || r.Undone() {
			continue
		}
		step := Step{ID: phaseStep(backup.PhaseUndo, p.Node), Needs: slices.Clone(before), Reason: whyUndo(r),
			Action: Proceed{Phase: backup.PhaseUndo, Node: p.Node, Restore: b.id, Emptied: b.emptied(p)}}
		for _, n := range p.After {
			if id, ok := planned[n]; ok {
				step.Needs = append(step.Needs, id)
			}
		}
		d.add(step)
		planned[p.Node] = step.ID
		hooks.note(p.Node, step.ID)
	}
	hooks.after()
	return nil
}

// laterIn puts the members that truncate before the others of their ring.
func laterIn(p backup.RestorePart) int {
	if len(p.After) > 0 && !slices.Contains(p.After, p.Node) {
		return 1
	}
	return 0
}

// emptied reports whether the tables of a part's ring may have been truncated.
func (b *begun) emptied(p backup.RestorePart) bool {
	return slices.ContainsFunc(p.After, func(n backup.NodeAddr) bool { return b.records[n].Changed })
}

func whyUndo(r backup.Restore) string {
	if !r.Changed {
		return "nothing that is served was changed here; what was loaded beside it goes"
	}
	return "what was there before the restore comes back, from what was kept on the node"
}

// confirm drops what is kept as the undo, and then the safety backup.
func (d *draft) confirm(b *begun) error {
	if b.unfinished() {
		return refuse(b, "it is unfinished; finish it first (cwb restore --resume %s), or go back (cwb restore --undo %s)", b.id, b.id)
	}
	if b.any(backup.Restore.Undone) {
		return refuse(b, "it was undone; there is nothing to confirm")
	}
	for _, p := range b.parts {
		r, have := b.records[p.Node]
		if !have {
			continue
		}
		var needs []StepID
		if !r.Closed() {
			step := Step{ID: phaseStep(backup.PhaseConfirm, p.Node), Reason: "the restore is accepted: what it replaced, kept until now, goes for good",
				Action: Proceed{Phase: backup.PhaseConfirm, Node: p.Node, Restore: b.id}}
			d.add(step)
			needs = []StepID{step.ID}
		}
		d.dropSafety(p.Node, r, needs)
	}
	return nil
}

// dropSafety removes the safety backup of a restore from a node.
func (d *draft) dropSafety(node backup.NodeAddr, r backup.Restore, needs []StepID) {
	pl := d.w.places[node]
	for i := range pl.state.Backups {
		safe := &pl.state.Backups[i]
		if safe.Set != r.Safety || safe.Purpose != backup.Safety || !hasRecord(*safe) || !pl.ours(safe) {
			continue
		}
		block, ok := d.w.policy.Backup(safe.Block)
		if !ok {
			continue // what its block left stays for good
		}
		held := append(d.w.guardPlace(node), d.w.guardBlock(block)...)
		if safe.Held != nil {
			held = append(held, "is held: "+safe.Held.Reason)
		}
		d.add(Step{ID: StepID("remove-" + node.String() + "-" + string(safe.Set)), Needs: needs, HeldBy: strings.Join(held, "; "),
			Reason: fmt.Sprintf("the safety backup of restore %s is needed no more", r.ID),
			Action: Remove{Node: node, Set: safe.Set, Block: safe.Block, Record: safe.Record, Bytes: safe.Totals.Stored}})
	}
}

func refuse(b *begun, format string, args ...any) error {
	var refused refusals
	refused.add(b.parts[0].Node, "", "restore %s: %s", b.id, fmt.Sprintf(format, args...))
	return refused.orNil()
}
