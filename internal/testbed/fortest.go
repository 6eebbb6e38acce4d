package testbed

import (
	"os"
	"testing"
)

// MariaDBForTest starts a server for the duration of a test. An empty options.Dir means a
// temporary directory, removed at the end. The test fails when the server does not start.
func MariaDBForTest(tb testing.TB, options MariaDBOptions) *MariaDB {
	tb.Helper()
	if options.Dir == "" {
		options.Dir = shortTempDir(tb)
	}
	server, err := StartMariaDB(tb.Context(), options)
	if err != nil {
		tb.Fatal(err)
	}
	closeAtEnd(tb, server.Close)
	return server
}

// CassandraForTest starts a server for the duration of a test. An empty options.Dir means a
// temporary directory, removed at the end. The test fails when the server does not start.
func CassandraForTest(tb testing.TB, options CassandraOptions) *Cassandra {
	tb.Helper()
	if options.Dir == "" {
		options.Dir = shortTempDir(tb)
	}
	server, err := StartCassandra(tb.Context(), options)
	if err != nil {
		tb.Fatal(err)
	}
	closeAtEnd(tb, server.Close)
	return server
}

// RingForTest starts a ring of n servers for the duration of a test. An empty options.Dir means
// a temporary directory, removed at the end. The test fails when a server does not start.
func RingForTest(tb testing.TB, n int, options CassandraOptions) *Ring {
	tb.Helper()
	if options.Dir == "" {
		options.Dir = shortTempDir(tb)
	}
	ring, err := StartRing(tb.Context(), n, options)
	if err != nil {
		tb.Fatal(err)
	}
	closeAtEnd(tb, ring.Close)
	return ring
}

// shortTempDir is [testing.TB.TempDir] with a short path: one with the test's name in it can
// be too long for a socket's.
func shortTempDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "cwb-testbed-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Errorf("remove the server's directory: %v", err)
		}
	})
	return dir
}

func closeAtEnd(tb testing.TB, close func() error) {
	tb.Cleanup(func() {
		if err := close(); err != nil {
			tb.Error(err)
		}
	})
}
