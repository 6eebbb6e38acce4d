package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/planner"
)

func (a *app) adoptCommand() *cobra.Command {
	var identity []string
	var auto bool
	cmd := &cobra.Command{
		Use:   "adopt {NODE/NAME… | --identity NODE}",
		Short: "Adopt a foreign backup, or a server that took another's place",
		Long: `Give foreign backups (see cwb list) a record, so that they are rotated, after all sets of
cwb's own; they are read strictly first. Or, with --identity, state that the present server
of a node succeeds the one whose backups lie there: takes and copies go on, and what the
former server left counts, and goes only after min_good sets of the new one are verified.`,
		RunE: a.verb(func(ctx context.Context, args []string) error { return a.adopt(ctx, args, identity, auto) }),
	}
	cmd.Flags().StringArrayVar(&identity, "identity", nil, "accept the present server of this node (repeatable)")
	cmd.Flags().BoolVar(&auto, "auto-approve", false, "do not ask")
	return cmd
}

func (a *app) adopt(ctx context.Context, names, identity []string, auto bool) error {
	if len(names)+len(identity) == 0 {
		return usage("nothing to adopt", "name foreign backups as NODE/NAME (see cwb list), or write --identity NODE")
	}
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	request := planner.Request{Verb: planner.VerbAdopt, By: a.who()}
	for _, name := range identity {
		n, err := findNode(policy, name)
		if err != nil {
			return err
		}
		request.Identity = append(request.Identity, n.Addr)
	}
	if len(names) > 0 {
		if request.Adopt, err = a.foreignNames(ctx, policy, names); err != nil {
			return err
		}
	}
	return a.planAndRun(ctx, policy, request, "adopt", auto)
}

// foreignNames reads NODE/NAME, or a bare NAME that exactly one node has.
func (a *app) foreignNames(ctx context.Context, p *config.Policy, names []string) ([]planner.ForeignName, error) {
	state, err := a.observe(ctx, p)
	if err != nil {
		return nil, err
	}
	var found []planner.ForeignName
	for _, name := range names {
		f, err := foreignName(state, name)
		if err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	return found, nil
}

func foreignName(s planner.State, name string) (planner.ForeignName, error) {
	var matches []planner.ForeignName
	var texts []string
	for _, n := range s.Nodes {
		for _, f := range n.Foreign {
			full := n.Node.String() + "/" + f.Name
			if name == f.Name || name == full || name == "node."+full || name == n.Node.Name+"/"+f.Name {
				matches = append(matches, planner.ForeignName{Node: n.Node, Name: f.Name})
				texts = append(texts, full)
			}
		}
	}
	switch len(matches) {
	case 1:
		return matches[0], nil
	case 0:
		return planner.ForeignName{}, usage(fmt.Sprintf("there is no foreign backup %q", name), "cwb list shows them")
	}
	return planner.ForeignName{}, usage(fmt.Sprintf("%q is more than one foreign backup", name), "write one of: "+strings.Join(texts, ", "))
}
