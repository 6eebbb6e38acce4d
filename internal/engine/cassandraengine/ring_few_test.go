//go:build servers && !soak

package cassandraengine

// ringTakes is how many sets are taken while writers go on; the last is loaded back.
const ringTakes = 2

// restoreCutEvery says which calls of a restore are cut: a few of the calls; all of them take minutes.
const restoreCutEvery = 7
