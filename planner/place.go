package planner

import (
	"fmt"
	"strings"

	"cwb/config"
	"cwb/internal/backup"
)

// place is one node's snapshot_path with what is known about it.
type place struct {
	node     config.Node
	state    NodeState
	standing standing
	present  backup.Identity // what the backups here are measured by
}

func newPlace(node config.Node, state NodeState) *place {
	pl := &place{node: node, state: state}
	pl.standing, pl.present = judgeIdentity(state)
	return pl
}

func (pl *place) addr() backup.NodeAddr { return pl.node.Addr }

func (pl *place) unreachable() bool { return pl.state.Error != "" }

// ours reports whether a backup was made by the present server, or by one that it succeeds.
// What was adopted by name is ours whatever it came from.
func (pl *place) ours(b *Backup) bool {
	return sameServer(b.Identity, pl.present) || succeeds(pl.state.Successor, pl.present, b.Identity) ||
		b.Origin == backup.Adopted && b.Identity.IsZero()
}

// OfPresentServer reports whether a backup of a node was made by its present server, or by one
// that it succeeds. A server that cannot be asked is taken for the one of the newest backup.
func OfPresentServer(n NodeState, b Backup) bool {
	pl := newPlace(config.Node{Addr: n.Node}, n)
	return pl.standing != changed && pl.ours(&b)
}

// former reports whether a backup was left by a server that the present one succeeds.
func (pl *place) former(b *Backup) bool {
	return b.Origin == backup.Own && pl.ours(b) && !sameServer(b.Identity, pl.present)
}

// obstacle says why no take is possible here; empty when one is.
func (pl *place) obstacle() string {
	server := pl.state.Server
	switch {
	case pl.unreachable():
		return "cannot be reached: " + pl.state.Error
	case server.Down != "":
		return "its server is down: " + server.Down
	case pl.standing == unknown:
		return "its server did not say who it is"
	case pl.standing == changed:
		return fmt.Sprintf("its server is another one than its backups are of; if that is meant: cwb adopt --identity %s", pl.addr())
	case pl.restoring() != "":
		return pl.restoring()
	case len(server.Refusals) > 0:
		return strings.Join(server.Refusals, "; ")
	}
	return ""
}
