package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cwb/internal/view"
	"cwb/planner"
)

func (a *app) observeCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "observe --out FILE",
		Short: "Record the state of all nodes, for CI and bug reports",
		Long: `Observe every node and write what was found to a new file (0600): backups, identities,
schedules, and no content of any database. "cwb plan --state FILE" plans from it where there
is no route to the nodes.`,
		Args: args0,
		RunE: a.verb(func(ctx context.Context, _ []string) error { return a.recordState(ctx, out) }),
	}
	cmd.Flags().StringVar(&out, "out", "", "the new file to write")
	return cmd
}

func (a *app) recordState(ctx context.Context, out string) error {
	if out == "" {
		return usage("--out is missing", "write: cwb observe --out FILE")
	}
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	state, err := a.observe(ctx, policy)
	if err != nil {
		return err
	}
	data, err := planner.EncodeState(state)
	if err != nil {
		return err
	}
	if err := writeNew(out, data, 0o600); err != nil {
		return err
	}
	for _, n := range state.Nodes {
		if n.Error != "" {
			fmt.Fprintf(a.stderr, "cwb: %s could not be read: %s\n", n.Node, view.Line(n.Error))
		}
	}
	fmt.Fprintf(a.stderr, "cwb: recorded %d nodes; plan from it with: cwb plan --state %s\n", len(state.Nodes), out)
	return nil
}
