package main

import (
	"context"

	"github.com/spf13/cobra"

	"cwb/internal/view"
	"cwb/planner"
)

func (a *app) statusCommand() *cobra.Command {
	var nodes []string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say whether everything could be restored, from what, and what is wrong",
		Long: `Say of each node from which set it could be restored and how old that is, and what somebody
must do something about. Nothing is read of the backups' content (see cwb verify) and nothing
is changed. Exits with 7 when a slot has been without a complete set for an hour, a backup is
damaged or partial, a block has fewer good sets than its floor, a node has no good backup or
cannot be reached, a restore is unfinished, or anything else critical is found.`,
		Args: args0,
		RunE: a.verb(func(ctx context.Context, _ []string) error { return a.status(ctx, nodes) }),
	}
	cmd.Flags().StringArrayVar(&nodes, "node", nil, "only this node (repeatable)")
	return cmd
}

func (a *app) status(ctx context.Context, names []string) error {
	policy, nodes, err := a.loadNodes(names)
	if err != nil {
		return err
	}
	state, err := a.observe(ctx, policy)
	if err != nil {
		return err
	}
	health, err := planner.HealthOf(policy, state, a.now(), addrs(nodes)...)
	if err != nil {
		return err
	}
	if a.flags.json {
		err = view.StatusJSON(a.stdout, health)
	} else {
		a.text().Status(health)
	}
	if err == nil && !health.OK() {
		a.code = exitProblems
	}
	return err
}
