package schedule

import "time"

// times is a parsed expression: one bit for each value of a field. The day bits are those
// of the calendar; dayOr tells that a day counts when either of its fields has it.
type times struct {
	minute, hour, day, month, weekday uint64
	dayOr                             bool
}

const (
	allHours    = 1<<24 - 1
	allDays     = 1<<32 - 1<<1
	allMonths   = 1<<13 - 1<<1
	allWeekdays = 1<<7 - 1
)

// has reports whether bit value is set.
func has(bits uint64, value int) bool { return bits>>uint(value)&1 == 1 }

// onDate reports whether the times contain the date.
func (t times) onDate(d date) bool {
	_, month, day := d.civil().Date()
	if !has(t.month, int(month)) {
		return false
	}
	onDay, onWeekday := has(t.day, day), has(t.weekday, int(d.civil().Weekday()))
	if t.dayOr {
		return onDay || onWeekday
	}
	return onDay && onWeekday
}

// everyHour reports whether the schedule follows real hours.
func (t times) everyHour() bool { return t.hour == allHours }

// clock returns the times of day, in seconds since midnight, earliest first.
func (t times) clock() []int64 {
	var seconds []int64
	for hour := range 24 {
		for minute := range 60 {
			if has(t.hour, hour) && has(t.minute, minute) {
				seconds = append(seconds, int64(hour)*3600+int64(minute)*60)
			}
		}
	}
	return seconds
}

// possible reports whether any date of any year is contained.
func (t times) possible() bool {
	leapYear := dateOf(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	for day := range date(366) {
		month, dayOfMonth := (leapYear + day).civil().Month(), (leapYear + day).civil().Day()
		if has(t.month, int(month)) && (has(t.day, dayOfMonth) || t.dayOr) {
			return true
		}
	}
	return false
}
