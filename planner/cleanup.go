package planner

import "strings"

// cleanups asks for the removal of what killed runs left. It is ours by its begun-record;
// what is held, what another server began, and what the clock puts in the future stays.
func (d *draft) cleanups() {
	d.w.eachPlace(func(pl *place) {
		for i := range pl.state.Backups {
			b := &pl.state.Backups[i]
			if b.Status != Debris || b.Held != nil || d.w.future(b.Set) || !pl.ours(b) {
				continue
			}
			d.add(Step{
				ID:     StepID("clean-" + pl.addr().String() + "-" + string(b.Set)),
				Reason: "a killed run began it and nobody works on it; it has no record, so it is no backup",
				HeldBy: strings.Join(d.w.guardPlace(pl.addr()), "; "),
				Action: Clean{Node: pl.addr(), Set: b.Set, Begun: b.Record},
			})
		}
	})
}
