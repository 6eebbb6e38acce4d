//go:build servers

package testbed_test

import (
	"testing"

	"cwb/internal/testbed"

	"github.com/gocql/gocql"
)

func session(t *testing.T, server *testbed.Cassandra) *gocql.Session {
	t.Helper()
	session, err := server.Session("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	return session
}

func run(t *testing.T, server *testbed.Cassandra, statements ...string) {
	t.Helper()
	session := session(t, server)
	for _, statement := range statements {
		if err := session.Query(statement).Exec(); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func rowCount(t *testing.T, server *testbed.Cassandra, table string) (count int) {
	t.Helper()
	if err := session(t, server).Query("SELECT count(*) FROM " + table).Scan(&count); err != nil {
		t.Fatalf("count %s: %v", table, err)
	}
	return count
}
