package config

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"

	"cwb/internal/backup"
)

// declaredNode is a resolved node with the places of what other nodes are compared with.
type declaredNode struct {
	Node
	def      hcl.Range
	snapshot *text
	legacy   []text
	data     []text
	contents []text // databases or keyspaces
}

// resolveNodes reads the node blocks and compares them with one another.
func (v *resolver) resolveNodes(blocks []rawNode) {
	if len(blocks) > maxNodes {
		v.r.errorf(blocks[maxNodes].Def, "Policy too large", "A policy can have %d nodes at most.", maxNodes)
		return
	}
	var all []declaredNode
	for _, raw := range blocks {
		if n, ok := v.resolveNode(raw); ok {
			all = append(all, n)
		}
	}
	v.checkFormer(all)
	v.checkOverlaps(all)
	v.checkShared(all)
	for _, n := range all {
		v.policy.Nodes = append(v.policy.Nodes, n.Node)
	}
	slices.SortFunc(v.policy.Nodes, func(a, b Node) int { return compareAddr(a.Addr, b.Addr) })
}

func compareAddr(a, b backup.NodeAddr) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// resolveNode reads one node; its first label says what may stand in it.
func (v *resolver) resolveNode(raw rawNode) (declaredNode, bool) {
	addr := backup.NodeAddr{Kind: backup.Kind(raw.Kind), Name: raw.Name}
	if addr.Kind != backup.MySQL && addr.Kind != backup.Cassandra {
		v.r.errorf(raw.KindAt, "Unknown kind of node", "There is no kind of node %s.%s%s", quoted(raw.Kind), lookAlikeHint(raw.Kind), didYouMean(quoted(raw.Kind), []string{`"mysql"`, `"cassandra"`}))
		return declaredNode{}, false
	}
	checkLabel(raw.Name, raw.NameAt, v.r)
	if first, ok := v.nodes[addr]; ok {
		v.r.errorf(raw.Def, "Duplicate node", "%s is already declared at %s.", addr.Address(), place(first.Def))
		return declaredNode{}, false
	}
	v.nodes[addr] = raw
	n := declaredNode{Node: Node{Addr: addr, LegacyPaths: []string{}}, def: raw.Def}
	if addr.Kind == backup.MySQL {
		v.resolveMySQL(raw, &n)
	} else {
		v.resolveCassandra(raw, &n)
	}
	return n, true
}

// common are the arguments that nodes of every kind have.
type common struct{ formerly, snapshotPath, legacyPaths, minFree *hcl.Attribute }

func (v *resolver) resolveCommon(c common, n *declaredNode) {
	if c.formerly != nil {
		names, _ := v.eval.strs(c.formerly, "old-name")
		v.eval.distinct("formerly", names)
		for _, name := range names {
			if name.value != "" && v.checkName(name) {
				n.Formerly = append(n.Formerly, name.value)
			}
		}
	}
	if v.required(c.snapshotPath, "snapshot_path", n.def, `"/var/backups/cwb/`+n.Addr.Name+`"`) {
		if t, ok := v.path(c.snapshotPath, "/var/backups/cwb/"+n.Addr.Name); ok {
			n.SnapshotPath, n.snapshot = t.value, &t
		}
	}
	if c.legacyPaths != nil {
		n.legacy = v.paths(c.legacyPaths, "/usr/share/clearwater/ellis/backup/backups")
		n.LegacyPaths = values(n.legacy)
	}
	n.MinFree = v.eval.size(c.minFree, 0)
}

func values(texts []text) []string {
	out := []string{}
	for _, t := range texts {
		out = append(out, t.value)
	}
	return out
}

// checkFormer refuses an old name that a present node bears, or that two nodes claim.
func (v *resolver) checkFormer(all []declaredNode) {
	claimed := map[backup.NodeAddr]backup.NodeAddr{}
	for _, n := range all {
		for _, name := range n.Formerly {
			old := backup.NodeAddr{Kind: n.Addr.Kind, Name: name}
			other, twice := claimed[old]
			if _, present := v.nodes[old]; present {
				v.r.errorf(n.def, "Former name in use", "%s says that it was formerly %s, but that is a node of this policy.", n.Addr.Address(), old.Address())
			} else if twice && other != n.Addr {
				v.r.errorf(n.def, "Former name in use", "Both %s and %s say that they were formerly %s.", other.Address(), n.Addr.Address(), old.Address())
			}
			claimed[old] = n.Addr
		}
	}
}

func (v *resolver) decodeNode(body hcl.Body, into any) { v.r.take(gohcl.DecodeBody(body, nil, into)) }
