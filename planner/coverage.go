package planner

import (
	"fmt"
	"slices"
	"strings"

	"cwb/config"
	"cwb/internal/backup"
)

// ringPart is the members of a block that are hosts of one ring.
type ringPart struct {
	cluster string
	members []*place
}

// observeCoverage finds the rings of which a block's nodes are not all hosts. It says nothing
// of a ring while a node of the block does not say who it is: it may be the host that lacks.
func (d *draft) observeCoverage(b config.Backup) {
	parts, ok := d.ringParts(b)
	if !ok {
		return
	}
	for _, part := range parts {
		absent, missing := part.absent(), part.uncovered()
		if len(absent)+len(missing) > 0 {
			severity, lacks := d.lacks(part, missing)
			d.find(KindRingNotCovered, severity, b.Name, "%s: %s", part.covered(absent), lacks)
		}
	}
}

// lacks says what is in none of the sets, and how bad that is. A policy of one host alone says
// nothing of the others: each of them may have its own cwb.
func (d *draft) lacks(part ringPart, missing []string) (Severity, string) {
	switch text := strings.Join(missing, "; "); {
	case len(missing) == 0:
		return Info, "every token range has a replica among the others, as far as the replication of its keyspaces is known"
	case d.w.known(part) == 1:
		return Info, text + ". Their rows are in none of its sets, unless cwb runs on those hosts as well"
	default:
		return Warning, text + ". Their rows are in none of its sets; back these hosts up as well, with these keyspaces, in this block"
	}
}

// known counts the nodes of the policy that are hosts of a ring.
func (w *world) known(part ringPart) (count int) {
	w.eachPlace(func(pl *place) {
		if id := pl.state.Server.Identity.HostID; id != "" && part.has(id) {
			count++
		}
	})
	return count
}

// ring is all hosts of it, as its first member sees it, without those that are joining: who
// is to be backed up is said of them once they have rows.
func (p ringPart) ring() []RingMember {
	return slices.DeleteFunc(slices.Clone(p.members[0].state.Server.Ring), func(m RingMember) bool { return !m.owns() })
}

func (p ringPart) has(host string) bool {
	return slices.ContainsFunc(p.ring(), func(m RingMember) bool { return m.HostID == host })
}

// absent are the hosts that are no members.
func (p ringPart) absent() []RingMember {
	return slices.DeleteFunc(slices.Clone(p.ring()), func(m RingMember) bool { return p.covers(m.HostID) })
}

// covered counts, and names who is not among them.
func (p ringPart) covered(absent []RingMember) string {
	if len(absent) == 0 {
		return fmt.Sprintf("its nodes are all hosts of ring %q, but not all of them keep all keyspaces", p.cluster)
	}
	return fmt.Sprintf("its nodes are %d of the %d hosts of ring %q, without %s", len(p.ring())-len(absent), len(p.ring()), p.cluster, hostNames(absent))
}

// ringParts sorts the Cassandra nodes of a block by cluster; ok is false when one is unknown.
func (d *draft) ringParts(b config.Backup) (parts []ringPart, ok bool) {
	for _, addr := range b.Nodes {
		if addr.Kind != backup.Cassandra {
			continue
		}
		pl := d.w.places[addr]
		if pl == nil || pl.unreachable() || pl.state.Server.Down != "" || pl.state.Server.Identity.HostID == "" {
			return nil, false
		}
		identity := pl.state.Server.Identity
		// Rings that nobody named have one name.
		at := slices.IndexFunc(parts, func(p ringPart) bool { return p.cluster == identity.Cluster && p.has(identity.HostID) })
		if at < 0 {
			at, parts = len(parts), append(parts, ringPart{cluster: identity.Cluster})
		}
		parts[at].members = append(parts[at].members, pl)
	}
	return parts, true
}

func (p ringPart) covers(host string) bool {
	return slices.ContainsFunc(p.members, func(m *place) bool { return m.state.Server.Identity.HostID == host })
}

// uncovered says, keyspace by keyspace, which token ranges have no replica on a member that
// keeps the keyspace.
func (p ringPart) uncovered() (missing []string) {
	for i, m := range p.members {
		for _, k := range m.state.Server.Replicas {
			if !slices.ContainsFunc(p.members[:i], func(earlier *place) bool { return keepsKeyspace(earlier, k.Keyspace) }) {
				missing = append(missing, p.uncoveredOf(k)...)
			}
		}
	}
	return missing
}

func keepsKeyspace(pl *place, keyspace string) bool {
	return pl.node.Cassandra != nil && slices.Contains(pl.node.Cassandra.Keyspaces, keyspace)
}

// shownRanges is how many token ranges a finding spells out.
const shownRanges = 3

func (p ringPart) uncoveredOf(k KeyspaceReplicas) []string {
	all, lost, shown := 0, 0, []string(nil)
	for _, set := range k.Sets {
		all += set.Ranges
		if slices.ContainsFunc(set.Hosts, func(host string) bool { return p.keeps(host, k.Keyspace) }) {
			continue
		}
		lost += set.Ranges
		shown = append(shown, set.First...)
	}
	if lost == 0 {
		return nil
	}
	text := strings.Join(shown[:min(len(shown), shownRanges)], ", ")
	if lost > shownRanges {
		text += ", …"
	}
	return []string{fmt.Sprintf("keyspace %s: %d of %d token ranges have no replica among them: %s", k.Keyspace, lost, all, text)}
}

// keeps reports whether a member is that host and keeps the keyspace.
func (p ringPart) keeps(host, keyspace string) bool {
	return slices.ContainsFunc(p.members, func(m *place) bool {
		return m.state.Server.Identity.HostID == host && keepsKeyspace(m, keyspace)
	})
}

func hostNames(hosts []RingMember) string {
	var names []string
	for _, h := range hosts {
		names = append(names, h.String())
	}
	return strings.Join(names, ", ")
}
