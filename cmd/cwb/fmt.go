package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/internal/view"
)

func (a *app) fmtCommand() *cobra.Command {
	var check, diff bool
	cmd := &cobra.Command{
		Use:   "fmt [PATH…]",
		Short: "Write policy files in the canonical layout",
		Long: `Rewrite policy files in the canonical layout and print the names of those that changed.
With --check nothing is written, and the status is 1 when a file would change; --diff shows
how. Without a PATH the policy of --policy is meant.`,
		Annotations: map[string]string{noJSON: "leave --json out; cwb --json validate tells what is wrong with a policy"},
		RunE: a.verb(func(_ context.Context, args []string) error {
			if len(args) == 0 {
				args = []string{a.flags.policy}
			}
			return a.format(args, check, diff)
		}),
	}
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; exit 1 when a file would change")
	cmd.Flags().BoolVar(&diff, "diff", false, "show what would change, and write nothing")
	return cmd
}

func (a *app) format(paths []string, check, diff bool) error {
	changed := 0
	for _, path := range paths {
		files, diags := config.Files(path)
		if diags.HasErrors() {
			return a.cannotFormat(diags, path)
		}
		for _, file := range files {
			did, err := a.formatFile(file.Text, file.Name, check || diff, diff)
			if err != nil {
				return err
			}
			if did {
				changed++
			}
		}
	}
	if check && changed > 0 {
		return silent(exitError)
	}
	return nil
}

// cannotFormat prints why a file was left as it is.
func (a *app) cannotFormat(diags config.Diagnostics, path string) error {
	_, width := terminal(a.stderr)
	_ = diags.Write(a.stderr, a.color(a.stderr), width)
	return &failure{code: exitError, summary: "cannot format", detail: path + ": it was left as it is", remedy: "mend the errors above first"}
}

func (a *app) formatFile(old []byte, file string, dry, diff bool) (bool, error) {
	formatted, diags := config.Format(old, file)
	if diags.HasErrors() {
		return false, a.cannotFormat(diags, file)
	}
	if bytes.Equal(old, formatted) {
		return false, nil
	}
	if diff {
		fmt.Fprint(a.stdout, view.Printable(config.Diff(old, formatted, file)))
	} else {
		fmt.Fprintln(a.stdout, view.Printable(file))
	}
	if dry {
		return true, nil
	}
	return true, replaceFile(file, formatted)
}

// replaceFile writes a file whole, keeping its mode.
func replaceFile(file string, content []byte) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	return renameio.WriteFile(file, content, info.Mode().Perm(), renameio.WithExistingPermissions())
}
