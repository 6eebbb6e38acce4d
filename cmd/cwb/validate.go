package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cwb/config"
)

func (a *app) validateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "validate",
		Short: "Check a policy without touching the network",
		Long: `Check a policy: all that can be wrong with it is found without a network, all errors at
once, each with its file, line and column. Exits with 1 when there is an error.`,
		Args: args0,
		RunE: a.verb(func(context.Context, []string) error { return a.validate() }),
	}
}

func (a *app) validate() error {
	opts, err := a.loadOptions()
	if err != nil {
		return err
	}
	_, diags := config.Load(a.flags.policy, opts)
	if a.flags.json {
		_, err = a.stdout.Write(diags.JSON())
	} else {
		_, width := terminal(a.stdout)
		err = diags.Write(a.stdout, a.color(a.stdout), width)
	}
	if err != nil {
		return err
	}
	if diags.HasErrors() {
		return silent(exitError)
	}
	if !a.flags.json {
		fmt.Fprintf(a.stdout, "The policy is valid%s.\n", warnings(diags.Count(config.Warning)))
	}
	return nil
}

func warnings(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", with 1 warning"
	}
	return fmt.Sprintf(", with %d warnings", n)
}
