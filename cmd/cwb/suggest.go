package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError makes a wrong flag a wrong usage, and proposes the flag that was meant. Flags
// behind the wrong one were not read yet, so --json is looked for here.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	a.flags.json = a.flags.json || asksJSON(a.args)
	text := err.Error()
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && len(unknown.GetSpecifiedName()) > 1 {
		text = "unknown flag --" + unknown.GetSpecifiedName() + didYouMean(near(unknown.GetSpecifiedName(), flagNames(cmd)), "--")
	}
	return usage(text, "see: "+cmd.CommandPath()+" --help")
}

func asksJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) { names = append(names, f.Name) }
	cmd.Flags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	return names
}

// near lists the names that are a letter or two away from what was given, or begin with it.
func near(given string, names []string) []string {
	most := 2
	if len(given) < 4 {
		most = 1 // else every short name is near
	}
	var found []string
	for _, name := range names {
		if strings.HasPrefix(name, given) || levenshtein.Distance(given, name, nil) <= most {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// didYouMean is the end of a sentence about a wrong name; empty when nothing is near.
func didYouMean(names []string, prefix string) string {
	if len(names) == 0 {
		return ""
	}
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = prefix + name
	}
	return fmt.Sprintf("; did you mean %s?", strings.Join(shown, " or "))
}

func verbNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	return names
}
