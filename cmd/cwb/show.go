package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cwb/internal/view"
)

func (a *app) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show FILE",
		Short: "Show a saved plan, also one that cannot be applied any more",
		Args:  argsRange(1, 1, "one FILE"),
		RunE: a.verb(func(_ context.Context, args []string) error {
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
