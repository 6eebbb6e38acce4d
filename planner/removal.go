package planner

import (
	"cmp"
	"slices"
	"strings"

	"cwb/config"
	"cwb/internal/backup"
)

// removals asks for what retention lets go once this plan's takes are done.
func (d *draft) removals() []Step {
	var steps []Step
	for _, b := range d.w.policy.Backups {
		if r, ok := d.w.policy.Retention(b.Retention); ok {
			steps = append(steps, d.removalsOf(b, r)...)
		}
	}
	return steps
}

// removalsOf asks for the removals of one block: the shrunken first, since they look sound
// once what they are measured by is gone, then the oldest first.
func (d *draft) removalsOf(b config.Backup, r config.Retention) (steps []Step) {
	remove := d.w.letGo(b.Name, d.made(nil))
	if len(remove) == 0 {
		return nil
	}
	slices.SortFunc(remove, inRemovalOrder)
	block := d.w.guardBlock(b)
	if why := d.w.guardCount(b, r, remove, d.request.Allow.Remove); why != "" {
		block = append(block, why)
	}
	needs := d.needsOf(b.Name)
	for _, l := range remove {
		steps = append(steps, Step{
			ID:     l.step(),
			Needs:  append(needs(l), measuredBefore(l, remove, r.MaxShrink)...),
			Reason: l.Reason,
			HeldBy: strings.Join(slices.Concat(d.w.guardPlace(l.Node), block), "; "),
			Action: Remove{Node: l.Node, Set: l.Set, Block: b.Name, Record: l.part.Backup.Record, Bytes: l.part.Backup.Totals.Stored},
		})
	}
	return steps
}

// step is the id of the removal's step.
func (l LetGo) step() StepID { return StepID("remove-" + l.Node.String() + "-" + string(l.Set)) }

func inRemovalOrder(a, b LetGo) int {
	if a.part.Shrunken != b.part.Shrunken {
		return map[bool]int{true: -1, false: 1}[a.part.Shrunken]
	}
	older := strings.Compare(string(a.Set), string(b.Set))
	if a.part.Shrunken {
		older = -older // one shrunken set may measure a newer one
	}
	return cmp.Or(older, compareNodes(a.Node, b.Node))
}

func (w *world) letGo(block string, extra []*Set) []LetGo {
	_, remove := w.apply(block, extra)
	return remove
}

// made are the sets that the takes of this plan will make: all, or those of some blocks.
func (d *draft) made(blocks []string) []*Set {
	var sets []*Set
	for _, t := range d.taking {
		if t.set != nil && (blocks == nil || slices.Contains(blocks, t.block)) {
			sets = append(sets, t.set)
		}
	}
	return sets
}

// needsOf returns what each removal of a block must wait for: nothing when the backup would
// go anyway, its own block's take when that is what replaces it, else every take of its
// node. The acceptance of a shrunken set is always waited for.
func (d *draft) needsOf(block string) func(LetGo) []StepID {
	accepts := d.acceptances(block)
	if len(d.made(nil)) == 0 {
		return func(LetGo) []StepID { return slices.Clone(accepts) }
	}
	anyway := index(d.w.letGo(block, nil))
	byOwn := index(d.w.letGo(block, d.made([]string{block})))
	return func(l LetGo) []StepID {
		needs := slices.Clone(accepts)
		key := partKey{l.Node, l.Set}
		for _, t := range d.taking {
			if t.set == nil || anyway[key] {
				continue
			}
			_, takesNode := t.set.part(l.Node)
			if t.block == block || takesNode && !byOwn[key] {
				needs = append(needs, t.step.ID)
			}
		}
		return needs
	}
}

// partKey names a backup at the places of nodes.
type partKey struct {
	node backup.NodeAddr
	set  backup.SetID
}

func index(list []LetGo) map[partKey]bool {
	found := make(map[partKey]bool, len(list))
	for _, l := range list {
		found[partKey{l.Node, l.Set}] = true
	}
	return found
}
