package cassandraengine

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// replicaSet is a set of hosts that together are all replicas of some token ranges. A set of
// backups holds every row of a keyspace when it has a member of each of them.
type replicaSet struct {
	Hosts  []string `json:"hosts"`  // host ids, in order
	Ranges int      `json:"ranges"` // how many token ranges have exactly these
}

// placed is a host at one of its tokens.
type placed struct {
	token int64
	host  peer
}

// replicaSets computes where a keyspace's rows are, as SimpleStrategy and
// NetworkTopologyStrategy place them; nil for other strategies and for partitioners whose
// tokens are not 64-bit numbers. "nodetool describering" is the server's own word for it.
func replicaSets(hosts []peer, replication map[string]string) []replicaSet {
	ring, ok := placeHosts(hosts)
	if !ok {
		return nil
	}
	counts := map[string]int{}
	for i := range ring {
		found := replicasAt(ring, i, replication)
		if found == nil {
			return nil
		}
		slices.Sort(found)
		counts[strings.Join(found, " ")]++
	}
	var sets []replicaSet
	for hosts, n := range counts {
		sets = append(sets, replicaSet{strings.Fields(hosts), n})
	}
	slices.SortFunc(sets, func(a, b replicaSet) int { return slices.Compare(a.Hosts, b.Hosts) })
	return sets
}

func placeHosts(hosts []peer) ([]placed, bool) {
	var ring []placed
	for _, h := range hosts {
		for _, text := range h.tokens {
			token, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil, false
			}
			ring = append(ring, placed{token, h})
		}
	}
	slices.SortFunc(ring, func(a, b placed) int { return cmp.Compare(a.token, b.token) })
	return ring, true
}

// replicasAt are the hosts of the range that ends at a place of the ring.
func replicasAt(ring []placed, at int, replication map[string]string) []string {
	class := replication["class"]
	switch class[strings.LastIndex(class, ".")+1:] {
	case "SimpleStrategy":
		return walk(ring, at, factor(replication["replication_factor"]), func(peer) bool { return true })
	case "NetworkTopologyStrategy":
		all := []string{}
		for dc, n := range replication {
			if dc != "class" {
				all = append(all, racksFirst(ring, at, dc, factor(n))...)
			}
		}
		return all
	}
	return nil
}

// factor reads "3", and "3/1" of which the last is transient (CASSANDRA-14404).
func factor(text string) int {
	full, _, _ := strings.Cut(text, "/")
	n, _ := strconv.Atoi(full)
	return n
}

// walk goes round the ring until n different hosts are found that qualify.
func walk(ring []placed, at, n int, qualifies func(peer) bool) []string {
	found := []string{}
	for i := 0; i < len(ring) && len(found) < n; i++ {
		h := ring[(at+i)%len(ring)].host
		if qualifies(h) && !slices.Contains(found, h.hostID) {
			found = append(found, h.hostID)
		}
	}
	return found
}

// racksFirst takes one host of each rack of a datacentre, and only then second ones
// (NetworkTopologyStrategy.calculateNaturalReplicas).
func racksFirst(ring []placed, at int, datacenter string, n int) []string {
	seen := map[string]bool{}
	first := walk(ring, at, n, func(h peer) bool {
		if h.datacenter != datacenter || seen[h.rack] {
			return false
		}
		seen[h.rack] = true
		return true
	})
	return append(first, walk(ring, at, n-len(first), func(h peer) bool {
		return h.datacenter == datacenter && !slices.Contains(first, h.hostID)
	})...)
}

// uncovered are the replica sets of which no host is among the given ones.
func uncovered(sets []replicaSet, hosts []string) []replicaSet {
	return slices.DeleteFunc(slices.Clone(sets), func(s replicaSet) bool {
		return slices.ContainsFunc(s.Hosts, func(h string) bool { return slices.Contains(hosts, h) })
	})
}

// coverageNote says what a keyspace would lack without the node's own host: nothing is said
// when other hosts have all of its rows, or when the node is alone.
func coverageNote(k keyspaceSchema, hosts []peer, own string) string {
	var others []string
	for _, h := range hosts {
		if h.hostID != own {
			others = append(others, h.hostID)
		}
	}
	lost := 0
	for _, s := range uncovered(replicaSets(hosts, k.Replication), others) {
		lost += s.Ranges
	}
	if lost == 0 || len(others) == 0 {
		return ""
	}
	return fmt.Sprintf("keyspace %s: %d token ranges are on this host alone (replication factor 1): a set without it lacks their rows", k.Name, lost)
}
