package planner

import (
	"fmt"

	"cwb/internal/backup"
)

// observeRestores finds restores that did not end, and those whose undo is still kept.
func (d *draft) observeRestores(pl *place) {
	for _, r := range pl.state.Restores {
		subject := pl.addr().String() + "/" + string(r.ID)
		switch {
		case r.Unfinished():
			d.find("restore_unfinished", Critical, subject, "%s", RestoreText(r))
		case r.Confirming() && !r.Ended:
			d.find("restore_unconfirmed", Warning, subject, "the restore is done, and dropping what it kept was cut; to finish that: cwb restore --confirm %s", r.ID)
		case !r.Closed():
			d.find("restore_undo_kept", Info, subject, "the restore of %s is done since %s, and what it replaced is still kept. To let it go: cwb restore --confirm %s; to go back: cwb restore --undo %s",
				sourceName(r), d.w.local(r.Finished), r.ID, r.ID)
		}
	}
}

// RestoreText says where an unfinished restore stands, and what to do.
func RestoreText(r backup.Restore) string {
	state := "nothing that is served was changed"
	if r.Changed {
		state = "what is served may be restored in part only"
	}
	did := "did not end"
	if r.Ended {
		did = "is the last that ended"
	}
	next := fmt.Sprintf("To finish: cwb restore --resume %s; to go back: cwb restore --undo %s", r.ID, r.ID)
	if r.Phase == backup.PhaseUndo {
		next = fmt.Sprintf("To finish: cwb restore --undo %s", r.ID)
	}
	return fmt.Sprintf("the restore of %s is unfinished: its %s %s, and %s. %s", sourceName(r), r.Phase, did, state, next)
}

func sourceName(r backup.Restore) string {
	if r.Foreign != "" {
		return r.From.String() + "/" + r.Foreign
	}
	return string(r.Set)
}
