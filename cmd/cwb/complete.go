package main

import (
	"os"
	"slices"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/internal/backup"
)

// completer proposes words for the shell. It reads the policy and names of directories, and
// never the network; where it knows nothing it proposes nothing.
type completer func(p *config.Policy) []string

// words makes a completer what cobra wants, for the one word that is being written.
func (a *app) words(c completer) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		opts, err := a.loadOptions()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		policy, diags := config.Load(a.flags.policy, opts)
		if diags.HasErrors() {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return c(policy), cobra.ShellCompDirectiveNoFileComp
	}
}

// upTo completes at most so many arguments.
func upTo(max int, f cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= max {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return f(cmd, args, word)
	}
}

func completeNodes(p *config.Policy) []string {
	var names []string
	for _, n := range p.Nodes {
		names = append(names, n.Addr.String())
	}
	return names
}

func completeBlocks(p *config.Policy) []string {
	var names []string
	for _, b := range p.Backups {
		names = append(names, b.Name)
	}
	return names
}

// completeSets proposes what lies under the snapshot_paths of this machine, newest first.
func completeSets(p *config.Policy) []string {
	var ids []string
	for _, n := range p.Nodes {
		entries, err := os.ReadDir(n.SnapshotPath)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if id, err := backup.ParseSetID(e.Name()); err == nil {
				ids = append(ids, string(id))
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	slices.Reverse(ids)
	return ids
}

// addCompletions tells the shell what each verb takes. Flags and arguments that are not
// named here are files, or nothing at all.
func (a *app) addCompletions(root *cobra.Command) {
	nodes, blocks, sets := a.words(completeNodes), a.words(completeBlocks), a.words(completeSets)
	arguments := map[string]cobra.CompletionFunc{
		"adopt": nodes, "backup": blocks, "unlock": upTo(1, nodes),
		"export": upTo(1, sets), "hold": upTo(1, sets), "verify": upTo(1, sets), "restore": upTo(1, sets),
		"apply": upTo(1, files), "show": upTo(1, files), "fmt": files, "help": nil, "completion": nil,
	}
	for _, cmd := range root.Commands() {
		completeFlags(cmd, nodes)
		if f, named := arguments[cmd.Name()]; !named {
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		} else if f != nil {
			cmd.ValidArgsFunction = f
		}
	}
	register(root, "color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
	for _, name := range []string{"lock-timeout", "parallelism", "var"} {
		register(root, name, cobra.NoFileCompletions)
	}
}

func files(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// completeFlags covers the flags that mean the same wherever they stand.
func completeFlags(cmd *cobra.Command, nodes cobra.CompletionFunc) {
	for name, f := range map[string]cobra.CompletionFunc{
		"node": nodes, "identity": nodes, "to": nodes,
		"only":     cobra.FixedCompletions(kindNames(), cobra.ShellCompDirectiveNoFileComp),
		"allow":    cobra.FixedCompletions([]string{"remove=", "shrink="}, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace),
		"reason":   cobra.NoFileCompletions,
		"database": cobra.NoFileCompletions,
		"table":    cobra.NoFileCompletions,
		"keyspace": cobra.NoFileCompletions,
		"as":       cobra.NoFileCompletions,
		"from":     cobra.FixedCompletions([]string{string(backup.OnNode)}, cobra.ShellCompDirectiveNoFileComp),
		"definer":  cobra.FixedCompletions([]string{"keep", "drop"}, cobra.ShellCompDirectiveNoFileComp),
	} {
		if cmd.Flags().Lookup(name) != nil {
			register(cmd, name, f)
		}
	}
}

func register(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // no such flag: a mistake of the line that named it
	}
}

func kindNames() []string {
	var names []string
	for _, k := range actionKinds() {
		names = append(names, string(k))
	}
	return names
}
