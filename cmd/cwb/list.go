package main

import (
	"context"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/internal/view"
	"cwb/planner"
)

func (a *app) listCommand() *cobra.Command {
	var nodes []string
	var tables bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List all backups: cwb's own, and those it did not make",
		Long: `List the sets of all nodes, newest first, then foreign backups: old scripts' dumps and
snapshots, manual snapshots, and those Cassandra made by itself before a TRUNCATE or DROP,
with what they contain. A node that cannot be read is named; the others are still listed.`,
		Args: args0,
		RunE: a.verb(func(ctx context.Context, _ []string) error { return a.list(ctx, nodes, tables) }),
	}
	cmd.Flags().StringArrayVar(&nodes, "node", nil, "only this node (repeatable)")
	cmd.Flags().BoolVar(&tables, "tables", false, "name every table of a foreign backup")
	return cmd
}

func (a *app) list(ctx context.Context, names []string, tables bool) error {
	policy, nodes, err := a.loadNodes(names)
	if err != nil {
		return err
	}
	state, err := a.observe(ctx, policy)
	if err != nil {
		return err
	}
	listing, err := a.listing(policy, state, nodes)
	if err != nil {
		return err
	}
	listing.Tables = tables
	if a.flags.json {
		err = view.ListJSON(a.stdout, listing)
	} else {
		a.text().List(listing)
	}
	if err == nil && unread(state) == len(state.Nodes) {
		return silent(exitError)
	}
	return err
}

// listing narrows the sets to the nodes that are asked for.
func (a *app) listing(p *config.Policy, s planner.State, nodes []config.Node) (view.Listing, error) {
	all, err := planner.Sets(p, s, a.now())
	if err != nil {
		return view.Listing{}, err
	}
	l := view.Listing{State: s, Nodes: map[backup.NodeAddr]bool{}}
	for _, n := range nodes {
		l.Nodes[n.Addr] = true
	}
	for _, set := range all {
		for _, m := range set.Members {
			if l.Nodes[m] {
				l.Sets = append(l.Sets, set)
				break
			}
		}
	}
	return l, nil
}

func unread(s planner.State) int {
	n := 0
	for _, node := range s.Nodes {
		if node.Error != "" {
			n++
		}
	}
	return n
}
