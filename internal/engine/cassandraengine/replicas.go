package cassandraengine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// replicaSet is a set of hosts that together are all replicas of some token ranges. A set of
// backups holds every row of a keyspace when it has a member of each of them.
type replicaSet struct {
	Hosts  []string `json:"hosts"`  // host ids, in order
	Ranges int      `json:"ranges"` // how many token ranges have exactly these
	First  []string `json:"-"`      // the first of them as text, firstRanges at most
}

// firstRanges is how many ranges of a replica set are spelled out: findings are for people.
const firstRanges = 3

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
	byHosts := map[string]replicaSet{}
	for i := range ring {
		found := replicasAt(ring, i, replication)
		if found == nil {
			return nil
		}
		slices.Sort(found)
		key := strings.Join(found, " ")
		byHosts[key] = byHosts[key].with(found, rangeText(ring, i))
	}
	sets := slices.Collect(maps.Values(byHosts))
	slices.SortFunc(sets, func(a, b replicaSet) int { return slices.Compare(a.Hosts, b.Hosts) })
	return sets
}

// with counts one more range.
func (s replicaSet) with(hosts []string, text string) replicaSet {
	s.Hosts, s.Ranges = hosts, s.Ranges+1
	if len(s.First) < firstRanges {
		s.First = append(s.First, text)
	}
	return s
}

// rangeText is the range that ends at a place of the ring: its start is not in it.
func rangeText(ring []placed, at int) string {
	before := ring[(at+len(ring)-1)%len(ring)]
	return fmt.Sprintf("(%d, %d]", before.token, ring[at].token)
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
