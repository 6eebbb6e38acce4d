package scheduler

import (
	"slices"
	"time"
)

// The years whose clock changes are written into a timer. 28 years hold every date that a
// rule such as "last Sunday in March" can give. They are fixed because a text that depended
// on today's date would differ from the file of yesterday.
const firstYear, lastYear = 2026, 2060

// unserved returns the instants, in UTC, at which the calendar falls due in the zone but
// systemd does not start anything. It leaves out a time that the clock jumps over (due when
// the jump ends), and the second of two equal times (due for a schedule of every hour).
func unserved(c calendar, zone *time.Location) []time.Time {
	var missed []time.Time
	for _, change := range changes(zone) {
		before, after := shift(change.Add(-1), zone), shift(change, zone)
		switch {
		case after > before && c.hour != allHours:
			if len(within(c, change.Add(before), after-before)) > 0 {
				missed = append(missed, change)
			}
		case after < before && c.hour == allHours:
			for _, reading := range within(c, change.Add(after), before-after) {
				missed = append(missed, reading.Add(-after))
			}
		}
	}
	return slices.DeleteFunc(missed, func(t time.Time) bool {
		return t.Year() < firstYear || t.Year() > lastYear || served(c, t, zone)
	})
}

// served reports whether the calendar has t by itself: the first time the clock shows it.
func served(c calendar, t time.Time, zone *time.Location) bool {
	local := t.In(zone)
	start, _ := local.ZoneBounds()
	repeated := shift(start.Add(-1), zone) - shift(start, zone)
	return c.matches(local) && t.Sub(start) >= repeated
}

// changes returns the instants at which the zone's clock is changed in the written years.
func changes(zone *time.Location) []time.Time {
	var found []time.Time
	end := time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC); at.Before(end); {
		next := evenUntil(at.In(zone), end)
		if shift(at, zone) != shift(next, zone) {
			found = append(found, next)
		}
		at = next
	}
	return found
}

// evenUntil returns an instant after t until which t's clock runs evenly, at most limit. On
// 31 December of leap years beyond the zone's table, ZoneBounds returns an end that is
// already past, because package time takes each year of the zone's rule to have 365 days.
func evenUntil(t, limit time.Time) time.Time {
	_, end := t.ZoneBounds()
	switch {
	case end.IsZero() || end.After(limit):
		return limit
	case end.After(t):
		return end.UTC()
	}
	return t.Add(time.Minute).UTC()
}

// shift returns how far the zone's clock is ahead of UTC at t.
func shift(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// within returns the readings of a clock, from the first on for as long as the span, that
// the calendar contains. Readings are written as times in UTC.
func within(c calendar, first time.Time, span time.Duration) []time.Time {
	var found []time.Time
	for reading := first.Truncate(time.Minute); reading.Before(first.Add(span)); reading = reading.Add(time.Minute) {
		if !reading.Before(first) && c.matches(reading) {
			found = append(found, reading)
		}
	}
	return found
}
