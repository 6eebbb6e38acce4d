//go:build servers && soak

package cassandraengine

// ringTakes is how many sets are taken while writers go on; the last is loaded back.
const ringTakes = 20

// restoreCutEvery says which calls of a restore are cut: every call.
const restoreCutEvery = 1
