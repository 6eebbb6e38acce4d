package soak

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// Of gives few in the tests of every run, and many in the soak.
func Of[T any](few, many T) T {
	if long {
		return many
	}
	return few
}

// Seed is that of the environment, SEED, or a new one, for a test that draws something by
// chance. It is logged, so that the run can be had again.
func Seed(tb testing.TB) uint64 {
	tb.Helper()
	seed, given := Given(tb)
	if !given {
		seed = uint64(time.Now().UnixNano())
	}
	tb.Logf("SEED=%d", seed)
	return seed
}

// Given is the SEED of the environment, if there is one. The test fails when it is no number.
func Given(tb testing.TB) (seed uint64, given bool) {
	tb.Helper()
	text, given := os.LookupEnv("SEED")
	if !given || text == "" {
		return 0, false
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		tb.Fatalf("SEED is no number: %v", err)
	}
	return seed, true
}

// Figures logs how much a test has tried. make soak repeats these lines at its end.
func Figures(tb testing.TB, format string, args ...any) {
	tb.Helper()
	tb.Logf("figures: "+format, args...)
}
