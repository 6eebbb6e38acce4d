package planner

import (
	"fmt"
	"time"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/internal/schedule"
)

// retries is how often a slot's incomplete set is taken again before a person must look.
const retries = 2

// countedSlots bounds the search for missed slots: beyond it the number says nothing new.
const countedSlots = 1000

// slot is a block's latest due time and what has been done about it.
type slot struct {
	at       time.Time
	attempts []*Set // taken for it and not complete, newest first
	last     *Set   // the newest complete set, of whatever slot
	missed   int    // slots after last, this one included; 0 when there is no last
}

// dueSlot finds a block's latest slot; false when it is filled or there is none. A shrunken
// set fills it: taking it again would only give another one.
func (w *world) dueSlot(b config.Backup) (slot, bool, error) {
	if b.Schedule == "" {
		return slot{}, false, nil
	}
	sched, err := schedule.Parse(b.Schedule, w.zone)
	if err != nil {
		return slot{}, false, fmt.Errorf("backup block %q: %w", b.Name, err)
	}
	at, ok := sched.Prev(w.now)
	if !ok {
		return slot{}, false, nil
	}
	found := w.slotAt(b, at)
	if found.last != nil && !found.last.began().Before(at) {
		return slot{}, false, nil
	}
	if found.last != nil {
		missed, _ := sched.Between(found.last.began(), w.now, countedSlots)
		found.missed = len(missed)
	}
	return found, true, nil
}

// slotAt sorts a block's sets into those before and those for a slot.
func (w *world) slotAt(b config.Backup, at time.Time) slot {
	found := slot{at: at}
	for _, set := range w.sets[b.Name] { // newest first
		if set.complete() {
			found.last = set
			break
		}
		// What an operator took by hand uses up no retry: it may be of one node only.
		if set.attempt() && set.Purpose == backup.ForPolicy && set.Status == SetIncomplete && !set.began().Before(at) {
			found.attempts = append(found.attempts, set)
		}
	}
	return found
}

// local shows a time as the policy's clock does.
func (w *world) local(t time.Time) string { return t.In(w.zone).Format("2006-01-02 15:04 MST") }
