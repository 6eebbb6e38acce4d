package cassandraengine

import (
	"context"
	"errors"

	"cwb/internal/backup"
)

// A server is one Cassandra node as CQL shows it. All answers are that node's own.
type server interface {
	local(ctx context.Context) (local, error)
	peers(ctx context.Context) ([]peer, error)
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
