package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

func (a *app) holdCommand() *cobra.Command {
	var reason string
	var release bool
	cmd := &cobra.Command{
		Use:   "hold SET",
		Short: "Keep a set whatever retention says, or let it go again",
		Long: `Write a hold beside every backup of the set: no plan removes it until the hold is released.
Holds lie with the backups, so they outlive the policy and this machine.`,
		Args:        argsRange(1, 1, "one SET"),
		Annotations: map[string]string{noJSON: "leave --json out; cwb --json list shows what is held"},
		RunE:        a.verb(func(ctx context.Context, args []string) error { return a.hold(ctx, args[0], reason, release) }),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever finds it later")
	cmd.Flags().BoolVar(&release, "release", false, "release the hold")
	return cmd
}

func (a *app) hold(ctx context.Context, arg, reason string, release bool) error {
	set, err := parseSet(arg)
	if err != nil {
		return err
	}
	if release && reason != "" {
		return usage("--release together with --reason", "a released hold has no reason")
	}
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	state, err := a.observe(ctx, policy)
	if err != nil {
		return err
	}
	members := membersOf(policy, state, set)
	errs := unseenMembers(policy, state, set)
	if len(members)+len(errs) == 0 {
		if err := unreached(state); err != nil {
			return fmt.Errorf("no node that could be looked at has set %s: %w", set, err)
		}
		return usage(fmt.Sprintf("there is no backup of set %s", set), "cwb list shows the sets")
	}
	all := len(members) + len(errs)
	for _, n := range members {
		if err := a.holdOn(ctx, policy, n, set, reason, release); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 && len(errs) < all {
		return &failure{code: exitPartly, summary: "partly done", detail: errors.Join(errs...).Error(), remedy: "run the same again", err: errors.Join(errs...)}
	}
	return errors.Join(errs...)
}

// membersOf lists the nodes that have a backup of the set.
func membersOf(p *config.Policy, s planner.State, set backup.SetID) []config.Node {
	var nodes []config.Node
	for _, n := range p.Nodes {
		if hasSet(stateOf(s, n.Addr), set) {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// unseenMembers says of which backups of the set it cannot be told whether they are there:
// those of nodes that are not reached, or whose record of it cannot be read.
func unseenMembers(p *config.Policy, s planner.State, set backup.SetID) []error {
	names, planned := p.PresentNames(), map[backup.NodeAddr]bool{}
	for _, n := range s.Nodes {
		for _, b := range n.Backups {
			for _, m := range b.Members {
				if now, renamed := names[m]; renamed {
					m = now
				}
				planned[m] = planned[m] || b.Set == set
			}
		}
	}
	var errs []error
	for _, n := range s.Nodes {
		if n.Error != "" && planned[n.Node] {
			errs = append(errs, fmt.Errorf("%s cannot be reached: %s", n.Node, n.Error))
		}
		for _, bad := range n.Unreadable {
			if strings.HasPrefix(bad.Path, string(set)+"/") && !hasSet(n, set) {
				errs = append(errs, fmt.Errorf("%s of %s cannot be read: %s", bad.Path, n.Node, bad.Error))
			}
		}
	}
	return errs
}

// unreached lists the nodes that could not be looked at: whether they have a set is not known.
func unreached(s planner.State) error {
	var errs []error
	for _, n := range s.Nodes {
		if n.Error != "" {
			errs = append(errs, fmt.Errorf("%s cannot be reached: %s", n.Node, n.Error))
		}
	}
	return errors.Join(errs...)
}

func (a *app) holdOn(ctx context.Context, p *config.Policy, n config.Node, set backup.SetID, reason string, release bool) error {
	session, err := a.node(p, n).Open(ctx, a.options("hold", nil).Holder())
	if err != nil {
		return err
	}
	defer session.Close()
	keeper, ok := session.(executor.Keeper)
	if !ok {
		return fmt.Errorf("%s cannot hold backups", n.Addr)
	}
	if release {
		if err := keeper.Release(ctx, set); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "%s on %s is not held any more.\n", set, n.Addr)
		return nil
	}
	if err := keeper.Hold(ctx, set, backup.Hold{Reason: reason, By: a.who(), At: a.now().UTC()}); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s on %s is held.\n", set, n.Addr)
	return nil
}
