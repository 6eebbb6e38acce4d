//go:build servers

package mysqlengine

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/testbed"
)

// TestPositionsOfAReplica takes backups of a replica of a real primary, on both versions:
// while it stands still, and while it is behind and applies.
func TestPositionsOfAReplica(t *testing.T) {
	for _, version := range testbed.MariaDBVersions() {
		t.Run(version.String(), func(t *testing.T) {
			primary := newBedWith(t, testbed.MariaDBOptions{Version: version, BinLog: true})
			replica := newBedWith(t, testbed.MariaDBOptions{Version: version, Args: []string{"--server-id=2"}}) // no binary log of its own
			primary.exec("CREATE USER repl@'%' IDENTIFIED BY 'replpass'")
			primary.exec("GRANT REPLICATION SLAVE ON *.* TO repl@'%'")
			primary.run("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY); INSERT INTO d.t VALUES (1)")
			replica.exec(fmt.Sprintf("CHANGE MASTER 'ours' TO MASTER_HOST='%s', MASTER_PORT=%d, MASTER_USER='repl', MASTER_PASSWORD='replpass', MASTER_SSL=0, MASTER_USE_GTID=slave_pos", primary.Host, primary.Port))
			replica.exec("START SLAVE 'ours'")
			gtid := primary.value("SELECT @@gtid_binlog_pos")
			replica.value(fmt.Sprintf("SELECT MASTER_GTID_WAIT('%s', 60)", gtid))
			waitFor(t, func() bool { return replica.value("SELECT COUNT(*) FROM d.t") == "1" })

			content, _, err := replica.take(replica.engine(replica.node("d")))
			if err != nil {
				t.Fatal(err)
			}
			file, offset := primary.masterStatus()
			for name, want := range map[string]string{
				"gtid_slave_pos": gtid, "replica[ours].master_host": primary.Host, "replica[ours].master_port": strconv.Itoa(primary.Port),
				"replica[ours].relay_master_log_file": file, "replica[ours].exec_master_log_pos": offset, "replica[ours].using_gtid": "Slave_Pos", "binlog_snapshot_file": "",
			} {
				if content.Position[name] != want {
					t.Errorf("%s is %q; want %q", name, content.Position[name], want)
				}
			}

			// What was applied while the snapshot was opened is not taken for the snapshot's.
			p, err := replica.engine(replica.node("d")).Prepare(t.Context(), executor.TakeSpec{})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			inner := p.(*prepared)
			before, err := readStanding(t.Context(), inner.sessions[0], inner.survey)
			if err != nil {
				t.Fatal(err)
			}
			if err := inner.openSnapshots(t.Context()); err != nil {
				t.Fatal(err)
			}
			primary.exec("INSERT INTO d.t VALUES (2)")
			later := primary.value("SELECT @@gtid_binlog_pos")
			waitFor(t, func() bool { return replica.value("SELECT @@gtid_slave_pos") == later })
			if err := inner.findPosition(t.Context(), before); err != nil {
				t.Fatal(err)
			}
			got := inner.captured.position
			if got["gtid_slave_pos"] != "" || got["gtid_slave_pos_before"] != gtid || got["gtid_slave_pos_after"] != later {
				t.Errorf("while it applies: %v", got)
			}
			if got["replica[ours].master_host"] != primary.Host || got["replica[ours].exec_master_log_pos"] != "" {
				t.Errorf("while it applies: %v", got)
			}

			t.Run("without the privilege", func(t *testing.T) {
				replica.t = t
				replica.run("CREATE DATABASE ellis; CREATE DATABASE my_db")
				e := replica.asUser("backup", func(grant func(privilege, on string)) { grant("SELECT, SHOW VIEW, TRIGGER, EVENT", "*.*") })
				content, _, err := replica.take(e)
				if err != nil || content.Position["gtid_slave_pos"] != later || content.Position["replica[ours].master_host"] != "" {
					t.Errorf("%v; %v", err, content.Position)
				}
			})
		})
	}
}

func (b *bed) value(query string) string {
	b.t.Helper()
	var out string
	if err := b.db.QueryRowContext(b.t.Context(), query).Scan(&out); err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
	return out
}

func (b *bed) masterStatus() (file, offset string) {
	b.t.Helper()
	var do, ignore string
	if err := b.db.QueryRowContext(b.t.Context(), "SHOW MASTER STATUS").Scan(&file, &offset, &do, &ignore); err != nil {
		b.t.Fatal(err)
	}
	return file, offset
}

// waitFor waits for something that a server does by itself.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for began := time.Now(); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 2*time.Minute {
			t.Fatal("it does not come")
		}
	}
}

// TestPositionIsTheSnapshots compares the recorded GTID with the content: every transaction
// adds a row and a number to it.
func TestPositionIsTheSnapshots(t *testing.T) {
	b := newBed(t)
	b.run("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)")
	sequence := func(gtid string) int64 { return atoi(gtid[strings.LastIndexByte(gtid, '-')+1:]) }
	start := sequence(b.value("SELECT @@gtid_binlog_pos"))
	for rows := range int64(3) {
		content, _, err := b.take(b.engine(b.node("d")))
		if err != nil || content.Totals.Rows != rows || sequence(content.Position["gtid_binlog_pos"]) != start+rows {
			t.Errorf("%v; %d rows, not %d; %v", err, content.Totals.Rows, rows, content.Position)
		}
		b.exec(fmt.Sprintf("INSERT INTO d.t VALUES (%d)", rows))
	}
}
