package mysqlengine

import (
	"fmt"
	"strings"
)

// proof is what shows that the snapshots of several connections are of one point.
type proof string

// The proofs, in the order in which they are tried. One connection needs none.
const (
	proofNone  proof = ""
	proofStage proof = "BACKUP STAGE" // commits wait for the milliseconds in which the snapshots open
)

// findProof says what can bring several connections to one point on this server. Equal
// positions in the binary log do not: beside writers, snapshots at one position of a complete
// log were seen to differ by a transaction (MariaDB 10.11, one take in some hundreds).
func findProof(p product, g *grants) proof {
	if !p.mariadb {
		return proofNone
	}
	if g.global("RELOAD") && p.atLeast(10, 4, 1) {
		return proofStage // https://mariadb.com/kb/en/backup-stage/
	}
	return proofNone
}

// connections is how many a take would use.
func (v survey) connections(o Options) int {
	if v.proof == proofNone || v.schema == nil {
		return 1
	}
	var bytes int64
	for _, t := range v.schema.tables() {
		bytes += t.table.bytes
	}
	return int(max(1, min(int64(o.Connections), bytes/o.PerConnection)))
}

// rung is the way to one moment that a take would use, and why.
func (v survey) rung(connections int) (name, reason string) {
	switch {
	case len(v.locked) > 0:
		return rungLockTables, fmt.Sprintf("no snapshot covers %s; writers wait while those are read", strings.Join(v.locked, ", "))
	case connections <= 1:
		return rungSnapshot, "one connection reads everything in one InnoDB snapshot; no lock is taken"
	}
	return rungSnapshot, fmt.Sprintf("%d connections read InnoDB snapshots that are opened under BACKUP STAGE, while commits wait for some milliseconds", connections)
}

// The rungs: how everything comes to be of one moment.
const (
	rungSnapshot   = "snapshot"
	rungLockTables = "lock tables"
)
