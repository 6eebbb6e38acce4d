package mysqlengine

import (
	"context"
	"fmt"
	"strings"
)

// proof is what shows that the snapshots of several connections are of one point.
type proof string

// The proofs, in the order in which they are tried. One connection needs none.
const (
	proofNone   proof = ""
	proofBinlog proof = "binlog position" // all snapshots stand at one position of a complete binary log: no lock
	proofStage  proof = "BACKUP STAGE"    // commits wait for the milliseconds in which the snapshots open
)

// findProof says what can bring several connections to one point on this server. The
// position of a snapshot in the binary log proves something only where every commit is
// logged: no filter by database, and no replica that leaves out what it replicates. Who may
// not see the filters (BINLOG MONITOR) cannot prove that. A session that turns its own
// logging off writes outside the proof, so it needs the privilege to (SET sql_log_bin).
// https://mariadb.com/kb/en/enhancements-for-start-transaction-with-consistent-snapshot/
func findProof(ctx context.Context, s *session, p product, g *grants) (proof, error) {
	if !p.mariadb {
		return proofNone, nil
	}
	if g.global("BINLOG MONITOR") || g.global("REPLICATION CLIENT") || g.global("SUPER") {
		whole, err := logsEverything(ctx, s)
		if err != nil {
			return proofNone, fmt.Errorf("ask about the binary log: %w", err)
		}
		if whole {
			return proofBinlog, nil
		}
	}
	if g.global("RELOAD") && p.atLeast(10, 4, 1) {
		return proofStage, nil // https://mariadb.com/kb/en/backup-stage/
	}
	return proofNone, nil
}

// logsEverything reports whether every commit of this server is in its binary log.
func logsEverything(ctx context.Context, s *session) (bool, error) {
	own, err := s.one(ctx, "SELECT @@log_bin = 1 AND (@@log_slave_updates = 1 OR @@gtid_slave_pos = '')")
	if err != nil || own != "1" {
		return false, err
	}
	r, err := s.query(ctx, "SHOW MASTER STATUS")
	if err != nil {
		return false, err
	}
	for _, row := range r.rows {
		if r.text(row, "Binlog_Do_DB") == "" && r.text(row, "Binlog_Ignore_DB") == "" {
			return true, nil
		}
	}
	return false, nil
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
	case v.proof == proofBinlog:
		return rungSnapshot, fmt.Sprintf("%d connections read InnoDB snapshots that are proven to stand at one position of the binary log; no lock is taken", connections)
	}
	return rungSnapshot, fmt.Sprintf("%d connections read InnoDB snapshots that are opened under BACKUP STAGE, while commits wait for some milliseconds", connections)
}

// The rungs: how everything comes to be of one moment.
const (
	rungSnapshot   = "snapshot"
	rungLockTables = "lock tables"
)
