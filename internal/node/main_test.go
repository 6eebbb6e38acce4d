package node_test

import (
	"os"
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

// TestMain lets this binary be a process that holds a lock (see child_test.go), and looks
// for goroutines that tests left.
func TestMain(m *testing.M) {
	if path := os.Getenv("CWB_TEST_HOLD"); path != "" {
		os.Exit(holdLock(path))
	}
	debug.SetGCPercent(400) // simulations make much garbage
	goleak.VerifyTestMain(m)
}
