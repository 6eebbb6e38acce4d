package schedule

import (
	"math"
	"slices"
	"testing"
	"time"
)

// The nights on which a clock is changed, and the dates that are easily missed. Between
// gives every slot of the span, so a case proves what falls due and that nothing else does.
func TestBetween(t *testing.T) {
	cases := []struct {
		name, expr, zone, from, to string
		want                       []string
	}{
		{"spring_night_falls_due_when_the_gap_ends", "30 2 * * *", "America/New_York",
			"2026-03-07T00:00:00-05:00", "2026-03-09T23:59:00-04:00",
			[]string{"2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
		{"autumn_night_falls_due_at_the_first_of_two", "30 1 * * *", "America/New_York",
			"2026-10-31T00:00:00-04:00", "2026-11-02T23:59:00-05:00",
			[]string{"2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
		{"london_spring", "30 1 * * *", "Europe/London",
			"2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		{"london_autumn", "0 1 * * *", "Europe/London",
			"2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z",
			[]string{"2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"}},
		{"two_times_in_one_gap_are_one_slot", "15,45 2 * * *", "America/New_York",
			"2026-03-08T00:00:00-05:00", "2026-03-08T23:00:00-04:00",
			[]string{"2026-03-08T07:00:00Z"}},
		{"half_hour_gap", "15 2 * * *", "Australia/Lord_Howe",
			"2026-10-03T00:00:00+10:30", "2026-10-05T12:00:00+11:00",
			[]string{"2026-10-02T15:45:00Z", "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
		{"half_hour_repeated", "45 1 * * *", "Australia/Lord_Howe",
			"2026-04-04T00:00:00+11:00", "2026-04-06T12:00:00+10:30",
			[]string{"2026-04-03T14:45:00Z", "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"}},
		{"midnight_is_skipped", "0 0 * * *", "Africa/Cairo",
			"2026-04-23T12:00:00+02:00", "2026-04-25T12:00:00+03:00",
			[]string{"2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"}},
		{"midnight_is_repeated", "0 0 * * *", "America/Havana",
			"2026-10-31T12:00:00-04:00", "2026-11-02T12:00:00-05:00",
			[]string{"2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"}},
		{"clock_put_back_over_midnight", "30 23 * * *", "America/Asuncion",
			"2023-03-25T12:00:00-03:00", "2023-03-27T12:00:00-04:00",
			[]string{"2023-03-26T02:30:00Z", "2023-03-27T03:30:00Z"}},
		{"day_that_was_left_out_has_none", "30 2 * * *", "Pacific/Apia",
			"2011-12-28T12:00:00-10:00", "2011-12-31T23:00:00+14:00",
			[]string{"2011-12-29T12:30:00Z", "2011-12-30T12:30:00Z"}},
		{"far_east", "0 0 * * *", "Pacific/Kiritimati",
			"2026-01-01T00:00:00+14:00", "2026-01-03T00:00:00+14:00",
			[]string{"2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z"}},
		{"every_hour_spring", "0 * * * *", "Europe/London",
			"2026-03-28T23:30:00Z", "2026-03-29T02:30:00Z",
			[]string{"2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"}},
		{"every_hour_autumn", "30 * * * *", "Europe/London",
			"2026-10-24T23:00:00Z", "2026-10-25T02:00:00Z",
			[]string{"2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"}},
		{"some_hours_autumn", "30 0-5 * * *", "Europe/London",
			"2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z",
			[]string{"2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"}},
		{"leap_day", "0 0 29 2 *", "UTC",
			"2023-01-01T00:00:00Z", "2032-12-31T00:00:00Z",
			[]string{"2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
		{"leap_day_over_a_century", "0 0 29 2 *", "UTC",
			"2096-03-01T00:00:00Z", "2104-12-31T00:00:00Z",
			[]string{"2104-02-29T00:00:00Z"}},
		{"day_or_weekday", "0 12 13 * fri", "UTC",
			"2026-02-05T00:00:00Z", "2026-02-21T00:00:00Z",
			[]string{"2026-02-06T12:00:00Z", "2026-02-13T12:00:00Z", "2026-02-20T12:00:00Z"}},
		{"first_seconds_of_unix_time", "0 0 * * *", "UTC",
			"1969-12-31T12:00:00Z", "1970-01-01T12:00:00Z",
			[]string{"1970-01-01T00:00:00Z"}},
		{"beyond_32_bits", "14 3 19 1 *", "UTC",
			"2037-12-31T00:00:00Z", "2039-12-31T00:00:00Z",
			[]string{"2038-01-19T03:14:00Z", "2039-01-19T03:14:00Z"}},
		{"last_day_of_a_leap_year_beyond_the_table", "0 6 * * *", "Europe/London",
			"2040-12-30T12:00:00Z", "2041-01-01T12:00:00Z",
			[]string{"2040-12-31T06:00:00Z", "2041-01-01T06:00:00Z"}},
		{"weekly", "@weekly", "UTC", "2026-11-20T00:00:00Z", "2026-11-30T00:00:00Z",
			[]string{"2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			slots, more := must(t, c.expr, c.zone).Between(at(t, c.from), at(t, c.to), 100)
			var got []string
			for _, slot := range slots {
				got = append(got, slot.Format(time.RFC3339))
			}
			if !slices.Equal(got, c.want) || more {
				t.Errorf("slots of %q in %s\n got %v (more: %v)\nwant %v", c.expr, c.zone, got, more, c.want)
			}
		})
	}
}

func TestBetween_says_when_the_limit_hides_slots(t *testing.T) {
	s := must(t, "0 0 * * *", "UTC")
	from := at(t, "2026-01-01T00:00:00Z")
	for _, c := range []struct {
		days, limit, want int
		more              bool
	}{{3, 2, 2, true}, {2, 2, 2, false}, {0, 2, 0, false}, {3, 0, 0, true}, {3, -1, 0, true}, {-5, 2, 0, false}} {
		slots, more := s.Between(from, from.AddDate(0, 0, c.days), c.limit)
		if len(slots) != c.want || more != c.more {
			t.Errorf("%d days, limit %d: %d slots, more %v; want %d, %v", c.days, c.limit, len(slots), more, c.want, c.more)
		}
	}
}

func TestPrev_includes_its_instant_and_Next_does_not(t *testing.T) {
	s := must(t, "0 0 * * *", "Europe/London")
	slot := at(t, "2026-07-01T23:00:00Z")
	if got, ok := s.Prev(slot); !ok || !got.Equal(slot) {
		t.Errorf("Prev(slot) = %v, %v; want the slot", got, ok)
	}
	if got, ok := s.Prev(slot.Add(-1)); !ok || !got.Equal(slot.AddDate(0, 0, -1)) {
		t.Errorf("Prev just before the slot = %v, %v; want a day earlier", got, ok)
	}
	if got, ok := s.Next(slot); !ok || !got.Equal(slot.AddDate(0, 0, 1)) {
		t.Errorf("Next(slot) = %v, %v; want a day later", got, ok)
	}
	if got, ok := s.Next(slot.Add(-1)); !ok || !got.Equal(slot) || got.Location() != time.UTC {
		t.Errorf("Next just before the slot = %v, %v; want the slot in UTC", got, ok)
	}
}

func TestSearch_ends_outside_the_calendar(t *testing.T) {
	s := must(t, "0 0 29 2 *", "America/New_York")
	for _, when := range []time.Time{{}, time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0), time.Date(292277, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if slot, ok := s.Prev(when); ok && slot.After(when) {
			t.Errorf("Prev(%v) = %v", when, slot)
		}
		if slot, ok := s.Next(when); ok && !slot.After(when) {
			t.Errorf("Next(%v) = %v", when, slot)
		}
	}
	if slot, ok := (Schedule{}).Next(at(t, "2026-01-01T00:00:00Z")); ok {
		t.Errorf("the zero schedule has a slot at %v", slot)
	}
}
