package schedule

import (
	"testing"
	"time"
	_ "time/tzdata" // as in the command: the tests must pass where no zone database is installed
)

// zone returns a zone by its name.
func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// must returns the schedule of an expression that is known to be good.
func must(t testing.TB, expr, zoneName string) Schedule {
	t.Helper()
	s, err := Parse(expr, zone(t, zoneName))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// at reads a time as RFC 3339.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}
