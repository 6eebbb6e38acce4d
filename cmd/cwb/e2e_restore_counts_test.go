//go:build servers && !soak

package main

// randomRestoreKills is how many restores are killed at a random instant in every run of the
// tests; make soak kills more.
const randomRestoreKills = 10

// randomCassandraKills is how many restores of a Cassandra are.
const randomCassandraKills = 10

// killedActions are the steps at whose beginning a restore of Ellis and Homestead is killed.
var killedActions = []string{"truncate", "import", "swap"}

// restoreRingInPlace says whether a ring is also restored where it is, and back: a minute,
// which the tests of the engine spend on the same.
const restoreRingInPlace = false
