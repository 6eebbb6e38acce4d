package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// helpCommand is cobra's, but for an unknown topic, which is a wrong usage.
func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB]",
		Short: "Show how a verb is used",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return verbNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || topic == nil || len(rest) > 0 {
				return a.unknownVerb(cmd.Root(), args[0])
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}

// unknownVerb proposes the verb that was meant.
func (a *app) unknownVerb(root *cobra.Command, given string) error {
	return usage(fmt.Sprintf("unknown verb %q", given)+didYouMean(near(given, verbNames(root)), ""), "see: cwb --help")
}

// addCompletion adds cobra's completion command, with wrong shells refused.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd("completion")
	for _, cmd := range root.Commands() {
		if cmd.Name() != "completion" {
			continue
		}
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(fmt.Sprintf("no completion for %q", args[0]), "write bash, zsh or fish")
			}
			return usage("completion takes the name of a shell", "write bash, zsh or fish")
		}
		cmd.Args = cobra.ArbitraryArgs
		for _, shell := range cmd.Commands() {
			shell.Args = args0
			if shell.Name() == "powershell" {
				cmd.RemoveCommand(shell)
			}
		}
	}
}
