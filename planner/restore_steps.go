package planner

import (
	"fmt"
	"slices"

	"cwb/internal/backup"
)

// phaseOrder is the order of the phases of all nodes in a plan: what takes long comes before
// the one statement that swaps.
var phaseOrder = [...]backup.RestorePhase{backup.PhaseLoad, backup.PhaseTruncate, backup.PhaseImport, backup.PhaseSwap}

// addSteps adds all steps of a new restore.
func (pr *restorePlan) addSteps(d *draft) {
	s := &restoreSteps{draft: d, needs: map[backup.NodeAddr][]StepID{}}
	for _, m := range pr.members {
		s.verify(m.Restoring, pr.choice.older)
	}
	if pr.safety != nil {
		d.add(Step{ID: safetyStep, Needs: s.before, Action: *pr.safety,
			Reason: "a safety backup of what is replaced; it counts for nothing, and goes when the restore is confirmed, or 7 days after it"})
		s.before = append(slices.Clone(s.before), safetyStep)
	}
	var parts []backup.RestorePart
	for _, m := range pr.members {
		parts = append(parts, m.part)
	}
	for _, m := range pr.members {
		load := m.load(parts)
		if pr.safety != nil && slices.Contains(pr.safety.Nodes, m.Node) {
			load.SafetyStep = safetyStep
		}
		s.load(load, pr.choice.why+captured(d.w, m.target))
	}
	nodes := partNodes(parts)
	s.hooks = d.hooking(HookRestore, pr.members[0].Restoring, nodes, nodes)
	s.loads = slices.Concat(s.loads, s.hooks.before(s.loads))
	for _, phase := range phaseOrder[1:] {
		for _, m := range pr.members {
			if slices.Contains(m.part.Phases, phase) {
				s.proceed(m.part, phase, m.ID)
			}
		}
	}
	s.hooks.after()
}

func partNodes(parts []backup.RestorePart) []backup.NodeAddr {
	var nodes []backup.NodeAddr
	for _, p := range parts {
		nodes = append(nodes, p.Node)
	}
	return nodes
}

// captured says how old a backup of ours is.
func captured(w *world, t target) string {
	if t.backup == nil {
		return ""
	}
	text := ", captured " + w.local(t.backup.Captured)
	if t.from != t.to {
		text = " of " + t.from.addr().String() + text
	}
	return fmt.Sprintf("%s (%s ago)", text, roundSpan(w.now.Sub(t.backup.Captured)))
}

// load is the action that brings a member's backup onto its server.
func (m *restoreMember) load(parts []backup.RestorePart) Load {
	load := Load{Restoring: m.Restoring, Parts: parts, Replaces: []string{}, Creates: []string{}, Shown: LoadShown{
		Tables: m.exam.Replaces, Method: m.exam.Method, Impact: m.exam.Impact, Undo: m.exam.Undo,
		NeedBytes: m.exam.NeedBytes, FreeBytes: m.exam.FreeBytes,
	}}
	for _, t := range m.exam.Replaces {
		name := t.Database + "." + t.Name
		if t.Exists {
			load.Replaces = append(load.Replaces, name)
		} else {
			load.Creates = append(load.Creates, name)
		}
	}
	if m.Exact {
		load.Drops = m.exam.Stays
	}
	return load
}

// restoreSteps adds the steps of a restore, whole or what is left of it.
type restoreSteps struct {
	*draft
	before []StepID // what every load needs
	loads  []StepID // what every later phase needs: nothing changes before all is loaded, and hooks are over
	hooks  *hooking
	needs  map[backup.NodeAddr][]StepID // the later phases of a node so far
}

// verify adds the reading of a backup of ours, once.
func (s *restoreSteps) verify(r backup.Restoring, older *Set) {
	if r.Set == "" {
		return
	}
	id := StepID("verify-" + r.From.String() + "-" + string(r.Set))
	if slices.Contains(s.before, id) {
		return
	}
	v := Verify{Node: r.From, Set: r.Set}
	reason := "every byte is read and compared before anything is touched"
	if older != nil {
		v.Older = older.ID
		reason += fmt.Sprintf("; should it be damaged, the next older complete set is %s", older.ID)
	}
	s.add(Step{ID: id, Reason: reason, Action: v})
	s.before = append(s.before, id)
}

func (s *restoreSteps) load(l Load, reason string) {
	id := phaseStep(backup.PhaseLoad, l.Node)
	s.add(Step{ID: id, Needs: s.before, Reason: reason, Action: l})
	s.loads = append(s.loads, id)
}

// phaseReason says what a phase is for.
func phaseReason(phase backup.RestorePhase, adds bool) string {
	switch {
	case phase == backup.PhaseTruncate:
		return "every host has loaded and proven what follows; the tables are emptied once for the whole ring"
	case phase == backup.PhaseImport && adds:
		return "what was loaded is added to the live tables; nothing is emptied, since the rest of the ring takes no part"
	case phase == backup.PhaseImport:
		return "what was loaded goes into the live tables, and is compared"
	}
	return "one statement puts all loaded tables in the place of the live ones; what cannot be part of it follows"
}

// proceed adds a phase after the load.
func (s *restoreSteps) proceed(part backup.RestorePart, phase backup.RestorePhase, id backup.SetID) {
	step := Step{ID: phaseStep(phase, part.Node), Reason: phaseReason(phase, part.Adds), Action: Proceed{Phase: phase, Node: part.Node, Restore: id}}
	step.Needs = slices.Concat(s.loads, s.needs[part.Node])
	if phase == backup.PhaseImport {
		for _, n := range part.After {
			if emptied := phaseStep(backup.PhaseTruncate, n); slices.Contains(s.needs[n], emptied) {
				step.Needs = append(step.Needs, emptied)
			}
		}
	}
	slices.Sort(step.Needs)
	step.Needs = slices.Compact(step.Needs)
	s.add(step)
	s.needs[part.Node] = append(s.needs[part.Node], step.ID)
	s.hooks.note(part.Node, step.ID)
}

func phaseStep(phase backup.RestorePhase, node backup.NodeAddr) StepID {
	return StepID(string(phase) + "-" + node.String())
}
