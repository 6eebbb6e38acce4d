package planner

import (
	"slices"

	"cwb/config"
)

// observeRingChange finds hosts that are joining, leaving or moving. Takes go on: until the
// change has ended every row is still where it was.
func (d *draft) observeRingChange(b config.Backup) {
	for _, m := range d.changingHosts(b) {
		d.find(KindRingChanging, Warning, b.Name, "the host %s is %s, so rows are about to change hosts. What is taken now is complete, but may be loaded back only into a ring with the tokens of now; no restore begins meanwhile. So %s, then: cwb backup %s", m, m.State, m.Settles, b.Name)
	}
}

// changingHosts are as any of the block's nodes sees them, each once.
func (d *draft) changingHosts(b config.Backup) (all []RingMember) {
	for _, addr := range b.Nodes {
		pl := d.w.places[addr]
		if pl == nil {
			continue
		}
		for _, m := range pl.state.Server.Ring {
			known := slices.ContainsFunc(all, func(other RingMember) bool { return other.HostID == m.HostID })
			if m.Settles != "" && !known {
				all = append(all, m)
			}
		}
	}
	return all
}
