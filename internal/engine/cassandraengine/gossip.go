package cassandraengine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cwb/executor"
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
	"removing":     {planner.MemberRemoving, `wait until "nodetool removenode status" on the host where that was begun tells of no removal, which no other host knows of (if it was restarted since: begin the removal again)`},
	"MOVING":       {planner.MemberMoving, untilNormal + ` (if it is dead: start it; if it cannot be: "nodetool removenode" on another host)`},
	"hibernate":    {planner.MemberHibernating, untilNormal + ` (if it was started with join_ring=false: "nodetool join" there)`},
}

// doing is the zero value for a word that is not known.
func (g gossiped) doing() doing {
	word, _, _ := strings.Cut(g.status, ",")
	return doings[word]
}

// readMembers tells of every host what it is at. Before 4.1 no table does, and a nodetool for
// it would start a JVM whenever anything is listed: then the states are unknown. Where the
// server does not let them be read, the error is an *untold.
func readMembers(ctx context.Context, s server, hosts []peer) ([]planner.RingMember, error) {
	told, err := s.gossip(ctx)
	if err != nil && ctx.Err() == nil && !errors.Is(err, executor.ErrUnreachable) {
		return members(hosts), &untold{err}
	}
	if err != nil {
		return nil, err
	}
	return withDoings(members(hosts), told), nil
}

// untold is why a server that answers does not tell what the hosts of its ring are at.
type untold struct{ err error }

func (u *untold) Unwrap() error { return u.err }

func (u *untold) Error() string {
	return fmt.Sprintf("whether a host of the ring is joining, leaving or moving cannot be seen: %v: GRANT SELECT ON KEYSPACE system_views to the role", u.err)
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
