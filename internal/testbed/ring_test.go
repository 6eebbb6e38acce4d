//go:build servers

package testbed_test

import (
	"strings"
	"testing"

	"cwb/internal/testbed"
)

func TestRingMembersKnowEachOther(t *testing.T) { testRing(t, testbed.Cassandra50) }

func TestRing41MembersKnowEachOther(t *testing.T) { testRing(t, testbed.Cassandra41) }

func testRing(t *testing.T, version testbed.CassandraVersion) {
	ring := testbed.RingForTest(t, 2, testbed.CassandraOptions{Version: version})
	for _, node := range ring.Nodes {
		status, err := node.RunNodetool(t.Context(), "status")
		if err != nil {
			t.Fatal(err)
		}
		for _, member := range ring.Nodes {
			if !strings.Contains(status, "UN  "+member.Host) {
				t.Errorf("seen from %s, %s is not up:\n%s", node.Host, member.Host, status)
			}
		}
	}
	second := ring.Nodes[1]
	restart(t, func() error { return second.Stop(t.Context()) }, second)
	if err := ring.Settle(t.Context()); err != nil {
		t.Error(err)
	}
}
