package executor

import (
	"context"

	"cwb/planner"
)

// noteStep writes one line about a step into the journal of each node it touches. A node
// whose journal cannot be written takes no further part: nothing happens there that is not
// written down first.
func (r *run) noteStep(s planner.Step, event JournalEvent, detail string) error {
	var errs allErrors
	for _, addr := range s.Action.Touches() {
		pl := r.places[addr]
		if pl.err != nil {
			continue
		}
		e := r.entry(event, detail)
		e.Step, e.Action = s.ID, s.Action.Kind()
		if err := r.note(pl, e); err != nil {
			pl.err = err
			errs = append(errs, err)
		}
	}
	return errs.orNil()
}

// noteAll frames a run in the journals. A frame that cannot be written changes nothing: the
// steps say what was done.
func (r *run) noteAll(event JournalEvent, detail string) {
	for _, addr := range touched(r.plan.Steps) {
		if pl := r.places[addr]; pl.err == nil {
			_ = r.note(pl, r.entry(event, detail))
		}
	}
}

func (r *run) note(pl *place, e Entry) error {
	return r.with(pl, func(ctx context.Context, s Session) error { return s.Note(ctx, e) })
}

func (r *run) entry(event JournalEvent, detail string) Entry {
	return Entry{
		At: r.o.Now().UTC(), Plan: r.plan.ID, Command: r.o.Command, By: r.o.By, Event: event, Detail: detail,
	}
}
