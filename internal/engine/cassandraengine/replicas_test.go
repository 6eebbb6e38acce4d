package cassandraengine

import (
	"fmt"
	"strings"
	"testing"
)

func ringOf(hosts ...peer) []peer { return hosts }

func host(id, dc, rack string, tokens ...string) peer {
	return peer{hostID: id, datacenter: dc, rack: rack, tokens: tokens}
}

func TestReplicaSets(t *testing.T) {
	three := ringOf(host("a", "d", "r", "0", "30"), host("b", "d", "r", "10"), host("c", "d", "r", "20"))
	racks := ringOf(host("a", "d", "r1", "0"), host("b", "d", "r1", "10"), host("c", "d", "r2", "20"), host("e", "far", "r1", "15"))
	simple := func(n string) map[string]string {
		return map[string]string{"class": "org.apache.cassandra.locator.SimpleStrategy", "replication_factor": n}
	}
	cases := map[string]struct {
		hosts       []peer
		replication map[string]string
		want        string
	}{
		"one replica":          {three, simple("1"), "[{[a] 2} {[b] 1} {[c] 1}]"},
		"two":                  {three, simple("2"), "[{[a b] 2} {[a c] 1} {[b c] 1}]"},
		"more than hosts":      {three, simple("5"), "[{[a b c] 4}]"},
		"transient":            {three, simple("3/1"), "[{[a b c] 4}]"},
		"racks first":          {racks, map[string]string{"class": "NetworkTopologyStrategy", "d": "2"}, "[{[a c] 3} {[b c] 1}]"},
		"two datacentres":      {racks, map[string]string{"class": "NetworkTopologyStrategy", "d": "3", "far": "1"}, "[{[a b c e] 4}]"},
		"another strategy":     {three, map[string]string{"class": "LocalStrategy"}, "[]"},
		"another partitioner":  {ringOf(host("a", "d", "r", "ff00")), simple("1"), "[]"},
		"a number beyond long": {ringOf(host("a", "d", "r", "170141183460469231731687303715884105728")), simple("1"), "[]"},
	}
	for name, c := range cases {
		sets := replicaSets(c.hosts, c.replication)
		for i := range sets {
			sets[i].First = nil
		}
		if got := strings.ReplaceAll(fmt.Sprint(sets), " []}", "}"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// The ranges are spelled out as the server has them: the one that ends at the lowest token
// begins at the highest.
func TestRangesOfReplicaSets(t *testing.T) {
	ring := ringOf(host("a", "d", "r", "-5", "30", "40", "50", "60"), host("b", "d", "r", "10"))
	sets := replicaSets(ring, map[string]string{"class": "SimpleStrategy", "replication_factor": "1"})
	if got, want := fmt.Sprint(sets), "[{[a] 5 [(60, -5] (10, 30] (30, 40]]} {[b] 1 [(-5, 10]]}]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// The planner is told where the rows of each keyspace are; of a keyspace whose strategy is not
// known it is told nothing.
func TestInspectTellsReplicas(t *testing.T) {
	f := newFake(t)
	f.server.others = []peer{{hostID: idOther, address: "127.0.0.2", tokens: []string{"7"}, schemaVersion: "v1"}}
	k := f.server.schemas["homer"]
	for class, want := range map[string]string{
		"org.apache.cassandra.locator.SimpleStrategy": "[{homer [{[" + hostOne + "] 2 [(7, 1] (1, 2]]} {[" + idOther + "] 1 [(2, 7]]}]}]",
		"EverywhereStrategy":                          "[]",
	} {
		k.Replication = map[string]string{"class": class, "replication_factor": "1"}
		f.server.schemas["homer"] = k
		s, err := f.engine.Inspect(t.Context())
		if got := fmt.Sprint(s.Replicas); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", class, got, err, want)
		}
	}
}
