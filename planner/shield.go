package planner

import (
	"fmt"
	"slices"

	"cwb/internal/backup"
)

// shield lists a node's backups that stay whatever the rules say, of whatever block and set:
// as many of the newest good ones, and as many of the newest that are verified and not
// shrunken, as the floor asks for. A node whose sets are never complete keeps its floor too.
func (ro *rotation) shield(node backup.NodeAddr) map[*Set]string {
	if known, ok := ro.shields[node]; ok {
		return known
	}
	stays, solid, want := map[*Set]string{}, 0, max(1, ro.retention.MinGood)
	for i, set := range ro.goods(node) {
		p, _ := set.part(node)
		sound := !p.Shrunken && !p.Backup.VerifiedAt.IsZero()
		if sound {
			solid++
		}
		switch {
		case i == 0:
			stays[set] = "newest good backup of " + node.String()
		case i < want || sound && solid <= want:
			stays[set] = fmt.Sprintf("min_good = %d for %s", want, node)
		case solid >= want:
			ro.shields[node] = stays
			return stays
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
// present one: the newest that count, so that none of them is about to go itself.
func (ro *rotation) waitsForSuccessor(p Part) string {
	if !p.former {
		return ""
	}
	seen, present, want := 0, 0, max(1, ro.retention.MinGood)
	for _, set := range ro.counted {
		mine, ok := set.part(p.Node)
		if !ok || seen == want {
			continue
		}
		seen++
		if !mine.former {
			present++
		}
	}
	if present >= want {
		return ""
	}
	return fmt.Sprintf("was left by the former server of %s; %d of %d sets of the present one are verified", p.Node, present, want)
}
