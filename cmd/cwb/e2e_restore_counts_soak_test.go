//go:build servers && soak

package main

// The long run: see e2e_restore_counts_test.go.
const (
	randomRestoreKills   = 100
	randomCassandraKills = 100
)

var killedActions = []string{"load", "truncate", "import", "swap", "import", "truncate", "swap", "load"}

const restoreRingInPlace = true
