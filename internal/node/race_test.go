//go:build race

package node_test

// underRace makes simulations take every tenth case: the race detector makes them ten times
// slower, and looks for something that every case shows.
const underRace = true
