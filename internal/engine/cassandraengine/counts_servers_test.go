//go:build servers

package cassandraengine

import "cwb/internal/soak"

var (
	// ringTakes is how many sets are taken while writers go on; the last is loaded back.
	ringTakes = soak.Of(2, 20)
	// restoreCutEvery says which calls of a restore are cut: a few of them, since all take
	// minutes.
	restoreCutEvery = soak.Of(7, 1)
)
