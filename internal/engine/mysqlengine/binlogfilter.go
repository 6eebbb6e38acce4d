package mysqlengine

import (
	"context"
	"fmt"
)

// binlogFilter says whether the binary log leaves databases out. MariaDB holds a commit at
// BLOCK_COMMIT by a metadata lock, which a transaction of one engine takes only when the
// binary log is off, or is written by it as well (rw_ha_count in ha_commit_trans of
// sql/handler.cc). What a filter keeps out of the log is neither.
type binlogFilter int

const (
	filterNone    binlogFilter = iota // everything is in the log, or there is none
	filterSet                         // some databases are left out
	filterUnknown                     // the account may not know
)

// readBinlogFilter needs BINLOG MONITOR (before 10.5 REPLICATION CLIENT, which is still its
// other name). https://mariadb.com/kb/en/show-binlog-status/
func readBinlogFilter(ctx context.Context, s *session) (binlogFilter, error) {
	on, err := s.one(ctx, "SELECT @@GLOBAL.log_bin")
	if err != nil {
		return filterUnknown, fmt.Errorf("ask for the binary log: %w", err)
	}
	if on == "0" {
		return filterNone, nil
	}
	r, err := s.query(ctx, "SHOW MASTER STATUS")
	if isServerError(err, errNeedsPrivilege) {
		return filterUnknown, nil
	}
	if err != nil {
		return filterUnknown, fmt.Errorf("ask what the binary log leaves out: %w", err)
	}
	for _, row := range r.rows {
		if r.text(row, "Binlog_Do_DB") != "" || r.text(row, "Binlog_Ignore_DB") != "" {
			return filterSet, nil
		}
	}
	return filterNone, nil
}
