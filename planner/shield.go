package planner

import (
	"fmt"
	"slices"

	"cwb/internal/backup"
)

// shield lists a node's backups that stay whatever the rules say: the newest good one, and
// as many of the newest verified ones as the floor asks for, of whatever block and set. A
// node whose sets are never complete keeps its floor as well.
func (ro *rotation) shield(node backup.NodeAddr) map[*Set]string {
	if known, ok := ro.shields[node]; ok {
		return known
	}
	stays, solid, want := map[*Set]string{}, 0, max(1, ro.retention.MinGood)
	for i, set := range ro.goods(node) {
		p, _ := set.part(node)
		if !p.Shrunken && !p.Backup.VerifiedAt.IsZero() && solid < want {
			solid++
			stays[set] = fmt.Sprintf("floor of %s (%d of %d)", node, solid, want)
		}
		if i == 0 {
			stays[set] = "newest good backup of " + node.String()
		}
		if solid == want {
			break
		}
	}
	ro.shields[node] = stays
	return stays
}

// goods are a node's sets with a good backup, those that do not exist yet included.
func (ro *rotation) goods(node backup.NodeAddr) []*Set {
	var made []*Set
	for _, set := range ro.extra {
		if _, ok := set.part(node); ok {
			made = append(made, set)
		}
	}
	if len(made) == 0 {
		return ro.w.goods[node]
	}
	all := slices.Concat(made, ro.w.goods[node])
	slices.SortFunc(all, newestFirst)
	return all
}

// waitsForSuccessor keeps what a former server left until the floor is made of sets of the
// present one.
func (ro *rotation) waitsForSuccessor(p Part) string {
	if !p.former {
		return ""
	}
	present, want := 0, max(1, ro.retention.MinGood)
	for _, set := range ro.counted {
		if mine, ok := set.part(p.Node); ok && !mine.former {
			present++
		}
	}
	if present >= want {
		return ""
	}
	return fmt.Sprintf("was left by the former server of %s; %d of %d sets of the present one are verified", p.Node, present, want)
}
