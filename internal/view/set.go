package view

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Sets prints sets as [Text.List] does, and of each of their backups what its record says of
// the moment it was taken at.
func (t Text) Sets(l Listing) {
	t.unreachable(l)
	t.sets(l)
	for _, s := range l.Sets {
		for _, p := range s.Parts {
			if !l.shows(p.Node) || p.Backup.Consistency == "" {
				continue
			}
			fmt.Fprintf(t.W, "\n%s\n", p.Node)
			var rows table
			rows.add("consistency", Line(p.Backup.Consistency))
			if waited := p.Backup.WaitedMS; waited > 0 {
				rows.add("others waited", "at most "+(time.Duration(waited)*time.Millisecond).String())
			}
			for _, name := range slices.Sorted(maps.Keys(p.Backup.Position)) {
				rows.add(Line(name), Line(p.Backup.Position[name]))
			}
			rows.write(t.W, "    ")
		}
	}
}
