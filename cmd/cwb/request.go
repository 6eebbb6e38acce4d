package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/planner"
)

// requestFlags narrow a plan or lift its guards.
type requestFlags struct {
	only  []string
	nodes []string
	allow []string
}

func (r *requestFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&r.only, "only", nil, "only steps of this action, such as take or remove (repeatable)")
	cmd.Flags().StringArrayVar(&r.nodes, "node", nil, "only steps on this node (repeatable)")
	cmd.Flags().StringArrayVar(&r.allow, "allow", nil, "lift a guard for this plan: remove=N or shrink=SET (repeatable)")
}

// request turns the flags into what the planner is asked.
func (r *requestFlags) request(p *config.Policy, verb planner.Verb, by string) (planner.Request, error) {
	request := planner.Request{Verb: verb, By: by}
	for _, name := range r.nodes {
		n, err := findNode(p, name)
		if err != nil {
			return request, err
		}
		request.Nodes = append(request.Nodes, n.Addr)
	}
	for _, name := range r.only {
		kind := planner.ActionKind(name)
		if !slices.Contains(actionKinds(), kind) {
			return request, usage(fmt.Sprintf("--only %q", name), fmt.Sprintf("actions are %v", actionKinds()))
		}
		request.Only = append(request.Only, kind)
	}
	var err error
	request.Allow, err = parseAllow(r.allow)
	return request, err
}

func actionKinds() []planner.ActionKind {
	return []planner.ActionKind{planner.ActTake, planner.ActVerify, planner.ActRemove, planner.ActClean, planner.ActAdopt, planner.ActWriteSchedule}
}

// parseAllow reads --allow remove=N and --allow shrink=SET.
func parseAllow(list []string) (planner.Allow, error) {
	var allow planner.Allow
	for _, text := range list {
		guard, value, _ := strings.Cut(text, "=")
		switch guard {
		case "remove":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return allow, usage(fmt.Sprintf("--allow %q", text), "write --allow remove=N with a number from 1 on")
			}
			allow.Remove = n
		case "shrink":
			id, err := parseSet(value)
			if err != nil {
				return allow, err
			}
			allow.Shrink = append(allow.Shrink, id)
		default:
			return allow, usage(fmt.Sprintf("--allow %q", text), "write --allow remove=N or --allow shrink=SET")
		}
	}
	return allow, nil
}
