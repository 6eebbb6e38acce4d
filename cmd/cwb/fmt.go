package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

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
		files, err := policyFiles(path)
		if err != nil {
			return err
		}
		for _, file := range files {
			did, err := a.formatFile(file, check || diff, diff)
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

// policyFiles lists the *.hcl files that a path means.
func policyFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, &failure{code: exitError, summary: "cannot read the policy", detail: err.Error(), remedy: "name a directory or file: cwb fmt PATH", err: err}
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	files, err := filepath.Glob(filepath.Join(escapeGlob(path), "*.hcl"))
	if err != nil || len(files) == 0 {
		return nil, &failure{code: exitError, summary: "no policy there", detail: fmt.Sprintf("%s has no *.hcl file", path)}
	}
	return files, nil
}

func escapeGlob(path string) string {
	var b bytes.Buffer
	for _, c := range []byte(path) {
		if bytes.IndexByte([]byte(`*?[\`), c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

func (a *app) formatFile(file string, dry, diff bool) (bool, error) {
	old, err := readSaved(file)
	if err != nil {
		return false, err
	}
	formatted, diags := config.Format(old, file)
	if diags.HasErrors() {
		_, width := terminal(a.stderr)
		_ = diags.Write(a.stderr, a.color(a.stderr), width)
		return false, &failure{code: exitError, summary: "cannot format", detail: file + " is not valid HCL; it was left as it is"}
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
