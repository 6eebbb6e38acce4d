package schedule

import "time"

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
		end := to
		if _, next := t.ZoneBounds(); !next.IsZero() {
			end = min(to, next.Unix())
		}
		found = append(found, stretch{start: at, end: end, offset: int64(offset)})
		at = end
	}
	return found
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
