package main

import (
	"context"
	"sort"

	"github.com/spf13/cobra"

	"cwb/executor"
	"cwb/internal/view"
)

func (a *app) logCommand() *cobra.Command {
	var nodes []string
	cmd := &cobra.Command{
		Use:   "log",
		Short: "Show what runs did, from the journals of the nodes",
		Args:  args0,
		RunE:  a.verb(func(ctx context.Context, _ []string) error { return a.log(ctx, nodes) }),
	}
	cmd.Flags().StringArrayVar(&nodes, "node", nil, "only this node (repeatable)")
	return cmd
}

func (a *app) log(ctx context.Context, names []string) error {
	policy, nodes, err := a.loadNodes(names)
	if err != nil {
		return err
	}
	var entries []view.LogEntry
	unreadable := 0
	for _, n := range nodes {
		journal, err := a.node(policy, n).Journal(ctx)
		if err != nil {
			entries = append(entries, view.LogEntry{Node: n.Addr.String(), Unreadable: err.Error()})
			unreadable++
			continue
		}
		entries = append(entries, logEntries(n.Addr.String(), journal)...)
	}
	sort.SliceStable(entries, func(i, j int) bool { return entries[i].Entry.At.Before(entries[j].Entry.At) })
	if a.flags.json {
		err = view.LogJSON(a.stdout, entries)
	} else {
		a.text().Log(entries)
	}
	if err == nil && unreadable == len(nodes) {
		err = silent(exitError) // the entries say why
	}
	return err
}

func logEntries(node string, journal []executor.Entry) []view.LogEntry {
	entries := make([]view.LogEntry, 0, len(journal))
	for _, e := range journal {
		entries = append(entries, view.LogEntry{Node: node, Entry: e})
	}
	return entries
}
