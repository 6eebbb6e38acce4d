//go:build servers

package testbed_test

import (
	"path/filepath"
	"strings"
	"testing"

	"cwb/internal/testbed"
)

func TestCassandraKeepsDataOverRestarts(t *testing.T) { testCassandraKeepsData(t, testbed.Cassandra50) }

func TestCassandra41KeepsDataOverRestarts(t *testing.T) {
	testCassandraKeepsData(t, testbed.Cassandra41)
}

func testCassandraKeepsData(t *testing.T, version testbed.CassandraVersion) {
	server := testbed.CassandraForTest(t, testbed.CassandraOptions{
		Version:     version,
		ClusterName: "it's \"one\"",
		DataDirs:    2,
		Settings:    map[string]string{"auto_snapshot": "false"},
	})
	release, err := server.RunNodetool(t.Context(), "version")
	if err != nil || !strings.Contains(release, "ReleaseVersion: "+version.String()+".") {
		t.Fatalf("nodetool version: %q, %v; want %s", release, err, version)
	}
	run(t, server, "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		"CREATE TABLE k.t (a int PRIMARY KEY)", "INSERT INTO k.t (a) VALUES (7)")
	if _, err := server.RunNodetool(t.Context(), "flush", "k"); err != nil {
		t.Fatal(err)
	}
	restart(t, server.Kill, server)
	restart(t, func() error { return server.Stop(t.Context()) }, server)
	if got := rowCount(t, server, "k.t"); got != 1 {
		t.Errorf("rows after restarts: %d, want 1", got)
	}
	run(t, server, "TRUNCATE k.t")
	for _, dir := range server.DataDirs {
		tables, err := filepath.Glob(filepath.Join(dir, "k", "t-*"))
		if err != nil || len(tables) != 1 {
			t.Errorf("directories of k.t in %s: %q, %v; want one", dir, tables, err)
		}
		if snapshots, _ := filepath.Glob(filepath.Join(dir, "k", "t-*", "snapshots", "*")); len(snapshots) > 0 {
			t.Errorf("snapshots %q in spite of auto_snapshot: false", snapshots)
		}
	}
	var name string
	if err := session(t, server).Query("SELECT cluster_name FROM system.local").Scan(&name); err != nil || name != server.ClusterName {
		t.Errorf("cluster name %q, %v; want %q", name, err, server.ClusterName)
	}
}

func TestCassandraTellsWhyItDoesNotStart(t *testing.T) {
	_, err := testbed.StartCassandra(t.Context(), testbed.CassandraOptions{
		Dir:      t.TempDir(),
		Settings: map[string]string{"no_such_setting": "1"},
	})
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Fatalf("got %v; want an error with the end of the server's log", err)
	}
}
