package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/view"
	"cwb/planner"
)

func (a *app) verifyCommand() *cobra.Command {
	var nodes []string
	cmd := &cobra.Command{
		Use:   "verify [SET]",
		Short: "Read backups again and compare every byte with what was backed up",
		Long: `Read every file of the set's backups (of all sets without SET) and compare its SHA-256 with
the manifest. Damage that was not known, and damage that is no more, is recorded beside the
backup, so that lists, plans and restores know; nothing else is changed. Exits with 7 when
anything is damaged, partial or cannot be read, or when a restore is unfinished.`,
		Args: argsRange(0, 1, "at most one SET"),
		RunE: a.verb(func(ctx context.Context, args []string) error { return a.verify(ctx, args, nodes) }),
	}
	cmd.Flags().StringArrayVar(&nodes, "node", nil, "only this node (repeatable)")
	return cmd
}

func (a *app) verify(ctx context.Context, args, names []string) error {
	policy, nodes, err := a.loadNodes(names)
	if err != nil {
		return err
	}
	var only backup.SetID
	if len(args) == 1 {
		if only, err = parseSet(args[0]); err != nil {
			return err
		}
	}
	state, err := a.observe(ctx, policy)
	if err != nil {
		return err
	}
	ctx, cancel := a.signals.either(ctx)
	defer cancel()
	return a.verifyAll(ctx, policy, nodes, state, only)
}

// verifyAll checks what is there, node after node: disks are slow enough for one reader.
func (a *app) verifyAll(ctx context.Context, p *config.Policy, nodes []config.Node, s planner.State, only backup.SetID) error {
	report := a.verifyReport()
	found := 0
	for _, n := range nodes {
		state := stateOf(s, n.Addr)
		if state.Error != "" {
			report.Unreachable(n.Addr, state.Error)
			continue
		}
		for _, u := range state.Unreadable {
			if only == "" || u.Set() == only {
				report.Unreadable(n.Addr, u)
			}
		}
		for _, r := range state.Restores {
			if r.Unfinished() {
				report.Unfinished(n.Addr, r)
			}
		}
		for _, b := range state.Backups {
			if (only != "" && b.Set != only) || b.Record == "" || b.Status == planner.Debris || b.Status == planner.Running {
				continue
			}
			found++
			check, err := a.node(p, n).Check(ctx, b.Set, report.Progress(n.Addr))
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			report.Checked(n.Addr, b.Set, check, err)
			if err == nil && isNews(state, b, check) {
				a.record(ctx, p, n, b.Set)
			}
		}
	}
	if only != "" && found == 0 && !report.Bad() {
		return usage(fmt.Sprintf("there is no backup of set %s", only), "cwb list shows the sets")
	}
	report.End()
	if report.Bad() {
		a.code = exitProblems
	}
	return nil
}

// isNews reports whether a check tells what is not recorded yet. Nothing is written beside
// the backups of another server, nor about files that are missing: that can be seen.
func isNews(n planner.NodeState, b planner.Backup, c backup.Check) bool {
	switch {
	case !planner.OfPresentServer(n, b):
		return false
	case c.Good:
		return b.Status == planner.Damaged || b.VerifiedAt.IsZero()
	}
	return b.Status == planner.Good
}

// record has a backup read once more, under the lock of its node, and what comes of it
// written down. That it cannot be is said, and changes nothing about what was found.
func (a *app) record(ctx context.Context, p *config.Policy, n config.Node, set backup.SetID) {
	session, err := a.node(p, n).Open(ctx, a.options("verify", nil).Holder())
	if err == nil {
		err = session.Run(ctx, planner.Verify{Node: n.Addr, Set: set}, nil)
		_ = session.Close() // the lock ends with this process in any case
	}
	if err != nil && !errors.Is(err, executor.ErrDamaged) {
		fmt.Fprintf(a.stderr, "cwb: what was found in %s of %s is not recorded: %s\n", set, n.Addr, view.Line(err.Error()))
	}
}

func stateOf(s planner.State, n backup.NodeAddr) planner.NodeState {
	for _, node := range s.Nodes {
		if node.Node == n {
			return node
		}
	}
	return planner.NodeState{Node: n, Error: "it was not observed"}
}

// verifyReport prints what verify finds.
func (a *app) verifyReport() view.CheckReport {
	if a.flags.json {
		return view.NewCheckStream(a.stdout, version)
	}
	return &view.CheckText{Out: a.text(), Meter: a.human().Meter}
}
