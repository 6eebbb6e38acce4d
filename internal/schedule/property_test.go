package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cron "github.com/netresearch/go-cron"
	"pgregory.net/rapid"
)

var zones = []string{
	"UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati",
	"America/Havana", "America/Asuncion", "Africa/Cairo", "America/Nuuk",
}

// oracle walks through real minutes and asks for each whether something falls due then. It
// knows no zone arithmetic: it watches a clock.
func oracle(expr string, loc *time.Location, from, to time.Time) []time.Time {
	everyHour := strings.Fields(expr)[1] == "*"
	reading := func(t time.Time) time.Time {
		y, m, d := t.In(loc).Date()
		return time.Date(y, m, d, t.In(loc).Hour(), t.In(loc).Minute(), 0, 0, time.UTC)
	}
	highest := reading(from.Add(-48 * time.Hour))
	var slots []time.Time
	for t := from.Add(-48 * time.Hour); !t.After(to); t = t.Add(time.Minute) {
		now := reading(t)
		due := everyHour && matches(expr, now)
		for highest.Before(now) {
			highest = highest.Add(time.Minute)
			due = due || !everyHour && matches(expr, highest)
		}
		if due && t.After(from) {
			slots = append(slots, t.UTC())
		}
	}
	return slots
}

// matches reads the expressions that anExpression writes: numbers, lists, stars.
func matches(expr string, t time.Time) bool {
	f := strings.Fields(expr)
	in := func(text string, value int) bool {
		return text == "*" || slices.Contains(strings.Split(text, ","), strconv.Itoa(value))
	}
	onDay, onWeekday := in(f[2], t.Day()), in(f[4], int(t.Weekday()))
	dates := onDay && onWeekday
	if f[2] != "*" && f[4] != "*" {
		dates = onDay || onWeekday
	}
	return in(f[0], t.Minute()) && in(f[1], t.Hour()) && in(f[3], int(t.Month())) && dates
}

// anExpression draws an expression without names, ranges and steps, mostly about the hours
// in which clocks are changed.
func anExpression(t *rapid.T) string {
	numbers := func(label string, low, high, most int) string {
		var text []string
		for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(low, high), 1, most, rapid.ID).Draw(t, label) {
			text = append(text, strconv.Itoa(n))
		}
		return strings.Join(text, ",")
	}
	orStar := func(label, text string) string {
		return rapid.SampledFrom([]string{"*", text}).Draw(t, label+" or star")
	}
	return strings.Join([]string{
		numbers("minute", 0, 59, 4),
		rapid.SampledFrom([]string{"*", numbers("hour", 0, 4, 3), numbers("any hour", 0, 23, 6)}).Draw(t, "hours"),
		orStar("day", numbers("day", 1, 31, 10)), orStar("month", numbers("month", 1, 12, 9)),
		orStar("weekday", numbers("weekday", 0, 6, 4)),
	}, " ")
}

// anInstant draws a minute, mostly within days of a change of the clock.
func anInstant(t *rapid.T, loc *time.Location) time.Time {
	year := rapid.SampledFrom([]int{1970, 1971, 1995, 2011, 2023, 2026, 2027, 2038, 2040, 2099}).Draw(t, "year")
	start := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 365*24*60).Draw(t, "minute of the year")) * time.Minute)
	_, change := start.In(loc).ZoneBounds()
	if year == 2040 {
		change = time.Date(2040, 12, 31, 0, 0, 0, 0, loc) // where package time errs
	}
	if change.IsZero() || rapid.Bool().Draw(t, "anywhere") {
		return start
	}
	return change.UTC().Truncate(time.Minute).Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(t, "minutes from the change")) * time.Minute)
}

func TestProperty_slots_are_those_of_a_watched_clock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expr, loc := aSchedule(t)
		s, err := Parse(expr, loc)
		if err != nil {
			return // it never runs
		}
		from := anInstant(t, loc)
		to := from.Add(4 * 24 * time.Hour)
		want := oracle(expr, loc, from, to)
		got, more := s.Between(from, to, 10000)
		if more || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q in %s after %v\n got %v\nwant %v", expr, loc, from, got, want)
		}
	})
}

func TestProperty_Prev_and_Next_agree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expr, loc := aSchedule(t)
		s, err := Parse(expr, loc)
		if err != nil {
			return // it never runs
		}
		now := anInstant(t, loc).Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)-1).Draw(t, "within the minute")))
		next, ok := s.Next(now)
		if !ok || !next.After(now) || next.Location() != time.UTC {
			t.Fatalf("Next(%v) = %v, %v", now, next, ok)
		}
		prev, ok := s.Prev(now)
		if !ok || prev.After(now) || prev.Location() != time.UTC {
			t.Fatalf("Prev(%v) = %v, %v", now, prev, ok)
		}
		if got, _ := s.Next(prev); !got.Equal(next) {
			t.Fatalf("between %v and %v lies the slot %v", prev, next, got)
		}
		if got, _ := s.Prev(next); !got.Equal(next) {
			t.Fatalf("Prev(%v) = %v; want the slot itself", next, got)
		}
		if got, _ := s.Prev(next.Add(-1)); !got.Equal(prev) {
			t.Fatalf("before %v comes %v, not %v", next, got, prev)
		}
	})
}

func aSchedule(t *rapid.T) (string, *time.Location) {
	loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	return anExpression(t), loc
}

// A daily job has one slot on each local date for three years, wherever the time lies.
func TestDaily_has_one_slot_each_local_date(t *testing.T) {
	for _, name := range []string{"Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati", "UTC"} {
		for _, clock := range []string{"0 0", "30 0", "0 1", "30 1", "45 1", "0 2", "15 2", "30 2", "0 3", "59 23"} {
			s, loc := must(t, clock+" * * *", name), zone(t, name)
			midnight := time.Date(2026, 1, 1, 0, 0, 0, 0, loc)
			slots, more := s.Between(midnight.Add(-1), midnight.AddDate(3, 0, 0).Add(-1), 2000)
			if more || len(slots) != 3*365+1 {
				t.Fatalf("%q in %s: %d slots in three years", clock, name, len(slots))
			}
			for i, slot := range slots {
				want := midnight.AddDate(0, 0, i).Format(time.DateOnly)
				if got := slot.In(loc).Format(time.DateOnly); got != want {
					t.Fatalf("%q in %s: slot %d is on %s, not on %s", clock, name, i, got, want)
				}
			}
		}
	}
}

// Away from changes of the clock the slots are those of the parser's own library.
func TestProperty_agrees_with_the_library_in_UTC(t *testing.T) {
	parser := cron.MustNewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.DowOrDom).WithMaxSearchYears(9)
	rapid.Check(t, func(t *rapid.T) {
		expr := anExpression(t)
		s, err := Parse(expr, time.UTC)
		if err != nil {
			return // it never runs
		}
		reference, err := parser.Parse(expr)
		if err != nil {
			t.Fatal(err)
		}
		now := anInstant(t, time.UTC)
		if got, _ := s.Next(now); !got.Equal(reference.Next(now)) {
			t.Fatalf("%q after %v: got %v, the library says %v", expr, now, got, reference.Next(now))
		}
	})
}
