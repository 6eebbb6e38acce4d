package schedule

import (
	"slices"
	"time"
)

// horizon is the number of days a search covers. 29 February can be eight years away:
// 2096 is followed by 2104.
const horizon = 9 * 366

// The years in which a search may begin: those of a four-digit date.
const firstYear, lastYear = 1, 9999

// Next returns the earliest slot after t, in UTC; false if there is none.
func (s Schedule) Next(t time.Time) (time.Time, bool) {
	if !s.searchable(t) {
		return time.Time{}, false
	}
	today := dateOf(t.In(s.zone))
	// A clock that is put back over midnight shows the day before again, so begin there.
	for d := today - 1; d <= today+horizon; d++ {
		// For the same reason the day after may hold an earlier slot.
		if later := after(t, append(s.on(d), s.on(d+1)...)); len(later) > 0 {
			return time.Unix(slices.Min(later), 0).UTC(), true
		}
	}
	return time.Time{}, false
}

// Prev returns the latest slot at or before t, in UTC; false if there is none.
func (s Schedule) Prev(t time.Time) (time.Time, bool) {
	if !s.searchable(t) {
		return time.Time{}, false
	}
	today := dateOf(t.In(s.zone))
	for d := today + 1; d >= today-horizon; d-- {
		if earlier := upTo(t, append(s.on(d), s.on(d-1)...)); len(earlier) > 0 {
			return time.Unix(slices.Max(earlier), 0).UTC(), true
		}
	}
	return time.Time{}, false
}

// Between returns the slots after from, up to and including to, earliest first, and at most
// limit of them; more tells that there are others behind the last.
func (s Schedule) Between(from, to time.Time, limit int) (slots []time.Time, more bool) {
	for {
		slot, ok := s.Next(from)
		if !ok || slot.After(to) {
			return slots, false
		}
		if len(slots) >= limit {
			return slots, true
		}
		slots, from = append(slots, slot), slot
	}
}

// searchable reports whether there are slots and t lies where they are looked for.
func (s Schedule) searchable(t time.Time) bool {
	return s.zone != nil && t.Year() >= firstYear && t.Year() <= lastYear
}

// on returns the slots of a date as Unix seconds.
func (s Schedule) on(d date) []int64 {
	if !s.times.onDate(d) {
		return nil
	}
	runs := stretches(d, s.zone)
	if s.times.everyHour() {
		return s.everyHour(d, runs)
	}
	if reached(d.midnight(), runs) == reached((d+1).midnight(), runs) {
		return nil // the zone left this day out
	}
	var slots []int64
	for _, second := range s.times.clock() {
		slots = append(slots, reached(d.midnight()+second, runs))
	}
	return slots
}

// everyHour returns the slots of a date on which each real hour counts.
func (s Schedule) everyHour(d date, runs []stretch) []int64 {
	var slots []int64
	for _, second := range s.times.clock() {
		slots = append(slots, shown(d.midnight()+second, runs)...)
	}
	return slots
}

// after returns the seconds that lie after t.
func after(t time.Time, seconds []int64) []int64 {
	return slices.DeleteFunc(seconds, func(s int64) bool { return s <= t.Unix() })
}

// upTo returns the seconds that lie at or before t.
func upTo(t time.Time, seconds []int64) []int64 {
	return slices.DeleteFunc(seconds, func(s int64) bool { return s > t.Unix() })
}
