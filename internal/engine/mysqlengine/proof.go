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

// findProof says what can bring several connections to one point on this server, or why only
// one reads. Equal positions in the binary log do not: beside writers, snapshots at one
// position of a complete log were seen to differ by a transaction (MariaDB 10.11, one take in
// some hundreds). FLUSH TABLES WITH READ LOCK would, but makes all wait for the longest running
// statement; and what Oracle MySQL has (with LOCK INSTANCE FOR BACKUP) was never tried on a
// real one. One connection is of one moment without any lock.
func findProof(p product, g *grants, cluster bool, log binlogFilter) (proof, string) {
	switch {
	case !p.mariadb:
		return proofNone, "what would hold several connections to one moment is not tested on " + p.server.Product
	case !p.atLeast(10, 4, 1): // https://mariadb.com/kb/en/backup-stage/
		return proofNone, "BACKUP STAGE, which would hold several connections to one moment, comes with MariaDB 10.4"
	case cluster:
		return proofNone, "BACKUP STAGE, which would hold several connections to one moment, halts a Galera node and is not tested on one"
	case !g.global("RELOAD"):
		return proofNone, "for several connections run: GRANT RELOAD ON *.* TO " + g.account
	case log == filterUnknown:
		return proofNone, "for several connections run: GRANT REPLICATION CLIENT ON *.* TO " + g.account
	case log == filterSet:
		return proofNone, "BACKUP STAGE, which would hold several connections to one moment, may let through commits of databases that the binary log leaves out (binlog_do_db, binlog_ignore_db)"
	}
	return proofStage, ""
}

// connections is how many a take would use.
func (v survey) connections(o Options) int {
	if v.proof == proofNone {
		return 1
	}
	return v.worthwhile(o)
}

// worthwhile is how many connections would read this much, if they could.
func (v survey) worthwhile(o Options) int {
	if v.schema == nil {
		return 1
	}
	var bytes int64
	for _, t := range v.schema.tables() {
		bytes += t.table.bytes
	}
	return int(max(1, min(int64(o.Connections), bytes/o.PerConnection)))
}

// rung is the way to one moment that a take by so many connections uses, and why.
func (v survey) rung(connections, worthwhile int) (name, reason string) {
	reading := "one connection reads everything in one InnoDB snapshot"
	if connections > 1 {
		reading = fmt.Sprintf("%d connections read InnoDB snapshots that are opened under BACKUP STAGE, while commits wait for some milliseconds", connections)
	}
	switch {
	case len(v.locked) > 0:
		return rungLockTables, fmt.Sprintf("no snapshot covers %s; their writers wait while those are read; of the rest, %s", strings.Join(v.locked, ", "), reading)
	case connections > 1:
		return rungStage, reading
	case worthwhile > 1:
		return rungSnapshot, reading + "; no lock is taken; " + v.alone
	}
	return rungSnapshot, reading + "; no lock is taken"
}

// The rungs: how everything comes to be of one moment.
const (
	rungSnapshot   = "snapshot"
	rungStage      = "backup stage"
	rungLockTables = "lock tables"
)
