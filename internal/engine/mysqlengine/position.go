package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A position says where the content stands in the server's own history and in that of the
// servers it follows, in the products' own words:
//
//	binlog_snapshot_file, binlog_snapshot_position, gtid_binlog_pos   its own binary log
//	gtid_slave_pos, gtid_current_pos                                  MariaDB's global positions
//	replica[NAME].master_host, master_port, relay_master_log_file, exec_master_log_pos, using_gtid
//	wsrep_cluster_state_uuid, wsrep_local_state_uuid, wsrep_last_committed   Galera
//
// The server ties only the first line to a snapshot (where one connection reads beside
// writers, see [findProof], not to the last transaction). The others are asked for before the
// snapshot and after it: what stayed the same is the snapshot's; what went on is recorded
// twice, as NAME_before and NAME_after. Where the server or the account's grants do not tell,
// nothing is recorded.
type position map[string]string

// standing is what moves on without regard to a snapshot.
func readStanding(ctx context.Context, s *session, v survey) (position, error) {
	out := position{}
	if !v.product.mariadb {
		return out, nil // how Oracle MySQL tells it was never tried on a real one
	}
	for _, read := range []func(context.Context, *session, position) error{readGlobalGTIDs, readReplicas} {
		if err := read(ctx, s, out); err != nil {
			return nil, err
		}
	}
	if v.cluster {
		return out, readCluster(ctx, s, out)
	}
	return out, nil
}

func readGlobalGTIDs(ctx context.Context, s *session, out position) error {
	r, err := s.query(ctx, "SELECT @@gtid_slave_pos AS gtid_slave_pos, @@gtid_current_pos AS gtid_current_pos")
	if err != nil {
		return fmt.Errorf("ask for the GTID positions: %w", err)
	}
	for _, name := range []string{"gtid_slave_pos", "gtid_current_pos"} {
		out.note(name, r.text(r.rows[0], name))
	}
	return nil
}

// replicaColumns are what setting up another replica of the same primary needs.
var replicaColumns = []string{"Master_Host", "Master_Port", "Relay_Master_Log_File", "Exec_Master_Log_Pos", "Using_Gtid"}

// readReplicas reads what this server follows. It needs SLAVE MONITOR (before 10.5 REPLICATION
// CLIENT); an account without it takes the backup all the same.
// https://mariadb.com/kb/en/show-replica-status/
func readReplicas(ctx context.Context, s *session, out position) error {
	r, err := s.query(ctx, "SHOW ALL SLAVES STATUS")
	if isServerError(err, errNeedsPrivilege) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask what the server follows: %w", err)
	}
	for _, row := range r.rows {
		for _, column := range replicaColumns {
			out.note("replica["+r.text(row, "Connection_name")+"]."+strings.ToLower(column), r.text(row, column))
		}
	}
	return nil
}

// clusterStatus are the status variables of where a Galera node stands.
// https://mariadb.com/kb/en/galera-cluster-status-variables/
var clusterStatus = []string{"wsrep_cluster_state_uuid", "wsrep_local_state_uuid", "wsrep_last_committed"}

// inCluster reports whether the server is a Galera node.
func inCluster(ctx context.Context, s *session) (bool, error) {
	on, err := s.one(ctx, "SELECT @@GLOBAL.wsrep_on")
	if isServerError(err, errUnknownVariable) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ask whether it is a Galera node: %w", err)
	}
	return on == "1" || strings.EqualFold(on, "ON"), nil
}

func readCluster(ctx context.Context, s *session, out position) error {
	r, err := s.query(ctx, "SHOW GLOBAL STATUS LIKE 'wsrep\\_%'")
	if err != nil {
		return fmt.Errorf("ask where the Galera node stands: %w", err)
	}
	for _, row := range r.rows {
		if name := strings.ToLower(string(row[0])); slices.Contains(clusterStatus, name) {
			out.note(name, string(row[1]))
		}
	}
	return nil
}

func (p position) note(name, value string) {
	if value != "" {
		p[name] = value
	}
}

// findPosition records where the snapshots that have just been opened stand.
func (p *prepared) findPosition(ctx context.Context, before position) error {
	s := p.sessions[0]
	out, err := binlogSnapshot(ctx, s, p.survey.product)
	if err != nil {
		return err
	}
	after, err := readStanding(ctx, s, p.survey)
	if err != nil {
		return err
	}
	out.between(before, after)
	p.captured.position = out
	return nil
}

// between records what did not move between two moments, and of the rest both.
func (p position) between(before, after position) {
	for name, value := range before {
		if after[name] == value {
			p[name] = value
		} else {
			p[name+"_before"] = value
		}
	}
	for name, value := range after {
		if before[name] != value {
			p[name+"_after"] = value
		}
	}
}

// binlogSnapshot is where a session's snapshot stands in the binary log. MariaDB and Percona
// tell it per session and without a privilege.
func binlogSnapshot(ctx context.Context, s *session, p product) (position, error) {
	r, err := s.query(ctx, "SHOW STATUS LIKE 'binlog\\_snapshot\\_%'")
	if err != nil {
		return nil, fmt.Errorf("ask for the snapshot's position: %w", err)
	}
	out := position{}
	for _, row := range r.rows {
		out.note(strings.ToLower(string(row[0])), string(row[1]))
	}
	if out["binlog_snapshot_file"] == "" {
		return position{}, nil // there is no binary log
	}
	if !p.mariadb {
		return out, nil
	}
	gtid, err := s.one(ctx, fmt.Sprintf("SELECT BINLOG_GTID_POS(%s, %d)", quoteBytes(out["binlog_snapshot_file"]), atoi(out["binlog_snapshot_position"])))
	if err != nil {
		return nil, fmt.Errorf("ask for the snapshot's GTID: %w", err)
	}
	out.note("gtid_binlog_pos", gtid)
	return out, nil
}
