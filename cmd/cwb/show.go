package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"cwb/internal/backup"
	"cwb/internal/view"
	"cwb/planner"
)

func (a *app) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show FILE|SET",
		Short: "Show a saved plan, also one that cannot be applied any more, or one set of backups",
		Long: `Show a saved plan, also one that cannot be applied any more. Or, by its id, show one set
of backups: what cwb list says of it and, of each of its backups, how it comes to be of one
moment, how long others could have been made to wait for it, and where it stands in the
server's own history (MySQL: binary log, GTIDs, what a replica follows, a Galera node's state).`,
		Args: argsRange(1, 1, "one FILE or SET"),
		RunE: a.verb(func(ctx context.Context, args []string) error {
			if id, err := backup.ParseSetID(args[0]); err == nil && !isFile(args[0]) {
				return a.showSet(ctx, id)
			}
			plan, err := readPlan(args[0])
			if err != nil {
				return err
			}
			if !a.flags.json {
				fmt.Fprintf(a.stdout, "Plan %s of deployment %s, made %s on %s, expires %s.\n\n",
					view.Line(string(plan.ID)), view.Line(plan.Deployment), plan.Created.Format("2006-01-02 15:04:05 UTC"), view.Line(plan.Host), plan.Expires.Format("2006-01-02 15:04:05 UTC"))
			}
			return a.showPlan(plan)
		}),
	}
}

// isFile reports whether there is a file of that name; in a snapshot_path, a set's id names a
// directory.
func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

func (a *app) showSet(ctx context.Context, id backup.SetID) error {
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	state, err := a.observe(ctx, policy)
	if err != nil {
		return err
	}
	listing, err := a.listing(policy, state, policy.Nodes)
	if err != nil {
		return err
	}
	listing.Sets = slices.DeleteFunc(listing.Sets, func(s planner.Set) bool { return s.ID != id })
	if len(listing.Sets) == 0 {
		if err := unreached(state); err != nil {
			return fmt.Errorf("no node that could be looked at has set %s: %w", id, err)
		}
		return usage(fmt.Sprintf("there is no set %s", id), "cwb list shows the sets")
	}
	if a.flags.json {
		return view.ListJSON(a.stdout, listing)
	}
	a.text().Sets(listing)
	return nil
}
