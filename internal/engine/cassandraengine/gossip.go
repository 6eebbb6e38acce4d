package cassandraengine

import (
	"context"
	"strings"

	"cwb/planner"
)

// gossiped is what a host tells all others of itself, as the node has heard it.
type gossiped struct {
	hostID, address, datacenter, rack string

	// status is a word and what it is about: "MOVING,-42"
	// (org.apache.cassandra.gms.VersionedValue).
	status string
}

// A doing is what a host of a ring is at.
type doing struct {
	state planner.MemberState

	// settles says what to wait for while rows are about to change hosts; empty when they are not.
	settles string
}

const untilNormal = `wait until "nodetool netstats" on it shows Mode: NORMAL`

// doings are by the first word of the status. What a host is replaced by at its own address is
// told as hibernating until it has all rows (StorageService.prepareForReplacement), and so is
// one that was started with join_ring=false.
var doings = map[string]doing{
	"NORMAL":       {planner.MemberNormal, ""},
	"shutdown":     {planner.MemberStopped, ""},
	"LEFT":         {planner.MemberLeft, ""},
	"removed":      {planner.MemberLeft, ""},
	"BOOT":         {planner.MemberJoining, untilNormal + ` (if it has given up: "nodetool bootstrap resume" there)`},
	"BOOT_REPLACE": {planner.MemberReplacing, untilNormal + ` (if it has given up: "nodetool bootstrap resume" there)`},
	"LEAVING":      {planner.MemberLeaving, `wait until "nodetool netstats" on it shows Mode: DECOMMISSIONED (if it shall stay after all: restart it; if it is dead: "nodetool removenode" on another host)`},
	"removing":     {planner.MemberRemoving, `wait until "nodetool removenode status" on another host tells of no removal`},
	"MOVING":       {planner.MemberMoving, untilNormal},
	"hibernate":    {planner.MemberHibernating, untilNormal + ` (if it was started with join_ring=false: "nodetool join" there)`},
}

// doing is the zero value for a word that is not known.
func (g gossiped) doing() doing {
	word, _, _ := strings.Cut(g.status, ",")
	return doings[word]
}

// readMembers tells of every host what it is at. Before 4.1 no table does, and a nodetool for
// it would start a JVM whenever anything is listed: then the states are unknown.
func readMembers(ctx context.Context, s server, hosts []peer) ([]planner.RingMember, error) {
	told, err := s.gossip(ctx)
	if err != nil {
		return nil, err
	}
	return withDoings(members(hosts), told), nil
}

// withDoings adds what the hosts are at, and those that are on their way into the ring: they
// own no token yet, and stand in no table of peers.
func withDoings(all []planner.RingMember, told []gossiped) []planner.RingMember {
	for _, g := range told {
		now := g.doing()
		if at := memberAt(all, g.hostID); at >= 0 {
			all[at].State, all[at].Settles = now.state, now.settles
			continue
		}
		if now.state == planner.MemberJoining || now.state == planner.MemberReplacing {
			all = append(all, planner.RingMember{
				HostID: g.hostID, Address: g.address, Datacenter: g.datacenter, Rack: g.rack,
				State: now.state, Settles: now.settles,
			})
		}
	}
	sortMembers(all)
	return all
}
