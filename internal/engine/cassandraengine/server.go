package cassandraengine

import (
	"context"
	"errors"
	"fmt"

	"cwb/internal/backup"
)

// A server is one Cassandra node as CQL shows it. All answers are that node's own.
type server interface {
	local(ctx context.Context) (local, error)
	peers(ctx context.Context) ([]peer, error)
	// gossip is what each host of the ring, itself included, tells of itself; nothing from a
	// server that has no table of it (before 4.1).
	gossip(ctx context.Context) ([]gossiped, error)
	// dataDirs is what the server says about its data directories; ok is false when it is
	// too old to say (before 4.0).
	dataDirs(ctx context.Context) (dirs []string, ok bool, err error)
	// schema reads one keyspace: errNoKeyspace when there is none of that name.
	schema(ctx context.Context, keyspace string) (keyspaceSchema, error)
	close()
}

var errNoKeyspace = errors.New("no such keyspace")

// local is the row of system.local.
type local struct {
	peer
	cluster      string
	version      string
	partitioner  string
	bootstrapped string
}

// peer is one host of the ring, from system.local or system.peers.
type peer struct {
	hostID        string
	address       string
	datacenter    string
	rack          string
	tokens        []string
	schemaVersion string
}

func (l local) identity() backup.Identity {
	return backup.Identity{Cluster: l.cluster, HostID: l.hostID}
}

// outside says why the node is no host of its ring; empty when it is one. The server tells of
// its bootstrap (SystemKeyspace.BootstrapState), also when it was never necessary.
func (l local) outside() string {
	switch l.bootstrapped {
	case "COMPLETED":
		return ""
	case "DECOMMISSIONED":
		return "the node was decommissioned and has left its ring, so it has no rows of it: take it out of the policy"
	default:
		return fmt.Sprintf("the node has not joined its ring (bootstrap state %q), and Cassandra refuses snapshots until then: %s", l.bootstrapped, untilNormal)
	}
}
