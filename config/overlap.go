package config

import (
	"errors"
	"io/fs"
	"slices"

	"cwb/internal/backup"
)

// ground is a directory that a node claims, with the links in it followed.
type ground struct {
	node  *declaredNode
	what  string
	named text
	real  string
}

// checkOverlaps refuses a snapshot_path that shares ground with any other path of any node:
// cwb removes backups below it, and counts what lies there as its own.
func (v *resolver) checkOverlaps(all []declaredNode) {
	var own, others []ground
	for i := range all {
		n := &all[i]
		if n.snapshot != nil {
			own = v.claim(own, n, "snapshot_path", *n.snapshot)
		}
		others = v.claim(others, n, "legacy_paths", n.legacy...)
		others = v.claim(others, n, "data_dirs", n.data...)
	}
	for i, g := range own {
		for _, other := range slices.Concat(own[:i], others) {
			v.compare(g, other)
		}
	}
}

func (v *resolver) claim(grounds []ground, n *declaredNode, what string, paths ...text) []ground {
	for _, t := range paths {
		real, err := resolved(t.value)
		if err != nil {
			v.r.errorf(t.at, "Path not resolvable", "The links in the path %s cannot be followed: %s.", t.shown, reason(err))
			continue
		}
		grounds = append(grounds, ground{n, what, t, real})
	}
	return grounds
}

func (v *resolver) compare(g, other ground) {
	relation := ""
	switch {
	case g.real == other.real:
		relation = "is also"
	case within(g.real, other.real):
		relation = "lies in"
	case within(other.real, g.real):
		relation = "contains"
	default:
		return
	}
	through := ""
	if !within(g.named.value, other.named.value) && !within(other.named.value, g.named.value) {
		through = ", through a link"
	}
	v.r.errorf(g.named.at, "Overlapping paths", "The snapshot_path of %s %s the %s of %s (%s)%s. Give each a directory of its own.",
		g.node.Addr.Address(), relation, other.what, other.node.Addr.Address(), place(other.named.at), through)
}

// checkShared refuses two nodes that are one server and back up the same content: each would
// rotate the other's.
func (v *resolver) checkShared(all []declaredNode) {
	type content struct {
		kind         backup.Kind
		server, name string
	}
	first := map[content]declaredNode{}
	for _, n := range all {
		server := n.server()
		for _, t := range n.contents {
			key := content{n.Addr.Kind, server, t.value}
			other, taken := first[key]
			switch {
			case server == "" || t.value == "" || other.Addr == n.Addr:
			case taken:
				v.r.errorf(t.at, "Content in two nodes", "%s is at the same server as %s (%s), and both back up the one %s. Leave it to one of them.", n.Addr.Address(), other.Addr.Address(), place(other.def), t.shown)
			default:
				first[key] = n
			}
		}
	}
}

// server is one spelling of where a node's server is reached.
func (n declaredNode) server() string {
	switch {
	case n.Cassandra != nil && n.Cassandra.Address != "":
		return sameAddress(n.Cassandra.Address)
	case n.MySQL != nil && n.MySQL.Address != "":
		return sameAddress(n.MySQL.Address)
	case n.MySQL != nil && n.MySQL.Socket != "":
		if real, err := resolved(n.MySQL.Socket); err == nil {
			return real
		}
	}
	return ""
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
