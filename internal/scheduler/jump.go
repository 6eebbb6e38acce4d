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
// systemd does not start anything because the clock was changed.
func unserved(c calendar, zone *time.Location) []time.Time {
	var missed []time.Time
	for _, change := range changes(zone) {
		if shift(change, zone) > shift(change.Add(-1), zone) {
			missed = append(missed, jumped(c, change, zone)...)
		} else {
			missed = append(missed, repeated(c, change, zone)...)
		}
	}
	return slices.DeleteFunc(missed, func(t time.Time) bool { return t.Year() > lastYear })
}

// jumped returns what systemd leaves out where the clock jumps over a time of the calendar:
// that time, which is due when the jump ends, unless another is due then anyway. Where the
// winter time is the one with a rule (Europe/Dublin), it also leaves out the rest of the day.
func jumped(c calendar, change time.Time, zone *time.Location) []time.Time {
	before, after := shift(change.Add(-1), zone), shift(change, zone)
	if len(within(c, change.Add(before), after-before)) == 0 {
		return nil
	}
	var missed []time.Time
	if c.hour != allHours && !c.matches(change.In(zone)) {
		missed = append(missed, change)
	}
	if change.Add(-1).In(zone).IsDST() {
		end := change.Add(after).Truncate(oneDay).Add(oneDay)
		missed = append(missed, instants(within(c, change.Add(after), end.Sub(change.Add(after))), after)...)
	}
	return missed
}

// repeated returns what systemd leaves out where the clock is put back: the second of two
// equal times, which is due only for a schedule of every hour.
func repeated(c calendar, change time.Time, zone *time.Location) []time.Time {
	before, after := shift(change.Add(-1), zone), shift(change, zone)
	if c.hour != allHours {
		return nil
	}
	return instants(within(c, change.Add(after), before-after), after)
}

const oneDay = 24 * time.Hour

// instants returns when a clock that is so far ahead of UTC shows the readings.
func instants(readings []time.Time, ahead time.Duration) []time.Time {
	for i := range readings {
		readings[i] = readings[i].Add(-ahead)
	}
	return readings
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
