package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// recheckAfter is how long a verification is believed: disks lose bits silently.
const recheckAfter = 30 * 24 * time.Hour

// verifications asks for what is due to be read again, newest first, and for the acceptance
// of the shrunken sets that the request names. What this plan removes is not read again,
// unless its removal is held back.
func (d *draft) verifications(removals []Step) []Step {
	going := map[partKey]bool{}
	for _, s := range removals {
		if r, ok := s.Action.(Remove); ok && s.HeldBy == "" {
			going[partKey{r.Node, r.Set}] = true
		}
	}
	var due []Step
	for _, sets := range d.w.sets {
		for _, set := range sets {
			for _, p := range set.Parts {
				if s, ok := d.verification(set, p, going[partKey{p.Node, set.ID}]); ok {
					due = append(due, s)
				}
			}
		}
	}
	slices.SortFunc(due, func(a, b Step) int {
		x, y := a.Action.(Verify), b.Action.(Verify)
		return cmp.Or(strings.Compare(string(y.Set), string(x.Set)), compareNodes(x.Node, y.Node))
	})
	return due
}

// verification is the step for one backup, if it needs one.
func (d *draft) verification(set *Set, p Part, going bool) (Step, bool) {
	step := Step{ID: verifyID(set, p), Action: Verify{Node: p.Node, Set: set.ID, Accept: p.accepting}}
	age := d.w.now.Sub(p.Backup.VerifiedAt)
	switch {
	case p.accepting:
		step.Reason = "accept that it is smaller than what came before, as --allow shrink=" + string(set.ID) + " says"
	case p.Backup.Status != Good || going || age <= recheckAfter:
		return Step{}, false
	case p.Backup.VerifiedAt.IsZero(): // a finding: its take did not end as takes do
		return Step{}, false
	case !p.ours || d.w.places[p.Node].standing == changed: // nothing is written beside another server's backups
		return Step{}, false
	default:
		step.Reason = fmt.Sprintf("its bytes were last read %d days ago; they are read again every %d", age/(24*time.Hour), recheckAfter/(24*time.Hour))
	}
	return step, true
}

func verifyID(set *Set, p Part) StepID {
	return StepID("verify-" + p.Node.String() + "-" + string(set.ID))
}

// acceptances are the steps that record that shrunken sets of a block are meant.
func (d *draft) acceptances(block string) []StepID {
	var ids []StepID
	for _, set := range d.w.sets[block] {
		for _, p := range set.Parts {
			if p.accepting {
				ids = append(ids, verifyID(set, p))
			}
		}
	}
	return ids
}
