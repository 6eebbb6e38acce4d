//go:build servers

package cassandraengine

import (
	"maps"
	"testing"

	"cwb/internal/testbed"
	"cwb/internal/testbed/cqlcorpus"
)

// The heart of the tests over Cassandra 4.1.
func TestRealCassandra41(t *testing.T) {
	testOn(t, testbed.CassandraOptions{Version: testbed.Cassandra41, DataDirs: 2, Settings: cqlcorpus.Settings()})
}

// The newest file format: tries as indexes, and SSTables named by UUID.
func TestRealNewestFormat(t *testing.T) {
	settings := cqlcorpus.Settings()
	maps.Copy(settings, testbed.BTI())
	testOn(t, testbed.CassandraOptions{DataDirs: 2, Settings: settings})
}

// testOn starts a server once for all that is asked of another version or format.
func testOn(t *testing.T, options testbed.CassandraOptions) {
	server := testbed.CassandraForTest(t, options)
	t.Run("by hand", func(t *testing.T) { testTorture(t, server) })
	t.Run("restore", func(t *testing.T) { testRestore(t, server) })
	if options.Version != testbed.Cassandra50 || thorough(server) {
		t.Run("nights", func(t *testing.T) { testNights(t, server) })
	}
	if options.Version != testbed.Cassandra50 {
		t.Run("foreign that expire", func(t *testing.T) { testExpires(t, server) })
		t.Run("numbers from 1 again", func(t *testing.T) { testNumbers(t, server) })
		t.Run("a host joins", func(t *testing.T) { testJoining(t, server, options) })
	}
}

// thorough tells whether a server gets all of a test: the one of most tests does, others what
// depends on their version or format. make soak asks everything of all.
func thorough(server *testbed.Cassandra) bool { return server == realServer || restoreCutEvery == 1 }
