package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cwb/internal/backup"
)

// safetyFor is how long a safety backup is kept after its restore finished.
const safetyFor = 7 * 24 * time.Hour

const safetyStep = StepID("take-safety")

// arrangeSafety asks for a backup of all nodes on which something is replaced. Where nothing
// is there yet, such as on a new machine, there is nothing to save.
func (pr *restorePlan) arrangeSafety(w *world) {
	var nodes []backup.NodeAddr
	for _, m := range pr.members {
		node, why := m.to.addr(), m.safetyObstacle()
		switch {
		case !m.overwrites():
		case why == "":
			nodes = append(nodes, node)
		case pr.request.WithoutSafety:
			pr.note(node, "restore_without_safety", Critical, "no safety backup is taken, as --without-safety says: %s. What is replaced is kept only as the restore itself keeps it", why)
		default:
			pr.refused.add(node, "--without-safety", "no safety backup of it can be taken: %s", why)
		}
	}
	if len(nodes) == 0 || len(pr.refused) > 0 {
		return
	}
	block := w.safetyBlock(pr.choice, nodes)
	if block == "" {
		pr.refused.add(nodes[0], "", "the policy has no backup block, which a safety backup needs; write one")
		return
	}
	slices.SortFunc(nodes, compareNodes)
	nodes = slices.Compact(nodes)
	pr.safety = &Take{Block: block, Purpose: backup.Safety, Nodes: nodes, Members: nodes}
	pr.safety.Rungs, pr.safety.RungReasons = w.rungs(nodes)
}

// overwrites reports whether anything that is there is replaced or goes.
func (m *restoreMember) overwrites() bool {
	return m.Exact && len(m.exam.Stays) > 0 || slices.ContainsFunc(m.exam.Replaces, func(t RestoreTable) bool { return t.Exists })
}

// safetyObstacle says why no safety backup can be taken. That the server is another one is no
// reason: the operator has said that it may be.
func (m *restoreMember) safetyObstacle() string {
	return strings.Join(m.to.state.Server.Refusals, "; ")
}

// safetyBlock is the block that the safety backup is listed under: that of the backup that is
// restored, else one that takes the nodes, else any. It counts for none.
func (w *world) safetyBlock(c *choice, nodes []backup.NodeAddr) string {
	if c.set != nil {
		if _, ok := w.policy.Backup(c.set.Block); ok {
			return c.set.Block
		}
	}
	for _, b := range w.policy.Backups {
		if len(without(nodes, b.Nodes)) == 0 {
			return b.Name
		}
	}
	if len(w.policy.Backups) > 0 {
		return w.policy.Backups[0].Name
	}
	return ""
}

// decideSafety keeps a safety backup until its restore is confirmed, or finished seven days
// ago. One that no restore claims, since its run was killed before it loaded anything, is
// kept as long after it was taken.
func (ro *rotation) decideSafety(set *Set, p Part) (stays []string, goes string) {
	ended, claimed := set.began(), false
	for _, r := range ro.w.placeOf(p.Node).Restores {
		switch {
		case r.Safety != set.ID:
		case r.Confirmed():
			return nil, fmt.Sprintf("is the safety backup of restore %s, which was confirmed", r.ID)
		case r.Unfinished():
			return []string{fmt.Sprintf("is the safety backup of restore %s, which is unfinished", r.ID)}, ""
		default:
			ended, claimed = r.Finished, true
		}
	}
	if until := ended.Add(safetyFor); ro.w.now.Before(until) {
		return []string{"is the safety backup of a restore, kept until " + ro.w.local(until)}, ""
	}
	if !claimed {
		return nil, "is the safety backup of a restore that never began, taken more than 7 days ago"
	}
	return nil, "is the safety backup of a restore that finished more than 7 days ago"
}

func (w *world) placeOf(n backup.NodeAddr) NodeState {
	if pl, ok := w.places[n]; ok {
		return pl.state
	}
	return NodeState{}
}

// reading is a backup that an unfinished restore reads.
type reading struct {
	node backup.NodeAddr
	set  backup.SetID
}

// findReadings lists what unfinished restores, on any node, read; and which one does.
func (w *world) findReadings() map[reading]string {
	found := map[reading]string{}
	w.eachPlace(func(pl *place) {
		for _, r := range pl.state.Restores {
			if r.Unfinished() {
				found[reading{w.current(r.From), r.Set}] = fmt.Sprintf("is read by restore %s of %s, which is unfinished", r.ID, pl.addr())
			}
		}
	})
	return found
}

// restoring says why nothing can be taken: what is served is half of one thing and half of
// another.
func (pl *place) restoring() string {
	for _, r := range pl.state.Restores {
		if r.Unfinished() && r.Changed {
			return fmt.Sprintf("the restore %s is unfinished; finish it (cwb restore --resume %s), or go back (cwb restore --undo %s)", r.ID, r.ID, r.ID)
		}
	}
	return ""
}
