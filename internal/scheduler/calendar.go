package scheduler

import (
	"fmt"
	"strings"
	"time"

	cron "github.com/netresearch/go-cron"
)

// calendar is a parsed expression: one bit for each value of a field. dayOr tells that a
// day counts when either of its two fields has it, as in cron.
type calendar struct {
	minute, hour, day, month, weekday uint64
	dayOr                             bool
}

const (
	starBit = 1 << 63 // how the parser marks a field that was written as a star

	allHours    = 1<<24 - 1
	allDays     = 1<<32 - 1<<1
	allMonths   = 1<<13 - 1<<1
	allWeekdays = 1<<7 - 1
)

// parse reads an expression. Package schedule has refused, with better words, all that is
// refused here; this check only keeps a mistake from becoming a timer that never fires.
func parse(expr string) (calendar, error) {
	parser := cron.MustNewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.DowOrDom | cron.Descriptor)
	parsed, err := parser.Parse(strings.Join(strings.Fields(expr), " "))
	if err != nil {
		return calendar{}, fmt.Errorf("%w: schedule %q: %w", ErrJob, expr, err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok || strings.Contains(expr, "=") || spec.Minute&starBit != 0 {
		return calendar{}, fmt.Errorf("%w: schedule %q: state the minute, and five fields only", ErrJob, expr)
	}
	c := fromSpec(spec)
	for _, set := range []uint64{c.minute, c.hour, c.day, c.month, c.weekday} {
		if set == 0 {
			return calendar{}, fmt.Errorf("%w: schedule %q never runs", ErrJob, expr)
		}
	}
	return c, nil
}

// fromSpec takes over the parser's sets. Days of which one field holds all, without being a
// star, are simply all days.
func fromSpec(spec *cron.SpecSchedule) calendar {
	c := calendar{
		minute:  spec.Minute &^ starBit,
		hour:    spec.Hour &^ starBit,
		day:     spec.Dom &^ starBit,
		month:   spec.Month &^ starBit,
		weekday: spec.Dow &^ starBit,
		dayOr:   spec.Dom&starBit == 0 && spec.Dow&starBit == 0,
	}
	if c.dayOr && (c.day == allDays || c.weekday == allWeekdays) {
		c.day, c.weekday, c.dayOr = allDays, allWeekdays, false
	}
	return c
}

// has reports whether bit value is set.
func has(bits uint64, value int) bool { return bits>>uint(value)&1 == 1 }

// matches reports whether the calendar contains the minute that t shows.
func (c calendar) matches(t time.Time) bool {
	if !has(c.minute, t.Minute()) || !has(c.hour, t.Hour()) || !has(c.month, int(t.Month())) {
		return false
	}
	onDay, onWeekday := has(c.day, t.Day()), has(c.weekday, int(t.Weekday()))
	if c.dayOr {
		return onDay || onWeekday
	}
	return onDay && onWeekday
}

// list writes a set as "*", or as values and ranges: three or more in a row are a range.
func list(set, all uint64, dash string, name func(int) string) string {
	if set == all {
		return "*"
	}
	var parts []string
	for from := 0; from < 64; from++ {
		if !has(set, from) {
			continue
		}
		to := from
		for has(set, to+1) {
			to++
		}
		if to-from < 2 {
			parts = append(parts, name(from))
			continue
		}
		parts = append(parts, name(from)+dash+name(to))
		from = to
	}
	return strings.Join(parts, ",")
}
