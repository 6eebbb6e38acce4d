//go:build servers

package testbed_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"cwb/internal/testbed"
)

func TestCassandraBTIWritesItsFormat(t *testing.T) {
	server := testbed.CassandraForTest(t, testbed.CassandraOptions{Settings: testbed.BTI()})
	run(t, server, "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		"CREATE TABLE k.t (a int PRIMARY KEY)", "INSERT INTO k.t (a) VALUES (7)")
	if _, err := server.RunNodetool(t.Context(), "flush", "k"); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(server.DataDirs[0], "k", "t-*", "*-Data.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("data files %q, %v; want one", files, err)
	}
	// The middle is a time-based UUID in base 36.
	if name := filepath.Base(files[0]); !regexp.MustCompile(`^d[a-z]-[0-9a-z]{4}_[0-9a-z]{4}_[0-9a-z]{18}-bti-Data\.db$`).MatchString(name) {
		t.Errorf("data file %q; want the format bti and a UUID as its identifier", name)
	}
	restart(t, server.Kill, server)
	if got := rowCount(t, server, "k.t"); got != 1 {
		t.Errorf("rows after a restart: %d, want 1", got)
	}
}
