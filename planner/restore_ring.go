package planner

import (
	"fmt"
	"slices"
	"strings"

	"cwb/internal/backup"
)

// A table of a ring is emptied on all its hosts by one statement. So it is emptied only when
// this plan brings it back on every host, by one member, after all have loaded, and before
// any imports.

// arrangeRings settles who truncates.
func (pr *restorePlan) arrangeRings() {
	left := slices.DeleteFunc(slices.Clone(pr.members), func(m *restoreMember) bool {
		return !slices.Contains(m.part.Phases, backup.PhaseTruncate)
	})
	for len(left) > 0 {
		var ring []*restoreMember
		ring, left = connected(left)
		pr.arrangeRing(ring)
	}
}

// connected takes the first member, and all that share a keyspace of its cluster with it or
// with one of those.
func connected(all []*restoreMember) (ring, left []*restoreMember) {
	ring, left = all[:1:1], slices.Clone(all[1:])
	for i := 0; i < len(ring); i++ {
		left = slices.DeleteFunc(left, func(m *restoreMember) bool {
			if !shares(ring[i], m) {
				return false
			}
			ring = append(ring, m)
			return true
		})
	}
	return ring, left
}

func shares(a, b *restoreMember) bool {
	return a.to.state.Server.Identity.Cluster == b.to.state.Server.Identity.Cluster &&
		slices.ContainsFunc(a.keyspaces(), func(k string) bool { return slices.Contains(b.keyspaces(), k) })
}

// keyspaces are those that a member brings tables back in.
func (m *restoreMember) keyspaces() []string {
	var names []string
	for _, t := range m.exam.Replaces {
		names = append(names, t.Database)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// arrangeRing lets as few members truncate as cover all keyspaces: one, where all have the
// same. Without all hosts nothing is truncated.
func (pr *restorePlan) arrangeRing(ring []*restoreMember) {
	if missing := absentHosts(ring); len(missing) > 0 {
		pr.arrangePart(ring, missing)
		return
	}
	var covered []string
	var after []backup.NodeAddr
	for _, m := range ring {
		if len(withoutNames(m.keyspaces(), covered)) == 0 {
			m.part.Phases = withoutTruncate(m.part.Phases)
			continue
		}
		covered = append(covered, m.keyspaces()...)
		after = append(after, m.to.addr())
	}
	for _, m := range ring {
		m.part.After = after
	}
}

// absentHosts names the hosts of a ring that no member of the plan is.
func absentHosts(ring []*restoreMember) []string {
	present, missing := map[string]bool{}, []string{}
	for _, m := range ring {
		present[m.to.state.Server.Identity.HostID] = true
	}
	for _, m := range ring {
		for _, host := range m.exam.Ring {
			if !present[host] {
				present[host] = true
				missing = append(missing, m.hostName(host))
			}
		}
	}
	return missing
}

// hostName says which host it is, for people.
func (m *restoreMember) hostName(id string) string {
	for _, member := range m.to.state.Server.Ring {
		if member.HostID == id {
			return fmt.Sprintf("%s (host id %s)", member.Address, id)
		}
	}
	return "host id " + id
}

// arrangePart adds to the live tables where the operator named the nodes, or a foreign
// backup, which always is of one; otherwise it refuses.
func (pr *restorePlan) arrangePart(ring []*restoreMember, missing []string) {
	if len(pr.request.Nodes) == 0 && pr.request.Foreign == nil {
		pr.refused.add(ring[0].to.addr(), "--node with each host that shall", "hosts of its ring that take no part: %s. A table is emptied on all hosts at once, so it can only be brought back on all; on some alone, rows are added to what is there, and nothing is undone", strings.Join(missing, ", "))
		return
	}
	for _, m := range ring {
		node := m.to.addr()
		m.part.Phases, m.part.Adds = withoutTruncate(m.part.Phases), true
		pr.note(node, "restore_adds", Warning, "it is restored without the rest of its ring (%s): rows of the backup are added to what is there, and newer writes and deletions win over them", strings.Join(missing, ", "))
	}
}

func withoutTruncate(phases []backup.RestorePhase) []backup.RestorePhase {
	return slices.DeleteFunc(slices.Clone(phases), func(p backup.RestorePhase) bool { return p == backup.PhaseTruncate })
}

func withoutNames(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}
