package cassandraengine

import "slices"

// sameTokens reports whether two hosts own the same tokens.
func sameTokens(a, b []string) bool {
	return len(a) > 0 && slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// replicaHosts are the host ids that have rows of a keyspace, in order: all of the ring where
// that cannot be told.
func replicaHosts(hosts []peer, replication map[string]string) []string {
	sets := replicaSets(hosts, replication)
	var all []string
	for _, s := range sets {
		all = append(all, s.Hosts...)
	}
	if len(sets) == 0 {
		for _, h := range hosts {
			all = append(all, h.hostID)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ownsAll reports whether a host is a replica of every row of a keyspace: then it does not
// matter which tokens it had.
func ownsAll(hosts []peer, replication map[string]string, host string) bool {
	if len(hosts) == 1 {
		return true
	}
	sets := replicaSets(hosts, replication)
	return len(sets) > 0 && !slices.ContainsFunc(sets, func(s replicaSet) bool { return !slices.Contains(s.Hosts, host) })
}

// isReplicated reports whether any row of a keyspace is on more than one host.
func isReplicated(hosts []peer, replication map[string]string) bool {
	if len(hosts) == 1 {
		return false
	}
	sets := replicaSets(hosts, replication)
	return len(sets) == 0 || slices.ContainsFunc(sets, func(s replicaSet) bool { return len(s.Hosts) > 1 })
}
