package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cwb/config"
	"cwb/internal/backup"
)

// taking is a take that this plan asks for, and what the world will hold once it is done.
type taking struct {
	block string
	step  Step
	set   *Set // nil when the step is held back: nothing may rely on it
}

// takes asks for the sets that the request and the schedules want.
func (d *draft) takes() error {
	for _, b := range d.w.policy.Backups {
		if err := d.take(b); err != nil {
			return err
		}
	}
	return nil
}

// take asks for one block's set, if it is wanted.
func (d *draft) take(b config.Backup) error {
	if d.request.Verb == VerbBackup {
		if nodes := d.wanted(b); len(nodes) > 0 {
			d.addTake(b, nodes, backup.Manual, time.Time{}, "asked for by hand")
		}
		return nil
	}
	due, open, err := d.w.dueSlot(b)
	if err != nil || !open {
		return err
	}
	d.noteMissed(b, due)
	if d.retriable(b, due) {
		d.addTake(b, b.Nodes, backup.ForPolicy, due.at, d.w.whyDue(b, due))
	}
	return nil
}

// retriable reports whether taking again can fill the slot: not more than twice, and only
// when no member stands in the way. Without it, each run while a node is dead would leave
// one more incomplete set.
func (d *draft) retriable(b config.Backup, due slot) bool {
	return len(due.attempts) == 0 || len(due.attempts) <= retries && len(d.w.obstacles(b.Nodes)) == 0
}

// whyDue gives the reason of a take.
func (w *world) whyDue(b config.Backup, due slot) string {
	when := "the slot of " + w.local(due.at)
	switch {
	case len(due.attempts) > 0:
		return fmt.Sprintf("retry %d of %d for %s: set %s is incomplete, without a good backup of %s",
			len(due.attempts), retries, when, due.attempts[0].ID, addresses(due.attempts[0].Missing))
	case due.last == nil && w.blind(b):
		return when + " is due; no set is known to be complete"
	case due.last == nil:
		return when + " is due; there is no complete set yet"
	case due.missed > 1:
		return fmt.Sprintf("%s is due, and %s before it passed without a complete set; the last one is %s", when, count(due.missed-1, "slot"), due.last.ID)
	}
	return fmt.Sprintf("%s is due; the last complete set is %s", when, due.last.ID)
}

// wanted are the nodes of a block that cwb backup was asked to take.
func (d *draft) wanted(b config.Backup) []backup.NodeAddr {
	r := d.request
	if len(r.Blocks) > 0 && !slices.Contains(r.Blocks, b.Name) {
		return nil
	}
	if len(r.Nodes) == 0 {
		return b.Nodes
	}
	return slices.DeleteFunc(slices.Clone(b.Nodes), func(n backup.NodeAddr) bool { return !slices.Contains(r.Nodes, n) })
}

// addTake adds the step. Members that cannot be taken are left out where the block goes on
// without them; where nothing can be taken, or all is to be, the step is held back.
func (d *draft) addTake(b config.Backup, nodes []backup.NodeAddr, purpose backup.Purpose, at time.Time, reason string) {
	nodes = slices.SortedFunc(slices.Values(nodes), compareNodes)
	obstacles := d.w.obstacles(nodes)
	step := Step{ID: StepID("take-" + b.Name), Reason: reason}
	take := Take{Block: b.Name, Purpose: purpose, Nodes: d.w.takeable(nodes), Members: slices.SortedFunc(slices.Values(b.Nodes), compareNodes), Slot: at}
	switch {
	case len(take.Nodes) == 0:
		take.Nodes, step.HeldBy = nodes, strings.Join(obstacles, "; ")
	case len(obstacles) > 0 && b.OnFailure == config.Abort:
		take.Nodes, step.HeldBy = nodes, `on_failure = "abort": `+strings.Join(obstacles, "; ")
	case len(obstacles) > 0:
		step.Reason += "; without " + addresses(without(nodes, take.Nodes)) + ", so the set will be incomplete"
	}
	take.Rungs, take.RungReasons = d.w.rungs(take.Nodes)
	step.Action = take
	d.taking = append(d.taking, taking{block: b.Name, step: step, set: d.w.project(take, step.HeldBy)})
}

// obstacles says of each node that cannot be taken why.
func (w *world) obstacles(nodes []backup.NodeAddr) []string {
	var all []string
	for _, n := range nodes {
		if why := w.obstacle(n); why != "" {
			all = append(all, n.String()+": "+why)
		}
	}
	return all
}

func (w *world) obstacle(n backup.NodeAddr) string {
	if pl, declared := w.places[n]; declared {
		return pl.obstacle()
	}
	return "it is not in the policy"
}

func (w *world) takeable(nodes []backup.NodeAddr) []backup.NodeAddr {
	return slices.DeleteFunc(slices.Clone(nodes), func(n backup.NodeAddr) bool { return w.obstacle(n) != "" })
}

// rungs says by node how the take will be consistent, and why so.
func (w *world) rungs(nodes []backup.NodeAddr) (rungs, reasons map[string]string) {
	rungs, reasons = map[string]string{}, map[string]string{}
	for _, n := range nodes {
		pl, declared := w.places[n]
		if !declared || pl.state.Server.Consistency == "" {
			continue
		}
		rungs[n.String()] = pl.state.Server.Consistency
		if why := pl.state.Server.ConsistencyReason; why != "" {
			reasons[n.String()] = why
		}
	}
	return rungs, reasons
}

// project is the set that a take will leave: as good as what it took before, and verified.
// What goes because of it needs the take, and is looked at again after it.
func (w *world) project(t Take, held string) *Set {
	if held != "" {
		return nil
	}
	set := &Set{ID: w.freeID(), Block: t.Block, Purpose: t.Purpose, Members: t.Members, Missing: without(t.Members, t.Nodes),
		Status: SetIncomplete, Verified: true}
	if len(set.Missing) == 0 {
		set.Status = SetComplete
	}
	for _, n := range t.Nodes {
		made := &Backup{Set: set.ID, Block: t.Block, Purpose: t.Purpose, Status: Good, Members: t.Members, Identity: w.places[n].present, VerifiedAt: w.now}
		set.Parts = append(set.Parts, Part{Node: n, Backup: made, ours: true})
	}
	set.counts = set.countable()
	return set
}

// freeID is the id that a take will have at the earliest: a second that no node has yet.
func (w *world) freeID() backup.SetID {
	id := backup.NewSetID(w.now)
	for w.exists(id) {
		id = id.Next()
	}
	return id
}

// without returns the nodes of all that are not in some.
func without(all, some []backup.NodeAddr) []backup.NodeAddr {
	return slices.DeleteFunc(slices.Clone(all), func(n backup.NodeAddr) bool { return slices.Contains(some, n) })
}

// addresses lists nodes for people.
func addresses(nodes []backup.NodeAddr) string {
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = n.String()
	}
	return strings.Join(names, ", ")
}
