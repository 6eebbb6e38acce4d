package main

import (
	"fmt"
	"strings"

	"cwb/config"
	"cwb/internal/backup"
)

// findNode reads "node.mysql.ellis", "mysql.ellis" or, where that is unique, "ellis".
func findNode(p *config.Policy, name string) (config.Node, error) {
	var found []config.Node
	for _, n := range p.Nodes {
		if n.Addr.Address() == name || n.Addr.String() == name {
			return n, nil
		}
		if n.Addr.Name == name {
			found = append(found, n)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return config.Node{}, usage(fmt.Sprintf("there is no node %q", name), "nodes of this policy: "+nodeNames(p.Nodes))
	}
	return config.Node{}, usage(fmt.Sprintf("%q is more than one node", name), "write one of: "+nodeNames(found))
}

// loadNodes loads the policy, and finds the nodes in it that a verb was asked for.
func (a *app) loadNodes(names []string) (*config.Policy, []config.Node, error) {
	policy, err := a.loadPolicy()
	if err != nil {
		return nil, nil, err
	}
	nodes, err := findNodes(policy, names)
	return policy, nodes, err
}

// findNodes reads a list of node names; no names means all nodes.
func findNodes(p *config.Policy, names []string) ([]config.Node, error) {
	if len(names) == 0 {
		return p.Nodes, nil
	}
	var nodes []config.Node
	for _, name := range names {
		n, err := findNode(p, name)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

func nodeNames(nodes []config.Node) string {
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = n.Addr.String()
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func addrs(nodes []config.Node) []backup.NodeAddr {
	list := make([]backup.NodeAddr, len(nodes))
	for i, n := range nodes {
		list[i] = n.Addr
	}
	return list
}

// findBlock reads the address of a backup block: "backup.subscribers" or "subscribers".
func findBlock(p *config.Policy, name string) (config.Backup, error) {
	b, ok := p.Backup(strings.TrimPrefix(name, "backup."))
	if ok {
		return b, nil
	}
	names := make([]string, len(p.Backups))
	for i, b := range p.Backups {
		names[i] = b.Name
	}
	return b, usage(fmt.Sprintf("there is no backup block %q", name), "backup blocks of this policy: "+strings.Join(names, ", "))
}

// parseSet reads a set id.
func parseSet(s string) (backup.SetID, error) {
	id, err := backup.ParseSetID(s)
	if err != nil {
		return "", usage(err.Error(), "cwb list shows the ids")
	}
	return id, nil
}
