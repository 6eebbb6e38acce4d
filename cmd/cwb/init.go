package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/internal/survey"
)

func (a *app) initCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Print a first policy for this machine",
		Long: `Look at this machine and print a first policy for it: database sockets, data directories,
keyspaces, the old scripts' backups. It connects to nothing and changes nothing. With --out
the policy is written to DIR/cwb.hcl; an existing file is never overwritten.`,
		Args:        args0,
		Annotations: map[string]string{noJSON: "its result is a policy; leave --json out"},
		RunE:        a.verb(func(context.Context, []string) error { return a.initPolicy(out) }),
	}
	cmd.Flags().StringVar(&out, "out", "", "directory to write cwb.hcl into")
	return cmd
}

func (a *app) initPolicy(dir string) error {
	text, diags := config.Format([]byte(survey.Look("/", a.host()).Policy()), "cwb.hcl")
	if diags.HasErrors() {
		return fmt.Errorf("the policy for this machine: %s", diags[0].Detail)
	}
	if dir == "" {
		_, err := a.stdout.Write(text)
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, "cwb.hcl")
	if err := writeNew(path, text, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s\n", path)
	return nil
}
