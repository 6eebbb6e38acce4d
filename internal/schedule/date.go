package schedule

import "time"

// A date is a day of the calendar without a zone: days since 1 January 1970.
type date int64

const secondsPerDay = 24 * 60 * 60

// dateOf returns the date that t shows in its own location.
func dateOf(t time.Time) date {
	year, month, day := t.Date()
	return date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// civil returns midnight of the date on a clock that never jumps.
func (d date) civil() time.Time { return time.Unix(d.midnight(), 0).UTC() }

// midnight returns the reading of the clock at midnight, in seconds since 1970.
func (d date) midnight() int64 { return int64(d) * secondsPerDay }
