package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cwb/internal/view"
)

func (a *app) unlockCommand() *cobra.Command {
	var auto bool
	cmd := &cobra.Command{
		Use:   "unlock NODE",
		Short: "Clear what a dead run left of its lock",
		Long: `A lock ends with the process that holds it, so that nothing has to be unlocked after a
crash. This verb clears the holder's note that a dead run left, and tells who holds the lock
when somebody does (exit 11): end that process to end its lock.`,
		Args:        argsRange(1, 1, "one NODE"),
		Annotations: map[string]string{noJSON: "leave --json out; the status says what was found"},
		RunE:        a.verb(func(ctx context.Context, args []string) error { return a.unlock(ctx, args[0], auto) }),
	}
	cmd.Flags().BoolVar(&auto, "auto-approve", false, "do not ask")
	return cmd
}

func (a *app) unlock(ctx context.Context, name string, auto bool) error {
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	n, err := findNode(policy, name)
	if err != nil {
		return err
	}
	node := a.node(policy, n)
	state, err := node.Observe(ctx)
	if err != nil {
		return err
	}
	if state.Error != "" {
		return fmt.Errorf("whether %s is locked cannot be seen: %s", n.Addr, state.Error)
	}
	if state.Lock == nil {
		fmt.Fprintf(a.stdout, "%s is not locked.\n", n.Addr)
		return nil
	}
	fmt.Fprintf(a.stdout, "%s: locked by %s (%s) since %s.\n", n.Addr, view.Line(state.Lock.Who), view.Line(state.Lock.Command), state.Lock.Since.Format("2006-01-02 15:04:05 UTC"))
	if err := a.approve(ctx, "Clear this lock if its holder is dead?", auto); err != nil {
		return err
	}
	if err := node.Unlock(ctx); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s is not locked any more.\n", n.Addr)
	return nil
}
