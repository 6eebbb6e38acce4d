package schedule

import (
	"math"
	"time"
)

// A stretch is a time during which a zone's clock runs evenly. Both ends are Unix seconds,
// the second exclusive; the clock shows the Unix second plus offset.
type stretch struct{ start, end, offset int64 }

// margin is more seconds than any clock is ahead of or behind UTC, or ever jumped.
const margin = 27 * 60 * 60

// stretches returns how the zone's clock runs around the date, earliest first. They cover
// every instant at which it shows the date, and the one at which it shows the next.
func stretches(d date, zone *time.Location) []stretch {
	from, to := d.midnight()-margin, d.midnight()+secondsPerDay+margin
	var found []stretch
	for at := from; at < to; {
		t := time.Unix(at, 0).In(zone)
		_, offset := t.Zone()
		end := min(to, evenUntil(t))
		if last := len(found) - 1; last >= 0 && found[last].offset == int64(offset) {
			found[last].end = end
		} else {
			found = append(found, stretch{start: at, end: end, offset: int64(offset)})
		}
		at = end
	}
	return found
}

// evenUntil returns a Unix second after t until which t's clock runs evenly, not always the
// last. On 31 December of leap years beyond the zone's table, ZoneBounds returns an end that
// is already past, because package time takes each year of the zone's rule to have 365 days.
func evenUntil(t time.Time) int64 {
	_, end := t.ZoneBounds()
	switch {
	case end.IsZero():
		return math.MaxInt64
	case end.After(t):
		return end.Unix()
	}
	return t.Unix() + 60
}

// reached returns the first Unix second at which the clock shows reading or more.
func reached(reading int64, runs []stretch) int64 {
	first := runs[len(runs)-1].end
	for _, run := range runs {
		if at := max(run.start, reading-run.offset); at < run.end {
			first = min(first, at)
		}
	}
	return first
}

// shown returns every Unix second at which the clock shows exactly reading.
func shown(reading int64, runs []stretch) []int64 {
	var seconds []int64
	for _, run := range runs {
		if at := reading - run.offset; run.start <= at && at < run.end {
			seconds = append(seconds, at)
		}
	}
	return seconds
}
