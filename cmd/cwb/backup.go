package main

import (
	"context"

	"github.com/spf13/cobra"

	"cwb/planner"
)

func (a *app) backupCommand() *cobra.Command {
	var nodes []string
	cmd := &cobra.Command{
		Use:   "backup [ADDRESS…]",
		Short: "Take a set now, and remove nothing",
		Long: `Take a set of the named backup blocks now (of all of them without an ADDRESS), whether or
not one is due. Nothing is removed and nothing is asked. The set counts for retention and
fills a due slot like any other.`,
		RunE: a.verb(func(ctx context.Context, args []string) error { return a.backupNow(ctx, args, nodes) }),
	}
	cmd.Flags().StringArrayVar(&nodes, "node", nil, "only this node (repeatable); the set is then incomplete if its block has more")
	cmd.Flags().Bool("auto-approve", true, "accepted; backup never asks")
	return cmd
}

func (a *app) backupNow(ctx context.Context, blocks, nodes []string) error {
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	request := planner.Request{Verb: planner.VerbBackup, By: a.who()}
	for _, name := range blocks {
		b, err := findBlock(policy, name)
		if err != nil {
			return err
		}
		request.Blocks = append(request.Blocks, b.Name)
	}
	if len(nodes) > 0 {
		found, err := findNodes(policy, nodes)
		if err != nil {
			return err
		}
		request.Nodes = addrs(found)
	}
	return a.planAndRun(ctx, policy, request, "backup", true)
}
