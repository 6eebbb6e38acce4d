//go:build servers

package main

import "cwb/internal/soak"

// How much is tried in every run of the tests, and how much in the soak.
var (
	randomKills   = soak.Of(10, 100)
	moreNights    = soak.Of(0, 40) // after the ten beside the old scripts
	takesInDDL    = soak.Of(8, 60)
	takesInWrites = soak.Of(5, 40)

	// randomRestoreKills is how many restores of Ellis are killed at a random instant.
	randomRestoreKills = soak.Of(10, 100)
	// randomCassandraKills is how many restores of a Cassandra are.
	randomCassandraKills = soak.Of(10, 100)
	// everyCassandraWay says after which of them the --resume or --undo is killed, too. It is
	// odd, so that it meets both. That of Ellis, which costs little, always is.
	everyCassandraWay = soak.Of(3, 1)
	// killedActions are the steps at whose beginning a restore of Ellis and Homestead is killed.
	killedActions = soak.Of([]string{"truncate", "import", "swap"}, []string{"load", "truncate", "import", "swap", "import", "truncate", "swap", "load"})
	// restoreRingInPlace says whether a ring is also restored where it is, and back: more than a
	// minute, which the tests of the engine spend on the same.
	restoreRingInPlace = soak.Of(false, true)
)
