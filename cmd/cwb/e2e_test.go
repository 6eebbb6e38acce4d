//go:build servers

package main

import "testing"

// TestOnRealServers runs cwb against one MariaDB as Ellis and two Cassandras as Homer and
// Homestead. The servers are started once for all scenarios; each scenario has its own
// deployment, policy and snapshot paths.
func TestOnRealServers(t *testing.T) {
	s := startServers(t)
	for _, scenario := range []struct {
		name string
		run  func(*testing.T, *servers)
	}{
		{"nights", nights},
		{"beside old scripts", besideOldScripts},
		{"adopts dumps", adoptsDumps},
		{"adopts snapshots", adoptsSnapshots},
		{"another server", anotherServer},
		{"exit codes", exitCodes},
		{"kills", kills},
		{"writers", writers},
		{"secrets", secrets},
		{"restores", restoresOfAll},
		{"faults of a Cassandra", cassandraFaults},
		{"killed restores", restoreAllKills},
		{"killed restores of a Cassandra", restoreCassandraKills},
		{"Cassandra exactly", restoreCassandraExactly},
		{"full size", atFullSize},
		{"a dead Cassandra", deadCassandra},
	} {
		t.Run(scenario.name, func(t *testing.T) {
			s.refillEllis(t)
			scenario.run(t, s)
		})
	}
}
