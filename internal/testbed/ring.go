package testbed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gocql/gocql"
)

// Ring is a Cassandra cluster of several servers on this machine.
type Ring struct {
	Nodes []*Cassandra // on consecutive loopback addresses; the first is the seed

	reservation *reservation
}

// ringPatience is how long the nodes may take to agree on who is in the ring.
const ringPatience = time.Minute

// StartRing starts a ring of n servers, one after the other, and returns when each knows all
// others. Every node gets the options, but a directory of its own below options.Dir.
func StartRing(ctx context.Context, n int, options CassandraOptions) (*Ring, error) {
	nodes := make([]CassandraOptions, n)
	for i := range nodes {
		nodes[i] = options
		nodes[i].Dir = filepath.Join(options.Dir, fmt.Sprintf("node%d", i+1))
	}
	return StartRingOf(ctx, nodes)
}

// LeavesSlowly are [CassandraOptions.JavaArgs] of a server that waits for an hour before it hands
// over its rows, once it was told to leave its ring: for so long it is leaving
// (StorageService.startLeaving waits until the batches of others must have been replayed).
func LeavesSlowly() []string { return []string{"-Dcassandra.batchlog.replay_timeout_in_ms=3600000"} }

// StartRingOf is [StartRing] with options for each node, whose directories are their own.
func StartRingOf(ctx context.Context, nodes []CassandraOptions) (*Ring, error) {
	network, reservation, err := reserveNetwork()
	if err != nil {
		return nil, fmt.Errorf("start ring: %w", err)
	}
	ring := &Ring{reservation: reservation}
	for i, node := range nodes {
		node.Host = fmt.Sprintf("%s.%d", network, i+1)
		node.Seed = network + ".1"
		server, err := joinRing(ctx, node)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("start ring: node %d of %d: %w", i+1, len(nodes), err), ring.Close())
		}
		ring.Nodes = append(ring.Nodes, server)
		// Two that join together disturb each other: the second shuts itself down.
		if err := ring.Settle(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("start ring: node %d of %d: %w", i+1, len(nodes), err), ring.Close())
		}
	}
	return ring, nil
}

// joinAttempts is how often a node tries to get into its ring.
const joinAttempts = 3

// joinRing starts a node. One that asked for the schema before gossip had told it who has it
// ends itself, which happens on a busy machine; it tries again with nothing on its disks.
func joinRing(ctx context.Context, options CassandraOptions) (server *Cassandra, err error) {
	for range joinAttempts {
		if server, err = StartCassandra(ctx, options); err == nil || !errors.Is(err, errEnded) || ctx.Err() != nil {
			return server, err
		}
		if gone := os.RemoveAll(options.Dir); gone != nil {
			return nil, errors.Join(err, gone)
		}
	}
	return nil, fmt.Errorf("%d times: %w", joinAttempts, err)
}

// Settle waits until every running node knows every other and all have one schema.
func (r *Ring) Settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, ringPatience)
	defer cancel()
	for _, node := range r.Nodes {
		if !node.process.running() {
			continue
		}
		if err := node.awaitPeers(ctx, len(r.Nodes)-1); err != nil {
			return fmt.Errorf("node %s: %w", node.Host, err)
		}
	}
	return nil
}

// awaitPeers waits until the server knows that many other members of its ring.
func (c *Cassandra) awaitPeers(ctx context.Context, want int) error {
	session, err := c.Session("")
	if err != nil {
		return err
	}
	defer session.Close()
	for {
		known, err := knownPeers(ctx, session)
		if err == nil && known == want {
			return session.AwaitSchemaAgreement(ctx)
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("it knows %d of %d other members of the ring: %w", known, want, ctx.Err()), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// knownPeers counts the others that a server has heard from and that have joined.
func knownPeers(ctx context.Context, session *gocql.Session) (count int, err error) {
	rows := session.Query("SELECT host_id, tokens FROM system.peers").WithContext(ctx).Iter().Scanner()
	for rows.Next() {
		var id gocql.UUID
		var tokens []string
		if err := rows.Scan(&id, &tokens); err != nil {
			return 0, err
		}
		if len(tokens) > 0 && id != (gocql.UUID{}) {
			count++
		}
	}
	return count, rows.Err()
}

// Close kills all nodes and gives their addresses back. Their directories stay.
func (r *Ring) Close() error {
	defer r.reservation.release()
	var errs []error
	for _, node := range r.Nodes {
		errs = append(errs, node.Close())
	}
	return errors.Join(errs...)
}
