package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// environment is the content of DIR/env: names and values, written as shell assignments.
type environment map[string]string

func environmentFile(dir string) string { return filepath.Join(dir, "env") }

// write makes the file appear whole, as scripts wait for it, and keeps its password from others.
func (e environment) write(dir string) error {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(e)) {
		fmt.Fprintf(&text, "%s='%s'\n", name, strings.ReplaceAll(e[name], "'", `'\''`))
	}
	part := environmentFile(dir) + ".part"
	if err := os.WriteFile(part, []byte(text.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(part, environmentFile(dir))
}

// removeEnvironment removes the file, which would tell of servers that do not run.
func removeEnvironment(dir string) error {
	if err := os.Remove(environmentFile(dir)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// readEnvironment reads what write wrote.
func readEnvironment(dir string) (environment, error) {
	text, err := os.ReadFile(environmentFile(dir))
	if err != nil {
		return nil, fmt.Errorf("find the servers; start them with cwb-testbed up: %w", err)
	}
	env := environment{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		value = strings.TrimSuffix(strings.TrimPrefix(value, "'"), "'")
		env[name] = strings.ReplaceAll(value, `'\''`, "'")
	}
	return env, nil
}
