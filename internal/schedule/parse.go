package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	cron "github.com/netresearch/go-cron"
)

// maxRunsPerHour is how often an hour may hold a slot. More often than every five minutes
// is a forgotten minute, not a schedule of backups.
const maxRunsPerHour = 12

// starBit is how the parser marks a field that was written as a star.
const starBit = 1 << 63

// fields names the five fields in their order, with the greatest number each may hold and
// all that may be written there.
var fields = [5]struct {
	name   string
	most   int
	values string
}{
	{"minute", 59, "numbers from 0 to 59, a range (10-20), a step (*/15) or a list (0,30)"},
	{"hour", 23, "numbers from 0 to 23, a range (0-5), a step (*/6), a list (0,12) or *"},
	{"day of month", 31, "numbers from 1 to 31, a range (1-7), a step (*/10), a list (1,15) or *"},
	{"month", 12, "numbers from 1 to 12 or jan to dec, a range (jan-mar), a step (*/3), a list (1,7) or *"},
	{"day of week", 7, "numbers from 0 to 7 (0 and 7 are Sunday) or sun to sat, a range (mon-fri), a list (mon,thu) or *"},
}

const (
	minute = iota
	hour
	day
	month
	weekday
)

// parseTimes reads five fields. Each is parsed alone, so that an error names its field.
func parseTimes(expr string, text [5]string) (times, *Error) {
	var sets [5]uint64
	for i, field := range text {
		set, problem := parseField(expr, i, field)
		if problem != nil {
			return times{}, problem
		}
		sets[i] = set
	}
	if problem := checkMinute(expr, text[minute], sets[minute]); problem != nil {
		return times{}, problem
	}
	if problem := checkDays(expr, text[day], text[weekday]); problem != nil {
		return times{}, problem
	}
	return combine(expr, sets)
}

// combine joins the sets of the five fields and refuses what no date fulfils.
func combine(expr string, sets [5]uint64) (times, *Error) {
	t := times{
		minute:  sets[minute] &^ starBit,
		hour:    sets[hour] &^ starBit,
		day:     sets[day] &^ starBit,
		month:   sets[month] &^ starBit,
		weekday: sets[weekday] &^ starBit,
		dayOr:   sets[day]&starBit == 0 && sets[weekday]&starBit == 0,
	}
	if !t.possible() {
		return times{}, refuse(expr, fields[day].name, "no month it names has such a day, so it never runs",
			"write a day that exists, for example 28")
	}
	return t, nil
}

// parseField returns the set of one field, with starBit where it was written as a star.
func parseField(expr string, index int, text string) (uint64, *Error) {
	problem := refuse(expr, fields[index].name, fmt.Sprintf("%s %q is not valid", fields[index].name, text),
		"write "+fields[index].values)
	if !plain(text) || !bounded(index, text) || steppedWeekdays(index, text) {
		return 0, problem
	}
	alone := [5]string{"0", "*", "*", "*", "*"}
	alone[index] = text
	parser := cron.MustNewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.DowOrDom)
	parsed, err := parser.Parse(strings.Join(alone[:], " "))
	if err != nil {
		return 0, problem
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return 0, problem
	}
	return [5]uint64{spec.Minute, spec.Hour, spec.Dom, spec.Month, spec.Dow}[index], nil
}

// plain reports whether a field holds only what every cron daemon knows: letters, digits,
// and stars, commas, hyphens and slashes where they belong. A star inside a list is refused
// because the list then says less than it seems to.
func plain(text string) bool {
	for element := range strings.SplitSeq(text, ",") {
		if element == "" || strings.Contains(element, "*") && text != element {
			return false
		}
	}
	return strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*,-/") == ""
}

// bounded reports whether no number of a field is greater than its greatest. The parser looks
// only at the end of a range: it takes 100/1 for an hour, and 26-5 too.
func bounded(index int, text string) bool {
	for element := range strings.SplitSeq(text, ",") {
		values, _, _ := strings.Cut(element, "/")
		for value := range strings.SplitSeq(values, "-") {
			if n, err := strconv.Atoi(value); err == nil && n > fields[index].most {
				return false
			}
		}
	}
	return true
}

// steppedWeekdays reports a step over a range of weekdays. The parser counts Sunday twice when it
// steps over the end of the week (fri-tue/2 gives Fri, Sun, Mon).
func steppedWeekdays(index int, text string) bool {
	return index == weekday && strings.Contains(text, "-") && strings.Contains(text, "/")
}

// checkMinute refuses a minute that is not stated.
func checkMinute(expr, text string, set uint64) *Error {
	runs := bits.OnesCount64(set &^ starBit)
	if runs <= maxRunsPerHour {
		return nil
	}
	return refuse(expr, fields[minute].name,
		fmt.Sprintf("the minute %q makes it run %d times in every hour that matches", text, runs),
		fmt.Sprintf("state the minute, for example 0; at most %d in an hour", maxRunsPerHour))
}

// checkDays refuses a star with a step beside another restriction of the day: cron daemons
// disagree whether both must match or either.
func checkDays(expr, day, weekday string) *Error {
	stepped := func(text string) bool { return strings.HasPrefix(text, "*/") }
	if day == "*" || weekday == "*" || !stepped(day) && !stepped(weekday) {
		return nil
	}
	return refuse(expr, "", fmt.Sprintf("day of month %q together with day of week %q means different days to different cron daemons", day, weekday),
		"restrict one of the two, or write the days as a list (1,11,21)")
}

// refuse builds the error for an expression.
func refuse(expr, field, problem, remedy string) *Error {
	return &Error{Expr: expr[:min(len(expr), MaxLength)], Field: field, Problem: problem, Remedy: remedy}
}
