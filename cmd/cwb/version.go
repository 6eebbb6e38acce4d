package main

import (
	"context"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"cwb/internal/backup"
	"cwb/internal/view"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of cwb and of the formats it writes",
		Args:  args0,
		RunE: a.verb(func(context.Context, []string) error {
			if a.flags.json {
				return view.VersionJSON(a.stdout, version, backup.FormatVersion)
			}
			_, err := fmt.Fprintf(a.stdout, "cwb %s (records format %d, %s %s/%s)\n", version, backup.FormatVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		}),
	}
}
