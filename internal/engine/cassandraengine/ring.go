package cassandraengine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"cwb/planner"
)

// ringFile is what ring.json holds: who was in the ring, and which tokens each host owned.
type ringFile struct {
	Cluster     string     `json:"cluster"`
	Partitioner string     `json:"partitioner"`
	Host        string     `json:"host"`  // the host id of the node that the backup is of
	Hosts       []ringHost `json:"hosts"` // all, in order of host id

	// Replicas say, by keyspace, which hosts together have which rows, so that it can be told
	// whether the members of a set have all.
	Replicas map[string][]replicaSet `json:"replicas"`
}

type ringHost struct {
	HostID     string   `json:"host_id"`
	Address    string   `json:"address"`
	Datacenter string   `json:"datacenter"`
	Rack       string   `json:"rack"`
	Tokens     []string `json:"tokens"`
}

// readRing asks for all hosts, the node itself first.
func readRing(ctx context.Context, s server) (local, []peer, error) {
	l, err := s.local(ctx)
	if err != nil {
		return local{}, nil, err
	}
	others, err := s.peers(ctx)
	return l, append([]peer{l.peer}, others...), err
}

func newRingFile(l local, hosts []peer, s schema) ringFile {
	ring := ringFile{Cluster: l.cluster, Partitioner: l.partitioner, Host: l.hostID, Replicas: map[string][]replicaSet{}}
	for _, k := range s.Keyspaces {
		ring.Replicas[k.Name] = replicaSets(hosts, k.Replication)
	}
	for _, h := range hosts {
		tokens := slices.Sorted(slices.Values(h.tokens))
		ring.Hosts = append(ring.Hosts, ringHost{h.hostID, h.address, h.datacenter, h.rack, tokens})
	}
	slices.SortFunc(ring.Hosts, func(a, b ringHost) int { return cmp.Compare(a.HostID, b.HostID) })
	return ring
}

func members(hosts []peer) []planner.RingMember {
	var all []planner.RingMember
	for _, h := range hosts {
		all = append(all, planner.RingMember{HostID: h.hostID, Address: h.address, Datacenter: h.datacenter, Rack: h.rack, Tokens: len(h.tokens)})
	}
	sortMembers(all)
	return all
}

func sortMembers(all []planner.RingMember) {
	slices.SortFunc(all, func(a, b planner.RingMember) int { return cmp.Compare(a.HostID, b.HostID) })
}

func memberAt(all []planner.RingMember, hostID string) int {
	return slices.IndexFunc(all, func(m planner.RingMember) bool { return m.HostID == hostID })
}

func plannerSets(sets []replicaSet) []planner.ReplicaSet {
	var all []planner.ReplicaSet
	for _, s := range sets {
		all = append(all, planner.ReplicaSet{Hosts: s.Hosts, Ranges: s.Ranges, First: s.First})
	}
	return all
}

// oneSchema reports whether all hosts have the same schema, as far as the node knows: hosts
// that are down stay in its table with the version they had.
func oneSchema(hosts []peer) bool {
	for _, h := range hosts {
		if h.schemaVersion != hosts[0].schemaVersion {
			return false
		}
	}
	return true
}

// ringDifference names a host that has come, gone, or owns other tokens; empty when none has.
func ringDifference(was, is []peer) string {
	for _, h := range was {
		at := slices.IndexFunc(is, func(other peer) bool { return other.hostID == h.hostID })
		switch {
		case at < 0:
			return fmt.Sprintf("the host %s has left the ring", h.address)
		case len(h.tokens) > 0 && !sameTokens(h.tokens, is[at].tokens):
			return fmt.Sprintf("the host %s owns other tokens", h.address)
		}
	}
	for _, h := range is {
		if !slices.ContainsFunc(was, func(other peer) bool { return other.hostID == h.hostID }) {
			return fmt.Sprintf("the host %s has joined the ring", h.address)
		}
	}
	return ""
}
